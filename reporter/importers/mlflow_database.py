"""What MLflow's database holds, by name of table and column: schemas of 1.0 to 3.17 and after.

Columns came over the years; what a database does not have reads as nothing. Rows are asked for
run by run, so that memory does not grow with the database.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import numpy as np

from reporter.events import MetricsLogged
from reporter.importers.point_buffer import points_event
from reporter.importers.sqlite_source import table_columns

__all__ = ["Database", "Row"]

Row = dict[str, Any]
"""Column to value: what SQLite has."""

# MLflow cannot store an infinity in its database and writes the largest number there is.
_CLAMPED = np.finfo(np.float64).max
_BATCH = 100_000


class Database:
    """An open database of MLflow.

    Parameters
    ----------
    connection : sqlite3.Connection
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._columns = table_columns(connection)
        self._counts: dict[str, tuple[int, int]] | None = None
        self._points = "metrics"

    def rows(self, table: str, where: str = "", *values: object) -> list[Row]:
        """Return rows with all their columns; none of a table that is not there.

        Parameters
        ----------
        table : str
            One of MLflow's, named by this package.
        where : str
            Columns that must equal `values`, separated by spaces; rows are then none when the
            table lacks one of them.
        """
        columns = self._columns.get(table)
        wanted = where.split()
        if columns is None or not columns.issuperset(wanted):
            return []
        names = sorted(columns)
        text = f"SELECT {', '.join(map(_quoted, names))} FROM {_quoted(table)}"  # noqa: S608
        if wanted:
            text += " WHERE " + " AND ".join(f"{_quoted(name)} = ?" for name in wanted)
        found = self._connection.execute(text, values).fetchall()
        return [dict(zip(names, row, strict=True)) for row in found]

    def pairs(self, table: str, where: str, value: object) -> dict[str, str]:
        """Return keys and values of a table of tags or params, as texts."""
        return {
            str(row["key"]): "" if row["value"] is None else str(row["value"])
            for row in self.rows(table, where, value)
            if {"key", "value"} <= row.keys()
        }

    def count(self, table: str) -> int:
        """Return how many rows a table has; 0 when there is none."""
        if table not in self._columns:
            return 0
        text = f"SELECT COUNT(*) FROM {_quoted(table)}"  # noqa: S608
        return int(self._connection.execute(text).fetchone()[0])

    def size_of_series(self, run_id: str) -> tuple[int, int]:
        """Return how many points a run has and the number of the row that came last.

        Points are never changed, so this tells whether there are new ones.
        """
        if self._counts is None:
            text = "SELECT run_uuid, COUNT(*), MAX(rowid) FROM metrics GROUP BY run_uuid"
            has = "run_uuid" in self._columns.get("metrics", ())
            found = self._connection.execute(text) if has else ()
            self._counts = {row[0]: (row[1], row[2]) for row in found}
        return self._counts.get(run_id, (0, 0))

    def points(self, run_id: str) -> Iterator[MetricsLogged]:
        """Yield the series of a run as MLflow itself reads them: by time, equal times by step.

        Parameters
        ----------
        run_id : str

        Yields
        ------
        MetricsLogged
            Possibly several of one metric.
        """
        if self.size_of_series(run_id)[0] == 0:
            return
        self._arrange_points()
        columns = self._columns["metrics"]
        step = "step" if "step" in columns else "0"
        is_nan = "is_nan" if "is_nan" in columns else "0"
        cursor = self._connection.execute(
            f"SELECT key, timestamp, {step} AS at_step, value, {is_nan} FROM {self._points} "  # noqa: S608
            "WHERE run_uuid = ? ORDER BY key, timestamp, at_step, value",
            (run_id,),
        )
        while rows := cursor.fetchmany(_BATCH):
            yield from _series(rows)

    def _arrange_points(self) -> None:
        """See to it that one run's points can be found without looking at all of them.

        Databases before 1.23 have no index for it; SQLite then keeps a sorted copy of its own,
        never beside the database.
        """
        if self._points != "metrics" or self._has_index():
            return
        self._connection.execute("CREATE TEMP TABLE sorted_metrics AS SELECT * FROM metrics")
        self._connection.execute("CREATE INDEX temp.by_run ON sorted_metrics (run_uuid)")
        self._points = "temp.sorted_metrics"

    def _has_index(self) -> bool:
        found = self._connection.execute("SELECT name FROM pragma_index_list('metrics')").fetchall()
        first = "SELECT name FROM pragma_index_info(?) ORDER BY seqno LIMIT 1"
        names = (self._connection.execute(first, row).fetchone() for row in found)
        return any(name and name[0] == "run_uuid" for name in names)


def _series(rows: list[tuple[Any, ...]]) -> Iterator[MetricsLogged]:
    """Cut rows, sorted by key, into one event a key."""
    start = 0
    for end in range(1, len(rows) + 1):
        if end < len(rows) and rows[end][0] == rows[start][0]:
            continue
        part = rows[start:end]
        values = np.array([_number(row[3]) for row in part], dtype=np.float64)
        values[np.abs(values) == _CLAMPED] *= np.inf
        values[np.array([bool(row[4]) for row in part])] = np.nan
        steps = np.array([row[2] or 0 for row in part], dtype=np.int64)
        times = np.array([row[1] or 0 for row in part], dtype=np.int64)
        yield points_event(str(part[0][0]), values, steps, times)
        start = end


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else float("nan")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
