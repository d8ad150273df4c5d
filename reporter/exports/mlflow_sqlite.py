"""A database that MLflow opens, with the artifacts beside it.

The tables are those that MLflow had at one step of its own history (`REVISION`, of MLflow 2.8),
which every later version brings up to its own when it opens the file. So no MLflow is needed to
write one, and none has to be followed.
"""

from __future__ import annotations

import math
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from itertools import repeat

from reporter.exports import mlflow_facts as facts
from reporter.exports.copying import copy_artifacts
from reporter.exports.registry import Target, exporter
from reporter.exports.selection import Selection
from reporter.model import Experiment, Run
from reporter.store.ports import History

__all__ = ["write_database"]

FILE = "mlflow.db"
_ARTIFACTS = "mlruns"
REVISION = "2d6e25af4d3e"
_LARGEST = 1.7976931348623157e308  # what MLflow keeps for an infinity
_SOURCE_TYPES = ("NOTEBOOK", "JOB", "LOCAL", "UNKNOWN", "PROJECT")

_KEY, _TEXT, _RUN = "VARCHAR(250) NOT NULL", "VARCHAR(5000)", "VARCHAR(32) NOT NULL"
_OF_RUN = "FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)"
_OF_EXPERIMENT = "FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id)"
_STAGE = "CHECK (lifecycle_stage IN ('active', 'deleted'))"
# Names of tables, columns and constraints are what MLflow's migrations look for.
_TABLES = {
    "alembic_version": (
        "version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)"
    ),
    "experiments": (
        "experiment_id INTEGER NOT NULL, name VARCHAR(256) NOT NULL, "
        "artifact_location VARCHAR(256), lifecycle_stage VARCHAR(32), "
        "creation_time BIGINT, last_update_time BIGINT, "
        "CONSTRAINT experiment_pk PRIMARY KEY (experiment_id), "
        f"CONSTRAINT experiments_lifecycle_stage {_STAGE}, UNIQUE (name)"
    ),
    "experiment_tags": (
        f"key {_KEY}, value {_TEXT}, experiment_id INTEGER NOT NULL, "
        f"CONSTRAINT experiment_tag_pk PRIMARY KEY (key, experiment_id), {_OF_EXPERIMENT}"
    ),
    "runs": (
        f"run_uuid {_RUN}, name VARCHAR(250), source_type VARCHAR(20), source_name VARCHAR(500), "
        "entry_point_name VARCHAR(50), user_id VARCHAR(256), status VARCHAR(9), "
        "start_time BIGINT, end_time BIGINT, source_version VARCHAR(50), "
        "lifecycle_stage VARCHAR(20), artifact_uri VARCHAR(200), experiment_id INTEGER, "
        "deleted_time BIGINT, CONSTRAINT run_pk PRIMARY KEY (run_uuid), "
        f"CONSTRAINT runs_lifecycle_stage {_STAGE}, CONSTRAINT source_type CHECK "
        f"(source_type IN {_SOURCE_TYPES}), {_OF_EXPERIMENT}, "
        "CHECK (status IN ('SCHEDULED', 'FAILED', 'FINISHED', 'RUNNING', 'KILLED'))"
    ),
    "params": (
        f"key {_KEY}, value VARCHAR(8000) NOT NULL, run_uuid {_RUN}, "
        f"CONSTRAINT param_pk PRIMARY KEY (key, run_uuid), {_OF_RUN}"
    ),
    "tags": (
        f"key {_KEY}, value {_TEXT}, run_uuid {_RUN}, "
        f"CONSTRAINT tag_pk PRIMARY KEY (key, run_uuid), {_OF_RUN}"
    ),
    "metrics": (
        f"key {_KEY}, value FLOAT NOT NULL, timestamp BIGINT NOT NULL, run_uuid {_RUN}, "
        "step BIGINT DEFAULT '0' NOT NULL, is_nan BOOLEAN DEFAULT '0' NOT NULL, "
        "CONSTRAINT metric_pk PRIMARY KEY (key, timestamp, step, run_uuid, value, is_nan), "
        f"{_OF_RUN}, CHECK (is_nan IN (0, 1))"
    ),
    "latest_metrics": (
        f"key {_KEY}, value FLOAT NOT NULL, timestamp BIGINT, step BIGINT NOT NULL, "
        f"is_nan BOOLEAN NOT NULL, run_uuid {_RUN}, "
        f"CONSTRAINT latest_metric_pk PRIMARY KEY (key, run_uuid), {_OF_RUN}, "
        "CHECK (is_nan IN (0, 1))"
    ),
    "datasets": (
        "dataset_uuid VARCHAR(36) NOT NULL, experiment_id INTEGER NOT NULL, "
        "name VARCHAR(500) NOT NULL, digest VARCHAR(36) NOT NULL, "
        "dataset_source_type VARCHAR(36) NOT NULL, dataset_source TEXT NOT NULL, "
        "dataset_schema TEXT, dataset_profile TEXT, "
        f"CONSTRAINT dataset_pk PRIMARY KEY (experiment_id, name, digest), {_OF_EXPERIMENT}"
    ),
    "inputs": (
        "input_uuid VARCHAR(36) NOT NULL, source_type VARCHAR(36) NOT NULL, "
        "source_id VARCHAR(36) NOT NULL, destination_type VARCHAR(36) NOT NULL, "
        "destination_id VARCHAR(36) NOT NULL, CONSTRAINT inputs_pk PRIMARY KEY "
        "(source_type, source_id, destination_type, destination_id)"
    ),
    "input_tags": (
        "input_uuid VARCHAR(36) NOT NULL, name VARCHAR(255) NOT NULL, "
        "value VARCHAR(500) NOT NULL, CONSTRAINT input_tags_pk PRIMARY KEY (input_uuid, name)"
    ),
    # The registry stays empty, but its tables are changed by what MLflow does when it opens.
    "registered_models": (
        "name VARCHAR(256) NOT NULL, creation_time BIGINT, last_updated_time BIGINT, "
        f"description {_TEXT}, CONSTRAINT registered_model_pk PRIMARY KEY (name), UNIQUE (name)"
    ),
    "registered_model_tags": (
        f"key {_KEY}, value {_TEXT}, name VARCHAR(256) NOT NULL, "
        "CONSTRAINT registered_model_tag_pk PRIMARY KEY (key, name), "
        "FOREIGN KEY(name) REFERENCES registered_models (name) ON UPDATE cascade"
    ),
    "registered_model_aliases": (
        "alias VARCHAR(256) NOT NULL, version INTEGER NOT NULL, name VARCHAR(256) NOT NULL, "
        "CONSTRAINT registered_model_alias_pk PRIMARY KEY (name, alias), "
        "CONSTRAINT registered_model_alias_name_fkey FOREIGN KEY(name) "
        "REFERENCES registered_models (name) ON DELETE cascade ON UPDATE cascade"
    ),
    "model_versions": (
        "name VARCHAR(256) NOT NULL, version INTEGER NOT NULL, creation_time BIGINT, "
        f"last_updated_time BIGINT, description {_TEXT}, user_id VARCHAR(256), "
        "current_stage VARCHAR(20), source VARCHAR(500), run_id VARCHAR(32), "
        "status VARCHAR(20), status_message VARCHAR(500), run_link VARCHAR(500), "
        "CONSTRAINT model_version_pk PRIMARY KEY (name, version), "
        "FOREIGN KEY(name) REFERENCES registered_models (name) ON UPDATE CASCADE"
    ),
    "model_version_tags": (
        f"key {_KEY}, value {_TEXT}, name VARCHAR(256) NOT NULL, version INTEGER NOT NULL, "
        "CONSTRAINT model_version_tag_pk PRIMARY KEY (key, name, version), "
        "FOREIGN KEY(name, version) REFERENCES model_versions (name, version) ON UPDATE cascade"
    ),
}
_INDEXES = {
    "index_params_run_uuid": "params (run_uuid)",
    "index_tags_run_uuid": "tags (run_uuid)",
    "index_metrics_run_uuid": "metrics (run_uuid)",
    "index_latest_metrics_run_uuid": "latest_metrics (run_uuid)",
    "index_datasets_dataset_uuid": "datasets (dataset_uuid)",
    "index_datasets_experiment_id_dataset_source_type": (
        "datasets (experiment_id, dataset_source_type)"
    ),
    "index_inputs_input_uuid": "inputs (input_uuid)",
    "index_inputs_destination_type_destination_id_source_type": (
        "inputs (destination_type, destination_id, source_type)"
    ),
}


@exporter("mlflow-sqlite", "a database that MLflow opens (mlflow.db, mlruns)")
def write_database(selection: Selection, target: Target) -> None:
    """Write ``mlflow.db``, and the artifacts into ``mlruns`` beside it."""
    root = facts.root_uri(target, _ARTIFACTS)
    with closing(sqlite3.connect(os.path.join(target.folder, FILE))) as database, database:
        # Half a file is thrown away, so none of the writing has to be undone or safe meanwhile.
        database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        for name, columns in _TABLES.items():
            database.execute(f"CREATE TABLE {name} ({columns})")
        _insert(database, "alembic_version", [(REVISION,)])
        for experiment in facts.experiments(selection):
            _write_experiment(database, root, experiment, target)
        for number, run in enumerate(selection.runs):
            target.progress("runs", number, len(selection.runs))
            _write_run(database, root, run, target)
            for series in selection.reader.history([run.info.run_id]):
                _write_series(database, series, target)
        for name, columns in _INDEXES.items():
            database.execute(f"CREATE INDEX {name} ON {columns}")
        database.commit()
        database.executescript("PRAGMA journal_mode = DELETE;")
    target.progress("runs", len(selection.runs), len(selection.runs))
    folder = os.path.join(target.folder, _ARTIFACTS)
    copy_artifacts(
        selection,
        target,
        lambda run: os.path.join(folder, run.info.experiment_id, run.info.run_id, "artifacts"),
    )


def _insert(database: sqlite3.Connection, table: str, rows: Iterable[tuple[object, ...]]) -> int:
    """Insert rows of text, made storable, and of numbers; see :func:`_insert_as_is`."""
    clean = (tuple(map(_storable, row)) for row in rows)
    return _insert_as_is(database, table, clean)


def _insert_as_is(
    database: sqlite3.Connection, table: str, rows: Iterable[tuple[object, ...]]
) -> int:
    """Insert rows of all columns; those whose key is there already are left out. Count them."""
    width = len(database.execute(f"PRAGMA table_info({table})").fetchall())
    marks = ", ".join("?" * width)
    command = f"INSERT OR IGNORE INTO {table} VALUES ({marks})"  # noqa: S608  # our own names
    return max(0, database.executemany(command, rows).rowcount)


def _storable(value: object) -> object:
    """Write lone surrogates, which SQLite's text cannot hold, as visible escapes."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def _write_experiment(
    database: sqlite3.Connection, root: str, experiment: Experiment, target: Target
) -> None:
    number = int(experiment.experiment_id)
    row = (
        number,
        experiment.name,
        facts.experiment_uri(root, experiment),
        experiment.lifecycle_stage,
        experiment.creation_time,
        experiment.last_update_time,
    )
    if not _insert(database, "experiments", [row]):
        # Two experiments may share a name after a merge; MLflow's may not.
        _insert(database, "experiments", [(number, f"{experiment.name} ({number})", *row[2:])])
    tags = facts.allowed(target, experiment.experiment_id, "Tag", experiment.tags)
    _insert(database, "experiment_tags", ((key, text, number) for key, text in tags))


def _write_run(database: sqlite3.Connection, root: str, run: Run, target: Target) -> None:
    info, tags = run.info, run.data.tags
    source = tags.get("mlflow.source.type", "")
    row = (
        info.run_id,
        info.run_name,
        source if source in _SOURCE_TYPES else "UNKNOWN",
        tags.get("mlflow.source.name", ""),
        "",
        info.user_id,
        info.status,
        info.start_time,
        info.end_time,
        tags.get("mlflow.source.git.commit", ""),
        info.lifecycle_stage,
        facts.artifact_uri(root, run),
        int(info.experiment_id),
        None,
    )
    _insert(database, "runs", [row])
    for table, kind, values in (("params", "Param", run.data.params), ("tags", "Tag", tags)):
        rows = facts.allowed(target, info.run_id, kind, values)
        _insert(database, table, ((key, text, info.run_id) for key, text in rows))
    latest = facts.allowed(target, info.run_id, "Metric", run.data.summaries)
    _insert(
        database,
        "latest_metrics",
        (
            (key, number, one.last_timestamp, one.last_step, is_nan, info.run_id)
            for key, one in latest
            for number, is_nan in [_number(one.last)]
        ),
    )
    _write_datasets(database, run)


def _write_series(database: sqlite3.Connection, series: History, target: Target) -> None:
    import numpy as np

    if not facts.is_clean(series.key):
        return  # listed with the latest values
    values = np.asarray(series.values)
    is_nan = np.isnan(values)
    numbers = np.where(is_nan, 0.0, values.clip(-_LARGEST, _LARGEST))
    rows = zip(
        repeat(series.key),
        numbers.tolist(),
        series.timestamps_ms.tolist(),
        repeat(series.run_id),
        series.steps.tolist(),
        is_nan.astype(int).tolist(),
        strict=False,
    )
    target.points += _insert_as_is(database, "metrics", rows)


def _number(value: float) -> tuple[float, int]:
    """Return a value as MLflow's column holds it, and whether it is NaN.

    Examples
    --------
    >>> _number(float("nan")), _number(0.5), _number(float("-inf"))
    ((0.0, 1), (0.5, 0), (-1.7976931348623157e+308, 0))
    """
    if math.isnan(value):
        return 0.0, 1
    return max(-_LARGEST, min(_LARGEST, value)), 0


def _write_datasets(database: sqlite3.Connection, run: Run) -> None:
    number = int(run.info.experiment_id)
    for dataset, tags in facts.datasets_of(run):
        key = facts.dataset_id(dataset, run)
        row = (
            key,
            number,
            dataset.name,
            dataset.digest,
            dataset.source_type or "code",
            facts.dataset_source(dataset),
            dataset.schema,
            dataset.profile,
        )
        _insert(database, "datasets", [row])
        used = f"{run.info.run_id[:18]}{key[:18]}"
        _insert(database, "inputs", [(used, "DATASET", key, "RUN", run.info.run_id)])
        _insert(database, "input_tags", ((used, name, text) for name, text in tags.items()))
