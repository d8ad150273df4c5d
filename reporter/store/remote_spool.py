"""Logging to an object store: everything lands in a spool on this disk, a thread uploads it.

A spool is a store's folder of one process, so a call is as quick and as durable as on a disk. What
a process that was killed left there is taken up by the next one, or by ``report sync``. Standard
library alone until something is uploaded; nothing here ever raises into training for a bucket
that does not answer.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import warnings
import weakref
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import TYPE_CHECKING

from reporter.errors import StoreError
from reporter.events import WriterOpened
from reporter.store import layout
from reporter.store.exclusive import exclusive
from reporter.store.liveness import host_name, is_alive, own_start
from reporter.store.uris import public_uri
from reporter.store.writer import FolderWriter

if TYPE_CHECKING:
    from reporter.model import Experiment
    from reporter.store.remote_upload import Uploader

__all__ = ["Spool", "SpoolWriter", "leave_all", "send_left", "spool_of", "take_up"]

FOLDER_VARIABLE = "REPORTER_SPOOL"
SECONDS_VARIABLE = "REPORTER_UPLOAD_SECONDS"
_URI_VARIABLE = "REPORTER_SPOOL_URI"
# Seldom enough to cost nothing, often enough to watch a run.
DEFAULT_SECONDS = 10.0
# A journal that has grown so far is followed by another: what is sent again stays small.
_ROLL_BYTES = 256 << 10
# How long callers leave a bucket alone that did not answer: asking takes seconds, and the thread
# goes on asking.
_DOWN_SECONDS = 60.0
# How long the thread may finish what it is at when the process ends.
_JOIN_SECONDS = 5.0
# A spool of another machine, on a shared disk, is its owner's until it was silent for so long.
_SILENT_SECONDS = 900.0
_OWNER = ".spool.json"
_LOCK = ".sync.lock"

_spools: dict[str, Spool] = {}
_children: list[subprocess.Popen[bytes]] = []  # kept, for to forget a running one is a warning
_spools_lock = threading.Lock()


def spools_folder() -> str:
    """Return the folder that holds spools: ``REPORTER_SPOOL``, else among the user's state."""
    if chosen := os.environ.get(FOLDER_VARIABLE):
        return os.path.abspath(chosen)
    usual = "~/Library/Application Support" if sys.platform == "darwin" else "~/.local/state"
    variable = "LOCALAPPDATA" if sys.platform == "win32" else "XDG_STATE_HOME"
    root = os.path.expanduser(os.environ.get(variable) or usual)
    if not _can_be_made(root):  # containers and services have no home, or one that is read-only
        root = tempfile.gettempdir()
    return os.path.join(root, "runpages", "spool")


def _can_be_made(folder: str) -> bool:
    while folder and not os.path.exists(folder):
        folder = os.path.dirname(folder)
    return bool(folder) and os.access(folder, os.W_OK)


def spool_of(uri: str) -> Spool:
    """Return this process's spool for a store, made when it is first asked for."""
    with _spools_lock:
        found = _spools.get(uri)
        if found is None:
            found = _spools[uri] = Spool(uri)
        return found


class Spool:
    """One process's spool for one store.

    Parameters
    ----------
    uri : str
        Credentials in it are used and never written down.
    """

    def __init__(self, uri: str) -> None:
        from reporter.store.remote_upload import Uploader

        self.uri = uri
        self.location = public_uri(uri)
        self.pid = os.getpid()
        name = f"{_digest(self.location)}-{self.pid}-{os.urandom(4).hex()}"
        self.folder = os.path.join(spools_folder(), name)
        layout.create_store(self.folder)
        self._write_owner()
        self.writers: weakref.WeakSet[SpoolWriter] = weakref.WeakSet()
        self._uploader: Uploader = Uploader(self.folder, uri)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()
        self._unsettled: set[tuple[str, str]] = set()
        # Experiments as they were last seen there: training goes on when it cannot be asked.
        self.known: dict[str, Experiment] = {}
        self._down_until = 0.0
        self._has_warned = False
        self._has_taken_up = False

    def _write_owner(self) -> None:
        owner = {"uri": self.location, "host": host_name(), "pid": self.pid}
        with open(os.path.join(self.folder, _OWNER), "w", encoding="utf-8") as file:
            json.dump({**owner, "process_start": own_start()}, file)

    def start(self) -> None:
        """Begin to upload in the background, if that was not begun."""
        if self._thread is None and self.pid == os.getpid():
            self._thread = threading.Thread(target=self._work, name="reporter-upload", daemon=True)
            try:
                self._thread.start()
            except RuntimeError:
                self._thread = None  # the interpreter is shutting down: leaving uploads

    def _work(self) -> None:
        self._has_taken_up = self._attempt(lambda: take_up(self.uri))
        while not self._stopped.wait(_interval()):
            self._attempt(self._tick)

    def _tick(self) -> None:
        os.utime(os.path.join(self.folder, _OWNER))  # a sign of life, for other machines
        self._send()
        self._settle()

    def _send(self) -> None:
        for writer in list(self.writers):
            writer.roll(_ROLL_BYTES)
        self._uploader.send({path for writer in list(self.writers) for path in writer.unfinished})

    def push(self) -> bool:
        """Upload what is new; False when that has to wait, about which the user was told once."""
        if self.pid != os.getpid():
            return True  # a forked child: the parent uploads
        return not self.is_down and self._attempt(self._send)

    @property
    def is_down(self) -> bool:
        """Whether the bucket did not answer a moment ago, so that asking again is waiting."""
        return time.monotonic() < self._down_until

    def finish(self, experiment_id: str, run_id: str) -> None:
        """Upload a run that this process is done with, fold it if it is ours alone, forget it."""
        if self.pid == os.getpid():
            self._unsettled.add((experiment_id, run_id))
            if self.push():
                self._attempt(self._settle)

    def _settle(self) -> None:
        for run in list(self._unsettled):
            self._uploader.settle(*run)
            self._unsettled.discard(run)

    def _attempt(self, work: Callable[[], object]) -> bool:
        with self._lock:
            try:
                work()
            except (StoreError, OSError) as error:
                if not self._stopped.is_set():  # else the interpreter takes its threads down
                    self.tell(error)
                return False
            self._down_until = 0.0
            return True

    def tell(self, error: Exception) -> None:
        """Say, once, why what is logged stays here for now; leave the bucket alone a moment."""
        self._down_until = time.monotonic() + _DOWN_SECONDS
        if not self._has_warned:
            self._has_warned = True
            warnings.warn(
                f"{error} What is logged is kept in '{self.folder}' and uploaded when that "
                "works: while this process runs, by the next one, or by 'report sync'.",
                stacklevel=2,
            )

    def _has_heirloom(self) -> bool:
        """Whether there are spools of processes that are gone, which was not looked at in time."""
        return not self._has_taken_up and any(
            location == self.location for _, location in _left_behind()
        )

    def stop(self) -> None:
        """Upload nothing more by itself."""
        self._stopped.set()

    def leave(self, seconds: float) -> None:
        """Upload what is left in a process of its own, since this one is about to end.

        Nothing that a cloud's package needs (threads, executors) can be started any more in an
        interpreter that shuts down.
        """
        self.stop()
        if self._thread is not None:
            self._thread.join(min(seconds, _JOIN_SECONDS))
        if self.location.startswith("memory:"):
            shutil.rmtree(self.folder, ignore_errors=True)
        elif self._uploader.has_unsent() or self._uploader.runs() or self._has_heirloom():
            _send_in_child(self.folder, self.uri, seconds)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


class SpoolWriter(FolderWriter):
    """A writer of one run into a spool.

    Parameters
    ----------
    spool : Spool
    experiment_id, run_id : str
    **options
        As :class:`FolderWriter` takes them.
    """

    def __init__(self, spool: Spool, experiment_id: str, run_id: str, **options: object) -> None:
        super().__init__(spool.folder, experiment_id, run_id, **options)  # type: ignore[arg-type]
        if not options.get("artifact_folder"):
            inside = f"{experiment_id}/{run_id}/{layout.ARTIFACTS}"
            self.artifact_uri = f"{spool.location}/{inside}"
        self._spool = spool
        spool.writers.add(self)
        spool.start()

    def leave(self) -> None:
        """Close the journals; the end of the process uploads them."""
        self.flush()
        self.close()

    def finish(self) -> None:
        """Close the journals and upload the run, folded if nobody else wrote to it."""
        self.close()
        self._spool.finish(self.experiment_id, self.run_id)


def leave_all(seconds: float) -> None:
    """Upload what is left of every spool of this process, which ends in so many seconds."""
    for spool in list(_spools.values()):
        if spool.pid == os.getpid():
            spool.leave(seconds)


def _send_in_child(folder: str, uri: str, seconds: float) -> None:
    """Run :func:`send_left` in a fresh interpreter and wait for it so long."""
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, _URI_VARIABLE: uri, "PYTHONPATH": os.pathsep.join(paths)}
    code = "import sys; from reporter.store.remote_spool import send_left; send_left(sys.argv[1])"
    try:
        arguments = [sys.executable, "-c", code, folder]
        child = subprocess.Popen(arguments, env=environment)  # noqa: S603  # ourselves
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        _children.append(child)  # it goes on by itself
    except (OSError, KeyboardInterrupt):
        return  # the next process takes the spool up


def send_left(folder: str) -> None:
    """Upload a spool whose process is about to end, and those of earlier ones; remove them."""
    try:
        _send_whole(folder, os.environ[_URI_VARIABLE])
        take_up(os.environ[_URI_VARIABLE])
    except (StoreError, OSError) as error:
        sys.stderr.write(
            f"{error}\nWhat was logged is kept in '{folder}': 'report sync' uploads it.\n"
        )
        sys.exit(1)


def take_up(uri: str = "", progress: Callable[[str, int, int], None] | None = None) -> int:
    """Upload the spools of processes that are gone, and remove them.

    Parameters
    ----------
    uri : str
        Those for this store alone; all when empty.
    progress : callable, optional
        Called with a word, the spools done and the spools in all.

    Returns
    -------
    int
        How many runs were uploaded.

    Raises
    ------
    StoreUnreachableError
        What was not uploaded stays.
    """
    found = [item for item in _left_behind() if not uri or item[1] == public_uri(uri)]
    n_runs = 0
    for number, (folder, location) in enumerate(found, start=1):
        n_runs += _send_whole(folder, uri or location)
        if progress is not None:
            progress("Uploading", number, len(found))
    return n_runs


def _send_whole(folder: str, uri: str) -> int:
    from reporter.store.remote_upload import Uploader

    with exclusive(os.path.join(folder, _LOCK)) as is_ours:
        if not is_ours:
            return 0  # another process is at it
        uploader = Uploader(folder, uri)
        uploader.send()
        runs = uploader.runs()
        settled = [uploader.settle(*run, is_dead=True) for run in runs]
        if all(settled):
            shutil.rmtree(folder, ignore_errors=True)
        return len(runs)


def _left_behind() -> Iterator[tuple[str, str]]:
    """Yield (folder, location) of spools that no process owns any more."""
    root = spools_folder()
    for name in sorted(os.listdir(root)) if os.path.isdir(root) else ():
        folder = os.path.join(root, name)
        try:
            path = os.path.join(folder, _OWNER)
            with open(path, encoding="utf-8") as file:
                owner = json.load(file)
            silent_seconds = time.time() - os.stat(path).st_mtime
            opened = WriterOpened(
                at_ms=0,
                host=owner["host"],
                pid=owner["pid"],
                process_start=owner["process_start"],
            )
            is_here = opened.host == host_name()
            if not is_alive(opened) if is_here else silent_seconds > _SILENT_SECONDS:
                yield folder, owner["uri"]
        except (OSError, ValueError, KeyError, TypeError):
            continue  # just being made, or just being removed


def _digest(location: str) -> str:
    return sha256(location.encode()).hexdigest()[:12]


def _interval() -> float:
    try:
        return max(0.05, float(os.environ.get(SECONDS_VARIABLE, "")))
    except ValueError:
        return DEFAULT_SECONDS


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_spools.clear)
