"""The module-level functions: MLflow's fluent API, each acting on the run that is active.

Every thread has its own stack of active runs, as in MLflow since 2.0.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from types import TracebackType
from typing import Any, BinaryIO

from reporter.errors import InvalidInputError, RunStateError
from reporter.events import DatasetsLogged, MetricDefined, RunStarted, TagsDeleted
from reporter.model import (
    Dataset,
    DatasetInput,
    Experiment,
    LifecycleStage,
    MetricDefinition,
    MetricSummary,
    Run,
    RunStatus,
    ViewType,
)
from reporter.store.layout import DEFAULT_EXPERIMENT_ID
from reporter.tracking import clock, context
from reporter.tracking.capture import OutputCapture
from reporter.tracking.client import MlflowClient
from reporter.tracking.live import LiveRun, record_failure
from reporter.tracking.system_metrics import start_sampler
from reporter.tracking.validation import check_key, check_status

__all__ = [
    "ActiveRun",
    "active_run",
    "create_experiment",
    "define_metric",
    "delete_experiment",
    "delete_run",
    "delete_tag",
    "end_run",
    "get_artifact_uri",
    "get_experiment",
    "get_experiment_by_name",
    "get_parent_run",
    "get_run",
    "last_active_run",
    "list_experiments",
    "log_artifact",
    "log_artifacts",
    "log_dict",
    "log_figure",
    "log_image",
    "log_input",
    "log_metric",
    "log_metric_history",
    "log_metrics",
    "log_param",
    "log_params",
    "log_stream",
    "log_table",
    "log_text",
    "rename_experiment",
    "restore_experiment",
    "restore_run",
    "search_experiments",
    "search_runs",
    "set_experiment",
    "set_experiment_tag",
    "set_experiment_tags",
    "set_tag",
    "set_tags",
    "start_run",
]


class _Active(threading.local):
    """A thread's active runs, and a short way to the journal of the innermost."""

    def __init__(self) -> None:
        self.stack: list[tuple[ActiveRun, LiveRun]] = []
        self.append_point: Callable[..., None] | None = None


_active = _Active()
_experiment_id: str | None = None
_last_run_id: str | None = None


class ActiveRun(Run):
    """A run that :func:`start_run` made active; ends with its ``with`` block.

    A failing block ends it as FAILED, an interrupt as KILLED.
    """

    def __enter__(self) -> ActiveRun:  # noqa: PYI034  # Self is Python 3.11's
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        status = RunStatus.FINISHED
        live = _live_of(self.info.run_id)
        if error is not None and live is not None:
            is_stop = isinstance(error, KeyboardInterrupt)
            status = RunStatus.KILLED if is_stop else RunStatus.FAILED
            record_failure(error, [live])
        while any(run.info.run_id == self.info.run_id for run, _ in _active.stack):
            is_self = _active.stack[-1][0].info.run_id == self.info.run_id
            end_run(status if is_self else RunStatus.FINISHED)


def _live_of(run_id: str) -> LiveRun | None:
    return next((live for run, live in _active.stack if run.info.run_id == run_id), None)


# Experiments


def set_experiment(
    experiment_name: str | None = None, experiment_id: str | None = None
) -> Experiment:
    """Choose the experiment that new runs belong to, and create it if there is none.

    Parameters
    ----------
    experiment_name, experiment_id : str
        Exactly one of them.

    Returns
    -------
    Experiment

    Raises
    ------
    InvalidInputError
        Both or none were given, or the experiment is deleted.
    ExperimentNotFoundError
        No experiment has this id.
    """
    global _experiment_id
    if (experiment_name is None) == (experiment_id is None):
        raise InvalidInputError("set_experiment takes either a name or an id.")
    client = MlflowClient()
    if experiment_id is not None:
        found = client.get_experiment(experiment_id)
    else:
        name = str(experiment_name)
        known = client.get_experiment_by_name(name)
        found = known or client.get_experiment(client.create_experiment(name))
    if found.lifecycle_stage != LifecycleStage.ACTIVE:
        raise InvalidInputError(
            f"Experiment {found.name!r} is deleted.",
            f"Use restore_experiment('{found.experiment_id}'), or another name.",
        )
    _experiment_id = found.experiment_id
    return found


def create_experiment(
    name: str, artifact_location: str | None = None, tags: Mapping[str, object] | None = None
) -> str:
    """Create an experiment and return its id; see :meth:`MlflowClient.create_experiment`."""
    return MlflowClient().create_experiment(name, artifact_location, tags)


def get_experiment(experiment_id: str) -> Experiment:
    """Return an experiment; raises ExperimentNotFoundError."""
    return MlflowClient().get_experiment(experiment_id)


def get_experiment_by_name(name: str) -> Experiment | None:
    """Return the experiment of this name, or None."""
    return MlflowClient().get_experiment_by_name(name)


def search_experiments(
    view_type: int = ViewType.ACTIVE_ONLY,
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: Sequence[str] | None = None,
) -> list[Experiment]:
    """Return the experiments of a view, the latest changed first."""
    return MlflowClient().search_experiments(view_type, max_results, filter_string, order_by)


def list_experiments(
    view_type: int = ViewType.ACTIVE_ONLY, max_results: int | None = None
) -> list[Experiment]:
    """Return experiments, under the name that MLflow 1.x used."""
    return MlflowClient().list_experiments(view_type, max_results)


def delete_experiment(experiment_id: str) -> None:
    """Hide an experiment and its runs."""
    MlflowClient().delete_experiment(experiment_id)


def restore_experiment(experiment_id: str) -> None:
    """Bring a deleted experiment back."""
    MlflowClient().restore_experiment(experiment_id)


def rename_experiment(experiment_id: str, new_name: str) -> None:
    """Give an experiment another name; its id stays."""
    MlflowClient().rename_experiment(experiment_id, new_name)


def set_experiment_tag(key: str, value: object) -> None:
    """Set a tag of the chosen experiment."""
    MlflowClient().set_experiment_tag(_chosen_experiment_id(), key, value)


def set_experiment_tags(tags: Mapping[str, object]) -> None:
    """Set tags of the chosen experiment."""
    for key, value in tags.items():
        set_experiment_tag(key, value)


def _chosen_experiment_id() -> str:
    """Return the experiment set by call, else by environment, else Default."""
    if _experiment_id is not None:
        return _experiment_id
    if name := os.environ.get("MLFLOW_EXPERIMENT_NAME"):
        return set_experiment(name).experiment_id
    return os.environ.get("MLFLOW_EXPERIMENT_ID") or DEFAULT_EXPERIMENT_ID


# Runs


def start_run(
    run_id: str | None = None,
    experiment_id: str | None = None,
    run_name: str | None = None,
    nested: bool = False,
    parent_run_id: str | None = None,
    tags: Mapping[str, object] | None = None,
    description: str | None = None,
    log_system_metrics: bool | None = None,
    capture_output: bool = False,
) -> ActiveRun:
    """Start a run, or take one up again, and make it the active one.

    Parameters
    ----------
    run_id : str, optional
        A run to take up again: metrics are added to, tags replaced, params stay.
    experiment_id : str, optional
        That of :func:`set_experiment` when None.
    run_name : str, optional
        A readable one is invented when None.
    nested : bool
        Start it inside the active run, as its child.
    parent_run_id : str, optional
        The parent, when it is not the active run.
    tags : mapping, optional
    description : str, optional
        A note, in Markdown.
    log_system_metrics : bool, optional
        Sample CPU, memory, disk, network and GPUs; as
        :func:`enable_system_metrics_logging` says when None.
    capture_output : bool
        Keep what the process prints meanwhile, as the artifact ``output.log``.

    Returns
    -------
    ActiveRun
        To be used with ``with``, or ended by :func:`end_run`.

    Raises
    ------
    RunStateError
        A run is active and `nested` is false, or the run to take up is deleted.
    RunNotFoundError
    """
    global _last_run_id
    if _active.stack and not nested:
        raise RunStateError(
            f"Run {_active.stack[-1][0].info.run_id} is already active.",
            "End it with end_run(), or start this one with nested=True.",
        )
    client = MlflowClient()
    if run_id is not None:
        live = _resume(client, run_id, run_name, tags, description)
        run = client.get_run(run_id)
    else:
        parent = parent_run_id or (_active.stack[-1][0].info.run_id if _active.stack else None)
        live, run = client._start(
            experiment_id or _chosen_experiment_id(),
            run_name,
            _all_tags(tags, description, parent),
        )
    active = ActiveRun(**{spec.name: getattr(run, spec.name) for spec in fields(Run)})
    live.is_nested = "mlflow.parentRunId" in active.data.tags
    _push(active, live)
    _last_run_id = live.run_id
    _watch(live, log_system_metrics, capture_output, active.data.summaries)
    return active


def _watch(
    live: LiveRun,
    log_system_metrics: bool | None,
    capture_output: bool,
    summaries: Mapping[str, MetricSummary],
) -> None:
    """Begin to sample the machine and to copy output, where that is asked for."""
    if capture_output and live.capture is None:
        live.capture = OutputCapture(live.writer.artifact_folder)
    if live.sampler is None:
        sampled = [s.max_step_logged for key, s in summaries.items() if key.startswith("system/")]
        live.sampler = start_sampler(
            lambda metrics, step: live.log_points(metrics, step, None),
            log_system_metrics,
            max(sampled, default=-1) + 1,
        )


def _all_tags(
    tags: Mapping[str, object] | None, description: str | None, parent: str | None
) -> dict[str, object]:
    """Tags that the library records, overridden by the user's own."""
    out: dict[str, object] = {**context.start_tags(), **(tags or {})}
    if description is not None:
        if "mlflow.note.content" in (tags or {}):
            raise InvalidInputError(
                "Both description and the tag 'mlflow.note.content' were given.", "Give one."
            )
        out["mlflow.note.content"] = description
    if parent is not None:
        out["mlflow.parentRunId"] = parent
    return out


def _resume(
    client: MlflowClient,
    run_id: str,
    run_name: str | None,
    tags: Mapping[str, object] | None,
    description: str | None,
) -> LiveRun:
    live = client._live(run_id, is_owner=True)
    live.is_owner = True
    live.append(
        RunStarted(at_ms=clock.now_ms(), run_id=run_id, experiment_id=live.writer.experiment_id)
    )
    named = {"mlflow.runName": run_name} if run_name else {}
    noted = {"mlflow.note.content": description} if description is not None else {}
    live.set_tags({**(tags or {}), **named, **noted})
    return live


def _push(run: ActiveRun, live: LiveRun) -> None:
    _active.stack.append((run, live))
    _active.append_point = live.writer.points.append_point


def _pop() -> tuple[ActiveRun, LiveRun]:
    top = _active.stack.pop()
    below = _active.stack[-1][1] if _active.stack else None
    _active.append_point = below.writer.points.append_point if below else None
    return top


def end_run(status: str = RunStatus.FINISHED) -> None:
    """End the active run, if there is one; its parent becomes active again."""
    check_status(status)
    if _active.stack:
        _, live = _pop()
        live.end(check_status(status))


def active_run() -> ActiveRun | None:
    """Return the active run of this thread as it was when it started, or None."""
    return _active.stack[-1][0] if _active.stack else None


def last_active_run() -> Run | None:
    """Return the run that was last made active, as it stands now, or None."""
    return get_run(_last_run_id) if _last_run_id else None


def get_run(run_id: str) -> Run:
    """Return a run as it stands now; raises RunNotFoundError."""
    return MlflowClient().get_run(run_id)


def get_parent_run(run_id: str) -> Run | None:
    """Return the run that this one is nested in, or None."""
    return MlflowClient().get_parent_run(run_id)


def delete_run(run_id: str) -> None:
    """Hide a run; `restore_run` brings it back."""
    MlflowClient().delete_run(run_id)


def restore_run(run_id: str) -> None:
    """Bring a deleted run back."""
    MlflowClient().restore_run(run_id)


def _run_to_log() -> LiveRun:
    """Return the active run; one is started if there is none, as MLflow does."""
    if not _active.stack:
        start_run()
    return _active.stack[-1][1]


def _target(run_id: str | None) -> LiveRun:
    return _run_to_log() if run_id is None else MlflowClient()._live(run_id)


# Params, metrics, tags


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
    _run_to_log().log_params({key: value})
    return value


def log_params(
    params: Mapping[str, Any], synchronous: bool | None = None, run_id: str | None = None
) -> None:
    """Log params, all of them or, when one is refused, none."""
    _target(run_id).log_params(params)


def log_metric(
    key: str,
    value: float,
    step: int | None = None,
    synchronous: bool | None = None,
    timestamp: int | None = None,
    run_id: str | None = None,
    model_id: str | None = None,
    dataset: object = None,
) -> None:
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
    synchronous, model_id, dataset : optional
        Accepted for compatibility.

    Raises
    ------
    InvalidInputError
        The key is bad, the value no number, or the step no integer.
    """
    append = _active.append_point
    if append is not None and run_id is None and type(step) is not float:
        append(
            key,
            value,
            0 if step is None else step,
            clock.now_ms() if timestamp is None else timestamp,
        )
    else:
        _target(run_id).log_point(key, value, step, timestamp)


def log_metrics(
    metrics: Mapping[str, float],
    step: int | None = None,
    synchronous: bool | None = None,
    run_id: str | None = None,
    timestamp: int | None = None,
    model_id: str | None = None,
    dataset: object = None,
) -> None:
    """Log one point of each metric with one write; see :func:`log_metric`."""
    _target(run_id).log_points(metrics, step, timestamp)


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
    _target(run_id).writer.points.append_points(key, value, step, time)


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
        Which value stands for the run; by the direction when empty.
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
    if _active.stack:
        _active.stack[-1][1].append(event)
    else:
        MlflowClient()._edit_experiment(_chosen_experiment_id(), event)


def set_tag(key: str, value: Any, synchronous: bool | None = None) -> None:
    """Set a tag of the active run; the later value wins."""
    _run_to_log().set_tags({key: value})


def set_tags(tags: Mapping[str, Any], synchronous: bool | None = None) -> None:
    """Set tags of the active run."""
    _run_to_log().set_tags(tags)


def delete_tag(key: str) -> None:
    """Remove a tag of the active run."""
    _run_to_log().append(TagsDeleted(at_ms=clock.now_ms(), keys=[key]))


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
    found = dataset if isinstance(dataset, Dataset) else _to_dataset(dataset)
    all_tags = {**(tags or {}), **({"mlflow.data.context": context} if context else {})}
    event = DatasetsLogged(
        at_ms=clock.now_ms(), inputs=(DatasetInput(dataset=found, tags=all_tags),)
    )
    _run_to_log().append(event)


def _to_dataset(value: object) -> Dataset:
    names = [spec.name for spec in fields(Dataset)]
    texts = {name: getattr(value, name, "") for name in names}
    return Dataset(**{name: str(text) if text is not None else "" for name, text in texts.items()})


# Artifacts of the active run


def _active_id(run_id: str | None = None) -> str:
    return _run_to_log().run_id if run_id is None else run_id


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


def get_artifact_uri(artifact_path: str | None = None) -> str:
    """Return where the active run's artifacts lie, or one of them."""
    folder = os.path.abspath(_run_to_log().writer.artifact_folder)
    return os.path.join(folder, artifact_path) if artifact_path else folder


# Reading


def search_runs(
    experiment_ids: Sequence[str] | None = None,
    filter_string: str = "",
    run_view_type: int = ViewType.ACTIVE_ONLY,
    max_results: int = 100_000,
    order_by: Sequence[str] | None = None,
    output_format: str = "pandas",
    search_all_experiments: bool = False,
    experiment_names: Sequence[str] | None = None,
) -> Any:  # Any: DataFrame or list, as asked
    """Return the runs that match a filter.

    Parameters
    ----------
    experiment_ids, experiment_names : sequence of str, optional
        Not both; that of :func:`set_experiment` when none is given.
    filter_string : str
        For example ``"metrics.val_loss < 0.1 AND params.model = 'mlp'"``.
    run_view_type : int
        Of :class:`reporter.ViewType`.
    max_results : int
    order_by : sequence of str, optional
        For example ``["metrics.val_loss ASC"]``; newest first when None.
    output_format : {"pandas", "list"}
    search_all_experiments : bool

    Returns
    -------
    pandas.DataFrame or list of Run
        The frame has columns ``params.*``, ``metrics.*`` and ``tags.*``.

    Raises
    ------
    FilterSyntaxError
        With the position and what was expected.
    """
    from reporter.search import runs_frame

    if output_format not in ("pandas", "list"):
        raise InvalidInputError(f"output_format is 'pandas' or 'list', not {output_format!r}.")
    client = MlflowClient()
    ids = _experiments_to_search(client, experiment_ids, experiment_names, search_all_experiments)
    runs = client.search_runs(ids, filter_string, run_view_type, max_results, order_by)
    return runs_frame(runs) if output_format == "pandas" else runs


def _experiments_to_search(
    client: MlflowClient,
    ids: Sequence[str] | None,
    names: Sequence[str] | None,
    is_all: bool,
) -> list[str]:
    if ids and names:
        raise InvalidInputError("Give experiment_ids or experiment_names, not both.")
    if ids:
        return [str(item) for item in ([ids] if isinstance(ids, (str, int)) else ids)]
    if names:
        found = [client.get_experiment_by_name(name) for name in names]
        return [item.experiment_id for item in found if item is not None]
    if is_all:
        return [item.experiment_id for item in client.search_experiments()]
    return [_chosen_experiment_id()]
