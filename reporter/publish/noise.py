"""Whether a metric changed by more than repetitions of the same configuration differ. Pure.

The noise is what repetitions say: the spread of a metric within each configuration (equal params
but for the seed), pooled over all configurations, or the configuration's own where that is larger.
Of single runs nothing is claimed, however far apart they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["CONFIDENCE", "Change", "Spread", "compare_means", "pool"]

CONFIDENCE = 0.95
"""That no change is called one by chance, over all configurations that are compared at once."""

MIN_REPETITIONS = 2
"""On either side: configurations differ in how far their repetitions spread, and one value says
nothing about its own."""

MIN_DEGREES = 2
"""Below, the quantile of t is above 12 and says nothing either way: two repetitions of one
configuration are no measure of noise."""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How much repetitions differ.

    Parameters
    ----------
    deviation : float
        Pooled standard deviation within configurations.
    degrees : int
        Degrees of freedom: repetitions beyond the first of each configuration.
    """

    deviation: float
    degrees: int

    @property
    def is_known(self) -> bool:
        """Whether there are enough repetitions to speak of noise."""
        return self.degrees >= MIN_DEGREES


@dataclass(frozen=True, kw_only=True)
class Change:
    """A metric's mean over repetitions, before and after.

    Parameters
    ----------
    old, new : float
        Means.
    n_old, n_new : int
    margin : float or None
        Half of the confidence interval of the difference; None when the noise is not known.
    verdict : str
        ``"better"``, ``"worse"``, ``"within noise"``, ``"same"``, or ``"unknown"`` when there are
        too few repetitions to tell.
    """

    old: float
    new: float
    n_old: int
    n_new: int
    margin: float | None
    verdict: str

    @property
    def delta(self) -> float:
        """New less old."""
        return self.new - self.old


def pool(groups: Iterable[Sequence[float]]) -> Spread:
    """Pool the spread within groups.

    Parameters
    ----------
    groups : iterable of sequence of float
        Finite values of one configuration's repetitions each.

    Returns
    -------
    Spread

    Notes
    -----
    The pooled variance of the two-sample t test, over any number of groups.

    Examples
    --------
    >>> pool([[1.0, 2.0, 3.0], [10.0], [5.0, 7.0]])
    Spread(deviation=1.1547005383792515, degrees=3)
    """
    squares, degrees = 0.0, 0
    for values in groups:
        mean = math.fsum(values) / len(values)
        squares += math.fsum((value - mean) ** 2 for value in values)
        degrees += len(values) - 1
    return Spread(deviation=math.sqrt(squares / degrees) if degrees else 0.0, degrees=degrees)


def compare_means(
    old: Sequence[float],
    new: Sequence[float],
    spread: Spread,
    direction: str,
    n_compared: int = 1,
) -> Change:
    """Tell whether the mean of a configuration changed beyond noise.

    Parameters
    ----------
    old, new : sequence of float, not empty
        Finite values of the repetitions before and after.
    spread : Spread
        Of the metric within configurations.
    direction : str
        ``"min"`` or ``"max"``: which way is better.
    n_compared : int
        How many configurations are compared at once.

    Returns
    -------
    Change

    Notes
    -----
    The two-sample t interval with the pooled spread, at a level divided by `n_compared`
    (Bonferroni), so that a report over a hundred configurations does not cry wolf five times.

    Examples
    --------
    >>> spread = Spread(deviation=0.01, degrees=20)
    >>> compare_means([0.9, 0.91], [0.8, 0.81], spread, "max").verdict
    'worse'
    >>> compare_means([0.9, 0.91], [0.9, 0.92], spread, "max").verdict
    'within noise'
    >>> compare_means([0.9], [0.5], spread, "max").verdict
    'unknown'
    """
    before, after = math.fsum(old) / len(old), math.fsum(new) / len(new)
    own = pool([old, new])
    widest = Spread(deviation=max(spread.deviation, own.deviation), degrees=spread.degrees)
    margin = _margin(len(old), len(new), widest, n_compared)
    is_repeated = min(len(old), len(new)) >= MIN_REPETITIONS
    verdict = _verdict(after - before, margin if is_repeated else None, direction)
    return Change(
        old=before, new=after, n_old=len(old), n_new=len(new), margin=margin, verdict=verdict
    )


def _margin(n_old: int, n_new: int, spread: Spread, n_compared: int) -> float | None:
    if not spread.is_known:
        return None
    from scipy.stats import t

    quantile = float(t.isf((1 - CONFIDENCE) / (2 * n_compared), spread.degrees))
    return quantile * spread.deviation * math.sqrt(1 / n_old + 1 / n_new)


def _verdict(delta: float, margin: float | None, direction: str) -> str:
    if delta == 0:
        return "same"
    if margin is None:
        return "unknown"
    if abs(delta) <= margin:
        return "within noise"
    return "better" if (delta < 0) == (direction == "min") else "worse"
