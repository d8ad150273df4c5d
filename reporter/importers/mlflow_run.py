"""One run's folder of an MLflow store as events: params, tags, series, inputs, state."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from reporter.events import (
    DatasetsLogged,
    Event,
    LifecycleChanged,
    ParamsLogged,
    RunEnded,
    RunStarted,
    TagsSet,
)
from reporter.importers.files import FoundFile, artifact_of, walk_files
from reporter.importers.mlflow_facts import with_series
from reporter.importers.mlflow_meta import int_of, load_meta, status_of, text_of
from reporter.importers.mlflow_models import (
    LoggedModel,
    logged_models_tag,
    model_artifacts,
    registered_models_tag,
)
from reporter.importers.mlflow_points import read_series
from reporter.importers.mlflow_texts import read_texts
from reporter.importers.records import (
    ArtifactSource,
    ImportedRun,
    Lazily,
    derive_run_id,
    fingerprint_of,
)
from reporter.model import Dataset, DatasetInput, LifecycleStage, Problem, RunStatus
from reporter.store.layout import is_run_id

__all__ = ["RunFolder"]

_KINDS = ("params", "tags", "metrics", "inputs", "artifacts")
_RUN_NAME_TAG = "mlflow.runName"
# Before 0.9 these stood in meta.yaml and had no tags.
_OLD_FIELDS = {
    "source_name": "mlflow.source.name",
    "source_version": "mlflow.source.git.commit",
    "user_id": "mlflow.user",
}


@dataclass
class RunFolder:
    """A run as MLflow keeps it.

    Parameters
    ----------
    folder : str
    root : str
        The store: nothing outside of it is opened.
    where : str
        The folder relative to the store, for problems.
    artifacts : str
        Where the run's artifacts lie when that is elsewhere; empty when they are in the folder.
    models : sequence of LoggedModel
        Those that the run logged (3.x).
    versions : sequence of mapping
        What was registered of it.
    """

    folder: str
    root: str
    where: str
    artifacts: str
    models: Sequence[LoggedModel] = ()
    versions: Sequence[Mapping[str, Any]] = ()  # Any: JSON
    _files: dict[str, list[FoundFile]] = field(default_factory=dict)
    _problems: list[Problem] = field(default_factory=list)

    def to_import(self, experiment: str) -> ImportedRun:
        """Look at the run's files, without opening them, and describe the run."""
        facts: list[tuple[object, ...]] = [("versions", repr(self.versions))]
        self._files = {kind: [] for kind in _KINDS}
        facts += map(self._sort_in, walk_files(self.folder, self.root, self.where))
        if self.artifacts:
            files = walk_files(self.artifacts, self.artifacts, f"{self.where}/artifacts")
            facts += [self._sort_in(_below("artifacts", found)) for found in files]
        for model in self.models:
            facts += [_fact(found) for found in walk_files(model.folder, self.root)]
        name = os.path.basename(self.folder)
        return ImportedRun(
            run_id=name if is_run_id(name) else derive_run_id("mlflow", name),
            experiment=experiment,
            fingerprint=fingerprint_of(facts),
            events=Lazily(self._events),
            artifacts=Lazily(self._artifacts),
        )

    def _sort_in(self, found: FoundFile | Problem) -> tuple[object, ...]:
        """Put a file with those of its kind; returns what the fingerprint says of it."""
        if isinstance(found, Problem):
            self._problems.append(found)
        else:
            kind, _, path = found.path.partition("/")
            if path and kind in self._files:
                self._files[kind].append(found.below(path))
        return _fact(found)

    def _events(self) -> Iterator[Event | Problem]:
        meta = load_meta(os.path.join(self.folder, "meta.yaml"), f"{self.where}/meta.yaml")
        if isinstance(meta, Problem):
            yield meta
            meta = {}
        start, end = int_of(meta, "start_time"), int_of(meta, "end_time")
        at_ms = next((time for time in (start, end) if time is not None), 0)
        tags = self._texts("tags")
        yield _started(meta, start, at_ms, tags)
        if params := self._texts("params"):
            yield ParamsLogged(at_ms=at_ms, params=params)
        old = {tag: text_of(meta, name) for name, tag in _OLD_FIELDS.items() if meta.get(name)}
        extra = {**logged_models_tag(self.models), **registered_models_tag(self.versions)}
        if tags := {**({} if "mlflow.source.name" in tags else old), **tags, **extra}:
            yield TagsSet(at_ms=at_ms, tags=tags)
        yield from read_series(self._files["metrics"], f"{self.where}/metrics")
        if datasets := self._datasets():
            yield DatasetsLogged(at_ms=at_ms, inputs=datasets)
        yield from self._state(meta, at_ms, end)
        yield from self._problems

    def _texts(self, kind: str) -> dict[str, str]:
        texts, problems = read_texts(self._files[kind], f"{self.where}/{kind}")
        self._problems += problems
        return texts

    def _state(self, meta: Mapping[str, Any], at_ms: int, end: int | None) -> Iterator[Event]:
        status = status_of(meta.get("status"))
        if RunStatus.is_terminated(status):
            yield RunEnded(at_ms=end or at_ms, status=status, end_time=end)
        if meta.get("lifecycle_stage") == LifecycleStage.DELETED:
            deleted = int_of(meta, "deleted_time") or end or at_ms
            yield LifecycleChanged(at_ms=deleted, lifecycle_stage=LifecycleStage.DELETED)

    def _datasets(self) -> list[DatasetInput]:
        found: list[DatasetInput] = []
        for file in self._files["inputs"]:
            where = f"{self.where}/inputs/{file.path}"
            link = load_meta(file.file, where)
            if isinstance(link, Problem):
                self._problems.append(link)
            elif text_of(link, "source_type") == "DATASET":
                found += self._dataset(link)
        return found

    def _dataset(self, link: Mapping[str, Any]) -> Iterator[DatasetInput]:
        name = text_of(link, "source_id")
        if not name or os.path.basename(name) != name:
            return
        experiment, shown = os.path.dirname(self.folder), os.path.dirname(self.where)
        path = os.path.join(experiment, "datasets", name, "meta.yaml")
        meta = _load_shared(path, f"{shown}/datasets/{name}/meta.yaml")
        if isinstance(meta, Problem):
            self._problems.append(meta)
            return
        names = ("name", "digest", "source_type", "source", "schema", "profile")
        tags = link.get("tags")
        yield DatasetInput(
            dataset=Dataset(**{name: text_of(meta, name) for name in names}),
            tags={str(k): str(v) for k, v in tags.items()} if isinstance(tags, dict) else {},
        )

    def _artifacts(self) -> Iterator[ArtifactSource | Problem]:
        taken = set()
        for found in self._files["artifacts"]:
            taken.add(found.path.partition("/")[0])
            yield with_series(artifact_of(found, found.path))
        yield from model_artifacts(self.models, self.root, taken)


@lru_cache(maxsize=256)
def _load_shared(path: str, where: str) -> dict[str, Any] | Problem:  # Any: what YAML holds
    """Read a meta file once that many runs refer to."""
    return load_meta(path, where)


def _started(
    meta: Mapping[str, Any], start: int | None, at_ms: int, tags: Mapping[str, str]
) -> RunStarted:
    status = status_of(meta.get("status", RunStatus.RUNNING))
    return RunStarted(
        at_ms=at_ms,
        run_id="",
        experiment_id="",
        run_name=text_of(meta, "run_name") or tags.get(_RUN_NAME_TAG, "") or text_of(meta, "name"),
        user_id=text_of(meta, "user_id"),
        start_time=start,
        status=RunStatus.RUNNING if RunStatus.is_terminated(status) else status,
    )


def _below(kind: str, found: FoundFile | Problem) -> FoundFile | Problem:
    return found if isinstance(found, Problem) else found.below(f"{kind}/{found.path}")


def _fact(found: FoundFile | Problem) -> tuple[object, ...]:
    if isinstance(found, Problem):
        return (found.where, found.detail)
    return (found.path, found.size_bytes, found.modified_ns)
