"""Runs out of plain tables: logs of Lightning and Keras, JSON lines, CSV and Parquet files.

A table is one run, or one for each value of its run column, or one a row. Columns that the user
says nothing about are told by their names and values: numbers are metrics, texts that stay the same
are params, other texts are kept as a table of the run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from reporter.events import Event, ParamsLogged, RunEnded, RunStarted
from reporter.importers import registry
from reporter.importers.files import FoundFile, artifact_of, find_file
from reporter.importers.naming import experiment_of, place_of, run_name_of
from reporter.importers.params import flatten_params, read_yaml
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
from reporter.importers.table_mapping import Mapped, find_mapping, to_number
from reporter.importers.table_rows import BadRows, is_table, iter_rows
from reporter.importers.table_runs import TableRun, gather_runs
from reporter.model import Problem, RunStatus
from reporter.store.layout import is_run_id

__all__ = ["detect", "read"]

_LIGHTNING = "metrics.csv"
_HPARAMS = "hparams.yaml"
_PEEKED_ROWS = 20


@dataclass(frozen=True)
class _Table:
    """A table's file, and its folder's params where Lightning wrote them."""

    file: FoundFile
    hparams: FoundFile | Problem | None = None


def detect(path: str) -> int:
    """Recognise a folder of Lightning's CSV logger, and a file that looks like a training's log."""
    if os.path.isdir(path):
        log = os.path.join(path, _LIGHTNING)
        is_logged = os.path.isfile(log) and _looks_like_log(log)
        return registry.LIKELY if is_logged else registry.NO
    if not is_table(path) or not os.path.isfile(path):
        return registry.NO
    return registry.LIKELY if _looks_like_log(path) else registry.POSSIBLE


def _looks_like_log(path: str) -> bool:
    """Tell whether the first rows have steps, and numbers beside them."""
    try:
        rows = list(islice(iter_rows(path, BadRows()), _PEEKED_ROWS))
    except OSError:
        return False
    mapping = find_mapping(dict.fromkeys(name for row in rows for name in row), {})
    steps = [to_number(row[mapping.step]) for row in rows if mapping.step in row]
    numbers = {n for row in rows for n, v in row.items() if to_number(v) is not None}
    if mapping.key:
        return mapping.value in numbers and bool(mapping.step or mapping.time)
    has_steps = bool(steps) and None not in steps
    return has_steps and bool(numbers - mapping.special)


@registry.importer("table", label="CSV, JSON-lines and Parquet tables", detect=detect)
def read(source: Source, options: ImportOptions) -> Iterator[ImportedItem]:
    """Yield the runs of a table."""
    table = _find(source)
    if isinstance(table, Problem):
        yield table
        return
    experiment = experiment_of(source, options)
    bad = BadRows()
    try:
        mapping, runs = gather_runs(iter_rows(table.file.file, bad), options.values)
    except OSError as error:
        yield _problem("Unreadable file", table.file.path, str(error.strerror))
        return
    if bad.count:
        yield _problem("Unreadable rows", table.file.path, bad.describe())
    yield ImportedExperiment(source_id=experiment, name=experiment, n_runs=len(runs))
    name = run_name_of(source)
    name = name if os.path.isdir(source.path) else os.path.splitext(name)[0]
    for run in runs:
        reading = _Reading(table, run, mapping)
        yield ImportedRun(
            run_id=reading.run_id(source),
            experiment=experiment,
            fingerprint=reading.fingerprint(options),
            events=reading.events(name),
            artifacts=reading.artifacts(),
        )


def _find(source: Source) -> _Table | Problem:
    """Find the file to read, and what lies beside it."""
    root, name = source.path, _LIGHTNING
    if not os.path.isdir(source.path):
        root, name = os.path.split(os.path.abspath(source.path))
    file = find_file(os.path.join(root, name), root, name)
    if isinstance(file, FoundFile):
        return _Table(file, find_file(os.path.join(root, _HPARAMS), root, _HPARAMS))
    return file or _problem("Missing file", name, "the folder does not have it")


class _Reading:
    """One run of a table."""

    def __init__(self, table: _Table, run: TableRun, mapping: Mapped) -> None:
        self._table = table
        self._run = run
        self._mapping = mapping
        self._changed_ms = table.file.modified_ns // 1_000_000

    def run_id(self, source: Source) -> str:
        """Return the run's own id, if it is one, else one of the file's place."""
        key = self._run.key
        return key if is_run_id(key) else derive_run_id("table", place_of(source.path), key)

    def fingerprint(self, options: ImportOptions) -> str:
        """Condense what the files look like and what was said about them."""
        files = [f for f in (self._table.file, self._table.hparams) if isinstance(f, FoundFile)]
        facts: list[tuple[object, ...]] = [(f.path, f.size_bytes, f.modified_ns) for f in files]
        return fingerprint_of([*facts, tuple(sorted(options.values.items()))])

    def events(self, name: str) -> Iterator[Event | Problem]:
        """Yield what the rows say."""
        start_ms, end_ms = self._run.times(self._changed_ms)
        name = self._run.key or name
        yield RunStarted(at_ms=start_ms, run_id="", experiment_id="", run_name=name)
        yield from self._hparams(start_ms)
        yield from self._run.facts(self._mapping, start_ms)
        yield from self._run.points(self._mapping, self._changed_ms)
        yield RunEnded(at_ms=end_ms, status=RunStatus.FINISHED)

    def artifacts(self) -> Iterator[ArtifactSource | Problem]:
        """Yield the file of params, and a table of the texts among the rows."""
        if isinstance(self._table.hparams, FoundFile):
            yield artifact_of(self._table.hparams, _HPARAMS)
        yield from self._run.loose(self._mapping).artifacts()

    def _hparams(self, at_ms: int) -> Iterator[Event | Problem]:
        found = self._table.hparams
        params = read_yaml(found.file, found.path) if isinstance(found, FoundFile) else found
        if isinstance(params, Problem):
            yield params
        elif params:
            yield ParamsLogged(at_ms=at_ms, params=flatten_params(params))


def _problem(what: str, where: str, detail: str) -> Problem:
    return Problem(what=what, where=where, detail=detail, severity="error")
