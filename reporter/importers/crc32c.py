"""CRC-32C (Castagnoli) of many records at once, with numpy.

The standard library has the other CRC-32 only, a loop over bytes in Python takes 100 ns a byte,
and event files are hundreds of megabytes. A CRC is linear over GF(2), so records run side by side
in lanes, one array operation a byte; a long record is cut into lanes that are put together at the
end.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import islice

import numpy as np

__all__ = ["crc32c", "crc32c_of_rows", "mask"]

_POLYNOMIAL = 0x82F63B78  # reflected, as in RFC 3720, appendix B.4
_ONES = 0xFFFFFFFF
_MASK_DELTA = 0xA282EAD8  # how TFRecord hides a CRC that is stored beside what it covers
# 1,024 lanes keep an array operation's overhead below its work, and its operands in the cache.
_LANE_BYTES = 1024
# A step of an array operation takes as long as 60 steps of a loop, however few lanes there are.
_FEW_LANES = 60


def crc32c(records: Sequence[bytes]) -> np.ndarray:
    """Compute the CRC of each record.

    Parameters
    ----------
    records : sequence of bytes

    Returns
    -------
    ndarray of uint32, shape (n,)

    Examples
    --------
    >>> [hex(crc) for crc in crc32c([b"123456789", b""])]
    ['0xe3069283', '0x0']
    """
    if sum(map(_n_lanes, records)) < _FEW_LANES:
        return np.array([~_one_by_one(record) & _ONES for record in records], dtype=np.uint32)
    out = np.empty(len(records), dtype=np.uint32)
    short = [n for n, record in enumerate(records) if 4 <= len(record) <= _LANE_BYTES]
    long = [n for n, record in enumerate(records) if len(record) > _LANE_BYTES]
    if short:
        out[short] = _lanes([records[n] for n in short])
    if long:
        out[long] = _long([records[n] for n in long])
    for n, record in enumerate(records):
        if len(record) < 4:
            out[n] = _one_by_one(record)
    return np.asarray(~out)


def crc32c_of_rows(rows: np.ndarray) -> np.ndarray:
    """Compute the CRC of records of one length, 4 bytes or more.

    Parameters
    ----------
    rows : ndarray of uint8, shape (n, length)

    Returns
    -------
    ndarray of uint32, shape (n,)
    """
    opened = rows.copy()
    opened[:, :4] ^= 0xFF
    return np.asarray(~_run(opened))


def mask(crc: np.ndarray) -> np.ndarray:
    """Bring CRCs into the masked form that TFRecord files hold."""
    rotated = (crc >> np.uint32(15)) | (crc << np.uint32(17))
    return np.asarray(rotated + np.uint32(_MASK_DELTA))


def _n_lanes(record: bytes) -> int:
    return len(record) // _LANE_BYTES + 1


def _one_by_one(record: bytes) -> int:
    state, table = _ONES, _table_list()
    for octet in record:
        state = table[(state ^ octet) & 0xFF] ^ (state >> 8)
    return state


def _lanes(records: Sequence[bytes]) -> np.ndarray:
    """Run records of 4 bytes and more side by side; returns their states before the last step.

    They end together: a lane that has not begun is fed zeros, which leave a zero state as it is,
    and the starting state of ones is added to the record's first four bytes.
    """
    width = max(map(len, records))
    rows = b"".join(_opened(record).rjust(width, b"\0") for record in records)
    return _run(np.frombuffer(rows, dtype=np.uint8).reshape(len(records), width))


def _opened(record: bytes) -> bytes:
    return (int.from_bytes(record[:4], "little") ^ _ONES).to_bytes(4, "little") + record[4:]


def _long(records: Sequence[bytes]) -> list[int]:
    """Cut long records into lanes, run all of them side by side, and put them together again."""
    padded = [
        _opened(record).rjust(-(-len(record) // _LANE_BYTES) * _LANE_BYTES, b"\0")
        for record in records
    ]
    rows = np.frombuffer(b"".join(padded), dtype=np.uint8).reshape(-1, _LANE_BYTES)
    states, shift, out = iter(_run(rows).tolist()), _shift_tables(), []
    for data in padded:
        state = 0
        for crc in islice(states, len(data) // _LANE_BYTES):
            moved = shift[0][state & 0xFF] ^ shift[1][state >> 8 & 0xFF]
            state = crc ^ moved ^ shift[2][state >> 16 & 0xFF] ^ shift[3][state >> 24]
        out.append(state)
    return out


def _run(rows: np.ndarray) -> np.ndarray:
    """Feed each row's bytes to a state that begins at zero."""
    table, eight, low = _table(), np.uint32(8), np.uint32(0xFF)
    state = np.zeros(len(rows), dtype=np.uint32)
    for column in np.ascontiguousarray(rows.T):
        state = table[(state ^ column) & low] ^ (state >> eight)
    return state


@lru_cache(maxsize=1)
def _table() -> np.ndarray:
    """Tabulate what each value of a byte does to the state."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        is_odd = (table & 1).astype(bool)
        table = np.where(is_odd, (table >> 1) ^ np.uint32(_POLYNOMIAL), table >> 1)
    return table.astype(np.uint32)


@lru_cache(maxsize=1)
def _table_list() -> list[int]:
    return [int(value) for value in _table()]


@lru_cache(maxsize=1)
def _shift_tables() -> list[list[int]]:
    """Tabulate what a lane of zeros makes of each value of each of the state's four bytes."""
    values = np.arange(256, dtype=np.uint32)
    table, eight, low = _table(), np.uint32(8), np.uint32(0xFF)
    out = []
    for place in range(4):
        state = values << np.uint32(8 * place)
        for _ in range(_LANE_BYTES):
            state = table[state & low] ^ (state >> eight)
        out.append([int(value) for value in state])
    return out
