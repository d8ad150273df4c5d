"""Derived tables: the same runs, quicker; stale or damaged ones are as good as none."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from reporter.events import (
    ArtifactLogged,
    DatasetsLogged,
    LifecycleChanged,
    MetricDefined,
    TagsSet,
)
from reporter.model import Artifact, Dataset, DatasetInput, MetricDefinition, Run
from reporter.store import derived, layout
from reporter.store.reader import open_store
from reporter.store.sources import RunSources
from reporter.store.writer import FolderWriter
from tests.builders import START_MS, make_run, make_store, run_id_of

N_RUNS = 40


@pytest.fixture
def store(tmp_path: Path) -> str:
    """Forty runs that have not been touched for a minute."""
    path = make_store(tmp_path / "runs")
    for number in range(N_RUNS):
        make_run(
            path,
            f"run-{number}",
            params={"lr": str(number), "lone": "\ud800"},
            tags={"team": "x"},
            metrics={"loss": [float(number), float("nan")], "日本": [-0.0]},
            artifacts={"a.txt": b"x"} if number % 2 else None,
        )
    _rich_run(path)
    age(path)
    return path


def _rich_run(store: str) -> None:
    writer = FolderWriter(store, "0", run_id_of("run-0"), now_ms=lambda: START_MS)
    dataset = DatasetInput(dataset=Dataset(name="wine", digest="1"), tags={"k": "v"})
    writer.append(
        MetricDefined(at_ms=1, definition=MetricDefinition(key="loss", direction="min")),
        DatasetsLogged(at_ms=2, inputs=(dataset,)),
        ArtifactLogged(at_ms=3, artifact=Artifact(path="m", size_bytes=3, key="k", step=4)),
    )
    writer.close()
    writer.compact()


def age(store: str) -> None:
    """Make everything a minute old, as time would."""
    for parent, folders, names in os.walk(store):
        for name in [*folders, *names]:
            path = os.path.join(parent, name)
            then = os.stat(path).st_mtime_ns - 60 * 10**9
            os.utime(path, ns=(then, then))


def cache_of(store: str) -> Path:
    return Path(store, layout.CACHE, "runs-0.json")


def read(store: str) -> list[Run]:
    return list(open_store(store).runs())


def count_folds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note which runs are folded from their own files."""
    folded: list[str] = []
    real = RunSources.run

    def run(self: RunSources) -> Run:
        folded.append(self.run_id)
        return real(self)

    monkeypatch.setattr(RunSources, "run", run)
    return folded


def test_second_reading_gives_the_same_and_folds_nothing(
    store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read(store)
    folded = count_folds(monkeypatch)
    second = read(store)
    assert folded == []
    assert repr(second) == repr(first)  # NaN is not equal to itself
    for one, two in zip(first, second, strict=True):
        assert one.info == two.info
        assert hash(one.info) == hash(two.info)
        assert (one.inputs, one.artifacts, one.data.params) == (
            two.inputs,
            two.artifacts,
            two.data.params,
        )
        assert list(one.data.metrics) == list(two.data.metrics)
    assert isinstance(second[0].data.summaries, derived.Summaries)
    by_id = {run.info.run_id: run for run in second}
    assert by_id[run_id_of("run-0")].data.definitions["loss"].direction == "min"


def test_artifacts_are_found_as_before(store: str) -> None:
    run_id = run_id_of("run-1")

    def artifacts() -> list[Artifact]:
        reader = open_store(store)
        assert len(list(reader.runs())) == N_RUNS
        return [item for _, item in reader.artifacts([run_id])]

    assert artifacts() == artifacts()
    (found,) = artifacts()
    assert found.sha256


def _edit(store: str, run_id: str) -> None:
    writer = FolderWriter(store, "0", run_id, now_ms=lambda: START_MS + 10)
    writer.append(TagsSet(at_ms=START_MS + 10, tags={"team": "changed"}))
    writer.close()


def _edit_and_fold(store: str, run_id: str) -> None:
    _edit(store, run_id)
    FolderWriter(store, "0", run_id, now_ms=lambda: START_MS).compact()


def _overwrite_by_copying(store: str, run_id: str) -> None:
    """As ``cp -r`` merges: into the file, so that its folder is not touched."""
    other = make_store(Path(store).parent / "other")
    copy = Path(other, "0", run_id)
    shutil.copytree(Path(store, "0", run_id), copy)
    _edit_and_fold(other, run_id)
    target = Path(store, "0", run_id, layout.RUN_TABLE)
    before = target.parent.stat().st_mtime_ns
    target.write_bytes((copy / layout.RUN_TABLE).read_bytes())
    assert target.parent.stat().st_mtime_ns == before


def _edit_where_folders_have_no_times(store: str, run_id: str) -> None:
    folder = Path(store, "0", run_id)
    before = folder.stat()
    _edit(store, run_id)
    os.utime(folder, ns=(before.st_atime_ns, before.st_mtime_ns))


_CHANGES = (_edit, _edit_and_fold, _overwrite_by_copying)


@pytest.mark.parametrize(
    ("change", "has_times"),
    [
        *((change, has_times) for change in _CHANGES for has_times in (True, False)),
        (_edit_where_folders_have_no_times, False),
    ],
)
def test_changed_run_is_read_anew(
    store: str,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[str, str], None],
    has_times: bool,
) -> None:
    monkeypatch.setattr(derived, "_FOLDERS_HAVE_TIMES", has_times)
    read(store)
    run_id = run_id_of("run-7")
    change(store, run_id)
    folded = count_folds(monkeypatch)
    found = {run.info.run_id: run.data.tags["team"] for run in read(store)}
    assert folded == [run_id]
    assert [key for key, team in found.items() if team == "changed"] == [run_id]


def test_live_run_is_never_kept(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its journals grow without a word from the folder that they lie in."""
    run_id = run_id_of("run-3")
    writer = FolderWriter(store, "0", run_id, now_ms=lambda: START_MS + 10)
    writer.append(TagsSet(at_ms=START_MS + 10, tags={"team": "1"}))
    age(store)
    for number in (2, 3):
        read(store)
        writer.append(TagsSet(at_ms=START_MS + 10, tags={"team": str(number)}))
        found = {run.info.run_id: run.data.tags["team"] for run in read(store)}
        assert found[run_id] == str(number)
    assert run_id not in json.loads(cache_of(store).read_bytes().partition(b"\n")[2])
    writer.close()


def test_what_changed_a_moment_ago_is_not_kept(tmp_path: Path) -> None:
    """Two changes within one tick of the clock could not be told apart."""
    store = make_store(tmp_path / "runs")
    for number in range(N_RUNS):
        make_run(store, f"run-{number}")
    read(store)
    assert not Path(store, layout.CACHE).exists()


def test_deleted_folder_and_new_run(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read(store)
    shutil.rmtree(Path(store, "0", run_id_of("run-1")))
    new = make_run(store, "new")
    folded = count_folds(monkeypatch)
    assert {run.info.run_id for run in read(store)} == {
        new,
        *(run_id_of(f"run-{n}") for n in range(N_RUNS) if n != 1),
    }
    assert folded == [new]


def test_damage_at_any_byte_is_ignored_and_mended(
    store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = repr(read(store))
    cache = cache_of(store)
    whole = cache.read_bytes()
    damaged = [b"", b"\n", whole[:-1], whole[: len(whole) // 2], whole + b"x", b"\0" * len(whole)]
    places = range(0, len(whole), len(whole) // 20)
    damaged += [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in places]
    for content in damaged:
        cache.write_bytes(content)
        assert repr(read(store)) == expected
        assert cache.read_bytes() == whole
    folded = count_folds(monkeypatch)
    read(store)
    assert folded == []


def test_folder_in_its_place(store: str) -> None:
    cache = cache_of(store)
    cache.mkdir(parents=True)
    assert len(read(store)) == N_RUNS
    assert cache.is_dir()
    assert [name for name in os.listdir(cache.parent) if name.startswith(".tmp-")] == []


@pytest.mark.parametrize("call", ["open", "mkdir", "replace"])
def test_store_that_cannot_be_written(
    store: str, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(30, "Read-only file system")

    def refuse_new(path: str, mode: str = "r", *rest: object, **options: object) -> object:
        return refuse() if "x" in mode or "w" in mode else open(path, mode, *rest, **options)

    if call == "open":
        monkeypatch.setattr(derived, "open", refuse_new, raising=False)
    else:
        monkeypatch.setattr(derived.os, call, refuse)
    assert len(read(store)) == N_RUNS
    assert not cache_of(store).exists()


def test_moved_store_keeps_its_table_and_names_no_folder(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(store)
    assert str(tmp_path).encode() not in cache_of(store).read_bytes()
    moved = str(tmp_path / "elsewhere")
    os.rename(store, moved)
    folded = count_folds(monkeypatch)
    runs = read(moved)
    assert folded == []
    assert all(run.info.artifact_uri.startswith(moved) for run in runs)


def test_half_read_experiment_writes_nothing(store: str) -> None:
    runs = open_store(store).runs()
    next(runs)
    runs.close()  # type: ignore[attr-defined]  # a generator
    assert not cache_of(store).exists()


def test_readers_and_a_writer_at_once(store: str) -> None:
    """Whatever the others do meanwhile, each reader sees every run once."""
    errors: list[BaseException] = []

    def look(_: int) -> None:
        try:
            for _ in range(15):
                found = [run.info.run_id for run in read(store)]
                assert len(found) == len(set(found)) == N_RUNS
        except BaseException as error:  # noqa: BLE001  # told by the main thread
            errors.append(error)

    threads = [threading.Thread(target=look, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for number in range(60):
        if number % 3 == 0:
            shutil.rmtree(Path(store, layout.CACHE), ignore_errors=True)
        elif number % 3 == 1 and cache_of(store).exists():
            cache_of(store).write_bytes(b"half")
        writer = FolderWriter(store, "0", run_id_of("run-5"), now_ms=lambda: START_MS)
        stage = LifecycleChanged(at_ms=START_MS + number, lifecycle_stage="active")
        writer.append(stage)
        writer.close()
        writer.compact()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.parametrize("body", [b"[]", b"5", b'{"RUN":[]}', b'{"RUN":["STAMP",1,2,3,4,5,6,7]}'])
def test_file_of_another_shape_is_ignored(store: str, body: bytes) -> None:
    """Right checksum, wrong content: nothing of ours writes such, and nothing may stop for it."""
    run_id = run_id_of("run-1")
    stamp = derived.stamp_of(os.path.join(store, "0", run_id), layout.RUN_TABLE)
    assert stamp is not None
    expected = repr(read(store))
    body = body.replace(b"RUN", run_id.encode())
    body = body.replace(b"STAMP", derived.stamp_text(stamp).encode())
    cache_of(store).write_bytes(derived._head(body) + b"\n" + body)
    assert repr(read(store)) == expected
