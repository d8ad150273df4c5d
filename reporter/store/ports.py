"""The two ports of a store. Folder and memory implement both, and one contract test holds them.

Whatever reads runs (search, the builder, importers' tests) is written against
:class:`StoreReader`; whatever records them against :class:`RunWriter`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

from reporter.events import Event
from reporter.model import Artifact, Experiment, Run

if TYPE_CHECKING:
    import numpy as np

__all__ = ["History", "RunWriter", "StoreReader"]


@dataclass(frozen=True, kw_only=True)
class History:
    """One metric's whole series in one run, in the order it was logged.

    Parameters
    ----------
    run_id : str
    key : str
    steps : ndarray of int64, shape (n,)
    timestamps_ms : ndarray of int64, shape (n,)
        Milliseconds since 1970 UTC.
    values : ndarray of float64, shape (n,)
    """

    run_id: str
    key: str
    steps: np.ndarray
    timestamps_ms: np.ndarray
    values: np.ndarray


class StoreReader(Protocol):
    """Everything the outside may ask of a store. Nothing here ever writes."""

    @property
    def location(self) -> str:
        """Where the store is, for messages: a path as the user wrote it, or ``memory``."""

    def experiments(self) -> list[Experiment]:
        """Return every experiment, deleted ones too, by creation time and then id."""

    def runs(self, experiment_ids: Iterable[str] | None = None) -> Iterator[Run]:
        """Yield every run of these experiments (all when None), deleted ones too.

        A run that cannot be read is yielded with what could be read and with its problems.
        Ordered by experiment and, within one, by run id.
        """

    def run(self, run_id: str) -> Run:
        """Return one run; raises RunNotFoundError."""

    def history(
        self, run_ids: Sequence[str], keys: Sequence[str] | None = None
    ) -> Iterator[History]:
        """Yield the series of these runs, run by run as given, keys sorted within a run."""

    def artifacts(self, run_ids: Sequence[str]) -> Iterator[tuple[str, Artifact]]:
        """Yield (run_id, artifact): what was logged and what simply lies in the folder."""

    def open_artifact(self, run_id: str, path: str) -> BinaryIO:
        """Open one artifact for reading.

        Raises
        ------
        FileNotFoundError
            It is not there, or `path` leads out of the run's artifact folder.
        """


class RunWriter(Protocol):
    """What one process may do to one run."""

    def append(self, *events: Event) -> None:
        """Record events; when this returns they survive the process."""

    def put_artifact(self, path: str, data: bytes | BinaryIO) -> tuple[int, str]:
        """Store a file under a relative path; return its size in bytes and its SHA-256 in hex."""

    def flush(self) -> None:
        """Make what was acknowledged survive a power failure too."""

    def close(self) -> None:
        """Append nothing more, and fold what can be folded into tables."""
