"""Two groups of runs against each other: by how much they differ, and how sure that is.

The tests are scipy's; the page's script has its own (``templates/js/lib/contrast.js``), and
``tests/shared/comparison_cases.json`` holds both to the same numbers. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reporter.statistics.draws import SEED
from reporter.statistics.intervals import N_DRAWS, draw_blocks, draws_for, finite, percentiles

__all__ = ["ENOUGH_RUNS", "LEAST_RUNS", "SIGNIFICANCE", "Contrast", "claim", "contrast", "holm"]

SIGNIFICANCE = 0.05

LEAST_RUNS = 3
"""Of either side: below, nothing is claimed, since two values say little of their spread."""

ENOUGH_RUNS = 10
"""Of either side: below, a claim stays "probably". A percentile interval of the difference of two
times four values covers it in 86 % of cases, of ten in 92 % (measured, see docs/statistics.md)."""

_EXACT_RUNS = 8
"""Of the smaller side, up to which Mann and Whitney's U is not approximated; scipy's own limit."""


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """A group against a baseline, in one metric. What cannot be known is NaN.

    Parameters
    ----------
    n, n_base : int
        Finite values of each.
    mean, mean_base : float
    difference : float
        Mean less the baseline's.
    low, high : float
        95 % percentile bootstrap interval of the difference.
    t, degrees, p : float
        Welch's t test, two-sided.
    u, u_p : float
        Mann and Whitney's U: pairs in which the group's value is the larger, ties by half; and its
        two-sided p.
    d, g : float
        Cohen's d and Hedges' g, in pooled standard deviations.
    delta : float
        Cliff's delta, -1 to 1: positive when the group's values are larger.
    improvement : float
        Probability that a run of the group is better than one of the baseline, ties by half;
        without a direction, that it is larger.
    improvement_low, improvement_high : float
        Its 95 % percentile bootstrap interval.
    """

    n: int
    n_base: int
    mean: float
    mean_base: float
    difference: float
    low: float
    high: float
    t: float
    degrees: float
    p: float
    u: float
    u_p: float
    d: float
    g: float
    delta: float
    improvement: float
    improvement_low: float
    improvement_high: float


def contrast(
    base: Sequence[float],
    values: Sequence[float],
    direction: str = "",
    *,
    n_draws: int = N_DRAWS,
    seed: int = SEED,
) -> Contrast:
    """Hold a group against a baseline.

    Parameters
    ----------
    base, values : sequence of float
        One value a run; what is not finite is left out.
    direction : str
        ``"min"``, ``"max"`` or empty when neither is better.
    n_draws, seed : int
        Of the bootstrap.

    Returns
    -------
    Contrast

    Examples
    --------
    >>> found = contrast([0.93, 0.95, 0.94], [0.96, 0.97, 0.96], "max")
    >>> round(found.difference, 4), round(found.p, 3), found.improvement
    (0.0233, 0.036, 1.0)
    """
    a, b = finite(base), finite(values)
    mean_a, mean_b = _mean(a), _mean(b)
    low, high = _difference_interval(a, b, n_draws, seed)
    t, degrees, p = _welch(a, b)
    u, u_p = _mann_whitney(a, b)
    d, g = _effects(a, b)
    share = u / (len(a) * len(b)) if len(a) and len(b) else math.nan
    share_low, share_high = _share_interval(a, b, n_draws, seed)
    if direction == "min":
        oriented = (1 - share, 1 - share_high, 1 - share_low)
    else:
        oriented = (share, share_low, share_high)
    return Contrast(
        n=len(b),
        n_base=len(a),
        mean=mean_b,
        mean_base=mean_a,
        difference=mean_b - mean_a,
        low=low,
        high=high,
        t=t,
        degrees=degrees,
        p=p,
        u=u,
        u_p=u_p,
        d=d,
        g=g,
        delta=2 * share - 1,
        improvement=oriented[0],
        improvement_low=oriented[1],
        improvement_high=oriented[2],
    )


def claim(found: Contrast, direction: str = "", p: float | None = None) -> str:
    """Say what may be claimed of a difference.

    Parameters
    ----------
    found : Contrast
    direction : str
        ``"min"``, ``"max"`` or empty.
    p : float, optional
        Of Welch's test where it was adjusted for several comparisons; its own by default.

    Returns
    -------
    str
        ``"few"`` (too few runs), ``"constant"`` (neither side varies), ``"open"`` (not shown),
        ``"unclear"`` (interval and test disagree), else ``"better"``, ``"worse"`` or, without a
        direction, ``"other"``.

    Notes
    -----
    A difference is claimed when the bootstrap interval leaves 0 out and Welch's p is below 0.05.
    Either alone is too bold for few runs: the interval because it is then too narrow, the test
    because it trusts in bell curves.
    """
    if min(found.n, found.n_base) < LEAST_RUNS:
        return "few"
    if math.isnan(found.p):
        return "constant"
    is_outside = found.low > 0 or found.high < 0
    is_small = (found.p if p is None else p) < SIGNIFICANCE
    if is_outside != is_small:
        return "unclear"
    if not is_outside:
        return "open"
    if not direction:
        return "other"
    return "better" if (found.difference < 0) == (direction == "min") else "worse"


def holm(ps: Sequence[float]) -> list[float]:
    """Adjust p values of several comparisons after Holm 1979.

    Parameters
    ----------
    ps : sequence of float
        NaN is a comparison that could not be made, and does not count.

    Returns
    -------
    list of float
        In the order given.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted((p, i) for i, p in enumerate(ps) if not math.isnan(p))
    adjusted = [math.nan] * len(ps)
    largest = 0.0
    for place, (p, i) in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - place) * p))
        adjusted[i] = largest
    return adjusted


def _mean(values: np.ndarray) -> float:
    return math.fsum(values) / len(values) if len(values) else math.nan


def _difference_interval(
    a: np.ndarray, b: np.ndarray, n_draws: int, seed: int
) -> tuple[float, float]:
    if min(len(a), len(b)) < 2:  # one value has no spread
        return math.nan, math.nan
    blocks = draw_blocks((a, b), seed, draws_for(len(a) + len(b), n_draws))
    return percentiles(
        np.concatenate([of_b.mean(axis=1) - of_a.mean(axis=1) for of_a, of_b in blocks])
    )


def _welch(a: np.ndarray, b: np.ndarray) -> tuple[float, float, float]:
    if min(len(a), len(b)) < 2 or not (np.ptp(a) or np.ptp(b)):  # as above
        return math.nan, math.nan, math.nan
    from scipy.stats import t as student

    shares = [float(np.var(values, ddof=1)) / len(values) for values in (a, b)]
    t = (_mean(b) - _mean(a)) / math.sqrt(sum(shares))
    degrees = sum(shares) ** 2 / (shares[0] ** 2 / (len(a) - 1) + shares[1] ** 2 / (len(b) - 1))
    return t, degrees, float(2 * student.sf(abs(t), degrees))


def _mann_whitney(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    if not len(a) or not len(b):
        return math.nan, math.nan
    from scipy.stats import mannwhitneyu

    both = np.concatenate([a, b])
    is_tied = len(np.unique(both)) < len(both)
    is_exact = not is_tied and min(len(a), len(b)) <= _EXACT_RUNS
    if not np.ptp(both):
        return len(a) * len(b) / 2, 1.0
    found = mannwhitneyu(b, a, method="exact" if is_exact else "asymptotic")
    return float(found.statistic), float(found.pvalue)


def _effects(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    degrees = len(a) + len(b) - 2
    if min(len(a), len(b)) < 2:  # as above
        return math.nan, math.nan
    squares = sum(float(np.var(values, ddof=1)) * (len(values) - 1) for values in (a, b))
    if not squares:
        return math.nan, math.nan
    d = (_mean(b) - _mean(a)) / math.sqrt(squares / degrees)
    half = degrees / 2
    shrink = math.exp(math.lgamma(half) - math.lgamma(half - 0.5)) / math.sqrt(half)
    return d, d * shrink


def _share_interval(a: np.ndarray, b: np.ndarray, n_draws: int, seed: int) -> tuple[float, float]:
    """Bootstrap the share of pairs in which `b` is larger, by counting each value's draws."""
    if min(len(a), len(b)) < 2:  # as above
        return math.nan, math.nan
    _, places = np.unique(np.concatenate([a, b]), return_inverse=True)
    n_values = int(places.max()) + 1
    own = (places[: len(a)], places[len(a) :])
    blocks = draw_blocks(own, seed, draws_for(len(places), n_draws))
    won = np.concatenate([_won(of_a, of_b, n_values) for of_a, of_b in blocks])
    return percentiles(won / (len(a) * len(b)))


def _won(of_a: np.ndarray, of_b: np.ndarray, n_values: int) -> np.ndarray:
    """Count for each draw the pairs in which `b` is larger, ties by half."""
    lost, won = _count(of_a, n_values), _count(of_b, n_values)
    below = np.cumsum(lost, axis=1) - lost
    pairs: np.ndarray = (won * (below + lost / 2)).sum(axis=1)
    return pairs


def _count(drawn: np.ndarray, n_values: int) -> np.ndarray:
    """Count each row's places."""
    rows = np.arange(len(drawn))[:, None] * n_values
    return np.bincount((drawn + rows).ravel(), minlength=len(drawn) * n_values).reshape(
        len(drawn), n_values
    )
