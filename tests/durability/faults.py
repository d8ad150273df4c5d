"""A disk whose n-th operation goes wrong: the process dies there, or the system refuses.

Counted are the operations that change something: making, opening for writing, writing, syncing,
renaming and removing. Whatever is read is not, except that a table of open files that is full
(EMFILE) and a disk that is gone (EIO) refuse reading too.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from reporter.store import journal
from reporter.store.journal import PointJournal

__all__ = ["ERRORS", "Crash", "Disk", "faulty"]

ERRORS = ("ENOSPC", "EIO", "EACCES", "EROFS", "EMFILE")
_CHANGES = (
    "replace", "rename", "unlink", "remove", "rmdir", "mkdir", "fsync", "fdatasync", "write",
    "utime", "link", "symlink", "truncate", "ftruncate",
)  # fmt: skip
# What each of these errors cannot come from: nothing but opening takes a descriptor, and whoever
# may write to an open file goes on to.
_ONLY_OPENING = {"EMFILE", "EACCES"}
_OPENING = {"open", "mkdir"}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Crash(BaseException):
    """Stands for SIGKILL: nothing catches it on purpose."""


class Disk:
    """Counts operations and refuses from the `at`-th on.

    Parameters
    ----------
    at : int
        -1 never refuses.
    fault : str
        ``"crash"``, or the name of an error number.
    lasts : bool
        Whether everything after it is refused as well. After a crash it is.
    """

    def __init__(self, at: int = -1, fault: str = "crash", *, lasts: bool = True) -> None:
        self.at = at
        self.fault = fault
        self.lasts = lasts or fault == "crash"
        self.count = 0
        self.hits = 0

    def check(self, operation: str) -> None:
        """Count an operation, and raise if it is to go wrong."""
        if self.fault in _ONLY_OPENING and operation not in _OPENING | {"replace", "unlink"}:
            return
        here, self.count = self.count, self.count + 1
        if self.at < 0 or here < self.at or (here > self.at and not self.lasts):
            return
        self.hits += 1
        if self.fault == "crash":
            raise Crash(operation)
        number = getattr(errno, self.fault)
        raise OSError(number, os.strerror(number))

    def changing(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Stand before a function that changes something."""

        def call(*args: Any, **kwargs: Any) -> Any:
            self.check(name)
            return function(*args, **kwargs)

        return call

    def opening(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Stand before ``os.open``, which changes something only when it opens for writing."""

        def call(path: Any, flags: int, *args: Any, **kwargs: Any) -> Any:
            if flags & _WRITING:
                self.check("open")
            return function(path, flags, *args, **kwargs)

        return call

    def opening_files(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Stand before ``open``, and before the writes of what it opens."""

        def call(path: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
            if set(mode) & set("wxa+"):
                self.check("open")
            file = function(path, mode, *args, **kwargs)
            return _Watched(file, self) if mode in ("wb", "xb", "ab") else file

        return call


class _Watched(io.RawIOBase):
    """A file whose writes are counted."""

    def __init__(self, file: Any, disk: Disk) -> None:
        super().__init__()
        self._file, self._disk = file, disk

    def write(self, data: Any) -> int:
        self._disk.check("write")
        return int(self._file.write(data))

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, *args: int) -> int:
        return int(self._file.seek(*args))

    def tell(self) -> int:
        return int(self._file.tell())

    def fileno(self) -> int:
        return int(self._file.fileno())

    def flush(self) -> None:
        if not self._file.closed:
            self._file.flush()

    def close(self) -> None:
        self._file.close()
        super().close()


@contextmanager
def faulty(disk: Disk) -> Iterator[Disk]:
    """Put a disk before everything that the library writes with."""
    defaults = PointJournal.append_point.__defaults__
    assert defaults is not None
    write = disk.changing("write", os.write)
    with mock.patch.multiple(journal, os_write=write, _fdatasync=lambda _: None):
        with mock.patch.object(PointJournal.append_point, "__defaults__", (*defaults[:-1], write)):
            with mock.patch.multiple(
                os,
                open=disk.opening(os.open),
                **{name: disk.changing(name, getattr(os, name)) for name in _CHANGES},
            ):
                with mock.patch.object(builtins, "open", disk.opening_files(open)):
                    yield disk
