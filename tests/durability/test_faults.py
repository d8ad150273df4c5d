"""Each file operation goes wrong once: nothing that was acknowledged is lost, nothing is doubled.

Whatever the operation (folding, resuming, collecting, merging, reading with derived tables), a
process dies at each of its file operations, or the disk refuses one of them, or all from one on.
After that the store reads as before or as after; and done again on a healthy disk, the work ends.
"""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

import reporter
from reporter.errors import ReporterError
from reporter.events import LifecycleChanged, MetricsLogged, ParamsLogged, RunEnded, TagsSet
from reporter.store import layout
from reporter.store.combine import merge_stores
from reporter.store.compact import compact_run, compact_store
from reporter.store.prune import find_prunable, prune
from reporter.store.reader import open_store
from reporter.store.writer import FolderWriter
from reporter.tracking import active, live
from tests.builders import START_MS, make_run, make_store, run_id_of
from tests.durability.faults import ERRORS, Crash, Disk, faulty

pytestmark = pytest.mark.skipif(os.name != "posix", reason="POSIX calls are made to fail here")

A, B, C = (run_id_of(name) for name in "abc")
# Every error at every operation is a nightly job's; two kinds of refusal stand for them otherwise.
IS_NIGHTLY = int(os.environ.get("RUNPAGES_KILL_TRIALS", "0")) >= 50
ALL_MODES = [("crash", True), *((error, lasts) for error in ERRORS for lasts in (True, False))]
MODES = ALL_MODES if IS_NIGHTLY else [("crash", True), ("ENOSPC", True), ("EMFILE", False)]
_EVER = 1 << 62


@dataclass(frozen=True)
class Seen:
    """What a reader finds of a run."""

    status: str
    stage: str
    params: dict[str, str]
    tags: dict[str, str]
    points: tuple[tuple[str, int, float], ...]
    files: tuple[tuple[str, bytes], ...]


def see(store: str, run_id: str) -> Seen:
    """Read everything of a run."""
    reader = open_store(store)
    run = reader.run(run_id)
    files = []
    for _, item in reader.artifacts([run_id]):
        with reader.open_artifact(run_id, item.path) as file:
            files.append((item.path, file.read()))
    return Seen(
        status=run.info.status,
        stage=run.info.lifecycle_stage,
        params=dict(run.data.params),
        tags=dict(run.data.tags),
        points=tuple(
            (item.key, step, value)
            for item in reader.history([run_id])
            for step, value in zip(item.steps.tolist(), item.values.tolist(), strict=True)
        ),
        files=tuple(sorted(files)),
    )


def _second_writer(store: str, name: str, number: int = 0, *, fold: bool = False) -> None:
    writer = FolderWriter(store, "0", run_id_of(name), now_ms=lambda: START_MS)
    late = START_MS + 90_000 + number
    writer.append(
        TagsSet(at_ms=late, tags={f"late{number}": "yes"}),
        ParamsLogged(at_ms=late, params={f"p{number}": "1"}),
        MetricsLogged(
            at_ms=late, key="loss", values=[7.0 + number], steps=[9], timestamps_ms=[late]
        ),
        RunEnded(at_ms=late, status="FINISHED", end_time=late),
    )
    writer.close()
    if fold:
        writer.compact()


@pytest.fixture
def store(tmp_path: Path) -> str:
    """A run with journals of two writers, a folded one that was deleted, a folded one."""
    path = make_store(tmp_path / "runs")
    metrics = {"loss": [3.0, 2.0, 1.0], "own": [0.5]}
    common = {"params": {"lr": "0.1"}, "tags": {"t": "x"}, "artifacts": {"d/f.txt": b"file"}}
    make_run(path, "a", metrics=metrics, fold=False, **common)
    _second_writer(path, "a")
    make_run(path, "b", metrics=metrics, **common)
    _delete(path, "b")
    make_run(path, "c", metrics=metrics, **common)
    return path


def _delete(store: str, name: str) -> None:
    writer = FolderWriter(store, "0", run_id_of(name), now_ms=lambda: START_MS)
    writer.append(LifecycleChanged(at_ms=START_MS + 1, lifecycle_stage="deleted"))
    writer.close()
    writer.compact()


def _trials(
    store: str, work: Callable[[str], object], check: Callable[[str, str], None], mode: tuple
) -> None:
    """Do some work on copies of a store, once for each of its file operations that can fail."""
    fault, lasts = mode
    copy = shutil.copytree(store, f"{store}-counted")
    with faulty(Disk(-1, fault)) as counted:
        work(copy)
    assert counted.count > 0
    for at in range(counted.count):
        copy = shutil.copytree(store, f"{store}-{at}", symlinks=True)
        disk = Disk(at, fault, lasts=lasts)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            with suppress(Crash, OSError, ReporterError), faulty(disk):
                work(copy)
        assert disk.hits, f"operation {at} of {counted.count} never came"
        check(copy, f"{fault} at {at}")
        work(copy)
        check(copy, f"{fault} at {at}, then done again")
        shutil.rmtree(copy)


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_folding(store: str, mode: tuple[str, bool]) -> None:
    before = {run_id: see(store, run_id) for run_id in (A, B, C)}

    def check(copy: str, when: str) -> None:
        assert {run_id: see(copy, run_id) for run_id in before} == before, when

    _trials(store, lambda copy: compact_run(os.path.join(copy, "0", A), A, "0"), check, mode)
    compact_store(store)
    assert sorted(os.listdir(Path(store, "0", A))) == [
        "artifacts",
        "metrics.parquet",
        "run.parquet",
    ]


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_collecting(store: str, mode: tuple[str, bool]) -> None:
    before = {run_id: see(store, run_id) for run_id in (A, B, C)}

    def collect(copy: str) -> None:
        prune(list(find_prunable(copy, _EVER)))

    def check(copy: str, when: str) -> None:
        found = [run.info.run_id for run in open_store(copy).runs()]
        assert set(found) in ({A, B, C}, {A, C}), when
        for run_id in found:
            assert see(copy, run_id) == before[run_id], when

    _trials(store, collect, check, mode)
    collect(store)
    assert [item for item in os.listdir(Path(store, "0")) if "trash" in item] == []
    assert sorted(run.info.run_id for run in open_store(store).runs()) == sorted([A, C])


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_merging(store: str, tmp_path: Path, mode: tuple[str, bool]) -> None:
    """Run a went on in both, b is new here, c was folded here and went on there."""
    other = shutil.copytree(store, str(tmp_path / "other"))
    _second_writer(other, "a", 1)
    _second_writer(other, "c", 2, fold=True)
    _second_writer(store, "c", 3, fold=True)
    shutil.rmtree(Path(store, "0", B))
    wanted = shutil.copytree(store, str(tmp_path / "wanted"))
    merge_stores([other], wanted)
    after = {run_id: see(wanted, run_id) for run_id in (A, B, C)}
    mine = {run_id: see(store, run_id) for run_id in (A, C)}
    assert len(after[C].points) == len(mine[C].points) + 1

    def check(copy: str, when: str) -> None:
        is_done = "again" in when
        for run in open_store(copy).runs():
            run_id = run.info.run_id
            found = see(copy, run_id)
            if is_done:
                assert found == after[run_id], when
            elif run_id in mine:  # what was here stays, and nothing comes twice
                assert set(mine[run_id].points) <= set(found.points) <= set(after[run_id].points)
                assert len(found.points) == len(set(found.points)), when
                assert mine[run_id].params.items() <= found.params.items(), when
                assert found.files == mine[run_id].files, when
        assert {B} <= {run.info.run_id for run in open_store(copy).runs()} or not is_done, when

    _trials(store, lambda copy: merge_stores([other], copy), check, mode)


def _forget_runs() -> None:
    """Let this process be as new, for a dead one takes its runs with it."""
    active.current.__init__()  # type: ignore[misc]
    live._runs.clear()


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_resuming(store: str, mode: tuple[str, bool], monkeypatch: pytest.MonkeyPatch) -> None:
    """What a call that returned has logged is there; training never sees the disk's errors."""
    monkeypatch.setattr("reporter.store.journal.RETRY_SECONDS", 0.0)
    fault, lasts = mode
    said: list[float] = []

    def work(copy: str) -> None:
        said.clear()
        reporter.set_tracking_uri(copy)
        with reporter.start_run(run_id=C):
            for step in range(10, 14):
                reporter.log_metric("loss", float(step), step=step)
                said.append(float(step))
            reporter.log_metrics({"loss": 14.0, "new": 1.0}, step=14)
            said.append(14.0)
            reporter.set_tag("resumed", "yes")

    before = see(store, C)
    copy = shutil.copytree(store, f"{store}-counted")
    with faulty(Disk(-1, fault)) as counted:
        work(copy)
    for at in range(counted.count):
        copy = shutil.copytree(store, f"{store}-{at}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            with suppress(Crash), faulty(Disk(at, fault, lasts=lasts)):
                work(copy)
        _forget_runs()
        found = see(copy, C)
        values = [value for key, _, value in found.points if key == "loss"]
        assert len(values) == len(set(values)), at
        assert set(before.points) <= set(found.points), at
        if fault == "crash" or not lasts:
            assert set(said) <= set(values), at
        shutil.rmtree(copy)


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_reading_with_derived_tables(
    store: str, mode: tuple[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reporter.store.derived.MIN_RUNS", 1)
    monkeypatch.setattr("reporter.store.derived.SETTLED_NS", -(10**12))
    monkeypatch.setattr("reporter.store.derived_points.MIN_RUNS", 1)
    monkeypatch.setattr("reporter.store.reader.MIN_RUNS", 1)

    def work(copy: str) -> list[object]:
        reader = open_store(copy)
        runs = [(run.info.run_name, dict(run.data.metrics)) for run in reader.runs()]
        points = [(item.key, item.values.tolist()) for item in reader.history([B, C])]
        return [runs, points]

    expected = work(shutil.copytree(store, f"{store}-plain"))
    assert len(os.listdir(Path(f"{store}-plain", layout.CACHE))) == 3
    fault, _ = mode

    def check(copy: str, when: str) -> None:
        assert work(copy) == expected, when
        leftovers = [n for n in os.listdir(copy) if n.startswith(layout.TEMPORARY_PREFIX)]
        assert leftovers == [], when

    _trials(store, work, check, mode)
    if fault != "crash":  # nobody notices
        for at in range(6):
            copy = shutil.copytree(store, f"{store}-quiet-{at}")
            with faulty(Disk(at, fault)):
                assert work(copy) == expected
