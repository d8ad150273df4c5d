"""Remove for good what was deleted: the only place where runs are ever unlinked."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from reporter.events import LifecycleChanged
from reporter.model import LifecycleStage
from reporter.store import layout
from reporter.store.reader import open_store
from reporter.store.sources import read_sources
from reporter.store.uris import is_remote

__all__ = ["Prunable", "find_prunable", "prune"]

_TRASH_PREFIX = ".trash-"
_NEVER = 1 << 62


@dataclass(frozen=True)
class Prunable:
    """A deleted run, or the run of a deleted experiment.

    Parameters
    ----------
    run_id, experiment_id, run_name : str
    folder : str
    deleted_ms : int
        When it, or its experiment, was deleted: milliseconds since 1970 UTC.
    size_bytes : int
    """

    run_id: str
    experiment_id: str
    run_name: str
    folder: str
    deleted_ms: int
    size_bytes: int


def find_prunable(path: str, before_ms: int) -> Iterator[Prunable]:
    """Yield what was deleted before a moment.

    Parameters
    ----------
    path : str
    before_ms : int
        Milliseconds since 1970 UTC.

    Raises
    ------
    NotAStoreError
    StoreVersionError
    """
    if is_remote(path):
        from reporter.store.remote_upkeep import find_prunable_remote

        yield from find_prunable_remote(path, before_ms)
        return
    reader = open_store(path)
    for experiment in reader.experiments():
        is_gone = experiment.lifecycle_stage == LifecycleStage.DELETED
        experiment_ms = (experiment.last_update_time or 0) if is_gone else _NEVER
        folder = os.path.join(path, experiment.experiment_id)
        for run in reader.runs([experiment.experiment_id]):
            if is_gone or run.info.lifecycle_stage == LifecycleStage.DELETED:
                run_id = run.info.run_id
                found = _prunable(os.path.join(folder, run_id), run_id, experiment.experiment_id)
                if min(found.deleted_ms, experiment_ms) < before_ms:
                    yield found
        yield from _trash(folder, experiment.experiment_id)


def _prunable(folder: str, run_id: str, experiment_id: str) -> Prunable:
    sources = read_sources(folder, run_id, experiment_id)
    run = sources.run()
    changes = [
        event.at_ms
        for events in sources.writers.values()
        for event in events
        if isinstance(event, LifecycleChanged)
    ]
    is_deleted = run.info.lifecycle_stage == LifecycleStage.DELETED
    return Prunable(
        run_id,
        experiment_id,
        run.info.run_name,
        folder,
        max(changes, default=0) if is_deleted else _NEVER,
        _size_of(folder),
    )


def _trash(folder: str, experiment_id: str) -> Iterator[Prunable]:
    """Yield what an earlier removal that was stopped had begun with."""
    for name in sorted(os.listdir(folder)):
        run_id = name.removeprefix(_TRASH_PREFIX)
        if name != run_id and layout.is_run_id(run_id):
            path = os.path.join(folder, name)
            yield Prunable(run_id, experiment_id, "", path, 0, _size_of(path))


def _size_of(folder: str) -> int:
    return sum(
        os.lstat(os.path.join(parent, name)).st_size
        for parent, _, names in os.walk(folder)
        for name in names
    )


def prune(found: list[Prunable], progress: Callable[[str, int, int], None] | None = None) -> int:
    """Remove runs for good.

    Parameters
    ----------
    found : list of Prunable
    progress : callable, optional

    Returns
    -------
    int
        Bytes freed.

    Notes
    -----
    A folder is renamed before it is emptied, so that a removal that is stopped half-way leaves no
    run that looks whole; the next removal goes on with it. In a bucket, what says that the run is
    deleted goes last. A run that was restored since it was found stays. Artifacts that an
    experiment keeps outside the store are left alone.
    """
    freed = 0
    for number, item in enumerate(found, start=1):
        if _remove(item):
            freed += item.size_bytes
        if progress is not None:
            progress("Removing", number, len(found))
    return freed


def _remove(item: Prunable) -> bool:
    """Remove a run; False when there is nothing to remove any more."""
    if is_remote(item.folder):
        from reporter.store.remote_upkeep import delete_remote_run

        delete_remote_run(item.folder)
        return True
    trash = os.path.join(os.path.dirname(item.folder), _TRASH_PREFIX + item.run_id)
    if item.folder != trash:
        if _is_restored(item) or not os.path.isdir(item.folder):
            return False
        _empty(trash)  # the same run was removed before, was stopped, and came back by copying
        os.replace(item.folder, trash)
    _empty(trash)
    return True


def _is_restored(item: Prunable) -> bool:
    is_of_experiment = item.deleted_ms == _NEVER
    run = read_sources(item.folder, item.run_id, item.experiment_id).run()
    return not is_of_experiment and run.info.lifecycle_stage != LifecycleStage.DELETED


def _empty(folder: str) -> None:
    """Remove a folder with all that is in it, perhaps together with another process."""
    while os.path.isdir(folder):
        with suppress(FileNotFoundError):
            shutil.rmtree(folder)
