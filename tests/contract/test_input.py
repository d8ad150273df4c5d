"""Wrong use gets a sentence and exit code 2, damage is listed, nothing foreign is touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders import make_run, make_store


@pytest.fixture
def store(tmp_path):
    """A store with one run."""
    path = make_store(tmp_path / "runs")
    make_run(path, "first", metrics={"loss": [1.0, 0.5]}, artifacts={"note.txt": b"hello"})
    return tmp_path / "runs"


def assert_wrong_use(done, *words: str) -> None:
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("Error: ")
    for word in words:
        assert word in lines[0]


def test_a_path_that_does_not_exist(report, tmp_path):
    assert_wrong_use(report("build", "nowhere", cwd=tmp_path), "nowhere")


def test_a_folder_that_is_no_store(report, tmp_path):
    (tmp_path / "photos").mkdir()
    assert_wrong_use(report("build", "photos", cwd=tmp_path), "photos")


def test_a_file_instead_of_a_folder(report, tmp_path):
    (tmp_path / "file.txt").write_text("x", encoding="utf-8")
    assert_wrong_use(report("build", "file.txt", cwd=tmp_path), "file.txt")


def test_a_store_of_a_newer_version(report, tmp_path, store):
    marker = {"format": "reporter-store", "version": 99}
    (store / "store.json").write_text(json.dumps(marker), encoding="utf-8")
    assert_wrong_use(report("build", "runs", cwd=tmp_path), "99")


def test_an_output_below_a_file(report, tmp_path, store):
    (tmp_path / "taken").write_text("x", encoding="utf-8")
    assert_wrong_use(report("build", "runs", "-o", "taken/site", cwd=tmp_path), "taken")


def test_an_output_that_cannot_be_written(report, tmp_path, store):
    locked = Path("/proc")  # closed even to root, where there is one
    if not locked.is_dir():
        locked = tmp_path / "locked"
        locked.mkdir(mode=0o500)
    assert_wrong_use(report("build", "runs", "-o", str(locked / "site"), cwd=tmp_path), "site")


def test_a_store_without_runs_builds(report, tmp_path):
    make_store(tmp_path / "runs")
    done = report("build", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "log_metric" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")


def test_foreign_files_stay_and_stop_nothing(report, tmp_path, store):
    foreign = tmp_path / "site" / "run" / "my notes.txt"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("mine", encoding="utf-8")
    for _ in range(2):
        assert report("build", cwd=tmp_path).returncode == 0
    assert foreign.read_text(encoding="utf-8") == "mine"


def test_a_foreign_file_where_a_page_must_go_stops_the_build(report, tmp_path, store):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("mine", encoding="utf-8")
    assert_wrong_use(report("build", cwd=tmp_path), "index.html")
    assert (tmp_path / "site" / "index.html").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("table", ["run.parquet", "metrics.parquet"])
def test_damage_is_listed_and_only_strict_minds(report, tmp_path, store, table):
    damaged = next(store.rglob(table))
    damaged.write_bytes(damaged.read_bytes()[:-20])
    make_run(str(store), "second", metrics={"loss": [0.25]})
    done = report("build", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 problem" in done.stdout
    assert table in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert report("build", "--strict", cwd=tmp_path).returncode == 1


def test_json_is_for_machines(report, tmp_path, store):
    done = report("build", "--json", cwd=tmp_path)
    assert done.returncode == 0
    assert json.loads(done.stdout)["n_runs"] == 1
    assert done.stderr == ""
