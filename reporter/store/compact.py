"""Fold a run's journals into its two tables, atomically, at any time and as often as one likes.

Tables are written under temporary names, synced and renamed. A journal is deleted only when the
tables on disk cover it whole *and* its writer has closed it. One process at a time compacts a run:
a second one finds the lock taken and leaves the work, for journals read as well as tables do.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

from reporter.model import RunStatus
from reporter.store import layout
from reporter.store.exclusive import exclusive
from reporter.store.points import CLOSE_RECORD
from reporter.store.sources import RunSources, read_sources
from reporter.store.tables import RunRow, write_points, write_run
from reporter.store.uris import is_remote

__all__ = [
    "compact_run",
    "compact_store",
    "fold_ended",
    "fold_lock",
    "fold_remembered",
    "is_closed",
    "remember_for_later",
]

_LOCK = ".compact.lock"
# Runs that ended at interpreter exit or under SIGTERM, where nothing heavy may be imported: one
# empty file each, so that the next run to end finds them without looking through the store.
_PENDING = ".pending"


def compact_run(folder: str, run_id: str, experiment_id: str) -> bool:
    """Fold what lies in a run's folder into tables.

    Parameters
    ----------
    folder : str
    run_id, experiment_id : str

    Returns
    -------
    bool
        False when another process is at it, or when something in the folder cannot be read: then
        nothing was changed.

    Raises
    ------
    OSError
        The disk refused; the journals are untouched.
    """
    with fold_lock(folder) as is_ours:
        if not is_ours:
            return False
        _sweep(folder)
        sources = read_sources(folder, run_id, experiment_id)
        if sources.events or sources.points:
            return _write_tables(sources)
        return True


def _sweep(folder: str) -> None:
    """Delete what a compaction that was killed left half-written; only we are here."""
    for name in os.listdir(folder):
        if name.startswith(layout.TEMPORARY_PREFIX):
            os.unlink(os.path.join(folder, name))


def _write_tables(sources: RunSources) -> bool:
    points = sources.all_points()
    sources.table = points
    run = sources.run()
    if any(problem.severity == "error" for problem in sources.problems):
        return False
    covers = dict(sources.load_row().covers)
    covers |= {name: data.rfind(b"\n") + 1 for name, data in sources.events.items()}
    row = RunRow(sources.lines(), run.data.summaries, covers, points.covers)
    if sources.points and len(points):
        path = os.path.join(sources.folder, layout.METRICS_TABLE)
        write_points(path, sources.run_id, sources.experiment_id, points)
    write_run(os.path.join(sources.folder, layout.RUN_TABLE), run, row)
    _sync_folder(sources.folder)
    _retire(sources)
    return True


def _retire(sources: RunSources) -> None:
    """Delete the journals that their writers closed; what was read of those is everything."""
    for name, data in {**sources.events, **sources.points}.items():
        if is_closed(name, data):
            os.unlink(os.path.join(sources.folder, name))


def is_closed(name: str, journal: bytes) -> bool:
    """Tell whether the writer of this journal said in it that nothing more comes."""
    if layout.is_metrics_journal(name):
        return journal.endswith(CLOSE_RECORD)
    last = journal[journal[:-1].rfind(b"\n") + 1 :]
    return last.endswith(b"\n") and b'"type":"writer_closed"' in last


def _sync_folder(folder: str) -> None:
    """Have the disk keep the renames before anything is deleted, where a system can."""
    if os.name != "posix":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    except OSError:
        pass  # some network file systems cannot sync a folder; they order renames themselves
    finally:
        os.close(fd)


def fold_lock(folder: str) -> AbstractContextManager[bool]:
    """Try to be the only one that writes the tables of the run in `folder`; yields whether we are.

    Leaving the block frees the lock, and so does the end of the process, however it comes.
    """
    return exclusive(os.path.join(folder, _LOCK))


def remember_for_later(store: str, experiment_id: str, run_id: str) -> None:
    """Note that a run ended without being folded; a store that cannot be written forgets it.

    Standard library alone and one empty file: this runs while an interpreter shuts down.
    """
    folder = os.path.join(store, _PENDING)
    with suppress(OSError):
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, f"{experiment_id}-{run_id}"), "xb"):
            pass


def fold_remembered(store: str) -> int:
    """Fold the runs that :func:`remember_for_later` noted; returns how many were.

    Raises
    ------
    OSError
        The disk refused; what is left is folded another time.
    """
    folder, done = os.path.join(store, _PENDING), 0
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        experiment_id, _, run_id = name.partition("-")
        if layout.is_experiment_id(experiment_id) and layout.is_run_id(run_id):
            path = os.path.join(store, experiment_id, run_id)
            # One that was taken up again is folded when it ends, one that is locked by its holder.
            if os.path.isdir(path) and _has_ended(path, run_id, experiment_id):
                done += compact_run(path, run_id, experiment_id)
        with suppress(FileNotFoundError):  # another process was quicker
            os.unlink(os.path.join(folder, name))
    return done


def compact_store(
    path: str,
    progress: Callable[[str, int, int], None] | None = None,
    left: list[str] | None = None,
) -> int:
    """Fold every run of a store that has ended and has journals left.

    Parameters
    ----------
    path : str
    progress : callable, optional
        Called with a word, the runs done and the runs in all.
    left : list of str, optional
        Takes the runs (``experiment/run``) that have ended and could not be folded: they are
        damaged, or another process is at it.

    Returns
    -------
    int
        How many runs were folded.

    Raises
    ------
    NotAStoreError
    StoreVersionError
    """
    if is_remote(path):
        from reporter.store.remote_upkeep import compact_remote

        return compact_remote(path, progress, left)
    layout.check_store(path)
    return fold_ended(path, compact_run, progress, left)


def fold_ended(
    path: str,
    fold: Callable[[str, str, str], bool],
    progress: Callable[[str, int, int], None] | None = None,
    left: list[str] | None = None,
) -> int:
    """Fold what :func:`compact_store` folds, in a folder's own way.

    Parameters
    ----------
    path : str
    fold : callable
        Takes a run's folder, its id and that of its experiment; tells whether it was folded.
    progress, left : optional
        As for :func:`compact_store`.

    Returns
    -------
    int
        How many runs were folded.
    """
    runs = [
        (experiment_id, run_id)
        for experiment_id in layout.list_experiment_ids(path)
        for run_id in layout.list_run_ids(os.path.join(path, experiment_id))
    ]
    done = 0
    for number, (experiment_id, run_id) in enumerate(runs, start=1):
        folder = os.path.join(path, experiment_id, run_id)
        if _has_ended(folder, run_id, experiment_id):
            is_done = fold(folder, run_id, experiment_id)
            done += is_done
            if left is not None and not is_done:
                left.append(f"{experiment_id}/{run_id}")
        if progress is not None:
            progress("Folding", number, len(runs))
    return done


def _has_ended(folder: str, run_id: str, experiment_id: str) -> bool:
    """Tell whether a run has ended and has journals left."""
    names = os.listdir(folder)
    if not any(layout.is_events_journal(n) or layout.is_metrics_journal(n) for n in names):
        return False
    run = read_sources(folder, run_id, experiment_id).run()
    return RunStatus.is_terminated(run.info.status)
