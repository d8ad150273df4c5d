"""Notice that runs have changed, by looking rather than by being told, and at little cost.

Polling works on every system and network drive. Journals of live runs are looked at each time;
everything else is swept at a pace that follows from what a sweep costs, so that ten thousand runs
take a fiftieth of a processor and a change among them is seen a little later. Reads no run.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from reporter.events import WriterOpened, from_line
from reporter.publish.sources import is_store
from reporter.store import layout
from reporter.store.liveness import is_alive
from reporter.store.uris import is_remote

__all__ = ["FileWatch", "StoreWatch", "TimedWatch", "Watch", "watch"]

SHARE = 0.02
"""Part of a processor's time that sweeping may take."""

REMOTE_S = 30.0
"""Between two looks at what lies on another machine, where each look costs requests."""

_FRESH_NS = 2_000_000_000
"""A folder changed so lately may change again without its time telling: clocks tick coarsely."""

_JOURNALS = (
    layout.is_events_journal,
    layout.is_metrics_journal,
    layout.is_experiment_journal,
)


class Watch(Protocol):
    """Something that notices changes."""

    def changed(self) -> bool:
        """Tell whether anything changed since this was asked last."""


class _Pace:
    """Says when it is time for work whose cost is known only when it is done."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._next = clock()

    def is_due(self) -> bool:
        return self._clock() >= self._next

    def measure(self, work: Callable[[], bool]) -> bool:
        began = self._clock()
        answer = work()
        ended = self._clock()
        self._next = ended + (ended - began) / SHARE
        return answer


class StoreWatch:
    """Watches a store of ours in a folder.

    Parameters
    ----------
    path : str
    clock : callable, optional
        Seconds; only differences count.
    """

    def __init__(self, path: str, clock: Callable[[], float] = time.perf_counter) -> None:
        self._path = path
        self._pace = _Pace(clock)
        self._folders: dict[str, int] = {}
        self._journals: dict[str, dict[str, tuple[int, bool]]] = {}
        self._sweep()

    def changed(self) -> bool:
        """Tell whether anything changed since this was asked last."""
        found = self._look_at_journals()
        if self._pace.is_due():
            found = self._pace.measure(self._sweep) or found
        return found

    def _look_at_journals(self) -> bool:
        """Look whether known journals have grown, or their writers have died."""
        before = self._journals
        self._journals = {folder: self._look_at(folder, found) for folder, found in before.items()}
        return before != self._journals

    def _sweep(self) -> bool:
        """Look at every folder, and into those that changed."""
        now_ns = time.time_ns()
        folders = dict(self._walk())
        changed = folders != self._folders
        for folder, modified_ns in folders.items():
            if self._folders.get(folder) != modified_ns or now_ns - modified_ns < _FRESH_NS:
                found = self._journals_of(folder)
                changed = changed or found != self._journals.get(folder, {})
                self._journals[folder] = found
        self._journals = {
            folder: found for folder, found in self._journals.items() if found and folder in folders
        }
        self._folders = folders
        return changed

    def _walk(self) -> Iterator[tuple[str, int]]:
        """Yield every folder of an experiment and of a run, with the time of its last change."""
        for experiment in _scan(self._path):
            if not layout.is_experiment_id(experiment.name) or not _is_folder(experiment):
                continue
            yield experiment.path, _modified_ns(experiment)
            for run in _scan(experiment.path):
                if layout.is_run_id(run.name) and _is_folder(run):
                    yield run.path, _modified_ns(run)

    def _journals_of(self, folder: str) -> dict[str, tuple[int, bool]]:
        """Find a folder's journals."""
        names = (entry.name for entry in _scan(folder))
        ours = [name for name in names if any(test(name) for test in _JOURNALS)]
        return self._look_at(folder, ours)

    def _look_at(self, folder: str, names: Iterable[str]) -> dict[str, tuple[int, bool]]:
        """Return size of each journal, and whether its writer lives."""
        before = self._journals.get(folder, {})
        found = {}
        for name in names:
            path = os.path.join(folder, name)
            try:
                size_bytes = os.stat(path).st_size
            except OSError:
                continue  # folded into a table meanwhile
            # What is dead stays dead.
            lives = before.get(name, (0, True))[1] and _writer_lives(path)
            found[name] = (size_bytes, lives)
        return found


class FileWatch:
    """Watches whatever lies below a path: another tool's runs, or a site that others build.

    Parameters
    ----------
    path : str
    clock : callable, optional
    """

    def __init__(self, path: str, clock: Callable[[], float] = time.perf_counter) -> None:
        self._path = path
        self._pace = _Pace(clock)
        self._seen = self._look()

    def changed(self) -> bool:
        """Tell whether anything changed since this was asked last."""
        return self._pace.is_due() and self._pace.measure(self._compare)

    def _compare(self) -> bool:
        before, self._seen = self._seen, self._look()
        return before != self._seen

    def _look(self) -> int:
        """Digest names, sizes and times; of millions of files nothing else is kept."""
        digest = 0
        for path in _files(self._path):
            try:
                status = os.stat(path)
            except OSError:
                continue
            digest ^= hash((path, status.st_size, status.st_mtime_ns))
        return digest


class TimedWatch:
    """Takes for granted that something far away has changed when some time has passed.

    Parameters
    ----------
    seconds : float
    clock : callable, optional
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.perf_counter) -> None:
        self._seconds = seconds
        self._clock = clock
        self._next = clock() + seconds

    def changed(self) -> bool:
        """Tell whether it is time to look again."""
        if self._clock() < self._next:
            return False
        self._next = self._clock() + self._seconds
        return True


def watch(path: str) -> Watch:
    """Choose how to watch what was given.

    Parameters
    ----------
    path : str
        A store of ours, anything else on disk, or an address.

    Returns
    -------
    Watch
    """
    if is_remote(path) or path.startswith(("http://", "https://")):
        return TimedWatch(REMOTE_S)
    return StoreWatch(path) if is_store(path) else FileWatch(path)


def _files(path: str) -> Iterator[str]:
    if os.path.isfile(path):
        yield path
    for parent, _, names in os.walk(path):
        for name in names:
            yield os.path.join(parent, name)


def _scan(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []  # gone, or not to be entered: the build says so


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _modified_ns(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_mtime_ns
    except OSError:
        return 0


def _writer_lives(path: str) -> bool:
    """Tell whether the process that opened a journal of events is seen alive."""
    if not layout.is_events_journal(os.path.basename(path)):
        return True
    try:
        with open(path, "rb") as file:
            event = from_line(file.readline())
    except (OSError, ValueError, TypeError, KeyError):
        return False
    return isinstance(event, WriterOpened) and is_alive(event)
