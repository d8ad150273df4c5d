"""Data files: arrays in, text of a classic script out.

A page opened from a folder may not fetch, so data comes as scripts of one call each,
``reporter.register(name, value)``, and numbers as base64 of little-endian typed arrays, which a
browser decodes without parsing. Everything logged is hostile: what could end a script element or
a string is escaped. Knows nothing of runs or pages.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from reporter.site import links

__all__ = [
    "Packed",
    "bitmap",
    "data_file",
    "encode_json",
    "pack",
    "pack_exact_times",
    "pack_floats",
    "pack_series_values",
    "pack_steps",
    "pack_whole",
    "register",
    "to_base64",
    "well_formed",
]

Packed = dict[str, Any]
"""``{"t": type, "b": base64}``; for steps also ``{"t": "range", "start": [...], "by": [...]}``."""

_DTYPES = {"f64": "<f8", "f32": "<f4", "i32": "<i4", "u32": "<u4", "u16": "<u2", "u8": "<u1"}
_WHOLE = (("u8", 0, 2**8), ("u16", 0, 2**16), ("u32", 0, 2**32), ("i32", -(2**31), 2**31))
_F32_MAX, _F32_SMALLEST_NORMAL = 3.4028234663852886e38, 1.1754943508222875e-38
_F32_WHOLE = 2.0**24
"""Above it, 32-bit floats skip whole numbers."""

_ESCAPES = {"</": "<\\/", "<!--": "<\\u0021--", "\u2028": "\\u2028", "\u2029": "\\u2029"}

_TIME_PLACES = 65_535


def encode_json(value: object) -> str:
    r"""Write JSON that may stand inside a script, wherever that stands.

    Parameters
    ----------
    value : object
        Dictionaries, lists, strings, whole and finite numbers, booleans and None.

    Returns
    -------
    str
        Without what ends a script element (``</``, ``<!--``) or, in older browsers, a line.

    Examples
    --------
    >>> print(encode_json({"tag": "</script>"}))
    {"tag":"<\/script>"}
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for found, escape in _ESCAPES.items():
        text = text.replace(found, escape)
    return text


def register(name: str, body: str) -> bytes:
    """Write a data file: one call that hands `body` to the page under `name`.

    Parameters
    ----------
    name : str
    body : str
        JSON from :func:`encode_json`.

    Returns
    -------
    bytes
        UTF-8; lone surrogates, which it cannot hold, are escaped.
    """
    text = f"reporter.register({encode_json(name)},{body});\n"
    return _encode(text)


def data_file(stem: str, record: object, register_as: str = "") -> tuple[str, bytes]:
    """Write a data file that is named by what it holds.

    Parameters
    ----------
    stem : str
        What its name begins with.
    record : object
        See :func:`encode_json`.
    register_as : str
        What a page asks for; by default the file's name.

    Returns
    -------
    name : str
        See :func:`reporter.site.links.data_path`.
    content : bytes
    """
    body = encode_json(record)
    digest = hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
    name = links.data_name(stem, digest)
    return name, register(register_as or name, body)


def well_formed(text: str) -> str:
    """Replace lone surrogates, which no encoding can hold, by U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _encode(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return b"".join(_encode_char(char) for char in text)


def _encode_char(char: str) -> bytes:
    return b"\\u%04x" % ord(char) if "\ud800" <= char <= "\udfff" else char.encode()


def to_base64(array: np.ndarray) -> str:
    """Encode an array's bytes as they lie."""
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")


def bitmap(mask: np.ndarray) -> str:
    """Encode booleans as bits, the first one lowest.

    Parameters
    ----------
    mask : ndarray of bool, shape (n,)

    Returns
    -------
    str
        Base64; bit ``i & 7`` of byte ``i >> 3`` is ``mask[i]``.
    """
    return to_base64(np.packbits(mask, bitorder="little"))


def pack(values: np.ndarray, kind: str) -> Packed:
    """Encode numbers as a typed array: ``f64``, ``f32``, ``i32``, ``u32``, ``u16`` or ``u8``."""
    return {"t": kind, "b": to_base64(values.astype(_DTYPES[kind]))}


def pack_whole(values: np.ndarray) -> Packed:
    """Encode whole numbers in the narrowest kind that holds them all.

    Parameters
    ----------
    values : ndarray of int64, shape (n,)

    Returns
    -------
    dict
        ``f64`` beyond 32 bits, which is exact up to 2**53.
    """
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    for kind, least, end in _WHOLE:
        if least <= low and high < end:
            return pack(values, kind)
    return pack(values, "f64")


def pack_floats(values: np.ndarray) -> Packed:
    """Encode numbers in the narrowest kind that gives every one of them back exactly.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)

    Returns
    -------
    dict
    """
    if len(values) and _is_whole(values):
        return pack_whole(values.astype(np.int64))
    with np.errstate(over="ignore"):
        narrow = values.astype(np.float32)
    is_exact = np.array_equal(narrow.astype(np.float64), values, equal_nan=True)
    return pack(values, "f32" if is_exact else "f64")


def _is_whole(values: np.ndarray) -> bool:
    """Tell whether all are whole numbers that 32 bits hold; a minus zero is none."""
    with np.errstate(invalid="ignore"):
        is_whole = (np.abs(values) < 2.0**31) & (np.floor(values) == values)
    return bool(np.all(is_whole & ~((values == 0) & np.signbit(values))))


def pack_series_values(values: np.ndarray) -> Packed:
    """Encode what a chart draws: 32 bits, unless that would change it visibly.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)

    Returns
    -------
    dict
        ``f64`` when a value lies outside the range of 32-bit floats, or a whole number beyond
        2**24 would become another one.
    """
    size = np.abs(values[np.isfinite(values)])
    is_outside = np.any(size > _F32_MAX) or np.any((size > 0) & (size < _F32_SMALLEST_NORMAL))
    large = size[(size > _F32_WHOLE) & (size <= _F32_MAX)]
    is_changed = np.any((np.floor(large) == large) & (large.astype(np.float32) != large))
    return pack(values, "f64" if is_outside or is_changed else "f32")


def pack_steps(series: Sequence[np.ndarray]) -> Packed:
    """Encode the steps of several series.

    Parameters
    ----------
    series : sequence of ndarray of int64

    Returns
    -------
    dict
        ``range`` (start and distance of each) when every series is evenly spaced, else all steps
        one after the other as ``i32``, or as ``f64`` where one needs more.
    """
    spaces = [_spacing(steps) for steps in series]
    if all(by is not None for by in spaces):
        starts = [int(steps[0]) if len(steps) else 0 for steps in series]
        return {"t": "range", "start": starts, "by": spaces}
    whole = np.concatenate(series)
    fits = int(whole.min()) >= -(2**31) and int(whole.max()) < 2**31
    return pack(whole, "i32" if fits else "f64")


def pack_times(series: Sequence[np.ndarray]) -> dict[str, object]:
    """Encode when the points of several series were logged, to 1/65,535 of each one's duration.

    Parameters
    ----------
    series : sequence of ndarray of int64
        Milliseconds.

    Returns
    -------
    dict
        ``start`` and ``span`` of each series in milliseconds, and ``by``: from point to point, the
        way in 65,535ths of the span. As ``u16`` that wraps around, so that time may also run back:
        a resumed run logs a step again. A chart is narrower than that by far, and distances that
        are alike take about a byte when compressed.
    """
    starts = [int(times.min()) if len(times) else 0 for times in series]
    spans = [
        int(times.max()) - at if len(times) else 0 for times, at in zip(series, starts, strict=True)
    ]
    places = [
        np.rint((times - start) * (_TIME_PLACES / max(1, span))).astype(np.int64)
        for times, start, span in zip(series, starts, spans, strict=True)
    ]
    ways = [np.diff(place, prepend=0) for place in places]
    return {"start": starts, "span": spans, "by": pack(np.concatenate(ways) % 65_536, "u16")}


def pack_exact_times(series: Sequence[np.ndarray]) -> dict[str, object]:
    """Encode when the points of several series were logged, to the millisecond.

    Parameters
    ----------
    series : sequence of ndarray of int64
        Milliseconds.

    Returns
    -------
    dict
        ``start`` of each series, and ``ms``: the way from point to point, twice as long where it
        leads on, twice as long less one where it leads back, so that short ways are small numbers.
    """
    starts = [int(times[0]) if len(times) else 0 for times in series]
    ways = np.concatenate([np.diff(times, prepend=times[:1]) for times in series])
    return {"start": starts, "ms": pack_whole(np.where(ways >= 0, 2 * ways, -2 * ways - 1))}


def _spacing(steps: np.ndarray) -> int | None:
    """Return the distance between steps, or None when it varies."""
    if len(steps) < 2:
        return 0
    by = int(steps[1]) - int(steps[0])
    return by if bool(np.all(np.diff(steps) == by)) else None
