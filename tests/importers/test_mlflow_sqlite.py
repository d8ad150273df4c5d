"""MLflow's databases: what MLflow itself reads in them is what we import."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing

import pytest

from reporter.importers import ImportOptions, find_sources, import_sources, open_source
from reporter.store.reader import open_store
from tests.importers.mlflow_truth import compare
from tests.importers.truth import SECRET, everything, get_fixture

NAMES = ("mlflow_3_sqlite", "mlflow_3_server")
# MLflow cannot store an infinity and reads the largest number back: docs/importers.md.
EXCEPTIONS = {f"metric 'has_inf': {name} is" for name in ("digest", "max", "min", "nonfinite")}


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("sources")


@pytest.fixture(params=NAMES)
def source(request, scratch):
    return get_fixture(request.param, scratch)


@pytest.fixture
def copied(scratch, tmp_path):
    """A store of its own, which may be changed."""
    folder = tmp_path / "copy"
    shutil.copytree(get_fixture("mlflow_3_sqlite", scratch).folder, folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def unexpected(reader, source):
    lines = compare(reader, source.truth)
    return [line for line in lines if not any(known in line for known in EXCEPTIONS)]


def change(folder, *statements):
    with closing(sqlite3.connect(folder / "mlflow.db")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def imported(folder, tmp_path, name="runs"):
    """Import; return what was done and the store."""
    result = import_sources([str(folder)], str(tmp_path / name))
    return result, open_store(tmp_path / name)


def files_of(folder):
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
    }


def test_import_reproduces_the_truth(source, tmp_path):
    before = files_of(source.folder)
    result, store = imported(source.folder, tmp_path)
    assert not unexpected(store, source)
    assert files_of(source.folder) == before, "nothing is written into the source"
    assert {p.what for p in result.problems} == {"Artifacts elsewhere", "Left out"}
    again, _ = imported(source.folder, tmp_path)
    assert [s.n_unchanged for s in again.sources] == [len(source.truth["runs"])]


def test_reading_in_place_reproduces_the_truth(source):
    with open_source(str(source.folder)) as reader:
        assert not unexpected(reader, source)
    with open_source(str(source.folder / "mlflow.db")) as reader:
        assert not unexpected(reader, source)


def test_infinities_come_back(source, tmp_path):
    _, store = imported(source.folder, tmp_path)
    (history,) = [h for r in store.runs() for h in store.history([r.info.run_id], ["has_inf"])]
    assert float("inf") in history.values
    assert float("-inf") in history.values
    lines = list(compare(store, source.truth))
    assert all(any(known in line for line in lines) for known in EXCEPTIONS)


def test_logged_models_and_registered_versions_stay_with_their_run(source, tmp_path):
    _, store = imported(source.folder, tmp_path)
    (run,) = [run for run in store.runs() if run.info.run_name == "model"]
    (logged,) = json.loads(run.data.tags["mlflow.loggedModels"])
    assert (logged["name"], logged["status"]) == ("model", "READY")
    assert logged["metrics"] == {"with_model": 0.5}
    (version,) = json.loads(run.data.tags["mlflow.registeredModels"])
    assert (version["name"], version["version"]) == ("登録モデル", 1)
    assert "model/MLmodel" in [artifact.path for artifact in run.artifacts]


def test_artifacts_are_found_where_the_user_says(copied, tmp_path):
    (copied / "mlruns").rename(tmp_path / "files")
    bare, _ = imported(copied, tmp_path)
    assert bare.sources[0].n_files == 0
    options = ImportOptions(values={"artifacts": str(tmp_path / "files")})
    found = import_sources([str(copied)], str(tmp_path / "with"), options=options)
    assert found.sources[0].n_files > 0


def test_the_folder_of_artifacts_is_no_source_of_its_own(copied):
    (run,) = list((copied / "mlruns").glob("*/*/artifacts"))[:1]
    (run / "table.csv").write_text("step,loss\n0,1\n1,2\n")
    found = find_sources(str(copied))
    assert [item.importer.name for item in found] == ["mlflow-sqlite"]


def test_a_database_among_its_artifacts_is_the_one_source(copied, tmp_path):
    (copied / "mlflow.db").rename(copied / "mlruns" / "mlflow.db")
    run = next((copied / "mlruns").glob("*/*/artifacts"))
    (run / "table.csv").write_text("step,loss\n0,1\n1,2\n")
    found = find_sources(str(copied))
    assert [item.importer.name for item in found] == ["mlflow-sqlite"]
    result, _ = imported(copied, tmp_path)
    assert result.sources[0].n_files > 1


def test_an_older_folder_store_beside_is_imported_too(copied, tmp_path):
    """MLflow 3 leaves an older ``mlruns`` where it is and puts new files into it."""
    experiment = copied / "mlruns" / "234567890123456789"
    run = experiment / ("ab" * 16)
    (run / "params").mkdir(parents=True)
    (run / "params" / "lr").write_text("0.1")
    (experiment / "meta.yaml").write_text(
        "artifact_location: x\nexperiment_id: '234567890123456789'\nlifecycle_stage: active\n"
        "name: older\n"
    )
    (run / "meta.yaml").write_text(
        f"artifact_uri: x\nrun_id: {run.name}\nrun_name: old\nstart_time: 5\nstatus: 3\n"
    )
    result, store = imported(copied, tmp_path)
    assert sorted(item.format for item in result.sources) == ["mlflow-files", "mlflow-sqlite"]
    assert [item.n_new for item in result.sources if item.format == "mlflow-files"] == [1]
    assert store.run(run.name).data.params == {"lr": "0.1"}


def test_growth_is_brought_and_the_rest_left(copied, tmp_path):
    first, store = imported(copied, tmp_path)
    run = next(run for run in store.runs() if run.data.metrics)
    key = next(iter(run.data.metrics))
    change(
        copied,
        "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) "
        f"VALUES ('{key}', 5, 9999999999999, '{run.info.run_id}', 123456, 0)",
    )
    again, store = imported(copied, tmp_path)
    assert [item.n_updated for item in again.sources] == [1]
    assert [item.n_unchanged for item in again.sources] == [first.sources[0].n_new - 1]
    assert store.run(run.info.run_id).data.summaries[key].last_step == 123456


def test_schemas_of_other_versions(copied, tmp_path):
    """Tables and columns that came later are missing, and unknown ones are there."""
    change(
        copied,
        "DROP INDEX index_metrics_run_uuid",
        "CREATE TABLE old AS SELECT key, value, timestamp, run_uuid FROM metrics",
        "DROP TABLE metrics",
        "ALTER TABLE old RENAME TO metrics",
        "DROP TABLE experiment_tags",
        "DROP TABLE inputs",
        "DROP TABLE datasets",
        "DROP TABLE logged_models",
        "DROP TABLE model_versions",
        "CREATE TABLE short AS SELECT experiment_id, name, artifact_location, lifecycle_stage "
        "FROM experiments",
        "DROP TABLE experiments",
        "ALTER TABLE short RENAME TO experiments",
        "ALTER TABLE runs ADD COLUMN from_the_future VARCHAR(5)",
        "ALTER TABLE runs DROP COLUMN deleted_time",
    )
    result, store = imported(copied, tmp_path)
    assert not [p for p in result.problems if p.severity == "error"]
    series = [h for run in store.runs() for h in store.history([run.info.run_id])]
    assert {int(history.steps.max()) for history in series} == {0}


def test_damage_costs_what_it_held(copied, tmp_path):
    data = bytearray((copied / "mlflow.db").read_bytes())
    data[len(data) // 2 : len(data) // 2 + 8192] = os.urandom(8192)
    (copied / "mlflow.db").write_bytes(data)
    imported(copied, tmp_path)  # whatever it says, it does not fail
    (copied / "mlflow.db").write_bytes(data[: len(data) // 3])
    found = import_sources([str(copied)], str(tmp_path / "torn"), format_name="mlflow-sqlite")
    assert found.problems


def test_rows_that_refer_to_nothing_are_listed(copied, tmp_path):
    change(copied, "UPDATE runs SET experiment_id = 4711 WHERE name = 'model'")
    result, store = imported(copied, tmp_path)
    (problem,) = [p for p in result.problems if p.what == "Damaged database"]
    assert "4711" in problem.detail
    assert "model" not in [run.info.run_name for run in store.runs()]


def test_links_that_leave_the_artifacts_are_not_followed(copied, tmp_path):
    (copied / "outside.txt").write_bytes(SECRET)
    folder = next((copied / "mlruns").glob("*/*/artifacts"))
    (folder / "stolen.txt").symlink_to(copied / "outside.txt")
    result, store = imported(copied, tmp_path)
    listed = [p for p in result.problems if p.what == "Link not followed"]
    assert [p.where.rpartition("/")[2] for p in listed] == ["stolen.txt"]
    assert not any(SECRET in text for text in everything(store))


def test_other_databases_are_left_alone(tmp_path):
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection, connection:
        connection.execute("CREATE TABLE runs (id INTEGER)")
    (tmp_path / "train.csv").write_text("step,loss\n0,1\n1,2\n")
    assert [item.importer.name for item in find_sources(str(tmp_path))] == ["table"]
