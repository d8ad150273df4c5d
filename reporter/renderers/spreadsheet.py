"""Excel workbooks: the first rows of each sheet, values alone; no formula is evaluated."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from reporter.renderers.placeholder import placeholder
from reporter.renderers.registry import ArtifactRequest, Fragment, renderer
from reporter.renderers.table import MAX_COLUMNS, MAX_ROWS, TableView, table_view

__all__ = ["SheetView", "SpreadsheetView", "render_spreadsheet"]

MAX_UNPACKED_BYTES = 100_000_000
"""Of what is packed in the file, which may be a bomb."""
MAX_SHEETS = 8


@dataclass(frozen=True, kw_only=True)
class SheetView:
    """One sheet."""

    name: str
    table: TableView


@dataclass(frozen=True, kw_only=True)
class SpreadsheetView:
    """A workbook."""

    sheets: tuple[SheetView, ...]
    note: str
    """Which sheets are left out; empty when none is."""


@renderer("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
def render_spreadsheet(request: ArtifactRequest) -> Fragment:
    """Show the first rows of each sheet."""
    try:
        sheets, names = _read(request)
    except ImportError:
        problem = request.problem("Not shown", "Excel files need openpyxl", "Install openpyxl.")
        return placeholder(request, problem, is_reported=False)
    hidden = len(names) - len(sheets)
    note = f"First {len(sheets)} of {len(names)} sheets" if hidden else ""
    view = SpreadsheetView(sheets=tuple(sheets), note=note)
    return Fragment(template="fragments/spreadsheet.html.j2", context=view)


def _read(request: ArtifactRequest) -> tuple[list[SheetView], Sequence[str]]:
    from openpyxl import load_workbook

    with request.open() as stream:
        with zipfile.ZipFile(stream) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
        if unpacked > MAX_UNPACKED_BYTES:
            raise ValueError(f"{unpacked:,} bytes unpacked are too many to look at")
        stream.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            names = [str(name) for name in book.sheetnames]
            tables = [name for name in names if hasattr(book[name], "iter_rows")]
            sheets = [_sheet(book[name], name) for name in tables[:MAX_SHEETS]]
            book.close()
    return sheets, names


def _sheet(sheet: Any, name: str) -> SheetView:  # Any: openpyxl has no types
    width = min(sheet.max_column or MAX_COLUMNS, MAX_COLUMNS)
    rows = list(islice(sheet.iter_rows(values_only=True, max_col=width), MAX_ROWS + 1))
    header = [_cell(value) for value in rows[0]] if rows else []
    body = [[_cell(value) for value in row] for row in rows[1:]]
    n_rows = sheet.max_row - 1 if sheet.max_row else None
    return SheetView(name=name, table=table_view([str(value) for value in header], body, n_rows))


def _cell(value: object) -> object:
    plain = value is None or isinstance(value, (bool, int, float, str))
    return "" if value is None else value if plain else str(value)
