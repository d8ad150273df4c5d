"""TensorBoard's folders of event files as runs, without TensorFlow.

TensorBoard knows no names, no ends and no states: a run is called by its path, starts with its
first record and has finished with its last, unless the hparams plugin says otherwise.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from contextlib import suppress

from reporter.events import Event, ParamsLogged, RunEnded, RunStarted, TagsSet
from reporter.importers import registry
from reporter.importers.event_folders import (
    EventFolder,
    EventRun,
    find_runs,
    is_event_file,
    is_phase,
    scalars_key,
)
from reporter.importers.event_media import MEDIA, MediaCollector
from reporter.importers.files import FoundFile, artifact_of, find_file
from reporter.importers.gaps import Gaps
from reporter.importers.naming import experiment_of, path_name, run_name_of
from reporter.importers.params import flatten_params, param_text, read_yaml
from reporter.importers.point_buffer import PointBuffer
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
from reporter.importers.tfevents import HPARAMS, OTHER, SCALAR, HParams, LoggedValue, iter_values
from reporter.importers.tfrecord import is_tfrecord
from reporter.model import Problem, RunStatus

__all__ = ["detect", "read"]

_HPARAMS_FILE = "hparams.yaml"  # Lightning's logger writes it beside the event files
_STATUS = {1: RunStatus.FINISHED, 2: RunStatus.FAILED, 3: RunStatus.RUNNING}
_HEAD_BYTES = 12
_PARENT_TAG = "mlflow.parentRunId"
# Layouts of TensorBoard's own pages, and marks that it sets itself: nothing of a run.
_SILENT = ("custom_scalars", "__")


def detect(path: str) -> int:
    """Recognise a folder of event files, one whose folders all have some, or one event file."""
    if os.path.isfile(path):
        return registry.POSSIBLE if is_event_file(path) and _begins_well(path) else registry.NO
    names, folders = _look_at(path)
    if names:
        return registry.CERTAIN
    below = {os.path.basename(folder): _look_at(folder) for folder in folders}
    if any(names and is_phase(folder) for folder, (names, _) in below.items()):
        return registry.CERTAIN
    # Two levels down, so that runs of Keras with train/ and validation/ are found together.
    is_all = bool(below) and all(
        names or any(_look_at(folder)[0] for folder in inner) for names, inner in below.values()
    )
    return registry.LIKELY if is_all else registry.NO


def _look_at(path: str) -> tuple[list[str], list[str]]:
    """Return a folder's event files, and the folders in it; links are left out."""
    try:
        with os.scandir(path) as entries:
            found = [e for e in entries if not e.name.startswith(".") and not e.is_symlink()]
            names = [e.name for e in found if is_event_file(e.name) and e.is_file()]
            return names, [e.path for e in found if e.is_dir()]
    except OSError:
        return [], []


def _begins_well(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return is_tfrecord(file.read(_HEAD_BYTES))
    except OSError:
        return False


@registry.importer("tensorboard", label="TensorBoard event files", detect=detect)
def read(source: Source, options: ImportOptions) -> Iterator[ImportedItem]:
    """Yield the runs of a folder of event files."""
    options.check([])
    root = source.path if os.path.isdir(source.path) else os.path.dirname(source.path)
    experiment = experiment_of(source, options)
    runs = find_runs(source.path)
    yield ImportedExperiment(source_id=experiment, name=experiment, n_runs=len(runs))
    for run in runs:
        reading = _Reading(source, root, run)
        yield ImportedRun(
            run_id=_run_id(root, run),
            experiment=experiment,
            fingerprint=reading.fingerprint(),
            events=Lazily(reading.events),
            artifacts=Lazily(reading.artifacts),
        )


def _run_id(root: str, run: EventRun) -> str:
    """Derive an id from what stays when the folders are moved together: names and first times."""
    first = run.folders[0]
    name = path_name(os.path.join(root, run.path))
    return derive_run_id("tensorboard", name, first.files[0], str(first.started_ms))


class _Reading:
    """One run while its files are read; twice, when there is more than numbers in them."""

    def __init__(self, source: Source, root: str, run: EventRun) -> None:
        self._source = source
        self._root = root
        self._run = run
        self._points = PointBuffer()
        self._keys: dict[tuple[str, str], str] = {}
        self._params: dict[str, str] = {}
        self._status = RunStatus.FINISHED
        self._last_ms = self._started_ms = min(folder.started_ms for folder in run.folders)
        self._left_out: dict[str, str] = {}
        self._has_media = False

    def fingerprint(self) -> str:
        hparams = self._hparams_file()
        found = [find_file(path, self._root, where) for _, path, where in self._files()]
        facts = [
            (file.path, file.size_bytes, file.modified_ns)
            for file in (*found, hparams)
            if isinstance(file, FoundFile)
        ]
        return fingerprint_of([*facts, (self._run.parent is not None,)])

    def events(self) -> Iterator[Event | Problem]:
        name = run_name_of(self._source, self._run.path)
        yield RunStarted(at_ms=self._started_ms, run_id="", experiment_id="", run_name=name)
        if self._run.parent is not None:
            parent = _run_id(self._root, self._run.parent)
            yield TagsSet(at_ms=self._started_ms, tags={_PARENT_TAG: parent})
        yield from self._read_hparams_file()
        for folder, path, where in self._files():
            yield from self._read_file(folder, path, where)
        yield from self._points.events()
        if self._params:
            yield ParamsLogged(at_ms=self._started_ms, params=self._params)
        yield from self._problems()
        if self._status != RunStatus.RUNNING:
            yield RunEnded(at_ms=self._last_ms, status=self._status)

    def artifacts(self) -> Iterator[ArtifactSource | Problem]:
        hparams = self._hparams_file()
        if isinstance(hparams, FoundFile):
            yield artifact_of(hparams, _HPARAMS_FILE)
        if not self._has_media:
            return
        media = MediaCollector()
        for folder, path, _ in self._files():
            with suppress(OSError):  # listed when the numbers were read
                for value in iter_values(path, Gaps()):
                    if value.kind in MEDIA:
                        yield from media.add(self._media_key(folder, value.tag), value)
        yield from media.rest()

    def _files(self) -> Iterator[tuple[EventFolder, str, str]]:
        """Yield the folder, path and name below the source of each file."""
        for folder in self._run.folders:
            for name in folder.files:
                where = posixpath.join(folder.path, name)
                yield folder, os.path.join(self._root, *where.split("/")), where

    def _hparams_file(self) -> FoundFile | Problem | None:
        where = posixpath.join(self._run.path, _HPARAMS_FILE)
        return find_file(os.path.join(self._root, *where.split("/")), self._root, where)

    def _read_hparams_file(self) -> Iterator[Problem]:
        found = self._hparams_file()
        params = read_yaml(found.file, found.path) if isinstance(found, FoundFile) else found
        if isinstance(params, Problem):
            yield params
        elif params:
            self._params.update(flatten_params(params))

    def _read_file(self, folder: EventFolder, path: str, where: str) -> Iterator[Problem]:
        gaps = Gaps()
        try:
            for value in iter_values(path, gaps):
                self._take(folder, value)
        except OSError as error:
            detail = str(error.strerror)
            yield Problem(what="Unreadable file", where=where, detail=detail, severity="error")
        if gaps:
            detail = gaps.describe()
            yield Problem(what="Damaged event file", where=where, detail=detail, severity="error")

    def _take(self, folder: EventFolder, value: LoggedValue) -> None:
        self._last_ms = max(self._last_ms, value.time_ms)
        if value.kind == SCALAR:
            number = value.scalar()
            if number is not None:
                key = self._keys.get((folder.path, value.tag)) or self._name(folder, value.tag)
                self._points.add(key, number, value.step, value.time_ms)
        elif value.kind == HPARAMS:
            self._take_hparams(value.hparams())
        elif value.kind == OTHER:
            self._left_out.setdefault(value.plugin(), value.tag)
        else:
            self._has_media = True

    def _take_hparams(self, found: HParams) -> None:
        for name, value in found.params.items():
            self._params.setdefault(name, param_text(value))
        if found.status is not None:
            self._status = _STATUS.get(found.status, self._status)

    def _name(self, folder: EventFolder, tag: str) -> str:
        """Name the metric of a tag; names that two folders share are told apart."""
        inside = folder.inside(self._run.path)
        key = tag if not inside or folder.has_hparams else scalars_key(inside, tag)
        key = key or f"{inside}/{tag}"
        if key in self._points:
            key = f"hparams/{tag}" if folder.has_hparams else f"{inside}/{tag}"
        self._keys[folder.path, tag] = key
        return key

    def _media_key(self, folder: EventFolder, tag: str) -> str:
        return posixpath.join(folder.inside(self._run.path), tag)

    def _problems(self) -> Iterator[Problem]:
        for plugin, tag in sorted(self._left_out.items()):
            if not plugin.startswith(_SILENT):
                under = f", the first under the tag '{tag}'" if tag else ""
                detail = f"values of '{plugin}'{under}"
                yield Problem(what="Values left out", where=self._run.path, detail=detail)
