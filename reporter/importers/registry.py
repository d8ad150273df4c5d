"""Who reads which tool's runs: an ordered mapping from a name to an importer.

An importer is two plain functions: one that recognises a file or folder by its content, cheaply
and without importing the other tool, and one that yields what is in it. Other packages add theirs
through the entry-point group ``reporter.importers``: each entry point names a module (or a
callable without arguments) that registers importers when it is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from reporter.errors import InvalidInputError, did_you_mean
from reporter.importers.records import ImportedItem, ImportOptions, Source
from reporter.plugins import load_plugins

__all__ = [
    "CERTAIN",
    "ENTRY_POINTS",
    "IMPORTERS",
    "LIKELY",
    "NO",
    "POSSIBLE",
    "Importer",
    "Reader",
    "get_importer",
    "importer",
    "load_entry_points",
]

ENTRY_POINTS = "reporter.importers"

NO = 0
"""This is not mine."""
POSSIBLE = 1
"""I could read it when the user names it himself, but would not take it out of a folder."""
LIKELY = 2
"""It looks like mine, though a more special importer may know it better."""
CERTAIN = 3
"""It has what only this tool writes."""

Reader = Callable[[Source, ImportOptions], Iterator[ImportedItem]]
Companions = Callable[[str], Collection[str]]


@dataclass(frozen=True, kw_only=True)
class Importer:
    """One kind of source.

    Parameters
    ----------
    name : str
        What ``--format`` takes, e.g. ``mlflow-files``.
    label : str
        What it reads, in a few words for people.
    detect : callable
        Takes a path (or URL) and answers :data:`NO`, :data:`POSSIBLE`, :data:`LIKELY` or
        :data:`CERTAIN`: whether a source of this kind is exactly here, not somewhere below.
    read : callable
        Yields what is in a source.
    companions : collection of str or callable
        Names of folders that belong to a source that is a file and beside which they lie: nothing
        in them is a source of its own. The folder itself is one when an importer claims it. A
        callable takes the file's path and answers with the names.
    """

    name: str
    label: str
    detect: Callable[[str], int]
    read: Reader
    companions: Collection[str] | Companions = ()

    def companions_of(self, path: str) -> Collection[str]:
        """Return the names of the folders that belong to a file of this kind."""
        return self.companions(path) if callable(self.companions) else self.companions


IMPORTERS: dict[str, Importer] = {}
"""Name to importer, in the order of registration; of equally sure ones the later wins."""


def importer(
    name: str,
    *,
    label: str,
    detect: Callable[[str], int],
    companions: Collection[str] | Companions = (),
) -> Callable[[Reader], Reader]:
    """Register the function below as the reader of one kind of source.

    Parameters
    ----------
    name, label, detect, companions
        See :class:`Importer`.

    Returns
    -------
    callable
        A decorator that returns the function unchanged.
    """

    def register(read: Reader) -> Reader:
        IMPORTERS.pop(name, None)
        IMPORTERS[name] = Importer(
            name=name, label=label, detect=detect, read=read, companions=companions
        )
        return read

    return register


def get_importer(name: str) -> Importer:
    """Return the importer of this name.

    Raises
    ------
    InvalidInputError
        There is none.
    """
    load_entry_points()
    if name not in IMPORTERS:
        hint = did_you_mean(name, IMPORTERS) or f"Known are: {', '.join(sorted(IMPORTERS))}."
        raise InvalidInputError(f"There is no importer '{name}'.", hint)
    return IMPORTERS[name]


def load_entry_points() -> None:
    """Let installed packages register theirs; once a process, before the first import."""
    load_plugins(ENTRY_POINTS)
