"""Copy the artifacts of runs to where another tool looks for them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

from reporter.exports.registry import Target
from reporter.exports.selection import Selection
from reporter.model import Run

__all__ = ["copy_artifacts"]

_CHUNK_BYTES = 1 << 20


def copy_artifacts(selection: Selection, target: Target, folder_of: Callable[[Run], str]) -> None:
    """Copy every artifact; one that is missing is listed, and the others go on.

    Parameters
    ----------
    selection : Selection
    target : Target
    folder_of : callable
        Takes a run and returns the folder for its artifacts, inside of the target's.
    """
    for number, run in enumerate(selection.runs):
        target.progress("artifacts", number, len(selection.runs))
        for run_id, artifact in selection.reader.artifacts([run.info.run_id]):
            _copy(selection, target, run_id, artifact.path, folder_of(run))
    target.progress("artifacts", len(selection.runs), len(selection.runs))


def _copy(selection: Selection, target: Target, run_id: str, path: str, folder: str) -> None:
    root = os.path.realpath(folder)
    place = os.path.realpath(os.path.join(root, *path.split("/")))
    if os.path.commonpath([root, place]) != root or place == root:
        target.left_out("Artifact left out", f"{run_id}/{path}", "Its path leads elsewhere.")
        return
    try:
        with selection.reader.open_artifact(run_id, path) as source:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "xb") as file:
                shutil.copyfileobj(source, file, _CHUNK_BYTES)
    except FileNotFoundError as error:
        target.left_out("Artifact left out", f"{run_id}/{path}", str(error))
    except FileExistsError:
        target.left_out(
            "Artifact left out",
            f"{run_id}/{path}",
            "This file system takes its name for that of another one.",
        )
    else:
        target.artifacts += 1
