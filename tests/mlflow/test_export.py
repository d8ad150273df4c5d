"""What `report export` writes for MLflow, opened by MLflow itself."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

import reporter
from reporter.exports import export_runs, select
from reporter.importers import open_source
from reporter.store.reader import open_store
from reporter.tracking import clock, experiments, location

INF = math.inf


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """A store with what a run can hold, logged by our own API."""
    np = pytest.importorskip("numpy")
    monkeypatch.setattr(location, "_uri", None)
    monkeypatch.setattr(experiments, "_experiment_id", None)
    monkeypatch.delenv("REPORTER_TRACKING_URI", raising=False)
    reporter.set_tracking_uri(tmp_path / "runs")
    times = iter(range(1_795_000_000_000, 1_795_000_900_000))
    with clock.fixed(now=lambda: next(times)):
        reporter.set_experiment("one: ü ✓")
        reporter.set_experiment_tag("team", "blue")
        with reporter.start_run(run_name="parent", description="**note**") as parent:
            reporter.log_params({"lr": 0.1, "lines": "a\nb", "long": "x" * 5_000, "empty": ""})
            for step, value in enumerate([0.5, math.nan, INF, -INF, 0.1 + 0.2]):
                reporter.log_metric("val/loss", value, step=step)
            reporter.log_metric("val/loss", 7.0, step=2)
            reporter.log_text("hello", "notes/a.txt")
            reporter.log_table({"a": [1, 2]}, "t.json")
            data = reporter.data.from_numpy(np.arange(3), source="a.npy", name="numbers")
            reporter.log_input(data, context="training")
            with reporter.start_run(nested=True, run_name="child"):
                pass
        reporter.set_experiment("two")
        with pytest.raises(KeyboardInterrupt), reporter.start_run(run_name="killed"):
            raise KeyboardInterrupt
    monkeypatch.delenv("REPORTER_TRACKING_URI", raising=False)
    return tmp_path / "runs", parent.info.run_id


@pytest.fixture(params=["mlflow", "mlflow-sqlite"])
def opened(request, runs, tmp_path, monkeypatch):
    """MLflow, looking at what was exported."""
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    result = export_runs(select(open_store(str(runs[0]))), str(tmp_path / "out"), request.param)
    assert result.problems == ()
    place = Path(tmp_path, "out")
    is_folder = request.param == "mlflow"
    before = mlflow.get_tracking_uri()
    monkeypatch.setattr(mlflow.tracking.fluent, "_active_experiment_id", None)
    mlflow.set_tracking_uri(place.as_uri() if is_folder else f"sqlite:///{place / 'mlflow.db'}")
    yield mlflow, runs[1], place
    mlflow.set_tracking_uri(before)


@pytest.mark.slow
def test_mlflow_reads_it(opened):
    mlflow, run_id, _ = opened
    names = {item.name for item in mlflow.search_experiments()}
    assert names - {"Default"} == {"one: ü ✓", "two"}
    experiment = mlflow.get_experiment_by_name("one: ü ✓")
    assert experiment.tags == {"team": "blue"}
    assert experiment.creation_time < 1_795_001_000_000
    found = mlflow.search_runs(search_all_experiments=True, output_format="list")
    states = {run.info.run_name: run.info.status for run in found}
    assert states == {"parent": "FINISHED", "child": "FINISHED", "killed": "KILLED"}
    run = mlflow.get_run(run_id)
    assert run.data.params == {"lr": "0.1", "lines": "a\nb", "long": "x" * 5_000, "empty": ""}
    assert run.data.metrics == {"val/loss": 0.1 + 0.2}
    assert run.data.tags["mlflow.note.content"] == "**note**"
    children = mlflow.search_runs(
        [experiment.experiment_id], f"tags.mlflow.parentRunId = '{run_id}'", output_format="list"
    )
    assert [child.info.run_name for child in children] == ["child"]


@pytest.mark.slow
def test_mlflow_reads_histories_files_and_data(opened):
    mlflow, run_id, _ = opened
    client = mlflow.MlflowClient()
    points = client.get_metric_history(run_id, "val/loss")
    by_step = sorted((point.step, str(point.value)) for point in points)
    steps = [0, 1, 2, 2, 3, 4]
    assert [step for step, _ in by_step] == steps
    assert (0, "0.5") in by_step and (1, "nan") in by_step and (2, "7.0") in by_step
    assert {item.path for item in client.list_artifacts(run_id)} == {"notes", "t.json"}
    uri = f"runs:/{run_id}"
    assert mlflow.artifacts.load_text(f"{uri}/notes/a.txt") == "hello"
    mlflow.set_experiment("one: ü ✓")
    assert mlflow.load_table("t.json", run_ids=[run_id])["a"].tolist() == [1, 2]
    (used,) = client.get_run(run_id).inputs.dataset_inputs
    assert (used.dataset.name, used.dataset.source_type) == ("numbers", "local")
    assert json.loads(used.dataset.source) == {"uri": "a.npy"}
    assert [(tag.key, tag.value) for tag in used.tags] == [("mlflow.data.context", "training")]


@pytest.mark.slow
def test_mlflow_goes_on_in_it_and_it_comes_back(opened, runs):
    mlflow, run_id, place = opened
    with mlflow.start_run(run_id=run_id):
        mlflow.log_metric("later", 1.5, step=3)
    with mlflow.start_run(run_name="new"):
        mlflow.log_param("p", 1)
    mlflow.MlflowClient().set_tag(run_id, "seen", "yes")
    with open_source(str(place)) as again:
        run = again.run(run_id)
        assert run.data.metrics["later"] == 1.5
        assert run.data.tags["seen"] == "yes"
        before = open_store(str(runs[0])).run(run_id)
        assert dict(run.data.params) == dict(before.data.params)
        assert len(list(again.runs())) == 4
