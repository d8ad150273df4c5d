"""Rows of CSV, TSV, JSON-lines and Parquet files, one by one, whatever state the file is in.

A row that cannot be read is passed over and counted; nothing is guessed about what a column means.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TextIO

__all__ = ["BadRows", "Row", "is_table", "iter_rows"]

Row = Mapping[str, Any]
"""Column to value: text of CSV, and of other kinds whatever they have; without empty cells."""

_DELIMITERS = ",\t;|"
_PIECE_ROWS = 10_000
_SHOWN = 3
_MAX_DEPTH = 8


@dataclass
class BadRows:
    """Rows that could not be read."""

    count: int = 0
    reasons: list[str] = field(default_factory=list)

    def add(self, line: int, reason: str) -> None:
        """Note one, by the number of its line or row."""
        self.count += 1
        if len(self.reasons) < _SHOWN:
            self.reasons.append(f"line {line:,}: {reason}")

    def describe(self) -> str:
        """Say which; empty when there are none."""
        more = f" and {self.count - _SHOWN:,} more" if self.count > _SHOWN else ""
        return "; ".join(self.reasons) + more


def is_table(path: str) -> bool:
    """Tell by its name whether a file is of a kind that is read here."""
    return os.path.splitext(path)[1].lower() in _READERS


def iter_rows(path: str, bad: BadRows) -> Iterator[Row]:
    """Yield the rows of a file.

    Parameters
    ----------
    path : str
        With a suffix that :func:`is_table` knows.
    bad : BadRows
        Takes what cannot be read.

    Raises
    ------
    OSError
    """
    return _READERS[os.path.splitext(path)[1].lower()](path, bad)


def _iter_csv(path: str, bad: BadRows) -> Iterator[Row]:
    with _open(path) as file:
        first = file.readline()
        file.seek(0)
        delimiter = max(_DELIMITERS, key=first.count)
        reader = csv.reader((line.replace("\0", "") for line in file), delimiter=delimiter)
        names: list[str] = []
        while True:
            try:
                cells = next(reader, None)
            except csv.Error as error:
                bad.add(reader.line_num, str(error))
                continue
            if cells is None:
                return
            if not names:
                names = _distinct(cells)
            elif len(cells) > len(names):
                bad.add(reader.line_num, f"{len(cells)} cells in {len(names)} columns")
            elif cells and cells != names[: len(cells)]:  # a header again, where logs were joined
                yield {n: c for n, c in zip(names, cells, strict=False) if c.strip() and n}


def _distinct(names: list[str]) -> list[str]:
    """Tell columns of one name apart by numbers; an index, without a name, stays without."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        count = seen[name] = seen.get(name, 0) + 1
        out.append(name if count == 1 or not name else f"{name}.{count - 1}")
    return out


def _iter_json_lines(path: str, bad: BadRows) -> Iterator[Row]:
    with _open(path) as file:
        for number, line in enumerate(file, 1):
            if not line.strip("\0 \t\r\n"):
                continue
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                bad.add(number, "no JSON" if line.endswith("\n") else "half a line")
                continue
            if isinstance(found, dict):
                yield dict(_leaves(found, "", _MAX_DEPTH))
            else:
                bad.add(number, "no JSON object")


def _leaves(values: Row, above: str, depth: int) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict) and value and depth:
            yield from _leaves(value, f"{above}{name}.", depth - 1)
        elif value is not None:
            yield f"{above}{name}", value


def _iter_parquet(path: str, bad: BadRows) -> Iterator[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_PIECE_ROWS):
                for row in batch.to_pylist():
                    yield {name: value for name, value in row.items() if value is not None}
    except (pa.ArrowException, ValueError) as error:
        bad.add(1, f"no Parquet that can be read ({error})")


def _open(path: str) -> TextIO:
    return open(path, encoding="utf-8-sig", errors="replace", newline="")


_READERS: dict[str, Callable[[str, BadRows], Iterator[Row]]] = {
    ".csv": _iter_csv,
    ".tsv": _iter_csv,
    ".jsonl": _iter_json_lines,
    ".ndjson": _iter_json_lines,
    ".parquet": _iter_parquet,
}
