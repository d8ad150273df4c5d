"""Bootstrap intervals: of a mean, of a difference of means, of an interquartile mean.

All of them are percentile intervals over draws within each group. Pure; values in, numbers out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from reporter.statistics.draws import SEED, draw_indices, stream

__all__ = [
    "CONFIDENCE",
    "N_DRAWS",
    "Estimate",
    "bootstrap_mean",
    "draw_blocks",
    "draws_for",
    "finite",
    "interquartile_mean",
    "percentiles",
    "stratified_iqm",
]

CONFIDENCE = 0.95

N_DRAWS = 10_000
"""The ends of a 95 % interval then move by 2 to 5 % of its width from seed to seed."""

_MAX_VALUES = 10_000_000
"""Drawn for one interval: above a thousand values there are fewer draws, since the means of many
values hardly vary from draw to draw. A browser makes so many in a tenth of a second."""

_LEAST_DRAWS = 1_000
_MAX_AT_ONCE = 2_000_000
"""Values that are drawn together: 16 MB an array."""

_TRIMMED = 0.25
"""Of each end, before an interquartile mean is taken."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A number and its bootstrap interval.

    Parameters
    ----------
    value : float
        NaN without values.
    low, high : float
        NaN below two values.
    n : int
        Finite values behind it.
    """

    value: float
    low: float
    high: float
    n: int


def finite(values: Sequence[float]) -> np.ndarray:
    """Return the finite values, ascending: in whatever order they come, the draws are the same."""
    array = np.asarray(values, dtype=np.float64)
    return np.sort(array[np.isfinite(array)])


def draws_for(n: int, n_draws: int = N_DRAWS) -> int:
    """Return how many draws an interval over `n` values takes.

    Examples
    --------
    >>> draws_for(8), draws_for(4_000), draws_for(1_000_000)
    (10000, 2500, 1000)
    """
    return max(min(n_draws, _LEAST_DRAWS), min(n_draws, _MAX_VALUES // max(n, 1)))


def draw_blocks(
    strata: Sequence[np.ndarray], seed: int, n_draws: int
) -> Iterator[list[np.ndarray]]:
    """Draw with replacement from each of several groups, some draws at a time.

    Parameters
    ----------
    strata : sequence of ndarray, shape (n_i,)
    seed : int
    n_draws : int

    Yields
    ------
    list of ndarray, shape (n_rows, n_i)
        One a group, the i-th out of the i-th stream of the seed.
    """
    rows = max(1, _MAX_AT_ONCE // max(1, sum(map(len, strata))))
    for first in range(0, n_draws, rows):
        count = min(rows, n_draws - first)
        yield [
            values[draw_indices(stream(seed, i), count, len(values), first)]
            for i, values in enumerate(strata)
        ]


def percentiles(drawn: np.ndarray) -> tuple[float, float]:
    """Return the ends of the 95 % percentile interval, between draws by interpolation."""
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return float(low), float(high)


def bootstrap_mean(
    values: Sequence[float], *, n_draws: int = N_DRAWS, seed: int = SEED
) -> Estimate:
    """Estimate a mean.

    Parameters
    ----------
    values : sequence of float
        What is not finite is left out.
    n_draws, seed : int

    Returns
    -------
    Estimate

    Examples
    --------
    >>> found = bootstrap_mean([0.1, 0.2, 0.4])
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3), found.n
    (0.233, 0.1, 0.4, 3)
    """
    kept = finite(values)
    return _estimate([kept], _mean, n_draws, seed)


def interquartile_mean(values: Sequence[float]) -> float:
    """Return the mean of the middle half: a quarter of the values is cut off at either end.

    Parameters
    ----------
    values : sequence of float
        Finite.

    Returns
    -------
    float
        NaN without values; the mean of fewer than four.

    Notes
    -----
    As ``scipy.stats.trim_mean(values, 0.25)`` and rliable's ``aggregate_iqm``.

    Examples
    --------
    >>> interquartile_mean([0, 1, 2, 3, 100])
    2.0
    """
    return (
        float(_trimmed(np.asarray(values, dtype=np.float64)[None, :])[0])
        if len(values)
        else math.nan
    )


def stratified_iqm(
    strata: Sequence[Sequence[float]], *, n_draws: int = N_DRAWS, seed: int = SEED
) -> Estimate:
    """Estimate the interquartile mean over all values of several tasks.

    Parameters
    ----------
    strata : sequence of sequence of float
        Scores of each task's runs; with one task, the runs of that task. What is not finite is
        left out.
    n_draws, seed : int

    Returns
    -------
    Estimate
        Runs are drawn within each task, so every draw has as many of each as there are.

    Notes
    -----
    Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice",
    sections 4.1 and 4.3.
    """
    return _estimate([finite(values) for values in strata], _trimmed, n_draws, seed)


def _estimate(
    strata: Sequence[np.ndarray],
    figure: Callable[[np.ndarray], np.ndarray],
    n_draws: int,
    seed: int,
) -> Estimate:
    kept = [values for values in strata if len(values)]
    n = sum(map(len, kept))
    if not n:
        return Estimate(value=math.nan, low=math.nan, high=math.nan, n=0)
    value = float(figure(np.concatenate(kept)[None, :])[0])
    if n == 1:
        return Estimate(value=value, low=math.nan, high=math.nan, n=1)
    blocks = draw_blocks(kept, seed, draws_for(n, n_draws))
    drawn = np.concatenate([figure(np.concatenate(block, axis=1)) for block in blocks])
    low, high = percentiles(drawn)
    return Estimate(value=value, low=low, high=high, n=n)


def _mean(drawn: np.ndarray) -> np.ndarray:
    means: np.ndarray = drawn.mean(axis=1)
    return means


def _trimmed(drawn: np.ndarray) -> np.ndarray:
    n = drawn.shape[1]
    cut = int(_TRIMMED * n)
    means: np.ndarray = np.sort(drawn, axis=1)[:, cut : n - cut].mean(axis=1)
    return means
