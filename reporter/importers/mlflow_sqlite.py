"""Read MLflow's SQLite database, with the files beside it; MLflow need not be installed.

MLflow 3 makes one by default: ``mlflow.db`` and, beside it, a folder of artifacts. The database is
opened as one that nobody changes, and nothing is written beside it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from reporter.events import MetricsLogged
from reporter.importers.files import FoundFile, artifact_of, walk_files
from reporter.importers.mlflow_database import Database, Row
from reporter.importers.mlflow_facts import RunFacts, experiment_events, run_events, with_series
from reporter.importers.mlflow_meta import int_of, status_of, text_of
from reporter.importers.mlflow_models import LoggedModel, model_artifacts
from reporter.importers.mlflow_places import ARTIFACT_FOLDERS, find_folder, first_names
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
from reporter.importers.registry import CERTAIN, NO, importer
from reporter.importers.sqlite_source import is_sqlite, open_database
from reporter.model import Dataset, DatasetInput, LifecycleStage, Problem
from reporter.store.layout import is_run_id

__all__ = ["detect", "read"]

_TABLES = {"experiments", "runs", "metrics", "params", "tags"}
_STATUSES = {0: "UNSPECIFIED", 1: "PENDING", 2: "READY", 3: "FAILED"}
_LEFT_OUT = {
    "trace_info": "traces",
    "assessments": "assessments of traces",
    "evaluation_datasets": "data sets for evaluation",
}


def detect(path: str) -> int:
    """Tell whether a file is a database of MLflow's."""
    if not is_sqlite(path):
        return NO
    try:
        with open_database(path) as connection:
            names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
            columns = connection.execute("SELECT name FROM pragma_table_info('runs')").fetchall()
    except (sqlite3.Error, OSError):
        return NO
    return CERTAIN if names >= _TABLES and ("run_uuid",) in columns else NO


def _folders_of(path: str) -> set[str]:
    """Return which folders beside a database hold the artifacts of its runs."""
    try:
        with open_database(path) as connection:
            experiments = Database(connection).rows("experiments")
    except (sqlite3.Error, OSError):
        experiments = []
    places = [text_of(row, "artifact_location") for row in experiments]
    return {*ARTIFACT_FOLDERS, *first_names(places, os.path.dirname(os.path.abspath(path)))}


@importer(
    "mlflow-sqlite",
    label="MLflow databases (mlflow.db)",
    detect=detect,
    companions=_folders_of,
)
def read(source: Source, options: ImportOptions) -> Iterator[ImportedItem]:
    """Yield the experiments and runs of a database.

    Options
    -------
    artifacts
        Folder that holds the artifacts, when they are not beside the database.
    """
    options.check(["artifacts"])
    name = os.path.basename(source.path)
    beside = os.path.dirname(os.path.abspath(source.path))
    folders = [options.values[key] for key in ("artifacts",) if key in options.values]
    folders += [os.path.join(beside, folder) for folder in ARTIFACT_FOLDERS]
    try:
        with open_database(source.path) as connection:
            store = _Store(Database(connection), name, [*folders, beside])
            yield from store.read()
    except (sqlite3.Error, OSError) as error:
        yield _damage(name, f"what comes after could not be read: {error}")


class _Store:
    """A database that is being read."""

    def __init__(self, database: Database, where: str, folders: Sequence[str]) -> None:
        self._database = database
        self._where = where
        self._folders = folders
        self._versions = _registered(database)
        self._models: dict[str, list[Row]] = {}
        for row in database.rows("logged_models"):
            if row.get("lifecycle_stage") != LifecycleStage.DELETED:
                self._models.setdefault(text_of(row, "source_run_id"), []).append(row)

    def read(self) -> Iterator[ImportedItem]:
        known = set()
        for row in self._database.rows("experiments"):
            source_id = text_of(row, "experiment_id")
            known.add(source_id)
            runs = self._database.rows("runs", "experiment_id", row["experiment_id"])
            yield self._experiment(row, source_id, len(runs))
            for run in runs:
                yield self._run(run, source_id)
        for row in self._database.rows("runs"):
            if (lost := text_of(row, "experiment_id")) not in known:
                yield _damage(self._where, f"run {row['run_uuid']} is of experiment {lost}: gone")
        yield from self._left_out()

    def _experiment(self, row: Row, source_id: str, n_runs: int) -> ImportedExperiment:
        created_ms = int_of(row, "creation_time")
        changed_ms = int_of(row, "last_update_time") or created_ms or 0
        tags = self._database.pairs("experiment_tags", "experiment_id", row["experiment_id"])
        events = experiment_events(tags, text_of(row, "lifecycle_stage"), changed_ms)
        events += self._elsewhere(row, source_id)
        return ImportedExperiment(
            source_id=source_id,
            name=text_of(row, "name") or source_id,
            created_ms=created_ms,
            events=events,
            n_runs=n_runs,
        )

    def _elsewhere(self, row: Row, source_id: str) -> list[Problem]:
        """List a place that the user chose for artifacts and that is not here."""
        location = text_of(row, "artifact_location").rstrip("/")
        is_default = not location or os.path.basename(location) == source_id
        if is_default or find_folder(f"{location}/artifacts", self._folders):
            return []
        return [
            Problem(
                what="Artifacts elsewhere",
                where=f"{self._where}, experiment {source_id}",
                detail=f"they are at '{location}', which is not read",
                hint="Copy them here and give their folder with --option artifacts=FOLDER.",
            )
        ]

    def _run(self, row: Row, experiment: str) -> ImportedRun:
        run_id = text_of(row, "run_uuid")
        facts = self._facts(row, run_id)
        folder = find_folder(text_of(row, "artifact_uri"), self._folders)
        files = list(walk_files(folder, folder, f"{run_id}/artifacts")) if folder else []
        described: list[tuple[object, ...]] = [
            (item.where, item.detail) if isinstance(item, Problem) else item for item in files
        ]
        for model in facts.models:
            described += [tuple(map(str, item)) for item in _files_of(model)]
        size = self._database.size_of_series(run_id)
        return ImportedRun(
            run_id=run_id if is_run_id(run_id) else derive_run_id("mlflow", run_id),
            experiment=experiment,
            fingerprint=fingerprint_of([*described, ("facts", *facts.describe()), size]),
            events=run_events(facts, self._points(run_id)),
            artifacts=_artifacts(files, facts.models),
        )

    def _facts(self, row: Row, run_id: str) -> RunFacts:
        database = self._database
        tags = database.pairs("tags", "run_uuid", run_id)
        return RunFacts(
            run_id=run_id,
            name=tags.get("mlflow.runName", "") or text_of(row, "name"),
            user_id=text_of(row, "user_id"),
            status=status_of(row.get("status")),
            lifecycle_stage=text_of(row, "lifecycle_stage") or LifecycleStage.ACTIVE,
            start_ms=int_of(row, "start_time"),
            end_ms=int_of(row, "end_time"),
            deleted_ms=int_of(row, "deleted_time"),
            params=database.pairs("params", "run_uuid", run_id),
            tags=tags,
            datasets=list(_datasets(database, run_id)),
            models=[self._model(model) for model in self._models.get(run_id, ())],
            versions=self._versions.get(run_id, ()),
        )

    def _points(self, run_id: str) -> Iterator[MetricsLogged | Problem]:
        try:
            yield from self._database.points(run_id)
        except (sqlite3.Error, ValueError, TypeError, OverflowError) as error:
            # A damaged page, or text for a step: other runs may lie on good ones.
            yield _damage(f"{self._where}, run {run_id}", f"its metrics: {error}")

    def _model(self, row: Row) -> LoggedModel:
        model_id = text_of(row, "model_id")
        folder = find_folder(text_of(row, "artifact_location"), self._folders)
        facts: dict[str, Any] = {
            key: row[key]
            for key in ("model_id", "name", "model_type", "status_message")
            if row.get(key)
        }
        facts["status"] = _STATUSES.get(int_of(row, "status") or 0, text_of(row, "status"))
        for kind in ("params", "tags"):
            found = self._database.rows(f"logged_model_{kind}", "model_id", model_id)
            name = kind.removesuffix("s")
            if found:
                facts[kind] = {str(r[f"{name}_key"]): r[f"{name}_value"] for r in found}
        facts["created_ms"] = int_of(row, "creation_timestamp_ms")
        metrics = self._database.rows("logged_model_metrics", "model_id", model_id)
        if metrics:
            order = sorted(metrics, key=lambda r: (r["metric_step"], r["metric_timestamp_ms"]))
            facts["metrics"] = {str(r["metric_name"]): r["metric_value"] for r in order}
        return LoggedModel(
            model_id=model_id,
            run_id=text_of(row, "source_run_id"),
            folder=os.path.dirname(folder),
            name=text_of(row, "name") or model_id,
            facts=facts,
        )

    def _left_out(self) -> Iterator[Problem]:
        for table, what in _LEFT_OUT.items():
            if n := self._database.count(table):
                detail = f"{what}: {n:,} of them; runs are imported, these are not"
                yield Problem(what="Left out", where=self._where, detail=detail)


def _registered(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Return what was registered of which run."""
    versions: dict[str, list[dict[str, Any]]] = {}
    aliases = database.rows("registered_model_aliases")
    tags = database.rows("model_version_tags")
    for row in database.rows("model_versions"):
        key = row.get("name"), row.get("version")
        facts: dict[str, Any] = {"name": text_of(row, "name"), "version": int_of(row, "version")}
        for name in ("current_stage", "description", "status", "source", "user_id"):
            if row.get(name):
                facts[name] = row[name]
        facts["aliases"] = sorted(
            a["alias"] for a in aliases if (a.get("name"), a.get("version")) == key
        )
        mine = {t["key"]: t["value"] for t in tags if (t.get("name"), t.get("version")) == key}
        if mine:
            facts["tags"] = mine
        facts["created_ms"] = int_of(row, "creation_time")
        if run_id := text_of(row, "run_id"):
            versions.setdefault(run_id, []).append(facts)
    return versions


def _datasets(database: Database, run_id: str) -> Iterator[DatasetInput]:
    # In the order of the table's index.
    columns = "destination_type destination_id source_type"
    for link in database.rows("inputs", columns, "RUN", run_id, "DATASET"):
        for row in database.rows("datasets", "dataset_uuid", link["source_id"]):
            tags = database.rows("input_tags", "input_uuid", link["input_uuid"])
            yield DatasetInput(
                dataset=Dataset(
                    name=text_of(row, "name"),
                    digest=text_of(row, "digest"),
                    source_type=text_of(row, "dataset_source_type"),
                    source=text_of(row, "dataset_source"),
                    schema=text_of(row, "dataset_schema"),
                    profile=text_of(row, "dataset_profile"),
                ),
                tags={str(tag["name"]): str(tag["value"]) for tag in tags},
            )


def _files_of(model: LoggedModel) -> Iterator[FoundFile | Problem]:
    if model.folder:
        yield from walk_files(model.folder, model.folder)


def _artifacts(
    files: Sequence[FoundFile | Problem], models: Sequence[LoggedModel]
) -> Iterator[ArtifactSource | Problem]:
    taken = set()
    for found in files:
        if isinstance(found, Problem):
            yield found
        else:
            taken.add(found.path.partition("/")[0])
            yield with_series(artifact_of(found, found.path))
    for model in models:
        if model.folder:
            yield from model_artifacts([model], model.folder, taken)


def _damage(where: str, detail: str) -> Problem:
    return Problem(what="Damaged database", where=where, detail=detail, severity="error")
