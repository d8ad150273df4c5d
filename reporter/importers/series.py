"""Gather the points of a run while its events are read, to be written as one table."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from reporter.events import MetricsLogged
from reporter.store.tables import Points

__all__ = ["PointCollector"]

Columns = tuple[np.ndarray, np.ndarray, np.ndarray]


class PointCollector:
    """Points by metric, in the order in which they came; 24 bytes each."""

    def __init__(self) -> None:
        self._pieces: dict[str, list[Columns]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, event: MetricsLogged) -> None:
        """Take the points of an event; one without points leaves no trace."""
        if not len(event.values):
            return
        columns = (
            np.asarray(event.steps, dtype=np.int64),
            np.asarray(event.timestamps_ms, dtype=np.int64),
            np.asarray(event.values, dtype=np.float64),
        )
        self._pieces.setdefault(event.key, []).append(columns)
        self._count += len(columns[2])

    def counts(self) -> dict[str, int]:
        """Return how many points each metric has."""
        return {key: sum(len(piece[2]) for piece in found) for key, found in self._pieces.items()}

    def table(self, covers: Mapping[str, int]) -> Points:
        """Put the pieces together.

        Parameters
        ----------
        covers : mapping of str to int
            See :class:`reporter.store.tables.Points`.
        """
        keys = sorted(self._pieces)
        pieces = [piece for key in keys for piece in self._pieces[key]]
        counted = self.counts()
        counts = [counted[key] for key in keys]
        steps, times, values = (
            np.concatenate([piece[n] for piece in pieces]) if pieces else np.zeros(0, dtype=kind)
            for n, kind in enumerate((np.int64, np.int64, np.float64))
        )
        return Points(
            keys=keys,
            offsets=np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64),
            steps=steps,
            timestamps_ms=times,
            values=values,
            covers=covers,
        )
