"""Object stores seen closely: messages, mirrors, folding, maintenance, where artifacts go."""

from __future__ import annotations

import gc
import importlib.util
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

import reporter
from reporter.errors import (
    InvalidInputError,
    NotAStoreError,
    RunNotFoundError,
    StoreError,
    StoreUnreachableError,
    StoreVersionError,
)
from reporter.site.build import build
from reporter.site.writing.output import MemoryOutput
from reporter.store import layout, remote, remote_spool, remote_upload
from reporter.store.combine import merge_stores
from reporter.store.compact import compact_store
from reporter.store.prune import find_prunable, prune
from reporter.store.reader import open_store
from reporter.store.remote import RemoteFolder
from reporter.store.uris import check_packages, is_remote, join, public_uri
from reporter.store.verify import verify_store
from reporter.tracking import experiments, location
from tests import objectstore
from tests.builders import make_run, make_store, run_id_of
from tests.objectstore import Bucket


@pytest.fixture(autouse=True)
def _nothing_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in objectstore.folders(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("REPORTER_UPLOAD_SECONDS", "3600")  # tests say when, by asking
    monkeypatch.setenv("REPORTER_TRACKING_URI", "")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(location, "_uri", None)
    monkeypatch.setattr(experiments, "_experiment_id", None)
    yield
    while reporter.active_run():
        reporter.end_run()
    for spool in remote_spool._spools.values():
        spool.stop()
    remote_spool._spools.clear()


@pytest.fixture
def uri(tmp_path: Path) -> str:
    """A store's URI in fsspec's memory, empty."""
    return f"memory://{tmp_path.name}/runs"


def names(uri: str) -> list[str]:
    return sorted(RemoteFolder(uri).files())


def upload(folder: str, uri: str) -> None:
    files = fsspec.filesystem("memory")
    for path in Path(folder).rglob("*"):
        if path.is_file():
            target = f"{uri.removeprefix('memory:/')}/{path.relative_to(folder).as_posix()}"
            files.pipe_file(target, path.read_bytes())


# URIs and messages


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s3://bucket/runs", True),
        ("abfs://box@account.dfs.core.windows.net/runs", True),
        ("memory://x", True),
        ("runs", False),
        ("./s3:/x", False),
        ("C:\\runs", False),
        ("file:///runs", False),
        ("http://host/x", False),
    ],
)
def test_what_is_an_object_store(text: str, expected: bool) -> None:
    assert is_remote(text) is expected


def test_public_uris_log_nobody_in() -> None:
    assert public_uri("s3://key:secret@bucket/runs/?token=1") == "s3://bucket/runs"
    assert join("s3://b/", "", "/x/", "y") == "s3://b/x/y"


@pytest.mark.parametrize(
    ("uri", "missing", "extra"),
    [
        ("s3://b/x", "s3fs", "runpages[s3]"),
        ("gs://b/x", "gcsfs", "runpages[gs]"),
        ("az://b/x", "adlfs", "runpages[azure]"),
        ("memory://x", "fsspec", "runpages[remote]"),
    ],
)
def test_a_missing_package_is_named_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, uri: str, missing: str, extra: str
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == missing else find("json")
    )
    with pytest.raises(StoreUnreachableError, match=missing) as caught:
        reporter.set_tracking_uri(uri)
    assert extra in str(caught.value)
    assert not reporter.is_tracking_uri_set()
    with pytest.raises(StoreUnreachableError):
        check_packages(uri)


class _NoCredentialsError(Exception):
    """As botocore names it."""


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (FileNotFoundError("The specified bucket does not exist"), "There is no bucket 'b'"),
        (PermissionError("Access Denied for hidden-key-1234"), "No permission to read"),
        (_NoCredentialsError("Unable to locate credentials"), "No credentials for"),
        (ImportError("install x"), "needs a package"),
        (RuntimeError("https://me:pw@host/b timed out\nmore"), "Cannot read 's3://b/runs'"),
        (OSError("hidden-key-1234 is not ours"), "Cannot read"),
    ],
)
def test_what_clouds_raise_becomes_a_sentence_without_credentials(
    monkeypatch: pytest.MonkeyPatch, error: Exception, text: str
) -> None:
    monkeypatch.setenv("FSSPEC_S3_KEY", "hidden-key-1234")

    def fail(*_: object, **__: object) -> object:
        raise error

    monkeypatch.setattr(remote, "check_packages", fail)
    with pytest.raises(StoreUnreachableError) as caught:
        RemoteFolder("s3://me:pw@b/runs").files()
    message = str(caught.value)
    assert text in message
    assert "hidden-key-1234" not in message
    assert "pw" not in message
    assert "\n" not in message
    assert caught.value.path == "s3://b/runs"


def test_real_refusals_of_a_bucket(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoreUnreachableError, match="There is no bucket 'nowhere'"):
        open_store("s3://nowhere/runs")
    with pytest.raises(StoreUnreachableError, match="There is no bucket 'nowhere'"):
        RemoteFolder("s3://nowhere/runs").write({"a": b"x"})
    with pytest.raises(NotAStoreError, match="is empty"):
        open_store(bucket.uri)
    RemoteFolder(bucket.uri).write({"a.txt": b"x"})
    with pytest.raises(NotAStoreError, match=r"no store\.json"):
        open_store(bucket.uri)
    with pytest.raises(FileNotFoundError):
        RemoteFolder(bucket.uri).open("b.txt").read()
    RemoteFolder(bucket.uri).delete(["a.txt", "never there"])
    assert bucket.names() == []


def test_a_path_that_lost_a_slash_is_explained() -> None:
    with pytest.raises(InvalidInputError, match="pathlib"):
        reporter.set_tracking_uri(Path("s3://bucket/runs"))


def test_a_newer_store_is_neither_read_nor_written(uri: str) -> None:
    RemoteFolder(uri).write({layout.MARKER: b'{"format": "reporter-store", "version": 99}'})
    with pytest.raises(StoreVersionError):
        open_store(uri)
    reporter.set_tracking_uri(uri)
    with pytest.warns(UserWarning, match="version 99"):
        with reporter.start_run():
            reporter.log_metric("loss", 1.0)
    assert names(uri) == [layout.MARKER]


@pytest.mark.parametrize("path", ["a b#1?.txt", "ü/日本.txt", "x[1]*.txt", "100%/+.txt"])
def test_odd_names_arrive_as_they_are(bucket: Bucket, path: str) -> None:
    folder = RemoteFolder(bucket.uri)
    folder.write({path: b"content"})
    assert list(folder.files()) == [path]
    assert dict(folder.read({path: 7})) == {path: b"content"}
    assert bucket.names() == [path]


@pytest.mark.parametrize("key", ["../outside", "0/../../outside", "a//b", "./a"])
def test_keys_that_lead_out_of_a_folder_are_not_there(
    uri: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = RemoteFolder(uri)
    folder.write({"good": b"x"})
    files, root = folder._open()
    found = {f"{root}/{key}": {"type": "file", "size": 1}, **files.find(root, detail=True)}
    monkeypatch.setattr(files, "find", lambda *_, **__: found, raising=False)
    assert list(folder.files()) == ["good"]


# Reading


def test_a_bucket_is_a_folder_store_uploaded(uri: str, sample_store: Path) -> None:
    upload(str(sample_store), uri)
    here, there = open_store(sample_store), open_store(uri)
    mine, theirs = list(here.runs()), list(there.runs())
    assert [run.info.run_id for run in mine] == [run.info.run_id for run in theirs]
    assert repr([run.data for run in mine]) == repr([run.data for run in theirs])
    ids = [run.info.run_id for run in mine]
    for one, other in zip(here.history(ids), there.history(ids), strict=True):
        assert (one.run_id, one.key) == (other.run_id, other.key)
        assert one.values.tobytes() == other.values.tobytes()
    assert list(here.artifacts(ids)) == list(there.artifacts(ids))
    assert theirs[0].info.artifact_uri.startswith(f"{uri}/")
    with pytest.raises(RunNotFoundError, match="memory://"):
        there.run("f" * 32)


def test_a_site_built_from_a_bucket_is_that_of_the_folder(uri: str, tmp_path: Path) -> None:
    folder = make_store(tmp_path / "wine")
    files = {"a/note.txt": b"x", "plot.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}
    for name in ("a", "b"):
        make_run(folder, name, metrics={"loss": [2.0, 1.0]}, params={"p": name}, artifacts=files)
    wine = uri.replace("runs", "wine")
    upload(folder, wine)
    sites = []
    for where in (folder, wine):
        output = MemoryOutput()
        build(open_store(where), output)
        sites.append(output.files)
    assert sites[0] == sites[1]
    assert not [name for name, data in sites[1].items() if b"memory://" in data]


def test_only_what_changed_is_fetched_again(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_store(tmp_path / "local")
    for name in ("a", "b"):
        make_run(folder, name, metrics={"loss": [1.0]})
    merge_stores([folder], bucket.uri)
    fetched: list[str] = []
    read = RemoteFolder.read

    def spy(self: RemoteFolder, sizes: dict[str, int]) -> Iterator[tuple[str, bytes]]:
        fetched.extend(sizes)
        return read(self, sizes)

    monkeypatch.setattr(RemoteFolder, "read", spy)
    for expected in (2, 0):
        fetched.clear()
        reader = open_store(bucket.uri)
        assert len(list(reader.runs())) == 2
        assert sum(path.endswith("run.parquet") for path in fetched) == expected
        del reader
        gc.collect()
    assert not [path for path in fetched if path.endswith("metrics.parquet")]
    RemoteFolder(bucket.uri).delete([f"0/{run_id_of('a')}/run.parquet"])
    RemoteFolder(bucket.uri).delete([f"0/{run_id_of('a')}/metrics.parquet"])
    assert [run.info.run_name for run in open_store(bucket.uri).runs()] == ["b"]


def test_two_readers_at_once_have_folders_of_their_own(bucket: Bucket, tmp_path: Path) -> None:
    folder = make_store(tmp_path / "local")
    make_run(folder, "a")
    merge_stores([folder], bucket.uri)
    first, second = open_store(bucket.uri), open_store(bucket.uri)
    assert first.local_copy() != second.local_copy()
    assert len(list(first.runs())) == len(list(second.runs())) == 1
    kept = second.local_copy()
    del second
    gc.collect()
    assert not os.path.exists(kept)


def test_a_run_folded_between_listing_and_fetching_is_read_whole(
    uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporter.set_tracking_uri(uri)
    run = reporter.MlflowClient().create_run("0")
    for step in range(5):
        reporter.MlflowClient().log_metric(run.info.run_id, "loss", float(step), step=step)
    read = RemoteFolder.read
    folds = []

    def fold_first(self: RemoteFolder, sizes: dict[str, int]) -> Iterator[tuple[str, bytes]]:
        if any(path.endswith(".bin") for path in sizes) and not folds:
            folds.append(1)
            reporter.MlflowClient().set_terminated(run.info.run_id)
        return read(self, sizes)

    reporter.get_run(run.info.run_id)
    monkeypatch.setattr(RemoteFolder, "read", fold_first)
    reader = open_store(uri)
    (series,) = reader.history([run.info.run_id])
    assert folds
    assert series.values.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]


# Writing


def test_reading_writes_nothing_into_a_bucket(uri: str) -> None:
    reporter.set_tracking_uri(uri)
    assert reporter.MlflowClient().search_runs(["0"]) == []
    assert names(uri) == []


def test_long_journals_are_sent_in_parts(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_spool, "_ROLL_BYTES", 3_200)
    reporter.set_tracking_uri(uri)
    with reporter.start_run() as run:
        for part in range(4):
            for step in range(200):
                reporter.log_metric("loss", float(step), step=part * 200 + step)
            reporter.get_run(run.info.run_id)  # what asks sends first
        live = [name for name in names(uri) if name.endswith(".bin")]
        (series,) = open_store(uri).history([run.info.run_id])
        assert series.steps.tolist() == list(range(800))
    assert len(live) >= 3
    assert not [
        name for name in names(uri) if name.endswith((".bin", ".jsonl")) and run.info.run_id in name
    ]
    (series,) = open_store(uri).history([run.info.run_id])
    assert series.steps.tolist() == list(range(800))


def test_large_artifacts_come_after_journals_and_leave_the_spool(
    uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_upload, "_LARGE_BYTES", 10)
    sent: list[str] = []
    put = RemoteFolder.upload

    def spy(self: RemoteFolder, path: str, local: str) -> None:
        sent.append(f"{path.rpartition('/')[2]} {any('events-' in n for n in names(uri))}")
        put(self, path, local)

    monkeypatch.setattr(RemoteFolder, "upload", spy)
    reporter.set_tracking_uri(uri)
    with reporter.start_run() as run:
        reporter.log_text("x" * 100, "large.txt")
        reporter.log_text("x", "small.txt")
        assert [a.path for a in reporter.artifacts.list_artifacts(run_id=run.info.run_id)] == [
            "large.txt",
            "small.txt",
        ]
        assert sent == ["small.txt False", "large.txt True"]
        left = Path(os.environ["REPORTER_SPOOL"]).rglob("*.txt")
        assert list(left) == []
        reporter.log_text("newer", "small.txt")
    assert reporter.artifacts.load_text(f"runs:/{run.info.run_id}/small.txt") == "newer"


def test_an_artifact_logged_again_while_it_is_sent_is_not_lost(
    uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = RemoteFolder.upload
    again = iter(["newer"])
    client = reporter.MlflowClient(uri)

    def slow(self: RemoteFolder, path: str, local: str) -> None:
        for text in again:
            client.log_text(run.info.run_id, text, "note.txt")
        put(self, path, local)

    reporter.set_tracking_uri(uri)
    with reporter.start_run() as run:
        reporter.log_text("older", "note.txt")
        monkeypatch.setattr(RemoteFolder, "upload", slow)
        reporter.get_run(run.info.run_id)
    assert reporter.artifacts.load_text(f"runs:/{run.info.run_id}/note.txt") == "newer"


def test_everything_of_the_tracking_api(bucket: Bucket) -> None:
    reporter.set_tracking_uri(bucket.uri)
    client = reporter.MlflowClient()
    experiment_id = reporter.create_experiment("wine", tags={"k": "v"})
    reporter.set_experiment("wine")
    with reporter.start_run(run_name="parent") as parent:
        reporter.log_params({"lr": 0.1})
        with reporter.start_run(nested=True, run_name="child") as child:
            reporter.log_metric("loss", 0.5, step=3)
        reporter.log_table({"a": [1]}, "t.json")
        reporter.log_table({"a": [2]}, "t.json")
    with reporter.start_run(run_id=child.info.run_id):
        reporter.log_metric("loss", 0.25, step=4)
    assert reporter.get_parent_run(child.info.run_id).info.run_id == parent.info.run_id  # type: ignore[union-attr]
    found = reporter.search_runs(filter_string="metrics.loss < 0.3")
    assert found["run_id"].tolist() == [child.info.run_id]
    assert [m.value for m in client.get_metric_history(child.info.run_id, "loss")] == [0.5, 0.25]
    assert reporter.artifacts.load_dict(f"runs:/{parent.info.run_id}/t.json")["data"] == [[1], [2]]
    client.set_tag(child.info.run_id, "team", "blue")
    client.set_tag(child.info.run_id, "mlflow.note.content", "**good**")
    client.rename_experiment(experiment_id, "wines")
    client.delete_run(parent.info.run_id)
    assert reporter.get_experiment_by_name("wines").experiment_id == experiment_id  # type: ignore[union-attr]
    assert reporter.get_experiment(experiment_id).tags == {"k": "v"}
    assert reporter.get_run(child.info.run_id).data.tags["team"] == "blue"
    assert len(reporter.search_runs([experiment_id])) == 1
    client.restore_run(parent.info.run_id)
    assert len(reporter.search_runs([experiment_id])) == 2
    with pytest.raises(InvalidInputError, match="exists already"):
        reporter.create_experiment("wines")
    copy = client.download_artifacts(parent.info.run_id, "t.json")
    assert Path(copy).is_file()
    assert parent.info.artifact_uri.startswith(f"{bucket.uri}/{experiment_id}/")
    journals = [n for n in bucket.names() if "/events-" in n or "/metrics-" in n]
    assert journals  # resumed and edited runs wait for a compaction
    assert compact_store(bucket.uri) == 2
    assert not [n for n in bucket.names() if "/events-" in n or "/metrics-" in n]
    assert [m.value for m in client.get_metric_history(child.info.run_id, "loss")] == [0.5, 0.25]
    assert list(verify_store(bucket.uri)) == []


def test_spools_go_where_they_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_spool.sys, "platform", "linux")
    monkeypatch.setattr(remote_spool.tempfile, "gettempdir", lambda: "/temporary")
    assert remote_spool.spools_folder() == str(tmp_path / "spool")
    monkeypatch.delenv("REPORTER_SPOOL")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "not" / "yet"))
    assert remote_spool.spools_folder() == str(tmp_path / "not" / "yet" / "runpages" / "spool")
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert remote_spool.spools_folder() == os.path.join("/temporary", "runpages", "spool")


def test_spools_of_others_are_left_alone_until_they_are_silent(
    uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = remote_spool.Spool(uri)
    reporter.MlflowClient(uri)  # nothing of it is this spool's
    owner = Path(spool.folder, ".spool.json")
    assert list(remote_spool._left_behind()) == []
    owner.write_text(owner.read_text().replace(remote_spool.host_name(), "another"))
    assert list(remote_spool._left_behind()) == []
    os.utime(owner, (0, 0))
    assert list(remote_spool._left_behind()) == [(spool.folder, uri)]
    assert remote_spool.take_up("memory://elsewhere") == 0
    assert os.path.isdir(spool.folder)
    assert remote_spool.take_up(f"{uri}/") == 0
    assert not os.path.isdir(spool.folder)


# Maintenance


def test_compaction_leaves_what_goes_on(uri: str) -> None:
    reporter.set_tracking_uri(uri)
    client = reporter.MlflowClient()
    live = client.create_run("0")
    client.log_metric(live.info.run_id, "loss", 1.0)
    client.get_run(live.info.run_id)
    before = names(uri)
    assert compact_store(uri) == 0
    assert names(uri) == before


def test_compaction_replaces_nothing_that_changed_under_it(
    uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporter.set_tracking_uri(uri)
    with reporter.start_run() as run:
        reporter.log_metric("loss", 1.0)
    reporter.MlflowClient().set_tag(run.info.run_id, "a", "1")
    reporter.get_run(run.info.run_id)
    children = RemoteFolder.children
    edits = iter(["2"])

    def edit_first(self: RemoteFolder, below: str = "") -> Any:
        if below.endswith(run.info.run_id):
            for value in edits:
                reporter.MlflowClient().set_tag(run.info.run_id, "a", value)
                reporter.get_run(run.info.run_id)
        return children(self, below)

    monkeypatch.setattr(RemoteFolder, "children", edit_first)
    assert compact_store(uri) == 0
    assert reporter.get_run(run.info.run_id).data.tags["a"] == "2"
    assert compact_store(uri) == 1
    assert reporter.get_run(run.info.run_id).data.tags["a"] == "2"


def test_gc_removes_deleted_runs_for_good(uri: str) -> None:
    reporter.set_tracking_uri(uri)
    ids = []
    for name in ("keep", "drop"):
        with reporter.start_run(run_name=name) as run:
            reporter.log_text("x" * 50, "note.txt")
        ids.append(run.info.run_id)
    reporter.delete_run(ids[1])
    reporter.get_run(ids[1])
    found = list(find_prunable(uri, 1 << 60))
    assert [item.run_name for item in found] == ["drop"]
    assert found[0].size_bytes > 50
    assert prune(found) == found[0].size_bytes
    assert not [name for name in names(uri) if ids[1] in name]
    assert [run.info.run_name for run in open_store(uri).runs()] == ["keep"]


def test_verify_names_what_is_damaged(uri: str) -> None:
    reporter.set_tracking_uri(uri)
    with reporter.start_run() as run:
        reporter.log_text("first", "note.txt")
        reporter.log_metric("loss", 1.0)
    assert list(verify_store(uri)) == []
    below = f"{run.info.experiment_id}/{run.info.run_id}"
    RemoteFolder(uri).write({f"{below}/artifacts/note.txt": b"other"})
    RemoteFolder(uri).write({f"{below}/metrics.parquet": b"damaged"})
    found = {problem.what for problem in verify_store(uri)}
    assert found == {"Changed artifact", "Unreadable table"}


def test_two_prefixes_merge_by_copying(uri: str) -> None:
    files = fsspec.filesystem("memory")
    for name in ("a", "b"):
        reporter.set_tracking_uri(f"{uri}-{name}")
        reporter.set_experiment("wine")
        with reporter.start_run(run_name=name):
            reporter.log_metric("loss", 1.0)
    first, second = (f"{uri}-{name}".removeprefix("memory:/") for name in ("a", "b"))
    for path in files.find(second):
        files.pipe_file(path.replace(second, first), files.cat_file(path))
    reader = open_store(f"{uri}-a")
    assert sorted(run.info.run_name for run in reader.runs()) == ["a", "b"]
    assert [item.name for item in reader.experiments()] == ["wine"]


@pytest.mark.parametrize("target", ["folder", "bucket"])
def test_merge_brings_buckets_and_folders_together(uri: str, tmp_path: Path, target: str) -> None:
    local = make_store(tmp_path / "local")
    make_run(local, "here", metrics={"loss": [1.0]}, artifacts={"a/b.txt": b"x"})
    reporter.set_tracking_uri(f"{uri}-there")
    with reporter.start_run(run_name="there") as run:
        reporter.log_text("y", "c.txt")
    goal = f"{uri}-both" if target == "bucket" else str(tmp_path / "both")
    for known in (0, 2):
        result = merge_stores([local, f"{uri}-there"], goal)
        assert (result.n_copied, result.n_known, result.problems) == (2 - known, known, [])
    reader = open_store(goal)
    assert sorted(run.info.run_name for run in reader.runs()) == ["here", "there"]
    for run_id, path, content in (
        (run_id_of("here"), "a/b.txt", b"x"),
        (run.info.run_id, "c.txt", b"y"),
    ):
        with reader.open_artifact(run_id, path) as file:
            assert file.read() == content
    assert list(verify_store(goal)) == []
    with pytest.raises(InvalidInputError, match="itself"):
        merge_stores([f"{uri}-there"], f"{uri}-there/")


# Where artifacts go


def _artifact_run(place: str) -> str:
    experiment_id = reporter.create_experiment("elsewhere", artifact_location=place)
    with reporter.start_run(experiment_id=experiment_id) as run:
        reporter.log_text("bytes", "notes/a.txt")
        reporter.log_metric("loss", 1.0)
    return str(run.info.run_id)


def _assert_found(run_id: str, store: str) -> None:
    assert reporter.artifacts.load_text(f"runs:/{run_id}/notes/a.txt") == "bytes"
    listed = reporter.artifacts.list_artifacts(run_id=run_id, artifact_path="notes")
    assert [item.path for item in listed] == ["notes/a.txt"]
    folder = reporter.artifacts.download_artifacts(run_id=run_id)
    assert Path(folder, "notes", "a.txt").read_text() == "bytes"
    assert list(verify_store(store)) == []


@pytest.mark.parametrize("kind", ["path", "file:", "memory:", "s3:"])
@pytest.mark.parametrize("tracked", ["folder", "bucket"])
def test_artifacts_go_where_the_experiment_says(
    tmp_path: Path, uri: str, kind: str, tracked: str, request: pytest.FixtureRequest
) -> None:
    places = {
        "path": str(tmp_path / "far"),
        "file:": (tmp_path / "far away").as_uri(),
        "memory:": f"memory://{tmp_path.name}/far",
    }
    place = places.get(kind) or request.getfixturevalue("bucket").uri
    store = str(tmp_path / "runs") if tracked == "folder" else uri
    reporter.set_tracking_uri(store)
    run_id = _artifact_run(place)
    if is_remote(place):
        assert names(place) == [f"{run_id}/artifacts/notes/a.txt"]
    else:
        root = tmp_path / ("far" if kind == "path" else "far away")
        assert (root / run_id / "artifacts" / "notes" / "a.txt").read_text() == "bytes"
    assert reporter.get_run(run_id).info.artifact_uri.endswith(f"/{run_id}/artifacts")
    _assert_found(run_id, store)
    inside = names(store) if is_remote(store) else [str(p) for p in Path(store).rglob("*")]
    assert not [path for path in inside if path.endswith("a.txt")]


def test_creating_never_asks_the_bucket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("the bucket was asked")

    monkeypatch.setattr(RemoteFolder, "_open", fail)
    reporter.set_tracking_uri(tmp_path / "runs")
    reporter.create_experiment("a", artifact_location="s3://nowhere/at/all")
    reporter.set_experiment("a")
    with reporter.start_run():
        reporter.log_metric("loss", 1.0)


def test_artifacts_that_a_bucket_refuses_are_kept_here_and_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporter.set_tracking_uri(tmp_path / "runs")
    experiment_id = reporter.create_experiment("a", artifact_location="gs://box/far")
    with pytest.warns(UserWarning, match="gcsfs") as caught:
        with reporter.start_run(experiment_id=experiment_id) as run:
            reporter.log_text("bytes", "notes/a.txt")
            reporter.log_text("bytes", "b.txt")
    assert len(caught) == 1
    message = str(caught[0].message)
    assert run.info.run_id in message
    kept = tmp_path / "runs" / experiment_id / run.info.run_id / "artifacts"
    assert f"'{kept}'" in message
    assert (kept / "notes" / "a.txt").read_text() == "bytes"
    with open_store(tmp_path / "runs").open_artifact(run.info.run_id, "notes/a.txt") as file:
        assert file.read() == b"bytes"


def test_a_newer_artifact_is_read_and_not_one_that_was_kept_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uri: str
) -> None:
    reporter.set_tracking_uri(tmp_path / "runs")
    experiment_id = reporter.create_experiment("a", artifact_location=uri)
    put = RemoteFolder.upload

    def refuse(*_: object) -> None:
        raise StoreUnreachableError("away", path=uri)

    with reporter.start_run(experiment_id=experiment_id) as run:
        for refused, text in ((False, "first"), (True, "second"), (False, "third")):
            monkeypatch.setattr(RemoteFolder, "upload", refuse if refused else put)
            monkeypatch.setattr("reporter.store.writer._ASK_AGAIN_SECONDS", 0.0)
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                reporter.log_text(text, "a.txt")
            assert len(caught) == refused
            assert reporter.artifacts.load_text(f"runs:/{run.info.run_id}/a.txt") == text


def test_a_refusing_bucket_raises_where_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(location.settings, "on_error", "raise")
    reporter.set_tracking_uri(tmp_path / "runs")
    experiment_id = reporter.create_experiment("a", artifact_location="gs://box/far")
    with pytest.raises(StoreError, match="gcsfs"):
        with reporter.start_run(experiment_id=experiment_id):
            reporter.log_text("bytes", "b.txt")


def test_credentials_in_a_place_are_refused(tmp_path: Path) -> None:
    reporter.set_tracking_uri(tmp_path / "runs")
    with pytest.raises(InvalidInputError, match="credentials"):
        reporter.create_experiment("a", artifact_location="sftp://me:pw@host/x")
    with warnings.catch_warnings():
        assert reporter.get_experiment_by_name("a") is None


def test_output_of_a_run_arrives(uri: str, capsys: pytest.CaptureFixture[str]) -> None:
    reporter.set_tracking_uri(uri)
    with reporter.start_run(capture_output=True) as run:
        print("first")
        reporter.get_run(run.info.run_id)  # sends what is there
        print("second")
    text = reporter.artifacts.load_text(f"runs:/{run.info.run_id}/output.log")
    assert text == "first\nsecond\n"
