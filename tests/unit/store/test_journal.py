"""The journal under faults: disks that refuse, forks, threads."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from reporter.errors import InvalidInputError, RunStateError, StoreError
from reporter.store import journal as journal_module
from reporter.store.journal import PointJournal
from reporter.store.points import RECORD_BYTES, read_points


def _journal(folder: Path, **options: str) -> PointJournal:
    return PointJournal(lambda writer: str(folder / f"metrics-{writer}.bin"), **options)


def _points(folder: Path) -> list[tuple[str, float]]:
    found = []
    for path in sorted(folder.glob("*.bin")):
        table = read_points(path.read_bytes())
        found += [(table.keys[i], v) for i, v in zip(table.key_ids, table.values, strict=True)]
    return found


class _Disk:
    """Stands before ``os.write`` and refuses when told to."""

    def __init__(self) -> None:
        self.error: int | None = None
        self.short = 0

    def write(self, fd: int, data: bytes) -> int:
        if self.short and fd >= 0:
            self.short -= 1
            return os.write(fd, data[: len(data) // 2])
        if self.error is not None and fd >= 0:
            raise OSError(self.error, os.strerror(self.error))
        return os.write(fd, data)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> _Disk:
    """A disk whose faults a test chooses."""
    found = _Disk()
    monkeypatch.setattr(journal_module, "os_write", found.write)
    defaults = PointJournal.append_point.__defaults__
    assert defaults is not None
    monkeypatch.setattr(PointJournal.append_point, "__defaults__", (*defaults[:-1], found.write))
    return found


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES])
def test_refusing_disk_warns_once_and_recovers(
    tmp_path: Path, disk: _Disk, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    monkeypatch.setattr(journal_module, "RETRY_SECONDS", 0.0)
    journal = _journal(tmp_path)
    journal.append_point("loss", 0.0, 0, 0)
    disk.error = error
    with pytest.warns(UserWarning, match="Logging goes on in memory"):
        for step in range(1, 50):
            journal.append_point("loss", float(step), step, 0)
    journal.append_batch([("loss", 50.0), ("new", 1.0)], 50, 0)
    disk.error = None
    journal.append_point("loss", 51.0, 51, 0)
    journal.close()
    values = [value for key, value in _points(tmp_path) if key == "loss"]
    assert values == [float(step) for step in range(52)]
    assert ("new", 1.0) in _points(tmp_path)


def test_refusing_disk_raises_when_asked(tmp_path: Path, disk: _Disk) -> None:
    journal = _journal(tmp_path, on_error="raise")
    journal.append_point("loss", 0.0, 0, 0)
    disk.error = errno.ENOSPC
    with pytest.raises(StoreError, match="Cannot write"):
        journal.append_point("loss", 1.0, 1, 0)


def test_short_write_costs_nothing(
    tmp_path: Path, disk: _Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "RETRY_SECONDS", 0.0)
    journal = _journal(tmp_path)
    journal.append_point("loss", 0.0, 0, 0)
    disk.short = 1
    with pytest.warns(UserWarning, match="No space left"):
        for step in range(1, 10):
            journal.append_point("loss", float(step), step, 0)
    journal.close()
    assert sorted(v for _, v in _points(tmp_path)) == [float(step) for step in range(10)]


@pytest.mark.parametrize("is_new", [True, False])
def test_short_write_of_many_points_doubles_none(
    tmp_path: Path, disk: _Disk, monkeypatch: pytest.MonkeyPatch, is_new: bool
) -> None:
    monkeypatch.setattr(journal_module, "RETRY_SECONDS", 0.0)
    journal = _journal(tmp_path)
    first = [(f"key {number}", float(number)) for number in range(7)]
    journal.append_point("other", 0.0, 0, 0)
    if not is_new:
        journal.append_batch(first, 0, 0)
    disk.short = 1
    with pytest.warns(UserWarning, match="No space left"):
        journal.append_batch(first, 1, 0)
        journal.append_batch(first, 2, 0)
    journal.close()
    expected = [("other", 0.0), *(first * (2 if is_new else 3))]
    assert sorted(_points(tmp_path)) == sorted(expected)


def test_short_write_of_lines_doubles_none(
    tmp_path: Path, disk: _Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "RETRY_SECONDS", 0.0)
    journal = journal_module.Journal(lambda writer: str(tmp_path / f"{writer}.jsonl"))
    journal.write(b"first\n")
    disk.short = 1
    with pytest.warns(UserWarning, match="No space left"):
        journal.write(b"second\nthird\nfourth\n")
    journal.close()
    lines = [line for path in sorted(tmp_path.iterdir()) for line in path.read_bytes().split(b"\n")]
    whole = [b"first", b"second", b"third", b"fourth"]
    assert [line for line in lines if line in whole] == whole


def test_buffer_is_bounded(tmp_path: Path, disk: _Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "MAX_PENDING_BYTES", 10 * RECORD_BYTES)
    monkeypatch.setattr(journal_module, "RETRY_SECONDS", 0.0)
    journal = _journal(tmp_path)
    disk.error = errno.ENOSPC
    with pytest.warns(UserWarning, match="in memory"):
        for step in range(100):
            journal.append_point("loss", float(step), step, 0)
    disk.error = None
    with pytest.warns(UserWarning, match="are lost"):
        journal.close()
    assert len(_points(tmp_path)) == 8  # the key takes two records


def test_nothing_is_logged_after_the_end(tmp_path: Path) -> None:
    journal = _journal(tmp_path)
    journal.append_point("loss", 1.0, 0, 0)
    journal.close()
    with pytest.raises(RunStateError, match="not being logged"):
        journal.append_point("loss", 2.0, 1, 0)


@pytest.mark.parametrize(
    ("value", "step", "time", "match"),
    [
        ("0.5", 0, 0, "value '0.5' is not a number"),
        (None, 0, 0, "value None is not a number"),
        (1.0, "1", 0, "step '1' is not a 64-bit integer"),
        (1.0, 2**63, 0, "is not a 64-bit integer"),
        (1.0, 0, "now", "timestamp 'now'"),
        (10**400, 0, 0, "is not a number"),
    ],
)
def test_bad_points_are_explained_and_nothing_is_logged(
    tmp_path: Path, value: float, step: int, time: int, match: str
) -> None:
    journal = _journal(tmp_path)
    with pytest.raises(InvalidInputError, match=match):
        journal.append_point("loss", value, step, time)
    with pytest.raises(InvalidInputError, match=match):
        journal.append_batch([("fine", 1.0), ("loss", value)], step, time)
    journal.append_point("loss", 1.0, 0, 0)
    journal.close()
    assert _points(tmp_path) == [("loss", 1.0)]


def test_threads_share_a_journal(tmp_path: Path) -> None:
    journal = _journal(tmp_path)

    def work(number: int) -> None:
        for step in range(500):
            journal.append_point(f"k{step % 7}", number * 1_000 + step, step, 0)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    journal.close()
    found = _points(tmp_path)
    assert sorted(value for _, value in found) == sorted(
        float(number * 1_000 + step) for number in range(8) for step in range(500)
    )
    assert all(key == f"k{int(value) % 1_000 % 7}" for key, value in found)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_forked_child_writes_files_of_its_own(tmp_path: Path) -> None:
    journal = _journal(tmp_path)
    never_used = _journal(tmp_path)
    journal.append_point("loss", 1.0, 0, 0)
    child = os.fork()
    if child == 0:
        journal.append_point("loss", 2.0, 1, 0)
        never_used.append_point("other", 3.0, 0, 0)
        os._exit(0)
    os.waitpid(child, 0)
    never_used.append_point("other", 4.0, 0, 0)
    journal.append_point("loss", 5.0, 2, 0)
    assert len(list(tmp_path.glob("*.bin"))) == 4
    expected = [("loss", 1.0), ("loss", 2.0), ("loss", 5.0), ("other", 3.0), ("other", 4.0)]
    assert sorted(_points(tmp_path)) == expected


def test_more_keys_than_a_file_can_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "MAX_KEYS", 3)
    journal = _journal(tmp_path)
    for number in range(8):
        journal.append_point(f"k{number}", float(number), 0, 0)
    journal.close()
    assert sorted(_points(tmp_path)) == [(f"k{number}", float(number)) for number in range(8)]
    assert len(list(tmp_path.glob("*.bin"))) == 3


def test_keys_are_checked_before_anything_is_written(tmp_path: Path) -> None:
    def check(key: str) -> None:
        if key == "bad":
            raise InvalidInputError("bad key")

    journal = _journal(tmp_path)
    journal.check_key = check
    with pytest.raises(InvalidInputError):
        journal.append_batch([("good", 1.0), ("bad", 2.0)], 0, 0)
    with pytest.raises(InvalidInputError):
        journal.append_point("bad", 2.0, 0, 0)
    journal.append_point("good", 3.0, 0, 0)
    journal.close()
    assert _points(tmp_path) == [("good", 3.0)]


def test_what_never_could_be_written_is_said_at_the_end(tmp_path: Path, disk: _Disk) -> None:
    journal = _journal(tmp_path)
    disk.error = errno.EROFS
    with pytest.warns(UserWarning, match="Logging goes on in memory"):
        journal.append_point("loss", 0.0, 0, 0)
    with pytest.warns(UserWarning, match="could not be written to the end: .* bytes"):
        journal.close()
    assert journal.is_closed


def test_what_was_refused_with_an_error_is_not_written_later(tmp_path: Path, disk: _Disk) -> None:
    journal = _journal(tmp_path, on_error="raise")
    disk.error = errno.ENOSPC
    with pytest.raises(StoreError, match="No space left"):
        journal.append_point("loss", 0.0, 0, 0)
    disk.error = None
    journal.append_point("loss", 1.0, 1, 0)
    journal.close()
    assert _points(tmp_path) == [("loss", 1.0)]
