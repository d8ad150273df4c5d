"""Read the keys and values of a RocksDB folder, without RocksDB and without locking it.

A database is sorted tables (``*.sst``) and the log of what is not in a table yet (``*.log``). Every
key carries a number that counts up; of equal keys the highest counts. Obsolete tables hold older
numbers, so all files are read and no manifest is needed. What is read is the block-based table
format and the log format as RocksDB documents them; keys and values are bytes here.
"""

from __future__ import annotations

import heapq
import os
import struct
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from reporter.importers import blocklog
from reporter.importers.crc32c import crc32c, mask
from reporter.importers.gaps import Gaps

__all__ = ["UnreadableTableError", "iter_pairs"]

_MAGIC = 0x88E241B785F4CFF7
_FOOTER_BYTES = 53  # checksum's kind, two handles in 40 bytes, u32 format version, u64 magic
_TRAILER_BYTES = 5  # of a block: its compression's kind, u32 checksum
_CRC32C = 1
_CODECS = {1: "snappy", 2: "gzip", 4: "lz4_raw", 5: "lz4_raw", 7: "zstd"}
_SNAPPY = 1
_MAX_BLOCK_BYTES = 1 << 28
_CHECKED_BLOCKS = 64  # at once: their checksums run side by side

DELETE, VALUE, SINGLE_DELETE, RANGE_DELETE = 0, 1, 7, 15
# Records of a write batch: tag to (kind, whether a column family's number comes first).
_BATCH = {
    0: (DELETE, False), 1: (VALUE, False), 4: (DELETE, True), 5: (VALUE, True),
    7: (SINGLE_DELETE, False), 8: (SINGLE_DELETE, True), 14: (RANGE_DELETE, True),
    15: (RANGE_DELETE, False),
}  # fmt: skip

Handle = tuple[int, int]


class UnreadableTableError(ValueError):
    """A file is no table, or of a form that is not read here."""


class Entry(NamedTuple):
    """What a file says of a key; sorted by key, the newest first."""

    key: bytes
    age: int
    kind: int
    value: bytes


def iter_pairs(folder: str, on_damage: Callable[[str, str], None]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the keys of a database with their values, sorted.

    Parameters
    ----------
    folder : str
    on_damage : callable
        Called with a file's name and what could not be read in it.
    """
    streams: list[Iterator[Entry]] = []
    ranges: list[Iterator[Entry]] = []
    for name in sorted(os.listdir(folder)):
        path, damaged = os.path.join(folder, name), partial(on_damage, name)
        try:
            if name.endswith(".sst"):
                table = _Table(path)
                ranges.append(table.ranges(damaged))
                streams.append(table.entries(damaged))
            elif name.endswith(".log"):
                entries = sorted(_iter_log(path, damaged))
                ranges.append(iter([entry for entry in entries if entry.kind == RANGE_DELETE]))
                streams.append(iter([e for e in entries if e.kind != RANGE_DELETE]))
        except (OSError, UnreadableTableError) as error:
            damaged(str(error))
    last, gone = None, _DeletedRanges(heapq.merge(*ranges))
    for entry in heapq.merge(*streams):
        if entry.key != last:
            last = entry.key
            if entry.kind == VALUE and not gone.cover(entry):
                yield entry.key, entry.value


class _DeletedRanges:
    """Deletions of ranges of keys, asked for entries in the order of their keys.

    Aim deletes a range before each value that it writes, so there are as many of them as values.
    """

    def __init__(self, ranges: Iterator[Entry]) -> None:
        self._ranges = ranges
        self._next = next(ranges, None)
        self._begun: list[tuple[int, bytes]] = []  # age and end, the latest deletion first

    def cover(self, entry: Entry) -> bool:
        """Tell whether a later deletion took an entry away."""
        while self._next is not None and self._next.key <= entry.key:
            heapq.heappush(self._begun, (self._next.age, self._next.value))
            self._next = next(self._ranges, None)
        while self._begun and self._begun[0][1] <= entry.key:
            heapq.heappop(self._begun)
        return bool(self._begun) and self._begun[0][0] < entry.age


class _Table:
    """A sorted table; only its index is in memory."""

    def __init__(self, path: str) -> None:
        self._path = path
        size_bytes = os.path.getsize(path)
        footer = self._read(max(0, size_bytes - _FOOTER_BYTES), _FOOTER_BYTES)
        if len(footer) < _FOOTER_BYTES or footer[-8:] != struct.pack("<Q", _MAGIC):
            raise UnreadableTableError("it does not end as tables of RocksDB do")
        self._checksum, self._version = footer[0], struct.unpack_from("<I", footer, 41)[0]
        if self._version > 5:
            raise UnreadableTableError(f"its format version {self._version} is newer than 5")
        meta, at = _handle(footer, 1)
        index, _ = _handle(footer, at)
        self._meta = dict(_block_pairs(self._block(meta)))
        facts = self._facts()
        if facts.get(b"rocksdb.index.value.is.delta.encoded", b"\0") != b"\0":
            self._blocks = list(_delta_handles(self._block(index)))
        else:
            self._blocks = [_handle(v, 0)[0] for _, v in _block_pairs(self._block(index))]

    def ranges(self, on_damage: Callable[[str], None]) -> Iterator[Entry]:
        """Yield the deletions of ranges of keys, sorted: an entry's value is where it ends."""
        handle = self._meta.get(b"rocksdb.range_del")
        if handle is not None:
            try:
                for key, value in _block_pairs(self._block(_handle(handle, 0)[0])):
                    yield _entry(key, value)
            except UnreadableTableError as error:
                on_damage(f"some deletions are left out: {error}")

    def entries(self, on_damage: Callable[[str], None]) -> Iterator[Entry]:
        """Yield the entries, sorted; a damaged block costs those in it."""
        for start in range(0, len(self._blocks), _CHECKED_BLOCKS):
            handles = self._blocks[start : start + _CHECKED_BLOCKS]
            stored = [self._read(at, size + _TRAILER_BYTES) for at, size in handles]
            for (at, _), data, is_good in zip(handles, stored, self._check(stored), strict=True):
                if not is_good:
                    on_damage(f"the block at byte {at:,} is left out: its checksum is wrong")
                    continue
                try:
                    found = [_entry(k, v) for k, v in _block_pairs(self._unpack(data))]
                except UnreadableTableError as error:
                    on_damage(f"the block at byte {at:,} is left out: {error}")
                else:
                    yield from found

    def _facts(self) -> dict[bytes, bytes]:
        handle = self._meta.get(b"rocksdb.properties")
        return dict(_block_pairs(self._block(_handle(handle, 0)[0]))) if handle else {}

    def _block(self, handle: Handle) -> bytes:
        data = self._read(handle[0], handle[1] + _TRAILER_BYTES)
        if not self._check([data])[0]:
            raise UnreadableTableError(f"the block at byte {handle[0]:,} is damaged")
        return self._unpack(data)

    def _read(self, start: int, size_bytes: int) -> bytes:
        if size_bytes > _MAX_BLOCK_BYTES:
            raise UnreadableTableError("a block is said to be larger than 256 MB")
        with open(self._path, "rb") as file:
            file.seek(start)
            return file.read(size_bytes)

    def _check(self, stored: list[bytes]) -> list[bool]:
        """Compare blocks with their checksums, where those are of a kind that we know."""
        if self._checksum != _CRC32C:
            return [len(data) > _TRAILER_BYTES for data in stored]
        crc = mask(crc32c([data[:-4] for data in stored]))
        known = np.array([int.from_bytes(data[-4:], "little") for data in stored], dtype=np.uint32)
        return [bool(same) for same in crc == known]

    def _unpack(self, data: bytes) -> bytes:
        kind, packed = data[-_TRAILER_BYTES], data[:-_TRAILER_BYTES]
        if kind == 0:
            return packed
        if kind not in _CODECS:
            raise UnreadableTableError(f"it is compressed in a way ({kind}) that is not known")
        import pyarrow as pa

        size_bytes, at = _varint(packed, 0)
        if size_bytes > _MAX_BLOCK_BYTES:
            raise UnreadableTableError("a block is said to be larger than 256 MB")
        body = packed if kind == _SNAPPY else packed[at:]
        try:
            return bytes(pa.Codec(_CODECS[kind]).decompress(body, size_bytes))
        except (pa.ArrowException, OSError, ValueError) as error:
            raise UnreadableTableError(f"it cannot be unpacked ({error})") from error


def _entry(key: bytes, value: bytes) -> Entry:
    if len(key) < 8:
        raise UnreadableTableError("a key has no number")
    tail = int.from_bytes(key[-8:], "little")
    return Entry(key[:-8], -(tail >> 8), tail & 0xFF, value)


def _block_pairs(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the keys and values of a block, in which a key leaves out what the last one had too."""
    end, at, key = _restarts(data), 0, b""
    while at < end:
        shared, at = _varint(data, at)
        own, at = _varint(data, at)
        length, at = _varint(data, at)
        if at + own + length > end or shared > len(key):
            raise UnreadableTableError("an entry goes beyond its block")
        key = key[:shared] + data[at : at + own]
        yield key, data[at + own : at + own + length]
        at += own + length


def _delta_handles(data: bytes) -> Iterator[Handle]:
    """Yield the handles of an index whose later handles stand as differences in size."""
    end, at, handle = _restarts(data), 0, (0, 0)
    while at < end:
        shared, at = _varint(data, at)
        own, at = _varint(data, at)
        at += own
        if shared == 0:
            handle, at = _handle(data, at)
        else:
            zigzag, at = _varint(data, at)
            size = handle[1] + ((zigzag >> 1) ^ -(zigzag & 1))
            handle = (handle[0] + handle[1] + _TRAILER_BYTES, size)
        yield handle


def _restarts(data: bytes) -> int:
    """Return where a block's entries end and its list of places begins."""
    if len(data) < 4:
        raise UnreadableTableError("a block is too short")
    count = int.from_bytes(data[-4:], "little") & 0x7FFFFFFF
    end = len(data) - 4 - 4 * count
    if end < 0:
        raise UnreadableTableError("a block's places do not fit into it")
    return end


def _handle(data: bytes, at: int) -> tuple[Handle, int]:
    offset, at = _varint(data, at)
    size, at = _varint(data, at)
    return (offset, size), at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 64:
        octet = data[at]
        at += 1
        value |= (octet & 0x7F) << shift
        if octet < 0x80:
            return value, at
        shift += 7
    raise UnreadableTableError("a number has no end")


def _iter_log(path: str, on_damage: Callable[[str], None]) -> Iterator[Entry]:
    """Yield what the log of writes holds, in the order written."""
    gaps = Gaps()
    with open(path, "rb") as file:
        for record in blocklog.iter_records(file, gaps, checksum=_masked):
            try:
                yield from _batch(record)
            except UnreadableTableError:
                gaps.add_record()
    if gaps:
        on_damage(gaps.describe())


def _masked(data: bytes) -> int:
    return int(mask(crc32c([data]))[0])


def _batch(record: bytes) -> Iterator[Entry]:
    if len(record) < 12:
        raise UnreadableTableError("a batch has no head")
    number, at = int.from_bytes(record[:8], "little"), 12
    while at < len(record):
        kind, has_family = _BATCH.get(record[at], (-1, False))
        at += 1
        if kind < 0:
            return  # a mark between writes, or a kind that nobody uses here
        family, at = _varint(record, at) if has_family else (0, at)
        key, at = _text(record, at)
        value, at = _text(record, at) if kind in (VALUE, RANGE_DELETE) else (b"", at)
        if family == 0:
            yield Entry(key, -number, kind, value)
        number += 1


def _text(data: bytes, at: int) -> tuple[bytes, int]:
    length, at = _varint(data, at)
    if at + length > len(data):
        raise UnreadableTableError("a text goes beyond its batch")
    return data[at : at + length], at + length
