"""Our records as MLflow's entities, and MLflow's as our events.

MLflow's classes gain and lose fields from version to version; :func:`build` gives each what it
takes, so that one adapter serves them all.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from mlflow import entities
from mlflow.exceptions import MlflowException
from mlflow.protos import databricks_pb2

from reporter.errors import (
    ExperimentNotFoundError,
    InvalidInputError,
    ReporterError,
    RunNotFoundError,
)
from reporter.model import Dataset, DatasetInput, Experiment, MetricSummary, Run
from reporter.store.tables import Points

__all__ = [
    "build",
    "dataset_inputs",
    "experiment_entity",
    "failure",
    "history_entities",
    "run_entity",
    "translate",
]

# Any: MLflow's classes, which carry no types that hold across its versions.


@lru_cache(maxsize=64)
def _accepted(cls: Any) -> frozenset[str]:
    return frozenset(inspect.signature(cls.__init__).parameters)


def build(cls: Any, **values: Any) -> Any:
    """Make an entity from those of the values that its class knows."""
    known = _accepted(cls)
    return cls(**{name: value for name, value in values.items() if name in known})


def failure(message: str, code: str = "INVALID_PARAMETER_VALUE") -> MlflowException:
    """Make an MLflow error with one of its codes."""
    return MlflowException(message, error_code=getattr(databricks_pb2, code))


def translate(error: ReporterError) -> MlflowException:
    """Turn an error of ours into MLflow's, so that clients and REST handle it."""
    if isinstance(error, (RunNotFoundError, ExperimentNotFoundError)):
        return failure(error.message, "RESOURCE_DOES_NOT_EXIST")
    if isinstance(error, InvalidInputError):
        return failure(str(error))
    return failure(str(error), "INTERNAL_ERROR")


def experiment_entity(experiment: Experiment, location: str) -> Any:
    """Return an experiment as MLflow knows it."""
    return build(
        entities.Experiment,
        experiment_id=experiment.experiment_id,
        name=experiment.name,
        artifact_location=location,
        lifecycle_stage=experiment.lifecycle_stage,
        tags=[entities.ExperimentTag(key, value) for key, value in experiment.tags.items()],
        creation_time=experiment.creation_time,
        last_update_time=experiment.last_update_time,
    )


def run_entity(
    run: Run,
    artifact_uri: str,
    lifecycle_stage: str,
    models: Mapping[str, Any],
) -> Any:
    """Return a run as MLflow knows it.

    Parameters
    ----------
    run : Run
    artifact_uri : str
    lifecycle_stage : str
        Of the run, or of its experiment when that is deleted.
    models : mapping
        ``inputs``: ids of logged models that it read; ``outputs``: id to step of those it made.
    """
    info = run.info
    start = info.start_time if info.start_time is not None else run.last_event_time or 0
    run_info = build(
        entities.RunInfo,
        run_id=info.run_id,
        run_uuid=info.run_id,
        experiment_id=info.experiment_id,
        user_id=info.user_id,
        status=info.status,
        start_time=start,
        end_time=info.end_time,
        lifecycle_stage=lifecycle_stage,
        artifact_uri=artifact_uri,
        run_name=info.run_name,
    )
    data = entities.RunData(
        metrics=[_latest(summary, info.run_id) for summary in run.data.summaries.values()],
        params=[entities.Param(key, value) for key, value in run.data.params.items()],
        tags=[entities.RunTag(key, value) for key, value in run.data.tags.items()],
    )
    extras: dict[str, Any] = {}
    if hasattr(entities, "RunInputs"):
        extras["run_inputs"] = build(
            entities.RunInputs,
            dataset_inputs=[_input_entity(item) for item in run.inputs.dataset_inputs],
            model_inputs=[_model_link("LoggedModelInput", id_) for id_ in models.get("inputs", ())],
        )
    if hasattr(entities, "RunOutputs"):
        outputs = models.get("outputs", {}).items()
        extras["run_outputs"] = entities.RunOutputs(
            model_outputs=[_model_link("LoggedModelOutput", id_, step) for id_, step in outputs]
        )
    return build(entities.Run, run_info=run_info, run_data=data, **extras)


def _model_link(name: str, model_id: str, step: int = 0) -> Any:
    cls = getattr(entities, name, None)
    return None if cls is None else build(cls, model_id=model_id, step=step)


def _latest(summary: MetricSummary, run_id: str) -> Any:
    return build(
        entities.Metric,
        key=summary.key,
        value=summary.last,
        timestamp=summary.last_timestamp,
        step=summary.last_step,
        run_id=run_id,
    )


def _input_entity(item: DatasetInput) -> Any:
    dataset = item.dataset
    return entities.DatasetInput(
        dataset=entities.Dataset(
            name=dataset.name,
            digest=dataset.digest,
            source_type=dataset.source_type,
            source=dataset.source,
            schema=dataset.schema or None,
            profile=dataset.profile or None,
        ),
        tags=[entities.InputTag(key, value) for key, value in item.tags.items()],
    )


def dataset_inputs(found: Iterable[Any]) -> tuple[DatasetInput, ...]:
    """Return MLflow's data-set inputs as ours."""
    return tuple(
        DatasetInput(
            dataset=Dataset(
                name=item.dataset.name,
                digest=item.dataset.digest,
                source_type=item.dataset.source_type or "",
                source=item.dataset.source or "",
                schema=item.dataset.schema or "",
                profile=item.dataset.profile or "",
            ),
            tags={tag.key: str(tag.value) for tag in item.tags or ()},
        )
        for item in found
    )


def history_entities(points: Points, key: str, run_id: str) -> Sequence[Any]:
    """Return one series as MLflow's metrics, in logged order."""
    if key not in points.keys:
        return []
    place = points.keys.index(key)
    rows = slice(int(points.offsets[place]), int(points.offsets[place + 1]))
    extra = {"run_id": run_id} if "run_id" in _accepted(entities.Metric) else {}
    return [
        entities.Metric(key, value, timestamp, step, **extra)
        for value, timestamp, step in zip(
            points.values[rows].tolist(),
            points.timestamps_ms[rows].tolist(),
            points.steps[rows].tolist(),
            strict=True,
        )
    ]
