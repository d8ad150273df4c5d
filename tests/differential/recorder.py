"""Run small scripts against one tracking library and record what each step answers.

The same functions run against MLflow (``freeze_behaviours.py``, by hand) and against this package
(``test_behaviours.py``). Ids, times and folders are written as words, since they differ from run to
run; errors as the code that MLflow gives its exceptions.
"""

from __future__ import annotations

import importlib
import io
import math
import os
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

GROUPS = (
    "artifacts",
    "client",
    "datasets",
    "environment",
    "experiments",
    "media",
    "metrics",
    "params",
    "runs",
    "search",
    "tags",
    "threads",
)


@dataclass(frozen=True)
class Behaviour:
    """One script: its function, and the steps where we answer otherwise on purpose, with why."""

    name: str
    run: Callable[[object, Recorder], None]
    differs: Mapping[str, str] = field(default_factory=dict)


REGISTERED: dict[str, Behaviour] = {}


def behaviour(function=None, *, differs: Mapping[str, str] | None = None):
    """Register a script; `differs` maps a step to a key of ``differences.DIFFERENCES``."""

    def register(run):
        group = run.__module__.rpartition(".")[2]
        name = f"{group}.{run.__name__}"
        assert name not in REGISTERED, name
        REGISTERED[name] = Behaviour(name, run, differs or {})
        return run

    return register if function is None else register(function)


def load() -> dict[str, Behaviour]:
    """Import all groups; returns every script by name."""
    for group in GROUPS:
        importlib.import_module(f"tests.differential.behaviours.{group}")
    return REGISTERED


class Recorder:
    """Takes down the answer of each step.

    Parameters
    ----------
    folder : Path
        The working directory of the script, written as ``<folder>``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.answers: dict[str, object] = {}
        self._runs: dict[str, str] = {}

    def __call__(self, step: str, thing: object) -> object:
        """Record a value, or what calling it returns or raises; returns the value or None."""
        assert step not in self.answers, step
        value = None
        try:
            value = thing() if callable(thing) else thing
            self.answers[step] = self.plain(value)
        except Exception as error:  # noqa: BLE001  # which one is the answer
            self.answers[step] = {"raises": error_names(error)}
        return value

    def plain(self, value: object) -> object:
        """Write a value as JSON, without what differs from run to run."""
        if hasattr(value, "item") and not hasattr(value, "__len__"):
            value = value.item()
        if value is None or isinstance(value, (bool, int)):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else str(value)
        if isinstance(value, (str, os.PathLike)):
            return self._text(os.fspath(value))
        if isinstance(value, Mapping):
            return {self._text(str(key)): self.plain(item) for key, item in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self.plain(item) for item in value]
        return f"<{type(value).__name__}>"

    def _text(self, text: str) -> str:
        for folder in {str(self.folder), os.path.realpath(self.folder)}:
            text = text.replace(f"file://{folder}", "<folder>").replace(folder, "<folder>")
        return re.sub(r"\b[0-9a-f]{32}\b", self._run_word, text)

    def _run_word(self, match: re.Match[str]) -> str:
        return self._runs.setdefault(match[0], f"<run {len(self._runs)}>")


def error_names(error: BaseException) -> list[str]:
    """Name an error: MLflow's code where it has one, then its classes."""
    code = getattr(error, "error_code", None)
    classes = [kind.__name__ for kind in type(error).__mro__ if issubclass(kind, Exception)]
    return [str(code), *classes] if code else classes


# What MLflow raises where it did not think of the case, rather than to tell the caller something.
ACCIDENTS = {"INTERNAL_ERROR", "BAD_REQUEST", "Exception", "TypeError", "IsADirectoryError"}
ACCIDENTS |= {"OverflowError", "KeyError"}


def agree(ours: object, theirs: object) -> bool:
    """Tell whether two answers are the same for a script.

    An error that MLflow means must have its code here, or be of its class; where MLflow fails by
    accident it is enough that we refuse.
    """
    both_refuse = isinstance(ours, dict) and isinstance(theirs, dict)
    if both_refuse and ours.keys() == theirs.keys() == {"raises"}:
        return theirs["raises"][0] in ours["raises"] or theirs["raises"][0] in ACCIDENTS
    return ours == theirs


@contextmanager
def quiet_script(folder: Path) -> Iterator[Recorder]:
    """Be in a script's own folder, without output and warnings."""
    before = os.getcwd()
    environment = dict(os.environ)
    os.chdir(folder)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            with redirect_stderr(io.StringIO()):
                warnings.simplefilter("ignore")
                yield Recorder(folder)
    finally:
        os.chdir(before)
        os.environ.clear()
        os.environ.update(environment)
