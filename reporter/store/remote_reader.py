"""Read a store in a bucket: what tables and journals say is mirrored, artifacts stay there.

A bucket downloaded is a folder store, so this fetches what a question needs (tables and journals
that changed since the last time) and lets :class:`FolderReader` answer it. Journals are fetched
before tables, and a journal that vanished meanwhile was folded into a table: then the bucket is
listed again. So what is read is as whole as what is read from a disk.
"""

from __future__ import annotations

import json
import os
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import BinaryIO, TypeAlias

from reporter.errors import NotAStoreError, StoreUnreachableError
from reporter.model import Artifact, Experiment, Run
from reporter.store import layout
from reporter.store.mirror import Mirror
from reporter.store.ports import History
from reporter.store.reader import FolderReader
from reporter.store.remote import RemoteFile, RemoteFolder
from reporter.store.sources import RunSources
from reporter.store.uris import join

__all__ = ["RemoteReader", "open_remote"]

_Files: TypeAlias = dict[str, RemoteFile]

# How often a bucket that is being folded is listed again.
_TRIES = 5
_RUNS_AT_ONCE = 500
# Artifacts so large are read from the bucket each time; small ones are fetched a run at a time.
_KEPT_BYTES = 64 << 20
_SMALL_BYTES = 1 << 20
# Where the mirror keeps artifacts: not in the runs' folders, whose times say what has changed.
_ASIDE = ".artifacts/"
_TABLES = (layout.RUN_TABLE, layout.METRICS_TABLE)


def open_remote(uri: str) -> RemoteReader:
    """Open the store below a URI for reading.

    Raises
    ------
    NotAStoreError
        Nothing is there, or something else.
    StoreVersionError
        A newer version wrote it.
    StoreUnreachableError
    """
    reader = RemoteReader(uri)
    check_remote_store(reader.remote)
    return reader


def check_remote_store(remote: RemoteFolder) -> None:
    """Raise unless a store that this version can read is there; see :func:`open_remote`."""
    found = dict(remote.read({layout.MARKER: 64})).get(layout.MARKER)
    try:
        marker = json.loads(found or b"null")
    except ValueError:
        marker = None
    if not isinstance(marker, dict) or marker.get("format") != layout.FORMAT:
        is_empty = not any(remote.children())
        reason = "is empty" if is_empty else f"holds no runs (it has no {layout.MARKER} of ours)"
        raise NotAStoreError(
            f"'{remote.location}' {reason}.",
            path=remote.location,
            hint="Give the URI that runs were logged to.",
        )
    layout.check_version(remote.location, marker)


class RemoteReader(FolderReader):
    """A store in a bucket; implements :class:`reporter.store.ports.StoreReader`.

    Parameters
    ----------
    uri : str
        Of anything that fsspec opens. Nothing is asked for until a question comes.

    Notes
    -----
    What was listed by :meth:`runs` is remembered for the histories and artifacts of the same runs,
    so a build sees one moment of the bucket, and lists it once.
    """

    def __init__(self, uri: str) -> None:
        self.remote = RemoteFolder(uri)
        self._mirror = Mirror(self.remote.location)
        super().__init__(self._mirror.folder)
        self._listed: dict[str, _Files] = {}
        self._asked: set[str] = set()  # experiments whose own journals were fetched
        weakref.finalize(self, self._mirror.close)

    @property
    def location(self) -> str:
        """The URI, without credentials."""
        return self.remote.location

    @property
    def folder(self) -> str:
        """The local folder that holds what was fetched so far."""
        return self._path

    def local_copy(self) -> str:
        """Return a folder that holds every table and journal, fetched now."""
        self.fetch(points=True)
        return self._path

    def listed(self, run_id: str) -> dict[str, RemoteFile]:
        """Return a run's files, artifacts left out, as they were when it was last listed."""
        found = self._listed.get(run_id, {})
        return {path: file for path, file in found.items() if path.count("/") == 2}

    def experiments(self) -> list[Experiment]:
        """Return every experiment, deleted ones too, by creation time and then id."""
        known = self._experiment_ids()
        self._mirror.drop_folders("", set(layout.list_experiment_ids(self._path)) - set(known))
        for experiment_id in known:
            self._fetch_experiment(experiment_id)
        return super().experiments()

    def find_experiment(self, experiment_id: str) -> Experiment | None:
        """Return one experiment without looking at the others, or None."""
        if not layout.is_experiment_id(experiment_id) or not self._fetch_experiment(experiment_id):
            return None
        return super().find_experiment(experiment_id)

    def runs(self, experiment_ids: Iterable[str] | None = None) -> Iterator[Run]:
        """Yield every run of these experiments (all when None), deleted ones too."""
        wanted = None if experiment_ids is None else list(experiment_ids)
        self.fetch(wanted)
        yield from super().runs(wanted)

    def run(self, run_id: str) -> Run:
        """Return one run as it stands now; raises RunNotFoundError."""
        self._fetch_run(run_id, points=False)
        return super().run(run_id)

    def history(
        self, run_ids: Sequence[str], keys: Sequence[str] | None = None
    ) -> Iterator[History]:
        """Yield the series of these runs, run by run as given, keys sorted within a run."""
        for start in range(0, len(run_ids), _RUNS_AT_ONCE):
            chunk = run_ids[start : start + _RUNS_AT_ONCE]
            listed: _Files = {}
            for run_id in chunk:
                listed |= _needed(self._listed.get(run_id, {}), points=True)
            is_whole = self._fetch(listed)
            for run_id in chunk:
                if not is_whole or run_id not in self._listed:
                    self._fetch_run(run_id, points=True)
            yield from super().history(chunk, keys)

    def fetch(self, experiment_ids: Sequence[str] | None = None, *, points: bool = False) -> None:
        """Bring the mirror up to date.

        Parameters
        ----------
        experiment_ids : sequence of str, optional
            All of them when None.
        points : bool
            Whether tables of points are fetched too, where the runs' rows would do.
        """
        for below in [""] if experiment_ids is None else experiment_ids:
            if not below or layout.is_experiment_id(below):
                self._until_still(partial(self._fetch_below, below, points))

    def _experiment_ids(self) -> list[str]:
        return list(filter(layout.is_experiment_id, self.remote.children()[1]))

    def _fetch_experiment(self, experiment_id: str) -> bool:
        """Fetch an experiment's own journals; returns whether there is anything of it."""
        files, folders = self.remote.children(experiment_id)
        self._fetch(files)
        self._mirror.drop_files(experiment_id, files)
        self._mirror.keep_folder(experiment_id)
        self._asked.add(experiment_id)
        return bool(files or folders)

    def _fetch_below(self, below: str, points: bool) -> bool:
        """Fetch a whole experiment, or the whole store; False when it changed meanwhile."""
        experiments: dict[str, _Files] = {}
        runs: dict[str, dict[str, _Files]] = {}
        for path, file in self.remote.files(below).items():
            experiment_id, _, rest = path.partition("/")
            if not layout.is_experiment_id(experiment_id):
                continue
            runs.setdefault(experiment_id, {})
            run_id, slash, _ = rest.partition("/")
            if not slash:
                experiments.setdefault(experiment_id, {})[path] = file
            elif layout.is_run_id(run_id):
                runs[experiment_id].setdefault(run_id, {})[path] = file
        self._drop_gone(below, runs)
        wanted: _Files = {}
        self._asked |= set(runs)
        for experiment_id, of_runs in runs.items():
            wanted |= experiments.get(experiment_id, {})
            self._mirror.drop_files(experiment_id, experiments.get(experiment_id, {}))
            for run_id, files in of_runs.items():
                self._remember(experiment_id, run_id, files)
                wanted |= _needed(files, points=points)
        return self._fetch(wanted)

    def _drop_gone(self, below: str, runs: Mapping[str, Mapping[str, _Files]]) -> None:
        """Drop from the mirror what the bucket no longer has."""
        here = [name for name in layout.list_experiment_ids(self._path) if below in ("", name)]
        self._mirror.drop_folders("", set(here) - set(runs))
        for experiment_id in set(here) & set(runs):
            folder = os.path.join(self._path, experiment_id)
            gone = set(layout.list_run_ids(folder)) - set(runs[experiment_id])
            self._mirror.drop_folders(experiment_id, gone)

    def _fetch_run(self, run_id: str, *, points: bool) -> None:
        """Bring one run's folder up to date; an unknown run is left to be missed later."""
        if layout.is_run_id(run_id):
            self._until_still(lambda: self._fetch(_needed(self._list_run(run_id), points=points)))

    def _list_run(self, run_id: str) -> _Files:
        for experiment_id in self._experiments_to_ask(run_id):
            found = self.remote.files(f"{experiment_id}/{run_id}")
            if found:
                self._remember(experiment_id, run_id, found)
                return found
        return {}

    def _experiments_to_ask(self, run_id: str) -> list[str]:
        """Order the experiments that may hold a run: the one it was seen in comes first."""
        if run_id in self._listed:
            return [next(iter(self._listed[run_id])).partition("/")[0]]
        known = self._experiment_ids()
        return sorted(
            known, key=lambda name: not os.path.isdir(os.path.join(self._path, name, run_id))
        )

    def _remember(self, experiment_id: str, run_id: str, files: _Files) -> None:
        self._listed[run_id] = files
        self._mirror.keep_folder(f"{experiment_id}/{run_id}")
        self._mirror.drop_files(f"{experiment_id}/{run_id}", files)

    def _until_still(self, fetch: Callable[[], bool]) -> None:
        if not any(fetch() for _ in range(_TRIES)):
            raise StoreUnreachableError(
                f"'{self.location}' changes faster than it can be read.",
                path=self.location,
                hint="Try again when fewer runs end at once.",
            )

    def _fetch(self, files: Mapping[str, RemoteFile]) -> bool:
        """Fetch what differs from the mirror; False when something was gone."""
        stale = {path: file for path, file in files.items() if not self._mirror.has(path, file)}
        n_found = 0
        for is_table in (False, True):
            sizes = {
                path: file.size_bytes
                for path, file in stale.items()
                if path.endswith(_TABLES) == is_table
            }
            for path, data in self.remote.read(sizes):
                self._mirror.keep(path, data, stale[path])
                n_found += 1
        return n_found == len(stale)

    def _locate(self, run_id: str) -> RunSources:
        if run_id not in self._listed:
            self._fetch_run(run_id, points=False)
        return super()._locate(run_id)

    def _experiment(self, experiment_id: str) -> Experiment:
        if experiment_id not in self._asked:
            self._fetch_experiment(experiment_id)
        return super()._experiment(experiment_id)

    def _inside(self, experiment_id: str) -> str:
        return join(self.location, experiment_id)

    def open_artifact(self, run_id: str, path: str) -> BinaryIO:
        """Open one artifact for reading; small ones are fetched together and kept."""
        located = self._locate(run_id)
        listed = self._listed.get(run_id, {})
        name = f"{located.experiment_id}/{run_id}/{layout.ARTIFACTS}/{path}"
        if name not in listed or listed[name].size_bytes > _KEPT_BYTES:
            return super().open_artifact(run_id, path)
        if not self._mirror.has(_ASIDE + name, listed[name]):
            self._fetch_artifacts(name, listed)
        try:
            return open(os.path.join(self._path, _ASIDE, *name.split("/")), "rb")
        except FileNotFoundError:  # replaced or removed since it was listed
            return super().open_artifact(run_id, path)

    def _fetch_artifacts(self, name: str, listed: _Files) -> None:
        """Fetch an artifact, and with it the small ones of its run: they are asked for next."""
        wanted = {
            path: file.size_bytes
            for path, file in listed.items()
            if path == name
            or (
                path.count("/") > 2
                and file.size_bytes <= _SMALL_BYTES
                and not self._mirror.has(_ASIDE + path, file)
            )
        }
        for path, data in self.remote.read(wanted):
            self._mirror.keep(_ASIDE + path, data, listed[path])

    def _list_place(self, place: str) -> Iterator[Artifact]:
        """List files from what was listed already, where that includes them."""
        experiment_id, _, rest = place.removeprefix(f"{self.location}/").partition("/")
        listed = self._listed.get(rest.partition("/")[0])
        if listed is None or not place.startswith(f"{self.location}/{experiment_id}/"):
            yield from super()._list_place(place)
            return
        prefix = f"{experiment_id}/{rest}/"
        for path, file in listed.items():
            if path.startswith(prefix):
                yield Artifact(path=path.removeprefix(prefix), size_bytes=file.size_bytes)


def _needed(files: Mapping[str, RemoteFile], *, points: bool) -> _Files:
    """Choose of a run's files those that are read: no artifacts, and points only where needed.

    A run that has a journal of points needs its table of points too, since both are summarised.
    """
    own = {path: file for path, file in files.items() if path.count("/") == 2}
    if points or any(layout.is_metrics_journal(path.rpartition("/")[2]) for path in own):
        return own
    return {path: file for path, file in own.items() if not path.endswith(layout.METRICS_TABLE)}
