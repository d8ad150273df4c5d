"""Split work by leading bits of an id, so that a new run changes one piece and no other.

Pieces must stay small enough to load and must not shift when runs are added: a piece is split in
two when it alone grows too large, by the next bit of the ids in it. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

__all__ = ["hex_prefixes", "split_by_bits"]

T = TypeVar("T")


def hex_prefixes(bits: str) -> list[str]:
    """Return the shortest hex prefixes that together mean the same as a prefix of bits.

    Examples
    --------
    >>> hex_prefixes(""), hex_prefixes("1010"), hex_prefixes("101")
    ([''], ['a'], ['a', 'b'])
    """
    missing = -len(bits) % 4
    endings = [format(n, f"0{missing}b") if missing else "" for n in range(1 << missing)]
    return [_to_hex(bits + ending) for ending in endings]


def split_by_bits(
    items: Sequence[T], digits_of: Callable[[T], str], fits: Callable[[Sequence[T]], bool]
) -> Iterator[tuple[str, Sequence[T]]]:
    """Halve a sequence by successive bits until every piece fits.

    Parameters
    ----------
    items : sequence
        Pieces keep its order.
    digits_of : callable
        The id of an item in hex digits, of which each is four bits; all of one length.
    fits : callable
        Whether a piece is small enough. A piece of one item, or of items with the same bits, is
        left whole whatever this says.

    Yields
    ------
    bits : str
        Prefix that the items of the piece share.
    piece : sequence
        Not empty.
    """
    work = [("", items)] if items else []
    while work:
        prefix, piece = work.pop()
        depth = len(prefix)
        if len(piece) == 1 or fits(piece) or depth == 4 * len(digits_of(piece[0])):
            yield prefix, piece
            continue
        at, ones = depth // 4, _ONES[depth % 4]
        halves: dict[str, list[T]] = {"1": [], "0": []}
        for item in piece:
            halves["1" if digits_of(item)[at] in ones else "0"].append(item)
        # the last one pushed is taken first, so pieces come in order
        work += [(prefix + bit, half) for bit, half in halves.items() if half]


_ONES = [frozenset(d for d in "0123456789abcdef" if int(d, 16) & bit) for bit in (8, 4, 2, 1)]
"""Of each bit of a hex digit, the highest first: the digits in which it is set."""


def _to_hex(bits: str) -> str:
    return "".join(format(int(bits[at : at + 4], 2), "x") for at in range(0, len(bits), 4))
