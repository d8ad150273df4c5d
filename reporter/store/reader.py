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
from reporter.store.derived_points import MIN_RUNS, DerivedPoints
from reporter.store.fold import fold_experiment, merge
from reporter.store.liveness import is_alive
from reporter.store.places import absolute, below, list_files, open_file
from reporter.store.ports import History
from reporter.store.sources import RunSources, read_events, read_sources
from reporter.store.tables import Points
from reporter.store.uris import is_remote

__all__ = ["FolderReader", "open_store"]


def open_store(path: str | os.PathLike[str]) -> FolderReader:
    """Open the store at `path` for reading.

    Parameters
    ----------
    path : str or path-like
        A folder, or the URI of an object store.

    Returns
    -------
    FolderReader

    Raises
    ------
    NotAStoreError
        There is no such folder, it is a file, or it holds no store.
    StoreVersionError
        A newer version wrote it.
    StoreUnreachableError
        The object store does not answer, or lets nobody in.
    """
    text = os.fspath(path)
    if is_remote(text):
        from reporter.store.remote_reader import open_remote

        return open_remote(text)
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
        self._last_place: list[str] = []
        # What folded runs logged, so that a build that read a run need not read it again.
        self._logged: dict[str, tuple[Artifact, ...]] = {}

    @property
    def location(self) -> str:
        """The folder, as it was given."""
        return self._path

    def local_copy(self) -> str:
        """Return a folder that holds every table and journal: here the store itself."""
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
        return replace(experiment, artifact_location=absolute(self._inside(experiment_id)))

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
        root = absolute(self._artifact_root(experiment_id))
        separator = "/" if is_remote(root) else os.sep
        for run_id in run_ids:
            stamp = stamp_of(f"{folder}{os.sep}{run_id}", layout.RUN_TABLE)
            uri = f"{root}{separator}{run_id}{separator}{layout.ARTIFACTS}"
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
            info=replace(run.info, artifact_uri=absolute(uri)),
            is_live=is_live,
            problems=(*run.problems, *sources.problems),
        )

    def history(
        self, run_ids: Sequence[str], keys: Sequence[str] | None = None
    ) -> Iterator[History]:
        """Yield the series of these runs, run by run as given, keys sorted within a run."""
        wanted = None if keys is None else set(keys)
        is_many = len(run_ids) >= MIN_RUNS
        derived = DerivedPoints.load(self._path, run_ids) if is_many else None
        for run_id in run_ids:
            points = self._points(run_id, wanted, derived)
            for place, key in enumerate(points.keys):
                if wanted is None or key in wanted:
                    start, end = points.offsets[place], points.offsets[place + 1]
                    yield History(
                        run_id=run_id,
                        key=key,
                        steps=points.steps[start:end],
                        timestamps_ms=points.timestamps_ms[start:end],
                        values=points.values[start:end],
                    )
        if derived is not None:
            derived.finish()

    def _points(
        self, run_id: str, wanted: set[str] | None, derived: DerivedPoints | None
    ) -> Points:
        """Read a run's points, from the derived tables if they have them."""
        if derived is None:
            return self._find(run_id).all_points(wanted)
        found = derived.find(run_id)
        if found is not None:
            return found
        located = self._locate(run_id)
        stamp = stamp_of(located.folder, layout.METRICS_TABLE)
        sources = self._sources(located.experiment_id, run_id)
        points = sources.all_points(wanted)
        if wanted is None and not (sources.points or sources.problems):
            derived.add(run_id, located.experiment_id, stamp, points)
        return points

    def artifacts(self, run_ids: Sequence[str]) -> Iterator[tuple[str, Artifact]]:
        """Yield (run_id, artifact): what was logged and what simply lies in the folder."""
        for run_id in run_ids:
            located = self._locate(run_id)
            found = {
                item.path: item
                for place in reversed(self._artifact_places(located))
                for item in self._list_place(place)
            }
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
        for place in self._artifact_places(self._locate(run_id)):
            opened = open_file(place, path)
            if opened is not None:
                return opened
        raise FileNotFoundError(f"Run {run_id} has no artifact file '{path}'.")

    def _artifact_places(self, sources: RunSources) -> list[str]:
        """Return where the run's artifacts may lie; those kept here for want of a bucket first."""
        inside = below(self._inside(sources.experiment_id), sources.run_id, layout.ARTIFACTS)
        place = self._artifact_folder(sources)
        return [inside, place] if is_remote(place) and place != inside else [place]

    def _list_place(self, place: str) -> Iterator[Artifact]:
        return list_files(place)

    def _artifact_folder(self, sources: RunSources) -> str:
        root = self._artifact_root(sources.experiment_id)
        return below(root, sources.run_id, layout.ARTIFACTS)

    def _artifact_root(self, experiment_id: str) -> str:
        """Return the folder that holds the runs of an experiment, as far as artifacts go."""
        if experiment_id not in self._locations:
            self._experiment(experiment_id)
        location = self._locations[experiment_id]
        return layout.local_folder(location) or self._inside(experiment_id)

    def _inside(self, experiment_id: str) -> str:
        """Return where artifacts go when nobody said where."""
        return os.path.join(self._path, experiment_id)

    def _find(self, run_id: str) -> RunSources:
        located = self._locate(run_id)
        return self._sources(located.experiment_id, run_id)

    def _locate(self, run_id: str) -> RunSources:
        """Find a run's folder without reading it."""
        if layout.is_run_id(run_id):
            for experiment_id in self._likely_experiments():
                folder = os.path.join(self._path, experiment_id, run_id)
                if os.path.isdir(folder):
                    self._last_place = [experiment_id]
                    return RunSources(folder=folder, run_id=run_id, experiment_id=experiment_id)
        raise RunNotFoundError(
            f"Run '{run_id}' not found in '{self.location}'.",
            path=self.location,
            hint="List the runs with search_runs() or 'report list'.",
        )

    def _likely_experiments(self) -> Iterator[str]:
        """Yield the experiments that a run may be in: most likely it is where the last one was."""
        yield from self._last_place
        yield from layout.list_experiment_ids(self._path)

    def _sources(self, experiment_id: str, run_id: str) -> RunSources:
        folder = os.path.join(self._path, experiment_id, run_id)
        return read_sources(folder, run_id, experiment_id)
