"""Who writes which form of runs: an ordered mapping from a name to an exporter.

An exporter is a function that writes a selection of runs into an empty folder. Other packages add
theirs through the entry-point group ``reporter.exports``: each entry point names a module (or a
callable without arguments) that registers exporters when it is loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from reporter.errors import InvalidInputError, did_you_mean
from reporter.exports.selection import Selection
from reporter.model import Problem
from reporter.plugins import load_plugins

__all__ = [
    "ENTRY_POINTS",
    "EXPORTERS",
    "Exporter",
    "Target",
    "Writer",
    "exporter",
    "get_exporter",
    "load_entry_points",
]

ENTRY_POINTS = "reporter.exports"
Progress = Callable[[str, int, int], None]


@dataclass(kw_only=True)
class Target:
    """Where an exporter writes to, and what it tells of its work.

    Parameters
    ----------
    folder : str
        An empty folder, which becomes `place` when all is written.
    place : str
        The absolute path that it will have: for forms that hold absolute paths.
    artifact_root : str
        URI or path below which the artifacts will be found; `place` when empty.
    progress : callable
        Called with a phase, what is done of it and what there is.
    points, artifacts : int
        How many were written.
    problems : list of Problem
        What could not be written, or not as it was.
    """

    folder: str
    place: str
    artifact_root: str = ""
    progress: Progress = lambda *_: None
    points: int = 0
    artifacts: int = 0
    problems: list[Problem] = field(default_factory=list)

    def left_out(self, what: str, where: str, detail: str, hint: str = "") -> None:
        """Record something that the form has no place for."""
        self.problems.append(Problem(what=what, where=where, detail=detail, hint=hint))


Writer = Callable[[Selection, Target], None]


@dataclass(frozen=True, kw_only=True)
class Exporter:
    """One form.

    Parameters
    ----------
    name : str
        What ``--format`` takes.
    label : str
        What it writes, in a few words for people.
    write : callable
        Takes a :class:`Selection` and a :class:`Target`.
    """

    name: str
    label: str
    write: Writer


EXPORTERS: dict[str, Exporter] = {}


def exporter(name: str, label: str) -> Callable[[Writer], Writer]:
    """Register a function as an exporter.

    Parameters
    ----------
    name, label : str
        See :class:`Exporter`.
    """

    def register(write: Writer) -> Writer:
        EXPORTERS[name] = Exporter(name=name, label=label, write=write)
        return write

    return register


def get_exporter(name: str) -> Exporter:
    """Return an exporter by its name.

    Raises
    ------
    InvalidInputError
        There is none of this name.
    """
    load_entry_points()
    if name not in EXPORTERS:
        hint = did_you_mean(name, EXPORTERS) or f"There are: {', '.join(EXPORTERS)}."
        raise InvalidInputError(f"There is no exporter '{name}'.", hint)
    return EXPORTERS[name]


@cache
def load_entry_points() -> None:
    """Load our own exporters, then those of other packages; once a process."""
    import reporter.exports.mlflow_files
    import reporter.exports.mlflow_sqlite
    import reporter.exports.tables  # noqa: F401  # importing registers

    load_plugins(ENTRY_POINTS)
