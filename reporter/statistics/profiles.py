"""Performance profiles: which share of a group's runs reaches each score. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reporter.statistics.draws import SEED
from reporter.statistics.intervals import CONFIDENCE, draw_blocks, draws_for, finite

__all__ = ["PROFILE_DRAWS", "Profile", "performance_profile"]

PROFILE_DRAWS = 2_000
"""Of each band: it is drawn over a hundred scores, and seen, not read off."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A performance profile with its pointwise 95 % band.

    Parameters
    ----------
    scores : tuple of float
        Where it was taken.
    shares, low, high : tuple of float
        Share of runs better than each score, from 0 to 1.
    n : int
        Finite values behind it.
    """

    scores: tuple[float, ...]
    shares: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    n: int


def performance_profile(
    strata: Sequence[Sequence[float]],
    scores: Sequence[float],
    direction: str = "max",
    *,
    n_draws: int = PROFILE_DRAWS,
    seed: int = SEED,
) -> Profile:
    """Find which share of runs is better than each of some scores.

    Parameters
    ----------
    strata : sequence of sequence of float
        Values of each task's runs; with one task, of its runs. At least one is finite.
    scores : sequence of float
        Where to look, ascending.
    direction : str
        ``"max"`` (the default) when higher is better, ``"min"`` when lower is.
    n_draws, seed : int

    Returns
    -------
    Profile

    Notes
    -----
    The run-score distributions of Agarwal et al. 2021, section 4.2, with stratified bootstrap.

    Examples
    --------
    >>> performance_profile([[0.1, 0.2, 0.4, 0.8]], [0.0, 0.3, 0.9]).shares
    (1.0, 0.5, 0.0)
    """
    kept = [values for values in map(finite, strata) if len(values)]
    at = np.asarray(scores, dtype=np.float64)
    sign = -1.0 if direction == "min" else 1.0
    order = np.argsort(sign * at)
    n = sum(map(len, kept))
    ascending = (sign * at)[order]
    blocks = draw_blocks(kept, seed, draws_for(n, n_draws))
    bands = np.concatenate(
        [_shares(sign * np.concatenate(block, axis=1), ascending) for block in blocks]
    )
    tail = (1 - CONFIDENCE) / 2
    ends = np.quantile(bands, [tail, 1 - tail], axis=0)
    own = _shares(sign * np.concatenate(kept)[None, :], ascending)
    shares, low, high = np.empty((3, len(at)))
    shares[order], low[order], high[order] = own[0], ends[0], ends[1]
    return Profile(
        scores=tuple(map(float, at)),
        shares=tuple(map(float, shares)),
        low=tuple(map(float, low)),
        high=tuple(map(float, high)),
        n=n,
    )


def _shares(values: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Return the share of each row's values above each score; scores ascend."""
    places = np.searchsorted(scores, values, side="left")
    counts = np.zeros((len(values), len(scores) + 1))
    rows = np.arange(len(values))[:, None]
    np.add.at(counts, (np.broadcast_to(rows, places.shape), places), 1)
    below = np.cumsum(counts, axis=1)[:, :-1]
    shares: np.ndarray = 1 - below / values.shape[1]
    return shares
