"""A folder of runs as MLflow keeps them: ``mlruns``, one file a param, a tag and a metric.

MLflow 3.13 and later open such a folder with ``MLFLOW_ALLOW_FILE_STORE=true``, all before them
without.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from reporter.exports import mlflow_facts as facts
from reporter.exports.copying import copy_artifacts
from reporter.exports.registry import Target, exporter
from reporter.exports.selection import Selection
from reporter.model import Experiment, LifecycleStage, Run
from reporter.store.ports import History

__all__ = ["write_files"]

_STATUS = {"RUNNING": 1, "SCHEDULED": 2, "FINISHED": 3, "FAILED": 4, "KILLED": 5}
_SOURCE_TYPE = {"NOTEBOOK": 1, "JOB": 2, "PROJECT": 3, "LOCAL": 4, "UNKNOWN": 1000}
_TRASH = ".trash"
_META = "meta.yaml"


@exporter("mlflow", "a folder that MLflow opens (mlruns)")
def write_files(selection: Selection, target: Target) -> None:
    """Write a folder that MLflow opens, artifacts included.

    What it has no place for is listed: keys that MLflow refuses, and a param, tag or metric whose
    key is a folder of another's (``a`` beside ``a/b``).
    """
    root = facts.root_uri(target)
    folders = {}
    for experiment in facts.experiments(selection):
        folder = os.path.join(target.folder, *_place(experiment))
        folders[experiment.experiment_id] = folder
        _write_experiment(folder, root, experiment, target)
    for number, run in enumerate(selection.runs):
        target.progress("runs", number, len(selection.runs))
        folder = os.path.join(folders[run.info.experiment_id], run.info.run_id)
        _write_run(folder, root, run, target)
        for series in selection.reader.history([run.info.run_id]):
            _write_series(folder, series, target)
    target.progress("runs", len(selection.runs), len(selection.runs))
    copy_artifacts(
        selection,
        target,
        lambda run: os.path.join(folders[run.info.experiment_id], run.info.run_id, "artifacts"),
    )


def _place(experiment: Experiment) -> tuple[str, ...]:
    is_deleted = experiment.lifecycle_stage == LifecycleStage.DELETED
    return (*([_TRASH] * is_deleted), experiment.experiment_id)


def _write_experiment(folder: str, root: str, experiment: Experiment, target: Target) -> None:
    meta = {
        "artifact_location": facts.experiment_uri(root, experiment),
        "creation_time": experiment.creation_time,
        "experiment_id": experiment.experiment_id,
        "last_update_time": experiment.last_update_time,
        "lifecycle_stage": experiment.lifecycle_stage,
        "name": experiment.name,
    }
    _write_yaml(os.path.join(folder, _META), meta)
    _write_texts(folder, "tags", experiment.experiment_id, experiment.tags, target)


def _write_run(folder: str, root: str, run: Run, target: Target) -> None:
    tags = run.data.tags
    source = tags.get("mlflow.source.type", "")
    meta: dict[str, object] = {
        "artifact_uri": facts.artifact_uri(root, run),
        "end_time": run.info.end_time,
        "entry_point_name": "",
        "experiment_id": run.info.experiment_id,
        "lifecycle_stage": run.info.lifecycle_stage,
        "run_id": run.info.run_id,
        "run_name": run.info.run_name,
        "run_uuid": run.info.run_id,
        "source_name": "",
        "source_type": _SOURCE_TYPE.get(source, _SOURCE_TYPE["UNKNOWN"]),
        "source_version": "",
        "start_time": run.info.start_time,
        "status": _STATUS[run.info.status],
        "tags": [],
        "user_id": run.info.user_id,
    }
    _write_yaml(os.path.join(folder, _META), meta)
    for name in ("metrics", "artifacts"):
        os.makedirs(os.path.join(folder, name), exist_ok=True)
    _write_texts(folder, "params", run.info.run_id, run.data.params, target)
    _write_texts(folder, "tags", run.info.run_id, tags, target)
    _write_datasets(folder, run)


def _write_texts(
    folder: str, kind: str, where: str, values: Mapping[str, str], target: Target
) -> None:
    os.makedirs(os.path.join(folder, kind), exist_ok=True)
    for key, text in facts.allowed(target, where, kind.capitalize()[:-1], values):
        _write_value(folder, kind, where, key, text, target)


def _write_series(folder: str, series: History, target: Target) -> None:
    points = zip(
        series.timestamps_ms.tolist(), series.values.tolist(), series.steps.tolist(), strict=True
    )
    for key, _ in facts.allowed(target, series.run_id, "Metric", {series.key: None}):
        text = "".join(f"{time} {value!r} {step}\n" for time, value, step in points)
        if _write_value(folder, "metrics", series.run_id, key, text, target):
            target.points += len(series.values)


def _write_value(folder: str, kind: str, where: str, key: str, text: str, target: Target) -> bool:
    """Write one value into a file named by its key; False, and listed, when that cannot be."""
    path = os.path.join(folder, kind, *key.split("/"))
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "x", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.write(text)
    except (FileExistsError, NotADirectoryError, IsADirectoryError, PermissionError, ValueError):
        target.left_out(
            f"{kind.capitalize()[:-1]} left out",
            where,
            f"The file of the key {key!r} would stand in another's place.",
            "Export with --format mlflow-sqlite, where that is no matter.",
        )
        return False
    return True


def _write_datasets(folder: str, run: Run) -> None:
    for dataset, tags in facts.datasets_of(run):
        number = facts.dataset_id(dataset, run)
        described = {
            "digest": dataset.digest,
            "name": dataset.name,
            "profile": dataset.profile,
            "schema": dataset.schema,
            "source": facts.dataset_source(dataset),
            "source_type": dataset.source_type or "code",
        }
        path = os.path.join(os.path.dirname(folder), "datasets", number, _META)
        if not os.path.exists(path):
            _write_yaml(path, described)
        used = {
            "destination_id": run.info.run_id,
            "destination_type": "RUN",
            "source_id": number,
            "source_type": "DATASET",
            "tags": tags,
        }
        _write_yaml(os.path.join(folder, "inputs", number, _META), used)


def _write_yaml(path: str, record: Mapping[str, object]) -> None:
    import yaml

    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        yaml.safe_dump(_writable(dict(record)), file, sort_keys=True)


def _writable(record: dict[str, object]) -> dict[str, object]:
    """Write lone surrogates, which YAML cannot hold, as visible escapes."""
    return {
        key: value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
        for key, value in record.items()
    }
