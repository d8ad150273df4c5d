"""DVCLive's folders: one run each, with a table of tab-separated values for each metric.

DVCLive keeps no ids, and times only on request. A run is told by its folder's name and that of the
folder around it; where there are no times, those of the files stand for them.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from reporter.events import Event, ParamsLogged, RunEnded, RunStarted
from reporter.importers import registry
from reporter.importers.dvclive_plots import plot_artifacts
from reporter.importers.files import FoundFile, artifact_of, find_file, walk_files
from reporter.importers.naming import experiment_of, place_of, run_name_of
from reporter.importers.params import flatten_params, read_yaml
from reporter.importers.point_buffer import PointBuffer, to_int64
from reporter.importers.records import (
    ArtifactSource,
    ImportedExperiment,
    ImportedItem,
    ImportedRun,
    ImportOptions,
    Lazily,
    Source,
    derive_run_id,
    fingerprint_of,
)
from reporter.model import Problem, RunStatus

__all__ = ["detect", "read"]

_METRICS = "plots/metrics/"
_IMAGES = "plots/images/"
_LATEST = "metrics.json"
# DVCLive's own pages about the run: they load their scripts from the net, and stay empty here.
_REPORTS = frozenset({"report.html", "report.md", "report.ipynb"})
_MAX_JSON_BYTES = 16_000_000


def detect(path: str) -> int:
    """Recognise a folder by its metrics, or by its latest values and params."""
    folder = os.path.join(path, *_METRICS.split("/"))
    try:
        names = os.listdir(path)
        if os.path.isdir(folder) and any(_has_table(folder)):
            return registry.CERTAIN
    except OSError:
        return registry.NO
    if _LATEST not in names or not {"params.yaml", "plots", "dvc.yaml"} & set(names):
        return registry.NO
    latest = _read_json(os.path.join(path, _LATEST))
    return registry.LIKELY if isinstance(latest, dict) and "step" in latest else registry.NO


def _has_table(folder: str) -> Iterator[bool]:
    for _, _, files in os.walk(folder):
        yield any(name.endswith(".tsv") for name in files)


@registry.importer("dvclive", label="DVCLive folders", detect=detect)
def read(source: Source, options: ImportOptions) -> Iterator[ImportedItem]:
    """Yield the folder's one run."""
    options.check([])
    found = list(walk_files(source.path, source.path, source.name or "."))
    files = [item for item in found if isinstance(item, FoundFile)]
    yield from (item for item in found if isinstance(item, Problem))
    reading = _Reading(source, files)
    experiment = experiment_of(source, options)
    yield ImportedExperiment(source_id=experiment, name=experiment, n_runs=1)
    yield ImportedRun(
        run_id=derive_run_id("dvclive", place_of(source.path)),
        experiment=experiment,
        fingerprint=fingerprint_of((f.path, f.size_bytes, f.modified_ns) for f in files),
        events=Lazily(reading.events),
        artifacts=Lazily(reading.artifacts),
    )


class _Reading:
    """The run, read once."""

    def __init__(self, source: Source, files: list[FoundFile]) -> None:
        self._source = source
        self._files = files
        self._points = PointBuffer()
        self._problems: list[Problem] = []
        self._times: list[int] = []

    def events(self) -> Iterator[Event | Problem]:
        """Read tables, latest values and params."""
        for file in self._files:
            if file.path.startswith(_METRICS) and file.path.endswith(".tsv"):
                self._read_table(file)
        self._read_latest()
        params = self._read_params()
        changed = [file.modified_ns // 1_000_000 for file in self._files]
        times = self._times or changed or [0]
        start_ms, end_ms = min(times), max(times)
        name = run_name_of(self._source)
        yield RunStarted(at_ms=start_ms, run_id="", experiment_id="", run_name=name)
        if params:
            yield ParamsLogged(at_ms=start_ms, params=params)
        yield from self._points.events()
        yield from self._problems
        yield RunEnded(at_ms=end_ms, status=RunStatus.FINISHED)

    def artifacts(self) -> Iterator[ArtifactSource | Problem]:
        """Yield all files as they are, and charts of the plots among them."""
        for file in self._files:
            if file.path in _REPORTS:
                continue
            artifact = artifact_of(file, file.path)
            if file.path.startswith(_IMAGES):
                artifact = replace(artifact, kind="image", **_series(file.path))
            yield artifact
            yield from plot_artifacts(file)

    def _read_table(self, file: FoundFile) -> None:
        key = file.path[len(_METRICS) :].removesuffix(".tsv")
        changed_ms = file.modified_ns // 1_000_000
        try:
            with open(file.file, encoding="utf-8-sig", errors="replace", newline="") as stream:
                for line, row in enumerate(_rows(stream), 2):
                    self._take(key, row, changed_ms, f"{file.path}:{line}")
        except OSError as error:
            self._problem("Unreadable file", file.path, str(error.strerror))

    def _take(self, key: str, row: Mapping[str, str], changed_ms: int, where: str) -> None:
        name = key.rsplit("/", 1)[-1]
        try:
            value, step = float(row[name]), int(row["step"])
            time_ms = round(float(row["timestamp"])) if row.get("timestamp") else changed_ms
        except (KeyError, ValueError, OverflowError):
            self._problem("Unreadable line", where, "expected a step and a number")
            return
        if row.get("timestamp"):
            self._times.append(time_ms)
        self._points.add(key, value, to_int64(step), time_ms)

    def _read_latest(self) -> None:
        """Take the latest values of metrics that have no table (logged with ``plot=False``)."""
        file = next((file for file in self._files if file.path == _LATEST), None)
        latest = _read_json(file.file) if file else {}
        if file is None or not isinstance(latest, dict):
            if file is not None:
                self._problem("Unreadable file", _LATEST, "it holds no JSON object")
            return
        step = latest.pop("step", 0)
        for key, value in _leaves(latest):
            number = _number(value)
            if number is not None and key not in self._points:
                where = to_int64(step) if isinstance(step, (int, float)) else 0
                self._points.add(key, number, where, file.modified_ns // 1_000_000)

    def _read_params(self) -> dict[str, str]:
        path = os.path.join(self._source.path, "params.yaml")
        found = find_file(path, self._source.path, "params.yaml")
        params = read_yaml(found.file, found.path) if isinstance(found, FoundFile) else {}
        if isinstance(params, Problem):
            self._problems.append(params)
            return {}
        return flatten_params(params)

    def _problem(self, what: str, where: str, detail: str) -> None:
        problem = Problem(what=what, where=where, detail=detail, severity="error")
        self._problems.append(problem)


def _rows(stream: Any) -> Iterator[Mapping[str, str]]:  # Any: a text file, lines without NUL
    lines = (line.replace("\0", "") for line in stream)
    yield from csv.DictReader(lines, restval="", delimiter="\t", quoting=csv.QUOTE_NONE)


def _read_json(path: str) -> Any:  # Any: as JSON has it; None when there is none
    try:
        if os.path.getsize(path) <= _MAX_JSON_BYTES:
            with open(path, "rb") as file:
                return json.loads(file.read())
    except (OSError, ValueError, RecursionError):
        pass
    return None


def _leaves(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{key}/")
        else:
            yield f"{above}{key}", value


def _number(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, (str, int, float)) else None
    except (ValueError, OverflowError):
        return None


def _series(path: str) -> dict[str, Any]:  # Any: fields of an artifact
    """Tell key and step of an image that was logged as ``name/<step>.png``."""
    folder, _, name = path[len(_IMAGES) :].rpartition("/")
    stem = name.rpartition(".")[0]
    return {"key": folder, "step": int(stem)} if folder and stem.isdecimal() else {}
