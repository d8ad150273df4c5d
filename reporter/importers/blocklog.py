"""Logs cut into blocks of 32 KiB, as LevelDB describes them: W&B's offline files are such logs.

::

    block    fragments, then zeros where fewer than 7 bytes are left
    fragment u32 CRC-32 of kind and data   u16 length   u8 kind   data
    kind     1 whole record   2 first   3 middle   4 last piece of a record

A damaged fragment costs the record it belongs to; where a length leads nowhere, reading goes on at
the next fragment of the block whose checksum holds, else at the next block. W&B's checksum is the
ordinary CRC-32, where LevelDB and RocksDB have Castagnoli's, masked. What the records mean is not
known here.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple
from zlib import crc32

from reporter.importers.gaps import Gaps

__all__ = ["iter_records"]

BLOCK_BYTES = 1 << 15
_HEAD = struct.Struct("<IHB")
WHOLE, FIRST, MIDDLE, LAST = 1, 2, 3, 4


class _Fragment(NamedTuple):
    """A piece of a record; `start` and `end` are places in the file."""

    kind: int
    data: bytes
    start: int
    end: int


def iter_records(
    file: BinaryIO, gaps: Gaps, start_bytes: int = 0, checksum: Callable[[bytes], int] = crc32
) -> Iterator[bytes]:
    """Yield the data of each good record.

    Parameters
    ----------
    file : binary file
        At its beginning.
    gaps : Gaps
        Takes the damaged places.
    start_bytes : int
        Where the first fragment is: length of what the writer put before it.
    checksum : callable
        Of kind and data.

    Yields
    ------
    bytes
    """
    pieces: list[_Fragment] = []
    for fragment in _iter_fragments(file, gaps, start_bytes, checksum):
        if pieces and (fragment.kind in (WHOLE, FIRST) or fragment.start != _resume(pieces[-1])):
            _give_up(pieces, gaps)
        if fragment.kind == WHOLE:
            yield fragment.data
        elif pieces or fragment.kind == FIRST:
            pieces.append(fragment)
            if fragment.kind == LAST:
                yield b"".join(piece.data for piece in pieces)
                pieces = []
        else:
            gaps.add(fragment.start, fragment.end - fragment.start)
    _give_up(pieces, gaps)


def _resume(fragment: _Fragment) -> int:
    """Say where the fragment after this one begins."""
    left = -fragment.end % BLOCK_BYTES
    return fragment.end + (left if left < _HEAD.size else 0)


def _give_up(pieces: list[_Fragment], gaps: Gaps) -> None:
    """Note the pieces of a record that has no end, and forget them."""
    for piece in pieces:
        gaps.add(piece.start, piece.end - piece.start)
    pieces.clear()


def _iter_fragments(
    file: BinaryIO, gaps: Gaps, start_bytes: int, checksum: Callable[[bytes], int]
) -> Iterator[_Fragment]:
    base, at = 0, start_bytes
    while block := file.read(BLOCK_BYTES):
        while len(block) - at >= _HEAD.size or (at < len(block) < BLOCK_BYTES):
            fragment = _fragment_at(block, at, base, checksum)
            if fragment is None:
                following = _find_fragment(block, at + 1, checksum)
                if any(block[at:following]):
                    gaps.add(base + at, following - at)
                at = following
                continue
            yield fragment
            at = fragment.end - base
        base, at = base + len(block), 0


def _fragment_at(
    block: bytes, at: int, base: int, checksum: Callable[[bytes], int]
) -> _Fragment | None:
    """Return the fragment that begins at a place of a block; None when there is no good one."""
    if at + _HEAD.size > len(block):
        return None
    crc, length, kind = _HEAD.unpack_from(block, at)
    start = at + _HEAD.size
    end = start + length
    if not WHOLE <= kind <= LAST or end > len(block):
        return None
    if checksum(block[start - 1 : end]) != crc:
        return None
    return _Fragment(kind, block[start:end], base + at, base + end)


def _find_fragment(block: bytes, start: int, checksum: Callable[[bytes], int]) -> int:
    """Return where the next good fragment of the block begins; the block's end without one."""
    for at in range(start, len(block) - _HEAD.size + 1):
        if WHOLE <= block[at + _HEAD.size - 1] <= LAST and _fragment_at(block, at, 0, checksum):
            return at
    return len(block)
