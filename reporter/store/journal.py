"""Append-only files of one writer: what `log_*` has acknowledged is in the kernel's hands.

One writer (a process, or a process that took a run up again) has files of its own name, so there
is no lock between processes and network file systems behave. Each call is one ``os.write`` of
whole records. When the disk is full or gone, a journal warns once, buffers up to a bound, and goes
on in a new file when the disk is back. Standard library alone: this runs in the training process.
"""

from __future__ import annotations

import errno
import os
import threading
import time
import warnings
import weakref
from collections import deque
from collections.abc import Callable, Collection
from struct import error as struct_error
from zlib import crc32

from reporter.errors import InvalidInputError, RunStateError, StoreError
from reporter.store.points import (
    CLOSE_RECORD,
    KEY,
    KEY_TEXT,
    MAX_KEYS,
    PAYLOAD,
    POINT,
    RECORD,
    RECORD_BYTES,
    key_records,
    key_seed,
    pack_points,
)

__all__ = ["Journal", "PointJournal", "new_writer_id", "sync_all"]

# What is kept in memory while the disk refuses: about two million points.
MAX_PENDING_BYTES = 64 << 20
# How long to wait before asking a refusing disk again.
RETRY_SECONDS = 1.0
# Bounds what a power failure can take; syncing this often changed no rate that could be measured.
SYNC_SECONDS = 0.5
# Closed descriptors are kept a little, so that a thread caught between reading the number and
# writing to it cannot hit a file that was given the same number meanwhile.
_retired: deque[int] = deque()
_MAX_RETIRED = 32
_journals: weakref.WeakSet[Journal] = weakref.WeakSet()

os_write = os.write


def new_writer_id() -> str:
    """Return 12 random hex digits: no two writers ever share a file, not even after a restart."""
    return os.urandom(6).hex()


class Journal:
    """An append-only file, opened at the first write.

    Parameters
    ----------
    name_of : callable
        Writer id to path. The writer id carries a number from the second file on.
    durability : {"power", "process", "fsync"}
        What an acknowledged write survives: a power failure half a second later, the end of the
        process, or a power failure at once.
    on_error : {"warn", "raise"}
        What a refusing disk does to the caller.
    """

    def __init__(
        self, name_of: Callable[[str], str], durability: str = "power", on_error: str = "warn"
    ) -> None:
        self.fd = -1
        self.is_closed = False
        # Whether a caller may write to `fd` itself: nothing waits, and no sync is due.
        self.is_direct = durability != "fsync"
        self._name_of = name_of
        self.durability = durability
        self._on_error = on_error
        self._lock = threading.RLock()
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._dropped = 0
        self._retry_at = 0.0
        self._files = 0
        self._writer = new_writer_id()
        self._synced_bytes = -1
        _journals.add(self)

    @property
    def path(self) -> str:
        """The file now written to."""
        more = f"_{self._files:03d}" if self._files else ""
        return self._name_of(self._writer + more)

    def header(self) -> bytes:
        """Return what a new file has to begin with."""
        return b""

    def write(self, data: bytes) -> None:
        """Append whole records.

        Raises
        ------
        RunStateError
            The journal is closed.
        StoreError
            The disk refused, and `on_error` is ``"raise"``.
        """
        with self._lock:
            left = data if self.fd < 0 or self._pending else self._write_now(data)
            if left:
                self._write_later(left)

    def close(self, last: bytes = b"") -> None:
        """Append `last` and append nothing more."""
        with self._lock:
            if self.is_closed:
                return
            if last and (self.fd >= 0 or self._pending):
                self.write(last)
            try:
                self._flush_pending(force=True)
            finally:
                self.is_closed = True
                self._leave_file()
                _journals.discard(self)
            if self._pending or self._dropped:
                warnings.warn(
                    f"'{self.path}' could not be written to the end: {self._pending_bytes} bytes "
                    "and what did not fit the memory are lost.",
                    stacklevel=4,
                )

    def roll(self, size_bytes: int, last: bytes) -> None:
        """Close the file with `last` and go on in another, if it has grown to a size.

        Readers take all of a writer's files; those that are done need not be looked at again.
        """
        with self._lock:
            if self.fd < 0 or self._pending or os.fstat(self.fd).st_size < size_bytes:
                return
            if not self._write_now(last):
                self._leave_file()
                self._files += 1

    def sync(self) -> None:
        """Ask the disk to keep what was written, if anything was since the last time."""
        fd = self.fd
        if fd < 0:
            return
        try:
            size_bytes = os.fstat(fd).st_size
            if size_bytes != self._synced_bytes:
                _fdatasync(fd)
                self._synced_bytes = size_bytes
        except OSError:
            return  # closed meanwhile, or a file system that cannot: the next write will tell

    def after_fork(self) -> None:
        """In a forked child: go on in files of its own, leave the parent's alone."""
        self._lock = threading.RLock()
        self.fd = -1
        self._pending, self._pending_bytes, self._files = [], 0, 0
        self._writer = new_writer_id()

    def remainder(self, data: bytes, written: int) -> bytes:
        """Return what has to be written again when only so many bytes were: whole lines stay."""
        return data[data.rfind(b"\n", 0, written) + 1 :]

    def _write_now(self, data: bytes) -> bytes:
        """Try to append; return what is left to be written."""
        try:
            written = os_write(self.fd, data)
            if written == len(data) and self.durability == "fsync":
                _fdatasync(self.fd)
        except OSError as error:
            self._refused(error)
            return data
        if written == len(data):
            return b""
        self._torn()
        return self.remainder(data, written)

    def _write_later(self, data: bytes) -> None:
        if self.is_closed:
            raise RunStateError(
                "This run is not being logged to any more.", "Resume it with start_run(run_id=...)."
            )
        if self._pending_bytes + len(data) > MAX_PENDING_BYTES:
            self._dropped += 1
            return
        self.is_direct = False
        self._pending.append(data)
        self._pending_bytes += len(data)
        self._flush_pending()

    def _flush_pending(self, force: bool = False) -> None:
        """Write what waits, into a new file if there is none; `force` does not wait for a retry."""
        if not self._pending or (time.monotonic() < self._retry_at and not force):
            return
        if self.fd < 0 and not self._open_file():
            return
        left = self._write_now(b"".join(self._pending))
        self._pending, self._pending_bytes = [left] if left else [], len(left)
        if not left:
            self.is_direct = self.durability != "fsync"
            if self._dropped:
                warnings.warn(
                    f"{self.path}: the disk is back; {self._dropped} log calls did not fit the "
                    "buffer meanwhile and are lost.",
                    stacklevel=4,
                )
                self._dropped = 0

    def _open_file(self) -> bool:
        flags = os.O_CREAT | os.O_WRONLY | os.O_APPEND | _O_EXTRA
        try:
            try:
                self.fd = os.open(self.path, flags, 0o666)
            except FileNotFoundError:
                os.makedirs(os.path.dirname(self.path), exist_ok=True)
                self.fd = os.open(self.path, flags, 0o666)
            begin = self.header()
            if begin and os_write(self.fd, begin) != len(begin):
                self._torn()
                return False
        except OSError as error:
            self._refused(error)
            return False
        _watch(self)
        return True

    def _torn(self) -> None:
        """Part of a write is in the file, so what follows goes into another one."""
        try:
            self._refused(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
        finally:
            self._files += 1

    def _refused(self, error: OSError) -> None:
        """Close the file, arrange for another try, and tell the user once."""
        path, first = self.path, self._retry_at == 0.0
        self._leave_file()
        self._retry_at = time.monotonic() + RETRY_SECONDS
        if self._on_error == "raise":
            self._pending, self._pending_bytes = [], 0  # the caller is told: not logged
            raise StoreError(
                f"Cannot write '{path}': {error.strerror}.",
                path=path,
                hint="Free the disk, or log with on_error='warn' to keep training meanwhile.",
            ) from error
        if first:
            warnings.warn(
                f"Cannot write '{path}': {error.strerror}. Logging goes on in memory (up to "
                f"{MAX_PENDING_BYTES >> 20} MiB) and is written when the disk is back.",
                stacklevel=5,
            )

    def _leave_file(self) -> None:
        fd, self.fd = self.fd, -1
        if fd < 0:
            return
        _retired.append(fd)
        while len(_retired) > _MAX_RETIRED:
            os.close(_retired.popleft())


class PointJournal(Journal):
    """The journal of metric points.

    `check_key` is called with each key before its first point and raises for one that the caller
    does not accept; by default every key is accepted.
    """

    def __init__(
        self, name_of: Callable[[str], str], durability: str = "power", on_error: str = "warn"
    ) -> None:
        super().__init__(name_of, durability, on_error)
        self.check_key: Callable[[str], None] = _accept
        self._keys: dict[str, tuple[int, int]] = {}

    def header(self) -> bytes:
        """Define every key again: key ids are per file."""
        return b"".join(key_records(key_id, key) for key, (key_id, _) in self._keys.items())

    def append_point(
        self,
        key: str,
        value: float,
        step: int,
        timestamp_ms: int,
        # Bound once: this is the one function whose every look-up counts.
        payload_of: Callable[..., bytes] = PAYLOAD.pack,
        record_of: Callable[..., bytes] = RECORD.pack,
        crc_of: Callable[..., int] = crc32,
        write: Callable[[int, bytes], int] = os_write,
    ) -> None:
        """Append one point.

        Parameters
        ----------
        key : str
        value : float
            Or anything that ``float()`` takes, a string excepted.
        step : int
            An int64.
        timestamp_ms : int
            Milliseconds since 1970 UTC.

        Raises
        ------
        InvalidInputError
            The value is no number, or the step or time is no int64.
        """
        try:
            key_id, seed = self._keys[key]
            crc = crc_of(payload_of(step, value, timestamp_ms), seed)
            record = record_of(POINT, key_id, crc, step, value, timestamp_ms)
        except (KeyError, TypeError, struct_error, OverflowError):
            self.append_points(key, (value,), (step,), (timestamp_ms,))
            return
        try:
            written = write(self.fd, record) if self.is_direct else 0
        except OSError:
            written = 0
        if written != RECORD_BYTES:
            self._write_again(record, written)

    def _write_again(self, record: bytes, written: int) -> None:
        """Bring points that the fast way could not write to where the others go."""
        with self._lock:
            if written and self.fd >= 0:
                self._torn()
                record = self.remainder(record, written)
            self.write(record)

    def remainder(self, data: bytes, written: int) -> bytes:
        """Return the records that were not written whole, behind the keys that they may need."""
        whole = written - written % RECORD_BYTES
        starts = range(0, whole, RECORD_BYTES)
        keys = [data[at : at + RECORD_BYTES] for at in starts if data[at] in (KEY, KEY_TEXT)]
        return b"".join(keys) + data[whole:]

    def append_points(
        self,
        key: str,
        values: tuple[float, ...] | list[float],
        steps: tuple[int, ...] | list[int],
        timestamps_ms: tuple[int, ...] | list[int],
    ) -> None:
        """Append points of one key with one write; see `append_point`."""
        with self._lock:
            fresh = self._number_new([key])
            key_id = (fresh or self._keys)[key][0]
            try:
                data = pack_points(key_id, values, steps, timestamps_ms)
            except (struct_error, TypeError, OverflowError) as error:
                _explain(key, values, steps, timestamps_ms, error)
            self._write_defining(fresh, data)

    def append_batch(
        self, points: Collection[tuple[str, float]], step: int, timestamp_ms: int
    ) -> None:
        """Append one point for each of several keys, with one write.

        Parameters
        ----------
        points : collection of (key, value)
        step, timestamp_ms : int
        """
        try:
            data = _pack_batch(self._keys, points, step, timestamp_ms)
        except (KeyError, TypeError, struct_error, OverflowError):
            self._append_batch_slowly(points, step, timestamp_ms)
            return
        try:
            written = os_write(self.fd, data) if self.is_direct else 0
        except OSError:
            written = 0
        if written != len(data):
            self._write_again(data, written)

    def _append_batch_slowly(
        self, points: Collection[tuple[str, float]], step: int, timestamp_ms: int
    ) -> None:
        """Define the keys that are new and check every value before anything is written."""
        with self._lock:
            for key, value in points:
                try:
                    PAYLOAD.pack(step, value, timestamp_ms)
                except (TypeError, struct_error, OverflowError) as error:
                    _explain(key, (value,), (step,), (timestamp_ms,), error)
            fresh = self._number_new([key for key, _ in points])
            data = _pack_batch({**self._keys, **fresh}, points, step, timestamp_ms)
            self._write_defining(fresh, data)

    def close(self, last: bytes = CLOSE_RECORD) -> None:
        """Append the close record and append nothing more."""
        super().close(last)

    def _number_new(self, keys: list[str]) -> dict[str, tuple[int, int]]:
        """Give numbers to keys that have none yet, without making them known.

        A file that has not enough numbers left is followed by another, in which all of `keys` are
        new.
        """
        new = list(dict.fromkeys(key for key in keys if key not in self._keys))
        for key in new:
            self.check_key(key)
        if new and len(self._keys) + len(new) > MAX_KEYS:
            if self._pending:
                raise StoreError(
                    f"More than {MAX_KEYS} metric keys while '{self.path}' cannot be written.",
                    path=self.path,
                    hint="Free the disk.",
                )
            self._leave_file()
            self._files += 1
            self._keys = {}
            new = list(dict.fromkeys(keys))
        start = len(self._keys)
        return {key: (number, key_seed(number)) for number, key in enumerate(new, start)}

    def _write_defining(self, fresh: dict[str, tuple[int, int]], data: bytes) -> None:
        """Write points and, before them, the definitions of keys that are new.

        Other threads learn of a key only after its definition is written, so that no point can
        stand in the file without one.
        """
        define = b"".join(key_records(number, key) for key, (number, _) in fresh.items())
        self.write(define + data)
        self._keys |= fresh


def _pack_batch(
    keys: dict[str, tuple[int, int]],
    points: Collection[tuple[str, float]],
    step: int,
    timestamp_ms: int,
) -> bytes:
    payload_of, record_of, crc_of = PAYLOAD.pack, RECORD.pack, crc32
    time, kind = timestamp_ms, POINT  # locals are read faster, and this is the inner loop
    return b"".join(
        [
            record_of(
                kind, (known := keys[key])[0], crc_of(payload_of(step, value, time), known[1]),
                step, value, time,
            )
            for key, value in points
        ]
    )  # fmt: skip


def _accept(key: str) -> None:
    """Accept any key."""


def _explain(
    key: str,
    values: tuple[float, ...] | list[float],
    steps: tuple[int, ...] | list[int],
    timestamps_ms: tuple[int, ...] | list[int],
    error: Exception,
) -> None:
    """Raise the error that names the offending one of three arguments."""
    checks = (("value", values, "d", "a number"), ("step", steps, "q", "a 64-bit integer"))
    for name, items, code, expected in (*checks, ("timestamp", timestamps_ms, "q", "milliseconds")):
        for item in items:
            try:
                PAYLOAD.pack(*((0, item, 0) if code == "d" else (item, 0.0, 0)))
            except (TypeError, struct_error, OverflowError):
                raise InvalidInputError(
                    f"Metric {key!r}: {name} {item!r} is not {expected}.",
                    "Nothing was logged by this call.",
                ) from error
    raise InvalidInputError(f"Metric {key!r} cannot be logged: {error}.") from error


def sync_all() -> None:
    """Ask the disk to keep what every open journal has written."""
    for journal in list(_journals):
        journal.sync()


_O_EXTRA = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_fdatasync = getattr(os, "fdatasync", os.fsync)
_sync_thread: threading.Thread | None = None


def _watch(journal: Journal) -> None:
    """Have the journal synced twice a second by a helper thread, one for the process."""
    global _sync_thread  # noqa: PLW0603  # one for the process
    if journal.durability == "power" and (_sync_thread is None or not _sync_thread.is_alive()):
        _sync_thread = threading.Thread(target=_keep_syncing, name="reporter-sync", daemon=True)
        try:
            _sync_thread.start()
        except RuntimeError:
            _sync_thread = None  # the interpreter is shutting down: closing syncs


def _keep_syncing() -> None:
    while True:
        time.sleep(SYNC_SECONDS)
        sync_all()


def _after_fork() -> None:
    global _sync_thread  # noqa: PLW0603  # one for the process
    _sync_thread = None
    _retired.clear()
    for journal in list(_journals):
        journal.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
