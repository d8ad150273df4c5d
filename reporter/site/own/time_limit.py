"""Run somebody's function for no longer than agreed. Knows nothing of what it computes.

Python cannot end a thread from outside. So the function runs in a thread of its own, which is asked
to stop when its time is up and is not waited for any longer: code that sits in a library's loop
ends when that returns, or with the process.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["TooSlowError", "run_within"]

_T = TypeVar("_T")


class TooSlowError(Exception):
    """The function did not return in time."""


class _Stopped(BaseException):
    """Raised inside the function when its time is up; not an Exception, so that it gets through."""


class _Work(threading.Thread, Generic[_T]):
    def __init__(self, function: Callable[[], _T]) -> None:
        super().__init__(daemon=True, name="chart function")
        self._function = function
        self.result: list[_T] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.result.append(self._function())
        except BaseException as error:  # noqa: BLE001  # handed to whoever waits
            self.error = error

    def stop(self) -> None:
        stopped = ctypes.py_object(_Stopped)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident or 0), stopped)


def run_within(seconds: float, function: Callable[[], _T]) -> _T:
    """Call a function, and give up when it takes too long.

    Parameters
    ----------
    seconds : float
        0 for as long as it takes.
    function : callable

    Returns
    -------
    object
        What it returns.

    Raises
    ------
    TooSlowError
        It did not return in time.
    BaseException
        Whatever it raises, ``SystemExit`` included.
    """
    work = _Work(function)
    work.start()
    try:
        work.join(seconds or None)
    except BaseException:  # Ctrl-C: whoever waits no longer wants the result
        work.stop()
        raise
    if work.is_alive():
        work.stop()
        raise TooSlowError(f"It took longer than {seconds:g} s.")
    if work.error is not None:
        raise work.error
    return work.result[0]
