"""What callbacks and loggers share: the run they log to, and classes built when they are asked for.

A class whose base belongs to a framework can only be defined where the framework is installed. So
each module defines it in a function, and looking the name up calls that function.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from reporter.errors import did_you_mean
from reporter.tracking import fluent
from reporter.tracking.live import LiveRun

__all__ = ["lazily", "open_run", "required"]


def lazily(module: str, **builders: Callable[[], object]) -> Callable[[str], object]:
    """Return a module's ``__getattr__`` that builds classes when they are looked up.

    Parameters
    ----------
    module : str
        Its name, for error messages.
    **builders
        Functions by the name of what they build.
    """

    def get(name: str) -> object:
        if name in builders:
            return builders[name]()
        hint = did_you_mean(name, builders)
        raise AttributeError(f"module {module!r} has no attribute {name!r}. {hint}".rstrip())

    return get


def required(*names: str) -> Any:  # Any: a module of a library without types
    """Import the first of several modules that is installed.

    Raises
    ------
    ImportError
        None is, with the command that installs the first.
    """
    for name in names:
        try:
            return import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{name}.".startswith(f"{error.name}."):
                raise  # it is installed, and lacks something itself
    package = names[0].partition(".")[0]
    raise ImportError(f"This needs {package}, which is not installed: pip install {package}")


def open_run(run: str | LiveRun | None) -> LiveRun:
    """Return the way into a run: by id, or the active one, started if there is none."""
    return fluent._target(run) if run is None or isinstance(run, str) else run
