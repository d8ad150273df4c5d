"""Where a run's artifacts lie: a folder, or a prefix in an object store. One way to look at both.

A place is a path or a URI as an experiment's `artifact_location` gives it. Links that lead out of
a folder are not followed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

from reporter.model import Artifact
from reporter.store import layout
from reporter.store.uris import is_remote, join

__all__ = ["absolute", "below", "list_files", "open_file"]


def below(place: str, *parts: str) -> str:
    """Return the place that lies below another."""
    return join(place, *parts) if is_remote(place) else os.path.join(place, *parts)


def absolute(place: str) -> str:
    """Write a place in full, so that it means the same from any working directory."""
    return place if is_remote(place) else os.path.abspath(place)


def list_files(place: str) -> Iterator[Artifact]:
    """List the files below a place; links are listed, but folders behind links not entered."""
    if is_remote(place):
        from reporter.store.remote import RemoteFolder

        for path, file in RemoteFolder(place).files().items():
            yield Artifact(path=path, size_bytes=file.size_bytes)
    else:
        yield from _list_folder(place)


def _list_folder(folder: str) -> Iterator[Artifact]:
    if not os.path.isdir(folder):
        return  # most runs of a sweep have none
    real = os.path.realpath(folder)
    for parent, _, names in os.walk(real):
        for name in names:
            path = os.path.join(parent, name)
            if name.startswith(layout.TEMPORARY_PREFIX):
                continue
            try:
                size_bytes = os.stat(path).st_size
            except OSError:
                size_bytes = 0  # a dead link: opening it will say so
            relative = os.path.relpath(path, real).replace(os.sep, "/")
            yield Artifact(path=relative, size_bytes=size_bytes)


def open_file(place: str, path: str) -> BinaryIO | None:
    """Open a file below a place; None when it is not there or `path` leads out of the place."""
    if is_remote(place):
        if ".." in path.split("/"):
            return None
        from reporter.store.remote import RemoteFolder

        try:
            return RemoteFolder(place).open(path)
        except FileNotFoundError:
            return None
    folder = os.path.realpath(place)
    real = os.path.realpath(os.path.join(folder, path))
    if os.path.commonpath([folder, real]) != folder or not os.path.isfile(real):
        return None
    return open(real, "rb")
