"""Trackio's databases: what Trackio itself reads in them is what we import."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing

import pytest

from reporter.importers import import_sources
from reporter.importers.params import flatten_params
from reporter.store.reader import open_store

WORDS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}

FIXTURE = "trackio"


def rows_of(source, name: str) -> list[dict]:
    """A run's rows as Trackio returns them; their digest is the truth's."""
    database = f"file:{source.folder / 'churn.db'}?mode=ro&immutable=1"
    query = "SELECT step, metrics FROM metrics WHERE run_name = ? ORDER BY id"
    with closing(sqlite3.connect(database, uri=True)) as connection:
        found = connection.execute(query, (name,)).fetchall()
    return [{**numbers(json.loads(text)), "step": step} for step, text in found]


def numbers(value):
    if isinstance(value, dict):
        return {key: numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [numbers(item) for item in value]
    return WORDS.get(value, value) if isinstance(value, str) else value


def test_every_row_is_reproduced(source, store):
    runs = {run.info.run_name: run for run in store.runs()}
    assert set(runs) == set(source.truth["projects"]["churn"])
    for name, truth in source.truth["projects"]["churn"].items():
        rows = rows_of(source, name)
        text = json.dumps(rows, sort_keys=True)
        assert hashlib.sha1(text.encode()).hexdigest() == truth["digest"]
        expected: dict[str, list] = {}
        for row in rows:
            for key, value in row.items():
                if isinstance(value, (int, float)) and key != "step":
                    expected.setdefault(key, []).append((row["step"], float(value)))
        found = {
            history.key: list(zip(history.steps.tolist(), history.values.tolist(), strict=True))
            for history in store.history([runs[name].info.run_id])
        }
        assert repr(sorted(found.items())) == repr(sorted(expected.items()))
        assert [str(value) for _, value in found["nasty"]] == truth["nasty"]


def test_configuration_ids_and_times_are_kept(source, store):
    for run in store.runs():
        truth = source.truth["projects"]["churn"][run.info.run_name]["config"]
        own = {key: value for key, value in truth.items() if not key.startswith("_")}
        assert run.data.params == flatten_params(own)
        assert run.data.tags["group"] == truth["_Group"]
        assert run.info.status == "FINISHED"
    assert "b56b41e0b0624ea0b1c593437a934704" in {run.info.run_id for run in store.runs()}


def test_pictures_pages_and_distributions_become_files(store):
    run = next(iter(store.runs()))
    image = next(artifact for artifact in run.artifacts if artifact.kind == "image")
    assert (image.path, image.key, image.step) == ("media/image+step+200.png", "image", 200)
    paths = {artifact.path for artifact in run.artifacts}
    assert {"histograms/hist.vl.json", "text/md.md", "alerts.json"} <= paths
    with store.open_artifact(run.info.run_id, "logged_values.json") as file:
        assert json.loads(file.read())["data"][0][1] == "text"


@pytest.fixture
def copied(source, tmp_path):
    folder = tmp_path / "trackio"
    shutil.copytree(source.folder, folder, copy_function=shutil.copyfile)
    return folder


def change(folder, statement: str, *values) -> None:
    folder.chmod(0o755)
    with closing(sqlite3.connect(folder / "churn.db")) as connection, connection:
        connection.execute(statement, values)


def test_growth_is_brought_and_the_rest_left(copied, tmp_path):
    store = str(tmp_path / "runs")
    assert import_sources([str(copied)], store).sources[0].n_new == 3
    insert = (
        "INSERT INTO metrics (run_id, timestamp, run_name, step, metrics) VALUES (?, ?, ?, ?, ?)"
    )
    run_id = "b56b41e0b0624ea0b1c593437a934704"
    change(copied, insert, run_id, "2026-11-22T00:00:00", "tr 0", 9, '{"acc": 1}')
    done = import_sources([str(copied)], store).sources[0]
    assert (done.n_updated, done.n_unchanged) == (1, 2)


def test_what_is_still_in_the_log_of_writes_is_read_and_nothing_written(copied, tmp_path):
    copied.chmod(0o755)
    with closing(sqlite3.connect(copied / "churn.db")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("UPDATE metrics SET metrics = '{\"fresh\": 1}' WHERE id = 1")
        connection.commit()
        before = sorted(path.name for path in copied.iterdir())
        import_sources([str(copied)], str(tmp_path / "runs"))
        assert sorted(path.name for path in copied.iterdir()) == before
    found = {key for run in open_store(str(tmp_path / "runs")).runs() for key in run.data.metrics}
    assert "fresh" in found


def test_hostile_rows_and_paths_are_problems(copied, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("not ours")
    change(copied, "UPDATE metrics SET metrics = 'no json' WHERE id = 2")
    leaving = {"_type": "trackio.image", "file_path": "../../secret.txt"}
    change(copied, "UPDATE metrics SET metrics = ? WHERE id = 3", json.dumps({"x": leaving}))
    gone = {"_type": "trackio.image", "file_path": "churn/gone.png"}
    change(copied, "UPDATE metrics SET metrics = ? WHERE id = 4", json.dumps({"y": gone}))
    result = import_sources([str(copied)], str(tmp_path / "runs"))
    assert sorted(problem.what for problem in result.problems) == [
        "Link not followed",
        "Missing artifact",
        "Unreadable rows",
    ]


def test_a_torn_database_is_a_problem(source, tmp_path):
    folder = tmp_path / "trackio"
    folder.mkdir()
    data = (source.folder / "churn.db").read_bytes()
    (folder / "torn.db").write_bytes(data[: len(data) // 2])
    (folder / "foreign.db").write_bytes(b"SQLite format 3\0 and nothing more")
    (folder / "train.csv").write_text("step,loss\n0,1\n")
    result = import_sources([str(folder)], str(tmp_path / "runs"))
    assert result.sources[-1].n_new == 1


def test_databases_without_ids_of_runs_are_told_by_their_names(tmp_path):
    """The first versions of Trackio kept names alone."""
    with closing(sqlite3.connect(tmp_path / "old.db")) as connection, connection:
        connection.execute(
            "CREATE TABLE metrics (id INTEGER PRIMARY KEY, timestamp TEXT, run_name TEXT, "
            "step INTEGER, metrics TEXT)"
        )
        connection.execute(
            "CREATE TABLE configs (id INTEGER PRIMARY KEY, run_name TEXT, config TEXT, "
            "created_at TEXT)"
        )
        row = ("2025-10-09T08:53:20", "first", 3, '{"loss": 0.5}')
        connection.execute(
            "INSERT INTO metrics (timestamp, run_name, step, metrics) VALUES (?, ?, ?, ?)", row
        )
        config = ("only configured", '{"lr": 1}', "2025-10-09T08:53:20")
        connection.execute(
            "INSERT INTO configs (run_name, config, created_at) VALUES (?, ?, ?)", config
        )
    import_sources([str(tmp_path / "old.db")], str(tmp_path / "runs"))
    runs = {run.info.run_name: run for run in open_store(str(tmp_path / "runs")).runs()}
    assert runs["first"].data.metrics == {"loss": 0.5}
    assert runs["first"].info.start_time == 1760000000000
    assert runs["only configured"].data.params == {"lr": "1"}
