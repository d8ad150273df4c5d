"""TFRecord files: length-prefixed records with checksums, read whatever state the file is in.

::

    u64 length   u32 masked CRC-32C of the length   data   u32 masked CRC-32C of the data

A record whose data is damaged is left out. Where a length is damaged or leads nowhere, reading
goes on at the next place at which a length and its checksum agree. So a torn or overwritten place
costs the records it touches and no others. What the records mean is not known here.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np

from reporter.importers.crc32c import crc32c, crc32c_of_rows, mask
from reporter.importers.gaps import Gaps

__all__ = ["is_tfrecord", "iter_records"]

_HEAD = struct.Struct("<QI")
_TAIL_BYTES = 4
# Enough records at once that their checksums run side by side, small beside a process's memory.
_BLOCK_BYTES = 1 << 22

Span = tuple[int, int]


def is_tfrecord(head: bytes) -> bool:
    """Tell whether a file that begins with these bytes (12 or more) holds records."""
    return len(head) >= _HEAD.size and bool(_check_heads(head, [0])[0])


def iter_records(file: BinaryIO, gaps: Gaps) -> Iterator[bytes]:
    """Yield the data of each good record.

    Parameters
    ----------
    file : binary file
        At its beginning; a real one, whose size the system knows.
    gaps : Gaps
        Takes the damaged places.

    Yields
    ------
    bytes

    Notes
    -----
    Memory is that of a block of 4 MiB, or of the largest record.
    """
    window = _Window(file)
    while window.fill():
        block = _Block(window.data)
        for start, end in block.good_records():
            yield window.data[start:end]
        for start, end in block.bad:
            gaps.add(window.start + start, end - start)
        window.drop(block.end)
        if block.is_lost or window.is_stuck():
            skipped = window.find_head()
            gaps.add(window.start, skipped)
            window.drop(skipped)


class _Block:
    """The records of a piece of the file, followed from length to length.

    `end` is where following them stopped, `bad` are the places passed over, and `is_lost` says
    that what begins at `end` has a wrong checksum and its length leads nowhere.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.end = 0
        self.bad: list[Span] = []
        self.is_lost = False

    def good_records(self) -> Iterator[Span]:
        spans = list(_walk(self._data))
        is_head = _check_heads(self._data, [start for start, _ in spans])
        is_data = _check_data(self._data, spans)
        for n, (start, end) in enumerate(spans):
            if not is_head[n] or not (is_data[n] or is_head[n + 1 : n + 2].any()):
                self.is_lost = True
                return
            if is_data[n]:
                yield start + _HEAD.size, end - _TAIL_BYTES
            else:
                self.bad.append((start, end))
            self.end = end


class _Window:
    """A piece of the file that moves forward: `data`, which begins at byte `start`."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = os.fstat(file.fileno()).st_size - file.tell()
        self.data = b""
        self.start = 0

    def fill(self) -> bool:
        """Read on as far as the next record needs; false when nothing is left."""
        missing = max(_BLOCK_BYTES, self._record_bytes()) - len(self.data)
        if self._left and missing > 0:
            block = self._file.read(min(missing, self._left))
            self._left = self._left - len(block) if block else 0  # the file has become shorter
            self.data += block
        return bool(self.data)

    def drop(self, n_bytes: int) -> None:
        self.data = self.data[n_bytes:]
        self.start += n_bytes

    def is_stuck(self) -> bool:
        """Tell whether no record begins here, or one whose end the file does not have."""
        if not self.data or (self._left and len(self.data) < _HEAD.size):
            return False
        needed = self._record_bytes()
        return not needed or needed > len(self.data) + self._left

    def find_head(self) -> int:
        """Return how many bytes lie before the next place that can begin a record."""
        n_places = len(self.data) - _HEAD.size + 1
        if n_places > 1:
            found = np.flatnonzero(_check_heads(self.data, range(1, n_places)))
            if len(found):
                return int(found[0]) + 1
        return max(1, n_places) if self._left else len(self.data)

    def _record_bytes(self) -> int:
        """Size of the record that begins here; 0 when none does."""
        if not is_tfrecord(self.data):
            return 0
        return int(_HEAD.unpack_from(self.data)[0]) + _HEAD.size + _TAIL_BYTES


def _walk(data: bytes) -> Iterator[Span]:
    """Yield (start, end) of each whole record, as the lengths say."""
    at = 0
    while at + _HEAD.size <= len(data):
        end = at + int(_HEAD.unpack_from(data, at)[0]) + _HEAD.size + _TAIL_BYTES
        if end > len(data):
            return
        yield at, end
        at = end


def _check_heads(data: bytes, starts: Sequence[int]) -> np.ndarray:
    """Compare lengths with their checksums; returns bool, shape (n,)."""
    if not len(starts):
        return np.zeros(0, dtype=bool)
    places = np.asarray(starts, dtype=np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(np.frombuffer(data, np.uint8), _HEAD.size)
    heads = windows[places]
    stored = np.ascontiguousarray(heads[:, 8:]).view("<u4").ravel()
    return np.asarray(mask(crc32c_of_rows(heads[:, :8])) == stored)


def _check_data(data: bytes, spans: Sequence[Span]) -> np.ndarray:
    """Compare records with their checksums; returns bool, shape (n,)."""
    stored = [data[end - _TAIL_BYTES : end] for _, end in spans]
    crc = mask(crc32c([data[start + _HEAD.size : end - _TAIL_BYTES] for start, end in spans]))
    return np.asarray(crc == np.frombuffer(b"".join(stored), dtype="<u4"))
