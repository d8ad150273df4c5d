"""Noticing changes: what is seen, and what looking costs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from reporter.events import MetricsLogged
from reporter.publish.watch import FileWatch, StoreWatch, watch
from reporter.store.writer import FolderWriter
from tests.builders import START_MS, make_run, make_store, run_events, run_id_of


class Clock:
    """A clock that stands still, so that sweeps cost nothing and each look is a whole one."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store(tmp_path) -> str:
    path = make_store(tmp_path / "runs")
    make_run(path, "first", metrics={"loss": [1.0]})
    return path


@pytest.fixture
def watching(store) -> StoreWatch:
    found = StoreWatch(store, Clock())
    assert not found.changed()
    return found


def test_a_store_at_rest_does_not_change(watching):
    assert not any(watching.changed() for _ in range(3))


def test_a_new_run_is_seen_once(watching, store):
    make_run(store, "second")
    assert watching.changed()
    assert not watching.changed()


def test_each_point_of_a_live_run_is_seen(watching, store):
    writer = FolderWriter(store, "0", run_id_of("live"), now_ms=lambda: START_MS)
    writer.append(*run_events("live", status=None))
    assert watching.changed()
    for step in range(3):
        point = MetricsLogged(
            at_ms=START_MS, key="loss", values=[1.0], steps=[step], timestamps_ms=[START_MS]
        )
        writer.append(point)
        assert watching.changed()
        assert not watching.changed()
    writer.close()
    assert watching.changed()
    writer.compact()
    assert watching.changed()


def test_an_edit_of_an_ended_run_is_seen(watching, store):
    writer = FolderWriter(store, "0", run_id_of("first"), now_ms=lambda: START_MS)
    writer.append(*run_events("first", tags={"a": "b"})[1:2])
    writer.close()
    assert watching.changed()


def test_a_removed_run_is_seen(watching, store):
    shutil.rmtree(os.path.join(store, "0", run_id_of("first")))
    assert watching.changed()
    assert not watching.changed()


def test_a_store_that_goes_and_comes_is_seen(watching, store):
    os.rename(store, store + "-away")
    assert watching.changed()
    os.rename(store + "-away", store)
    assert watching.changed()


def test_the_death_of_a_writer_is_seen(watching, store, run_python):
    code = (
        "import os, reporter\n"
        f"reporter.set_tracking_uri({store!r})\n"
        "reporter.start_run()\n"
        "reporter.log_metric('loss', 1)\n"
        "os._exit(9)\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reporter.publish.watch.is_alive", lambda _: True)
        run_python("-c", code)
        assert watching.changed()
        assert not watching.changed()
    assert watching.changed()  # nothing was written: its process is gone
    assert not watching.changed()


def test_sweeps_are_rare_when_they_are_dear(store, monkeypatch):
    clock = Clock()
    found = StoreWatch(store, clock)
    sweeps = []

    def slow_sweep() -> bool:
        clock.now += 0.1
        sweeps.append(clock.now)
        return False

    monkeypatch.setattr(found, "_sweep", slow_sweep)
    for _ in range(100):
        found.changed()
        clock.now += 0.5
    assert 8 <= len(sweeps) <= 12  # a tenth of a second each, so one in five seconds


def test_other_files_are_watched_by_size_and_time(tmp_path):
    folder = tmp_path / "mlruns"
    (folder / "0").mkdir(parents=True)
    found = watch(str(folder))
    assert isinstance(found, FileWatch)
    found = FileWatch(str(folder), Clock())
    assert not found.changed()
    (folder / "0" / "loss").write_text("1", encoding="utf-8")
    assert found.changed()
    (folder / "0" / "loss").write_text("12", encoding="utf-8")
    assert found.changed()
    assert not found.changed()
    Path(folder / "0" / "loss").unlink()
    assert found.changed()


def test_a_store_is_recognised(store):
    assert isinstance(watch(store), StoreWatch)
