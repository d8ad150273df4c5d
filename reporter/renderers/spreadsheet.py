"""Excel workbooks: the first rows of each sheet, values alone; no formula is evaluated."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from reporter.renderers.placeholder import placeholder
from reporter.renderers.registry import ArtifactRequest, FileContent, Fragment, renderer
from reporter.renderers.table_data import MAX_READ_COLUMNS, TableData, make_table, read_limit
from reporter.renderers.table_view import TableView, table_view

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
    files: dict[str, FileContent] = {}
    shown = []
    for name, data in sheets:
        table, more = table_view(request, data)
        files |= more
        shown.append(SheetView(name=name, table=table))
    view = SpreadsheetView(sheets=tuple(shown), note=note)
    return Fragment(template="fragments/spreadsheet.html.j2", context=view, files=files)


def _read(request: ArtifactRequest) -> tuple[list[tuple[str, TableData]], Sequence[str]]:
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
            sheets = [(name, _sheet(book[name])) for name in tables[:MAX_SHEETS]]
            book.close()
    return sheets, names


def _sheet(sheet: Any) -> TableData:  # Any: openpyxl has no types
    width = min(sheet.max_column or MAX_READ_COLUMNS, MAX_READ_COLUMNS)
    rows = sheet.iter_rows(values_only=True, max_col=width)
    header = [str(_cell(value)) for value in next(rows, ())]
    body = [[_cell(value) for value in row] for row in islice(rows, read_limit(width))]
    return make_table(header, body, sheet.max_row - 1 if sheet.max_row else None)


def _cell(value: object) -> object:
    plain = value is None or isinstance(value, (bool, int, float, str))
    return "" if value is None else value if plain else str(value)
