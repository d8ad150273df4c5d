"""What an importer yields: experiments, runs and files of another tool, as records.

Nothing here knows how a store is written. Runs carry their events lazily: whoever replays them
compares the fingerprint first, and what has not changed is never read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Generic, TypeVar

from reporter.errors import InvalidInputError, did_you_mean
from reporter.events import Event
from reporter.model import Problem

__all__ = [
    "ArtifactSource",
    "ImportOptions",
    "ImportedExperiment",
    "ImportedItem",
    "ImportedRun",
    "Lazily",
    "Source",
    "derive_run_id",
    "fingerprint_of",
]

_T = TypeVar("_T")
_RUN_ID_DIGITS = 32


@dataclass(frozen=True, kw_only=True)
class Source:
    """One place that an importer reads, as :func:`reporter.importers.find_sources` found it.

    Parameters
    ----------
    path : str
        The file or folder that the importer claimed, or a URL.
    root : str
        What the user named; `path` itself, or a folder above it.
    name : str
        `path` relative to `root`, with ``/``; empty when they are the same. Tools that name a run
        by its folder take the run's name from here.
    """

    path: str
    root: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """What the user said about a source.

    Parameters
    ----------
    values : mapping of str to str
        From ``--option KEY=VALUE``; which keys there are is each importer's own matter.
    experiment : str
        Name of the experiment for runs of tools that have none; empty for the importer's choice.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    experiment: str = ""

    def check(self, known: Iterable[str]) -> None:
        """Raise for an option that an importer does not have; importers call it first.

        Parameters
        ----------
        known : iterable of str
            The keys that the importer understands.

        Raises
        ------
        InvalidInputError
        """
        names = list(known)
        for key in self.values:
            if key not in names:
                hint = did_you_mean(key, names) or f"It has: {', '.join(names) or 'none'}."
                raise InvalidInputError(f"This importer has no option '{key}'.", hint)


@dataclass(frozen=True, kw_only=True)
class ImportedExperiment:
    """An experiment of the source; yielded before its runs.

    Parameters
    ----------
    source_id : str
        What its runs call it: the source's own id, or its name.
    name : str
    created_ms : int or None
        Milliseconds since 1970 UTC. With `source_id` it tells the experiment again after it was
        renamed in the source; without it an experiment is told by its name.
    events : sequence of Event or Problem
        ``TagsSet``, ``LifecycleChanged``, ``MetricDefined`` and what could not be read.
    n_runs : int
        How many runs follow, for the progress bar; 0 when nobody knows.
    is_excerpt : bool
        It may say less than was once known of it, as a published site may: what a store knows
        already stays, unless this is of a later time.
    """

    source_id: str
    name: str
    created_ms: int | None = None
    events: Sequence[Event | Problem] = ()
    n_runs: int = 0
    is_excerpt: bool = False


@dataclass(frozen=True, kw_only=True)
class ArtifactSource:
    """A file that a run left behind.

    Parameters
    ----------
    path : str
        Where it goes, relative to the run's artifacts, with ``/``.
    size_bytes : int
    open : callable returning BinaryIO
        Opens the bytes; called once, when they are copied.
    file : str
        Path of the plain file that holds exactly these bytes, so that it need not be copied for
        building a site; empty when there is none (bytes in a database, on a server).
    modified_ms : int or None
        When the file was last changed; None when nobody knows.
    media_type, kind, key : str
    step : int or None
        As in :class:`reporter.model.Artifact`.
    """

    path: str
    size_bytes: int
    open: Callable[[], BinaryIO]
    file: str = ""
    modified_ms: int | None = None
    media_type: str = ""
    kind: str = "file"
    key: str = ""
    step: int | None = None


@dataclass(frozen=True, kw_only=True)
class ImportedRun:
    """A run of the source.

    Parameters
    ----------
    run_id : str
        32 hex digits: the source's own id, else one of :func:`derive_run_id`.
    experiment : str
        ``source_id`` of its :class:`ImportedExperiment`; when none was yielded, an experiment of
        this name is made.
    fingerprint : str
        Changes whenever the run does; see :func:`fingerprint_of`.
    events : iterable of Event or Problem
        What happened, ``RunStarted`` first; read once, and only when the fingerprint is new, so a
        generator that opens files late is good, and :class:`Lazily` better. ``experiment_id`` of
        ``RunStarted`` is filled in by the replay. ``MetricsLogged`` takes numpy arrays and may come
        several times a key. A :class:`~reporter.model.Problem` stays with the run for good and is
        shown on its page; its `where` names the file (and line) relative to the source.
    artifacts : iterable of ArtifactSource or Problem
        Read after `events`.
    is_excerpt : bool
        It may lack what the run has, as in a published site: a run that the store has more of
        is then left as it is.
    """

    run_id: str
    experiment: str
    fingerprint: str
    events: Iterable[Event | Problem]
    artifacts: Iterable[ArtifactSource | Problem] = ()
    is_excerpt: bool = False


class Lazily(Generic[_T]):
    """Items that a function makes whenever they are asked for.

    As lazy as a generator, but it can be pickled when the function can (a method of a plain record
    can): then runs are read by several processors.

    Parameters
    ----------
    start : callable
        Returns an iterator.

    Examples
    --------
    >>> list(Lazily("ab".__iter__))
    ['a', 'b']
    """

    def __init__(self, start: Callable[[], Iterator[_T]]) -> None:
        self._start = start

    def __iter__(self) -> Iterator[_T]:
        return self._start()


ImportedItem = ImportedExperiment | ImportedRun | Problem
"""What an importer yields; a bare problem is one of the source as a whole."""


def derive_run_id(*parts: str) -> str:
    """Derive a run's id from what tells it from all other runs, wherever its source lies.

    Parameters
    ----------
    *parts : str
        The tool, and what identifies the run: never an absolute path.

    Returns
    -------
    str
        32 hex digits, the same for the same parts.

    Examples
    --------
    >>> derive_run_id("dvclive", "exp-1")
    'e43b52021b3661ddab81f4ceb4094cc4'
    """
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:_RUN_ID_DIGITS]


def fingerprint_of(facts: Iterable[tuple[object, ...]]) -> str:
    """Condense what a run's files look like into a short text.

    Parameters
    ----------
    facts : iterable of tuple
        For each file its path relative to the source, its size and its time of change
        (``st_mtime_ns``), in any order; anything else that tells a change is as good.

    Returns
    -------
    str
        32 hex digits.

    Examples
    --------
    >>> fingerprint_of([("a", 1, 5), ("b", 2, 5)]) == fingerprint_of([("b", 2, 5), ("a", 1, 5)])
    True
    """
    digest = hashlib.sha256()
    for line in sorted(repr(fact) for fact in facts):
        digest.update(line.encode("utf-8", "surrogatepass"))
        digest.update(b"\n")
    return digest.hexdigest()[:32]
