"""Read many runs with more than one processor: helpers of the same Python that replay runs.

A helper is a fresh interpreter and no fork, since the process that imports may have threads, and no
``multiprocessing``, which would run the user's script a second time. It is handed pickled tasks on
its standard input and ends with it. Whatever goes wrong with a helper, its runs are read here.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import IO, Any

__all__ = ["Crew", "serve"]

Task = tuple[Any, ...]  # Any: the arguments of the function that a crew runs

# Starting a helper takes half a second of its processor, in which some hundred runs are read.
_MIN_TASKS = 200
_TASKS_BEFORE_HELP = 20
_MAX_HELPERS = 7
# Enough that a helper never waits for its next task, few enough that all end at the same time.
_MAX_WAITING = 4


class Crew:
    """Runs a function on many tasks, here and in helpers.

    Parameters
    ----------
    function : callable
        Of a module of ours; called with a task's items.
    n_helpers : int, optional
        One for each further processor by default.

    Notes
    -----
    Results come in no certain order. A task that cannot be pickled is run here. Helpers are started
    when many tasks have been expected and the first have been run.
    """

    def __init__(self, function: Callable[..., Any], n_helpers: int | None = None) -> None:
        self._function = function
        wanted = _spare_processors() if n_helpers is None else n_helpers
        self._n_helpers = min(wanted, _MAX_HELPERS)
        self._helpers: list[_Helper] = []
        self._n_expected = self._n_run = 0

    def __enter__(self) -> Crew:  # noqa: PYI034  # Self is Python 3.11's
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: object, __: TracebackType | None
    ) -> None:
        for helper in self._helpers:
            helper.stop(is_hurried=kind is not None)

    def expect(self, n_tasks: int) -> None:
        """Take note of tasks that are about to come."""
        self._n_expected += n_tasks

    def run(self, task: Task) -> Iterator[Any]:
        """Run a task, or have it run; yields what has come of tasks so far, raises their errors."""
        self._n_run += 1
        if self._n_run == _TASKS_BEFORE_HELP and self._n_expected >= _MIN_TASKS:
            self._helpers = [helper for _ in range(self._n_helpers) if (helper := _start())]
        free = next((helper for helper in self._helpers if helper.is_free()), None)
        if free is None or not free.send(self._function, task):
            yield self._function(*task)
        for helper in self._helpers:
            yield from helper.results()

    def rest(self) -> Iterator[Any]:
        """Wait for the helpers and yield what they have done; what they could not is done here."""
        for helper in self._helpers:
            helper.finish()
            yield from helper.results()
            for task in helper.undone():
                yield self._function(*task)


def _spare_processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) - 1
    return (os.cpu_count() or 1) - 1


def _start() -> _Helper | None:
    """Start a helper; None where that cannot be done."""
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH", "")]))
    try:
        process = subprocess.Popen(  # noqa: S603  # our own module
            [sys.executable, "-c", f"from {__name__} import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )
    except (OSError, ValueError):
        return None
    return _Helper(process)


class _Helper:
    """One further interpreter, and the thread that takes its results."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._waiting: dict[int, Task] = {}
        self._done: list[tuple[bool, Any]] = []
        self._count = 0
        self._is_well = True
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        stream = self._pipe(self._process.stdout)
        while True:
            try:
                number, is_good, result = pickle.load(stream)  # noqa: S301  # our own process
            except (EOFError, OSError, pickle.UnpicklingError):
                self._is_well = False
                return
            self._done.append((is_good, result))
            del self._waiting[number]

    @staticmethod
    def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
        if stream is None:
            raise RuntimeError("a helper has no pipe")
        return stream

    def is_free(self) -> bool:
        return self._is_well and len(self._waiting) < _MAX_WAITING

    def send(self, function: Callable[..., Any], task: Task) -> bool:
        """Hand over a task; False when it cannot be pickled or the helper is gone."""
        try:
            data = pickle.dumps((self._count, function, task))
        except (pickle.PicklingError, TypeError, AttributeError):
            self._is_well = False  # the next one of this source would be no better
            return False
        self._waiting[self._count] = task
        self._count += 1
        try:
            stream = self._pipe(self._process.stdin)
            stream.write(data)
            stream.flush()
        except OSError:
            self._is_well = False  # the task waits, and is done here in the end
        return True

    def results(self) -> Iterator[Any]:
        while self._done:
            is_good, result = self._done.pop(0)
            if not is_good:
                raise result
            yield result

    def finish(self) -> None:
        """Say that nothing more comes, and wait for what is under way."""
        self._close()
        self._thread.join()

    def undone(self) -> Iterator[Task]:
        """Yield what was handed over and never came back."""
        while self._waiting:
            yield self._waiting.popitem()[1]

    def stop(self, *, is_hurried: bool) -> None:
        if is_hurried:
            self._process.kill()
        self._close()
        self._thread.join()
        self._process.wait()
        self._pipe(self._process.stdout).close()

    def _close(self) -> None:
        try:
            self._pipe(self._process.stdin).close()
        except OSError:
            return  # it ended before it read everything


def serve() -> None:
    """Do what comes on standard input, and write results to standard output; a helper's life."""
    tasks, results = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not come between the results
    try:
        while True:
            number, function, task = pickle.load(tasks)  # noqa: S301  # of our own parent
            try:
                answer = (number, True, function(*task))
            except Exception as error:  # noqa: BLE001  # raised again where the task came from
                answer = (number, False, error)
            pickle.dump(answer, results)
            results.flush()
    except (EOFError, OSError, KeyboardInterrupt):
        return
