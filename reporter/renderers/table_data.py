"""The rows of a table that a report reads: plain cells, capped, in columns.

One cap holds for everything: what is read can be sorted, searched, summarised and compared in the
browser, what lies beyond stays in the file, and the page says how much that is.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from reporter.mediatypes import guess
from reporter.renderers.data_files import DataFile, data_file
from reporter.renderers.table_summary import ColumnSummary, is_missing, number_of, summarise

__all__ = [
    "MAX_READ_COLUMNS",
    "MAX_READ_ROWS",
    "Cell",
    "Place",
    "TableData",
    "make_table",
    "read_limit",
]

MAX_READ_ROWS = 5_000
MAX_READ_COLUMNS = 2_000
MAX_READ_CELLS = 200_000
"""A table of 1,000 columns has 200 rows in the page's reach, one of ten has 5,000."""

MAX_CHARS = 1_500_000
"""Of all cells together: what a phone still loads without a thought."""

MAX_CELL_CHARS = 4_000
EXACT_INT = 1 << 53
"""Beyond, JavaScript's numbers are not whole any more."""

PICTURES = frozenset(("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"))

Cell = Any  # text, number, boolean, None, or {"src": site path} for a picture

Place = Callable[[str], str]
"""Artifact path to the site path of a file that lies in the site; empty for all others."""


def nowhere(path: str) -> str:  # noqa: ARG001
    """Know no other file."""
    return ""


def read_limit(n_columns: int) -> int:
    """Return how many rows of a table are read."""
    return min(MAX_READ_ROWS, MAX_READ_CELLS // max(1, min(n_columns, MAX_READ_COLUMNS)))


@dataclass(frozen=True)
class TableData:
    """The first rows of a table, column by column.

    Parameters
    ----------
    names, types : tuple of str
        Of the columns that were read; types are ``int``, ``float``, ``text`` …, or a format's own
        words.
    columns : tuple of list
        Their cells, each list of the same length.
    n_rows : int or None
        Rows in all; None when nobody counted.
    n_columns : int
        Columns in all.
    """

    names: tuple[str, ...]
    types: tuple[str, ...]
    columns: tuple[list[Cell], ...]
    n_rows: int | None
    n_columns: int

    @property
    def n_read(self) -> int:
        """Rows that were read."""
        return len(self.columns[0]) if self.columns else 0

    @cached_property
    def is_numeric(self) -> tuple[bool, ...]:
        """Tell of each column whether it holds numbers."""
        return tuple(map(_names_numbers, self.types))

    @cached_property
    def summaries(self) -> tuple[ColumnSummary, ...]:
        """Describe each column."""
        return tuple(
            summarise(cells, is_numeric=numeric)
            for cells, numeric in zip(self.columns, self.is_numeric, strict=True)
        )

    def to_file(self) -> DataFile:
        """Make the data file that holds everything that was read."""
        columns = zip(self.names, self.types, self.is_numeric, self.summaries, strict=True)
        record = {
            "columns": [
                {"name": name, "type": kind, "numeric": numeric, "summary": summary.to_json()}
                for name, kind, numeric, summary in columns
            ],
            "cells": [list(map(_short, cells)) for cells in self.columns],
            "rows": self.n_rows,
            "width": self.n_columns,
        }
        return data_file("table", record)


def make_table(
    header: Sequence[Cell],
    rows: Iterable[Sequence[Cell]],
    n_rows: int | None,
    types: Sequence[str] = (),
    place: Place = nowhere,
) -> TableData:
    """Make a table of rows.

    Parameters
    ----------
    header : sequence
        Names of the columns.
    rows : iterable of sequence
        Short and long ones are allowed; what is beyond the caps is left out.
    n_rows : int or None
        Rows in all.
    types : sequence of str
        Of the columns, as the format declares them; guessed from the cells when empty.
    place : callable
        Where the pictures lie that cells name, as MLflow's ``log_table`` writes them.

    Returns
    -------
    TableData
    """
    limit = read_limit(len(header))
    kept: list[Sequence[Cell]] = []
    n_chars = 0
    for row in rows:
        if len(kept) == limit or n_chars > MAX_CHARS:
            break
        plain = [_plain(cell, place) for cell in row[:MAX_READ_COLUMNS]]
        n_chars += sum(len(cell) for cell in plain if isinstance(cell, str))
        kept.append(plain)
    width = min(max(map(len, [header, *kept])), MAX_READ_COLUMNS)
    names = [_name(name) for name in header[:width]] + [""] * (width - len(header))
    columns = tuple([row[at] if at < len(row) else None for row in kept] for at in range(width))
    kinds = tuple(types[:width]) or tuple(map(_guess_type, columns))
    return TableData(tuple(names), kinds, columns, n_rows, max(len(header), width))


def _plain(cell: Cell, place: Place) -> Cell:
    """Make of a value what a data file can hold without loss."""
    if cell is None or isinstance(cell, (bool, float)):
        return cell
    if isinstance(cell, int):
        return cell if abs(cell) <= EXACT_INT else str(cell)
    if isinstance(cell, dict) and (picture := _picture(cell, place)):
        return picture
    if isinstance(cell, (dict, list, tuple)):
        cell = json.dumps(cell, ensure_ascii=False, default=str)
    text = cell if isinstance(cell, str) else str(cell)
    return text if len(text) <= MAX_CELL_CHARS else f"{text[:MAX_CELL_CHARS]}…"


def _picture(cell: dict[str, Cell], place: Place) -> dict[str, str] | None:
    """Find a picture of the run's own; anything else stays text."""
    if cell.get("type") != "image":
        return None
    paths = (str(cell.get(key) or "") for key in ("compressed_filepath", "filepath"))
    found = {path: place(path) for path in paths if guess(path) in PICTURES}
    small, *others = [src for src in found.values() if src] or [""]
    return {"src": small, "full": (others or [small])[0]} if small else None


def _name(cell: Cell) -> str:
    text = "" if cell is None else str(cell)
    return text if len(text) <= MAX_CELL_CHARS else f"{text[:MAX_CELL_CHARS]}…"


def _short(cell: Cell) -> Cell:
    """Write a text that is a number as one, where that reads the same."""
    if not isinstance(cell, str) or not cell or len(cell) > 20 or cell[0] not in "-0123456789":
        return cell
    number = number_of(cell)
    if not math.isfinite(number) or number == 0:
        return cell
    whole = int(number) if number.is_integer() and abs(number) < 1e15 else number
    return whole if str(whole) == cell and "e" not in cell else cell


def _names_numbers(kind: str) -> bool:
    return kind.startswith(("int", "uint", "float", "double", "half", "decimal"))


def _guess_type(cells: Iterable[Cell]) -> str:
    known = {_type_of(cell) for cell in cells if not is_missing(cell)}
    if known <= {"int"}:
        return "int" if known else ""
    if known <= {"int", "float"}:
        return "float"
    return known.pop() if len(known) == 1 else "text"


def _type_of(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "bool"
    if isinstance(cell, (int, float)):
        return type(cell).__name__
    if isinstance(cell, dict):
        return "image"
    return _type_of_text(cell)


def _type_of_text(text: str) -> str:
    if text in {"True", "False", "true", "false"}:
        return "bool"
    if math.isnan(number_of(text)) and text.strip().lower() not in {"nan", "-nan", "+nan"}:
        return "text"
    return "int" if text.strip().lstrip("+-").isdigit() else "float"
