"""Everything a run's folder holds, read once and in an order that makes crashes harmless.

Journals are read before tables. A compaction that runs meanwhile can only make a table cover
more, never less, and a journal that it retired is in the table which is read after; so no point is
missed or doubled, whatever happens between two of our reads.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from reporter.errors import StoreVersionError
from reporter.events import Event, WriterClosed, WriterOpened, from_lines
from reporter.model import MetricSummary, Problem, Run
from reporter.store import layout
from reporter.store.fold import fold, merge, summarise
from reporter.store.points import PointTable, read_points
from reporter.store.tables import Points, RunRow, read_points_table, read_run_table

if TYPE_CHECKING:
    import numpy as np

__all__ = ["RunSources", "read_events", "read_sources", "summarise_all"]

_T = TypeVar("_T", RunRow, Points)
_BAD_LINE = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


@dataclass
class RunSources:
    """What was found in a run's folder.

    Parameters
    ----------
    folder : str
    run_id, experiment_id : str
    events : dict of str to bytes
        Journals of events, whole.
    points : dict of str to bytes
        Journals of points, whole.
    row : RunRow or None
        `run.parquet`, or an empty one; read when it is first needed.
    table : Points or None
        `metrics.parquet`; read when it is first needed.
    problems : list of Problem
    writers : dict of str to list of Event
        Parsed events by journal, filled by :meth:`run`.
    is_thorough : bool
        Whether every column of both tables is decoded, as a check of them needs.
    """

    folder: str
    run_id: str
    experiment_id: str
    events: dict[str, bytes] = field(default_factory=dict)
    points: dict[str, bytes] = field(default_factory=dict)
    row: RunRow | None = None
    table: Points | None = None
    problems: list[Problem] = field(default_factory=list)
    writers: dict[str, list[Event]] = field(default_factory=dict)
    is_thorough: bool = False

    def lines(self) -> dict[str, list[bytes]]:
        """Event lines by journal: those of the table, and the journals' beyond what it covers."""
        row = self.load_row()
        out = {name: list(lines) for name, lines in row.lines.items()}
        for name, data in self.events.items():
            whole = data[: data.rfind(b"\n") + 1]
            torn = len(data) - len(whole)
            if torn and torn != data.count(b"\0", len(whole)):
                self.report(
                    "Torn last line", name, f"{torn} bytes at byte {len(whole)} are no whole line"
                )
            fresh = whole[row.covers.get(name, 0) :]
            if fresh:
                out.setdefault(name, []).extend(fresh.splitlines())
        return out

    def run(self) -> Run:
        """Fold everything into the run's state."""
        journals = {name: self.parse(name, lines) for name, lines in self.lines().items()}
        if not any(journals.values()) and not self.problems:
            self._report_silence()
        run = fold(self.run_id, self.experiment_id, merge(journals), self.summaries())
        self.writers = journals
        return run

    def _report_silence(self) -> None:
        """List that no event was found: a table is gone, or the first write never came about."""
        lost = "nothing says what this run is called, what its params were or how it ended"
        if self.events:
            self.report("Empty journal", next(iter(self.events)), lost)
        else:
            hint = "Copy the file back from a backup."
            self.report("Missing table", layout.RUN_TABLE, lost, hint)

    def summaries(self) -> dict[str, MetricSummary]:
        """Return each metric's summary, from the table's row when no journal adds to it."""
        if not self.points or not any(self.points.values()):
            return dict(self.load_row().summaries)
        return summarise_all(self.all_points())

    def all_points(self, wanted: Collection[str] | None = None) -> Points:
        """Join the table of points with what the journals have beyond it.

        Points of other keys than those wanted may be left out.
        """
        table = self.load_table(wanted)
        covers = dict(table.covers) if table else {}
        fresh: list[PointTable] = []
        for name, data in sorted(self.points.items()):
            if len(data) > covers.get(name, 0):
                found = read_points(data, covers.get(name, 0))
                covers[name] = found.size_bytes
                fresh.append(found)
                if found.damage:
                    self.report("Torn record", name, found.damage)
        return _join(table, fresh, covers)

    def load_row(self) -> RunRow:
        """Read `run.parquet`, once.

        It is asked for by name and not by the listing: a compaction may have made it since.
        """
        if self.row is None:
            path = os.path.join(self.folder, layout.RUN_TABLE)
            read = partial(read_run_table, is_thorough=self.is_thorough)
            self.row = self._try(read, path) or RunRow()
        return self.row

    def load_table(self, wanted: Collection[str] | None = None) -> Points | None:
        """Read `metrics.parquet`, once; None when there is none."""
        if self.table is not None:
            return self.table
        path = os.path.join(self.folder, layout.METRICS_TABLE)
        read = partial(read_points_table, wanted=wanted, is_thorough=self.is_thorough)
        table = self._try(read, path)
        if wanted is None:
            self.table = table
        return table

    def _try(self, read: Callable[[str], _T], path: str) -> _T | None:
        """Read a table; a missing one is None, a damaged one is None and a problem."""
        if not os.path.exists(path):
            return None
        try:
            return read(path)
        except FileNotFoundError:
            return None
        except StoreVersionError as error:
            self.report("Newer version", os.path.basename(path), error.message, error.hint)
        except _damage() as error:
            detail = str(error).partition("\n")[0]
            hint = "Copy the file back from a backup."
            self.report("Unreadable table", os.path.basename(path), detail, hint)
        return None

    def parse(self, name: str, lines: Sequence[bytes]) -> list[Event]:
        """Read event lines; those that cannot be read are problems."""
        try:
            return from_lines(lines)
        except _BAD_LINE:
            pass  # one of them, and perhaps not the only one: each by itself then
        events = []
        for number, line in enumerate(lines, start=1):
            try:
                events += from_lines([line])
            except _BAD_LINE as error:
                self.report("Unreadable line", name, f"line {number}: {error}")
        return events

    def report(self, what: str, name: str, detail: str, hint: str = "") -> None:
        """List a problem, once."""
        where = f"{self.experiment_id}/{self.run_id}/{name}"
        severity = "error" if what in ("Unreadable table", "Missing table") else "warning"
        problem = Problem(what=what, where=where, detail=detail, hint=hint, severity=severity)
        if problem not in self.problems:
            self.problems.append(problem)

    def open_writers(self) -> list[WriterOpened]:
        """Return the openings of journals that were not closed; call after :meth:`run`."""
        opened = []
        for name, events in self.writers.items():
            is_closed = any(isinstance(event, WriterClosed) for event in events)
            if not is_closed and name in self.events:
                opened += [event for event in events if isinstance(event, WriterOpened)]
        return opened


def _damage() -> tuple[type[BaseException], ...]:
    """Return what reading a damaged table raises; asked for, and pyarrow imported, only then."""
    import pyarrow as pa

    return (OSError, ValueError, KeyError, TypeError, pa.ArrowException)


def read_sources(folder: str, run_id: str, experiment_id: str) -> RunSources:
    """Read the journals of a run's folder; its tables are read when they are needed.

    Parameters
    ----------
    folder : str
    run_id, experiment_id : str

    Returns
    -------
    RunSources
        Never raises for what is damaged: that is listed in its problems.
    """
    sources = RunSources(folder=folder, run_id=run_id, experiment_id=experiment_id)
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        sources.report("Unreadable folder", "", f"{error.strerror}")
        return sources
    for name in names:
        if layout.is_events_journal(name):
            _read_into(sources, sources.events, name)
        elif layout.is_metrics_journal(name):
            _read_into(sources, sources.points, name)
    return sources


def _read_into(sources: RunSources, target: dict[str, bytes], name: str) -> None:
    try:
        with open(os.path.join(sources.folder, name), "rb") as file:
            target[name] = file.read()
    except FileNotFoundError:
        return  # retired since the listing: what it held is in the table
    except OSError as error:
        sources.report("Unreadable file", name, str(error.strerror), "Check its permissions.")


def read_events(folder: str, is_journal: Callable[[str], bool]) -> dict[str, list[Event]]:
    """Read the events of every journal in a folder; lines that cannot be read are left out."""
    experiment_id = os.path.basename(folder)
    sources = RunSources(folder=folder, run_id="", experiment_id=experiment_id, row=RunRow())
    for name in sorted(filter(is_journal, os.listdir(folder))):
        _read_into(sources, sources.events, name)
    return {name: sources.parse(name, lines) for name, lines in sources.lines().items()}


def summarise_all(points: Points) -> dict[str, MetricSummary]:
    """Summarise every metric of a table of points."""
    return {
        key: summarise(key, points.values[a:b], points.steps[a:b], points.timestamps_ms[a:b])
        for key, a, b in zip(points.keys, points.offsets, points.offsets[1:], strict=False)
    }


def _join(table: Points | None, fresh: list[PointTable], covers: dict[str, int]) -> Points:
    """Bring points of several sources into one table, by key and then in logged order."""
    import numpy as np

    if table is not None and not fresh:
        return table
    keys = sorted({*(table.keys if table else ()), *(key for part in fresh for key in part.keys)})
    number = {key: place for place, key in enumerate(keys)}
    # Sorting 16 bits takes a fifth of the time of sorting 64.
    kind = np.uint16 if len(keys) < 1 << 16 else np.int64
    codes, steps, times, values = [], [], [], []
    if table is not None:
        of_table = np.array([number[key] for key in table.keys], dtype=kind)
        codes.append(np.repeat(of_table, np.diff(table.offsets)))
        steps.append(table.steps)
        times.append(table.timestamps_ms)
        values.append(table.values)
    for part in fresh:
        of_part = np.array([number[key] for key in part.keys], dtype=kind)
        codes.append(of_part[part.key_ids] if len(part.keys) else np.zeros(0, dtype=kind))
        steps.append(part.steps)
        times.append(part.timestamps_ms)
        values.append(part.values)
    code = _concatenate(codes, kind)
    order = _logged_order(code, times)
    counts = np.bincount(code, minlength=len(keys))
    used = np.flatnonzero(counts)
    return Points(
        keys=[keys[place] for place in used],
        offsets=np.append(0, np.cumsum(counts[used])).astype(np.int64),
        steps=_concatenate(steps, np.int64)[order],
        timestamps_ms=_concatenate(times, np.int64)[order],
        values=_concatenate(values, np.float64)[order],
        covers=covers,
    )


def _concatenate(parts: list[np.ndarray], dtype: type) -> np.ndarray:
    import numpy as np

    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=dtype)


def _logged_order(code: np.ndarray, times: list[np.ndarray]) -> np.ndarray | slice:
    """Order rows by key; within one by time over several sources, as written within a source."""
    import numpy as np

    if len(times) > 1:
        reached = np.concatenate([np.maximum.accumulate(part) for part in times])
        return np.lexsort((reached, code))
    is_sorted = bool((code[1:] >= code[:-1]).all())
    return slice(None) if is_sorted else np.argsort(code, kind="stable")
