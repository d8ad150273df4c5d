"""Collect points that come one by one, as tools log them, into one series a metric."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import numpy as np

from reporter.events import MetricsLogged

__all__ = ["PointBuffer", "points_event", "to_int64"]

_INT64 = (-(1 << 63), (1 << 63) - 1)


class PointBuffer:
    """Points by metric, in the order they came; 24 bytes each.

    Examples
    --------
    >>> points = PointBuffer()
    >>> points.add("loss", 0.5, 1, 1000)
    >>> [(event.key, event.values.tolist()) for event in points.events()]
    [('loss', [0.5])]
    """

    def __init__(self) -> None:
        self._columns: dict[str, tuple[array[float], array[int], array[int]]] = {}

    def add(self, key: str, value: float, step: int, time_ms: int) -> None:
        """Take one point; `step` and `time_ms` are int64."""
        columns = self._columns.get(key)
        if columns is None:
            columns = self._columns[key] = (array("d"), array("q"), array("q"))
        columns[0].append(value)
        columns[1].append(step)
        columns[2].append(time_ms)

    def __contains__(self, key: str) -> bool:
        return key in self._columns

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def events(self) -> Iterator[MetricsLogged]:
        """Hand everything on and forget it, in the order in which the metrics first came."""
        for key in list(self._columns):
            yield self._take(key)

    def _take(self, key: str) -> MetricsLogged:
        values, steps, times = self._columns.pop(key)
        return points_event(
            key,
            np.frombuffer(values, dtype=np.float64),
            np.frombuffer(steps, dtype=np.int64),
            np.frombuffer(times, dtype=np.int64),
        )


def points_event(
    key: str, values: np.ndarray, steps: np.ndarray, times_ms: np.ndarray
) -> MetricsLogged:
    """Make the event of a series of points, of which there is at least one."""
    return MetricsLogged(
        at_ms=int(times_ms[-1]),
        key=key,
        values=values,  # type: ignore[arg-type]  # an array is a sequence of numbers
        steps=steps,  # type: ignore[arg-type]
        timestamps_ms=times_ms,  # type: ignore[arg-type]
    )


def to_int64(number: float) -> int:
    """Bring a number into the range of a step or a time: what is beyond it ends at its edge.

    Examples
    --------
    >>> to_int64(12.7), to_int64(float("nan")), to_int64(1e300) == 2**63 - 1
    (12, 0, True)
    """
    if number != number:  # noqa: PLR0124  # NaN
        return 0
    low, high = _INT64
    return low if number <= low else high if number >= high else int(number)
