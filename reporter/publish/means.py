"""Means of repetitions and how sure they are: of one value a run, and of whole curves. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from reporter.charts.curves import Curve
from reporter.charts.downsample import downsample, order
from reporter.store.ports import History

__all__ = ["CONFIDENCE", "MIN_RUNS", "mean_and_margin", "mean_curve"]

CONFIDENCE = 0.95
MIN_RUNS = 3
"""Below, an interval says nothing: two values are shown as their mean and no more."""

MAX_POINTS = 400
"""More cannot be told apart in a column of a paper."""


def mean_and_margin(values: Sequence[float]) -> tuple[float | None, float | None]:
    """Average values, and say how sure the mean is.

    Parameters
    ----------
    values : sequence of float
        One for each run that has one.

    Returns
    -------
    mean : float or None
        None without values; NaN or infinite when one of them is.
    margin : float or None
        Half of the 95 % confidence interval of the mean, by Student's t; None below three values
        and where the mean is not finite.

    Examples
    --------
    >>> mean_and_margin([1.0, 2.0, 3.0])
    (2.0, 2.484...)
    >>> mean_and_margin([1.0, 2.0]), mean_and_margin([])
    ((1.5, None), (None, None))
    """
    if not values:
        return None, None
    mean = float(np.mean(values))
    if len(values) < MIN_RUNS or not math.isfinite(mean):
        return mean, None
    error = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return mean, _quantile(len(values)) * error


def mean_curve(name: str, histories: Sequence[History]) -> Curve:
    """Average the histories of repetitions.

    Parameters
    ----------
    name : str
        Of the curve.
    histories : sequence of History, not empty
        Of one metric in several runs.

    Returns
    -------
    Curve
        Over the steps that all of them logged, or, when there are none, over every step.
    """
    series = [_last_at_each_step(item) for item in histories]
    common = set.intersection(*(set(found) for found in series))
    steps = sorted(common or set.union(*(set(found) for found in series)))
    pairs = [mean_and_margin([found[s] for found in series if s in found]) for s in steps]
    means = np.array([np.nan if mean is None else mean for mean, _ in pairs])
    margins = np.array([np.nan if margin is None else margin for _, margin in pairs])
    at = np.array(steps, dtype=np.int64)
    kept = downsample(at, means, MAX_POINTS)
    has_margins = bool(np.isfinite(margins).any())
    return Curve(
        name=name,
        steps=at[kept].astype(np.float64),
        values=means[kept],
        margins=margins[kept] if has_margins else None,
    )


def _last_at_each_step(history: History) -> dict[int, float]:
    """Map each step to its last value."""
    places = order(history.steps)
    pairs = zip(history.steps[places].tolist(), history.values[places].tolist(), strict=True)
    return dict(pairs)


def _quantile(n: int) -> float:
    from scipy.stats import t

    return float(t.ppf((1 + CONFIDENCE) / 2, n - 1))
