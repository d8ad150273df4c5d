"""The columns of the runs table: what every run of one experiment has under one heading.

One definition of columns serves the data files, the first rows of the page and the tables offered
for download, so that they can never disagree. Pure; knows no format, no page and no file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from reporter.model import MetricSummary, Run
from reporter.site.summaries import MetricFacts

if TYPE_CHECKING:
    from reporter.site.plan import PlannedExperiment, PlannedRun

__all__ = [
    "AGGREGATES",
    "Column",
    "aggregate_columns",
    "aggregate_of",
    "attribute_columns",
    "canonical_id",
    "column_values",
    "default_columns",
    "experiment_columns",
    "is_user_tag",
    "offered_columns",
]

# Six and six fill a screen of 1440 px; more are one click away.
MAX_DEFAULT_PARAMS = 6
MAX_DEFAULT_METRICS = 6

DEFAULT_ATTRIBUTES = ("attributes.start_time", "attributes.duration")
NEVER_OFFERED = ("attributes.has_page", "attributes.parent", "attributes.run_name")
"""The name is always the first column; a parent is shown as lineage."""


AGGREGATES = {
    "best": "best",
    "best_step": "step of best",
    "min": "min",
    "min_step": "step of min",
    "max": "max",
    "max_step": "step of max",
    "mean": "mean",
    "count": "points",
}
"""What else is known of a series beside its last value: name in ids, and the words for it."""

_STEPS_AND_COUNTS = frozenset({"best_step", "min_step", "max_step", "count"})
_SHORT_AGGREGATE = re.compile(rf"metrics\.(.*):({'|'.join(AGGREGATES)})", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column.

    Parameters
    ----------
    id : str
        ``attributes.start_time``, ``params.lr``, ``metrics.loss``, ``metrics:min.loss``,
        ``tags.team``.
    kind : str
        ``text``, ``number``, ``time`` (ms since 1970), ``duration`` (ms), ``id`` or ``status``.
    label : str
    group : str
        ``Run``, ``Params``, ``Metrics`` or ``Tags``.
    get : callable
        The value of one run, None when it was not logged.
    differs : bool
        Whether it is not the same in all runs.
    unit, direction, description : str
    """

    id: str
    kind: str
    label: str
    group: str
    get: Callable[[PlannedRun], str | float | None]
    differs: bool = True
    unit: str = ""
    direction: str = ""
    description: str = ""

    @property
    def is_text(self) -> bool:
        """Whether values are texts."""
        return self.kind in ("text", "status", "id")

    @property
    def is_numeric(self) -> bool:
        """Whether it is aligned right."""
        return self.kind in ("number", "duration")


def aggregate_of(column_id: str) -> str:
    """Return which aggregate a column shows: ``min`` of ``metrics:min.loss``, empty of others.

    The group before the first point holds it: a metric's name may end in anything.
    """
    group = column_id.partition(".")[0]
    return group.removeprefix("metrics:") if group.startswith("metrics:") else ""


def canonical_id(column_id: str, known: Container[str] = ()) -> str:
    """Return the id of a column by any spelling of it.

    Parameters
    ----------
    column_id : str
        ``metrics.loss:min``, as the filter language and older links say, is ``metrics:min.loss``.
    known : container of str, optional
        Ids that stand for themselves: a metric may be named ``loss:min``.

    Returns
    -------
    str

    Examples
    --------
    >>> canonical_id("metrics.loss:min"), canonical_id("metrics.loss:min", {"metrics.loss:min"})
    ('metrics:min.loss', 'metrics.loss:min')
    """
    short = None if column_id in known else _SHORT_AGGREGATE.fullmatch(column_id)
    return f"metrics:{short[2]}.{short[1]}" if short else column_id


def is_user_tag(key: str) -> bool:
    """Tell whether a person set a tag, and not the library."""
    return not key.startswith(("mlflow.", "reporter."))


def attribute_columns() -> list[Column]:
    """Return the columns that every run has, whatever was logged."""
    return [
        Column(id=f"attributes.{name}", kind=kind, label=label, group="Run", get=get)
        for name, kind, label, get in _ATTRIBUTES
    ]


def experiment_columns(experiment: PlannedExperiment) -> list[Column]:
    """Return all columns of an experiment: attributes, params, metrics, tags.

    Parameters
    ----------
    experiment : PlannedExperiment

    Returns
    -------
    list of Column
        Params that differ come first, then in the order in which they were first logged.
    """
    return [
        *attribute_columns(),
        *_lineage_columns(experiment),
        *_param_columns(experiment),
        *(_metric_column(facts) for facts in ordered_metrics(experiment)),
        *_tag_columns(experiment),
    ]


def default_columns(experiment: PlannedExperiment, columns: Sequence[Column]) -> list[Column]:
    """Choose the columns that the table begins with.

    Parameters
    ----------
    experiment : PlannedExperiment
    columns : sequence of Column
        From :func:`experiment_columns`.

    Returns
    -------
    list of Column
        Those that are configured first, in that order.
    """
    by_id = {column.id: column for column in offered_columns(columns)}
    wished = list(dict.fromkeys(canonical_id(name, by_id) for name in experiment.first_columns))
    if any(map(aggregate_of, wished)):
        by_id |= {column.id: column for column in aggregate_columns(experiment)}
    first = [by_id[name] for name in wished if name in by_id]
    attributes = [column for column in columns if column.id in DEFAULT_ATTRIBUTES]
    params = [c for c in columns if c.group == "Params" and c.differs][:MAX_DEFAULT_PARAMS]
    metrics = [c for c in columns if c.group == "Metrics"]
    ours = [c for c in metrics if not experiment.metrics[c.label].is_system] or metrics
    usual = [*attributes, *params, *ours[:MAX_DEFAULT_METRICS]]
    return [*first, *(column for column in usual if column not in first)]


def offered_columns(columns: Sequence[Column]) -> list[Column]:
    """Return the columns that a reader may choose."""
    return [column for column in columns if column.id not in NEVER_OFFERED]


def aggregate_columns(experiment: PlannedExperiment) -> list[Column]:
    """Return what else is known of each series: see :data:`AGGREGATES`.

    Parameters
    ----------
    experiment : PlannedExperiment

    Returns
    -------
    list of Column
        Metric by metric; ``best`` and its step only where a direction was declared. None for a
        metric of single points.
    """
    columns = []
    for facts in ordered_metrics(experiment):
        if facts.is_series:
            columns += [_aggregate(facts, name, of) for name, of in _aggregates(facts).items()]
    return columns


def ordered_metrics(experiment: PlannedExperiment) -> list[MetricFacts]:
    """Order metrics: the leading one, those most runs logged, as they were logged; system last."""

    def key(facts: MetricFacts) -> tuple[bool, bool, bool, int]:
        is_leading = facts.key == experiment.leading
        return facts.is_system, not is_leading, not facts.direction, -facts.n_runs

    return sorted(experiment.metrics.values(), key=key)


def column_values(column: Column, runs: Sequence[PlannedRun]) -> tuple[np.ndarray, np.ndarray]:
    """Collect the numbers of a column.

    Parameters
    ----------
    column : Column
        Of a kind that is not text.
    runs : sequence of PlannedRun

    Returns
    -------
    values : ndarray of float64, shape (n_runs,)
        0 where nothing was logged.
    missing : ndarray of bool, shape (n_runs,)
    """
    found = [column.get(run) for run in runs]
    missing = np.array([value is None for value in found], dtype=bool)
    values = np.array([0.0 if value is None else value for value in found], dtype=np.float64)
    return values, missing


def _lineage_columns(experiment: PlannedExperiment) -> Iterator[Column]:
    """Yield what runs came from, where any run says it: its parent by name, and its data sets."""
    names = {item.run_id: item.name for item in experiment.runs}
    origins: tuple[tuple[str, str, Callable[[PlannedRun], str | None]], ...] = (
        ("parent_name", "Parent", lambda item: names.get(item.parent_id, item.parent_id) or None),
        ("dataset", "Dataset", _dataset_names),
    )
    for name, label, get in origins:
        found = {get(item) for item in experiment.runs}
        if found - {None}:
            yield Column(
                id=f"attributes.{name}",
                kind="text",
                label=label,
                group="Run",
                get=get,
                differs=len(found) > 1,
            )


def _dataset_names(item: PlannedRun) -> str | None:
    inputs = item.run.inputs.dataset_inputs
    return ", ".join(dict.fromkeys(given.dataset.name for given in inputs)) or None


def _param_columns(experiment: PlannedExperiment) -> list[Column]:
    keys = dict.fromkeys(key for item in experiment.runs for key in item.run.data.params)
    differing = dict.fromkeys(experiment.differing)
    same = [key for key in keys if key not in differing]
    return [_param_column(key, key in differing) for key in (*differing, *same)]


def _param_column(key: str, differs: bool) -> Column:
    return Column(
        id=f"params.{key}",
        kind="text",
        label=key,
        group="Params",
        get=lambda item: item.run.data.params.get(key),
        differs=differs,
    )


def _metric_column(facts: MetricFacts) -> Column:
    def last(item: PlannedRun) -> float | None:
        summary = item.run.data.summaries.get(facts.key)
        return None if summary is None else summary.last

    return Column(
        id=f"metrics.{facts.key}",
        kind="number",
        label=facts.key,
        group="Metrics",
        get=last,
        unit=facts.unit,
        direction=facts.direction,
        description=facts.description,
    )


def _tag_columns(experiment: PlannedExperiment) -> list[Column]:
    values: dict[str, set[str | None]] = {}
    for item in experiment.runs:
        for key in item.run.data.tags:
            if is_user_tag(key):
                values.setdefault(key, set())
    for key, seen in values.items():
        seen.update(item.run.data.tags.get(key) for item in experiment.runs)
    return [_tag_column(key, len(seen) > 1) for key, seen in sorted(values.items())]


def _tag_column(key: str, differs: bool) -> Column:
    return Column(
        id=f"tags.{key}",
        kind="text",
        label=key,
        group="Tags",
        get=lambda item: item.run.data.tags.get(key),
        differs=differs,
    )


_Aggregate = Callable[[MetricSummary], float | None]


def _aggregates(facts: MetricFacts) -> dict[str, _Aggregate]:
    found: dict[str, _Aggregate] = {}
    if facts.direction:
        found["best"] = attrgetter(facts.direction)
        found["best_step"] = attrgetter(f"{facts.direction}_step")
    for name in ("min", "min_step", "max", "max_step", "mean", "count"):
        found[name] = attrgetter(name)
    return found


def _aggregate(facts: MetricFacts, name: str, of: _Aggregate) -> Column:
    def get(item: PlannedRun) -> float | None:
        summary = item.run.data.summaries.get(facts.key)
        return None if summary is None else of(summary)

    column = replace(_metric_column(facts), id=f"metrics:{name}.{facts.key}", get=get)
    return replace(column, unit="", direction="") if name in _STEPS_AND_COUNTS else column


def _tag(key: str) -> Callable[[PlannedRun], str | None]:
    return lambda item: item.run.data.tags.get(key) or None


def _user(run: Run) -> str | None:
    return run.info.user_id or run.data.tags.get("mlflow.user") or None


_ATTRIBUTES: tuple[tuple[str, str, str, Callable[[PlannedRun], str | float | None]], ...] = (
    ("run_id", "id", "Run id", lambda item: item.run.info.run_id),
    ("run_name", "text", "Name", lambda item: item.name),
    ("status", "status", "Status", lambda item: item.state),
    ("start_time", "time", "Started", lambda item: item.run.info.start_time),
    ("end_time", "time", "Ended", lambda item: item.run.info.end_time),
    ("duration", "duration", "Duration", lambda item: item.run.duration_ms),
    ("user", "text", "User", lambda item: _user(item.run)),
    ("source", "text", "Source", _tag("mlflow.source.name")),
    ("commit", "text", "Commit", _tag("mlflow.source.git.commit")),
    ("parent", "text", "Parent", _tag("mlflow.parentRunId")),
    ("note", "text", "Note", _tag("mlflow.note.content")),
    ("has_page", "number", "Page", lambda item: float(item.has_page)),
)
