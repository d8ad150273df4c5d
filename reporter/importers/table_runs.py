"""Gather the rows of a table by run, and say of each column what it is for its run."""

from __future__ import annotations

import json
import math
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice
from typing import Any

import numpy as np

from reporter.events import Event, MetricsLogged, ParamsLogged, TagsSet
from reporter.importers.loose_values import LooseValues
from reporter.importers.params import param_text
from reporter.importers.point_buffer import points_event, to_int64
from reporter.importers.table_mapping import (
    Mapped,
    check_options,
    find_mapping,
    read_time,
    to_number,
)
from reporter.importers.table_rows import Row

__all__ = ["TableRun", "gather_runs"]

# Lines of JSON may have other names each: what a log's columns are, its first lines tell.
_PEEKED_ROWS = 1000


class TableRun:
    """Rows of one run.

    Parameters
    ----------
    key : str
        What the run column says; empty when the table is one run.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        self.n_rows = 0
        self._steps = array("d")
        self._times = array("q")
        self._numbers: dict[str, tuple[array[int], array[float]]] = {}
        self._first: dict[str, Any] = {}  # Any: what a cell holds
        self._texts: dict[str, list[tuple[int, Any]]] = {}

    def add(self, row: Row, mapping: Mapped) -> None:
        """Take a row."""
        step = to_number(row.get(mapping.step))
        self._steps.append(math.nan if step is None else step)
        self._times.append(read_time(row[mapping.time]) if mapping.time in row else 0)
        if mapping.key in row:
            self._add(str(row[mapping.key]), row.get(mapping.value))
        for name, value in row.items():
            if name not in mapping.special:
                self._add(name, value)
        self.n_rows += 1

    def _add(self, name: str, value: Any) -> None:
        self._first.setdefault(name, value)
        number = to_number(value)
        if number is None:
            self._texts.setdefault(name, []).append((self.n_rows, value))
            return
        rows, numbers = self._numbers.setdefault(name, (array("q"), array("d")))
        rows.append(self.n_rows)
        numbers.append(number)

    def constants(self) -> set[str]:
        """Return the columns of numbers that say the same in each row, of two rows or more."""
        return {
            name
            for name, (_, numbers) in self._numbers.items()
            if len(numbers) == self.n_rows > 1 and numbers.count(numbers[0]) == len(numbers)
        }

    def times(self, otherwise_ms: int) -> tuple[int, int]:
        """Return when the run's first and last rows were written."""
        known = [time for time in self._times if time] or [otherwise_ms]
        return min(known), max(known)

    def facts(self, mapping: Mapped, at_ms: int) -> Iterator[Event]:
        """Yield params and tags."""
        named = {name: param_text(self._first[name]) for name in self._fixed(mapping)}
        tags = {name: text for name, text in named.items() if name in mapping.tags}
        params = {name: text for name, text in named.items() if name not in tags}
        if params:
            yield ParamsLogged(at_ms=at_ms, params=params)
        if tags:
            yield TagsSet(at_ms=at_ms, tags=tags)

    def points(self, mapping: Mapped, otherwise_ms: int) -> Iterator[MetricsLogged]:
        """Yield the metrics, in the order of the columns."""
        fixed = self._fixed(mapping)
        steps, are_steps = self._row_steps()
        times = np.frombuffer(self._times, dtype=np.int64)
        times = np.where(times == 0, otherwise_ms, times)
        columns = {n: (np.asarray(r), np.asarray(v)) for n, (r, v) in self._numbers.items()}
        if not are_steps:
            known = np.flatnonzero(np.isfinite(self._steps))
            columns[mapping.step] = (known, np.asarray(self._steps)[known])
        for name, (rows, numbers) in columns.items():
            if name not in fixed:
                yield points_event(name, numbers, steps[rows], times[rows])

    def loose(self, mapping: Mapped) -> LooseValues:
        """Return the texts that are not the run's params or tags."""
        fixed, found = self._fixed(mapping), LooseValues()
        steps, _ = self._row_steps()
        for name, texts in self._texts.items():
            if name not in fixed:
                for row, value in texts:
                    found.add(name, value, int(steps[row]))
        return found

    def _fixed(self, mapping: Mapped) -> list[str]:
        """Name the columns that are params or tags of this run."""
        return [name for name in self._first if self._is_fixed(name, mapping)]

    def _is_fixed(self, name: str, mapping: Mapped) -> bool:
        if mapping.is_config(name) or name in mapping.tags:
            return True
        if name in self._numbers:
            is_mixed = name in self._texts
            return mapping.is_run_a_row and not is_mixed and not mapping.is_metric(name)
        texts = [json.dumps(value, default=str) for _, value in self._texts[name]]
        is_whole = len(texts) == self.n_rows or mapping.is_run_a_row
        return is_whole and len(set(texts)) == 1

    def _row_steps(self) -> tuple[np.ndarray, bool]:
        """Return each row's step, and whether the step column has whole numbers only.

        Where it has not, rows are counted. A row that says nothing has the step of the one before.
        """
        steps = np.asarray(self._steps)
        known = np.isfinite(steps)
        if not known.any() or not (steps[known] == np.round(steps[known])).all():
            return np.arange(self.n_rows), not known.any()
        last = np.maximum.accumulate(np.where(known, np.arange(len(steps)), -1))
        filled = np.where(last >= 0, steps[last], steps[np.flatnonzero(known)[0]])
        return np.array([to_int64(step) for step in filled], dtype=np.int64), True


def gather_runs(rows: Iterable[Row], options: Mapping[str, str]) -> tuple[Mapped, list[TableRun]]:
    """Read a table into runs.

    Parameters
    ----------
    rows : iterable of mapping
    options : mapping of str to str
        See :func:`~reporter.importers.table_mapping.find_mapping`.

    Returns
    -------
    tuple
        What the columns are, and the runs in the order of their first rows.

    Raises
    ------
    InvalidInputError
        An option is wrong.
    """
    names: dict[str, None] = {}
    rest = iter(rows)
    first = list(islice(rest, _PEEKED_ROWS))
    for row in first:
        names.update(dict.fromkeys(row))
    mapping = find_mapping(names, options)
    runs: dict[str, TableRun] = {}
    for number, row in enumerate(chain(first, rest)):
        names.update(dict.fromkeys(row))
        key = str(row.get(mapping.run, "")) if mapping.run else ""
        if mapping.is_run_a_row and not mapping.run:
            key = str(number)
        runs.setdefault(key, TableRun(key)).add(row, mapping)
    check_options(list(names), options)
    found = list(runs.values())
    return _refine(mapping, found), found


def _refine(mapping: Mapped, runs: list[TableRun]) -> Mapped:
    """Say what only all rows together can tell."""
    if not mapping.run:
        return mapping
    if len(runs) > 1 and not mapping.is_log and all(run.n_rows == 1 for run in runs):
        return replace(mapping, is_run_a_row=True)
    constants = set.intersection(*(run.constants() for run in runs)) if len(runs) > 1 else set()
    settings = {name for name in constants if not mapping.is_metric(name)}
    return replace(mapping, params=mapping.params | settings)
