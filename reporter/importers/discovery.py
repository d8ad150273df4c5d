"""Find the sources in what a user named: one file, one store, or a folder with several of them."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from dataclasses import dataclass

from reporter.errors import NotAStoreError
from reporter.importers.records import Source
from reporter.importers.registry import (
    IMPORTERS,
    LIKELY,
    NO,
    POSSIBLE,
    Importer,
    get_importer,
    load_entry_points,
)
from reporter.store.layout import MARKER, local_folder

__all__ = ["FoundSource", "find_sources", "is_url"]

# Where nobody keeps runs and where there may be a hundred thousand files.
_SKIPPED = frozenset({"node_modules", "site-packages", "__pycache__", "venv"})
# A site of ours has data and copies of artifacts, which are no runs of anybody.
_SITE_MARKER = "report.manifest.json"
_HIDDEN_SOURCES = frozenset({".aim", ".trackio"})
# Deep enough for project/outputs/date/time/tool/run; what is deeper can be named itself.
_MAX_DEPTH = 8
# Of a missing path's neighbours, for a hint.
_MAX_LOOKED_AT = 100


@dataclass(frozen=True, kw_only=True)
class FoundSource:
    """A source and who reads it."""

    source: Source
    importer: Importer


def find_sources(path: str, format_name: str = "") -> list[FoundSource]:
    """Find everything in a path that can be imported.

    Parameters
    ----------
    path : str
        A file, a folder, or a URL.
    format_name : str
        Name of the importer to use, whatever the content looks like.

    Returns
    -------
    list of FoundSource
        At least one; what was found inside a source belongs to it and is not looked at again.

    Raises
    ------
    NotAStoreError
        There is nothing at `path`, or nothing that an importer knows.
    InvalidInputError
        There is no importer of this name.
    """
    load_entry_points()
    path = local_folder(path)
    forced = get_importer(format_name) if format_name else None
    if not is_url(path) and not os.path.exists(path):
        raise _missing(path)
    if forced is None and _is_store(path):
        raise NotAStoreError(
            f"'{path}' is a store of ours, not another tool's.",
            path=path,
            hint=f"Bring its runs into another store with 'report merge {path} -o STORE'.",
        )
    if forced is not None:
        found = list(_search(path, path, [forced], LIKELY, 0))
        return found or [FoundSource(source=Source(path=path, root=path), importer=forced)]
    importers = list(IMPORTERS.values())
    here = _claim(path, path, importers, LIKELY)
    found = [here] if here else list(_search(path, path, importers, LIKELY, 0))
    if not found and (here := _claim(path, path, importers, POSSIBLE)):
        found = [here]
    if not found:
        raise _nothing(path)
    return found


def is_url(path: str) -> bool:
    """Tell whether this names a server rather than a file."""
    return path.startswith(("http://", "https://"))


def _claim(path: str, root: str, importers: list[Importer], least: int) -> FoundSource | None:
    """Ask every importer; the surest gets it, of equally sure ones the later registered."""
    best, strength = None, max(least - 1, NO)
    for candidate in importers:
        answer = _ask(candidate, path)
        if answer > strength or (best and answer == strength):
            best, strength = candidate, answer
    if best is None:
        return None
    name = "" if path == root else os.path.relpath(path, root).replace(os.sep, "/")
    return FoundSource(source=Source(path=path, root=root, name=name), importer=best)


def _ask(candidate: Importer, path: str) -> int:
    """Ask one importer; what it may not look at is not its."""
    try:
        return candidate.detect(path)
    except OSError:
        return NO


def _search(
    path: str, root: str, importers: list[Importer], least: int, depth: int
) -> Iterator[FoundSource]:
    """Look at a path and, when nobody claims it, at what is in it; links are not entered.

    A store or a site of ours is a source when it is named, and none when it is come upon.
    """
    if depth and _is_ours(path):
        return
    claimed = _claim(path, root, importers, least)
    if claimed is not None:
        yield claimed
        return
    if depth >= _MAX_DEPTH or is_url(path) or not os.path.isdir(path):
        return
    try:
        with os.scandir(path) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return
    owned: set[str] = set()
    # Files first: some of them own folders beside them.
    for entry in sorted(found, key=lambda entry: entry.is_dir()):
        if entry.is_symlink() or _is_skipped(entry.name):
            continue
        # What lies beside its owner is a source if somebody claims it, and is not looked into.
        level = _MAX_DEPTH if entry.name in owned else depth + 1
        for source in _search(entry.path, root, importers, least, level):
            if not entry.is_dir():
                owned.update(source.importer.companions_of(entry.path))
            yield source


def _is_store(path: str) -> bool:
    return os.path.exists(os.path.join(path, MARKER))


def _is_ours(path: str) -> bool:
    return _is_store(path) or os.path.exists(os.path.join(path, _SITE_MARKER))


def _is_skipped(name: str) -> bool:
    return name in _SKIPPED or (name.startswith(".") and name not in _HIDDEN_SOURCES)


def _missing(path: str) -> NotAStoreError:
    """Say that there is nothing, and what there is beside it that could have been meant."""
    folder = os.path.dirname(os.path.abspath(path))
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if not entry.name.startswith("."))
    except OSError:
        names = []
    known = [name for name in names[:_MAX_LOOKED_AT] if _is_source(os.path.join(folder, name))]
    hint = "Give the folder that runs were logged to (by default ./runs)."
    if known:
        stores = [name for name in known if _is_store(os.path.join(folder, name))]
        near = difflib.get_close_matches(os.path.basename(os.path.normpath(path)), known, n=1)
        best = (*near, *stores, *known)[0]
        hint = f"There is '{os.path.join(os.path.dirname(path), best)}', which holds runs."
    return NotAStoreError(f"There is no folder '{path}'.", path=path, hint=hint)


def _is_source(path: str) -> bool:
    return _is_ours(path) or _claim(path, path, list(IMPORTERS.values()), LIKELY) is not None


def _nothing(path: str) -> NotAStoreError:
    is_empty = os.path.isdir(path) and not os.listdir(path)
    kinds = ", ".join(importer.label for importer in IMPORTERS.values())
    return NotAStoreError(
        f"'{path}' is empty." if is_empty else f"'{path}' holds no runs (it has no {MARKER}).",
        path=path,
        hint=f"Of other tools {kinds} can be read; --format names one that is not recognised.",
    )
