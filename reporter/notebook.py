"""Show runs in a notebook: the one place where the logging API and pages meet in one process.

It finds out which runs are meant, and where they were logged to; what is shown is read from disk
like any report. Imported when ``reporter.show`` is first used, and not before.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from reporter.errors import ExperimentNotFoundError, InvalidInputError, did_you_mean
from reporter.model import Experiment, LifecycleStage, Run
from reporter.publish.display import Display, make_display
from reporter.publish.sources import open_runs
from reporter.store import layout
from reporter.tracking.location import get_tracking_uri

if TYPE_CHECKING:
    from reporter.store.ports import StoreReader

__all__ = ["show"]

VIEWS = ("runs", "charts", "relations", "images", "comparisons", "notes", "about")


def show(
    what: object = None,
    *,
    view: str = "",
    store: str | os.PathLike[str] | None = None,
    height: int = 560,
    max_bytes: int = 10_000_000,
) -> Display:
    """Show runs as a table with charts, in the output of a notebook's cell.

    Parameters
    ----------
    what : optional
        A run, an experiment, the id or the name of one, a data frame that
        :func:`reporter.search_runs` returned (its runs alone are shown), or several of these in
        a list. Everything in the store when left out.
    view : str
        What to begin with: ``runs`` (the table), ``charts``, ``relations``, ``images``,
        ``comparisons``, ``notes`` or ``about``.
    store : str or path-like, optional
        Where the runs are, if not where this process logs to: a store, a built site, another
        tool's folder.
    height : int
        Of the frame, in CSS pixels.
    max_bytes : int
        How much the notebook may grow. Artifacts are left out to keep within it.

    Returns
    -------
    Display
        Shown when it is a cell's value, or given to ``display()``. It holds everything within
        itself, so an exported notebook shows it offline. ``save(path)`` writes it as HTML.

    Raises
    ------
    InvalidInputError
        `what` names no runs.
    RunNotFoundError, ExperimentNotFoundError
        The store has no such run or experiment.
    PublishError
        The report would be larger than `max_bytes`, even without artifacts.

    Examples
    --------
    >>> import reporter
    >>> reporter.show("digits-mlp", view="charts", store="sample_runs")
    <Report of 33 runs; save('report.html') writes it>
    """
    if view and view not in VIEWS:
        hint = did_you_mean(view, VIEWS) or f"Choose one of {', '.join(VIEWS)}."
        raise InvalidInputError(f"There is no view {view!r}.", hint)
    source = layout.local_folder(os.fspath(store) if store is not None else get_tracking_uri())
    run_ids = None
    if what is not None:
        run_ids = list(dict.fromkeys(_find_runs(source, what)))
        if not run_ids:
            raise InvalidInputError("There is no run to show.", "Show what holds at least one.")
    return make_display(source, run_ids=run_ids, view=view, height_px=height, max_bytes=max_bytes)


def _find_runs(source: str, what: object) -> Iterator[str]:
    """Yield the ids of the runs that are meant."""
    if isinstance(what, Run):
        yield what.info.run_id
    elif isinstance(what, Experiment):
        yield from _runs_of(source, what.experiment_id)
    elif isinstance(what, str):
        is_run = layout.is_run_id(what)
        yield from [what] if is_run else _runs_of(source, what)
    elif (column := _run_column(what)) is not None:
        yield from column
    elif isinstance(what, Iterable):
        for item in what:
            yield from _find_runs(source, item)
    else:
        raise InvalidInputError(
            f"Nothing to show in {what!r:.80}.",
            "Give a run, an experiment, a name or id, or the data frame of search_runs().",
        )


def _run_column(what: Any) -> list[str] | None:  # Any: a frame or row of whichever library
    """Return the run ids of a data frame or of one of its rows, pandas not imported."""
    names = getattr(what, "columns", getattr(what, "index", None))
    if names is None or callable(names):
        return None
    if "run_id" not in list(names):
        raise InvalidInputError(
            "The data frame has no column 'run_id'.", "Give it as search_runs() returned it."
        )
    column = what["run_id"]
    return [column] if isinstance(column, str) else [str(value) for value in column]


def _runs_of(source: str, name: str) -> list[str]:
    """Return the runs of an experiment, named by its id or name."""
    with open_runs(source) as reader:
        experiment = _find_experiment(reader, name)
        return [
            run.info.run_id
            for run in reader.runs([experiment.experiment_id])
            if run.info.lifecycle_stage == LifecycleStage.ACTIVE
        ]


def _find_experiment(reader: StoreReader, name: str) -> Experiment:
    found = reader.experiments()
    for experiment in found:
        if name in {experiment.experiment_id, experiment.name}:
            return experiment
    names = [experiment.name for experiment in found]
    raise ExperimentNotFoundError(
        f"No experiment or run '{name}' in '{reader.location}'.",
        path=reader.location,
        hint=did_you_mean(name, names) or "Name another place with store=...",
    )
