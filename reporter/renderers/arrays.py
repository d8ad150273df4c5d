"""Arrays and tensors: shapes and types from their headers; of NumPy's, how the numbers spread."""

from __future__ import annotations

import ast
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from reporter.renderers.archive import list_zip, open_zip
from reporter.renderers.array_values import ArrayFacts, decode_values, describe, draw_picture
from reporter.renderers.data_files import digest
from reporter.renderers.facts import Histogram, Listing, facts_fragment
from reporter.renderers.image import ImageView
from reporter.renderers.registry import ArtifactRequest, FileContent, Fragment, renderer

__all__ = ["ArrayHeader", "read_npy_header", "render_npy", "render_npz", "render_safetensors"]

NPY_HEADER_BYTES = 10_000
"""NumPy itself refuses to read a longer one."""

TENSORS_HEADER_BYTES = 4_000_000
MAX_LISTED = 200
MAX_PICTURES = 6

VALUES_BYTES = 32_000_000
"""Numbers that are read of one file, unpacked: 4 million of double precision."""


class ArrayHeader(NamedTuple):
    """What an array is."""

    dtype: str
    shape: tuple[int, ...]
    is_fortran: bool
    descr: str
    """As NumPy wrote it: ``<f8``."""

    @property
    def shape_text(self) -> str:
        """``1,797 × 64``; ``scalar`` without dimensions."""
        return " × ".join(f"{length:,}" for length in self.shape) or "scalar"


@renderer("application/x-npy")
def render_npy(request: ArtifactRequest) -> Fragment:
    """Show an array's shape and type, how its numbers spread, and itself where it is a picture."""
    with request.open() as stream:
        header = read_npy_header(stream)
        values = _read_values(stream, header, VALUES_BYTES) if header else None
    if header is None:
        problem = request.problem("Not a NumPy array", "The header cannot be read")
        return facts_fragment(request, "NumPy array", problem=problem)
    order = "columns first (Fortran)" if header.is_fortran else "rows first (C)"
    facts = [("Shape", header.shape_text), ("Type", header.dtype)]
    if len(header.shape) > 1:
        facts.append(("Order", order))
    if values is None or not values.size:
        return facts_fragment(request, "NumPy array", facts=facts)
    found = describe(values)
    is_whole = values.shape == header.shape
    note = "" if is_whole else f"Figures of the first {values.size:,} numbers"
    pictures, files = _pictures(request, [("", values)] if is_whole else [])
    histogram = Histogram(found.path, found.low, found.high) if found and found.path else None
    return facts_fragment(
        request,
        "NumPy array",
        note=note,
        facts=[*facts, *_spread(found)],
        histogram=histogram,
        pictures=pictures,
        files=files,
    )


@renderer("application/x-npz")
def render_npz(request: ArtifactRequest) -> Fragment:
    """Show shapes and types of the arrays in an archive, and how their numbers spread."""
    left_bytes = VALUES_BYTES
    rows, drawn = [], []
    with request.open() as stream:
        archive = open_zip(stream)
        if archive is None:
            return list_zip(request)
        members = archive.infolist()
        for member in members[:MAX_LISTED]:
            name, header, values = _read_member(archive, member, left_bytes)
            left_bytes -= values.nbytes if values is not None else 0
            rows.append(_member_row(name, header, values))
            if values is not None and header and values.shape == header.shape:
                drawn.append((name, values))
    n_more = len(members) - len(rows)
    listing = Listing(
        columns=("Array", "Shape", "Type", "Min", "Mean", "Max", "NaN"),
        rows=tuple(rows),
        numeric=(False, True, False, True, True, True, True),
        note=f"{n_more:,} more in the file" if n_more else "",
    )
    pictures, files = _pictures(request, drawn)
    return facts_fragment(
        request, "NumPy arrays", listings=(listing,), pictures=pictures, files=files
    )


def _pictures(
    request: ArtifactRequest, arrays: Sequence[tuple[str, np.ndarray]]
) -> tuple[list[ImageView], dict[str, FileContent]]:
    """Draw the first arrays that can be pictures."""
    views: list[ImageView] = []
    files: dict[str, FileContent] = {}
    for name, values in arrays:
        picture = draw_picture(values) if len(views) < MAX_PICTURES else None
        if picture is None:
            continue
        path = f"data/picture-{digest(picture.png)}.png"
        files[path] = picture.png
        url = request.url(path)
        caption = f"{name}: {picture.caption}" if name else picture.caption
        views.append(
            ImageView(src=url, href=url, alt=caption, width=picture.width, height=picture.height)
        )
    return views, files


def _spread(found: ArrayFacts | None) -> list[tuple[str, str]]:
    if found is None:
        return []
    rows = [
        ("Min", f"{found.low:.6g}"),
        ("Mean", f"{found.mean:.6g}"),
        ("Max", f"{found.high:.6g}"),
    ]
    odd = (("NaN", found.n_nan), ("Infinite", found.n_infinite))
    return rows + [(label, f"{n:,}") for label, n in odd if n]


def _read_values(stream: BinaryIO, header: ArrayHeader, limit_bytes: int) -> np.ndarray | None:
    """Read an array's numbers, or the first of them; the stream stands behind the header."""
    data = stream.read(limit_bytes)
    return decode_values(data, header.descr, header.shape, is_fortran=header.is_fortran)


@renderer("application/x-safetensors")
def render_safetensors(request: ArtifactRequest) -> Fragment:
    """Show shapes and types of the tensors in a file."""
    with request.open() as stream:
        header = _read_tensors_header(stream)
    if header is None:
        problem = request.problem("Not a safetensors file", "The header cannot be read")
        return facts_fragment(request, "Tensors", problem=problem)
    metadata = header.pop("__metadata__", None)
    tensors = [(name, item) for name, item in header.items() if isinstance(item, dict)]
    rows = tuple(_tensor_row(name, item) for name, item in tensors[:MAX_LISTED])
    n_more = len(tensors) - len(rows)
    listing = Listing(
        columns=("Tensor", "Shape", "Type"),
        rows=rows,
        numeric=(False, True, False),
        note=f"{n_more:,} more in the file" if n_more else "",
    )
    facts = [(str(key), str(value)[:200]) for key, value in _items(metadata)][:MAX_LISTED]
    return facts_fragment(request, "Tensors", facts=facts, listings=(listing,))


def read_npy_header(stream: BinaryIO) -> ArrayHeader | None:
    """Read the header of a ``.npy`` file.

    Parameters
    ----------
    stream : BinaryIO
        At the file's beginning.

    Returns
    -------
    ArrayHeader or None
        None when there is no such header.
    """
    head = stream.read(8)
    width, kind = (2, "<H") if head[6:7] == b"\1" else (4, "<I")
    size = stream.read(width)
    if not head.startswith(b"\x93NUMPY") or len(head) < 8 or len(size) < width:
        return None
    length = struct.unpack(kind, size)[0]
    if length > NPY_HEADER_BYTES:
        return None
    text = stream.read(length).decode("latin-1")
    try:
        return _parse_npy_header(ast.literal_eval(text.strip()))
    except (ValueError, SyntaxError, TypeError, KeyError, MemoryError, RecursionError):
        return None


def _parse_npy_header(header: Any) -> ArrayHeader:  # whatever a literal can be
    shape = tuple(int(length) for length in header["shape"])
    descr = header["descr"]
    return ArrayHeader(_name_dtype(descr), shape, bool(header["fortran_order"]), str(descr)[:200])


_DTYPES = {"f": "float", "i": "int", "u": "uint", "c": "complex"}


def _name_dtype(descr: Any) -> str:  # a text, or a list of fields
    """Say ``float64`` for ``<f8``; what is not a plain number stays as NumPy wrote it."""
    text = str(descr)[:200]
    match = re.fullmatch(r"[<>=|]([fiuc])(\d{1,2})", text)
    return f"{_DTYPES[match[1]]}{8 * int(match[2])}" if match else text


_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError),
    *(OSError, EOFError, ValueError),
)


def _read_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit_bytes: int
) -> tuple[str, ArrayHeader | None, np.ndarray | None]:
    """Read one array of an archive, its numbers only when they are few enough."""
    name = member.filename.removesuffix(".npy")
    try:
        with archive.open(member) as opened:
            stream: BinaryIO = opened  # type: ignore[assignment]  # reads like any other
            header = read_npy_header(stream)
            is_small = header is not None and member.file_size <= limit_bytes
            values = _read_values(stream, header, limit_bytes) if header and is_small else None
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
        zlib.error,
    ):
        return name, None, None
    return name, header, values


def _member_row(
    name: str, header: ArrayHeader | None, values: np.ndarray | None
) -> tuple[str, ...]:
    if header is None:
        return (name, *[""] * 6)
    found = describe(values) if values is not None and values.size else None
    figures = (f"{found.low:.4g}", f"{found.mean:.4g}", f"{found.high:.4g}") if found else [""] * 3
    n_nan = f"{found.n_nan:,}" if found and found.n_nan else ""
    return (name, header.shape_text, header.dtype, *figures, n_nan)


def _read_tensors_header(stream: BinaryIO) -> dict[str, Any] | None:  # as JSON has it
    head = stream.read(8)
    length = struct.unpack("<Q", head)[0] if len(head) == 8 else 0
    if not 0 < length <= TENSORS_HEADER_BYTES:
        return None
    try:
        header = json.loads(stream.read(length))
    except (ValueError, RecursionError):
        return None
    return header if isinstance(header, dict) else None


def _tensor_row(name: str, item: dict[str, Any]) -> tuple[str, str, str]:
    shape = item.get("shape")
    lengths = shape if isinstance(shape, list) else []
    return name, " × ".join(str(length) for length in lengths), str(item.get("dtype", ""))


def _items(metadata: object) -> list[tuple[object, object]]:
    return list(metadata.items()) if isinstance(metadata, dict) else []
