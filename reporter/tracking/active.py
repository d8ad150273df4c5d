"""The module-level functions that start and end runs, and each thread's stack of active ones."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import fields
from types import TracebackType

from reporter.errors import InvalidInputError, RunNotFoundError, RunStateError
from reporter.events import RunStarted
from reporter.model import MetricSummary, Run, RunStatus
from reporter.tracking import clock, context
from reporter.tracking.capture import OutputCapture
from reporter.tracking.client import MlflowClient
from reporter.tracking.experiments import chosen_experiment_id
from reporter.tracking.live import LiveRun, record_failure
from reporter.tracking.system_metrics import start_sampler
from reporter.tracking.validation import check_status

__all__ = [
    "ActiveRun",
    "active_run",
    "current",
    "delete_run",
    "end_run",
    "get_parent_run",
    "get_run",
    "last_active_run",
    "restore_run",
    "run_to_log",
    "start_run",
    "target",
]


class _Active(threading.local):
    """A thread's active runs, and a short way to the journal of the innermost."""

    def __init__(self) -> None:
        self.stack: list[tuple[ActiveRun, LiveRun]] = []
        self.append_point: Callable[..., None] | None = None
        self.last_run_id: str | None = None


current = _Active()


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
        while any(run.info.run_id == self.info.run_id for run, _ in current.stack):
            is_self = current.stack[-1][0].info.run_id == self.info.run_id
            end_run(status if is_self else RunStatus.FINISHED)


def _live_of(run_id: str) -> LiveRun | None:
    return next((live for run, live in current.stack if run.info.run_id == run_id), None)


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
    if current.stack and not nested:
        raise RunStateError(
            f"Run {current.stack[-1][0].info.run_id} is already active.",
            "End it with end_run(), or start this one with nested=True.",
        )
    client = MlflowClient()
    run_id = run_id or _run_id_of_environment(client)
    if run_id is not None:
        live = _resume(client, run_id, run_name, tags, description)
        run = client.get_run(run_id)
    else:
        if parent_run_id:
            client._active_run(parent_run_id)  # raises when there is none
        parent = parent_run_id or (current.stack[-1][0].info.run_id if current.stack else None)
        live, run = client._start(
            experiment_id or chosen_experiment_id(),
            run_name,
            _all_tags(tags, description, parent),
        )
    active = ActiveRun(**{spec.name: getattr(run, spec.name) for spec in fields(Run)})
    live.is_nested = "mlflow.parentRunId" in active.data.tags
    _push(active, live)
    _watch(live, log_system_metrics, capture_output, active.data.summaries)
    return active


def _run_id_of_environment(client: MlflowClient) -> str | None:
    """Return the run that ``MLFLOW_RUN_ID`` names, once: the variable is taken away.

    MLflow does so too. It may come from a launcher that knows another store; then it is no run of
    ours.
    """
    run_id = os.environ.pop("MLFLOW_RUN_ID", None)
    if not run_id:
        return None
    try:
        return client.get_run(run_id).info.run_id
    except RunNotFoundError as error:
        warnings.warn(f"MLFLOW_RUN_ID is not followed: {error}", stacklevel=4)
        return None


def _watch(
    live: LiveRun,
    log_system_metrics: bool | None,
    capture_output: bool,
    summaries: Mapping[str, MetricSummary],
) -> None:
    """Begin to sample the machine and to copy output, where that is asked for."""
    if capture_output and live.capture is None:
        live.capture = OutputCapture(live.writer.artifact_folder)
        live.writer.unfinished.add(live.capture.path)
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
    if description:
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
    noted = {"mlflow.note.content": description} if description else {}
    live.set_tags({**(tags or {}), **named, **noted})
    return live


def _push(run: ActiveRun, live: LiveRun) -> None:
    current.stack.append((run, live))
    current.last_run_id = live.run_id
    live.n_active += 1
    current.append_point = live.writer.points.append_point


def _pop() -> tuple[ActiveRun, LiveRun]:
    top = current.stack.pop()
    current.last_run_id = top[1].run_id
    top[1].n_active -= 1
    below = current.stack[-1][1] if current.stack else None
    current.append_point = below.writer.points.append_point if below else None
    return top


def end_run(status: str = RunStatus.FINISHED) -> None:
    """End the active run, if there is one; its parent becomes active again."""
    check_status(status)
    if current.stack:
        _, live = _pop()
        live.end(check_status(status))


def active_run() -> ActiveRun | None:
    """Return the active run of this thread as it was when it started, or None."""
    return current.stack[-1][0] if current.stack else None


def last_active_run() -> Run | None:
    """Return the run that this thread last began or ended, as it stands now, or None."""
    return get_run(current.last_run_id) if current.last_run_id else None


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


def run_to_log() -> LiveRun:
    """Return the active run; one is started if there is none, as MLflow does."""
    if not current.stack:
        start_run()
    return current.stack[-1][1]


def target(run_id: str | None) -> LiveRun:
    """Return the way into a run: by id, or the active one."""
    return run_to_log() if run_id is None else MlflowClient()._live(run_id)
