"""One process at a time: a lock on a file, which the kernel frees when its holder dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

__all__ = ["exclusive"]


@contextmanager
def exclusive(path: str) -> Iterator[bool]:
    """Try to be the only one here; yields whether we are. The kernel frees a dead one's lock."""
    fd = os.open(path, os.O_CREAT | os.O_RDWR, 0o666)
    is_ours = False
    try:
        is_ours = _try_lock(fd) and _is_same_file(fd, path)
        yield is_ours
    finally:
        try:
            if is_ours and os.name == "posix":
                _unlink_quietly(path)
        finally:
            os.close(fd)
        if is_ours and os.name != "posix":
            _unlink_quietly(path)


def _is_same_file(fd: int, path: str) -> bool:
    """Tell whether the locked file still has the name: its last owner unlinks it."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return False
    mine = os.fstat(fd)
    return (found.st_ino, found.st_dev) == (mine.st_ino, mine.st_dev)


def _unlink_quietly(path: str) -> None:
    with suppress(OSError):  # gone with its folder, or open elsewhere: that one will unlink it
        os.unlink(path)


def _try_lock(fd: int) -> bool:
    try:
        import fcntl
    except ImportError:
        return _try_lock_windows(fd)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a file system without locks: there the retirement rule alone must do
    return True


def _try_lock_windows(fd: int) -> bool:
    import msvcrt

    try:
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError:
        return False
    return True
