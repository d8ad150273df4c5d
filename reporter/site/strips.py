"""Where runs and intervals stand on a line, for drawings within tables.

Numbers in, positions out; knows nothing of runs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reporter.site.contexts import Strip

__all__ = ["WIDTH", "Scale", "strip"]

WIDTH = 200
"""Of the drawing, in the units of its view box."""

_MARGIN = 6
_MOST_DOTS = 200


@dataclass(frozen=True)
class Scale:
    """One scale for several lines.

    Parameters
    ----------
    low, high : float
        Finite; equal where all values are.
    """

    low: float
    high: float

    @classmethod
    def over(cls, values: Iterable[float]) -> Scale | None:
        """Span all finite values; None without one."""
        finite = [value for value in values if math.isfinite(value)]
        return cls(min(finite), max(finite)) if finite else None

    def place(self, value: float) -> float:
        """Return where a finite value stands.

        Examples
        --------
        >>> Scale(0.0, 4.0).place(1.0)
        53.0
        >>> Scale(2.0, 2.0).place(2.0)
        100.0
        """
        span = self.high - self.low
        share = (value - self.low) / span if span > 0 and math.isfinite(span) else 0.5
        return round(_MARGIN + share * (WIDTH - 2 * _MARGIN), 1)


def strip(scale: Scale, values: Sequence[float], middle: float, low: float, high: float) -> Strip:
    """Place a group's values and its interval.

    Parameters
    ----------
    scale : Scale
    values : sequence of float
        Those that are not finite have no place; of very many, evenly many are drawn.
    middle, low, high : float
        NaN where there is none.

    Returns
    -------
    Strip
    """
    finite = sorted(value for value in values if math.isfinite(value))
    some = finite[:: math.ceil(len(finite) / _MOST_DOTS) or 1]
    return Strip(
        dots=tuple(scale.place(value) for value in some),
        middle=scale.place(middle) if math.isfinite(middle) else None,
        interval=(scale.place(low), scale.place(high))
        if math.isfinite(low) and math.isfinite(high)
        else None,
    )
