"""Runs come back as data frames from wherever they are."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import reporter
from reporter.errors import FilterSyntaxError, NotAStoreError
from reporter.events import LifecycleChanged
from reporter.site.build import build
from reporter.site.writing.output import FolderOutput
from reporter.store.reader import open_store
from reporter.store.writer import FolderWriter
from tests.builders import START_MS, make_run, make_store, run_id_of


@pytest.fixture
def store(tmp_path: Path) -> str:
    path = make_store(tmp_path / "runs", {"7": "digits"})
    metrics = {"loss": [3.0, math.nan], "acc": [0.5]}
    files = {"a.txt": b"hi"}
    make_run(
        path, "good", experiment_id="7", params={"lr": "0.1"}, metrics=metrics, artifacts=files
    )
    make_run(path, "bad", experiment_id="7", params={"lr": "0.2"}, metrics={"loss": [9.0]})
    gone = make_run(path, "gone", experiment_id="7", fold=False, close=False)
    FolderWriter(path, "7", gone, now_ms=lambda: START_MS).append(
        LifecycleChanged(at_ms=START_MS, lifecycle_stage="deleted")
    )
    return path


@pytest.fixture(params=["store", "site"])
def report(request: pytest.FixtureRequest, store: str, tmp_path: Path) -> reporter.load:
    if request.param == "store":
        return reporter.load(Path(store))
    build(open_store(store), FolderOutput(str(tmp_path / "site")))
    return reporter.load(tmp_path / "site")


def test_runs_and_experiments(report: reporter.load) -> None:
    assert sorted(report.runs["params.lr"]) == ["0.1", "0.2"]
    assert report.experiments[["name", "n_runs"]].to_numpy().tolist() == [["digits", 2]]
    assert report.search("metrics.loss > 5")["run_id"].tolist() == [run_id_of("bad")]
    assert "2 runs" in repr(report)
    with pytest.raises(FilterSyntaxError):
        report.search("metrics.loss >")


def test_histories(report: reporter.load) -> None:
    frame = report.histories("loss", [run_id_of("good")])
    assert frame["step"].tolist() == [0, 1]
    assert frame["value"].isna().tolist() == [False, True]
    assert str(frame["timestamp"].dt.tz) == "UTC"
    assert set(report.histories()["key"]) == {"loss", "acc"}


def test_artifacts(report: reporter.load) -> None:
    assert report.list_artifacts(run_id_of("good")) == ["a.txt"]
    with report.open_artifact(run_id_of("good"), "a.txt") as file:
        assert file.read() == b"hi"
    with report:
        pass


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(NotAStoreError):
        reporter.load(tmp_path / "none")


def test_names_that_no_run_has_are_told(report) -> None:
    with pytest.warns(UserWarning, match=r"'metrics.los'. Did you mean 'loss'\?"):
        nothing = report.histories("los")
    assert nothing.empty
    assert list(nothing.columns) == list(report.histories("loss").columns)
    with pytest.warns(UserWarning, match=r"'params.lrr'. Did you mean 'lr'\?"):
        assert report.search("params.lrr > 1").empty
