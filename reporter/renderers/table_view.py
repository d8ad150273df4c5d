"""What a page shows of a table: the first rows and columns, and where the others are.

What fits into the page has no data file; the page's script then reads the page itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from reporter.model import Problem
from reporter.renderers.registry import ArtifactRequest, FileContent, Fragment
from reporter.renderers.table_data import EXACT_INT, Cell, TableData
from reporter.renderers.table_summary import ColumnSummary, is_missing, number_of

__all__ = ["TableCell", "TableColumn", "TableView", "table_fragment", "table_view"]

PAGE_ROWS = 25
PAGE_COLUMNS = 30
PAGE_CHARS = 200
"""Of one cell."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class TableCell(NamedTuple):
    """One cell."""

    text: str
    """As it was logged, cut when it is long."""
    kind: str
    """``na`` where nothing is, ``number`` for one to be printed with its column's decimals,
    ``picture``, else empty."""
    value: float
    """Of a number."""
    src: str = ""
    href: str = ""
    """Of a picture: what is shown, and what a click opens."""


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """A column's heading."""

    name: str
    type: str
    """``int``, ``float``, ``text`` …; of Parquet its own word."""
    is_numeric: bool
    numbers: tuple[float | None, ...]
    """All that were read, of a column of fractions: they find the decimals that tell them apart."""
    summary: ColumnSummary


@dataclass(frozen=True, kw_only=True)
class TableView:
    """The first rows of a table."""

    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[TableCell, ...], ...]
    note: str
    """How much is shown of how much."""
    cells: str
    """Site path of the data file with all that was read; empty when that is in the page."""
    cells_name: str
    warning: str
    """What a spreadsheet would do with the file; empty when nothing."""
    n_read: int
    n_columns: int
    """Columns that were read."""


def table_fragment(
    request: ArtifactRequest, data: TableData, problem: Problem | None = None
) -> Fragment:
    """Show a table.

    Parameters
    ----------
    request : ArtifactRequest
    data : TableData
    problem : Problem, optional

    Returns
    -------
    Fragment
    """
    view, files = table_view(request, data)
    return Fragment(template="fragments/table.html.j2", context=view, files=files, problem=problem)


def table_view(
    request: ArtifactRequest, data: TableData
) -> tuple[TableView, Mapping[str, FileContent]]:
    """Make what a table shows, and the data file that it needs.

    Parameters
    ----------
    request : ArtifactRequest
    data : TableData

    Returns
    -------
    (TableView, mapping of str to FileContent)
    """
    columns = data.columns[:PAGE_COLUMNS]
    shown = [cells[:PAGE_ROWS] for cells in columns]
    is_whole = (
        data.n_read <= PAGE_ROWS
        and len(data.columns) <= PAGE_COLUMNS
        and not any(_is_long(cell) for cells in shown for cell in cells)
    )
    file = None if is_whole else data.to_file()
    cells = [
        [
            _cell(request, cell, is_fraction=_is_fraction(kind, is_numeric=numeric))
            for cell in column
        ]
        for column, kind, numeric in zip(shown, data.types, data.is_numeric, strict=False)
    ]
    view = TableView(
        columns=tuple(_column(data, at) for at in range(len(columns))),
        rows=tuple(zip(*cells, strict=True)),
        note=_note(data),
        warning=_warn(data),
        cells=file.path if file else "",
        cells_name=file.name if file else "",
        n_read=data.n_read,
        n_columns=len(data.columns),
    )
    return view, {file.path: file.content} if file else {}


def _column(data: TableData, at: int) -> TableColumn:
    numbers: tuple[float | None, ...] = ()
    if _is_fraction(data.types[at], is_numeric=data.is_numeric[at]):
        numbers = tuple(None if is_missing(cell) else number_of(cell) for cell in data.columns[at])
    return TableColumn(
        name=data.names[at],
        type=data.types[at],
        is_numeric=data.is_numeric[at],
        numbers=numbers,
        summary=data.summaries[at],
    )


def _is_fraction(kind: str, is_numeric: bool) -> bool:
    """Tell numbers that are rounded from whole ones, which may be years or ids."""
    return is_numeric and not kind.startswith(("int", "uint"))


def _is_long(cell: Cell) -> bool:
    return isinstance(cell, str) and len(cell) > PAGE_CHARS


def _cell(request: ArtifactRequest, cell: Cell, *, is_fraction: bool) -> TableCell:
    if isinstance(cell, dict):
        src, href = request.url(cell["src"]), request.url(cell["full"])
        return TableCell(cell["src"], "picture", 0, src, href)
    if cell is None or cell == "":
        return TableCell("", "na", 0)
    text = _print(cell)
    if is_fraction and not is_missing(cell):
        return TableCell(text, "number", number_of(cell))
    return TableCell(f"{text[:PAGE_CHARS]}…" if len(text) > PAGE_CHARS else text, "", 0)


def _print(cell: Cell) -> str:
    """Print a value as JavaScript prints it, since the page's script prints it again."""
    if isinstance(cell, bool):
        return str(cell).lower()
    is_whole = isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT_INT
    return f"{cell:.0f}" if is_whole else str(cell)


def _note(data: TableData) -> str:
    n_rows, n_read, n_columns = data.n_rows, data.n_read, len(data.columns)
    rows = "1 row" if n_rows == 1 else f"{n_rows:,} rows" if n_rows is not None else "more rows"
    is_cut = n_rows is None or n_read < n_rows
    if is_cut:
        rows = f"First {n_read:,} of {rows}"
    columns = "1 column" if data.n_columns == 1 else f"{data.n_columns:,} columns"
    if n_columns < data.n_columns:
        columns = f"first {n_columns:,} of {columns}"
        is_cut = True
    return f"{rows}, {columns}{'; the rest is in the file' if is_cut else ''}"


def _warn(data: TableData) -> str:
    """Say how many texts a spreadsheet would run."""
    formulas = sum(
        isinstance(cell, str) and cell.startswith(FORMULA_STARTS) and math.isnan(number_of(cell))
        for cells, numeric in zip(data.columns, data.is_numeric, strict=True)
        if not numeric
        for cell in cells
    )
    if not formulas:
        return ""
    cells = "1 cell begins" if formulas == 1 else f"{formulas:,} cells begin"
    return f"{cells} like a formula: a spreadsheet that opens the file itself may run it"
