"""Read MLflow's folders of runs, ``mlruns``, of 1.x, 2.x and 3.x; MLflow need not be installed.

A store is a folder of experiments, an experiment a folder of runs, each with a ``meta.yaml``. What
that file says about places is true on the machine that wrote it alone, so files are looked for
beside it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reporter.events import Event, LifecycleChanged, TagsSet
from reporter.importers.files import is_inside, walk_files
from reporter.importers.mlflow_meta import int_of, load_meta, text_of
from reporter.importers.mlflow_models import LoggedModel, read_logged_models, read_registry
from reporter.importers.mlflow_run import RunFolder
from reporter.importers.mlflow_texts import read_texts
from reporter.importers.records import (
    ImportedExperiment,
    ImportedItem,
    ImportedRun,
    ImportOptions,
    Source,
)
from reporter.importers.registry import CERTAIN, LIKELY, NO, importer
from reporter.model import LifecycleStage, Problem

__all__ = ["detect", "read"]

META = "meta.yaml"
TRASH = ".trash"
# Folders beside experiments, and beside runs, that are neither.
_NO_EXPERIMENTS = frozenset({"models", TRASH})
_NO_RUNS = frozenset({"models", "datasets", "traces", "tags", "assessments"})
_RUN_ID = re.compile(r"[0-9a-f]{32}")
# MLflow's own proxy keeps artifacts here when nobody says otherwise.
_PROXY_FOLDER = "mlartifacts"


def detect(path: str) -> int:
    """Tell whether a folder is a store of MLflow, an experiment of one, or a run of one."""
    if not os.path.isdir(path):
        return NO
    own = _kind_of(os.path.join(path, META))
    if own:
        return CERTAIN
    children = [*_folders(path), *(f"{TRASH}/{name}" for name in _folders(f"{path}/{TRASH}"))]
    metas = [os.path.join(path, child, META) for child in children]
    if any(_kind_of(meta) == "experiment" for meta in metas):
        return CERTAIN
    # Every meta.yaml may be damaged or lost, and runs still be there.
    looks_so = any(
        _RUN_ID.fullmatch(name) and os.path.exists(os.path.join(path, child, name, META))
        for child in children
        for name in _folders(os.path.join(path, child))
    )
    return LIKELY if looks_so else NO


def _kind_of(meta: str) -> str:
    """Tell by its first bytes whether a file describes an experiment or a run; else empty."""
    try:
        with open(meta, "rb") as file:
            head = b"\n" + file.read(4096)
    except OSError:
        return ""
    if b"\nrun_id:" in head or b"\nrun_uuid:" in head:
        return "run" if b"\nartifact_uri:" in head or b"\nstatus:" in head else ""
    return "experiment" if b"\nartifact_location:" in head else ""


@importer("mlflow-files", label="MLflow folders (mlruns)", detect=detect)
def read(source: Source, options: ImportOptions) -> Iterator[ImportedItem]:
    """Yield the experiments and runs of a store.

    Options
    -------
    artifacts
        Folder that holds the artifacts, ``<experiment>/<run>/artifacts``, when they are not beside
        the runs.
    """
    options.check(["artifacts"])
    root, experiments = _find_experiments(source.path)
    versions, problems = read_registry(root)
    yield from problems
    places = [options.values[key] for key in ("artifacts",) if key in options.values]
    places.append(os.path.join(os.path.dirname(os.path.abspath(root)), _PROXY_FOLDER))
    store = _Store(root, places, versions)
    for folder, run_ids in experiments:
        yield from store.read_experiment(folder, run_ids)


def _find_experiments(path: str) -> tuple[str, list[tuple[str, list[str] | None]]]:
    """Return the store's folder and its experiments' folders, each with the runs that are wanted.

    Of an experiment or a run that was named itself, the store is the folder above; runs None means
    all of them.
    """
    kind = _kind_of(os.path.join(path, META))
    path = os.path.abspath(path)
    if kind == "experiment":
        return os.path.dirname(path), [(path, None)]
    if kind == "run":
        experiment, run = os.path.split(path)
        return os.path.dirname(experiment), [(experiment, [run])]
    trash = os.path.join(path, TRASH)
    folders = [os.path.join(path, name) for name in _folders(path) if name not in _NO_EXPERIMENTS]
    folders += [os.path.join(trash, name) for name in _folders(trash)]
    return path, [(folder, None) for folder in folders]


@dataclass
class _Experiment:
    """An experiment's folder and what its runs need to know of it."""

    folder: str
    where: str
    source_id: str
    location: str = ""
    models: dict[str, list[LoggedModel]] = field(default_factory=dict)


class _Store:
    """A store that is being read."""

    def __init__(
        self,
        root: str,
        places: Sequence[str],
        versions: Mapping[str, list[dict[str, Any]]],  # Any: JSON
    ) -> None:
        self._root = root
        self._places = places
        self._versions = versions

    def read_experiment(self, folder: str, wanted: list[str] | None) -> Iterator[ImportedItem]:
        where = os.path.relpath(folder, self._root).replace(os.sep, "/")
        if not is_inside(folder, os.path.realpath(self._root)):
            detail = "it leads out of the source"
            yield Problem(what="Link not followed", where=where, detail=detail)
            return
        try:
            os.listdir(folder)
        except OSError as error:
            yield Problem(
                what="Unreadable folder",
                where=where,
                detail=str(error.strerror),
                hint="Check its permissions.",
                severity="error",
            )
            return
        names = [name for name in _folders(folder) if name not in _NO_RUNS]
        is_described = os.path.exists(os.path.join(folder, META))
        if not is_described and not any(_has_more_than_files(folder, name) for name in names):
            return  # not a thing of MLflow's, or the artifacts of runs that a database describes
        experiment = _Experiment(folder, where, os.path.basename(folder))
        runs = names if wanted is None else wanted
        yield self._describe(experiment, len(runs))
        for name in runs:
            yield from self._read_run(experiment, name)
        yield from self._lost_models(experiment, runs, is_whole=wanted is None)

    def _describe(self, experiment: _Experiment, n_runs: int) -> ImportedExperiment:
        where = experiment.where
        events: list[Event | Problem] = []
        meta = load_meta(os.path.join(experiment.folder, META), f"{where}/{META}")
        if isinstance(meta, Problem):
            events.append(meta)
            meta = {}
        experiment.source_id = text_of(meta, "experiment_id") or experiment.source_id
        experiment.location = text_of(meta, "artifact_location")
        created_ms = int_of(meta, "creation_time")
        changed_ms = int_of(meta, "last_update_time") or created_ms or 0
        events += self._tags(experiment, changed_ms)
        is_trashed = os.path.basename(os.path.dirname(experiment.folder)) == TRASH
        if is_trashed or meta.get("lifecycle_stage") == LifecycleStage.DELETED:
            stage = LifecycleStage.DELETED
            events.append(LifecycleChanged(at_ms=changed_ms, lifecycle_stage=stage))
        events += self._take_models(experiment)
        events += self._left_out(experiment)
        return ImportedExperiment(
            source_id=experiment.source_id,
            name=text_of(meta, "name") or experiment.source_id,
            created_ms=created_ms,
            events=events,
            n_runs=n_runs,
        )

    def _tags(self, experiment: _Experiment, at_ms: int) -> list[Event | Problem]:
        where = f"{experiment.where}/tags"
        files = walk_files(os.path.join(experiment.folder, "tags"), self._root, where)
        tags, problems = read_texts(files, where)
        return [*([TagsSet(at_ms=at_ms, tags=tags)] if tags else []), *problems]

    def _take_models(self, experiment: _Experiment) -> list[Problem]:
        problems = []
        for model in read_logged_models(experiment.folder, self._root):
            if isinstance(model, Problem):
                problems.append(model)
            else:
                experiment.models.setdefault(model.run_id, []).append(model)
        return problems

    def _left_out(self, experiment: _Experiment) -> list[Problem]:
        """List what the experiment has and a report does not."""
        problems = []
        n_traces = len(_folders(os.path.join(experiment.folder, "traces")))
        if n_traces:
            detail = f"{n_traces:,} of them; runs are imported, traces are not"
            where = f"{experiment.where}/traces"
            problems.append(Problem(what="Traces left out", where=where, detail=detail))
        location = experiment.location.rstrip("/")
        is_own = os.path.basename(location) == experiment.source_id
        if location and not is_own and not self._find_place(experiment, ""):
            problems.append(
                Problem(
                    what="Artifacts elsewhere",
                    where=f"{experiment.where}/{META}",
                    detail=f"they are at '{experiment.location}', which is not read",
                    hint="Copy them here and give their folder with --option artifacts=FOLDER.",
                )
            )
        return problems

    def _read_run(self, experiment: _Experiment, name: str) -> Iterator[ImportedRun | Problem]:
        folder, where = os.path.join(experiment.folder, name), f"{experiment.where}/{name}"
        if not is_inside(folder, os.path.realpath(self._root)):
            detail = "it leads out of the source"
            yield Problem(what="Link not followed", where=where, detail=detail)
            return
        if not os.path.exists(os.path.join(folder, META)) and not _is_run(name):
            detail = f"it has no {META} and no run's name"
            yield Problem(what="Folder left out", where=where, detail=detail)
            return
        run = RunFolder(
            folder=folder,
            root=self._root,
            where=where,
            artifacts=self._find_place(experiment, name),
            models=experiment.models.get(name, []),
            versions=self._versions.get(name, []),
        )
        yield run.to_import(experiment.source_id)

    def _find_place(self, experiment: _Experiment, run: str) -> str:
        """Return where a run's artifacts (an experiment's, without a run) are if not beside it."""
        if run and os.path.isdir(os.path.join(experiment.folder, run, "artifacts")):
            return ""
        for place in self._places:
            for middle in (experiment.source_id, ""):
                found = os.path.join(place, middle, run, "artifacts" if run else "")
                if os.path.isdir(found) and (run or middle or place == self._places[0]):
                    return found
        return ""

    def _lost_models(
        self, experiment: _Experiment, runs: Sequence[str], *, is_whole: bool
    ) -> Iterator[Problem]:
        known = set(runs)
        for run_id, models in experiment.models.items():
            if is_whole and run_id not in known:
                for model in models:
                    yield Problem(
                        what="Logged model left out",
                        where=f"{experiment.where}/models/{model.model_id}",
                        detail="its run is not here, and models are kept with their runs",
                    )


def _is_run(name: str) -> bool:
    return _RUN_ID.fullmatch(name) is not None


def _has_more_than_files(folder: str, name: str) -> bool:
    """Tell a run, damaged perhaps, from a folder that holds a run's artifacts alone."""
    names = (META, "params", "metrics", "tags")
    return _is_run(name) and any(os.path.exists(os.path.join(folder, name, n)) for n in names)


def _folders(path: str) -> list[str]:
    """List the folders in a folder, links to folders too; none when it cannot be read."""
    try:
        with os.scandir(path) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir())
    except OSError:
        return []
