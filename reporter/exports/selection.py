"""Which runs are exported: of which experiments, and which filter they pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reporter.errors import ExperimentNotFoundError, did_you_mean
from reporter.model import Experiment, LifecycleStage, Run
from reporter.search.select import select_runs
from reporter.store.ports import StoreReader

__all__ = ["Selection", "select"]


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Runs, and where the rest about them is read.

    Parameters
    ----------
    reader : StoreReader
    experiments : tuple of Experiment
        Those that were asked for, without runs too.
    runs : tuple of Run
        By experiment, the oldest first.
    """

    reader: StoreReader
    experiments: tuple[Experiment, ...]
    runs: tuple[Run, ...]

    def experiment_names(self) -> dict[str, str]:
        """Return the experiments' names by id."""
        return {item.experiment_id: item.name for item in self.experiments}


def select(
    reader: StoreReader,
    experiments: Sequence[str] = (),
    filter_string: str = "",
    *,
    with_deleted: bool = False,
) -> Selection:
    """Choose runs of a store.

    Parameters
    ----------
    reader : StoreReader
    experiments : sequence of str
        Names or ids; all when empty.
    filter_string : str
        In the filter language; all runs pass when it is empty.
    with_deleted : bool
        Deleted runs and experiments too.

    Returns
    -------
    Selection

    Raises
    ------
    ExperimentNotFoundError
        An experiment that was asked for is not there.
    FilterSyntaxError
    """
    chosen = tuple(
        item
        for item in _named(reader, experiments)
        if with_deleted or item.lifecycle_stage == LifecycleStage.ACTIVE
    )
    runs: list[Run] = []
    for item in chosen:
        found = [
            run
            for run in reader.runs([item.experiment_id])
            if with_deleted or run.info.lifecycle_stage == LifecycleStage.ACTIVE
        ]
        runs += sorted(select_runs(found, filter_string), key=_age)
    return Selection(reader=reader, experiments=chosen, runs=tuple(runs))


def _age(run: Run) -> tuple[int, str]:
    return run.info.start_time or 0, run.info.run_id


def _named(reader: StoreReader, wanted: Sequence[str]) -> list[Experiment]:
    known = reader.experiments()
    if not wanted:
        return known
    found = []
    for name in dict.fromkeys(wanted):
        match = [item for item in known if name in (item.name, item.experiment_id)]
        if not match:
            raise ExperimentNotFoundError(
                f"'{reader.location}' has no experiment '{name}'.",
                path=reader.location,
                hint=did_you_mean(name, [item.name for item in known]),
            )
        found += match
    return found
