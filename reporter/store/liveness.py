"""Whether the process that opened a run still runs: only its own machine can tell."""

from __future__ import annotations

import os

from reporter.events import WriterOpened

__all__ = ["host_name", "is_alive", "own_identity", "own_start", "process_start"]


def host_name() -> str:
    """Name this machine as it calls itself."""
    if hasattr(os, "uname"):
        return os.uname().nodename
    return os.environ.get("COMPUTERNAME", "")


def own_identity() -> tuple[str, int, str]:
    """Return what tells this process from all others: host, process id, start."""
    return host_name(), os.getpid(), own_start()


def own_start() -> str:
    """Say when this process began; asked of the system once."""
    pid = os.getpid()
    if pid not in _own:
        _own.clear()
        _own[pid] = process_start(pid)
    return _own[pid]


_own: dict[int, str] = {}


def process_start(pid: int) -> str:
    """Say when a process began, in the kernel's own ticks, so that a reused pid is noticed.

    Returns
    -------
    str
        Empty where the system does not tell.
    """
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            # The name in parentheses may hold blanks; field 22 is the 20th after it.
            return file.read().rpartition(b")")[2].split()[19].decode()
    except (OSError, IndexError):
        return ""


def is_alive(opened: WriterOpened) -> bool:
    """Tell whether the writer that this event opened was seen alive; False when in doubt."""
    if not opened.pid or opened.host != host_name():
        return False
    if opened.process_start:
        return process_start(opened.pid) == opened.process_start
    if os.name != "posix":
        return False  # there, asking with a signal would end the process
    try:
        os.kill(opened.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
