"""Tables: CSV, TSV, JSON lines, Parquet, Arrow, and those that ``log_table`` writes.

CSV and TSV are read by the standard library, Parquet and Arrow by pyarrow, which hands out the
first rows without the rest. A formula in a cell is text and stays text: nothing evaluates it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, BinaryIO
from urllib.parse import unquote

from reporter.mediatypes import JSON
from reporter.renderers.registry import ArtifactRequest, Fragment, renderer
from reporter.renderers.table_data import (
    MAX_READ_COLUMNS,
    MAX_READ_ROWS,
    Cell,
    Place,
    TableData,
    make_table,
    read_limit,
)
from reporter.renderers.table_view import table_fragment
from reporter.renderers.text import decode

__all__ = [
    "TABLE_JSON_BYTES",
    "read_table",
    "render_table",
    "site_places",
    "table_of_records",
    "table_of_split",
]

SAMPLE_BYTES = 1_500_000
"""Of text: holds the first rows of any table that a person would look at."""

COUNTED_BYTES = 64_000_000
"""Above, rows are not counted: that would take a second a file."""

BLOCK_BYTES = 1_000_000

MAX_GROUP_BYTES = 500_000_000
"""Of Parquet row groups, uncompressed; larger ones are not opened for a few rows."""

MAX_ARROW_BYTES = 200_000_000

TABLE_JSON_BYTES = 30_000_000
"""Of a logged table, which is JSON and has to be parsed whole."""

DELIMITERS = ",;\t|"


class NoTableError(ValueError):
    """The bytes are no table; the message says why, and is empty where nothing is wrong."""


@renderer(
    "text/csv",
    "text/tab-separated-values",
    "application/jsonl",
    "application/vnd.apache.parquet",
    "application/vnd.apache.arrow.file",
)
def render_table(request: ArtifactRequest) -> Fragment:
    """Show a table; as text what should be one and is none."""
    from reporter.renderers.text import render_text

    try:
        data = _READERS[request.media_type](request)
    except NoTableError as error:
        problem = request.problem("Not readable as a table", str(error)) if str(error) else None
        return replace(render_text(request), problem=problem)
    problem = None
    if data.n_rows is None and not data.columns:
        problem = request.problem("Table too large to show")
    return table_fragment(request, data, problem)


def read_table(request: ArtifactRequest) -> TableData | None:
    """Read the first rows of any kind of table.

    Parameters
    ----------
    request : ArtifactRequest

    Returns
    -------
    TableData or None
        None when the artifact is none, or cannot be read.
    """
    read = _READERS.get(request.media_type)
    try:
        data = read(request) if read else None
    except Exception:  # noqa: BLE001  (its own page says what is wrong; hostile bytes stop no build)
        return None
    return data if data and data.n_read else None


def table_of_split(value: Cell, place: Place) -> TableData | None:
    """Make a table of ``{"columns": [...], "data": [[...], ...]}``: MLflow's ``log_table``."""
    if not (isinstance(value, dict) and isinstance(value.get("columns"), list)):
        return None
    rows = value.get("data")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        return None
    return make_table(value["columns"], rows, len(rows), place=place)


def table_of_records(value: Cell, place: Place, n_rows: int | None = None) -> TableData | None:
    """Make a table of a list of objects, of which there may be more than are given."""
    if not (isinstance(value, list) and value and all(isinstance(item, dict) for item in value)):
        return None
    shown = value[:MAX_READ_ROWS]
    names = list(dict.fromkeys(name for record in shown for name in record))
    rows = ([record.get(name) for name in names] for record in shown)
    return make_table(names, rows, len(value) if n_rows is None else n_rows, place=place)


def site_places(request: ArtifactRequest) -> Place:
    """Return what finds other files of a run in the site."""

    def place(path: str) -> str:
        href = request.find(path)
        return unquote(href.removeprefix(request.root)) if href.startswith(request.root) else ""

    return place


def _read_delimited(request: ArtifactRequest) -> TableData:
    with request.open() as stream:
        data = stream.read(SAMPLE_BYTES)
        n_lines = _count_lines(data, stream)
    is_cut = len(data) == SAMPLE_BYTES
    text = decode(data)
    delimiter = _delimiter(request.media_type, text)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        records = [record for record in reader if record]
    except csv.Error as error:
        raise NoTableError(str(error)) from error
    n_rows: int | None = max(len(records) - 1, 0)
    if is_cut:
        records = records[:-1]
        n_rows = n_lines and max(n_lines - 1, 0)  # exact unless cells hold line breaks
    return make_table(records[0] if records else [], records[1:], n_rows)


def _read_json_lines(request: ArtifactRequest) -> TableData:
    with request.open() as stream:
        data = stream.read(SAMPLE_BYTES)
        n_rows = _count_lines(data, stream)
    lines = decode(data).splitlines()
    whole = lines[:-1] if len(data) == SAMPLE_BYTES else lines
    try:
        records = [json.loads(line) for line in whole[:MAX_READ_ROWS] if line.strip()]
    except (ValueError, RecursionError) as error:
        raise NoTableError(str(error)[:200]) from error
    table = table_of_records(records, site_places(request), n_rows)
    if table is None:
        raise NoTableError
    return table


def _read_json(request: ArtifactRequest) -> TableData:
    data = request.read(TABLE_JSON_BYTES + 1)
    value = json.loads(decode(data)) if len(data) <= TABLE_JSON_BYTES else None
    place = site_places(request)
    table = table_of_split(value, place) or table_of_records(value, place)
    if table is None:
        raise NoTableError
    return table


def _read_parquet(request: ArtifactRequest) -> TableData:
    from pyarrow import parquet

    with request.open() as stream:
        file = parquet.ParquetFile(stream)
        schema, metadata = file.schema_arrow, file.metadata
        limit = read_limit(len(schema.names))
        groups = list(_first_groups(metadata, limit))
        names = schema.names[:MAX_READ_COLUMNS]
        batches = file.iter_batches(limit, row_groups=groups, columns=names) if groups else iter(())
        return _of_batches(request, schema, batches, metadata.num_rows)


def _first_groups(metadata: Any, n_rows: int) -> Iterator[int]:  # Any: pyarrow has no types
    """Yield the row groups that hold the first rows."""
    n_bytes = n_found = 0
    for place in range(metadata.num_row_groups):
        group = metadata.row_group(place)
        n_bytes += group.total_byte_size
        if n_found >= n_rows or n_bytes > MAX_GROUP_BYTES:
            return
        n_found += group.num_rows
        yield place


def _read_arrow(request: ArtifactRequest) -> TableData:
    from pyarrow import ipc

    size_bytes = request.artifact.size_bytes
    if size_bytes > MAX_ARROW_BYTES:
        return make_table([], [], None)
    with request.open() as stream:
        file = ipc.open_file(stream)
        n_batches = file.num_record_batches
        batches = map(file.get_batch, range(n_batches))
        is_counted = n_batches <= 1 or size_bytes <= COUNTED_BYTES
        n_rows = sum(file.get_batch(k).num_rows for k in range(n_batches)) if is_counted else None
        return _of_batches(request, file.schema, batches, n_rows)


def _of_batches(
    request: ArtifactRequest, schema: Any, batches: Iterator[Any], n_rows: int | None
) -> TableData:
    """Take the first rows of record batches; Any: pyarrow has no types."""
    limit = read_limit(len(schema.names))
    columns: list[list[Cell]] = [[] for _ in schema.names[:MAX_READ_COLUMNS]]
    for batch in batches:
        n_left = limit - len(columns[0]) if columns else 0
        if n_left <= 0:
            break
        for cells, column in zip(columns, batch.columns, strict=False):
            cells.extend(map(_as_python, column.slice(0, n_left)))
    types = [str(field.type).removeprefix("large_") for field in islice(schema, MAX_READ_COLUMNS)]
    rows = zip(*columns, strict=True)
    return make_table(schema.names, rows, n_rows, types, site_places(request))


def _as_python(value: Any) -> Cell:
    try:
        return value.as_py()
    except (ValueError, OverflowError):
        return str(value)  # a time that Python cannot hold


def _delimiter(media_type: str, text: str) -> str:
    if media_type == "text/tab-separated-values":
        return "\t"
    header = text.partition("\n")[0]
    return max(DELIMITERS, key=header.count)


def _count_lines(data: bytes, stream: BinaryIO) -> int | None:
    """Count lines that are not empty at the end of the file; None when there are too many bytes."""
    n_lines, n_bytes, last = data.count(b"\n"), len(data), data[-1:]
    while block := stream.read(BLOCK_BYTES):
        n_lines += block.count(b"\n")
        n_bytes += len(block)
        last = block[-1:]
        if n_bytes > COUNTED_BYTES:
            return None
    return n_lines + (last not in {b"\n", b""})


_READERS: dict[str, Callable[[ArtifactRequest], TableData]] = {
    "text/csv": _read_delimited,
    "text/tab-separated-values": _read_delimited,
    "application/jsonl": _read_json_lines,
    JSON: _read_json,
    "application/vnd.apache.parquet": _read_parquet,
    "application/vnd.apache.arrow.file": _read_arrow,
}
