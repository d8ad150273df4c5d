"""The one definition of a run's state: the fold over its events.

Live reading, compaction, importers and adapters all come here. Writers' events are first merged
by time (:func:`merge`), so it does not matter in which order files are found.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reporter import events as ev
from reporter.model import (
    Artifact,
    DatasetInput,
    Experiment,
    MetricDefinition,
    MetricSummary,
    Problem,
    Run,
    RunData,
    RunInfo,
    RunInputs,
    RunStatus,
)

if TYPE_CHECKING:
    import numpy as np

__all__ = ["fold", "fold_experiment", "merge", "summarise"]

RUN_NAME_TAG = "mlflow.runName"


def merge(journals: Mapping[str, Sequence[ev.Event]]) -> list[ev.Event]:
    """Merge several writers' events into one order.

    Parameters
    ----------
    journals : mapping of str to sequence of Event
        Writer's name to its events in the order it wrote them.

    Returns
    -------
    list of Event
        By time; each writer's own order is kept even when its clock went backwards, and equal
        times are ordered by writer, so the result does not depend on the mapping's order.
    """
    streams = [list(_keyed(name, journals[name])) for name in sorted(journals)]
    return [event for _, _, _, event in heapq.merge(*streams, key=lambda item: item[:3])]


def _keyed(name: str, events: Sequence[ev.Event]) -> Iterable[tuple[int, str, int, ev.Event]]:
    latest = -(1 << 63)
    for number, event in enumerate(events):
        latest = max(latest, event.at_ms)
        yield latest, name, number, event


def fold(
    run_id: str,
    experiment_id: str,
    events: Iterable[ev.Event],
    summaries: Mapping[str, MetricSummary] | None = None,
) -> Run:
    """Fold a run's events into its state.

    Parameters
    ----------
    run_id, experiment_id : str
        Where the events were found; they win over what the events say.
    events : iterable of Event
        In the order :func:`merge` gives.
    summaries : mapping of str to MetricSummary, optional
        Of series whose points are kept elsewhere; points among the events are summarised here.

    Returns
    -------
    Run
        `artifact_uri` is left empty: only a reader knows where the store lies.
    """
    state = _RunFold(run_id, experiment_id)
    for event in events:
        state.apply(event)
    return state.result(dict(summaries or {}))


class _RunFold:
    """A run while it is being folded."""

    def __init__(self, run_id: str, experiment_id: str) -> None:
        self.info = RunInfo(run_id=run_id, experiment_id=experiment_id)
        self.params: dict[str, str] = {}
        self.tags: dict[str, str] = {}
        self.definitions: dict[str, MetricDefinition] = {}
        self.artifacts: dict[str, Artifact] = {}
        self.inputs: dict[tuple[str, str, str], DatasetInput] = {}
        self.points: dict[str, list[ev.MetricsLogged]] = defaultdict(list)
        self.problems: list[Problem] = []
        self.last_event_time: int | None = None
        self.is_started = False
        self.is_ended = False

    def apply(self, event: ev.Event) -> None:
        if not isinstance(event, (ev.LifecycleChanged, ev.WriterClosed)):
            self.last_event_time = max(event.at_ms, self.last_event_time or event.at_ms)
        _APPLY.get(type(event), _ignore)(self, event)

    def started(self, event: ev.RunStarted) -> None:
        if self.is_started:
            self.info = replace(self.info, status=event.status, end_time=None)
            return
        self.is_started = True
        start = event.at_ms if event.start_time is None else event.start_time
        self.info = replace(
            self.info,
            run_name=event.run_name,
            user_id=event.user_id,
            # Another writer may have ended the run within the millisecond in which it began.
            status=self.info.status if self.is_ended else event.status,
            start_time=start,
        )

    def params_logged(self, event: ev.ParamsLogged) -> None:
        for key, value in event.params.items():
            first = self.params.setdefault(key, value)
            if first != value:
                self.problems.append(
                    Problem(
                        what="Param changed",
                        where=self.info.run_id,
                        detail=f"{key}: kept {first!r}, refused {value!r}",
                    )
                )

    def tags_deleted(self, event: ev.TagsDeleted) -> None:
        for key in event.keys:
            self.tags.pop(key, None)

    def datasets_logged(self, event: ev.DatasetsLogged) -> None:
        for item in event.inputs:
            context = item.tags.get("mlflow.data.context", "")
            self.inputs[item.dataset.name, item.dataset.digest, context] = item

    def metric_defined(self, event: ev.MetricDefined) -> None:
        _define(self.definitions, event.definition)

    def artifact_logged(self, event: ev.ArtifactLogged) -> None:
        self.artifacts[event.artifact.path] = event.artifact

    def ended(self, event: ev.RunEnded) -> None:
        end = event.at_ms if event.end_time is None else event.end_time
        is_over = RunStatus.is_terminated(event.status)
        self.is_ended = True
        self.info = replace(self.info, status=event.status, end_time=end if is_over else None)

    def lifecycle_changed(self, event: ev.LifecycleChanged) -> None:
        self.info = replace(self.info, lifecycle_stage=event.lifecycle_stage)

    def metrics_logged(self, event: ev.MetricsLogged) -> None:
        self.points[event.key].append(event)

    def result(self, summaries: dict[str, MetricSummary]) -> Run:
        for key, chunks in self.points.items():
            summaries[key] = summarise(
                key,
                [value for chunk in chunks for value in chunk.values],
                [step for chunk in chunks for step in chunk.steps],
                [time for chunk in chunks for time in chunk.timestamps_ms],
            )
        last_points = [summary.last_timestamp for summary in summaries.values()]
        seen = [time for time in (self.last_event_time, *last_points) if time is not None]
        name = self.tags.get(RUN_NAME_TAG) or self.info.run_name
        return Run(
            info=replace(self.info, run_name=name),
            data=RunData(
                params=dict(sorted(self.params.items())),
                tags=dict(sorted(self.tags.items())),
                summaries=dict(sorted(summaries.items())),
                definitions=dict(sorted(self.definitions.items())),
            ),
            inputs=RunInputs(dataset_inputs=tuple(self.inputs.values())),
            artifacts=tuple(self.artifacts[path] for path in sorted(self.artifacts)),
            last_event_time=max(seen, default=None),
            problems=tuple(self.problems),
        )


def _define(known: dict[str, MetricDefinition], new: MetricDefinition) -> None:
    """Take a declaration over what is known; what it leaves out stays."""
    old = known.get(new.key, new)
    known[new.key] = MetricDefinition(
        key=new.key,
        direction=new.direction or old.direction,
        unit=new.unit or old.unit,
        description=new.description or old.description,
        best=new.best or old.best,
    )


def _ignore(state: _RunFold, event: ev.Event) -> None:
    """Leave the state as it is: openings and closings of writers say nothing about it."""


# Any: each function takes the one kind of event that it stands beside.
_APPLY: dict[type[ev.Event], Callable[[_RunFold, Any], None]] = {
    ev.RunStarted: _RunFold.started,
    ev.ParamsLogged: _RunFold.params_logged,
    ev.TagsSet: lambda state, event: state.tags.update(event.tags),
    ev.TagsDeleted: _RunFold.tags_deleted,
    ev.DatasetsLogged: _RunFold.datasets_logged,
    ev.MetricDefined: _RunFold.metric_defined,
    ev.ArtifactLogged: _RunFold.artifact_logged,
    ev.RunEnded: _RunFold.ended,
    ev.LifecycleChanged: _RunFold.lifecycle_changed,
    ev.MetricsLogged: _RunFold.metrics_logged,
    ev.ProblemFound: lambda state, event: state.problems.append(event.problem),
}


def summarise(
    key: str,
    values: np.ndarray | Sequence[float],
    steps: np.ndarray | Sequence[int],
    timestamps_ms: np.ndarray | Sequence[int],
) -> MetricSummary:
    """Summarise one series.

    Parameters
    ----------
    key : str
    values, steps, timestamps_ms : array_like, shape (n,), n >= 1

    Returns
    -------
    MetricSummary

    Notes
    -----
    The latest value is the one with the greatest (step, timestamp, value), NaN counting as the
    greatest of values: MLflow's rule (3.17). Every NaN is the same one here, whatever its bits: a
    summary that went through text must equal one that did not.
    """
    import numpy as np

    value = np.asarray(values, dtype=np.float64)
    step = np.asarray(steps, dtype=np.int64)
    time = np.asarray(timestamps_ms, dtype=np.int64)
    last = _last_index(value, step, time)
    finite = np.flatnonzero(np.isfinite(value))
    low = high = mean = None
    if len(finite):
        kept = value[finite]
        low, high = int(finite[kept.argmin()]), int(finite[kept.argmax()])
        with np.errstate(over="ignore"):
            mean = float(kept.mean())
    return MetricSummary(
        key=key,
        count=len(value),
        last=math.nan if np.isnan(value[last]) else float(value[last]),
        last_step=int(step[last]),
        last_timestamp=int(time[last]),
        min=None if low is None else float(value[low]),
        min_step=None if low is None else int(step[low]),
        max=None if high is None else float(value[high]),
        max_step=None if high is None else int(step[high]),
        mean=mean,
        first_step=int(step.min()),
        max_step_logged=int(step.max()),
        nonfinite=len(value) - len(finite),
    )


def _last_index(value: np.ndarray, step: np.ndarray, time: np.ndarray) -> int:
    """Place of the greatest (step, timestamp, value)."""
    import numpy as np

    rows = np.flatnonzero(step == step.max())
    rows = rows[time[rows] == time[rows].max()]
    return int(rows[value[rows].argmax()])


def fold_experiment(experiment_id: str, events: Iterable[ev.Event]) -> Experiment:
    """Fold an experiment's events into its state.

    Parameters
    ----------
    experiment_id : str
    events : iterable of Event
        In the order :func:`merge` gives.

    Returns
    -------
    Experiment
        Named by its id when nothing names it (a folder that somebody copied in part).
    """
    state = _ExperimentFold(experiment_id)
    for event in events:
        state.apply(event)
    return state.result()


class _ExperimentFold:
    """An experiment while it is being folded."""

    def __init__(self, experiment_id: str) -> None:
        self.found = Experiment(experiment_id=experiment_id, name="")
        self.tags: dict[str, str] = {}
        self.definitions: dict[str, MetricDefinition] = {}

    def apply(self, event: ev.Event) -> None:
        _APPLY_TO_EXPERIMENT.get(type(event), _ignore_in_experiment)(self, event)
        self.found = replace(self.found, last_update_time=event.at_ms)

    def created(self, event: ev.ExperimentCreated) -> None:
        if self.found.creation_time is None:
            self.found = replace(
                self.found,
                name=self.found.name or event.name,
                creation_time=event.at_ms,
                artifact_location=event.artifact_location,
            )

    def renamed(self, event: ev.ExperimentRenamed) -> None:
        self.found = replace(self.found, name=event.name)

    def tags_deleted(self, event: ev.TagsDeleted) -> None:
        for key in event.keys:
            self.tags.pop(key, None)

    def lifecycle_changed(self, event: ev.LifecycleChanged) -> None:
        self.found = replace(self.found, lifecycle_stage=event.lifecycle_stage)

    def problem_found(self, event: ev.ProblemFound) -> None:
        self.found = replace(self.found, problems=(*self.found.problems, event.problem))

    def result(self) -> Experiment:
        experiment_id = self.found.experiment_id
        unnamed = "Default" if experiment_id == "0" else experiment_id
        return replace(
            self.found,
            name=self.found.name or unnamed,
            tags=dict(sorted(self.tags.items())),
            definitions=dict(sorted(self.definitions.items())),
        )


def _ignore_in_experiment(state: _ExperimentFold, event: ev.Event) -> None:
    """Leave the state as it is: openings and closings of writers say nothing about it."""


# Any: each function takes the one kind of event that it stands beside.
_APPLY_TO_EXPERIMENT: dict[type[ev.Event], Callable[[_ExperimentFold, Any], None]] = {
    ev.ExperimentCreated: _ExperimentFold.created,
    ev.ExperimentRenamed: _ExperimentFold.renamed,
    ev.MetricDefined: lambda state, event: _define(state.definitions, event.definition),
    ev.TagsSet: lambda state, event: state.tags.update(event.tags),
    ev.TagsDeleted: _ExperimentFold.tags_deleted,
    ev.LifecycleChanged: _ExperimentFold.lifecycle_changed,
    ev.ProblemFound: _ExperimentFold.problem_found,
}
