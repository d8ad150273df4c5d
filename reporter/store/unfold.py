"""A run as the events that give it again: the inverse of the fold.

A published site and an anonymised one hold runs whose journals are elsewhere; this is how such a
run becomes a store's run again. Knows no file.
"""

from __future__ import annotations

from collections.abc import Iterator

from reporter import events as ev
from reporter.model import Experiment, LifecycleStage, Run, RunStatus

__all__ = ["unfold", "unfold_experiment"]


def unfold(run: Run) -> Iterator[ev.Event]:
    """Yield events whose fold is this run, metric points excepted.

    Parameters
    ----------
    run : Run

    Yields
    ------
    Event
        In the order in which they are to be folded.
    """
    info, data = run.info, run.data
    start = info.start_time or 0
    latest = max(start, run.last_event_time or 0)
    yield ev.RunStarted(
        at_ms=start,
        run_id=info.run_id,
        experiment_id=info.experiment_id,
        run_name=info.run_name,
        user_id=info.user_id,
        start_time=info.start_time,
        status=RunStatus.RUNNING if RunStatus.is_terminated(info.status) else info.status,
    )
    if data.params:
        yield ev.ParamsLogged(at_ms=start, params=data.params)
    for definition in data.definitions.values():
        yield ev.MetricDefined(at_ms=start, definition=definition)
    if run.inputs.dataset_inputs:
        yield ev.DatasetsLogged(at_ms=start, inputs=run.inputs.dataset_inputs)
    for artifact in run.artifacts:
        yield ev.ArtifactLogged(at_ms=start, artifact=artifact)
    for problem in run.problems:
        yield ev.ProblemFound(at_ms=latest, problem=problem)
    yield ev.TagsSet(at_ms=latest, tags=data.tags)
    if RunStatus.is_terminated(info.status):
        yield ev.RunEnded(at_ms=latest, status=info.status, end_time=info.end_time)
    if info.lifecycle_stage != LifecycleStage.ACTIVE:
        yield ev.LifecycleChanged(at_ms=latest, lifecycle_stage=info.lifecycle_stage)


def unfold_experiment(experiment: Experiment) -> Iterator[ev.Event]:
    """Yield events whose fold is this experiment.

    Parameters
    ----------
    experiment : Experiment

    Yields
    ------
    Event
    """
    created = experiment.creation_time or 0
    latest = max(created, experiment.last_update_time or 0)
    yield ev.ExperimentCreated(
        at_ms=created,
        experiment_id=experiment.experiment_id,
        name=experiment.name,
        artifact_location=experiment.artifact_location,
    )
    for definition in experiment.definitions.values():
        yield ev.MetricDefined(at_ms=created, definition=definition)
    for problem in experiment.problems:
        yield ev.ProblemFound(at_ms=latest, problem=problem)
    yield ev.TagsSet(at_ms=latest, tags=experiment.tags)
    if experiment.lifecycle_stage != LifecycleStage.ACTIVE:
        yield ev.LifecycleChanged(at_ms=latest, lifecycle_stage=experiment.lifecycle_stage)
