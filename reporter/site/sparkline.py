"""A series as a line of one word's size: the path of an SVG. Pure."""

from __future__ import annotations

import numpy as np

from reporter.charts import downsample

__all__ = ["BOX_HEIGHT_PX", "BOX_WIDTH_PX", "spark_path"]

BOX_WIDTH_PX, BOX_HEIGHT_PX = 84, 20
MARGIN_PX = 1.5
MAX_POINTS = 42
"""One for each two pixels of the box."""


def spark_path(steps: np.ndarray, values: np.ndarray) -> str:
    """Draw a series as a path in a box of 84 by 20 pixels.

    Parameters
    ----------
    steps : ndarray of int64, shape (n,)
        Ascending; when all are equal the points are spread evenly.
    values : ndarray of float64, shape (n,)
        Those that are not finite are left out.

    Returns
    -------
    str
        The ``d`` attribute; empty below two finite points.

    Examples
    --------
    >>> spark_path(np.array([0, 1]), np.array([1.0, 0.0]))
    'M1.5 1.5L82.5 18.5'
    """
    is_finite = np.isfinite(values)
    xs, ys = steps[is_finite].astype(np.float64), values[is_finite]
    if len(ys) < 2:
        return ""
    if xs[0] == xs[-1]:
        xs = np.arange(len(ys), dtype=np.float64)
    if len(ys) > MAX_POINTS:
        kept = downsample(xs, ys, MAX_POINTS)
        xs, ys = xs[kept], ys[kept]
    across = _scaled(xs, BOX_WIDTH_PX)
    down = BOX_HEIGHT_PX - _scaled(ys, BOX_HEIGHT_PX)
    points = zip(across.round(1).tolist(), down.round(1).tolist(), strict=True)
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def _scaled(values: np.ndarray, size_px: float) -> np.ndarray:
    """Map values onto the box; all equal ones into its middle."""
    low, high = values.min() / 2, values.max() / 2  # halves: their difference never overflows
    if low == high:
        return np.full(len(values), size_px / 2)
    share = np.clip((values / 2 - low) / (high - low), 0, 1)
    return np.asarray(MARGIN_PX + share * (size_px - 2 * MARGIN_PX))
