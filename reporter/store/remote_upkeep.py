"""Maintenance of stores in buckets: fold, remove, merge. All of it works on a local copy.

A bucket has no locks, so one of these is to run at a time, as 'report compact --help' says; runs
that are being logged meanwhile are left alone, and what changed under a fold is not replaced.
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import BinaryIO

from reporter.store import layout
from reporter.store.compact import fold_ended
from reporter.store.prune import Prunable, find_prunable
from reporter.store.remote import RemoteFile, RemoteFolder
from reporter.store.remote_reader import RemoteReader, open_remote
from reporter.store.remote_upload import send_tables
from reporter.store.uris import is_remote, join

__all__ = [
    "compact_remote",
    "delete_remote_run",
    "find_prunable_remote",
    "local_copies",
    "merge_into_remote",
]

# Files so small are downloaded many at a time.
_SMALL = 8 << 20
_Progress = Callable[[str, int, int], None]


def compact_remote(
    uri: str, progress: _Progress | None = None, left: list[str] | None = None
) -> int:
    """Fold the runs of a bucket that have ended and have journals left; returns how many were.

    Parameters
    ----------
    uri : str
    progress, left : optional
        As :func:`reporter.store.compact.compact_store` takes them.

    Raises
    ------
    NotAStoreError
    StoreVersionError
    StoreUnreachableError
    """
    reader = open_remote(uri)
    return fold_ended(reader.local_copy(), partial(_compact_run, reader), progress, left)


def _compact_run(reader: RemoteReader, folder: str, run_id: str, experiment_id: str) -> bool:
    names = os.listdir(folder)
    journals = [n for n in names if layout.is_events_journal(n) or layout.is_metrics_journal(n)]
    below = f"{experiment_id}/{run_id}"
    with tempfile.TemporaryDirectory() as copy:
        for name in names:
            shutil.copyfile(os.path.join(folder, name), os.path.join(copy, name))
        now, _ = reader.remote.children(below)
        if now != reader.listed(run_id):
            return False  # taken up again, edited or folded since it was fetched
        return send_tables(reader.remote, below, copy, journals)


def find_prunable_remote(uri: str, before_ms: int) -> Iterator[Prunable]:
    """Yield what was deleted before a moment; see :func:`reporter.store.prune.find_prunable`."""
    reader = open_remote(uri)
    for found in find_prunable(reader.local_copy(), before_ms):
        below = f"{found.experiment_id}/{found.run_id}"
        size_bytes = sum(file.size_bytes for file in reader.remote.files(below).values())
        yield replace(found, folder=join(reader.location, below), size_bytes=size_bytes)


def delete_remote_run(uri: str) -> None:
    """Delete everything of a run; what says that it is deleted goes last."""
    remote = RemoteFolder(uri)
    paths = sorted(remote.files(), key=lambda path: (path.count("/") == 0, path))
    last = [path for path in paths if path == layout.RUN_TABLE or layout.is_events_journal(path)]
    remote.delete([path for path in paths if path not in last] + last)


def local_copies(held: ExitStack, uris: list[str], progress: _Progress | None = None) -> list[str]:
    """Return folders with everything that stores hold: buckets are downloaded, folders stay.

    Parameters
    ----------
    held : ExitStack
        Closing it removes the downloads.
    uris : list of str
    progress : callable, optional
    """
    return [
        _download(held, uri, progress, is_new=False)[0] if is_remote(uri) else uri for uri in uris
    ]


def merge_into_remote(
    uri: str, merge: Callable[[str], object], progress: _Progress | None = None
) -> None:
    """Download a store, have something merged into the copy, and upload what that changed.

    Parameters
    ----------
    uri : str
        A store, or nothing yet.
    merge : callable
        Takes the folder of the copy.
    progress : callable, optional
    """
    with ExitStack() as held:
        folder, had = _download(held, uri, progress, is_new=True)
        merge(folder)
        remote = RemoteFolder(uri)
        changed = [path for path in _files_in(folder) if _mark(folder, path) != had.get(path)]
        tables = (layout.RUN_TABLE, layout.METRICS_TABLE)
        changed.sort(key=lambda path: (path.endswith(tables), path))
        for number, path in enumerate(changed, start=1):
            remote.upload(path, os.path.join(folder, path))
            if progress is not None:
                progress("Uploading", number, len(changed))


def _download(
    held: ExitStack, uri: str, progress: _Progress | None, *, is_new: bool
) -> tuple[str, dict[str, tuple[int, int]]]:
    """Copy a whole store into a temporary folder; returns it and the marks of what is in it."""
    remote = RemoteFolder(uri) if is_new else open_remote(uri).remote
    folder = held.enter_context(tempfile.TemporaryDirectory(prefix="runpages-"))
    files = remote.files()
    small = {path: file.size_bytes for path, file in files.items() if file.size_bytes < _SMALL}
    done = 0
    for path, data in remote.read(small):
        _keep(folder, path, files[path], io.BytesIO(data))
        done += 1
        if progress is not None:
            progress("Downloading", done, len(files))
    for path in sorted(files.keys() - small.keys()):
        with remote.open(path) as source:
            _keep(folder, path, files[path], source)
        done += 1
        if progress is not None:
            progress("Downloading", done, len(files))
    return folder, {path: (file.size_bytes, file.mark_ns) for path, file in files.items()}


def _keep(folder: str, path: str, file: RemoteFile, source: BinaryIO) -> None:
    target = os.path.join(folder, *path.split("/"))
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as copy:
        shutil.copyfileobj(source, copy)
    os.utime(target, ns=(file.mark_ns, file.mark_ns))


def _files_in(folder: str) -> Iterator[str]:
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.relpath(os.path.join(parent, name), folder).replace(os.sep, "/")
            if not path.startswith("."):
                yield path


def _mark(folder: str, path: str) -> tuple[int, int]:
    found = os.stat(os.path.join(folder, path))
    return found.st_size, found.st_mtime_ns
