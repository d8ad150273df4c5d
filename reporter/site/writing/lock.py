"""One builder in a folder at a time, and a list of what an interrupted one has written.

The lock is a file in the output folder that the operating system keeps locked for as long as the
builder lives, so a killed builder leaves no lock behind, only the file: its first line says who
it was, the others which paths it was about to write. The next builder takes it over and knows
what is ours although no manifest lists it. Knows nothing of sites.
"""

from __future__ import annotations

import json
import os
import sys
from typing import BinaryIO

from reporter.errors import BuildError

__all__ = ["BuildLock"]

_LOCK_AT = 1 << 40
"""Byte that Windows locks: far behind the text, which others must be able to read."""


class BuildLock:
    """A lock that is held; made by :meth:`take`.

    Parameters
    ----------
    path : str
    stream : BinaryIO
        Open and locked.
    suspects : set of str
        What builds that did not finish noted.
    """

    def __init__(self, path: str, stream: BinaryIO, suspects: set[str]) -> None:
        self._path = path
        self._stream = stream
        self.suspects = suspects

    @staticmethod
    def take(path: str, location: str) -> BuildLock:
        """Lock a folder.

        Parameters
        ----------
        path : str
            The lock file.
        location : str
            The folder as the user wrote it, for the message.

        Returns
        -------
        BuildLock

        Raises
        ------
        BuildError
            Another builder holds it.
        OSError
            The folder cannot be written.
        """
        while True:
            stream = _open(path)
            if not _lock(stream):
                raise _busy(stream, path, location)
            if _is_current(stream, path):
                break
            stream.close()  # its last holder removed it between our opening and locking
        owner, suspects = _read(stream)
        if owner.get("host", _host()) != _host():
            raise _busy(stream, path, location)
        lock = BuildLock(path, stream, suspects)
        lock._rewrite()
        return lock

    def note(self, path: str) -> None:
        """Write down that `path` is about to be written, before it is."""
        self._stream.write(path.encode("utf-8", "surrogatepass") + b"\n")
        self._stream.flush()

    def release(self) -> None:
        """Remove the lock: everything noted is in the manifest now."""
        if sys.platform == "win32":
            self._stream.close()
            os.unlink(self._path)
        else:
            os.unlink(self._path)
            self._stream.close()

    def abandon(self) -> None:
        """Unlock, but leave what was noted to the next builder."""
        self._stream.close()

    def _rewrite(self) -> None:
        """Put our name on top, and what earlier builders noted below."""
        owner = json.dumps({"pid": os.getpid(), "host": _host()})
        noted = (path.encode("utf-8", "surrogatepass") for path in sorted(self.suspects))
        self._stream.seek(0)
        self._stream.truncate()
        self._stream.write(b"\n".join([owner.encode(), *noted]) + b"\n")
        self._stream.flush()


def _host() -> str:
    import socket

    return socket.gethostname()


def _open(path: str) -> BinaryIO:
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    return os.fdopen(os.open(path, flags, 0o644), "r+b")


def _lock(stream: BinaryIO) -> bool:
    """Ask the system for the lock, without waiting."""
    try:
        if sys.platform == "win32":
            import msvcrt

            stream.seek(_LOCK_AT)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_current(stream: BinaryIO, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(stream.fileno()), os.stat(path))
    except FileNotFoundError:
        return False


def _read(stream: BinaryIO) -> tuple[dict[str, object], set[str]]:
    """Read who wrote the file and what they noted; a torn last line is none."""
    stream.seek(0)
    head, *lines = stream.read().split(b"\n")[:-1] or [b"{}"]
    try:
        owner = json.loads(head)
    except ValueError:
        owner = {}
    noted = {line.decode("utf-8", "surrogatepass") for line in lines if line}
    return (owner if isinstance(owner, dict) else {}), noted


def _busy(stream: BinaryIO, path: str, location: str) -> BuildError:
    owner, _ = _read(stream)
    stream.close()
    who = f"process {owner.get('pid', '?')} on {owner.get('host', '?')}"
    return BuildError(
        f"Another build is writing into '{location}' ({who}).",
        f"Wait until it ends, or choose another folder with -o; if it is gone, delete '{path}'.",
    )
