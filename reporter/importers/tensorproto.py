"""TensorFlow's ``TensorProto``: shape, numbers and texts of a tensor, without TensorFlow.

Field numbers are those of the public ``tensor.proto`` and ``tensor_shape.proto``. Numbers stand
either as raw bytes or in a field for their type, in which a last number that repeats may be left
out.
"""

from __future__ import annotations

import math
import struct

import numpy as np

from reporter.importers.wire import Message

__all__ = ["is_number", "numbers", "shape", "texts"]

_CONTENT, _STRINGS = 4, 8
_FLOAT, _DOUBLE, _HALF, _BFLOAT16 = 1, 2, 19, 14
_DTYPES = {
    _FLOAT: "<f4", _DOUBLE: "<f8", 3: "<i4", 4: "<u1", 5: "<i2", 6: "<i1", 9: "<i8", 10: "?",
    _BFLOAT16: "<u2", 17: "<u2", _HALF: "<f2", 22: "<u4", 23: "<u8",
}  # fmt: skip
"""Type to its numpy type in raw bytes; bfloat16 is the upper half of a float32."""

_FIELDS = {
    _FLOAT: 5, _DOUBLE: 6, 3: 7, 4: 7, 5: 7, 6: 7, 9: 10, 10: 11,
    _BFLOAT16: 13, 17: 7, _HALF: 13, 22: 16, 23: 17,
}  # fmt: skip
"""Type to the field of its single numbers."""

_MAX_NUMBERS = 1 << 24  # more is no curve, and a shape alone must not fill the memory


def shape(tensor: Message) -> tuple[int, ...]:
    """Return the size of each dimension; () of a scalar."""
    return tuple(max(0, size.integer(1)) for size in tensor.message(2).messages(2))


def is_number(tensor: Message) -> bool:
    """Tell whether this is one number."""
    return tensor.integer(1) in _DTYPES and math.prod(shape(tensor)) == 1


def texts(tensor: Message) -> list[bytes]:
    """Return the strings of a tensor of strings, which may be any bytes."""
    return tensor.all_data(_STRINGS)


def numbers(tensor: Message) -> np.ndarray:
    """Return a tensor's numbers.

    Parameters
    ----------
    tensor : Message

    Returns
    -------
    ndarray of float64
        In the tensor's shape; empty when its type is none of numbers, or bytes and shape do not
        fit together.
    """
    kind, sizes = tensor.integer(1), shape(tensor)
    n_numbers = math.prod(sizes)
    if kind not in _DTYPES or n_numbers > _MAX_NUMBERS:
        return np.zeros(0)
    content = tensor.data(_CONTENT)
    found = _from_bytes(content, kind) if content else _from_field(tensor, kind)
    if not content and 0 < len(found) < n_numbers:
        found = np.append(found, np.repeat(found[-1:], n_numbers - len(found)))
    return found.reshape(sizes) if len(found) == n_numbers else np.zeros(0)


def _from_bytes(content: bytes, kind: int) -> np.ndarray:
    dtype = np.dtype(_DTYPES[kind])
    found = np.frombuffer(content[: len(content) // dtype.itemsize * dtype.itemsize], dtype)
    return _widen(found) if kind == _BFLOAT16 else found.astype(np.float64)


def _from_field(tensor: Message, kind: int) -> np.ndarray:
    field = _FIELDS[kind]
    if kind in (_FLOAT, _DOUBLE):
        data = b"".join(tensor.all_data(field))
        width, form = (4, "f") if kind == _FLOAT else (8, "d")
        return np.array(struct.unpack_from(f"<{len(data) // width}{form}", data), dtype=np.float64)
    whole = np.array(tensor.integers(field), dtype=object)
    if kind in (_HALF, _BFLOAT16):
        bits = (whole & 0xFFFF).astype("<u2")
        return _widen(bits) if kind == _BFLOAT16 else bits.view("<f2").astype(np.float64)
    return whole.astype(np.float64)


def _widen(bits: np.ndarray) -> np.ndarray:
    """Read bfloat16: the sign, exponent and first bits of a float32."""
    return (bits.astype("<u4") << 16).view("<f4").astype(np.float64)
