"""Let installed packages add to a registry: what stands in their entry points is called once."""

from __future__ import annotations

from functools import cache

__all__ = ["load_plugins"]


@cache
def load_plugins(group: str) -> None:
    """Load the entry points of a group, by name, and call those that are functions.

    Parameters
    ----------
    group : str
        Such as ``reporter.importers``; each group is loaded once a process.
    """
    from importlib.metadata import entry_points

    for entry in sorted(entry_points(group=group), key=lambda entry: entry.name):
        loaded = entry.load()
        if callable(loaded):
            loaded()
