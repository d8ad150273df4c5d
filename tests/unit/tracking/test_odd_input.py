"""Each row of "Odd input" in docs/api.md: refused with a sentence, or kept, and nothing between."""

from __future__ import annotations

import hashlib
import io
import math
import os
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

import reporter
from reporter.errors import InvalidInputError, MissingFileError, StoreError
from reporter.store.reader import open_store
from reporter.store.verify import verify_store


@pytest.fixture
def run_id(tmp_path: Path) -> Iterator[str]:
    """An active run in a store at ``runs``."""
    reporter.set_tracking_uri(tmp_path / "runs")
    with reporter.start_run() as run:
        yield run.info.run_id
    reporter.set_tracking_uri("")


def _run(tmp_path: Path) -> reporter.Run:
    (run,) = open_store(tmp_path / "runs").runs()
    return run


def _paths(tmp_path: Path) -> list[str]:
    return [item.path for item in _run(tmp_path).artifacts]


BAD_KEYS = ["a\0b", "a\nb", "a\\b", "🎉", "../up", "a//b", "/a", "a/./b", "", "\ud800", "</script>"]


@pytest.mark.parametrize("key", BAD_KEYS)
def test_keys_that_are_refused(tmp_path: Path, run_id: str, key: str) -> None:
    for call in (
        lambda: reporter.log_metric(key, 1.0),
        lambda: reporter.log_metrics({"good": 1.0, key: 1.0}),
        lambda: reporter.log_metric_history(key, [1.0, 2.0]),
        lambda: reporter.log_param(key, 1),
        lambda: reporter.log_params({"good": 1, key: 1}),
        lambda: reporter.set_tag(key, "x"),
    ):
        with pytest.raises(InvalidInputError, match="key"):
            call()
    run = _run(tmp_path)
    assert (run.data.params, run.data.metrics) == ({}, {})
    assert run.problems == ()


@pytest.mark.parametrize("key", ["a/b/c", "val loss: 2.x-y_z", "損失", "größe", " "])
def test_keys_that_are_kept(tmp_path: Path, run_id: str, key: str) -> None:
    reporter.log_metric(key, 1.0)
    reporter.log_param(key, "v")
    reporter.set_tag(key, "t")
    reporter.end_run()
    run = _run(tmp_path)
    assert (run.data.metrics, run.data.params) == ({key: 1.0}, {key: "v"})
    assert run.data.tags[key] == "t"
    (series,) = open_store(tmp_path / "runs").history([run_id], [key])
    assert series.values.tolist() == [1.0]


def test_long_keys_and_values_are_kept_whole(tmp_path: Path, run_id: str) -> None:
    key, value = "k" * 10_000, "ü" * 100_000
    with pytest.warns(UserWarning, match="10000 characters. It is kept"):
        reporter.log_metric(key, 1.0)
    with pytest.warns(UserWarning, match="It is kept"):
        reporter.log_param(key, value)
    reporter.set_tag("long", value)
    reporter.end_run()
    run = _run(tmp_path)
    assert (run.data.metrics, run.data.params) == ({key: 1.0}, {key: value})
    assert run.data.tags["long"] == value


def test_param_that_changes(tmp_path: Path, run_id: str) -> None:
    reporter.log_param("lr", 0.1)
    reporter.log_param("lr", "0.1")
    with pytest.raises(InvalidInputError, match=r"'lr' .* is '0.1' and cannot be changed to '0.2'"):
        reporter.log_param("lr", 0.2)
    with pytest.raises(InvalidInputError, match="cannot be changed"):
        reporter.log_params({"new": 1, "lr": 0.2})
    assert _run(tmp_path).data.params == {"lr": "0.1"}
    assert _run(tmp_path).problems == ()


@pytest.mark.parametrize("value", ["good", "", None, 1 + 2j, [1.0], {"a": 1}, 10**400, object()])
def test_values_that_are_no_numbers(tmp_path: Path, run_id: str, value: object) -> None:
    for call in (
        lambda: reporter.log_metric("m", value),  # type: ignore[arg-type]
        lambda: reporter.log_metrics({"first": 1.0, "m": value}),  # type: ignore[dict-item]
    ):
        with pytest.raises(InvalidInputError, match=r"'m': value .* is not a number"):
            call()
    assert _run(tmp_path).data.metrics == {}


def test_values_that_are_numbers_somehow(tmp_path: Path, run_id: str) -> None:
    for value in ("0.5", True, 3, math.nan, math.inf, -math.inf, -0.0, 5e-324):
        reporter.log_metric("m", value)  # type: ignore[arg-type]
    (series,) = open_store(tmp_path / "runs").history([run_id])
    expected = [0.5, 1.0, 3.0, math.nan, math.inf, -math.inf, -0.0, 5e-324]
    assert repr(series.values.tolist()) == repr(expected)


@pytest.mark.parametrize("step", [2**63, -(2**63) - 1, 1.5, "3", math.nan, 10**40])
def test_steps_that_are_refused(tmp_path: Path, run_id: str, step: object) -> None:
    with pytest.raises(InvalidInputError, match="is not a 64-bit integer"):
        reporter.log_metric("m", 1.0, step=step)  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="is not a 64-bit integer"):
        reporter.log_metrics({"m": 1.0}, step=step)  # type: ignore[arg-type]
    assert _run(tmp_path).data.metrics == {}


def test_steps_at_the_ends(tmp_path: Path, run_id: str) -> None:
    steps = [2**63 - 1, -(2**63), 0, 7]
    for step in (*steps[:2], None, 7.0):
        reporter.log_metric("m", 1.0, step=step)  # type: ignore[arg-type]
    reporter.end_run()
    (series,) = open_store(tmp_path / "runs").history([run_id])
    assert series.steps.tolist() == steps


@pytest.mark.parametrize("seconds", [1_795_233_120, 1_795_233_120.75])
def test_times_in_seconds_warn(tmp_path: Path, run_id: str, seconds: float) -> None:
    for call in (
        lambda: reporter.log_metric("m", 1.0, timestamp=seconds),  # type: ignore[arg-type]
        lambda: reporter.log_metrics({"m": 1.0}, timestamp=seconds),  # type: ignore[arg-type]
        lambda: reporter.log_metric_history("m", [1.0], timestamps=[int(seconds)]),
    ):
        with pytest.warns(UserWarning, match="looks like seconds"):
            call()
    (series,) = open_store(tmp_path / "runs").history([run_id])
    assert series.timestamps_ms.tolist() == [1_795_233_120] * 3


def test_times_that_are_plain_do_not_warn(tmp_path: Path, run_id: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for time in (1_795_233_120_000, 0, -1, 1_795_233_120_000.5):
            reporter.log_metric("m", 1.0, timestamp=time)  # type: ignore[arg-type]
    for bad in (10**30, "now"):
        with pytest.raises(InvalidInputError, match="is not milliseconds"):
            reporter.log_metric("m", 1.0, timestamp=bad)  # type: ignore[arg-type]


@pytest.fixture
def things(tmp_path: Path) -> Path:
    """A folder with everything that a folder may hold."""
    if os.name != "posix":
        pytest.skip("links, sockets and pipes of POSIX systems")
    folder = tmp_path / "things"
    (folder / "sub").mkdir(parents=True)
    (folder / "plain.txt").write_text("plain")
    (folder / "sub" / "deep.txt").write_text("deep")
    (folder / "CON").write_text("a device on Windows")
    (folder / "link.txt").symlink_to("plain.txt")
    (folder / "dead").symlink_to("nowhere")
    (folder / "sub" / "loop").symlink_to("..")
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(os.path.relpath(folder / "socket"))
    return folder


def test_folders_with_odd_things(tmp_path: Path, run_id: str, things: Path) -> None:
    with pytest.warns(UserWarning, match="Left out of") as told:
        reporter.log_artifacts(things, "all")
    names = str(told[0].message).partition(": ")[2].partition(". ")[0].split(", ")
    assert sorted(names) == ["CON", "dead", "loop", "pipe", "socket"]
    assert _paths(tmp_path) == ["all/link.txt", "all/plain.txt", "all/sub/deep.txt"]
    with open_store(tmp_path / "runs").open_artifact(run_id, "all/link.txt") as file:
        assert file.read() == b"plain"
    for name in ("dead", "pipe", "socket", "missing"):
        with pytest.raises(MissingFileError, match="Nothing was logged"):
            reporter.log_artifact(things / name)
    with pytest.raises(InvalidInputError, match="leads out of the run"):
        reporter.log_artifacts(things, "../elsewhere")


@pytest.mark.parametrize(
    "path",
    ["..", "../x", "a/../../b", "/abs", "C:\\x", "a\0b", "x" * 256, "", "CON", "com1.log",
     "a/nul.txt", "trailing.", "trailing ", "a./b", ".tmp-half"],
)  # fmt: skip
def test_paths_that_are_refused(tmp_path: Path, run_id: str, path: str) -> None:
    with pytest.raises(InvalidInputError, match="cannot be used"):
        reporter.log_text("x", path)
    assert _paths(tmp_path) == []


@pytest.mark.skipif(os.name != "posix", reason="names that other systems do not take")
def test_paths_that_are_kept(tmp_path: Path, run_id: str) -> None:
    paths = ["10:30 a?b.txt", "🎉/ü.txt", "line\nbreak.txt", "back\\slash.txt", ".hidden", "~/x"]
    for path in paths:
        reporter.log_text(path, path)
    assert _paths(tmp_path) == sorted(paths)
    for path in paths:
        with open_store(tmp_path / "runs").open_artifact(run_id, path) as file:
            assert file.read().decode() == path


def test_paths_that_get_into_each_others_way(tmp_path: Path, run_id: str) -> None:
    reporter.log_text("first", "taken")
    with pytest.warns(UserWarning, match="Cannot store artifact 'taken/below.txt'"):
        reporter.log_text("second", "taken/below.txt")
    assert _paths(tmp_path) == ["taken"]
    reporter.log_text("a", "Case.txt")
    reporter.log_text("b", "case.txt")
    if len(os.listdir(tmp_path / "runs" / "0" / run_id / "artifacts")) == 3:
        found = [problem.what for problem in verify_store(str(tmp_path / "runs"))]
        assert found == ["Names differ in capitals alone"]


class _Changing(io.BytesIO):
    """A file that others write to while it is read."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__()
        self._sizes = sizes

    def read(self, size: int | None = -1) -> bytes:
        return bytes([len(self._sizes)]) * self._sizes.pop(0) if self._sizes else b""


def test_file_that_changes_while_it_is_copied(tmp_path: Path, run_id: str) -> None:
    reporter.log_stream(_Changing([10, 3, 7]), "grew.bin")
    (item,) = _run(tmp_path).artifacts
    stored = b"\x03" * 10 + b"\x02" * 3 + b"\x01" * 7
    assert (item.size_bytes, item.sha256) == (20, hashlib.sha256(stored).hexdigest())
    assert list(verify_store(str(tmp_path / "runs"))) == []


_HUGE = """
import resource, sys
import reporter
reporter.set_tracking_uri(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with reporter.start_run():
    reporter.log_artifact(sys.argv[2])
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the resource module is of POSIX systems")
def test_large_file_is_copied_in_pieces(tmp_path: Path, environment: dict[str, str]) -> None:
    huge = tmp_path / "huge.bin"
    with open(huge, "wb") as file:
        file.truncate(200 << 20)
    done = subprocess.run(
        [sys.executable, "-c", _HUGE, str(tmp_path / "runs"), str(huge)],
        env=environment, capture_output=True, check=True,
    )  # fmt: skip
    assert int(done.stdout) < 40  # megabytes
    (item,) = _run(tmp_path).artifacts
    assert item.size_bytes == 200 << 20


def test_edit_that_cannot_be_written_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for the disk to come back after an edit: it is done, or it is not."""
    client = reporter.MlflowClient(str(tmp_path / "runs"))
    run_id = client.create_run("0").info.run_id
    client.set_terminated(run_id)

    def refuse(*_: object) -> int:
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr("reporter.store.journal.os_write", refuse)
        for call in (
            lambda: client.delete_run(run_id),
            lambda: client.set_tag(run_id, "a", "b"),
        ):
            with pytest.raises(StoreError, match="Read-only file system"):
                call()
    run = client.get_run(run_id)
    assert (run.info.lifecycle_stage, run.info.status, run.data.tags.get("a")) == (
        "active",
        "FINISHED",
        None,
    )
    client.delete_run(run_id)
    assert client.get_run(run_id).info.lifecycle_stage == "deleted"
