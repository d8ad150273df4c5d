"""Split work by leading bits of an id, so that a new run changes one piece and no other.

Pieces must stay small enough to load and must not shift when runs are added: a piece is split in
two when it alone grows too large, by the next bit of the ids in it. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

__all__ = ["bits_of_hex", "hex_prefixes", "split_by_bits"]

T = TypeVar("T")


def bits_of_hex(digits: str) -> str:
    """Write hex digits as bits, four each.

    Examples
    --------
    >>> bits_of_hex("a1")
    '10100001'
    """
    return "".join(_NIBBLES[digit] for digit in digits)


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
    items: Sequence[T], bits_of: Callable[[T], str], fits: Callable[[Sequence[T]], bool]
) -> Iterator[tuple[str, Sequence[T]]]:
    """Halve a sequence by successive bits until every piece fits.

    Parameters
    ----------
    items : sequence
        Pieces keep its order.
    bits_of : callable
        The bits of an item, as ``0`` and ``1``; all of one length.
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
        if len(piece) == 1 or fits(piece) or depth == len(bits_of(piece[0])):
            yield prefix, piece
            continue
        for bit in "10":  # the last one pushed is taken first, so pieces come in order
            half = [item for item in piece if bits_of(item)[depth] == bit]
            if half:
                work.append((prefix + bit, half))


_NIBBLES = {format(n, "x"): format(n, "04b") for n in range(16)}


def _to_hex(bits: str) -> str:
    return "".join(format(int(bits[at : at + 4], 2), "x") for at in range(0, len(bits), 4))
