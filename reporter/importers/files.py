"""Walk folders that strangers made: links never lead out, and nothing but plain files is opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO, NamedTuple

from reporter.importers.records import ArtifactSource
from reporter.model import Problem

__all__ = ["FoundFile", "artifact_of", "find_file", "is_inside", "iter_artifacts", "walk_files"]


class FoundFile(NamedTuple):
    """A plain file below a folder.

    Parameters
    ----------
    path : str
        Relative to the folder, with ``/``.
    file : str
        Where it lies.
    size_bytes : int
    modified_ns : int
        Nanoseconds since 1970 UTC.
    """

    path: str
    file: str
    size_bytes: int
    modified_ns: int

    def below(self, path: str) -> FoundFile:
        """Return the same file with another relative path."""
        return FoundFile(path, *self[1:])


_DEAD = "what it points to is not there"


def is_inside(path: str, root: str) -> bool:
    """Tell whether a path, all links followed, lies in a folder or is it.

    Parameters
    ----------
    path : str
    root : str
        The folder's real path.
    """
    real = os.path.realpath(path)
    return real == root or real.startswith(root.rstrip(os.sep) + os.sep)


def walk_files(folder: str, root: str, where: str = "") -> Iterator[FoundFile | Problem]:
    """Yield the plain files below a folder, sorted; a missing folder has none.

    Parameters
    ----------
    folder : str
    root : str
        The source: links that lead out of it are problems and not followed.
    where : str
        What the `where` of problems begins with; the folder relative to the source by default.
    """
    real_root = os.path.realpath(root)
    shown = where or os.path.relpath(folder, root).replace(os.sep, "/")
    if not is_inside(folder, real_root):
        yield _problem("Link not followed", shown, "it leads out of the source")
        return
    yield from _walk(folder, real_root, "", shown, ())


def find_file(file: str, root: str, path: str) -> FoundFile | Problem | None:
    """Find one plain file that lies at a known place.

    Parameters
    ----------
    file : str
    root : str
        The source: a path that leads out of it, through links or not, is a problem.
    path : str
        What the file, or the problem, is called.

    Returns
    -------
    FoundFile, Problem or None
        None when there is no such file.
    """
    is_link = os.path.islink(file)
    if not is_inside(file, os.path.realpath(root)):
        return _problem("Link not followed", path, "it leads out of the source")
    try:
        found = os.stat(file)
    except (FileNotFoundError, NotADirectoryError):
        return _problem("Link not followed", path, _DEAD) if is_link else None
    except OSError as error:
        return _problem("Unreadable file", path, str(error.strerror), is_error=True)
    if not stat.S_ISREG(found.st_mode):
        return _problem("Not a plain file", path, "a device, socket or pipe was left out")
    return FoundFile(path, file, found.st_size, found.st_mtime_ns)


def iter_artifacts(
    folder: str, root: str, prefix: str = "", *, where: str = ""
) -> Iterator[ArtifactSource | Problem]:
    """Yield the files below a folder as artifacts, sorted; a missing folder has none.

    Parameters
    ----------
    folder, root, where : str
        As in :func:`walk_files`.
    prefix : str
        Folder among the run's artifacts that they go to.
    """
    for found in walk_files(folder, root, where):
        if isinstance(found, Problem):
            yield found
        else:
            path = f"{prefix}/{found.path}" if prefix else found.path
            yield artifact_of(found, path)


def artifact_of(found: FoundFile, path: str) -> ArtifactSource:
    """Describe a file as an artifact that is called `path` in its run."""
    return ArtifactSource(
        path=path,
        size_bytes=found.size_bytes,
        open=partial(_open, found.file),
        file=found.file,
        modified_ms=found.modified_ns // 1_000_000,
    )


def _walk(
    folder: str, root: str, prefix: str, where: str, above: tuple[str, ...]
) -> Iterator[FoundFile | Problem]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except OSError as error:
        yield _problem("Unreadable folder", where, str(error.strerror), is_error=True)
        return
    for entry in found:
        path, here = prefix + entry.name, f"{where}/{entry.name}"
        if entry.is_symlink() and (reason := _refusal(entry.path, root, (*above, folder))):
            yield _problem("Link not followed", here, reason)
        elif entry.is_dir():
            yield from _walk(entry.path, root, f"{path}/", here, (*above, folder))
        else:
            yield _describe(entry, path, here)


def _refusal(link: str, root: str, above: tuple[str, ...]) -> str:
    """Say why a link is not followed; empty when it may be."""
    if not is_inside(link, root):
        return "it leads out of the source"
    if not os.path.exists(link):
        return _DEAD
    if os.path.realpath(link) in {os.path.realpath(folder) for folder in above}:
        return "it leads to a folder around itself"
    return ""


def _describe(entry: os.DirEntry[str], path: str, where: str) -> FoundFile | Problem:
    try:
        found = entry.stat()
    except OSError as error:
        return _problem("Unreadable file", where, str(error.strerror), is_error=True)
    if not stat.S_ISREG(found.st_mode):
        return _problem("Not a plain file", where, "a device, socket or pipe was left out")
    return FoundFile(path, entry.path, found.st_size, found.st_mtime_ns)


def _open(path: str) -> BinaryIO:
    return open(path, "rb")


def _problem(what: str, where: str, detail: str, *, is_error: bool = False) -> Problem:
    severity = "error" if is_error else "warning"
    return Problem(what=what, where=where, detail=detail, severity=severity)
