"""Arrays and tensors: shapes and types from their headers; the numbers stay where they are."""

from __future__ import annotations

import ast
import json
import re
import struct
import zipfile
from typing import Any, BinaryIO, NamedTuple

from reporter.renderers.archive import list_zip, open_zip
from reporter.renderers.facts import Listing, facts_fragment
from reporter.renderers.registry import ArtifactRequest, Fragment, renderer

__all__ = ["ArrayHeader", "read_npy_header", "render_npy", "render_npz", "render_safetensors"]

NPY_HEADER_BYTES = 10_000
"""NumPy itself refuses to read a longer one."""

TENSORS_HEADER_BYTES = 4_000_000
MAX_LISTED = 200


class ArrayHeader(NamedTuple):
    """What an array is."""

    dtype: str
    shape: tuple[int, ...]
    is_fortran: bool

    @property
    def shape_text(self) -> str:
        """``1,797 × 64``; ``scalar`` without dimensions."""
        return " × ".join(f"{length:,}" for length in self.shape) or "scalar"


@renderer("application/x-npy")
def render_npy(request: ArtifactRequest) -> Fragment:
    """Show an array's shape and type."""
    with request.open() as stream:
        header = read_npy_header(stream)
    if header is None:
        problem = request.problem("Not a NumPy array", "The header cannot be read")
        return facts_fragment(request, "NumPy array", problem=problem)
    order = "columns first (Fortran)" if header.is_fortran else "rows first (C)"
    facts = (("Shape", header.shape_text), ("Type", header.dtype), ("Order", order))
    return facts_fragment(request, "NumPy array", facts=facts)


@renderer("application/x-npz")
def render_npz(request: ArtifactRequest) -> Fragment:
    """Show shapes and types of the arrays in an archive."""
    with request.open() as stream:
        archive = open_zip(stream)
        if archive is None:
            return list_zip(request)
        members = archive.infolist()
        rows = tuple(_member_row(archive, member) for member in members[:MAX_LISTED])
    n_more = len(members) - len(rows)
    listing = Listing(
        columns=("Array", "Shape", "Type"),
        rows=rows,
        numeric=(False, True, False),
        note=f"{n_more:,} more in the file" if n_more else "",
    )
    return facts_fragment(request, "NumPy arrays", listings=(listing,))


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
    head = stream.read(12)
    if not head.startswith(b"\x93NUMPY") or len(head) < 12:
        return None
    width, kind = (2, "<H") if head[6] == 1 else (4, "<I")
    length = struct.unpack_from(kind, head, 8)[0]
    if length > NPY_HEADER_BYTES:
        return None
    text = (head[8 + width :] + stream.read(length)).decode("latin-1")[:length]
    try:
        return _parse_npy_header(ast.literal_eval(text.strip()))
    except (ValueError, SyntaxError, TypeError, KeyError, MemoryError, RecursionError):
        return None


def _parse_npy_header(header: Any) -> ArrayHeader:  # whatever a literal can be
    shape = tuple(int(length) for length in header["shape"])
    return ArrayHeader(_name_dtype(header["descr"]), shape, bool(header["fortran_order"]))


_DTYPES = {"f": "float", "i": "int", "u": "uint", "c": "complex"}


def _name_dtype(descr: Any) -> str:  # a text, or a list of fields
    """Say ``float64`` for ``<f8``; what is not a plain number stays as NumPy wrote it."""
    text = str(descr)[:200]
    match = re.fullmatch(r"[<>=|]([fiuc])(\d{1,2})", text)
    return f"{_DTYPES[match[1]]}{8 * int(match[2])}" if match else text


def _member_row(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[str, str, str]:
    name = member.filename.removesuffix(".npy")
    try:
        with archive.open(member) as stream:
            header = read_npy_header(stream)  # type: ignore[arg-type]  # reads like any other
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        header = None
    return (name, header.shape_text, header.dtype) if header else (name, "", "")


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
