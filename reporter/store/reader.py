"""Read a folder of runs: ended, live and crashed ones alike, all through the same fold."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO

from reporter.errors import RunNotFoundError
from reporter.model import Artifact, Experiment, Run
from reporter.store import layout
from reporter.store.derived import DerivedRuns, stamp_of
from reporter.store.fold import fold_experiment, merge
from reporter.store.liveness import is_alive
from reporter.store.ports import History
from reporter.store.sources import RunSources, read_events, read_sources

__all__ = ["FolderReader", "open_store"]


def open_store(path: str | os.PathLike[str]) -> FolderReader:
    """Open the store at `path` for reading.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    FolderReader

    Raises
    ------
    NotAStoreError
        There is no such folder, it is a file, or it holds no store.
    StoreVersionError
        A newer version wrote it.
    """
    text = os.fspath(path)
    layout.check_store(text)
    return FolderReader(text)


class FolderReader:
    """A store in a folder; implements :class:`reporter.store.ports.StoreReader`.

    Parameters
    ----------
    path : str
        The store's folder. Nothing is read until asked for, and nothing is written but its
        ``.cache/``, where that can be.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._locations: dict[str, str] = {}
        # What folded runs logged, so that a build that read a run need not read it again.
        self._logged: dict[str, tuple[Artifact, ...]] = {}

    @property
    def location(self) -> str:
        """The folder, as it was given."""
        return self._path

    def experiments(self) -> list[Experiment]:
        """Return every experiment, deleted ones too, by creation time and then id."""
        ids = layout.list_experiment_ids(self._path)
        found = [self._experiment(experiment_id) for experiment_id in ids]
        return sorted(found, key=lambda item: (item.creation_time or 0, int(item.experiment_id)))

    def find_experiment(self, experiment_id: str) -> Experiment | None:
        """Return one experiment without looking at the others, or None."""
        folder = os.path.join(self._path, experiment_id)
        if not layout.is_experiment_id(experiment_id) or not os.path.isdir(folder):
            return None
        return self._experiment(experiment_id)

    def _experiment(self, experiment_id: str) -> Experiment:
        folder = os.path.join(self._path, experiment_id)
        journals = read_events(folder, layout.is_experiment_journal)
        experiment = fold_experiment(experiment_id, merge(journals))
        self._locations[experiment_id] = experiment.artifact_location
        if experiment.artifact_location:
            return experiment
        return replace(experiment, artifact_location=os.path.abspath(folder))

    def runs(self, experiment_ids: Iterable[str] | None = None) -> Iterator[Run]:
        """Yield every run of these experiments (all when None), deleted ones too."""
        known = layout.list_experiment_ids(self._path)
        wanted = known if experiment_ids is None else list(experiment_ids)
        for experiment_id in wanted:
            if experiment_id not in known:
                continue
            yield from self._runs_of(experiment_id)

    def _runs_of(self, experiment_id: str) -> Iterator[Run]:
        """Yield an experiment's runs, those that have not changed from the derived table."""
        folder = os.path.join(self._path, experiment_id)
        run_ids = layout.list_run_ids(folder)
        derived = DerivedRuns.load(self._path, experiment_id)
        root = os.path.abspath(self._artifact_root(experiment_id))
        for run_id in run_ids:
            stamp = stamp_of(f"{folder}{os.sep}{run_id}", layout.RUN_TABLE)
            uri = f"{root}{os.sep}{run_id}{os.sep}{layout.ARTIFACTS}"
            run = derived.find(run_id, stamp, uri)
            if run is None:
                sources = self._sources(experiment_id, run_id)
                run = self._run(sources)
                if not sources.events and not sources.points:
                    derived.add(run, stamp)
            else:
                self._logged[run_id] = run.artifacts
            yield run
        derived.save(run_ids)

    def run(self, run_id: str) -> Run:
        """Return one run.

        Raises
        ------
        RunNotFoundError
        """
        return self._run(self._find(run_id))

    def _run(self, sources: RunSources) -> Run:
        run = sources.run()
        if not sources.events:
            self._logged[run.info.run_id] = run.artifacts
        is_live = any(is_alive(opened) for opened in sources.open_writers())
        uri = self._artifact_folder(sources)
        return replace(
            run,
            info=replace(run.info, artifact_uri=os.path.abspath(uri)),
            is_live=is_live,
            problems=(*run.problems, *sources.problems),
        )

    def history(
        self, run_ids: Sequence[str], keys: Sequence[str] | None = None
    ) -> Iterator[History]:
        """Yield the series of these runs, run by run as given, keys sorted within a run."""
        wanted = None if keys is None else set(keys)
        for run_id in run_ids:
            points = self._find(run_id).all_points()
            bounds = zip(points.keys, points.offsets, points.offsets[1:], strict=False)
            for key, start, end in bounds:
                if wanted is None or key in wanted:
                    yield History(
                        run_id=run_id,
                        key=key,
                        steps=points.steps[start:end],
                        timestamps_ms=points.timestamps_ms[start:end],
                        values=points.values[start:end],
                    )

    def artifacts(self, run_ids: Sequence[str]) -> Iterator[tuple[str, Artifact]]:
        """Yield (run_id, artifact): what was logged and what simply lies in the folder."""
        for run_id in run_ids:
            located = self._locate(run_id)
            found = {item.path: item for item in _list_files(self._artifact_folder(located))}
            logged = self._logged.get(run_id)
            if logged is None:
                logged = self.run(run_id).artifacts
            found |= {item.path: item for item in logged}
            for path in sorted(found):
                yield run_id, found[path]

    def open_artifact(self, run_id: str, path: str) -> BinaryIO:
        """Open one artifact for reading.

        Raises
        ------
        FileNotFoundError
            It is not there, or `path` leads out of the run's artifact folder.
        RunNotFoundError
        """
        folder = os.path.realpath(self._artifact_folder(self._locate(run_id)))
        real = os.path.realpath(os.path.join(folder, path))
        if os.path.commonpath([folder, real]) != folder or not os.path.isfile(real):
            raise FileNotFoundError(f"Run {run_id} has no artifact file '{path}'.")
        return open(real, "rb")

    def _artifact_folder(self, sources: RunSources) -> str:
        root = self._artifact_root(sources.experiment_id)
        return os.path.join(root, sources.run_id, layout.ARTIFACTS)

    def _artifact_root(self, experiment_id: str) -> str:
        """Return the folder that holds the runs of an experiment, as far as artifacts go."""
        if experiment_id not in self._locations:
            self._experiment(experiment_id)
        location = self._locations[experiment_id]
        return layout.local_folder(location) or os.path.join(self._path, experiment_id)

    def _find(self, run_id: str) -> RunSources:
        located = self._locate(run_id)
        return self._sources(located.experiment_id, run_id)

    def _locate(self, run_id: str) -> RunSources:
        """Find a run's folder without reading it."""
        if layout.is_run_id(run_id):
            for experiment_id in layout.list_experiment_ids(self._path):
                folder = os.path.join(self._path, experiment_id, run_id)
                if os.path.isdir(folder):
                    return RunSources(folder=folder, run_id=run_id, experiment_id=experiment_id)
        raise RunNotFoundError(
            f"Run '{run_id}' not found in '{self._path}'.",
            path=self._path,
            hint="List the runs with search_runs() or 'report list'.",
        )

    def _sources(self, experiment_id: str, run_id: str) -> RunSources:
        folder = os.path.join(self._path, experiment_id, run_id)
        return read_sources(folder, run_id, experiment_id)


def _list_files(folder: str) -> Iterator[Artifact]:
    """List the files below a folder; links are listed, but folders behind links not entered."""
    real = os.path.realpath(folder)
    for parent, _, names in os.walk(real):
        for name in names:
            path = os.path.join(parent, name)
            if name.startswith(layout.TEMPORARY_PREFIX):
                continue
            try:
                size_bytes = os.stat(path).st_size
            except OSError:
                size_bytes = 0  # a dead link: opening it will say so
            relative = os.path.relpath(path, real).replace(os.sep, "/")
            yield Artifact(path=relative, size_bytes=size_bytes)
