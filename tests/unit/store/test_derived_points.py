"""Derived files of points: the same histories, quicker; stale or damaged ones as good as none."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from reporter.errors import RunNotFoundError
from reporter.store import derived_points, layout
from reporter.store.reader import open_store
from reporter.store.sources import RunSources
from reporter.store.tables import Points
from reporter.store.writer import FolderWriter
from tests.builders import START_MS, make_run, make_store, run_id_of
from tests.unit.store.test_derived import age

N_RUNS = 70
IDS = [run_id_of(f"run-{number}") for number in range(N_RUNS)]


def _metrics(number: int) -> dict[str, list[float]]:
    values = [float(number), float("nan"), -0.0, 1e300][: number % 4 + 1]
    return {"loss": values, f"own-{number % 3} 日本": [1.0], "\udc80": [2.0]}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Seventy runs in two experiments, one of them without a point."""
    path = make_store(tmp_path_factory.mktemp("points") / "runs", {"0": "Default", "7": "Seven"})
    for number in range(N_RUNS):
        make_run(
            path,
            f"run-{number}",
            experiment_id="7" if number % 5 == 0 else "0",
            metrics=_metrics(number) if number else {},
        )
    age(path)
    return path


@pytest.fixture
def store(prepared: str, tmp_path: Path) -> str:
    """A copy of it, times and all."""
    return shutil.copytree(prepared, str(tmp_path / "runs"))


@pytest.fixture
def read_tables(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note whose tables of points are opened."""
    seen: list[str] = []
    real = RunSources.all_points

    def all_points(self: RunSources, *rest: object) -> Points:
        if self.run_id != IDS[0]:  # it has no table, so there is nothing to remember
            seen.append(self.run_id)
        return real(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(RunSources, "all_points", all_points)
    return seen


def histories(store: str, ids: list[str] = IDS, keys: list[str] | None = None) -> list[object]:
    return [
        (item.run_id, item.key, item.steps.tolist(), item.timestamps_ms.tolist(),
         item.values.tobytes())
        for item in open_store(store).history(ids, keys)
    ]  # fmt: skip


def files(store: str) -> list[Path]:
    return sorted(Path(store, layout.CACHE).glob("points-*.parquet"))


def test_second_reading_gives_the_same(store: str, read_tables: list[str]) -> None:
    first = histories(store)
    assert len(files(store)) == 1
    read_tables.clear()
    assert histories(store) == first
    assert read_tables == []
    backwards = IDS[::-1]
    assert sorted(histories(store, backwards)) == sorted(first)
    assert [item[0] for item in histories(store, backwards)] == [item[0] for item in first][::-1]
    assert histories(store, IDS, ["loss"]) == [item for item in first if item[1] == "loss"]
    assert read_tables == []
    assert len(files(store)) == 1


def test_few_runs_and_chosen_metrics_make_no_file(store: str) -> None:
    histories(store, IDS[:60])
    histories(store, IDS, ["loss"])
    assert files(store) == []


def test_arrays_may_be_kept_and_are_as_long_as_they_say(store: str) -> None:
    histories(store)
    kept = list(open_store(store).history(IDS))
    for item in kept:
        assert len(item.steps) == len(item.values) == len(item.timestamps_ms)
        assert (item.steps.dtype, item.values.dtype) == (np.int64, np.float64)


def _resume(store: str, name: str) -> None:
    writer = FolderWriter(store, "0", run_id_of(name), now_ms=lambda: START_MS)
    writer.points.append_point("loss", 77.0, 77, START_MS + 77_000)


def test_run_that_went_on_is_read_anew(store: str, read_tables: list[str]) -> None:
    first = histories(store)
    _resume(store, "run-1")
    read_tables.clear()
    second = histories(store)
    assert read_tables == [IDS[1]]
    (changed,) = [item for item in second if item not in first]
    assert changed[:3] == (IDS[1], "loss", [0, 1, 77])


def test_new_runs_come_into_a_file_of_their_own(store: str) -> None:
    histories(store)
    (old,) = files(store)
    before = old.read_bytes()
    new = [make_run(store, f"new-{n}", metrics={"loss": [float(n)]}) for n in range(64)]
    age(store)
    os.utime(old)  # times of the cache itself mean nothing
    whole = histories(store, [*IDS, *new])
    assert histories(store, [*IDS, *new]) == whole
    # All runs are a minute older than the first file says, so it serves nobody and is gone.
    assert len(files(store)) == 1
    assert files(store)[0].read_bytes() != before


def test_deleted_run_is_not_found(store: str) -> None:
    histories(store)
    shutil.rmtree(Path(store, "0", IDS[1]))
    with pytest.raises(RunNotFoundError):
        histories(store)


@pytest.mark.parametrize("at", [0, 50, 0.5, -9, -40, -400])
def test_damage_is_never_shown(store: str, at: float) -> None:
    first = histories(store)
    (path,) = files(store)
    whole = path.read_bytes()
    place = int(at * len(whole)) if isinstance(at, float) else at
    path.write_bytes(whole[:place] + b"\xff\xfe\xfd" + whole[place:][3:])
    assert histories(store) == first
    path.write_bytes(whole[: len(whole) // 2])
    assert histories(store) == first
    path.unlink()
    path.mkdir()
    assert histories(store) == first


def test_file_that_vanishes_under_a_reader(store: str) -> None:
    first = histories(store)
    found: Iterator[object] = iter(open_store(store).history(IDS))
    next(found)
    for path in files(store):
        path.unlink()
    assert len(list(found)) == len(first) - 1


def test_many_points_in_any_order(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several files, few of which may be held: whatever the order, nothing else comes out."""
    monkeypatch.setattr(derived_points, "FILE_POINTS", 40)
    monkeypatch.setattr(derived_points, "HELD_POINTS", 90)
    monkeypatch.setattr(derived_points, "MIN_RUNS", 5)
    first = histories(store)
    assert len(files(store)) > 3
    ids = list(IDS)
    for seed in range(5):
        random.Random(seed).shuffle(ids)
        assert sorted(histories(store, ids)) == sorted(first)
    assert histories(store) == first


def test_a_few_of_many_are_read_from_their_own_files(
    store: str, monkeypatch: pytest.MonkeyPatch, read_tables: list[str]
) -> None:
    histories(store)
    monkeypatch.setattr(derived_points, "POINTS_A_RUN", 1)
    read_tables.clear()
    histories(store)
    assert read_tables == IDS[1:]


def test_many_small_files_are_tidied_up(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derived_points, "MAX_FILES", 2)
    monkeypatch.setattr(derived_points, "MIN_RUNS", 64)
    monkeypatch.setattr("reporter.store.reader.MIN_RUNS", 1)
    monkeypatch.setattr(derived_points, "MIN_RUNS", 1)
    for start in range(0, N_RUNS, 10):
        histories(store, IDS[start : start + 10])
    assert len(files(store)) <= 4
    assert len(histories(store)) == len(histories(store, IDS[::-1]))
