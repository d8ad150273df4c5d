"""Compaction: a crash at any instruction neither loses nor doubles a point."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from reporter.events import MetricsLogged, RunEnded, RunStarted
from reporter.store import layout, tables
from reporter.store.compact import compact_run, compact_store
from reporter.store.exclusive import exclusive
from reporter.store.reader import open_store
from reporter.store.writer import FolderWriter
from tests.builders import START_MS, make_run, make_store, run_id_of


class _Crash(BaseException):
    """Stands for SIGKILL: nothing catches it on purpose."""


def _values(store: str, run_id: str) -> list[float]:
    return [v for series in open_store(store).history([run_id]) for v in series.values.tolist()]


def _calls_that_crash(monkeypatch: pytest.MonkeyPatch, after: int) -> Iterator[str]:
    """Let every file operation after the first `after` ones crash."""
    left = [after]

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if left[0] <= 0:
                raise _Crash
            left[0] -= 1
            return function(*args, **kwargs)

        return call

    for name in ("replace", "fsync", "unlink", "write"):
        monkeypatch.setattr(os, name, wrap(getattr(os, name)))
    yield ""


@pytest.mark.parametrize("after", range(9))
def test_crash_at_each_file_operation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    store = make_store(tmp_path / "runs")
    run_id = make_run(store, "a", metrics={"loss": [1.0, 2.0, 3.0]}, fold=False)
    folder = os.path.join(store, "0", run_id)
    with monkeypatch.context() as patch:
        next(_calls_that_crash(patch, after))
        try:
            compact_run(folder, run_id, "0")
        except _Crash:
            pass
    run = open_store(store).run(run_id)
    assert (run.info.status, run.data.metrics) == ("FINISHED", {"loss": 3.0})
    assert _values(store, run_id) == [1.0, 2.0, 3.0]
    assert compact_run(folder, run_id, "0")
    assert _values(store, run_id) == [1.0, 2.0, 3.0]
    assert open_store(store).run(run_id) == run
    assert sorted(os.listdir(folder)) == ["metrics.parquet", "run.parquet"]


def test_journal_that_comes_back_is_not_counted_twice(tmp_path: Path) -> None:
    """Two copies of a store, one folded and one not, are merged by copying."""
    store = make_store(tmp_path / "runs")
    run_id = make_run(store, "a", metrics={"loss": [1.0, 2.0]}, fold=False)
    folder = Path(store, "0", run_id)
    journals = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert compact_run(str(folder), run_id, "0")
    for name, content in journals.items():
        (folder / name).write_bytes(content)
    assert _values(store, run_id) == [1.0, 2.0]
    assert compact_run(str(folder), run_id, "0")
    assert _values(store, run_id) == [1.0, 2.0]


def test_open_journal_of_another_rank_is_kept(tmp_path: Path) -> None:
    store = make_store(tmp_path / "runs")
    run_id = make_run(store, "a", metrics={"loss": [1.0]}, fold=False, close=True)
    rank = FolderWriter(store, "0", run_id, now_ms=lambda: START_MS + 5)
    rank.points.append_point("loss", 2.0, 1, START_MS + 5_000)
    folder = os.path.join(store, "0", run_id)
    assert compact_run(folder, run_id, "0")
    assert [name for name in os.listdir(folder) if name.endswith(".bin")]
    rank.points.append_point("loss", 3.0, 2, START_MS + 6_000)
    assert _values(store, run_id) == [1.0, 2.0, 3.0]
    rank.close()
    assert compact_run(folder, run_id, "0")
    assert _values(store, run_id) == [1.0, 2.0, 3.0]
    assert sorted(os.listdir(folder)) == ["metrics.parquet", "run.parquet"]


def test_second_compaction_leaves_the_work_to_the_first(tmp_path: Path) -> None:
    store = make_store(tmp_path / "runs")
    run_id = make_run(store, "a", metrics={"loss": [1.0]}, fold=False)
    folder = os.path.join(store, "0", run_id)
    with exclusive(os.path.join(folder, ".compact.lock")) as is_ours:
        assert is_ours
        assert not compact_run(folder, run_id, "0")
    assert compact_run(folder, run_id, "0")


def test_damaged_table_is_never_replaced(tmp_path: Path) -> None:
    store = make_store(tmp_path / "runs")
    run_id = make_run(store, "a", metrics={"loss": [1.0, 2.0]})
    table = Path(store, "0", run_id, layout.METRICS_TABLE)
    table.write_bytes(table.read_bytes()[:-20])
    writer = FolderWriter(store, "0", run_id, now_ms=lambda: START_MS)
    writer.append(RunStarted(at_ms=START_MS + 1, run_id=run_id, experiment_id="0"))
    points = MetricsLogged(at_ms=1, key="loss", values=[9.0], steps=[9], timestamps_ms=[9])
    writer.append(points, RunEnded(at_ms=START_MS + 2, status="FINISHED"))
    writer.close()
    before = table.read_bytes()
    assert not writer.compact()
    assert table.read_bytes() == before
    run = open_store(store).run(run_id)
    assert "Unreadable table" in {problem.what for problem in run.problems}
    assert _values(store, run_id) == [9.0]


def test_table_is_what_engines_expect(tmp_path: Path) -> None:
    store = make_store(tmp_path / "runs")
    run_id = make_run(
        store, "a", params={"lr": "0.1"}, metrics={"b": [1.0, 0.5], "a": [2.0]}, fold=True
    )
    folder = Path(store, "0", run_id)
    points = pq.read_table(folder / "metrics.parquet").to_pydict()
    assert points["key"] == ["a", "b", "b"]
    assert points["value"] == [2.0, 1.0, 0.5]
    assert points["step"] == [0, 0, 1]
    assert set(points["run_id"]) == {run_id_of("a")}
    (row,) = pq.read_table(folder / "run.parquet").to_pylist()
    assert (row["status"], row["params"]) == ("FINISHED", [("lr", "0.1")])
    assert {item["key"]: item["last"] for item in row["metrics"]} == {"a": 2.0, "b": 0.5}


def test_unsorted_series_keep_their_order(tmp_path: Path) -> None:
    store = make_store(tmp_path / "runs")
    writer = FolderWriter(store, "0", run_id_of("a"), now_ms=lambda: START_MS)
    for step in (5, 1, 5, 3):
        writer.points.append_point("loss", float(step), step, 1_000 - step)
    writer.close()
    writer.compact()
    assert _values(store, run_id_of("a")) == [5.0, 1.0, 5.0, 3.0]


def test_compact_store_folds_what_ended_and_leaves_what_runs(tmp_path: Path) -> None:
    store = make_store(tmp_path / "runs")
    ended = make_run(store, "ended", metrics={"loss": [1.0]}, fold=False)
    running = make_run(store, "running", metrics={"loss": [1.0]}, status=None, fold=False)
    assert compact_store(store) == 1
    assert compact_store(store) == 0
    assert sorted(os.listdir(os.path.join(store, "0", ended))) == ["metrics.parquet", "run.parquet"]
    assert len(os.listdir(os.path.join(store, "0", running))) == 2


def test_parts_of_a_long_table_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wants one metric of a long run does not decode the others."""
    monkeypatch.setattr(tables, "_ROW_GROUP_ROWS", 100)
    store = make_store(tmp_path / "runs")
    values = [float(n) for n in range(250)]
    run_id = make_run(store, "a", metrics={"a": values, "b": values, "日本": values})
    path = os.path.join(store, "0", run_id, layout.METRICS_TABLE)
    assert pq.read_metadata(path).num_row_groups == 8
    for key in ("a", "b", "日本"):
        assert len(tables.read_points_table(path, [key])) <= 400
        (series,) = open_store(store).history([run_id], [key])
        assert series.values.tolist() == values
    assert list(open_store(store).history([run_id], ["aa"])) == []
    assert len(tables.read_points_table(path)) == 750


def test_journals_cut_at_every_byte_are_folded(tmp_path: Path) -> None:
    """Whatever a power failure left, folding loses the torn line or record and nothing else."""
    store = make_store(tmp_path / "runs")
    run_id = make_run(store, "a", params={"p": "1"}, metrics={"loss": [1.0, 2.0]}, fold=False)
    folder = Path(store, "0", run_id)
    whole = {path.name: path.read_bytes() for path in folder.iterdir()}
    for name, content in whole.items():
        for size in range(len(content) + 1):
            for path in folder.iterdir():
                path.unlink()
            for other, data in whole.items():
                (folder / other).write_bytes(data[:size] if other == name else data)
            before, values = open_store(store).run(run_id), _values(store, run_id)
            assert compact_run(str(folder), run_id, "0")
            after = open_store(store).run(run_id)
            assert (after.info, after.data) == (before.info, before.data)
            assert _values(store, run_id) == values
            if layout.is_metrics_journal(name):
                assert values == [1.0, 2.0][: max(0, size // 32 - 2)]
            else:
                assert values == [1.0, 2.0]
                assert after.data.params == ({"p": "1"} if content[:size].count(b"\n") > 2 else {})
