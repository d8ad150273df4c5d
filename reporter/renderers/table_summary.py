"""What a column holds, in a few figures: how many are missing, how the rest spreads.

Pure: values in, figures out. Nothing here knows a file or a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

__all__ = [
    "HEIGHT",
    "WIDTH",
    "ColumnSummary",
    "draw_histogram",
    "is_missing",
    "number_of",
    "summarise",
]

WIDTH, HEIGHT = 60, 16
"""Of the little histogram, in its own units."""

N_BARS = 12
N_TOP = 3
TOP_CHARS = 40

MISSING_WORDS = frozenset(("", "NA", "N/A", "n/a", "null", "NULL", "None"))
"""What CSV files write where there is nothing; pandas reads them so, too."""

Cell = Any  # text, number, boolean, None, or a picture as a dictionary


@dataclass(frozen=True, kw_only=True)
class ColumnSummary:
    """Figures of one column.

    Parameters
    ----------
    n, missing, nan, distinct : int
        Rows, rows without a value, with NaN, and different values.
    min, median, max : float or None
        Of the finite numbers; None where there are none.
    path : str
        ``d`` of the histogram of the finite numbers, in a box of 60 by 16; empty without one.
    top : tuple of (str, int)
        The most frequent texts and how often they occur; of numbers none.
    """

    n: int
    missing: int
    nan: int = 0
    distinct: int = 0
    min: float | None = None
    median: float | None = None
    max: float | None = None
    path: str = ""
    top: tuple[tuple[str, int], ...] = ()

    def to_json(self) -> dict[str, Any]:  # Any: what JSON holds
        """Return what is known, for a data file."""
        return {key: value for key, value in asdict(self).items() if value not in (None, "", ())}


def summarise(cells: Sequence[Cell], *, is_numeric: bool) -> ColumnSummary:
    """Describe a column.

    Parameters
    ----------
    cells : sequence
    is_numeric : bool
        Whether every cell that is there is a number, or the text of one.

    Returns
    -------
    ColumnSummary
    """
    present = [cell for cell in cells if not is_missing(cell)]
    n_missing = len(cells) - len(present)
    if is_numeric:
        return _of_numbers(np.array([number_of(cell) for cell in present], float), n_missing)
    counts = Counter(_word(cell) for cell in present if not isinstance(cell, dict))
    # Values that occur once each say nothing.
    top = [(text[:TOP_CHARS], n) for text, n in counts.most_common(N_TOP) if n > 1]
    return ColumnSummary(n=len(cells), missing=n_missing, distinct=len(counts), top=tuple(top))


def is_missing(cell: Cell) -> bool:
    """Tell whether there is nothing in a cell; NaN is a value."""
    return cell is None or (isinstance(cell, str) and cell in MISSING_WORDS)


def number_of(cell: Cell) -> float:
    """Return the number that a cell holds; NaN for what is none.

    Examples
    --------
    >>> number_of("1.50"), number_of(2), number_of("1_000")
    (1.5, 2.0, nan)
    """
    try:
        return float("nan" if isinstance(cell, str) and "_" in cell else cell)
    except (TypeError, ValueError, OverflowError):
        return float("nan")


def _word(cell: Cell) -> str:
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _of_numbers(numbers: np.ndarray, n_missing: int) -> ColumnSummary:
    finite = numbers[np.isfinite(numbers)]
    facts: dict[str, Any] = {}
    if len(finite):
        facts = {
            "min": float(finite.min()),
            "median": float(np.median(finite)),
            "max": float(finite.max()),
            "path": draw_histogram(finite, N_BARS),
        }
    return ColumnSummary(
        n=len(numbers) + n_missing,
        missing=n_missing,
        nan=int(np.isnan(numbers).sum()),
        distinct=len(np.unique(numbers)),
        **facts,
    )


def draw_histogram(finite: np.ndarray, most_bars: int) -> str:
    """Draw how numbers spread; empty when all are one.

    Parameters
    ----------
    finite : ndarray
        At least one number.
    most_bars : int

    Returns
    -------
    str
        ``d`` of an SVG path in a box of 60 by 16.
    """
    low, high = float(finite.min()), float(finite.max())
    if low == high or not np.isfinite(high - low):
        return ""
    n_bars = min(most_bars, max(2, len(np.unique(finite))))
    places = np.minimum(((finite - low) / (high - low) * n_bars).astype(int), n_bars - 1)
    counts = np.bincount(places, minlength=n_bars)
    width = WIDTH / n_bars
    heights = np.where(counts, np.maximum(1, np.round(counts / counts.max() * HEIGHT)), 0)
    bars = [(place, height) for place, height in enumerate(heights.tolist()) if height]
    return "".join(
        f"M{place * width:g} {HEIGHT}v-{height:g}h{width * 0.8:g}v{height:g}"
        for place, height in bars
    )
