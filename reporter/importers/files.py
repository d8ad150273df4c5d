"""Walk folders that strangers made: links never lead out, and nothing but plain files is opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from reporter.importers.records import ArtifactSource
from reporter.model import Problem

__all__ = ["artifact_of", "is_inside", "iter_artifacts"]


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


def iter_artifacts(
    folder: str, root: str, prefix: str = "", *, where: str = ""
) -> Iterator[ArtifactSource | Problem]:
    """Yield the files below a folder, sorted; a missing folder has none.

    Parameters
    ----------
    folder : str
    root : str
        The source: links that lead out of it are listed and not followed.
    prefix : str
        What the artifacts' paths begin with.
    where : str
        What the `where` of problems begins with; the folder relative to the source by default.
    """
    real_root = os.path.realpath(root)
    if not is_inside(folder, real_root):
        yield _problem("Link not followed", where or prefix, "it leads out of the source")
        return
    shown = where or os.path.relpath(folder, root).replace(os.sep, "/")
    yield from _walk(folder, real_root, prefix, shown, ())


def _walk(
    folder: str, root: str, prefix: str, where: str, above: tuple[str, ...]
) -> Iterator[ArtifactSource | Problem]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except OSError as error:
        yield _problem("Unreadable folder", where, str(error.strerror), is_error=True)
        return
    chain = (*above, os.path.realpath(folder))
    for entry in found:
        path = f"{prefix}/{entry.name}" if prefix else entry.name
        here = f"{where}/{entry.name}"
        if entry.is_symlink():
            problem = _refusal(entry.path, here, root, chain)
            if problem is not None:
                yield problem
                continue
        if entry.is_dir():
            yield from _walk(entry.path, root, path, here, chain)
        else:
            yield artifact_of(entry.path, path, here)


def _refusal(link: str, where: str, root: str, chain: tuple[str, ...]) -> Problem | None:
    """Say why a link is not followed; None when it may be."""
    if not is_inside(link, root):
        what = "Dead link" if not os.path.exists(link) else "Link not followed"
        return _problem(what, where, "it leads out of the source")
    if not os.path.exists(link):
        return _problem("Dead link", where, "what it points to is not there")
    if os.path.realpath(link) in chain:
        return _problem("Link not followed", where, "it leads to a folder around itself")
    return None


def artifact_of(file: str, path: str, where: str) -> ArtifactSource | Problem:
    """Describe one file as an artifact, or say why it is none.

    Parameters
    ----------
    file : str
        Where it lies.
    path : str
        What it is called among the run's artifacts.
    where : str
        What a problem calls it.
    """
    try:
        found = os.stat(file)
    except OSError as error:
        return _problem("Unreadable file", where, str(error.strerror), is_error=True)
    if not stat.S_ISREG(found.st_mode):
        return _problem("Not a plain file", where, "a device, socket or pipe was left out")
    return ArtifactSource(
        path=path,
        size_bytes=found.st_size,
        open=partial(_open, file),
        file=file,
        modified_ms=found.st_mtime_ns // 1_000_000,
    )


def _open(path: str) -> BinaryIO:
    return open(path, "rb")


def _problem(what: str, where: str, detail: str, *, is_error: bool = False) -> Problem:
    severity = "error" if is_error else "warning"
    return Problem(what=what, where=where, detail=detail, severity=severity)
