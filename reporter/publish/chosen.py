"""Some runs of a store, read as if there were no others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from reporter.errors import RunNotFoundError
from reporter.model import Artifact, Experiment, Run
from reporter.store.ports import History, StoreReader

__all__ = ["ChosenRuns"]


class ChosenRuns:
    """A reader that knows the chosen runs alone; implements StoreReader.

    Parameters
    ----------
    reader : StoreReader
    run_ids : iterable of str

    Raises
    ------
    RunNotFoundError
        The store has no such run.
    """

    def __init__(self, reader: StoreReader, run_ids: Iterable[str]) -> None:
        self._reader = reader
        self._runs = {run_id: reader.run(run_id) for run_id in dict.fromkeys(run_ids)}

    @property
    def location(self) -> str:
        """Where the store is."""
        return self._reader.location

    def experiments(self) -> list[Experiment]:
        """Return the experiments that chosen runs belong to."""
        wanted = {run.info.experiment_id for run in self._runs.values()}
        return [item for item in self._reader.experiments() if item.experiment_id in wanted]

    def runs(self, experiment_ids: Iterable[str] | None = None) -> Iterator[Run]:
        """Yield the chosen runs of these experiments (all when None)."""
        ordered = sorted(
            self._runs.values(), key=lambda run: (run.info.experiment_id, run.info.run_id)
        )
        wanted = None if experiment_ids is None else set(experiment_ids)
        return (run for run in ordered if wanted is None or run.info.experiment_id in wanted)

    def run(self, run_id: str) -> Run:
        """Return one run; raises RunNotFoundError."""
        if run_id not in self._runs:
            raise RunNotFoundError(f"Run '{run_id}' is not among the chosen ones.")
        return self._runs[run_id]

    def history(
        self, run_ids: Sequence[str], keys: Sequence[str] | None = None
    ) -> Iterator[History]:
        """Yield the series of these runs."""
        return self._reader.history(run_ids, keys)

    def artifacts(self, run_ids: Sequence[str]) -> Iterator[tuple[str, Artifact]]:
        """Yield (run_id, artifact)."""
        return self._reader.artifacts(run_ids)

    def open_artifact(self, run_id: str, path: str) -> BinaryIO:
        """Open one artifact for reading."""
        return self._reader.open_artifact(run_id, path)
