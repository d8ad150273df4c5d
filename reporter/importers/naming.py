"""Names for runs of tools that know folders only."""

from __future__ import annotations

import os

from reporter.importers.records import ImportOptions, Source

__all__ = ["experiment_of", "path_name", "place_of", "run_name_of"]


def experiment_of(source: Source, options: ImportOptions) -> str:
    """Name the experiment: as the user says, else as the folder is called that he named."""
    if options.experiment:
        return options.experiment
    root = source.root
    if os.path.isfile(root):
        root = os.path.dirname(os.path.abspath(root))
    return path_name(root) or "Imported"


def run_name_of(source: Source, inside: str = "") -> str:
    """Name a run by its path below what the user named.

    Parameters
    ----------
    source : Source
    inside : str
        Path below the source, with ``/``; empty for the source itself.
    """
    below = "/".join(part for part in (source.name, inside) if part)
    return below or path_name(source.path)


def path_name(path: str) -> str:
    """Return the last part of a path, however it was written (``.``, ``a/``)."""
    return os.path.basename(os.path.realpath(path))


def place_of(path: str) -> str:
    """Return the last two parts of a path: what tells runs apart that have no name or id."""
    real = os.path.realpath(path)
    return f"{os.path.basename(os.path.dirname(real))}/{os.path.basename(real)}"
