"""What MLflow knows of a run, wherever it was asked: a database, a server. And its events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reporter.events import (
    DatasetsLogged,
    Event,
    LifecycleChanged,
    MetricsLogged,
    ParamsLogged,
    RunEnded,
    RunStarted,
    TagsSet,
)
from reporter.image_names import parse_image_name
from reporter.importers.mlflow_models import (
    LoggedModel,
    logged_models_tag,
    registered_models_tag,
)
from reporter.importers.records import ArtifactSource
from reporter.model import DatasetInput, LifecycleStage, Problem, RunStatus

__all__ = ["RunFacts", "experiment_events", "run_events", "with_series"]


@dataclass
class RunFacts:
    """A run without its points and files.

    Parameters
    ----------
    run_id, name, user_id, status, lifecycle_stage : str
    start_ms, end_ms, deleted_ms : int or None
    params, tags : dict of str to str
    datasets : list of DatasetInput
    models : sequence of LoggedModel
        Those that it logged.
    versions : sequence of mapping
        What was registered of it.
    """

    run_id: str
    name: str = ""
    user_id: str = ""
    status: str = RunStatus.RUNNING
    lifecycle_stage: str = LifecycleStage.ACTIVE
    start_ms: int | None = None
    end_ms: int | None = None
    deleted_ms: int | None = None
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    datasets: list[DatasetInput] = field(default_factory=list)
    models: Sequence[LoggedModel] = ()
    versions: Sequence[Mapping[str, Any]] = ()  # Any: JSON

    def describe(self) -> tuple[object, ...]:
        """Return everything, for a fingerprint."""
        models = [json.dumps(model.facts, sort_keys=True, default=str) for model in self.models]
        versions = [json.dumps(version, sort_keys=True, default=str) for version in self.versions]
        known = {**vars(self), "models": models, "versions": versions}
        return tuple((name, repr(value)) for name, value in known.items())


def run_events(
    facts: RunFacts, points: Iterable[MetricsLogged | Problem]
) -> Iterator[Event | Problem]:
    """Yield what happened to a run.

    Parameters
    ----------
    facts : RunFacts
    points : iterable of MetricsLogged or Problem
        Asked for when they are due.
    """
    times = (facts.start_ms, facts.end_ms)
    at_ms = next((time for time in times if time is not None), 0)
    is_over = RunStatus.is_terminated(facts.status)
    yield RunStarted(
        at_ms=at_ms,
        run_id="",
        experiment_id="",
        run_name=facts.name,
        user_id=facts.user_id,
        start_time=facts.start_ms,
        status=RunStatus.RUNNING if is_over else facts.status,
    )
    if facts.params:
        yield ParamsLogged(at_ms=at_ms, params=facts.params)
    extra = {**logged_models_tag(facts.models), **registered_models_tag(facts.versions)}
    if tags := {**facts.tags, **extra}:
        yield TagsSet(at_ms=at_ms, tags=tags)
    yield from points
    if facts.datasets:
        yield DatasetsLogged(at_ms=at_ms, inputs=facts.datasets)
    if is_over:
        yield RunEnded(at_ms=facts.end_ms or at_ms, status=facts.status, end_time=facts.end_ms)
    if facts.lifecycle_stage == LifecycleStage.DELETED:
        deleted = facts.deleted_ms or facts.end_ms or at_ms
        yield LifecycleChanged(at_ms=deleted, lifecycle_stage=LifecycleStage.DELETED)


def experiment_events(
    tags: Mapping[str, str], lifecycle_stage: str, changed_ms: int
) -> list[Event | Problem]:
    """Return what happened to an experiment."""
    events: list[Event | Problem] = []
    if tags:
        events.append(TagsSet(at_ms=changed_ms, tags=dict(tags)))
    if lifecycle_stage == LifecycleStage.DELETED:
        stage = LifecycleStage.DELETED
        events.append(LifecycleChanged(at_ms=changed_ms, lifecycle_stage=stage))
    return events


def with_series(item: ArtifactSource) -> ArtifactSource:
    """Return an artifact with the key and step that its name tells of."""
    found = parse_image_name(item.path)
    if found is None or found.is_small:
        return item
    return replace(item, kind="image", key=found.key, step=found.step)
