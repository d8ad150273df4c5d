"""Take over the files of an imported run: copy them into the store, or note where they lie."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from typing import Protocol

from reporter.errors import InvalidInputError, StoreError
from reporter.importers.records import ArtifactSource, ImportedRun
from reporter.model import Artifact, Problem
from reporter.store import layout
from reporter.store.writer import FolderWriter

__all__ = [
    "LINKS",
    "NOT_COPIED",
    "ArtifactCopier",
    "ArtifactLinker",
    "ArtifactTaker",
    "storable_path",
]

LINKS = "links.json"
"""Beside a run's tables in a store that links to its source: artifact path to file."""

NOT_COPIED = "Artifact not copied"
"""What a problem is called after which the next import tries the run again."""

_MAX_NAME_BYTES = 255
# Larger files may be left out of a site; then reading them would have been for nothing.
_MAX_DIGESTED_BYTES = 1 << 26
# The target's disk is full or read-only: nothing that follows would fare better.
_DISK_REFUSED = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EROFS})


class ArtifactTaker(Protocol):
    """What becomes of a run's files."""

    def take(
        self,
        folder: str,
        run: ImportedRun,
        known: Mapping[str, Artifact],
    ) -> Iterator[Artifact | Problem]:
        """Take files over into a run's folder; `known` are those of the last import."""

    def is_complete(self, folder: str) -> bool:
        """Tell whether what was taken over last time is still usable."""


class ArtifactCopier:
    """Copies files into the store; those that have not changed since the last time stay."""

    def is_complete(self, folder: str) -> bool:  # noqa: ARG002  (the protocol's)
        """Say that copies stay what they are."""
        return True

    def take(
        self,
        folder: str,
        run: ImportedRun,
        known: Mapping[str, Artifact],
    ) -> Iterator[Artifact | Problem]:
        """Copy files; what cannot be read is a problem."""
        for path, item in _with_paths(run):
            if isinstance(item, Problem):
                yield item
            else:
                yield _copy(folder, run.run_id, path, item, known.get(path))


class ArtifactLinker:
    """Notes where files lie, and copies only those that are no files."""

    def is_complete(self, folder: str) -> bool:
        """Tell whether the links were written."""
        return os.path.exists(os.path.join(folder, LINKS))

    def take(
        self,
        folder: str,
        run: ImportedRun,
        known: Mapping[str, Artifact],
    ) -> Iterator[Artifact | Problem]:
        """Link to files; the links are written when all are known."""
        links: dict[str, str] = {}
        for path, item in _with_paths(run):
            if isinstance(item, Problem):
                yield item
            elif item.file:
                links[path] = os.path.realpath(item.file)
                yield _artifact(path, item, item.size_bytes, _digest(links[path], item))
            else:
                yield _copy(folder, run.run_id, path, item, known.get(path))
        with open(os.path.join(folder, LINKS), "w", encoding="ascii") as file:
            json.dump(links, file)


def _digest(file: str, item: ArtifactSource) -> str:
    """Take a file's SHA-256, so that later builds need not read it; empty when they shall."""
    if item.size_bytes > _MAX_DIGESTED_BYTES:
        return ""
    try:
        with open(file, "rb") as stream:
            return hashlib.sha256(stream.read(_MAX_DIGESTED_BYTES)).hexdigest()
    except OSError:
        return ""  # whoever opens it will say so


def _with_paths(run: ImportedRun) -> Iterator[tuple[str, ArtifactSource | Problem]]:
    """Give each file a path that every system can store and that no other file of the run has."""
    taken: set[str] = set()
    for item in run.artifacts:
        if isinstance(item, Problem):
            yield "", item
            continue
        path = storable_path(item.path)
        if not path or path in taken:
            detail = (
                "another file has its name already" if path else "its path leads out of the run"
            )
            yield (
                "",
                Problem(what="Artifact left out", where=f"{run.run_id}/{item.path}", detail=detail),
            )
            continue
        if path != item.path:
            detail = f"some systems cannot store this name; it is '{path}' here"
            yield (
                "",
                Problem(what="Artifact renamed", where=f"{run.run_id}/{item.path}", detail=detail),
            )
        taken.add(path)
        yield path, item


def storable_path(path: str) -> str:
    """Return the path that a file gets in a store.

    Parameters
    ----------
    path : str
        Relative to the artifacts, with ``/``.

    Returns
    -------
    str
        The same wherever possible. Device names of Windows get a ``_`` in front, parts that end in
        a dot or a blank one there and at their end, parts of more than 255 bytes are cut, and a
        path that leads upwards is empty: it cannot be stored.

    Examples
    --------
    >>> storable_path("plots/aux.txt")
    'plots/_aux.txt'
    """
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if not parts or ".." in parts or "\0" in path:
        return ""
    try:
        return layout.safe_artifact_path("/".join(parts))
    except InvalidInputError:
        pass
    try:
        return layout.safe_artifact_path("/".join(_mended(part) for part in parts))
    except InvalidInputError:
        return ""


def _mended(part: str) -> str:
    try:
        return layout.safe_artifact_path(part)
    except InvalidInputError:
        kept = part.rstrip(". ")
        text = f"_{kept}" + "_" * (len(part) - len(kept))
    if len(os.fsencode(text)) <= _MAX_NAME_BYTES:
        return text
    stem, dot, suffix = text.rpartition(".")
    if not dot or len(suffix) > 12:
        stem, suffix = text, ""
    mark = hashlib.sha256(os.fsencode(part)).hexdigest()[:8]
    kept = os.fsencode(stem)[:200].decode("utf-8", "ignore")
    return f"{kept}-{mark}{dot}{suffix}"


def _copy(
    folder: str, run_id: str, path: str, item: ArtifactSource, known: Artifact | None
) -> Artifact | Problem:
    root = os.path.join(folder, layout.ARTIFACTS)
    target = os.path.join(root, *path.split("/"))
    if known is not None and known.sha256 and _is_copy(target, item):
        return _artifact(path, item, known.size_bytes, known.sha256)
    writer = FolderWriter("", "", run_id, now_ms=lambda: 0, artifact_folder=root)
    try:
        with item.open() as file:
            size_bytes, sha256 = writer.put_artifact(path, file)
    except (OSError, StoreError) as error:
        cause = error.__cause__ if isinstance(error, StoreError) else error
        if isinstance(cause, OSError) and cause.errno in _DISK_REFUSED:
            raise cause from error
        detail = str(getattr(cause, "strerror", None) or error)
        return Problem(what=NOT_COPIED, where=f"{run_id}/{path}", detail=detail, severity="error")
    if item.modified_ms is not None:
        os.utime(target, ns=(item.modified_ms * 1_000_000,) * 2)
    return _artifact(path, item, size_bytes, sha256)


def _is_copy(target: str, item: ArtifactSource) -> bool:
    """Tell by size and time whether a file was copied before."""
    try:
        found = os.stat(target)
    except OSError:
        return False
    return (found.st_size, found.st_mtime_ns // 1_000_000) == (item.size_bytes, item.modified_ms)


def _artifact(path: str, item: ArtifactSource, size_bytes: int, sha256: str) -> Artifact:
    return Artifact(
        path=path,
        size_bytes=size_bytes,
        media_type=item.media_type,
        sha256=sha256,
        kind=item.kind,
        key=item.key,
        step=item.step,
    )
