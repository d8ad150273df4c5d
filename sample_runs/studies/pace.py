"""The clock, the ids and the anonymity of the sample store.

Trainings here take a second; a store that shows it would be a poor example, and one that takes
its times from the clock would differ each time it is made. So time is laid out by the studies:
:func:`at` puts the clock to a moment, :func:`move` lets time pass. Nothing here is measured, and
no study logs a duration as a metric.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

from reporter.tracking import clock

__all__ = ["at", "move", "reproducible"]

ROOT = Path(__file__).resolve().parents[2]
_now_ms = 0


def at(moment: str) -> None:
    """Put the clock to a moment, written ``YYYY-MM-DD HH:MM`` (UTC)."""
    global _now_ms  # noqa: PLW0603 - a clock is one thing for the whole process
    when = datetime.strptime(moment, "%Y-%m-%d %H:%M").replace(tzinfo=timezone.utc)
    _now_ms = int(when.timestamp() * 1000)


def move(seconds: float) -> None:
    """Let this much time pass."""
    global _now_ms  # noqa: PLW0603
    _now_ms += round(seconds * 1000)


@contextmanager
def reproducible(salt: str) -> Iterator[None]:
    """Log with our clock and counted ids, and without naming this machine or its user.

    Parameters
    ----------
    salt : str
        Makes the ids of this process differ from another's.
    """
    environment = {"LOGNAME": "sample", "USER": "sample"}
    format_exception = traceback.format_exception

    def format_without_root(*arguments: object) -> list[str]:
        lines = format_exception(*arguments)  # type: ignore[call-overload]
        return [line.replace(f"{ROOT}{os.sep}", "") for line in lines]

    with ExitStack() as stack:
        for change in (
            patch.dict(os.environ, environment),
            patch("traceback.format_exception", format_without_root),
            clock.fixed(
                now=lambda: _now_ms,
                run_id=_counted(f"{salt} run", 32),
                writer_id=_counted(f"{salt} writer", 12),
                host="",
            ),
        ):
            stack.enter_context(change)
        yield


def _counted(salt: str, digits: int) -> Callable[[], str]:
    """Return a function that gives other hex digits at each call, the same ones in each process."""
    calls = iter(range(1_000_000))
    return lambda: sha256(f"{salt} {next(calls)}".encode()).hexdigest()[:digits]
