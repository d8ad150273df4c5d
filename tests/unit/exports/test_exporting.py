"""What every export keeps to: which runs, where to, and that it is whole or not there."""

from __future__ import annotations

import errno
import json
import os
import sqlite3

import pytest

from reporter.errors import (
    BuildError,
    ExperimentNotFoundError,
    FilterSyntaxError,
    InvalidInputError,
    OutputConflictError,
)
from reporter.exports import EXPORTERS, Exporter, export_runs, get_exporter, select
from reporter.store.reader import open_store
from tests.builders import make_run, make_store, run_id_of


@pytest.fixture
def store(tmp_path):
    path = make_store(tmp_path / "runs", {"1": "one", "2": "two"})
    make_run(path, "a", experiment_id="1", metrics={"loss": [3.0, 1.0]}, params={"lr": "0.1"})
    make_run(path, "b", experiment_id="1", metrics={"loss": [3.0, 2.0]}, start_ms=1_000)
    make_run(path, "c", experiment_id="2", artifacts={"x/note.txt": b"hello"})
    return open_store(path)


def ids(selection):
    return [run.info.run_id for run in selection.runs]


def test_which_runs(store):
    assert len(select(store).runs) == 3
    assert ids(select(store, ["one"])) == [run_id_of("b"), run_id_of("a")]  # the oldest first
    assert ids(select(store, ["2"])) == [run_id_of("c")]
    assert ids(select(store, filter_string="metrics.loss < 2")) == [run_id_of("a")]
    with pytest.raises(ExperimentNotFoundError, match=r"no experiment 'onne'.*Did you mean 'one'"):
        select(store, ["onne"])
    with pytest.raises(FilterSyntaxError):
        select(store, filter_string="metrics.loss <")


def test_an_unknown_form_names_the_known_ones():
    with pytest.raises(InvalidInputError, match="mlflow-sqlite"):
        get_exporter("xlsx")
    assert list(EXPORTERS)[:5] == ["mlflow", "mlflow-sqlite", "parquet", "csv", "json"]


@pytest.mark.parametrize("form", ["parquet", "csv", "json"])
def test_tables_are_brought_up_to_date(store, tmp_path, form):
    place = tmp_path / "out"
    for _ in range(2):  # a place that is free may be named so as well
        export_runs(select(store, ["2"]), str(place), form, is_replacing=True)
    (place / "README").write_text("of the user's own")
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    export_runs(select(store), str(place), form, is_replacing=True)
    after = {path.name: path.read_bytes() for path in place.iterdir()}
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {*after} - {"README"}
    assert sorted(os.listdir(tmp_path)) == ["out", "runs"]


@pytest.mark.parametrize("form", ["csv", "mlflow"])
def test_only_tables_are_replaced(store, tmp_path, form):
    place = tmp_path / "out"
    place.mkdir()
    (place / "thesis.txt").write_text("mine")
    with pytest.raises(OutputConflictError, match="no earlier export of this form"):
        export_runs(select(store), str(place), form, is_replacing=True)
    assert os.listdir(place) == ["thesis.txt"]


@pytest.mark.parametrize(
    "refusal",
    [
        OSError(errno.ENOSPC, "Error writing bytes to file. Detail: [errno 28] No space left"),
        sqlite3.OperationalError("database or disk is full"),
    ],
)
def test_a_disk_that_refuses_leaves_nothing_and_one_sentence(store, tmp_path, monkeypatch, refusal):
    def write(_, target):
        with open(os.path.join(target.folder, "half"), "wb"):
            raise refusal

    monkeypatch.setitem(EXPORTERS, "full", Exporter(name="full", label="", write=write))
    reason = os.strerror(errno.ENOSPC) if isinstance(refusal, OSError) else "disk is full"
    before = os.listdir(tmp_path)
    with pytest.raises(BuildError, match=rf"Cannot write '.*out': .*{reason}\. Nothing is left"):
        export_runs(select(store), str(tmp_path / "out"), "full")
    assert os.listdir(tmp_path) == before


def test_nothing_is_overwritten(store, tmp_path):
    place = tmp_path / "out"
    place.mkdir()
    export_runs(select(store), str(place), "csv")  # an empty folder will do
    before = sorted(os.listdir(place))
    with pytest.raises(OutputConflictError, match="exists already"):
        export_runs(select(store), str(place), "json")
    assert sorted(os.listdir(place)) == before


def test_what_is_interrupted_leaves_nothing(store, tmp_path, monkeypatch):
    def interrupted(selection, target):
        (tmp_path / "seen").write_text(target.folder)
        raise KeyboardInterrupt

    broken = Exporter(name="broken", label="", write=interrupted)
    monkeypatch.setitem(EXPORTERS, "broken", broken)
    with pytest.raises(KeyboardInterrupt):
        export_runs(select(store), str(tmp_path / "out"), "broken")
    assert sorted(os.listdir(tmp_path)) == ["runs", "seen"]


@pytest.mark.parametrize("form", ["parquet", "csv", "json", "mlflow", "mlflow-sqlite"])
def test_a_store_without_runs(form, tmp_path):
    empty = open_store(make_store(tmp_path / "runs"))
    result = export_runs(select(empty), str(tmp_path / "out"), form)
    assert (result.runs, result.points, result.problems) == (0, 0, ())
    assert (tmp_path / "out").is_dir()


def test_the_command(store, tmp_path, report):
    done = report("export", store.location, "-o", str(tmp_path / "out"), "--format", "mlflow")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{tmp_path / 'out'}: 3 runs, 4 points, 1 artifact\n"
    done = report(
        "export", store.location, "-o", str(tmp_path / "json"), "--experiment", "one",
        "--filter", "metrics.loss < 2", "--json", "--format", "json",
    )  # fmt: skip
    assert json.loads(done.stdout)["runs"] == 1
    done = report("export", store.location, "-o", str(tmp_path / "out"), "--format", "csv")
    assert done.returncode == 2
    assert "exists already" in done.stderr
    done = report("export", str(tmp_path / "nowhere"), "-o", str(tmp_path / "x"))
    assert done.returncode == 2
    assert not (tmp_path / "x").exists()
