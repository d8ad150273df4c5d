"""``reporter.data``, ``reporter.artifacts``, and the names that only MLflow has."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import reporter
from reporter.tracking import experiments, location


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(location, "_uri", None)
    monkeypatch.setattr(experiments, "_experiment_id", None)
    monkeypatch.setenv("REPORTER_TRACKING_URI", str(tmp_path / "runs"))


def test_frame_is_described_by_content() -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": [[1], [2]]})
    found = reporter.data.from_pandas(frame, source="wine.csv", targets="a", name="wine")
    assert (found.name, found.source) == ("wine", "wine.csv")
    assert json.loads(found.profile) == {"num_rows": 2, "num_elements": 6}
    assert json.loads(found.schema)["targets"] == "a"
    assert found.digest == reporter.data.from_pandas(frame.copy()).digest
    assert found.digest != reporter.data.from_pandas(frame.assign(a=[1, 3])).digest
    with pytest.raises(reporter.InvalidInputError, match="no column 'zz'"):
        reporter.data.from_pandas(frame, targets="zz")


def test_arrays_are_described_by_content() -> None:
    found = reporter.data.from_numpy(np.zeros((3, 2)), targets=np.arange(3))
    profile = json.loads(found.profile)
    assert (profile["features_shape"], profile["targets_shape"]) == ([3, 2], [3])
    assert found.digest != reporter.data.from_numpy(np.zeros((2, 3)), targets=np.arange(3)).digest


def test_polars_frame() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"a": [1, 2]})
    found = reporter.data.from_polars(frame, name="p")
    assert json.loads(found.profile)["num_rows"] == 2
    assert found.digest == reporter.data.from_polars(frame.clone()).digest


def test_files_are_described_by_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    assert reporter.data.from_csv(path).name == "a.csv"
    assert reporter.data.from_csv(path).digest == reporter.data.from_parquet(path).digest
    with pytest.raises(reporter.InvalidInputError, match="no file"):
        reporter.data.from_csv(tmp_path / "absent.csv")


def test_inputs_of_a_run() -> None:
    with reporter.start_run() as run:
        reporter.log_input(reporter.data.from_numpy(np.zeros(2), name="zeros"), context="training")
    (found,) = reporter.get_run(run.info.run_id).inputs.dataset_inputs
    assert (found.dataset.name, found.tags["mlflow.data.context"]) == ("zeros", "training")


def test_artifacts_come_back_by_uri(tmp_path: Path) -> None:
    with reporter.start_run() as run:
        reporter.log_text("ü", "notes/a.txt")
        reporter.log_dict({"a": 1}, "d.json")
        reporter.log_image(np.zeros((2, 3)), "x.png")
    uri = f"runs:/{run.info.run_id}"
    artifacts = reporter.artifacts
    assert artifacts.load_text(f"{uri}/notes/a.txt") == "ü"
    assert artifacts.load_dict(f"{uri}/d.json") == {"a": 1}
    assert artifacts.load_image(f"{uri}/x.png").size == (3, 2)
    assert [a.path for a in artifacts.list_artifacts(uri)] == ["d.json", "notes", "x.png"]
    copied = artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="notes")
    assert Path(copied, "a.txt").read_text(encoding="utf-8") == "ü"
    for wrong in (f"{uri}/absent.txt", "s3://bucket/x"):
        with pytest.raises(reporter.InvalidInputError):
            artifacts.load_text(wrong)
    with pytest.raises(reporter.InvalidInputError, match="holds no JSON"):
        artifacts.load_dict(f"{uri}/notes/a.txt")
    with pytest.raises(reporter.InvalidInputError, match="either artifact_uri or run_id"):
        artifacts.list_artifacts()


def test_absent_names_say_what_to_do() -> None:
    with pytest.raises(AttributeError, match="no model registry"):
        _ = reporter.register_model
    with pytest.raises(AttributeError, match="Did you mean 'log_metric'"):
        _ = reporter.log_metrik
