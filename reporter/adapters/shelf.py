"""The runs of one store as a long-lived process works with them: open writers, cached readings.

A tracking server or a training process keeps one shelf for each store. Writing goes through one
writer a run, as everywhere; what other processes do is noticed by the sizes and times of the
files in a run's folder, so that nothing has to be locked and little has to be read twice. Knows
nothing of the tool it serves.
"""

from __future__ import annotations

import atexit
import os
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from reporter.errors import RunNotFoundError
from reporter.events import (
    Event,
    LifecycleChanged,
    ParamsLogged,
    RunEnded,
    RunStarted,
)
from reporter.model import Experiment, LifecycleStage, Run, RunStatus
from reporter.store import layout
from reporter.store.compact import compact_run, fold_remembered, remember_for_later
from reporter.store.reader import FolderReader
from reporter.store.sources import RunSources, read_sources
from reporter.store.tables import Points
from reporter.store.writer import ExperimentWriter, FolderWriter

__all__ = ["OpenRun", "Shelf", "now_ms", "open_shelf"]

# A run and its params take some ten kilobytes: a bound for servers that run for months.
_MAX_CACHED_RUNS = 20_000
# Whole series are megabytes; charts ask for several metrics of a few runs one after the other.
_MAX_CACHED_SERIES = 8
_MAX_OPEN_RUNS = 200
# How long an edited run waits for further edits before its tables are written again.
_FOLD_DELAY_S = 1.0
# How often runs that other processes may have ended are looked after.
_TIDY_S = 10.0

# Of each file its name, number, size and time: a table is replaced by a file of another number.
_State = tuple[tuple[str, int, int, int], ...]


def now_ms() -> int:
    """Return milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


@dataclass
class OpenRun:
    """A run that this process may write to, with what decides whether a write is allowed.

    Parameters
    ----------
    writer : FolderWriter
    params : dict of str to str
    status, lifecycle_stage : str
    state : tuple
        The files of other writers when the rest was read.
    touched_s : float
        On the monotonic clock.
    """

    writer: FolderWriter
    params: dict[str, str]
    status: str
    lifecycle_stage: str
    state: _State
    touched_s: float = 0.0
    lock: threading.RLock = field(default_factory=threading.RLock)

    def append(self, *events: Event) -> None:
        """Record events and what they mean for later writes."""
        self.writer.append(*events)
        for event in events:
            if isinstance(event, ParamsLogged):
                self.params = {**event.params, **self.params}
            elif isinstance(event, (RunStarted, RunEnded)):
                self.status = event.status
            elif isinstance(event, LifecycleChanged):
                self.lifecycle_stage = event.lifecycle_stage


class Shelf:
    """The runs of one store.

    Parameters
    ----------
    path : str
        The store's folder, absolute. It is created by the first write.

    Attributes
    ----------
    on_error : {"warn", "raise"}
        What a disk that refuses does: training goes on with a warning and logs when the disk is
        back; a server must answer that nothing was stored.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.on_error = "warn"
        self._lock = threading.RLock()
        self._open: OrderedDict[str, OpenRun] = OrderedDict()
        self._experiments: dict[str, tuple[int, Experiment]] = {}
        self._homes: dict[str, str] = {}
        self._runs: OrderedDict[str, tuple[_State, Run]] = OrderedDict()
        self._series: OrderedDict[str, tuple[_State, Points]] = OrderedDict()
        self._unfolded: set[str] = set()
        self._timer: threading.Timer | None = None
        self._tidied_s = time.monotonic()
        self._is_created = False
        self._is_exiting = False

    # Experiments

    def experiments(self) -> list[Experiment]:
        """Return every experiment, deleted ones too; none when there is no store yet."""
        return FolderReader(self.path).experiments() if os.path.isdir(self.path) else []

    def find_experiment(self, experiment_id: str) -> Experiment | None:
        """Return one experiment, or None.

        Every change of an experiment is a new file in its folder, so the folder's time tells
        whether there was one; a time too fresh to tell two changes apart is not relied on.
        """
        folder = os.path.join(self.path, experiment_id)
        try:
            changed_ns = os.stat(folder).st_mtime_ns
        except OSError:
            return None
        cached = self._experiments.get(experiment_id)
        if cached is not None and cached[0] == changed_ns:
            return cached[1]
        found = FolderReader(self.path).find_experiment(experiment_id)
        if found is None or found.creation_time is None:
            return None
        if time.time_ns() - changed_ns > layout.CLOCK_TICK_NS:
            self._experiments[experiment_id] = changed_ns, found
        return found

    def append_to_experiment(self, experiment_id: str, *events: Event) -> None:
        """Record changes to an experiment."""
        self.create()
        self._experiments.pop(experiment_id, None)
        ExperimentWriter(self.path, experiment_id).append(*events)

    def create(self) -> None:
        """Make sure that the store stands."""
        if not self._is_created:
            layout.create_store(self.path)
            self._is_created = True

    def created_ms(self) -> int:
        """Return when the store was made (ms since 1970 UTC); 0 while there is none."""
        try:
            return os.stat(os.path.join(self.path, layout.MARKER)).st_mtime_ns // 1_000_000
        except OSError:
            return 0

    # Reading

    def home_of(self, run_id: str) -> str:
        """Return the experiment id of a run; raises RunNotFoundError."""
        known = self._homes.get(run_id)
        if known and os.path.isdir(os.path.join(self.path, known, run_id)):
            return known
        if layout.is_run_id(run_id) and os.path.isdir(self.path):
            for experiment_id in layout.list_experiment_ids(self.path):
                if os.path.isdir(os.path.join(self.path, experiment_id, run_id)):
                    self._homes[run_id] = experiment_id
                    return experiment_id
        raise RunNotFoundError(f"Run with id={run_id} not found", path=self.path)

    def folder_of(self, run_id: str) -> str:
        """Return the folder of a run; raises RunNotFoundError."""
        return os.path.join(self.path, self.home_of(run_id), run_id)

    def run(self, run_id: str) -> Run:
        """Return a run as it stands on disk; raises RunNotFoundError."""
        self._tidy()
        folder = self.folder_of(run_id)
        state = _state_of(folder)
        cached = self._runs.get(run_id)
        if cached is not None and cached[0] == state:
            return cached[1]
        run = read_sources(folder, run_id, self.home_of(run_id)).run()
        with self._lock:
            self._runs[run_id] = state, run
            _trim(self._runs, _MAX_CACHED_RUNS)
        return run

    def runs(self, experiment_id: str) -> Iterator[Run]:
        """Yield the runs of an experiment, deleted ones too, by id."""
        folder = os.path.join(self.path, experiment_id)
        if not layout.is_experiment_id(experiment_id) or not os.path.isdir(folder):
            return
        for run_id in layout.list_run_ids(folder):
            self._homes.setdefault(run_id, experiment_id)
            with suppress(RunNotFoundError):  # removed since the listing
                yield self.run(run_id)

    def points(self, run_id: str) -> Points:
        """Return every series of a run; raises RunNotFoundError."""
        folder = self.folder_of(run_id)
        state = _state_of(folder)
        cached = self._series.get(run_id)
        if cached is not None and cached[0] == state:
            return cached[1]
        points = read_sources(folder, run_id, self.home_of(run_id)).all_points()
        with self._lock:
            self._series[run_id] = state, points
            self._series.move_to_end(run_id)
            _trim(self._series, _MAX_CACHED_SERIES)
        return points

    def deleted_ms(self, run_id: str) -> int | None:
        """Return when a run was last deleted (ms since 1970 UTC); None for one that is not."""
        sources = read_sources(self.folder_of(run_id), run_id, self.home_of(run_id))
        if sources.run().info.lifecycle_stage != LifecycleStage.DELETED:
            return None
        events = [event for journal in sources.writers.values() for event in journal]
        changes = [event.at_ms for event in events if isinstance(event, LifecycleChanged)]
        return max(changes, default=0)

    # Writing

    def start(self, started: RunStarted, *events: Event) -> None:
        """Begin a run."""
        self.create()
        self._homes[started.run_id] = started.experiment_id
        writer = self._writer(started.run_id, started.experiment_id)
        opened = OpenRun(writer, {}, started.status, LifecycleStage.ACTIVE, ())
        opened.append(started, *events)
        self._keep(started.run_id, lambda: opened)

    def open(self, run_id: str) -> OpenRun:
        """Return the way into a run, brought up to date; raises RunNotFoundError."""
        folder, home = self.folder_of(run_id), self.home_of(run_id)
        found = self._keep(run_id, lambda: OpenRun(self._writer(run_id, home), {}, "", "", ()))
        with found.lock:
            mine = os.path.basename(found.writer.events_path)
            state = tuple(item for item in _state_of(folder, events_only=True) if item[0] != mine)
            if state != found.state or not found.status:
                run = _read_events(folder, run_id, self.home_of(run_id)).run()
                found.params = dict(run.data.params)
                found.status = run.info.status
                found.lifecycle_stage = run.info.lifecycle_stage
                found.state = state
        return found

    @contextmanager
    def writing(self, run_id: str) -> Iterator[OpenRun]:
        """Hold the way into a run: what is checked inside is still so when it is written.

        An ended run that was written to is folded again, a bit later. Raises RunNotFoundError.
        """
        while True:
            opened = self.open(run_id)
            with opened.lock:
                if opened.writer.is_closed:
                    continue  # another thread folded it between the two lines above
                yield opened
            break
        opened.touched_s = time.monotonic()
        if RunStatus.is_terminated(opened.status):
            self._fold_later(run_id)

    def append(self, run_id: str, *events: Event) -> None:
        """Record events of a run; raises RunNotFoundError."""
        with self.writing(run_id) as opened:
            opened.append(*events)

    def end(self, run_id: str, event: RunEnded) -> None:
        """Record the end of a run and write its tables now."""
        with self.writing(run_id) as opened:
            opened.append(event)
        if RunStatus.is_terminated(event.status):
            self._fold(run_id)
            if not self._is_exiting:
                with suppress(OSError):
                    fold_remembered(self.path)

    def remove(self, run_id: str) -> None:
        """Remove a run for good, artifacts in the store included."""
        folder = self.folder_of(run_id)
        with self._lock:
            opened = self._open.pop(run_id, None)
            self._unfolded.discard(run_id)
        if opened is not None:
            opened.writer.close()
        shutil.rmtree(folder)
        self._homes.pop(run_id, None)

    def _writer(self, run_id: str, experiment_id: str) -> FolderWriter:
        return FolderWriter(self.path, experiment_id, run_id, now_ms=now_ms, on_error=self.on_error)

    def _keep(self, run_id: str, make: Callable[[], OpenRun]) -> OpenRun:
        """Return the run that is open, or the one that is made; too many of them are closed."""
        with self._lock:
            found = self._open.get(run_id)
            if found is None:
                found = self._open[run_id] = make()
            found.touched_s = time.monotonic()
            self._open.move_to_end(run_id)
            surplus = list(self._open)[:-_MAX_OPEN_RUNS]
        for other in surplus:
            self._fold(other)
        return found

    def _fold(self, run_id: str) -> None:
        """Close the writer of a run; write the tables of one that has ended."""
        with self._lock:
            opened = self._open.pop(run_id, None)
            self._unfolded.discard(run_id)
        if opened is None:
            return
        experiment_id = opened.writer.experiment_id
        with opened.lock:
            opened.writer.close()
        if not RunStatus.is_terminated(opened.status):
            return
        if self._is_exiting:
            remember_for_later(self.path, experiment_id, run_id)
            return
        with suppress(OSError):  # journals read as well as tables do
            compact_run(opened.writer.folder, run_id, experiment_id)

    def _fold_later(self, run_id: str) -> None:
        with self._lock:
            self._unfolded.add(run_id)
            if self._timer is None and not self._is_exiting:
                self._timer = threading.Timer(_FOLD_DELAY_S, self._fold_due)
                self._timer.daemon = True
                with suppress(RuntimeError):  # the interpreter is shutting down
                    self._timer.start()

    def _fold_due(self) -> None:
        """Fold the runs that nobody has edited for a moment."""
        with self._lock:
            self._timer = None
            now = time.monotonic()
            waiting = [run_id for run_id in self._unfolded if run_id in self._open]
            due = [r for r in waiting if now - self._open[r].touched_s >= _FOLD_DELAY_S / 2]
        for run_id in due:
            self._fold(run_id)
        for run_id in set(waiting) - set(due):
            self._fold_later(run_id)

    def _tidy(self) -> None:
        """Close the writers of runs that other processes have ended."""
        now = time.monotonic()
        if now - self._tidied_s < _TIDY_S:
            return
        self._tidied_s = now
        with self._lock:
            idle = [run_id for run_id, it in self._open.items() if now - it.touched_s > _TIDY_S]
        for run_id in idle:
            try:
                found = self.open(run_id)
            except RunNotFoundError:
                found = self._open.pop(run_id)
                found.writer.close()
                continue
            if RunStatus.is_terminated(found.status):
                self._fold(run_id)

    def close(self) -> None:
        """Close every writer, importing nothing heavy: at the end of the process."""
        self._is_exiting = True
        for run_id in list(self._open):
            self._fold(run_id)

    def after_fork(self) -> None:
        """In a forked child: locks may be held by threads that are not here."""
        self._lock = threading.RLock()
        self._timer = None
        for opened in self._open.values():
            opened.lock = threading.RLock()


def _state_of(folder: str, *, events_only: bool = False) -> _State:
    """Tell what lies in a run's folder without reading it."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
                is_event = layout.is_events_journal(name) or name == layout.RUN_TABLE
                is_point = layout.is_metrics_journal(name) or name == layout.METRICS_TABLE
                if is_event or (is_point and not events_only):
                    with suppress(FileNotFoundError):  # folded since the listing
                        status = entry.stat()
                        found.append((name, status.st_ino, status.st_size, status.st_mtime_ns))
    except FileNotFoundError:
        return ()
    return tuple(sorted(found))


def _read_events(folder: str, run_id: str, experiment_id: str) -> RunSources:
    """Read a run without its points."""
    sources = read_sources(folder, run_id, experiment_id)
    return replace(sources, points={})


def _trim(cache: OrderedDict[str, Any], size: int) -> None:  # Any: what is dropped is not looked at
    while len(cache) > size:
        cache.popitem(last=False)


_shelves: dict[str, Shelf] = {}


def open_shelf(path: str) -> Shelf:
    """Return this process's shelf for the store at `path`; every caller gets the same one."""
    real = os.path.abspath(path)
    if real not in _shelves:
        _shelves[real] = Shelf(real)
    return _shelves[real]


def _close_all() -> None:
    for shelf in list(_shelves.values()):
        shelf.close()


def _after_fork() -> None:
    for shelf in _shelves.values():
        shelf.after_fork()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
