"""The binary journal of metric points: 32-byte records, little-endian.

::

    u16 kind   u16 key id   u32 crc32   24 bytes of payload

    kind 1  point       i64 step, f64 value, i64 timestamp in milliseconds
    kind 2  key         u64 length of the key's UTF-8 in bytes, 16 bytes of zero
    kind 3  key text    the next 24 bytes of the key, padded with zeros
    kind 4  close       24 bytes of zero: the writer will append nothing more

The CRC is that of kind, key id and payload. A key's definition travels in the same write as its
first point, so a reader never meets a point whose key it cannot name. Key ids are per file.
Packing is pure standard library, since it runs in the training process; reading uses numpy.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "CLOSE_RECORD",
    "MAX_KEYS",
    "RECORD_BYTES",
    "PointTable",
    "key_records",
    "key_seed",
    "pack_points",
    "read_points",
]

RECORD_BYTES = 32
MAX_KEYS = 65_535  # what fits the u16 of a record; a writer with more opens another journal
POINT, KEY, KEY_TEXT, CLOSE = 1, 2, 3, 4
_TEXT_BYTES = 24
# How far to look for a record behind damage; torn writes are shorter than one record, and what a
# power failure leaves is at most a few pages of zeros.
_SEARCH_BYTES = 1 << 22
# So many records and their checksums fit a processor's second cache (512 kB).
_CRC_RECORDS = 1 << 14
# From here on, tables of pairs of bytes (3.5 MB) are worth being fetched into the cache.
_MANY_RECORDS = 20_000

_HEAD = struct.Struct("<HH")
PAYLOAD = struct.Struct("<qdq")
RECORD = struct.Struct("<HHIqdq")


def key_seed(key_id: int) -> int:
    """CRC of a point's first four bytes, from which each of its records' CRC goes on."""
    return crc32(_HEAD.pack(POINT, key_id))


def _record(kind: int, key_id: int, payload: bytes) -> bytes:
    head = _HEAD.pack(kind, key_id)
    return head + crc32(payload, crc32(head)).to_bytes(4, "little") + payload


CLOSE_RECORD = _record(CLOSE, 0, bytes(_TEXT_BYTES))


def key_records(key_id: int, key: str) -> bytes:
    """Pack the definition of a key.

    Parameters
    ----------
    key_id : int
        0 to 65,534.
    key : str
        Any text; lone surrogates are kept.

    Returns
    -------
    bytes
        One head record and as many text records as the key needs.
    """
    text = key.encode("utf-8", "surrogatepass")
    out = [_record(KEY, key_id, len(text).to_bytes(8, "little") + bytes(16))]
    for start in range(0, len(text), _TEXT_BYTES):
        chunk = text[start : start + _TEXT_BYTES].ljust(_TEXT_BYTES, b"\0")
        out.append(_record(KEY_TEXT, key_id, chunk))
    return b"".join(out)


def pack_points(
    key_id: int, values: Sequence[float], steps: Sequence[int], timestamps_ms: Sequence[int]
) -> bytes:
    """Pack several points of one key.

    Parameters
    ----------
    key_id : int
    values, steps, timestamps_ms : sequence, shape (n,)

    Returns
    -------
    bytes
        ``n * 32`` bytes.

    Raises
    ------
    struct.error
        A value is no number, or a step or time is no int64.
    """
    seed, payload_of, record_of = key_seed(key_id), PAYLOAD.pack, RECORD.pack
    return b"".join(
        [
            record_of(POINT, key_id, crc32(payload_of(step, value, time), seed), step, value, time)
            for value, step, time in zip(values, steps, timestamps_ms, strict=True)
        ]
    )


@dataclass(frozen=True)
class PointTable:
    """What a journal of points holds.

    Parameters
    ----------
    keys : list of str
        Key texts, indexed by the `key_ids` column.
    key_ids : ndarray of int64, shape (n,)
    steps, timestamps_ms : ndarray of int64, shape (n,)
    values : ndarray of float64, shape (n,)
    size_bytes : int
        Where the last good record ends: what a reader may say it has seen.
    is_closed : bool
        Whether the writer said that it is done.
    damage : str
        What was found wrong, empty when nothing.
    """

    keys: list[str]
    key_ids: np.ndarray
    steps: np.ndarray
    timestamps_ms: np.ndarray
    values: np.ndarray
    size_bytes: int
    is_closed: bool
    damage: str


def read_points(data: bytes, start_bytes: int = 0) -> PointTable:
    """Read a journal of points, whatever state it is in.

    Parameters
    ----------
    data : bytes
        The whole file, perhaps cut anywhere.
    start_bytes : int
        Points of records before this offset are left out (a table has them); keys are not.

    Returns
    -------
    PointTable
        What lies between bad bytes is read: a write that a full disk cut short in the middle of
        the file costs that record alone.
    """
    import numpy as np

    pieces, known, damage, end_bytes = [], 0, [], 0
    for start, count, skipped in _iter_good(data):
        end_bytes = start + count * RECORD_BYTES
        piece = np.frombuffer(data, dtype="<u4", count=count * 8, offset=start).reshape(-1, 8)
        pieces.append(piece)
        known += min(count, -(min(start - start_bytes, 0) // RECORD_BYTES))
        if skipped:
            damage.append(f"{skipped} bytes at byte {end_bytes} are no record")
    records = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
    heads = records.view("<u2").reshape(-1, 16)
    kinds = heads[:, 0]
    keys, number_of_id = _read_keys(records, heads)
    numbers = number_of_id[heads[:, 1]]
    is_wanted = (kinds == POINT) & (numbers >= 0)
    is_wanted[:known] = False
    wide = records.view("<i8").reshape(-1, 4)
    return PointTable(
        keys=keys,
        key_ids=numbers[is_wanted],
        steps=wide[:, 1][is_wanted],
        values=wide[:, 2][is_wanted].view("<f8"),
        timestamps_ms=wide[:, 3][is_wanted],
        size_bytes=end_bytes,
        is_closed=bool((kinds == CLOSE).any()),
        damage="; ".join(damage),
    )


def _read_keys(records: np.ndarray, heads: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Collect key definitions; returns texts and a map from key id in the file to their index.

    An id without a whole definition maps to -1.
    """
    import numpy as np

    keys: list[str] = []
    number_of_id = np.full(MAX_KEYS + 1, -1, dtype=np.int64)
    for row in np.flatnonzero(heads[:, 0] == KEY):
        length = int(records[row].view("<u8")[1])
        rows = (length + _TEXT_BYTES - 1) // _TEXT_BYTES
        text = records[row + 1 : row + 1 + rows, 2:].tobytes()[:length]
        if len(text) == length and (heads[row + 1 : row + 1 + rows, 0] == KEY_TEXT).all():
            number_of_id[heads[row, 1]] = len(keys)
            keys.append(text.decode("utf-8", "surrogatepass"))
    return keys, number_of_id


def _iter_good(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (start, number of good records, bad bytes after them) until the data ends."""
    start = 0
    while True:
        count = _count_good(data, start)
        end = start + count * RECORD_BYTES
        following = _find_record(data, end) if end < len(data) else len(data)
        yield start, count, following - end
        if following >= len(data):
            return
        start = following


def _count_good(data: bytes, start: int) -> int:
    """Count the whole records from `start` before the first whose CRC is wrong."""
    bad = _is_bad(data, start)
    return int(bad.argmax()) if bad.any() else len(bad)


def _find_record(data: bytes, start: int) -> int:
    """Find where the next good record begins, at any byte; the data's end when there is none."""
    window = data[start : start + _SEARCH_BYTES]
    found = len(data)
    for shift in range(1, RECORD_BYTES + 1):
        good = ~_is_bad(window, shift)
        if good.any():
            found = min(found, start + shift + int(good.argmax()) * RECORD_BYTES)
    return found


def _is_bad(data: bytes, start: int) -> np.ndarray:
    """Compare each record's CRC with its bytes; returns shape (whole records from `start`,)."""
    import numpy as np

    count = max(0, len(data) - start) // RECORD_BYTES
    records = np.frombuffer(data, dtype="<u4", count=count * 8, offset=start if count else 0)
    records = records.reshape(-1, 8)
    return np.asarray(_crc_of(records) != records[:, 1])


def _crc_of(records: np.ndarray) -> np.ndarray:
    """CRC-32 of each record without its own CRC field, for all records at once.

    Notes
    -----
    A CRC is linear over GF(2): that of a message of fixed length is the XOR of what each byte, or
    each pair of bytes, contributes at its place. So 14 or 28 table look-ups per record replace a
    Python loop. Some thousand records at a time stay in the processor's cache, which takes a third
    of the time of going over all of them 28 times.
    """
    import numpy as np

    width = 2 if len(records) >= _MANY_RECORDS else 1
    tables, constant = _crc_tables(width)
    words = np.ascontiguousarray(records).view(f"<u{width}").reshape(-1, RECORD_BYTES // width)
    out = np.full(len(records), constant, dtype=np.uint32)
    places = [at // width for at in (*range(0, 4, width), *range(8, RECORD_BYTES, width))]
    for start in range(0, len(records), _CRC_RECORDS):
        part, found = words[start : start + _CRC_RECORDS], out[start : start + _CRC_RECORDS]
        for table, place in zip(tables, places, strict=True):
            found ^= table[part[:, place]]
    return out


_TABLES: dict[int, tuple[np.ndarray, int]] = {}


def _crc_tables(width: int) -> tuple[np.ndarray, int]:
    """Contribution of each value of so many bytes at each of its places, and the CRC of zeros."""
    import numpy as np

    if width not in _TABLES:
        length = RECORD_BYTES - 4
        constant = crc32(bytes(length))
        rows = [
            [
                crc32(bytes(place) + bytes([value]) + bytes(length - place - 1)) ^ constant
                for value in range(256)
            ]
            for place in range(length)
        ]
        single = np.array(rows, dtype=np.uint32)
        # Of a pair, the second byte is the upper one of a little-endian word.
        paired = single[1::2, :, None] ^ single[0::2, None, :]
        _TABLES[1] = single, constant
        _TABLES[2] = paired.reshape(-1, 1 << 16), constant
    return _TABLES[width]
