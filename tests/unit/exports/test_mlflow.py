"""MLflow's folders and databases, read back by our own importers; what they cannot hold is said.

`tests/mlflow/test_export.py` has MLflow itself read them.
"""

from __future__ import annotations

import math
import sqlite3
from contextlib import closing

import pytest

from reporter.events import DatasetsLogged, TagsSet
from reporter.exports import export_runs, select
from reporter.importers import open_source
from reporter.model import Dataset, DatasetInput
from reporter.store.reader import open_store
from reporter.store.writer import ExperimentWriter, FolderWriter
from tests.builders import START_MS, make_run, make_store, run_id_of

FORMS = ["mlflow", "mlflow-sqlite"]
NAN, INF = math.nan, math.inf


@pytest.fixture
def store(tmp_path):
    path = make_store(tmp_path / "runs", {"1": "one: ü ✓", "243609077770614043": "two"})
    ExperimentWriter(path, "1").append(TagsSet(at_ms=START_MS, tags={"mlflow.note.content": "n"}))
    make_run(
        path,
        "a",
        experiment_id="1",
        metrics={"loss": [0.5, NAN, INF, -INF, 0.1 + 0.2], "val/acc": [1.0]},
        params={"lr": "0.1", "long": "x" * 9_000, "lines": "a\nb", "yaml": "no: [1", "empty": ""},
        tags={"mlflow.runName": "a", "mlflow.source.type": "LOCAL", "team": "ü"},
        artifacts={"x/note.txt": b"hello", "empty.bin": b""},
    )
    make_run(path, "b", experiment_id="243609077770614043", status="KILLED", metrics={"n": [1.0]})
    make_run(path, "c", experiment_id="1", status=None)
    writer = FolderWriter(path, "1", run_id_of("a"), now_ms=lambda: START_MS)
    dataset = Dataset(name="train", digest="abc", source_type="local", source="a.csv", schema="{}")
    used = DatasetInput(dataset=dataset, tags={"mlflow.data.context": "training"})
    writer.append(DatasetsLogged(at_ms=START_MS, inputs=(used,)))
    writer.close()
    return open_store(path)


@pytest.mark.parametrize("form", FORMS)
def test_runs_come_back(store, tmp_path, form):
    result = export_runs(select(store), str(tmp_path / "out"), form)
    assert (result.runs, result.points, result.artifacts, result.problems) == (3, 7, 2, ())
    with open_source(str(tmp_path / "out")) as again:
        found = {item.name: dict(item.tags) for item in again.experiments()}
        assert found.pop("Default") == {}  # MLflow fails without one
        assert found == {"one: ü ✓": {"mlflow.note.content": "n"}, "two": {}}
        for run in store.runs():
            check_run(store, again, run, again.run(run.info.run_id))


def check_run(store, again, before, after):
    run_id = before.info.run_id
    for name in ("run_name", "status", "start_time", "end_time"):
        assert getattr(after.info, name) == getattr(before.info, name), name
    assert dict(after.data.params) == dict(before.data.params)
    assert {key: after.data.tags[key] for key in before.data.tags} == dict(before.data.tags)
    assert len(after.inputs.dataset_inputs) == len(before.inputs.dataset_inputs)
    for old, new in zip(store.history([run_id]), again.history([run_id]), strict=True):
        assert old.key == new.key
        assert old.steps.tolist() == new.steps.tolist()
        assert old.timestamps_ms.tolist() == new.timestamps_ms.tolist()
        assert list(map(repr, old.values.tolist())) == list(map(repr, new.values.tolist()))
    found = {item.path for _, item in again.artifacts([run_id])}
    assert found == {item.path for _, item in store.artifacts([run_id])}
    for path in found:
        with store.open_artifact(run_id, path) as one, again.open_artifact(run_id, path) as two:
            assert one.read() == two.read()


@pytest.mark.parametrize("form", FORMS)
def test_deleted_runs_only_when_asked_for(tmp_path, form):
    from reporter.tracking import MlflowClient

    path = make_store(tmp_path / "runs", {"0": "Default", "1": "gone"})
    make_run(path, "a")
    make_run(path, "b", experiment_id="1")
    client = MlflowClient(path)
    client.delete_run(run_id_of("a"))
    client.delete_experiment("1")
    assert select(open_store(path)).runs == ()
    selection = select(open_store(path), with_deleted=True)
    export_runs(selection, str(tmp_path / "out"), form)
    with open_source(str(tmp_path / "out")) as again:
        stages = {item.name: item.lifecycle_stage for item in again.experiments()}
        assert stages == {"Default": "active", "gone": "deleted"}
        assert again.run(run_id_of("a")).info.lifecycle_stage == "deleted"


def test_what_a_folder_cannot_hold_is_listed(tmp_path):
    path = make_store(tmp_path / "runs")
    make_run(path, "a", params={"a": "1", "a/b": "2"}, tags={"x|y": "1", "../up": "2", "ok": "3"})
    result = export_runs(select(open_store(path)), str(tmp_path / "out"), "mlflow")
    told = sorted(f"{one.what}: {one.detail}" for one in result.problems)
    assert told == [
        "Param left out: The file of the key 'a/b' would stand in another's place.",
        "Tag left out: MLflow takes no key '../up'.",
        "Tag left out: MLflow takes no key 'x|y'.",
    ]
    assert [p.name for p in tmp_path.iterdir() if p.name not in ("runs", "out")] == []
    result = export_runs(select(open_store(path)), str(tmp_path / "db"), "mlflow-sqlite")
    assert len(result.problems) == 2


def test_an_artifact_that_is_gone_is_listed(tmp_path):
    path = make_store(tmp_path / "runs")
    run_id = make_run(path, "a", artifacts={"x.txt": b"1", "y.txt": b"2"})
    (tmp_path / "runs" / "0" / run_id / "artifacts" / "x.txt").unlink()
    result = export_runs(select(open_store(path)), str(tmp_path / "out"), "mlflow")
    assert result.artifacts == 1
    assert [one.where for one in result.problems] == [f"{run_id}/x.txt"]


@pytest.mark.parametrize("form", FORMS)
def test_artifacts_may_be_found_elsewhere(tmp_path, form):
    path = make_store(tmp_path / "runs")
    run_id = make_run(path, "a", artifacts={"x.txt": b"1"})
    selection, place = select(open_store(path)), tmp_path / "out"
    export_runs(selection, str(place), form, artifact_root="s3://bucket/old/")
    if form == "mlflow":
        text = (place / "0" / run_id / "meta.yaml").read_text()
        assert f"artifact_uri: s3://bucket/old/0/{run_id}/artifacts" in text
    else:
        with closing(sqlite3.connect(place / "mlflow.db")) as database:
            ((uri,),) = database.execute("SELECT artifact_uri FROM runs").fetchall()
        assert uri == f"s3://bucket/old/0/{run_id}/artifacts"


def test_infinities_and_equal_points_in_a_database(tmp_path):
    path = make_store(tmp_path / "runs")
    make_run(path, "a", metrics={"m": [INF, NAN]})
    export_runs(select(open_store(path)), str(tmp_path / "out"), "mlflow-sqlite")
    with closing(sqlite3.connect(tmp_path / "out" / "mlflow.db")) as database:
        rows = database.execute("SELECT value, is_nan, step FROM metrics ORDER BY step").fetchall()
        latest = database.execute("SELECT value, is_nan, step FROM latest_metrics").fetchall()
    assert rows == [(1.7976931348623157e308, 0, 0), (0.0, 1, 1)]
    assert latest == [(0.0, 1, 1)]
