"""Trackio's databases: one SQLite file a project, with a row of JSON for each call of ``log``.

Files lie beside it under ``media/<project>/<run>/<step>/``. Trackio does not keep whether a run has
ended; it counts as finished at its last row.
"""

from __future__ import annotations

import json
import os
import posixpath
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reporter.events import Event, ParamsLogged, RunEnded, RunStarted, TagsSet
from reporter.importers import registry
from reporter.importers.figures import bytes_artifact, file_name
from reporter.importers.files import FoundFile, artifact_of, find_file, walk_files
from reporter.importers.loose_values import LooseValues, as_number
from reporter.importers.media_values import MediaValues
from reporter.importers.params import flatten_params
from reporter.importers.point_buffer import PointBuffer, to_int64
from reporter.importers.records import (
    ArtifactSource,
    ImportedExperiment,
    ImportedItem,
    ImportedRun,
    ImportOptions,
    Source,
    derive_run_id,
    fingerprint_of,
)
from reporter.importers.sqlite_source import is_sqlite, open_database, table_columns
from reporter.importers.times import ms_of_iso
from reporter.model import Problem, RunStatus
from reporter.store.layout import is_run_id

__all__ = ["detect", "read"]

_NEEDED = {"metrics": {"run_name", "step", "timestamp", "metrics"}}
# What Trackio keeps of traces and versioned artifacts has no counterpart here.
_LEFT_OUT = {"traces": "traces", "artifact_versions": "versioned artifacts"}
_ERRORS = (sqlite3.Error, OSError)

Rows = list[tuple[Any, ...]]  # Any: as SQLite has it


@dataclass(frozen=True)
class _Run:
    """A run's id in the database (its name, before Trackio had ids), name and counts."""

    key: str
    name: str
    n_rows: int
    last_row: int


def detect(path: str) -> int:
    """Recognise a database by its tables."""
    if not path.endswith(".db") or not is_sqlite(path):
        return registry.NO
    try:
        with open_database(path) as connection:
            tables = table_columns(connection)
    except _ERRORS:
        return registry.NO
    is_ours = all(columns <= tables.get(name, set()) for name, columns in _NEEDED.items())
    return registry.CERTAIN if is_ours and "configs" in tables else registry.NO


@registry.importer(
    "trackio",
    label="Trackio databases",
    detect=detect,
    companions=("media", "artifacts"),
)
def read(source: Source, options: ImportOptions) -> Iterator[ImportedItem]:
    """Yield the runs of a project."""
    options.check([])
    project = os.path.splitext(os.path.basename(source.path))[0]
    experiment = options.experiment or project
    try:
        with open_database(source.path) as connection:
            database = _Database(connection)
            runs = database.runs()
            yield ImportedExperiment(source_id=experiment, name=experiment, n_runs=len(runs))
            yield from database.left_out(_where(source))
            for run in runs:
                yield _imported_run(_Reading(source, database, project, run), experiment)
    except _ERRORS as error:
        yield _problem("Unreadable database", _where(source), str(error))


def _imported_run(reading: _Reading, experiment: str) -> ImportedRun:
    """Describe a run; it is read while the database is open."""
    return ImportedRun(
        run_id=reading.run_id,
        experiment=experiment,
        fingerprint=reading.fingerprint(),
        events=reading.events(),
        artifacts=reading.artifacts(),
    )


def _where(source: Source) -> str:
    return source.name or os.path.basename(source.path)


class _Database:
    """The tables of a project, in the form of any of Trackio's versions."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._tables = table_columns(connection)

    def runs(self) -> list[_Run]:
        """Return the runs in the order of their first rows; last those that logged nothing."""
        key = self._key("metrics")
        found = self._connection.execute(
            f"SELECT {key}, MAX(run_name), COUNT(*), MAX(rowid) FROM metrics GROUP BY {key} "  # noqa: S608
            "ORDER BY MIN(rowid)"
        )
        runs = [_Run(str(row[0]), str(row[1]), row[2], row[3]) for row in found]
        known = {run.key for run in runs}
        empty = self._connection.execute(f"SELECT {self._key('configs')}, run_name FROM configs")  # noqa: S608
        return runs + [_Run(str(k), str(name), 0, 0) for k, name in empty if str(k) not in known]

    def rows(self, table: str, columns: str, run: str) -> Rows:
        """Return a run's rows of a table, in the order they were written."""
        if table not in self._tables:
            return []
        query = f"SELECT {columns} FROM {table} WHERE {self._key(table)} = ? ORDER BY rowid"  # noqa: S608
        return self._connection.execute(query, (run,)).fetchall()

    def left_out(self, where: str) -> Iterator[Problem]:
        """List what is in the database and is not imported."""
        for table, what in _LEFT_OUT.items():
            if table in self._tables:
                count = self._connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]  # noqa: S608
                if count:
                    yield Problem(what="Left out", where=where, detail=f"{count:,} {what}")

    def _key(self, table: str) -> str:
        return "run_id" if "run_id" in self._tables[table] else "run_name"


class _Reading:
    """One run, read once."""

    def __init__(self, source: Source, database: _Database, project: str, run: _Run) -> None:
        self._database = database
        self._where = _where(source)
        self._root = os.path.dirname(os.path.abspath(source.path))
        self._project = project
        self._run = run
        self._points = PointBuffer()
        self._loose = LooseValues()
        self._media = MediaValues("trackio.")
        self._alerts: Rows = []
        self._times: list[int] = []
        self._unreadable = 0

    @property
    def run_id(self) -> str:
        """The run's own id, where Trackio gave it one."""
        key = self._run.key
        return key if is_run_id(key) else derive_run_id("trackio", self._project, key)

    def fingerprint(self) -> str:
        """Condense what the run's rows and files look like."""
        folder = os.path.join(self._root, "media", self._project, self._run.name)
        files = [item for item in walk_files(folder, self._root) if isinstance(item, FoundFile)]
        facts: list[tuple[object, ...]] = [(f.path, f.size_bytes, f.modified_ns) for f in files]
        run = self._run
        try:
            config = repr(self._database.rows("configs", "config", run.key))
        except sqlite3.Error as error:
            config = str(error)
        return fingerprint_of([*facts, (run.name, run.n_rows, run.last_row, config)])

    def events(self) -> Iterator[Event | Problem]:
        """Read the run's rows."""
        try:
            config = self._read(self._database)
        except sqlite3.Error as error:  # a damaged page: other runs may lie on good ones
            yield _problem("Unreadable rows", self._where, f"run '{self._run.name}': {error}")
            config = {}
        created_ms = ms_of_iso(config.pop("_Created", None))
        start_ms = created_ms or min(self._times, default=0)
        yield RunStarted(at_ms=start_ms, run_id="", experiment_id="", run_name=self._run.name)
        tags = {"group": config.pop("_Group", None), "mlflow.user": config.pop("_Username", None)}
        yield TagsSet(at_ms=start_ms, tags={k: str(v) for k, v in tags.items() if v})
        if config:
            yield ParamsLogged(at_ms=start_ms, params=flatten_params(config))
        yield from self._points.events()
        if self._unreadable:
            detail = f"{self._unreadable:,} of the run '{self._run.name}' hold no JSON"
            yield _problem("Unreadable rows", self._where, detail)
        yield RunEnded(at_ms=max(self._times, default=start_ms), status=RunStatus.FINISHED)

    def artifacts(self) -> Iterator[ArtifactSource | Problem]:
        """Yield the files that rows name, and those made of what rows hold."""
        for path, media in self._media.files.items():
            where = posixpath.join("media", path)
            found = find_file(os.path.join(self._root, *where.split("/")), self._root, where)
            if isinstance(found, FoundFile):
                suffix = posixpath.splitext(path)[1]
                name = f"media/{file_name(media.key)}+step+{media.step}{suffix}"
                yield replace(artifact_of(found, name), **vars(media))
            else:
                yield found or _missing(where)
        yield from self._media.artifacts()
        yield from self._loose.artifacts()
        if self._alerts:
            table = {"columns": ["time", "level", "title", "text", "step"], "data": self._alerts}
            data = json.dumps(table, ensure_ascii=False).encode("utf-8", "replace")
            yield bytes_artifact("alerts.json", data, kind="table")

    def _read(self, database: _Database) -> dict[str, Any]:  # Any: as JSON has it
        key = self._run.key
        for timestamp, step, text in database.rows("metrics", "timestamp, step, metrics", key):
            values = self._parse(text)
            time_ms = self._time(timestamp)
            for name, value in values.items():
                self._take(name, value, to_int64(step), time_ms)
        load = database.rows("system_metrics", "timestamp, metrics", key)
        for step, (timestamp, text) in enumerate(load):
            for name, value in self._parse(text).items():
                self._take(f"system/{name}", value, step, self._time(timestamp))
        self._alerts = database.rows("alerts", "timestamp, level, title, text, step", key)
        rows = database.rows("configs", "config", key)
        return self._parse(rows[-1][0]) if rows else {}

    def _take(self, name: str, value: object, step: int, time_ms: int) -> None:
        number = as_number(value)
        if number is not None:
            self._points.add(name, number, step, time_ms)
        elif not isinstance(value, Mapping) or not self._media.add(name, value, step, time_ms):
            self._loose.add(name, value, step)

    def _parse(self, text: str | bytes) -> dict[str, Any]:
        try:
            found = json.loads(text)
        except (ValueError, TypeError, RecursionError):
            found = None
        if isinstance(found, dict):
            return found
        self._unreadable += 1
        return {}

    def _time(self, timestamp: object) -> int:
        time_ms = ms_of_iso(timestamp)
        if time_ms:
            self._times.append(time_ms)
        return time_ms


def _missing(where: str) -> Problem:
    return Problem(
        what="Missing artifact",
        where=where,
        detail="a row names it, the folder does not have it",
        hint="Copy the file there, then import again",
        severity="error",
    )


def _problem(what: str, where: str, detail: str) -> Problem:
    return Problem(what=what, where=where, detail=detail, severity="error")
