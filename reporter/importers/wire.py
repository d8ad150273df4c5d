"""Read protocol-buffer messages by field number, without generated code.

Event files and offline logs of other tools hold protocol buffers. Four kinds of field make up all
of them (the public encoding document: varint, 64-bit, length-delimited, 32-bit), so a page of code
reads what would else need a runtime and generated classes. This module knows no tool and no
message: who reads names the fields.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

__all__ = ["Message", "WireError", "read_varint"]

VARINT, FIXED64, LENGTH, GROUP, GROUP_END, FIXED32 = range(6)
_MAX_VARINT_BYTES = 10  # 64 bits at 7 bits a byte
_SIGN = 1 << 63
_MASK = (1 << 64) - 1


class WireError(ValueError):
    """The bytes are no protocol-buffer message."""


class Message:
    r"""The fields of one message, by number.

    Parameters
    ----------
    data : bytes
        The whole message.

    Raises
    ------
    WireError
        A field has no end, or is of a kind that does not exist.

    Notes
    -----
    A field that is not there reads as its type's zero, as in proto3; of a field that comes twice
    the last one counts. Asking for a field as another kind than it has gives the zero too, since
    what a file says of itself is not to be trusted.

    Examples
    --------
    >>> message = Message(b"\x08\x96\x01\x12\x02hi")
    >>> message.integer(1), message.text(2), message.text(3)
    (150, 'hi', '')
    """

    __slots__ = ("_fields",)

    def __init__(self, data: bytes) -> None:
        # A field's values: int for varints, bytes for all others.
        self._fields: dict[int, list[int | bytes]] = {}
        for number, value in _iter_fields(data):
            self._fields.setdefault(number, []).append(value)

    def __contains__(self, number: int) -> bool:
        return number in self._fields

    def numbers(self) -> list[int]:
        """Return the numbers of the fields that are there, in the order they came."""
        return list(self._fields)

    def integer(self, number: int) -> int:
        """Return a signed integer (``int32``, ``int64``, ``bool``, an enumeration)."""
        value = self._last(number)
        return _signed(value) if isinstance(value, int) else 0

    def double(self, number: int) -> float:
        """Return a ``double``."""
        return self._number(number, "<d", 8)

    def single(self, number: int) -> float:
        """Return a ``float`` of 32 bits."""
        return self._number(number, "<f", 4)

    def data(self, number: int) -> bytes:
        """Return the bytes of a length-delimited field."""
        value = self._last(number)
        return value if isinstance(value, bytes) else b""

    def text(self, number: int) -> str:
        """Return a ``string``; bytes that are no UTF-8 are replaced."""
        return self.data(number).decode("utf-8", "replace")

    def message(self, number: int) -> Message:
        """Return a nested message, an empty one when it is not there."""
        return Message(self.data(number))

    def all_data(self, number: int) -> list[bytes]:
        """Return every value of a repeated length-delimited field."""
        return [item for item in self._fields.get(number, ()) if isinstance(item, bytes)]

    def texts(self, number: int) -> list[str]:
        """Return every value of a repeated ``string``."""
        return [item.decode("utf-8", "replace") for item in self.all_data(number)]

    def integers(self, number: int) -> list[int]:
        """Return every value of a repeated integer, packed or one by one."""
        out: list[int] = []
        for item in self._fields.get(number, ()):
            out += [_signed(item)] if isinstance(item, int) else _packed(item)
        return out

    def doubles(self, number: int) -> list[float]:
        """Return every value of a repeated ``double``, packed or one by one."""
        data = b"".join(self.all_data(number))
        return list(struct.unpack_from(f"<{len(data) // 8}d", data))

    def messages(self, number: int) -> Iterator[Message]:
        """Yield every value of a repeated nested message."""
        return map(Message, self.all_data(number))

    def _last(self, number: int) -> int | bytes | None:
        found = self._fields.get(number)
        return found[-1] if found else None

    def _number(self, number: int, form: str, size_bytes: int) -> float:
        value = self._last(number)
        if not isinstance(value, bytes) or len(value) != size_bytes:
            return 0.0
        return float(struct.unpack(form, value)[0])


def read_varint(data: bytes) -> int:
    """Return the signed varint that these bytes are."""
    return _signed(_varint(data, 0)[0])


def _iter_fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield number and value of each field; numbers of one byte are read in place, for speed."""
    at, size_bytes = 0, len(data)
    while at < size_bytes:
        key = data[at]
        at += 1
        if key & 0x80:
            key, at = _varint(data, at - 1)
        kind = key & 7
        if kind in (VARINT, LENGTH):
            value = data[at] if at < size_bytes else 0x80
            at += 1
            if value & 0x80:
                value, at = _varint(data, at - 1)
            if kind == VARINT:
                yield key >> 3, value
                continue
        elif kind in (FIXED64, FIXED32):
            value = 8 if kind == FIXED64 else 4
        else:
            raise WireError(f"a field of kind {kind} at byte {at}")
        if value > size_bytes - at:
            raise WireError(f"a field that goes beyond the message's end, at byte {at}")
        yield key >> 3, data[at : at + value]
        at += value


def _packed(data: bytes) -> list[int]:
    out, at = [], 0
    while at < len(data):
        value, at = _varint(data, at)
        out.append(_signed(value))
    return out


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return an unsigned varint and the byte after it."""
    value = 0
    for place, octet in enumerate(data[at : at + _MAX_VARINT_BYTES]):
        value |= (octet & 0x7F) << (7 * place)
        if octet < 0x80:
            return value & _MASK, at + place + 1
    raise WireError(f"a number without an end at byte {at}")


def _signed(value: int) -> int:
    return value - (1 << 64) if value & _SIGN else value
