"""Runs that this process writes to: one writer each, shared by all threads, closed at the end.

At interpreter exit and under SIGTERM the journals are closed and nothing heavy is imported; what
was not folded then is folded by the next run that ends in the store, or by ``report compact``.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, BinaryIO

from reporter.errors import InvalidInputError, StoreError
from reporter.events import (
    ArtifactLogged,
    Event,
    ParamsLogged,
    RunEnded,
    TagsSet,
)
from reporter.model import Artifact, RunStatus
from reporter.store.layout import safe_artifact_path
from reporter.store.writer import FolderWriter
from reporter.tracking import clock, context
from reporter.tracking.capture import PATH as CAPTURED_PATH
from reporter.tracking.location import settings
from reporter.tracking.validation import as_number, as_time, check_key, param_text

if TYPE_CHECKING:
    from reporter.tracking.capture import OutputCapture
    from reporter.tracking.system_metrics import Sampler

__all__ = ["LiveRun", "close_all", "find_live", "register"]

# How long uploads may take when the process ends: schedulers kill soon after their signal.
_EXIT_SECONDS, _SIGNAL_SECONDS = 600.0, 15.0
_runs: dict[tuple[str, str], LiveRun] = {}
_lock = threading.Lock()
_is_armed = False
_probe: context.GitProbe | None = None


class LiveRun:
    """A run that this process may append to.

    Parameters
    ----------
    writer : FolderWriter
    params : mapping of str to str
        Those it has already: a param keeps its first value.
    is_owner : bool
        Whether this process started or resumed it, and so ends it at exit.
    """

    def __init__(self, writer: FolderWriter, params: Mapping[str, str], *, is_owner: bool) -> None:
        self.writer = writer
        self.run_id = writer.run_id
        self.store = os.path.dirname(os.path.dirname(writer.folder))
        self.is_owner = is_owner
        self.is_nested = False
        self.n_active = 0  # how often it stands on a thread's stack of active runs
        self.sampler: Sampler | None = None
        self.capture: OutputCapture | None = None
        self._params = dict(params)
        self._lock = threading.Lock()

    def append(self, *events: Event) -> None:
        """Record events."""
        self.writer.append(*events)

    def log_params(self, params: Mapping[str, object]) -> None:
        """Record params, all or none of them.

        Raises
        ------
        InvalidInputError
            A key is bad, or a param is here already with another value.
        """
        texts = {key: param_text(value) for key, value in params.items()}
        with self._lock:
            for key, text in texts.items():
                check_key(key, "Param key")
                if self._params.get(key, text) != text:
                    raise InvalidInputError(
                        f"Param {key!r} of run {self.run_id} is {self._params[key]!r} and cannot "
                        f"be changed to {text!r}.",
                        "Log it under another key, or start another run.",
                    )
            fresh = {key: text for key, text in texts.items() if key not in self._params}
            if fresh:
                self.append(ParamsLogged(at_ms=clock.now_ms(), params=fresh))
                self._params |= fresh

    def log_point(
        self, key: str, value: float, step: int | None = None, timestamp_ms: float | None = None
    ) -> None:
        """Record one point of a metric."""
        now = clock.now_ms() if timestamp_ms is None else as_time(timestamp_ms)
        append = self.writer.points.append_point
        try:
            append(key, value, _whole(step), now)
        except InvalidInputError:
            append(key, as_number(value), _whole(step), now)

    def log_points(
        self, metrics: Mapping[str, float], step: int | None, timestamp_ms: float | None
    ) -> None:
        """Record one point of each metric with one write."""
        now = clock.now_ms() if timestamp_ms is None else as_time(timestamp_ms)
        append = self.writer.points.append_batch
        try:
            append(metrics.items(), _whole(step), now)
        except InvalidInputError:
            numbers = {key: as_number(value) for key, value in metrics.items()}
            append(numbers.items(), _whole(step), now)

    def set_tags(self, tags: Mapping[str, object]) -> None:
        """Record tags; the later value wins."""
        for key in tags:
            check_key(key, "Tag key")
        texts = {key: param_text(value) for key, value in tags.items()}
        if texts:
            self.append(TagsSet(at_ms=clock.now_ms(), tags=texts))

    def put(
        self,
        path: str,
        data: bytes | BinaryIO,
        *,
        kind: str = "file",
        key: str = "",
        step: int | None = None,
    ) -> None:
        """Store an artifact and record it.

        A disk that refuses warns and lets training go on, unless the settings say ``raise``.
        """
        path = safe_artifact_path(path)
        try:
            size_bytes, sha256 = self.writer.put_artifact(path, data)
        except StoreError as error:
            if settings.on_error == "raise":
                raise
            warnings.warn(f"{error} Training goes on without it.", stacklevel=4)
            return
        artifact = Artifact(
            path=path, size_bytes=size_bytes, sha256=sha256, kind=kind, key=key, step=step
        )
        self.append(ArtifactLogged(at_ms=clock.now_ms(), artifact=artifact))

    def end(self, status: str, end_time_ms: int | None = None, *, fold: bool = True) -> None:
        """Record the end, close the journals and fold them into tables.

        A run that is still active in some block stays open for what that logs, as in MLflow.
        """
        if self.writer.is_closed:
            return
        if fold and self.n_active:
            self._append_end(status, end_time_ms)
            return
        _runs.pop((self.store, self.run_id), None)
        self._stop_watching()
        if self.is_owner:
            self._append_end_tags(clock.now_ms(), fold=fold)
        self._append_end(status, end_time_ms)
        self.close(fold=fold)

    def _append_end(self, status: str, end_time_ms: int | None) -> None:
        now = clock.now_ms()
        end = now if end_time_ms is None else end_time_ms
        self.append(RunEnded(at_ms=now, status=status, end_time=end))

    def _stop_watching(self) -> None:
        """End the sampling of the machine and the copying of output."""
        if self.sampler is not None:
            self.sampler.stop()
        if self.capture is not None:
            self.capture.stop()
            with open(self.capture.path, "rb") as file:
                self.put(CAPTURED_PATH, file, kind="text")

    def _append_end_tags(self, now: int, *, fold: bool) -> None:
        tags = context.end_tags()
        if _probe is not None and fold:
            tags |= _probe.tags()
        if self.is_nested:  # the parent has them; a sweep would keep them a hundred times
            for key in ("mlflow.source.git.diff", "reporter.installed"):
                tags.pop(key, None)
        if tags:
            self.append(TagsSet(at_ms=now, tags=tags))

    def close(self, *, fold: bool = True) -> None:
        """Close the journals without saying that the run ended."""
        _runs.pop((self.store, self.run_id), None)
        if not fold:
            self.writer.leave()
            return
        try:
            self.writer.finish()
        except OSError as error:
            warnings.warn(
                f"Run {self.run_id} stays in journals, which read as well: {error}. "
                "'report compact' makes its tables later.",
                stacklevel=4,
            )


def _whole(step: object) -> int:
    """Return the step as an int: 0 for none, 3 for 3.0."""
    if step is None:
        return 0
    if isinstance(step, float) and step.is_integer():
        return int(step)
    return step  # type: ignore[return-value]  # the journal explains what is no integer


def register(run: LiveRun) -> LiveRun:
    """Keep a run until it is closed; see to it that an end of the process closes it."""
    global _probe
    _runs[run.store, run.run_id] = run
    _arm()
    if run.is_owner and _probe is None:
        _probe = context.GitProbe(context.source_folder())
    return run


def find_live(store: str, run_id: str) -> LiveRun | None:
    """Return this process's way into a run of the store, if it has one open."""
    found = _runs.get((store, run_id))
    return None if found is None or found.writer.is_closed else found


def close_all(status: str = RunStatus.FINISHED, runs: Iterable[LiveRun] | None = None) -> None:
    """End the runs that this process owns and close the others, importing nothing heavy."""
    for run in list(_runs.values() if runs is None else runs):
        if run.is_owner:
            run.end(status, fold=False)
        else:
            run.close(fold=False)


def _leave(status: str, seconds: float) -> None:
    """End everything; what an object store still lacks is uploaded, for so long."""
    close_all(status)
    spool = sys.modules.get("reporter.store.remote_spool")
    if spool is not None:  # else no object store was logged to
        spool.leave_all(seconds)


def _arm() -> None:
    """Close runs at exit and under SIGTERM; once a process."""
    global _is_armed
    with _lock:
        if _is_armed:
            return
        _is_armed = True
    try:
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, _on_sigterm)
    except ValueError:
        return  # only the main thread may: then exit alone closes


def _at_exit() -> None:
    error = getattr(sys, "last_value", None)
    if error is None:
        _leave(RunStatus.FINISHED, _EXIT_SECONDS)
    else:
        record_failure(error)
        is_stop = isinstance(error, KeyboardInterrupt)
        _leave(RunStatus.KILLED if is_stop else RunStatus.FAILED, _EXIT_SECONDS)


def record_failure(error: BaseException, runs: Iterable[LiveRun] | None = None) -> None:
    """Tag runs with the traceback of what ended them."""
    import traceback

    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    for run in list(_runs.values()) if runs is None else runs:
        if run.is_owner and not run.writer.is_closed:
            run.set_tags({"reporter.error": context.short_path(text)[-8_000:]})


def _on_sigterm(number: int, frame: object) -> None:
    _leave(RunStatus.KILLED, _SIGNAL_SECONDS)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _after_fork() -> None:
    """In a forked child: its parent ends the runs."""
    global _probe
    _probe = None
    for run in _runs.values():
        run.is_owner = False


# At once, and not with the first run: what was registered last is called first, and what others
# log in their own handlers is to be kept too.
atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
