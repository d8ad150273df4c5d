"""Hold a store against the truth of an MLflow store, whichever importer it came through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reporter.model import Run
from reporter.store.ports import StoreReader
from tests.importers.truth import describe_series, differences

# What we add to a run and MLflow's own reader does not show among its tags and artifacts.
ADDED_TAGS = {"mlflow.loggedModels", "mlflow.registeredModels"}


def compare(reader: StoreReader, truth: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for everything in which a store differs from the truth."""
    names = {item.experiment_id: item.name for item in reader.experiments()}
    yield from _experiments(reader, truth)
    runs = {run.info.run_id: run for run in reader.runs()}
    expected = {item["run_id"]: item for item in truth["runs"]}
    yield from (f"run {run_id} is missing" for run_id in expected.keys() - runs.keys())
    yield from (f"run {run_id} is too much" for run_id in runs.keys() - expected.keys())
    for run_id in sorted(expected.keys() & runs.keys()):
        yield from _run(reader, runs[run_id], names, expected[run_id])


def _experiments(reader: StoreReader, truth: Mapping[str, Any]) -> Iterator[str]:
    runs = [(run.info.experiment_id, run.info.lifecycle_stage) for run in reader.runs()]
    mine = {
        item.name: {
            "lifecycle_stage": item.lifecycle_stage,
            "tags": dict(item.tags),
            "runs_active": runs.count((item.experiment_id, "active")),
            "runs_deleted": runs.count((item.experiment_id, "deleted")),
        }
        for item in reader.experiments()
    }
    known = ("lifecycle_stage", "tags", "runs_active", "runs_deleted")
    expected = {item["name"]: {key: item[key] for key in known} for item in truth["experiments"]}
    for name in sorted({*mine, *expected}):
        yield from differences(mine.get(name, {}), expected.get(name, {}), f"experiment {name!r}")


def _run(
    reader: StoreReader, run: Run, names: Mapping[str, str], truth: Mapping[str, Any]
) -> Iterator[str]:
    where = f"run {truth['name']!r} ({run.info.run_id[:8]})"
    tags = {key: value for key, value in run.data.tags.items() if key not in ADDED_TAGS}
    mine = {
        "name": run.info.run_name,
        "experiment": names[run.info.experiment_id],
        "status": run.info.status,
        "lifecycle_stage": run.info.lifecycle_stage,
        "start_time": run.info.start_time,
        "end_time": run.info.end_time,
        "params": dict(run.data.params),
        "tags": tags,
        "parent": tags.get("mlflow.parentRunId"),
        "datasets": _datasets(run),
        "artifacts": _artifacts(reader, run),
    }
    expected = {key: truth[key] for key in mine}
    expected["name"] = truth["name"] or ""
    expected["datasets"] = sorted(truth["datasets"], key=lambda item: item["name"])
    # A server tells no size of an empty file.
    expected["artifacts"] = sorted((path, size or 0) for path, size in truth["artifacts"] or ())
    yield from differences(mine, expected, where)
    histories = {item.key: item for item in reader.history([run.info.run_id])}
    for key in sorted({*histories, *truth["metrics"]}):
        found = (
            describe_series(histories[key], run.data.summaries[key].last)
            if key in histories
            else {}
        )
        yield from differences(found, truth["metrics"].get(key, {}), f"{where} metric {key!r}")


def _datasets(run: Run) -> list[dict[str, Any]]:
    found = [
        {
            "name": item.dataset.name,
            "digest": item.dataset.digest,
            "source_type": item.dataset.source_type,
            "tags": dict(item.tags),
        }
        for item in run.inputs.dataset_inputs
    ]
    return sorted(found, key=lambda item: str(item["name"]))


def _artifacts(reader: StoreReader, run: Run) -> list[tuple[str, int]]:
    """Every file that can be opened, with its real size; those of logged models left out."""
    models = run.data.tags.get("mlflow.loggedModels", "")
    found = []
    for run_id, artifact in reader.artifacts([run.info.run_id]):
        if f'"name": "{artifact.path.partition("/")[0]}"' in models:
            continue
        with reader.open_artifact(run_id, artifact.path) as file:
            found.append((artifact.path, len(file.read())))
    return sorted(found)
