"""The table of all runs of all experiments: its first rows, and the columns it begins with.

It has no data files of its own: the script puts those of the experiments together
(``js/lib/merge.js``), by the same rules. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reporter.site import links
from reporter.site.cells import counts_of, dates_text
from reporter.site.contexts import AllRunsPage, Frame
from reporter.site.numbers import format_count
from reporter.site.plan import PlannedExperiment, PlannedRun, SitePlan
from reporter.site.table.columns import (
    DEFAULT_ATTRIBUTES,
    Column,
    experiment_columns,
    offered_columns,
)
from reporter.site.table.tables import rows_table

__all__ = ["ALL", "all_runs_context"]

ALL = "*"
"""Stands for an experiment where all are meant."""

MAX_METRICS = 6
EXPERIMENT = "attributes.experiment"


def all_runs_context(plan: SitePlan, frame: Frame) -> AllRunsPage:
    """Make the context of the page of all runs.

    Parameters
    ----------
    plan : SitePlan
        Of more than one experiment.
    frame : Frame

    Returns
    -------
    AllRunsPage
    """
    runs = [item for experiment in plan.experiments for item in experiment.runs]
    offered = {column.id for e in plan.experiments for column in _offered(e)}
    table = rows_table(
        ALL,
        runs,
        list(_columns(plan)),
        page=links.ALL_RUNS,
        year_of_newest=plan.year_of_newest,
        n_columns=len(offered) + 2,
    )
    return AllRunsPage(
        frame=frame,
        n_runs=format_count(len(runs)),
        counts=counts_of(runs),
        dates=dates_text(runs),
        n_experiments=format_count(len(plan.experiments)),
        table=table,
    )


def _offered(experiment: PlannedExperiment) -> list[Column]:
    return offered_columns(experiment_columns(experiment))


def _columns(plan: SitePlan) -> Iterator[Column]:
    """Yield the experiment, when it was, and what each experiment is led by."""
    yield _experiment_column(plan.experiments)
    first = experiment_columns(plan.experiments[0])
    yield from (column for column in first if column.id in DEFAULT_ATTRIBUTES)
    leading = dict.fromkeys(f"metrics.{e.leading}" for e in plan.experiments if e.leading)
    for column_id in list(leading)[:MAX_METRICS]:
        yield next(c for e in plan.experiments for c in experiment_columns(e) if c.id == column_id)


def _experiment_column(experiments: Sequence[PlannedExperiment]) -> Column:
    names = {experiment.id: experiment.name for experiment in experiments}

    def name_of(item: PlannedRun) -> str:
        return names[item.run.info.experiment_id]

    return Column(id=EXPERIMENT, kind="text", label="Experiment", group="Run", get=name_of)
