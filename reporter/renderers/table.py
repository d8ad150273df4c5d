"""Tables: the first rows, the type of each column and how many rows there are.

CSV and TSV are read by the standard library, Parquet and Arrow by pyarrow, which hands out the
first rows without the rest. A formula in a cell is text and stays text: nothing evaluates it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, BinaryIO

from reporter.model import Problem
from reporter.renderers.registry import ArtifactRequest, Fragment, renderer
from reporter.renderers.text import decode

__all__ = [
    "TableColumn",
    "TableView",
    "render_arrow",
    "render_delimited",
    "render_json_lines",
    "render_parquet",
    "table_fragment",
    "table_of_records",
    "table_of_split",
    "table_view",
]

MAX_ROWS = 50
MAX_COLUMNS = 60
MAX_CELL_CHARS = 200

SAMPLE_BYTES = 1_000_000
"""Of text: holds the first rows of any table that a person would look at."""

COUNTED_BYTES = 64_000_000
"""Above, rows of a text file are not counted: that would take a second a file."""

BLOCK_BYTES = 1_000_000

MAX_GROUP_BYTES = 500_000_000
"""Of one Parquet row group, uncompressed; a larger one is not opened for 50 rows."""

MAX_ARROW_BYTES = 200_000_000

Cell = Any  # whatever JSON or pyarrow holds


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """A column's heading."""

    name: str
    type: str
    """``int``, ``float``, ``text`` …; of Parquet its own word."""
    is_numeric: bool


@dataclass(frozen=True, kw_only=True)
class TableView:
    """The first rows of a table."""

    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str
    """How much is shown of how much."""


@renderer("text/csv", "text/tab-separated-values")
def render_delimited(request: ArtifactRequest) -> Fragment:
    """Show the first rows of a CSV or TSV file."""
    with request.open() as stream:
        data = stream.read(SAMPLE_BYTES)
        n_lines = _count_lines(data, stream)
    try:
        records, n_records = _read_delimited(decode(data), request.media_type)
    except csv.Error as error:
        return _as_text(request, request.problem("Not readable as a table", str(error)))
    if len(data) == SAMPLE_BYTES:
        n_records = n_lines  # exact unless cells hold line breaks
    n_rows = None if n_records is None else max(n_records - 1, 0)
    return table_fragment(records[0] if records else [], records[1:], n_rows)


@renderer("application/jsonl")
def render_json_lines(request: ArtifactRequest) -> Fragment:
    """Show the first records of a file with one JSON object a line."""
    with request.open() as stream:
        data = stream.read(SAMPLE_BYTES)
        n_rows = _count_lines(data, stream)
    lines = decode(data).splitlines()[: MAX_ROWS + 1]
    try:
        records = [json.loads(line) for line in lines if line.strip()][:MAX_ROWS]
    except (ValueError, RecursionError) as error:
        problem = request.problem("Not readable as JSON lines", str(error)[:200])
        return _as_text(request, problem)
    return table_of_records(records, n_rows) or _as_text(request, None)


@renderer("application/vnd.apache.parquet")
def render_parquet(request: ArtifactRequest) -> Fragment:
    """Show the first rows of a Parquet file."""
    from pyarrow import parquet

    with request.open() as stream:
        file = parquet.ParquetFile(stream)
        metadata = file.metadata
        names = file.schema_arrow.names[:MAX_COLUMNS]
        is_small = metadata.num_row_groups and (
            metadata.row_group(0).total_byte_size <= MAX_GROUP_BYTES
        )
        batches = file.iter_batches(MAX_ROWS, row_groups=[0], columns=names) if is_small else ()
        batch = next(iter(batches), None)
        return _arrow_fragment(file.schema_arrow, batch, metadata.num_rows)


@renderer("application/vnd.apache.arrow.file")
def render_arrow(request: ArtifactRequest) -> Fragment:
    """Show the first rows of an Arrow or Feather file."""
    from pyarrow import ipc

    if request.artifact.size_bytes > MAX_ARROW_BYTES:
        problem = request.problem("Table too large to show")
        return table_fragment([], [], None, problem)
    with request.open() as stream:
        file = ipc.open_file(stream)
        batch = file.get_batch(0) if file.num_record_batches else None
        n_rows = batch.num_rows if batch is not None and file.num_record_batches == 1 else None
        return _arrow_fragment(file.schema, batch, n_rows)


def table_of_split(value: Cell) -> Fragment | None:
    """Make a table of ``{"columns": [...], "data": [[...], ...]}``: MLflow's ``log_table``."""
    if not (isinstance(value, dict) and isinstance(value.get("columns"), list)):
        return None
    rows = value.get("data")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        return None
    return table_fragment(value["columns"], rows[:MAX_ROWS], len(rows))


def table_of_records(value: Cell, n_rows: int | None = None) -> Fragment | None:
    """Make a table of a list of objects, of which there may be more than are given."""
    if not (isinstance(value, list) and value and all(isinstance(item, dict) for item in value)):
        return None
    shown = value[:MAX_ROWS]
    names = list(dict.fromkeys(name for record in shown for name in record))
    rows = [[record.get(name) for name in names] for record in shown]
    return table_fragment(names, rows, len(value) if n_rows is None else n_rows)


def table_fragment(
    header: Sequence[Cell],
    rows: Sequence[Sequence[Cell]],
    n_rows: int | None,
    problem: Problem | None = None,
    types: Sequence[str] = (),
) -> Fragment:
    """Show a table: the arguments of :func:`table_view`, and a problem if there is one."""
    view = table_view(header, rows, n_rows, types)
    return Fragment(template="fragments/table.html.j2", context=view, problem=problem)


def table_view(
    header: Sequence[Cell],
    rows: Sequence[Sequence[Cell]],
    n_rows: int | None,
    types: Sequence[str] = (),
) -> TableView:
    """Make what a table shows.

    Parameters
    ----------
    header : sequence
        Names of the columns.
    rows : sequence of sequence
        At least the first :data:`MAX_ROWS`; short and long rows are allowed.
    n_rows : int or None
        Rows in all; None when nobody counted.
    types : sequence of str
        Of the columns, as the format declares them; guessed from the cells when empty.

    Returns
    -------
    TableView
    """
    shown = [list(row[:MAX_COLUMNS]) for row in rows[:MAX_ROWS]]
    width = min(max(map(len, [header, *shown])), MAX_COLUMNS)
    names = [_text(name) for name in header[:width]] + [""] * (width - len(header))
    padded = [row + [None] * (width - len(row)) for row in shown]
    kinds = list(types[:width]) or [_guess_type(row[at] for row in padded) for at in range(width)]
    return TableView(
        columns=tuple(map(_column, names, kinds)),
        rows=tuple(tuple(map(_text, row)) for row in padded),
        note=_note(len(shown), n_rows, width, max(len(header), width)),
    )


# Any below: pyarrow has no types
def _arrow_fragment(schema: Any, batch: Any, n_rows: int | None) -> Fragment:
    names = schema.names
    types = [str(field.type) for field in islice(schema, MAX_COLUMNS)]
    cells = [] if batch is None else [_cells(column) for column in batch.columns[:MAX_COLUMNS]]
    return table_fragment(names, list(zip(*cells, strict=True)), n_rows, types=types)


def _cells(column: Any) -> list[Cell]:
    return [_cell(value) for value in column.slice(0, MAX_ROWS)]


def _cell(value: Any) -> Cell:
    try:
        return value.as_py()
    except (ValueError, OverflowError):
        return str(value)  # a time that Python cannot hold


def _read_delimited(text: str, media_type: str) -> tuple[list[list[str]], int | None]:
    """Return the first records and the number of all."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(media_type, text))
    records = (record for record in reader if record)
    first = list(islice(records, MAX_ROWS + 1))
    return first, len(first) + sum(1 for _ in records)


def _delimiter(media_type: str, text: str) -> str:
    if media_type == "text/tab-separated-values":
        return "\t"
    header = text.partition("\n")[0]
    return max(",;\t|", key=header.count)


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


def _as_text(request: ArtifactRequest, problem: Problem | None) -> Fragment:
    from reporter.renderers.text import render_text

    return replace(render_text(request), problem=problem)


def _column(name: str, kind: str) -> TableColumn:
    is_numeric = kind.startswith(("int", "uint", "float", "double", "half", "decimal"))
    return TableColumn(name=name, type=kind, is_numeric=is_numeric)


def _guess_type(cells: Iterable[Cell]) -> str:
    known = {kind for cell in cells if (kind := _type_of(cell))}
    if known <= {"int"}:
        return "int" if known else ""
    if known <= {"int", "float"}:
        return "float"
    return known.pop() if len(known) == 1 else "text"


def _type_of(cell: Cell) -> str:
    """Name the type of one cell; empty for an empty one."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, bool):
        return "bool"
    if isinstance(cell, (int, float)):
        return type(cell).__name__
    if not isinstance(cell, str):
        return "list" if isinstance(cell, (list, tuple)) else "object"
    return _type_of_text(cell)


def _type_of_text(text: str) -> str:
    if text in {"True", "False", "true", "false"}:
        return "bool"
    try:
        float(text)
    except ValueError:
        return "text"
    return "int" if text.strip().lstrip("+-").isdigit() else "float"


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    is_nested = isinstance(cell, (dict, list, tuple))
    text = json.dumps(cell, ensure_ascii=False, default=str) if is_nested else str(cell)
    return text if len(text) <= MAX_CELL_CHARS else f"{text[:MAX_CELL_CHARS]}…"


def _note(n_shown: int, n_rows: int | None, n_columns: int, all_columns: int) -> str:
    rows = "1 row" if n_rows == 1 else f"{n_rows:,} rows" if n_rows is not None else "more rows"
    if n_rows is None or n_shown < n_rows:
        rows = f"First {n_shown} of {rows}"
    columns = "1 column" if all_columns == 1 else f"{all_columns:,} columns"
    return f"{rows}, {columns if n_columns == all_columns else f'first {n_columns} of {columns}'}"
