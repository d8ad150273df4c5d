"""The module-level functions that log into the active run."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, BinaryIO

from reporter.errors import InvalidInputError
from reporter.events import DatasetsLogged, MetricDefined
from reporter.model import Dataset, DatasetInput, MetricDefinition
from reporter.store.places import absolute, below
from reporter.tracking import clock
from reporter.tracking.active import current, run_to_log, target
from reporter.tracking.client import MlflowClient
from reporter.tracking.experiments import chosen_experiment_id
from reporter.tracking.operations import RunOperations, operations
from reporter.tracking.validation import as_time, check_key

__all__ = [
    "define_metric",
    "delete_tag",
    "flush_artifact_async_logging",
    "flush_async_logging",
    "get_artifact_uri",
    "load_table",
    "log_artifact",
    "log_artifacts",
    "log_dict",
    "log_figure",
    "log_image",
    "log_input",
    "log_inputs",
    "log_metric",
    "log_metric_history",
    "log_metrics",
    "log_param",
    "log_params",
    "log_stream",
    "log_table",
    "log_text",
    "set_tag",
    "set_tags",
]


def log_param(key: str, value: Any, synchronous: bool | None = None) -> Any:
    """Log a param and return its value.

    Parameters
    ----------
    key : str
    value : object
        Kept as its ``str()``, whole.
    synchronous : bool, optional
        Accepted for compatibility: every call is as quick as an asynchronous one.

    Raises
    ------
    InvalidInputError
        The run has it with another value already.
    """
    run_to_log().log_params({key: value})
    return operations(synchronous) or value


def log_params(
    params: Mapping[str, Any], synchronous: bool | None = None, run_id: str | None = None
) -> RunOperations | None:
    """Log params, all of them or, when one is refused, none."""
    target(run_id).log_params(params)
    return operations(synchronous)


def log_metric(
    key: str,
    value: float,
    step: int | None = None,
    synchronous: bool | None = None,
    timestamp: int | None = None,
    run_id: str | None = None,
    model_id: str | None = None,
    dataset: Any = None,
) -> RunOperations | None:
    """Log one point of a metric; when this returns, the point survives the process.

    Parameters
    ----------
    key : str
    value : float
        Any number, NaN and infinities included.
    step : int, optional
        0 when None.
    timestamp : int, optional
        Milliseconds since 1970 UTC; now when None.
    run_id : str, optional
        The active run when None.
    synchronous : bool, optional
        With False the call returns something to wait for, which is done already.
    model_id : str, optional
        Accepted for compatibility: the metric is the run's, whose models ``run.outputs`` lists.
    dataset : Dataset, optional
        What the metric was measured on: it becomes an input of the run.

    Raises
    ------
    InvalidInputError
        The key is bad, the value no number, or the step no integer.
    """
    append = current.append_point
    if append is not None and run_id is None and timestamp is None:
        try:
            append(key, value, 0 if step is None else step, clock.now_ms())
        except InvalidInputError:
            target(None).log_point(key, value, step, timestamp)
    else:
        target(run_id).log_point(key, value, step, timestamp)
    if dataset is not None:
        _log_measured_on(dataset, run_id)
    return operations(synchronous)


def _log_measured_on(dataset: Any, run_id: str | None) -> None:  # Any: as for log_input
    inputs = (_input(dataset, None, None),)
    target(run_id).append(DatasetsLogged(at_ms=clock.now_ms(), inputs=inputs))


def log_metrics(
    metrics: Mapping[str, float],
    step: int | None = None,
    synchronous: bool | None = None,
    run_id: str | None = None,
    timestamp: int | None = None,
    model_id: str | None = None,
    dataset: Any = None,
) -> RunOperations | None:
    """Log one point of each metric with one write; see :func:`log_metric`."""
    target(run_id).log_points(metrics, step, timestamp)
    if dataset is not None:
        _log_measured_on(dataset, run_id)
    return operations(synchronous)


def log_metric_history(
    key: str,
    values: Sequence[float],
    steps: Sequence[int] | None = None,
    timestamps: Sequence[int] | None = None,
    run_id: str | None = None,
) -> None:
    """Log a whole series at once.

    Parameters
    ----------
    key : str
    values : array_like of float, shape (n,)
    steps : array_like of int, shape (n,), optional
        0, 1, 2 ... when None.
    timestamps : array_like of int, shape (n,), optional
        Milliseconds since 1970 UTC; now for all when None.
    run_id : str, optional

    Raises
    ------
    InvalidInputError
        The lengths differ, or an item is no number.
    """
    value, step = _listed(values), _listed(range(len(values)) if steps is None else steps)
    time = [clock.now_ms()] * len(value) if timestamps is None else _listed(timestamps)
    if not len(value) == len(step) == len(time):
        raise InvalidInputError(
            f"Metric {key!r}: {len(value)} values, {len(step)} steps and {len(time)} timestamps."
        )
    as_time(time[0] if time else 0)  # one in seconds is said once
    target(run_id).writer.points.append_points(key, value, step, time)


def _listed(items: Any) -> list[Any]:  # Any: array, series or sequence
    return items.tolist() if hasattr(items, "tolist") else list(items)


def define_metric(
    key: str, direction: str = "", unit: str = "", description: str = "", best: str = ""
) -> None:
    """Declare what a metric means: of the active run, or of all runs of the chosen experiment.

    Parameters
    ----------
    key : str
    direction : {"max", "min", ""}
        Which way is better.
    unit : str
        Shown in headings; ``"%"`` for fractions shown as percent is not applied to values.
    description : str
    best : {"last", "min", "max", "mean", ""}
        Which value stands for the run when runs are ranked; by the direction when empty.
    """
    check_key(key)
    if direction not in ("", "min", "max") or best not in ("", "last", "min", "max", "mean"):
        raise InvalidInputError(
            f"Metric {key!r}: direction {direction!r} and best {best!r} are not known.",
            "direction is 'min' or 'max'; best is 'last', 'min', 'max' or 'mean'.",
        )
    definition = MetricDefinition(
        key=key, direction=direction, unit=unit, description=description, best=best
    )
    event = MetricDefined(at_ms=clock.now_ms(), definition=definition)
    if current.stack:
        current.stack[-1][1].append(event)
    else:
        MlflowClient()._edit_experiment(chosen_experiment_id(), event)


def set_tag(key: str, value: Any, synchronous: bool | None = None) -> RunOperations | None:
    """Set a tag of the active run; the later value wins."""
    run_to_log().set_tags({key: value})
    return operations(synchronous)


def set_tags(tags: Mapping[str, Any], synchronous: bool | None = None) -> RunOperations | None:
    """Set tags of the active run."""
    run_to_log().set_tags(tags)
    return operations(synchronous)


def delete_tag(key: str) -> None:
    """Remove a tag of the active run; raises NotFoundError when it has none of this key."""
    MlflowClient().delete_tag(run_to_log().run_id, key)


def log_input(
    dataset: Dataset | Any,  # Any: an object with name, digest, source, schema, profile
    context: str | None = None,
    tags: Mapping[str, str] | None = None,
    model: object = None,
) -> None:
    """Record a data set that the active run reads.

    Parameters
    ----------
    dataset : Dataset or object with the same attributes
    context : str, optional
        What it is used for: ``"training"``, ``"validation"`` ...
    tags : mapping of str to str, optional
    """
    log_inputs([dataset], [context], [tags])


def log_inputs(
    datasets: Sequence[Dataset | Any] | None = None,  # Any: as for log_input
    contexts: Sequence[str | None] | None = None,
    tags_list: Sequence[Mapping[str, str] | None] | None = None,
    models: Sequence[object] | None = None,
) -> None:
    """Record several data sets that the active run reads; see :func:`log_input`.

    Parameters
    ----------
    datasets : sequence, shape (n,)
    contexts : sequence of str or None, shape (n,), optional
    tags_list : sequence of mapping or None, shape (n,), optional
    models : sequence, optional
        Accepted for compatibility.

    Raises
    ------
    InvalidInputError
        The lengths differ.
    """
    listed = list(datasets or ())
    contexts, tags_list = contexts or [None] * len(listed), tags_list or [None] * len(listed)
    if not len(listed) == len(contexts) == len(tags_list):
        raise InvalidInputError(
            f"{len(listed)} datasets, {len(contexts)} contexts and {len(tags_list)} sets of tags.",
            "Give one of each, or None.",
        )
    inputs = tuple(map(_input, listed, contexts, tags_list))
    if inputs:
        run_to_log().append(DatasetsLogged(at_ms=clock.now_ms(), inputs=inputs))


def _input(dataset: object, context: str | None, tags: Mapping[str, str] | None) -> DatasetInput:
    found = dataset if isinstance(dataset, Dataset) else _to_dataset(dataset)
    used = {"mlflow.data.context": context} if context else {}
    return DatasetInput(dataset=found, tags={**(tags or {}), **used})


def _to_dataset(value: object) -> Dataset:
    if not hasattr(value, "name"):
        raise InvalidInputError(
            f"{value!r} is no data set.", "Make one, such as reporter.data.from_pandas(frame)."
        )
    names = [spec.name for spec in fields(Dataset)]
    texts = {name: getattr(value, name, "") for name in names}
    return Dataset(**{name: str(text) if text is not None else "" for name, text in texts.items()})


def flush_async_logging() -> None:
    """Do nothing: every call is on disk when it returns."""


def flush_artifact_async_logging() -> None:
    """Do nothing: every call is on disk when it returns."""


def _active_id(run_id: str | None = None) -> str:
    return run_to_log().run_id if run_id is None else run_id


def log_artifact(
    local_path: str | os.PathLike[str],
    artifact_path: str | None = None,
    run_id: str | None = None,
) -> None:
    """Store a local file or folder; see :meth:`MlflowClient.log_artifact`."""
    MlflowClient().log_artifact(_active_id(run_id), local_path, artifact_path)


def log_artifacts(
    local_dir: str | os.PathLike[str],
    artifact_path: str | None = None,
    run_id: str | None = None,
) -> None:
    """Store all files of a local folder; see :meth:`MlflowClient.log_artifacts`."""
    MlflowClient().log_artifacts(_active_id(run_id), local_dir, artifact_path)


def log_stream(stream: BinaryIO, artifact_file: str, run_id: str | None = None) -> None:
    """Store what a binary stream yields up to its end."""
    MlflowClient().log_stream(_active_id(run_id), stream, artifact_file)


def log_text(text: str, artifact_file: str, run_id: str | None = None) -> None:
    """Store text in UTF-8."""
    MlflowClient().log_text(_active_id(run_id), text, artifact_file)


def log_dict(dictionary: Any, artifact_file: str, run_id: str | None = None) -> None:
    """Store a dictionary or list as JSON or YAML; see :meth:`MlflowClient.log_dict`."""
    MlflowClient().log_dict(_active_id(run_id), dictionary, artifact_file)


def log_figure(
    figure: Any,
    artifact_file: str,
    *,
    save_kwargs: Mapping[str, Any] | None = None,
    step: int | None = None,
) -> None:
    """Store a figure; see :meth:`MlflowClient.log_figure`."""
    MlflowClient().log_figure(
        _active_id(), figure, artifact_file, save_kwargs=save_kwargs, step=step
    )


def log_image(
    image: Any,
    artifact_file: str | None = None,
    key: str | None = None,
    step: int | None = None,
    timestamp: int | None = None,
    synchronous: bool | None = False,
) -> None:
    """Store an image; see :meth:`MlflowClient.log_image`."""
    MlflowClient().log_image(_active_id(), image, artifact_file, key, step, timestamp)


def log_table(data: Any, artifact_file: str, run_id: str | None = None) -> None:
    """Store a table; see :meth:`MlflowClient.log_table`."""
    MlflowClient().log_table(_active_id(run_id), data, artifact_file)


def load_table(
    artifact_file: str,
    run_ids: Sequence[str] | None = None,
    extra_columns: Sequence[str] | None = None,
) -> Any:  # Any: pandas is not imported here
    """Read a table of runs of the chosen experiment; see :meth:`MlflowClient.load_table`."""
    return MlflowClient().load_table(chosen_experiment_id(), artifact_file, run_ids, extra_columns)


def get_artifact_uri(artifact_path: str | None = None) -> str:
    """Return where the active run's artifacts lie, or one of them."""
    place = absolute(run_to_log().writer.artifact_uri)
    return below(place, artifact_path) if artifact_path else place
