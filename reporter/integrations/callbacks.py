"""What callbacks and loggers share: the run they log to, and classes built when they are asked for.

A class whose base belongs to a framework can only be defined where the framework is installed. So
each module defines it in a function, and looking the name up calls that function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from reporter.errors import did_you_mean
from reporter.integrations.autologging import clean_key
from reporter.tracking.active import target
from reporter.tracking.live import LiveRun

__all__ = ["flattened", "lazily", "numbers_in", "open_run", "required"]


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
    return target(run) if run is None or isinstance(run, str) else run


def numbers_in(values: Mapping[str, Any], prefix: str = "") -> dict[str, float]:
    """Return what is a number, under keys that metrics may have.

    Parameters
    ----------
    values : mapping
        Numbers, arrays and tensors of one element, and others, which are left out.
    prefix : str

    Examples
    --------
    >>> numbers_in({"loss": 1, "ndcg@3": 0.5, "note": "x"}, "train/")
    {'train/loss': 1.0, 'train/ndcg_at_3': 0.5}
    """
    found = {}
    for key, value in values.items():
        if isinstance(value, (str, bytes)) or value is None:
            continue
        try:
            found[clean_key(f"{prefix}{key}")] = float(value)
        except (TypeError, ValueError, RuntimeError):
            continue  # more than one element
    return found


def flattened(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Write nested mappings as one, with keys like paths.

    Examples
    --------
    >>> flattened({"a": {"b": 1}, "c": 2})
    {'a/b': 1, 'c': 2}
    """
    found: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            found |= flattened(value, f"{prefix}{key}/")
        else:
            found[f"{prefix}{key}"] = value
    return found
