"""Random draws with replacement that the page's script makes just the same.

Results of a bootstrap depend on its draws, so what the builder computes and what a browser computes
agree only if both draw alike. Generators of numpy are no use to a browser; this one is a counter
and a mix of its bits, so numpy makes all draws at once and a script makes them one by one.
The twin is ``templates/js/lib/draws.js``. Pure; knows nothing of statistics.
"""

from __future__ import annotations

import numpy as np

__all__ = ["SEED", "draw_indices", "stream"]

SEED = 0
"""Of every interval, so that equal runs give equal pages."""

_GAMMA = 0x9E3779B9
"""2^32 over the golden ratio, odd: successive multiples of it visit every word before any twice."""

_MASK = 0xFFFFFFFF


def stream(seed: int, number: int) -> int:
    """Return the seed of one of several independent streams.

    Parameters
    ----------
    seed : int
    number : int
        Of the stream, from 0.

    Returns
    -------
    int
        32 bits.

    Examples
    --------
    >>> stream(0, 0), stream(0, 1)
    (0, 1753845952)
    """
    return int(_mix(np.array([(seed + number) & _MASK], dtype=np.uint64))[0])


def draw_indices(seed: int, n_draws: int, n: int, first: int = 0) -> np.ndarray:
    """Draw `n` of `n` places with replacement, `n_draws` times.

    Parameters
    ----------
    seed : int
        Of the stream, 32 bits.
    n_draws, n : int
    first : int
        How many draws of the stream came before.

    Returns
    -------
    ndarray of int64, shape (n_draws, n)
        Places from 0 to n - 1.

    Notes
    -----
    The k-th word is ``mix(seed + k * gamma)`` modulo 2^32, a SplitMix generator of 32 bits
    (Steele, Lea and Flood 2014) with the mixing function ``lowbias32`` (Wellons 2018). A word
    becomes a place by multiplication, ``word * n >> 32``, which favours no place by more than
    n / 2^32. The period is 2^32, far above what any interval here draws.

    Examples
    --------
    >>> draw_indices(stream(0, 1), 2, 4).tolist()
    [[1, 2, 1, 1], [0, 1, 2, 0]]
    """
    counters = np.arange(first * n, (first + n_draws) * n, dtype=np.uint64)
    words = _mix((np.uint64(seed) + counters * np.uint64(_GAMMA)) & np.uint64(_MASK))
    places: np.ndarray = ((words * np.uint64(n)) >> np.uint64(32)).astype(np.int64)
    return places.reshape(n_draws, n)


def _mix(words: np.ndarray) -> np.ndarray:
    """Spread the bits of 32-bit words, held in 64 so that products do not overflow."""
    mask = np.uint64(_MASK)
    words = words ^ (words >> np.uint64(16))
    words = (words * np.uint64(0x7FEB352D)) & mask
    words = words ^ (words >> np.uint64(15))
    words = (words * np.uint64(0x846CA68B)) & mask
    mixed: np.ndarray = words ^ (words >> np.uint64(16))
    return mixed
