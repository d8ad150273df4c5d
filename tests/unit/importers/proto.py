"""Write protocol buffers, TFRecord files and block logs: what the readers under test must read."""

from __future__ import annotations

import struct
from zlib import crc32

from reporter.importers.crc32c import crc32c, mask

BLOCK = 1 << 15


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number: int, value: float | str | bytes) -> bytes:
    """One field: whole numbers as varints, floats as doubles, texts and bytes with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 1) + struct.pack("<d", value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def single(number: int, value: float) -> bytes:
    return varint(number << 3 | 5) + struct.pack("<f", value)


def tfrecord(data: bytes) -> bytes:
    head = struct.pack("<Q", len(data))
    return head + masked(head) + data + masked(data)


def masked(data: bytes) -> bytes:
    return struct.pack("<I", int(mask(crc32c([data]))[0]))


def block_log(records: list[bytes], start: bytes = b"") -> tuple[bytes, list[tuple[int, int]]]:
    """Write a block log; returns it and where each record lies in it."""
    out, places = bytearray(start), []
    for record in records:
        begin, rest = None, record
        while begin is None or rest:
            left = BLOCK - len(out) % BLOCK
            if left < 7:
                out += bytes(left)
                left = BLOCK
            is_first = begin is None
            begin = len(out) if begin is None else begin
            piece, rest = rest[: left - 7], rest[left - 7 :]
            kind = {(True, True): 1, (True, False): 2, (False, False): 3, (False, True): 4}[
                is_first, not rest
            ]
            body = bytes([kind]) + piece
            out += struct.pack("<IH", crc32(body), len(piece)) + body
        places.append((begin, len(out)))
    return bytes(out), places
