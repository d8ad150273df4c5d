"""How fine the series of a site are: what a reader who zooms in gets to see, and what that costs.

Pages draw some hundred points a series. Finer tiers are eight times as fine each, down to every
point logged, so that a page loads about as much for a tenth of an axis as for all of it, and all
tiers together weigh little more than the finest. Where every point is too much for the site, the
finest tier is made coarser until it fits. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from reporter import charts

__all__ = ["NO_TIERS", "Tiers", "plan_tiers"]

GROWTH = 8
"""From tier to tier. With it, tiers before the finest add at most a seventh to its size."""

LEAST_CAP = charts.MAX_POINTS * 5 // 4
"""A tier that shows hardly more than the first is not worth its files."""


@dataclass(frozen=True)
class Tiers:
    """The tiers beside the first.

    Parameters
    ----------
    caps : tuple of int
        The most points of a series in each, ascending. A series is in those that have more of its
        points than the tier before.
    """

    caps: tuple[int, ...] = ()

    def n_points(self, counts: np.ndarray) -> int:
        """Add up the points of all these tiers.

        Parameters
        ----------
        counts : ndarray of int64, shape (n_series,)
            Points logged of each series.

        Returns
        -------
        int
        """
        total, least = 0, charts.MAX_POINTS
        for cap in self.caps:
            total += int(np.minimum(counts[counts > least], cap).sum())
            least = cap
        return total


NO_TIERS = Tiers()


def plan_tiers(counts: Iterable[int], *, most_points: int, most_total: int) -> Tiers:
    """Choose the tiers of a site.

    Parameters
    ----------
    counts : iterable of int
        Points logged of each series of the site.
    most_points : int
        Of a series in the finest tier.
    most_total : int
        Of all series in all tiers beside the first.

    Returns
    -------
    Tiers
        The finest one has `most_points`, or half as many until everything fits: halves, so that a
        new run seldom changes what there is of all others.

    Examples
    --------
    >>> plan_tiers([700, 90_000], most_points=100_000, most_total=1_000_000).caps
    (4000, 32000, 100000)
    >>> plan_tiers([90_000] * 10, most_points=100_000, most_total=900_000).caps
    (4000, 32000, 50000)
    >>> plan_tiers([90_000] * 10, most_points=100_000, most_total=0).caps
    ()
    """
    found = np.fromiter(counts, dtype=np.int64)
    limit = most_points
    while limit >= LEAST_CAP:
        tiers = _tiers_to(limit)
        if tiers.n_points(found) <= most_total:
            return tiers
        limit //= 2
    return NO_TIERS


def _tiers_to(limit: int) -> Tiers:
    caps, cap = [], GROWTH * charts.MAX_POINTS
    while cap < limit:
        caps.append(cap)
        cap *= GROWTH
    return Tiers((*caps, limit))
