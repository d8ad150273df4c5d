"""Which folders of event files form one run.

TensorBoard takes every folder with event files for a run. Writers make more folders than runs,
though: one for each line of ``add_scalars``, one for each call of ``add_hparams``, ``train`` and
``validation`` beside each other. What is told here from folder names and the first value of each
file; the values themselves are not read.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from reporter.importers.files import is_inside
from reporter.importers.tfevents import HPARAMS, first_values

__all__ = ["EventFolder", "EventRun", "find_runs", "is_event_file", "is_phase", "scalars_key"]

_PHASES = frozenset({"train", "training", "val", "valid", "validation", "eval", "test"})
_MAX_DEPTH = 16


@dataclass(frozen=True)
class EventFolder:
    """A folder with event files.

    Parameters
    ----------
    path : str
        Relative to the source, with ``/``; empty for the source itself.
    files : tuple of str
        Names, sorted: writers put the time into them, so a resumed run goes on in order.
    started_ms : int
        Time of the first record (ms).
    tag : str
        Of the first value; empty when there is none.
    has_hparams : bool
        Whether the files hold one session's hyperparameters.
    """

    path: str
    files: tuple[str, ...]
    started_ms: int
    tag: str
    has_hparams: bool

    def inside(self, run_path: str) -> str:
        """Return the path below a run's folder; empty for the run's own."""
        return self.path[len(run_path) :].lstrip("/")

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was ever logged here."""
        return not self.tag


@dataclass
class EventRun:
    """Folders that form one run, the run's own first; `path` names it."""

    path: str
    folders: list[EventFolder] = field(default_factory=list)
    parent: EventRun | None = None


def is_event_file(name: str) -> bool:
    """Tell by its name whether a file is an event file, as TensorBoard does."""
    return "tfevents" in name


def find_runs(root: str) -> list[EventRun]:
    """Find the runs in a folder and below, sorted by path.

    Parameters
    ----------
    root : str
        The folder, or one event file.
    """
    if os.path.isfile(root):
        folder = _look_into(os.path.dirname(root), "", (os.path.basename(root),))
        return [] if folder.is_empty else [EventRun("", [folder])]
    folders = {folder.path: folder for folder in _find_folders(root) if not folder.is_empty}
    runs: dict[str, EventRun] = {}
    run_of: dict[str, str] = {}
    for path, folder in sorted(folders.items()):
        above = next((parent for parent in _parents(path) if parent in folders), None)
        run_of[path] = path
        if above is not None and _is_part(folder, above):
            run_of[path] = run_of[above]
        elif above is None and is_phase(path):
            run_of[path] = posixpath.dirname(path)
        runs.setdefault(run_of[path], EventRun(run_of[path])).folders.append(folder)
    return [part for run in runs.values() for part in _split_sessions(run)]


def _parents(path: str) -> Iterator[str]:
    """Yield the folders around a folder, the nearest first."""
    while path:
        path = posixpath.dirname(path)
        yield path


def is_phase(path: str) -> bool:
    """Tell by its name whether a folder is of a part of a run: ``train``, ``validation``."""
    return posixpath.basename(path).lower() in _PHASES


def _is_part(folder: EventFolder, above: str) -> bool:
    """Tell whether a folder belongs to the run of the folder `above` it."""
    is_line = scalars_key(folder.inside(above), folder.tag) is not None
    return folder.has_hparams or is_line or is_phase(folder.path)


def scalars_key(inside: str, tag: str) -> str | None:
    """Name the metric of a folder that ``add_scalars`` made for one of its lines.

    Parameters
    ----------
    inside : str
        The folder's path below that of its run.
    tag : str

    Returns
    -------
    str or None
        None when the folder is no such.

    Examples
    --------
    >>> scalars_key("loss/train", "loss"), scalars_key("a_loss_train", "a/loss")
    ('loss/train', 'a/loss/train')
    """
    flat = tag.replace("/", "_")
    if inside.startswith(f"{tag}/"):
        return inside
    return f"{tag}/{inside[len(flat) + 1 :]}" if inside.startswith(f"{flat}_") else None


def _split_sessions(run: EventRun) -> list[EventRun]:
    """Make runs of their own of several sessions that were logged into one folder."""
    sessions = [folder for folder in run.folders if folder.has_hparams and folder.path != run.path]
    if len(sessions) < 2:
        return [run]
    run.folders = [folder for folder in run.folders if folder not in sessions]
    children = [EventRun(session.path, [session], run) for session in sessions]
    return [run, *children] if run.folders else children


def _find_folders(root: str) -> Iterator[EventFolder]:
    real_root = os.path.realpath(root)
    for folder, names, files in os.walk(root):
        below = os.path.relpath(folder, root).replace(os.sep, "/").removeprefix(".")
        is_deep = below.count("/") >= _MAX_DEPTH
        names[:] = [] if is_deep else sorted(name for name in names if not name.startswith("."))
        found = (name for name in sorted(files) if is_event_file(name))
        plain = tuple(name for name in found if _is_readable(os.path.join(folder, name), real_root))
        if plain:
            yield _look_into(folder, below, plain)


def _is_readable(path: str, real_root: str) -> bool:
    return os.path.isfile(path) and is_inside(path, real_root)


def _look_into(folder: str, below: str, files: tuple[str, ...]) -> EventFolder:
    started_ms = 0
    for name in files:
        time_ms, values = first_values(os.path.join(folder, name))
        started_ms = started_ms or time_ms
        if values:
            has_hparams = any(value.kind == HPARAMS for value in values)
            return EventFolder(below, files, started_ms, values[0].tag, has_hparams)
    return EventFolder(below, files, started_ms, "", has_hparams=False)
