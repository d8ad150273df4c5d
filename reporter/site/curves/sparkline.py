"""Series as lines of one word's size: paths of an SVG. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reporter import charts

__all__ = ["BOX_HEIGHT_PX", "BOX_WIDTH_PX", "spark_paths"]

BOX_WIDTH_PX, BOX_HEIGHT_PX = 84, 20
MARGIN_PX = 1.5
MAX_POINTS = 42
"""One for each two pixels of the box."""

_TENTHS = [f"{tenths / 10:g}" for tenths in range(10 * BOX_WIDTH_PX + 1)]
"""Every coordinate as text: printing half a million numbers took longer than all the rest."""


def spark_paths(series: Sequence[tuple[np.ndarray, np.ndarray]]) -> list[str]:
    """Draw series as paths in boxes of 84 by 20 pixels.

    Parameters
    ----------
    series : sequence of (ndarray, ndarray), each of shape (n,)
        Steps, ascending (when all are equal the points are spread evenly), and values, of which
        those that are not finite are left out.

    Returns
    -------
    list of str
        The ``d`` attributes; empty below two finite points.

    Examples
    --------
    >>> spark_paths([(np.array([0, 1]), np.array([1.0, 0.0])), (np.array([0]), np.array([1.0]))])
    ['M1.5 1.5L82.5 18.5', '']
    """
    if not series:
        return []
    finite = [_finite_points(steps, values) for steps, values in series]
    lengths = [len(values) for _, values in finite]
    steps = np.concatenate([steps for steps, _ in finite])
    values = np.concatenate([values for _, values in finite])
    bounds = np.cumsum([0, *lengths])
    kept, offsets = charts.downsample_many(steps, values, bounds, MAX_POINTS)
    steps, values = steps[kept], values[kept]
    ends = zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
    return [_path(steps[start:end], values[start:end]) for start, end in ends]


def _finite_points(steps: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    is_finite = np.isfinite(values)
    xs, ys = steps[is_finite].astype(np.float64), values[is_finite]
    if len(xs) and xs[0] == xs[-1]:
        xs = np.arange(len(xs), dtype=np.float64)
    return xs, ys


def _path(xs: np.ndarray, ys: np.ndarray) -> str:
    if len(ys) < 2:
        return ""
    across = _tenths(xs, BOX_WIDTH_PX)
    down = 10 * BOX_HEIGHT_PX - _tenths(ys, BOX_HEIGHT_PX)
    points = zip(across.tolist(), down.tolist(), strict=True)
    return "M" + "L".join([f"{_TENTHS[x]} {_TENTHS[y]}" for x, y in points])


def _tenths(values: np.ndarray, size_px: int) -> np.ndarray:
    """Map values onto the box, in tenths of a pixel; all equal ones into its middle."""
    low, high = values.min() / 2, values.max() / 2  # halves: their difference never overflows
    if low == high:
        return np.full(len(values), 5 * size_px)
    share = np.clip((values / 2 - low) / (high - low), 0, 1)
    tenths: np.ndarray = np.rint(10 * (MARGIN_PX + share * (size_px - 2 * MARGIN_PX)))
    return tenths.astype(np.int64)
