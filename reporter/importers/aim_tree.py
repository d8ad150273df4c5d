"""How Aim writes trees of values as keys and values of a database.

A key is a path: each part is text in UTF-8 or, behind a byte 0xFE, a whole number of 8 bytes; a
byte 0xFE ends each. A value is a byte that tells its type, and its content. Large values stand
under a path of their own that begins with ``BLOBS``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any

__all__ = ["CustomObject", "Path", "grow", "read_path", "read_value"]

_SENTINEL = 0xFE
_ARRAY, _OBJECT, _CUSTOM = 6, 7, 15

Path = tuple[str | int, ...]


class CustomObject(str):
    """The name of the kind of what stands below a path, e.g. ``aim.image``."""

    __slots__ = ()


class _Array(dict[Any, Any]):
    """A list while it is growing, by place."""


def read_path(key: bytes) -> Path:
    r"""Split a key.

    Raises
    ------
    ValueError
        It is none of Aim's.

    Examples
    --------
    >>> read_path(b"foo\xfe\xfe\x00\x00\x00\x00\x00\x00\x00\x13\xfe")
    ('foo', 19)
    """
    parts: list[str | int] = []
    at = 0
    while at < len(key):
        if key[at] == _SENTINEL:
            parts.append(int.from_bytes(key[at + 1 : at + 9], "big", signed=True))
            at += 10
        else:
            end = key.index(_SENTINEL, at)
            parts.append(key[at:end].decode("utf-8", "replace"))
            at = end + 1
    return tuple(parts)


def read_value(data: bytes) -> Any:  # Any: what JSON has, bytes, or a mark of what stands below
    r"""Read a value; one of no type that is known, or cut, is None.

    Examples
    --------
    >>> read_value(b"\x04text"), read_value(b"\x01\x01"), read_value(b"\x00")
    ('text', True, None)
    """
    kind, content = data[:1], data[1:]
    try:
        return _READERS[kind[0]](content) if kind and kind[0] in _READERS else None
    except (struct.error, IndexError):
        return None


_READERS: dict[int, Any] = {
    0: lambda _: None,
    1: lambda content: content[0] != 0,
    2: lambda content: struct.unpack("<q", content)[0],
    3: lambda content: struct.unpack("<d", content)[0],
    4: lambda content: content.decode("utf-8", "replace"),
    5: bytes,
    _ARRAY: lambda _: _Array(),
    _OBJECT: lambda _: {},
    _CUSTOM: lambda content: CustomObject(content.decode("utf-8", "replace")),
}


def grow(pairs: Iterable[tuple[Path, Any]]) -> dict[Any, Any]:  # Any: parts, and leaves
    """Make nested dictionaries and lists of paths and values.

    Examples
    --------
    >>> grow([(("a", "b"), 1), (("c",), read_value(bytes([6]))), (("c", 0), "x")])
    {'a': {'b': 1}, 'c': ['x']}
    """
    tree: dict[Any, Any] = {}
    for path, value in pairs:
        inside = tree
        for part in path[:-1]:
            found = inside.get(part)
            if not isinstance(found, dict):
                found = inside[part] = {}
            inside = found
        if path:
            inside[path[-1]] = value
    return {part: _finish(value) for part, value in tree.items()}


def _finish(value: Any) -> Any:
    if isinstance(value, _Array):
        return [_finish(value[place]) for place in sorted(value)]
    if isinstance(value, dict):
        return {part: _finish(item) for part, item in value.items()}
    return value
