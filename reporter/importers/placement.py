"""Where an experiment and a run of another tool go in a store of ours.

A store's experiment ids come from names, so that stores merge by copying; other tools count 1, 2, 3
or draw numbers. The journal that an import writes for an experiment has a name made of what the
source calls it, so that a renamed experiment is found again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterable
from itertools import count

from reporter.events import Event, ExperimentCreated, LifecycleChanged, ProblemFound, to_line
from reporter.importers.records import ImportedExperiment, derive_run_id
from reporter.model import LifecycleStage, Problem
from reporter.store import layout
from reporter.store.reader import FolderReader, open_store

__all__ = ["Placement"]

# Longer than copying the files of one run takes; the folder's time is that of its last new file.
_ABANDONED_SECONDS = 24 * 3_600


class Placement:
    """Which folders of a store belong to which experiments of one source.

    Parameters
    ----------
    store : str
        The store's folder, which exists.
    importer : str
        Name of the importer: ids of different tools are different things.
    """

    def __init__(self, store: str, importer: str) -> None:
        self._store = store
        self._importer = importer
        self._reader: FolderReader = open_store(store)
        self._ids: dict[str, str] = {}
        self._journals: dict[str, str] = {}
        self._runs: dict[str, str] = {}
        # By name and stage.
        self._known = {
            (item.name, item.lifecycle_stage): item.experiment_id
            for item in self._reader.experiments()
        }
        for experiment_id in layout.list_experiment_ids(store):
            folder = os.path.join(store, experiment_id)
            names = os.listdir(folder)
            self._journals |= dict.fromkeys(
                filter(layout.is_experiment_journal, names), experiment_id
            )
            _sweep(folder, names)
            self._runs |= dict.fromkeys(layout.list_run_ids(folder), experiment_id)

    def add(self, experiment: ImportedExperiment) -> str:
        """Make an experiment of the source one of the store; returns its id there.

        Raises
        ------
        OSError
            The disk refused.
        """
        journal = layout.experiment_journal(self._writer_of(experiment))
        experiment_id = self._journals.get(journal) or self._choose(experiment)
        self._journals[journal] = experiment_id
        self._ids[experiment.source_id] = experiment_id
        if experiment.is_excerpt and self._knows(experiment_id, experiment):
            return experiment_id
        lines = b"".join(to_line(event) for event in _events(experiment, experiment_id))
        folder = os.path.join(self._store, experiment_id)
        os.makedirs(folder, exist_ok=True)
        _replace_if_different(os.path.join(folder, journal), lines)
        return experiment_id

    def _knows(self, experiment_id: str, experiment: ImportedExperiment) -> bool:
        """Tell whether the store knows an experiment as it was then, or later."""
        there = self._reader.find_experiment(experiment_id)
        times = [e.at_ms for e in experiment.events if not isinstance(e, Problem)]
        latest = max([experiment.created_ms or 0, *times])
        return there is not None and (there.last_update_time or 0) >= latest

    def find_run(self, run_id: str, experiment: str) -> str:
        """Return the experiment id whose folder holds a run, or shall hold it.

        Parameters
        ----------
        run_id : str
        experiment : str
            What the source calls the run's experiment.
        """
        if run_id not in self._runs:
            if experiment not in self._ids:
                self.add(ImportedExperiment(source_id=experiment, name=experiment))
            self._runs[run_id] = self._ids[experiment]
        return self._runs[run_id]

    def _writer_of(self, experiment: ImportedExperiment) -> str:
        known = experiment.name if experiment.created_ms is None else str(experiment.created_ms)
        return f"imported-{derive_run_id(self._importer, experiment.source_id, known)[:12]}"

    def _choose(self, experiment: ImportedExperiment) -> str:
        """Find the experiment of the same name and stage, or an id that is free for a new one."""
        wanted = (experiment.name, _stage(experiment))
        if wanted in self._known:
            return self._known[wanted]
        for attempt in count():
            experiment_id = layout.derive_experiment_id(experiment.name, attempt)
            there = self._reader.find_experiment(experiment_id)
            if there is None or there.creation_time is None:
                break  # nobody's, or another import is making it
            if (there.name, there.lifecycle_stage) == wanted:
                break  # another import made it since this one began
        self._known[wanted] = experiment_id
        return experiment_id


def _sweep(folder: str, names: Iterable[str]) -> None:
    """Delete what imports that were killed left half-written, unless one may still be at it."""
    oldest = time.time() - _ABANDONED_SECONDS
    for name in names:
        path = os.path.join(folder, name)
        if name.startswith(layout.TEMPORARY_PREFIX) and os.path.isdir(path):
            with contextlib.suppress(OSError):  # somebody else may sweep
                if os.stat(path).st_mtime < oldest:
                    shutil.rmtree(path)


def _stage(experiment: ImportedExperiment) -> str:
    stages = [e.lifecycle_stage for e in experiment.events if isinstance(e, LifecycleChanged)]
    return stages[-1] if stages else LifecycleStage.ACTIVE


def _events(experiment: ImportedExperiment, experiment_id: str) -> list[Event]:
    at_ms = experiment.created_ms or 0
    created = ExperimentCreated(at_ms=at_ms, experiment_id=experiment_id, name=experiment.name)
    noted = [
        ProblemFound(at_ms=at_ms, problem=event) if isinstance(event, Problem) else event
        for event in experiment.events
    ]
    return [created, *noted]


def _replace_if_different(path: str, data: bytes) -> None:
    """Write a file beside its place and rename it, unless it holds this already."""
    try:
        with open(path, "rb") as file:
            if file.read() == data:
                return
    except FileNotFoundError:
        pass
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f"{layout.TEMPORARY_PREFIX}{os.urandom(6).hex()}-{name}")
    with open(temporary, "wb") as file:
        file.write(data)
    os.replace(temporary, path)
