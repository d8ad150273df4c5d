"""Fewer points of a series, chosen so that its line looks the same.

Only points that were logged are kept: the first and the last, the least and the greatest of each
bucket, and one for every stretch of NaN or infinity. ``templates/js/lib/downsample.js`` is the same
choice in the page, and ``tests/shared/downsample_cases.json`` holds the two together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["MAX_POINTS", "downsample", "downsample_many", "order"]

MAX_POINTS = 500
"""Of a series in a data file: as many as a chart of common width has pixels, to within a factor of
two; finer data are another tier's business."""

_MARKER_SHARE = 4
"""At most one kept point in four stands for a stretch of NaN, or a broken series would show
nothing else."""

_LEAST_CAP = 5
"""Both ends, both extremes, and one stretch of NaN."""

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


def order(steps: NDArray[np.int64]) -> Places:
    """Return the permutation that sorts by step; equal steps stay in the order they were logged.

    Parameters
    ----------
    steps : ndarray of int64, shape (n,)

    Returns
    -------
    ndarray of intp, shape (n,)
    """
    if bool(np.all(steps[1:] >= steps[:-1])):
        return np.arange(len(steps))
    return np.argsort(steps, kind="stable")


def downsample(steps: NDArray[np.int64], values: Floats, cap: int = MAX_POINTS) -> Places:
    """Choose the points of one series.

    Parameters
    ----------
    steps : ndarray of int64, shape (n,)
        Ascending; see :func:`order`.
    values : ndarray of float64, shape (n,)
        May hold NaN and infinities.
    cap : int
        The most points that may be kept, at least 5.

    Returns
    -------
    ndarray of intp, shape (<= cap,)
        Ascending places in `steps` and `values`; all of them when there are no more than `cap`.

    Examples
    --------
    >>> values = np.array([0.0, 0, 9, 0, 0, 0, 0, -5, 0, 0])
    >>> downsample(np.arange(10), values, cap=6)
    array([0, 2, 5, 7, 9])
    """
    return downsample_many(steps, values, np.array([0, len(steps)]), cap)[0]


def downsample_many(
    steps: NDArray[np.int64],
    values: Floats,
    offsets: NDArray[np.int64],
    cap: int = MAX_POINTS,
) -> tuple[Places, NDArray[np.int64]]:
    """Choose the points of several series that lie one after the other.

    Parameters
    ----------
    steps, values : ndarray, shape (n,)
        Each series in step order.
    offsets : ndarray of int64, shape (n_series + 1,)
        Where each series begins, and `n` at the end.
    cap : int
        The most points that may be kept of each series, at least 5.

    Returns
    -------
    kept : ndarray of intp
        Ascending places in `steps` and `values`.
    offsets : ndarray of int64, shape (n_series + 1,)
        Where each series begins in `kept`.

    Notes
    -----
    Time and memory grow with `n`; nothing loops over series.
    """
    if cap < _LEAST_CAP:
        raise ValueError(f"cap is {cap}: a series needs at least {_LEAST_CAP} points.")
    offsets = np.asarray(offsets, dtype=np.int64)
    lengths = np.diff(offsets)
    is_long = lengths > cap
    is_kept = np.ones(len(steps), dtype=bool)
    if bool(is_long.any()):
        places = np.flatnonzero(np.repeat(is_long, lengths))
        is_kept[places] = _choose(steps[places], values[places], lengths[is_long], cap)
    counts = np.concatenate([[0], np.cumsum(is_kept)])[offsets]
    return np.flatnonzero(is_kept), counts


def _choose(
    steps: NDArray[np.int64], values: Floats, lengths: NDArray[np.int64], cap: int
) -> NDArray[np.bool_]:
    """Choose among series that are all longer than `cap`."""
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    series = np.repeat(np.arange(len(lengths)), lengths)
    is_finite = np.isfinite(values)
    is_kept = np.zeros(len(values), dtype=bool)
    is_kept[starts] = True
    is_kept[starts + lengths - 1] = True
    markers = _markers(is_finite, starts, series, cap)
    is_kept[markers] = True
    n_markers = np.bincount(series[markers], minlength=len(lengths))
    n_buckets = (cap - 2 - n_markers) // 2
    buckets = _buckets(steps.astype(np.float64), starts, lengths, series, n_buckets)
    finite = np.flatnonzero(is_finite)
    is_kept[_extremes(values[finite], series[finite] * cap + buckets[finite], finite)] = True
    return is_kept


def _markers(is_finite: NDArray[np.bool_], starts: Places, series: Places, cap: int) -> Places:
    """Return the first point of every stretch that is not finite, evenly thinned when many."""
    is_after_finite = np.concatenate([[True], is_finite[:-1]])
    is_after_finite[starts] = True
    found = np.flatnonzero(~is_finite & is_after_finite)
    per_series = np.bincount(series[found], minlength=len(starts))
    first = np.concatenate([[0], np.cumsum(per_series)[:-1]])
    rank = np.arange(len(found)) - first[series[found]]
    stride = np.maximum(1, -(-per_series // (cap // _MARKER_SHARE)))
    is_kept: NDArray[np.bool_] = rank % stride[series[found]] == 0
    return found[is_kept]


def _buckets(
    steps: Floats,
    starts: Places,
    lengths: NDArray[np.int64],
    series: Places,
    n_buckets: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Place each point in a bucket of its series.

    A bucket's width is half by step, so that what is wide on the screen gets its share, and half by
    count, so that where many points were logged there are many buckets.
    """
    rank = np.arange(len(steps)) - starts[series]
    by_count = rank / (lengths - 1)[series]
    first, span = steps[starts], steps[starts + lengths - 1] - steps[starts]
    wide = np.where(span > 0, span, 1)[series]
    by_step = np.where((span > 0)[series], (steps - first[series]) / wide, by_count)
    last = n_buckets[series] - 1
    share = (by_count + by_step) * 0.5
    return np.minimum((share * n_buckets[series]).astype(np.int64), last)


def _extremes(values: Floats, groups: NDArray[np.int64], places: Places) -> Places:
    """Return the places of the first least and the first greatest value of each group."""
    if not len(values):
        return places
    begins = np.flatnonzero(np.concatenate([[True], groups[1:] != groups[:-1]]))
    sizes = np.diff(np.append(begins, len(values)))
    found = []
    for reduce in (np.minimum.reduceat, np.maximum.reduceat):
        is_extreme = values == np.repeat(reduce(values, begins), sizes)
        at = np.flatnonzero(is_extreme)
        is_first = np.concatenate([[True], groups[at][1:] != groups[at][:-1]])
        found.append(places[at[is_first]])
    return np.concatenate(found)
