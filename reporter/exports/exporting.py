"""Write a selection in some form: into a folder beside its place first, which then gets its name.

So whoever looks at the place sees a whole export or none, whenever the work is interrupted.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from reporter.errors import BuildError, OutputConflictError
from reporter.exports.registry import Target, get_exporter
from reporter.exports.selection import Selection
from reporter.model import Problem

__all__ = ["ExportResult", "export_runs"]


@dataclass(frozen=True, kw_only=True)
class ExportResult:
    """What was written.

    Parameters
    ----------
    path : str
    experiments, runs, points, artifacts : int
    problems : tuple of Problem
        What could not be written, or not as it was.
    """

    path: str
    experiments: int
    runs: int
    points: int
    artifacts: int
    problems: tuple[Problem, ...]


def export_runs(
    selection: Selection,
    output: str,
    format_name: str,
    *,
    artifact_root: str = "",
    is_replacing: bool = False,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> ExportResult:
    """Write runs for other programs.

    Parameters
    ----------
    selection : Selection
    output : str
        A folder that does not exist yet, or is empty.
    format_name : str
        Of an exporter: ``parquet``, ``csv``, ``json``, ``mlflow``, ``mlflow-sqlite`` ...
    artifact_root : str
        Where MLflow will find the artifacts, when that is not `output`.
    is_replacing : bool
        Take the place of an earlier export of the same form, if it consists of files alone.
    progress : callable
        Called with a phase, what is done of it and what there is.

    Returns
    -------
    ExportResult

    Raises
    ------
    OutputConflictError
        Something stands at `output` already.
    BuildError
        The disk refuses; nothing is left at `output`.
    InvalidInputError
        There is no such exporter.
    """
    chosen = get_exporter(format_name)
    place = os.path.abspath(output)
    if not (is_replacing or _is_free(place)):
        hint = "Nothing was written. Name a new folder with -o, or replace tables with --replace."
        raise OutputConflictError(f"'{output}' exists already.", hint)
    temporary = f"{place}.tmp-{os.urandom(4).hex()}"
    target = Target(folder=temporary, place=place, artifact_root=artifact_root, progress=progress)
    try:
        os.makedirs(temporary)
        chosen.write(selection, target)
        if is_replacing and not _is_free(place):
            _replace(place, temporary, output)
        else:
            _put(place, temporary)
    except (OSError, sqlite3.OperationalError) as error:
        raise BuildError(
            f"Cannot write '{output}': {_reason(error)}.",
            "Nothing is left there. Free or permit the place and export again, or choose another.",
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return ExportResult(
        path=output,
        experiments=len(selection.experiments),
        runs=len(selection.runs),
        points=target.points,
        artifacts=target.artifacts,
        problems=tuple(target.problems),
    )


def _is_free(place: str) -> bool:
    return not os.path.lexists(place) or (os.path.isdir(place) and not os.listdir(place))


def _put(place: str, temporary: str) -> None:
    if os.path.isdir(place):
        os.rmdir(place)
    os.rename(temporary, place)


def _replace(place: str, temporary: str, output: str) -> None:
    """Put each file in the place of the one of its name; whatever else is there stays.

    Raises
    ------
    OutputConflictError
        Something that is no earlier export of this form stands there.
    """
    names = os.listdir(temporary)
    ours = [os.path.join(temporary, name) for name in names]
    theirs = [os.path.join(place, name) for name in names]
    if not all(map(os.path.isfile, [*ours, *theirs])):
        raise OutputConflictError(
            f"'{output}' is no earlier export of this form, or not one of files alone.",
            "Nothing was written. Name a new folder with -o.",
        )
    for new, old in zip(ours, theirs, strict=True):
        os.replace(new, old)


def _reason(error: OSError | sqlite3.OperationalError) -> str:
    """Say what the system said; the libraries that write tables wrap it into words of their own."""
    number = getattr(error, "errno", None)
    return os.strerror(number) if number else str(error)
