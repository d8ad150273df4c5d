"""Folders as MLflow writes them, made by hand for tests."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

START_MS = 1_795_233_120_000


def run_id_of(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:32]


def make_experiment(root: Path, experiment_id: str = "1", name: str = "study", **meta: str) -> Path:
    folder = root / experiment_id
    folder.mkdir(parents=True)
    fields = {
        "artifact_location": f"/gone/mlruns/{experiment_id}",
        "creation_time": str(START_MS),
        "experiment_id": f"'{experiment_id}'",
        "last_update_time": str(START_MS),
        "lifecycle_stage": "active",
        "name": name,
    } | meta
    write_meta(folder, fields)
    return folder


def make_run(
    experiment: Path,
    name: str = "one",
    *,
    params: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
    metrics: Mapping[str, str] | None = None,
    artifacts: Mapping[str, bytes] | None = None,
    **meta: str,
) -> Path:
    """Write a run; each metric is the text of its file."""
    folder = experiment / run_id_of(name)
    folder.mkdir()
    fields = {
        "artifact_uri": f"/gone/mlruns/{experiment.name}/{folder.name}/artifacts",
        "end_time": str(START_MS + 60_000),
        "experiment_id": f"'{experiment.name}'",
        "lifecycle_stage": "active",
        "run_id": folder.name,
        "run_name": name,
        "start_time": str(START_MS),
        "status": "3",
        "user_id": "aiko",
    } | meta
    write_meta(folder, fields)
    for kind, texts in (("params", params), ("tags", tags), ("metrics", metrics)):
        for key, text in (texts or {}).items():
            write(folder / kind / key, text.encode())
    for path, data in (artifacts or {}).items():
        write(folder / "artifacts" / path, data)
    return folder


def write_meta(folder: Path, fields: Mapping[str, str]) -> None:
    text = "".join(f"{key}: {value}\n" for key, value in fields.items())
    write(folder / "meta.yaml", text.encode())


def write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
