"""A shelf among other writers: what they do is noticed, what was written is read back."""

from __future__ import annotations

import os
import shutil
import threading

import pytest

from reporter.adapters.shelf import Shelf, open_shelf
from reporter.errors import RunNotFoundError
from reporter.events import (
    ExperimentCreated,
    ExperimentRenamed,
    LifecycleChanged,
    ParamsLogged,
    RunEnded,
    RunStarted,
    TagsSet,
)
from reporter.store.reader import open_store

RUN = "ab" * 16


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "runs")


@pytest.fixture
def shelf(path):
    found = Shelf(path)
    found.append_to_experiment("7", ExperimentCreated(at_ms=1, experiment_id="7", name="seven"))
    found.start(RunStarted(at_ms=1, run_id=RUN, experiment_id="7", run_name="first", start_time=1))
    yield found
    found.close()


@pytest.fixture
def other(path):
    """Another process, as far as the store can tell."""
    found = Shelf(path)
    yield found
    found.close()


def names(path):
    return sorted(name.split("-")[0] for name in os.listdir(os.path.join(path, "7", RUN)))


def test_one_shelf_for_a_store_in_a_process(path, tmp_path):
    assert open_shelf(path) is open_shelf(str(tmp_path / "x" / ".." / "runs"))


def test_a_live_run_is_read_as_it_stands(shelf):
    shelf.append(RUN, ParamsLogged(at_ms=2, params={"lr": "0.1"}))
    shelf.open(RUN).writer.points.append_point("loss", 0.5, 1, 3)
    run = shelf.run(RUN)
    assert (run.data.params, run.data.metrics) == ({"lr": "0.1"}, {"loss": 0.5})
    assert shelf.points(RUN).keys == ["loss"]
    shelf.open(RUN).writer.points.append_point("loss", 0.25, 2, 4)
    assert shelf.run(RUN).data.metrics == {"loss": 0.25}
    assert len(shelf.points(RUN).values) == 2


def test_what_others_write_counts_for_what_is_allowed(shelf, other):
    other.append(RUN, ParamsLogged(at_ms=2, params={"lr": "0.1"}))
    assert shelf.open(RUN).params == {"lr": "0.1"}
    other.append(RUN, LifecycleChanged(at_ms=3, lifecycle_stage="deleted"))
    assert shelf.open(RUN).lifecycle_stage == "deleted"
    other.append(RUN, LifecycleChanged(at_ms=4, lifecycle_stage="active"))
    assert shelf.open(RUN).lifecycle_stage == "active"


def test_the_end_writes_the_tables(shelf, path):
    shelf.open(RUN).writer.points.append_point("loss", 0.5, 1, 3)
    shelf.end(RUN, RunEnded(at_ms=5, status="FINISHED", end_time=5))
    assert names(path) == ["metrics.parquet", "run.parquet"]
    assert shelf.run(RUN).info.status == "FINISHED"


def test_an_ended_run_that_is_edited_is_folded_again(shelf, path, monkeypatch):
    shelf.end(RUN, RunEnded(at_ms=5, status="FINISHED"))
    shelf.append(RUN, TagsSet(at_ms=6, tags={"a": "1"}))
    assert "events" in names(path)
    assert shelf.run(RUN).data.tags == {"a": "1"}
    shelf.open(RUN).touched_s -= 60
    shelf._fold_due()
    assert names(path) == ["run.parquet"]
    assert shelf.run(RUN).data.tags == {"a": "1"}


def test_a_run_that_another_ended_is_let_go(shelf, other, path):
    shelf.append(RUN, TagsSet(at_ms=2, tags={"a": "1"}))
    other.end(RUN, RunEnded(at_ms=5, status="FINISHED"))
    assert "events" in names(path), "this process may still be writing"
    shelf._open[RUN].touched_s -= 60
    shelf._tidied_s -= 60
    assert shelf.run(RUN).info.status == "FINISHED"
    assert names(path) == ["run.parquet"]


def test_a_process_that_exits_folds_nothing_and_loses_nothing(shelf, path):
    shelf.close()
    shelf.end(RUN, RunEnded(at_ms=5, status="FINISHED"))
    assert "run.parquet" not in names(path)
    assert open_store(path).run(RUN).info.status == "FINISHED"
    assert os.listdir(os.path.join(path, ".pending")) == [f"7-{RUN}"]


def test_few_journals_stay_open(shelf, path, monkeypatch):
    monkeypatch.setattr("reporter.adapters.shelf._MAX_OPEN_RUNS", 3)
    ids = [f"{number:032x}" for number in range(8)]
    for run_id in ids:
        shelf.start(RunStarted(at_ms=1, run_id=run_id, experiment_id="7"))
    assert len(shelf._open) == 3
    for run_id in ids:
        shelf.append(run_id, TagsSet(at_ms=2, tags={"n": run_id}))
    assert [shelf.run(run_id).data.tags["n"] for run_id in ids] == ids


def test_threads_that_close_each_others_journals_lose_nothing(shelf, monkeypatch):
    monkeypatch.setattr("reporter.adapters.shelf._MAX_OPEN_RUNS", 2)
    ids = [f"{number:032x}" for number in range(6)]
    for run_id in ids:
        shelf.start(RunStarted(at_ms=1, run_id=run_id, experiment_id="7"))
    failures = []

    def work(name):
        try:
            for number in range(60):
                with shelf.writing(ids[number % len(ids)]) as opened:
                    opened.append(TagsSet(at_ms=2, tags={f"{name}-{number}": "1"}))
                    shelf.run(ids[number % len(ids)])
        except Exception as error:  # noqa: BLE001  # a thread's error is the test's
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,), daemon=True) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures
    assert not any(thread.is_alive() for thread in threads)
    assert sum(len(shelf.run(run_id).data.tags) for run_id in ids) == 4 * 60


def test_experiments_are_read_again_when_they_change(shelf, other):
    folder = os.path.join(shelf.path, "7")
    os.utime(folder, (1, 1))  # long ago, so that the time is relied on
    assert shelf.find_experiment("7").name == "seven"
    other.append_to_experiment("7", ExperimentRenamed(at_ms=2, name="eight"))
    assert shelf.find_experiment("7").name == "eight"
    shelf.append_to_experiment("7", ExperimentRenamed(at_ms=3, name="nine"))
    assert shelf.find_experiment("7").name == "nine"


def test_runs_that_are_gone(shelf, path):
    shelf.remove(RUN)
    with pytest.raises(RunNotFoundError):
        shelf.run(RUN)
    assert list(shelf.runs("7")) == []
    assert list(shelf.runs("no experiment")) == []
    for wrong in ("", "../../etc", "0" * 32):
        with pytest.raises(RunNotFoundError):
            shelf.home_of(wrong)


def test_a_run_removed_by_another_is_let_go(shelf, path):
    shelf.append(RUN, TagsSet(at_ms=2, tags={"a": "1"}))
    shutil.rmtree(os.path.join(path, "7", RUN))
    shelf._open[RUN].touched_s -= 60
    shelf._tidied_s -= 60
    with pytest.raises(RunNotFoundError):
        shelf.run(RUN)
    assert not shelf._open
