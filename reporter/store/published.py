"""A published site, read as the store that it was built from.

A site carries one table of events beside its pages: fold them, and the runs are back. Points come
from the tables offered for download, artifacts from where the site put them. Works on a folder, a
zip, and a web address alike, through one small port. Knows nothing of how a site is built.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from reporter.errors import NotAStoreError, RunNotFoundError, StoreVersionError
from reporter.events import Event, from_line, to_line
from reporter.model import Artifact, Experiment, MetricSummary, Run
from reporter.store.fold import fold, fold_experiment
from reporter.store.ports import History
from reporter.store.unfold import unfold, unfold_experiment

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

__all__ = [
    "EVENTS_TABLE",
    "MANIFEST",
    "POINTS_TABLES",
    "PublishedReader",
    "SiteFiles",
    "experiment_lines",
    "run_lines",
]

MANIFEST = "report.manifest.json"
EVENTS_TABLE = "data/events.parquet"
POINTS_TABLES = ("data/metrics.parquet", "data/metrics/")
"""The table of all points, or the folder of its parts."""

_SUMMARY = "summary"
_PLACE = "site_path"
_encode = json.JSONEncoder(separators=(",", ":")).encode


def run_lines(run: Run, places: dict[str, str]) -> Iterator[str]:
    """Write a run as the lines that a site keeps of it.

    Parameters
    ----------
    run : Run
    places : dict of str to str
        Artifact path to site path, of the artifacts that are in the site.

    Yields
    ------
    str
        JSON: events, one summary for each metric, and where artifacts lie.
    """
    for event in unfold(run):
        yield to_line(event).decode().rstrip("\n")
    for summary in run.data.summaries.values():
        yield _encode({"type": _SUMMARY, **vars(summary)})
    for path in sorted(places):
        record = {"type": _PLACE, "path": path, "site_path": places[path]}
        yield _encode(record)


def experiment_lines(experiment: Experiment) -> Iterator[str]:
    """Write an experiment as the lines that a site keeps of it."""
    for event in unfold_experiment(experiment):
        yield to_line(event).decode().rstrip("\n")


class SiteFiles(Protocol):
    """Where a site lies: a folder, a zip, a web address."""

    @property
    def location(self) -> str:
        """For messages, as the user wrote it."""

    def open(self, path: str) -> BinaryIO:
        """Open a file by its site path; raises FileNotFoundError."""


@dataclass
class _PublishedRun:
    run_id: str
    experiment_id: str
    events: list[Event] = field(default_factory=list)
    summaries: dict[str, MetricSummary] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)


class PublishedReader:
    """The store that a site was built from; implements :class:`reporter.store.ports.StoreReader`.

    Parameters
    ----------
    files : SiteFiles

    Raises
    ------
    NotAStoreError
        It is no site, or one whose builder left its data out.
    StoreVersionError
        A newer version of this package built it.
    """

    def __init__(self, files: SiteFiles) -> None:
        self._files = files
        self._points: _PointsIndex | None = None
        self._experiments: dict[str, list[Event]] = {}
        self._runs: dict[str, _PublishedRun] = {}
        self._paths = self._read_manifest()
        self._read_events()

    @property
    def location(self) -> str:
        """Where the site is, as the user wrote it."""
        return self._files.location

    @property
    def has_points(self) -> bool:
        """Whether histories are in the site."""
        return bool(self._points_paths())

    def experiments(self) -> list[Experiment]:
        """Return every experiment, by creation time and then id."""
        found = [fold_experiment(name, events) for name, events in self._experiments.items()]
        return sorted(found, key=lambda item: (item.creation_time or 0, item.experiment_id))

    def runs(self, experiment_ids: Iterable[str] | None = None) -> Iterator[Run]:
        """Yield every run of these experiments (all when None), by experiment and run id."""
        wanted = sorted(self._experiments) if experiment_ids is None else list(experiment_ids)
        for experiment_id in wanted:
            for run_id in sorted(self._runs):
                if self._runs[run_id].experiment_id == experiment_id:
                    yield self.run(run_id)

    def run(self, run_id: str) -> Run:
        """Return one run; raises RunNotFoundError."""
        found = self._find(run_id)
        run = fold(run_id, found.experiment_id, found.events, found.summaries)
        uri = f"{self.location.rstrip('/')}/artifacts/{run_id}"
        return replace(run, info=replace(run.info, artifact_uri=uri))

    def history(
        self, run_ids: Sequence[str], keys: Sequence[str] | None = None
    ) -> Iterator[History]:
        """Yield the series of these runs, run by run as given, keys sorted within a run."""
        index = self._load_points()
        for run_id in run_ids:
            self._find(run_id)
            yield from index.series(run_id, keys)

    def artifacts(self, run_ids: Sequence[str]) -> Iterator[tuple[str, Artifact]]:
        """Yield (run_id, artifact): what was logged, and what else the site has of the run."""
        for run_id in run_ids:
            found = {path: Artifact(path=path, size_bytes=0) for path in self._find(run_id).places}
            found |= {artifact.path: artifact for artifact in self.run(run_id).artifacts}
            for path in sorted(found):
                yield run_id, found[path]

    def has_artifact(self, run_id: str, path: str) -> bool:
        """Tell whether the site has this file of a run."""
        return path in self._find(run_id).places

    def open_artifact(self, run_id: str, path: str) -> BinaryIO:
        """Open one artifact for reading; raises FileNotFoundError when the site left it out."""
        place = self._find(run_id).places.get(path)
        if place is None:
            raise FileNotFoundError(f"'{self.location}' has no file '{path}' of run {run_id}.")
        return self._files.open(place)

    def _find(self, run_id: str) -> _PublishedRun:
        found = self._runs.get(run_id)
        if found is None:
            raise RunNotFoundError(
                f"Run '{run_id}' not found in '{self.location}'.", path=self.location
            )
        return found

    def _read_manifest(self) -> list[str]:
        try:
            with self._files.open(MANIFEST) as stream:
                return list(json.load(stream)["files"])
        except FileNotFoundError:
            reason = f"it has no {MANIFEST}"
        except (ValueError, KeyError, TypeError, RecursionError):
            reason = f"its {MANIFEST} cannot be read"
        raise NotAStoreError(
            f"'{self.location}' is no site of ours: {reason}.",
            path=self.location,
            hint="Give the folder, zip or address that 'report build' made.",
        )

    def _read_events(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        if EVENTS_TABLE not in self._paths:
            raise NotAStoreError(
                f"'{self.location}' is a site without its data.",
                path=self.location,
                hint="Build it with version 0.2 or later, and import the store it was built from.",
            )
        try:
            with self._files.open(EVENTS_TABLE) as stream:
                table = pq.read_table(pa.BufferReader(stream.read()))
            columns = [table[name].to_pylist() for name in ("experiment_id", "run_id", "line")]
        except (pa.ArrowException, KeyError, FileNotFoundError) as error:
            raise NotAStoreError(
                f"'{self.location}/{EVENTS_TABLE}' cannot be read: {error}", path=self.location
            ) from error
        for experiment_id, run_id, line in zip(*columns, strict=True):
            self._take(experiment_id, run_id, line)

    def _take(self, experiment_id: str, run_id: str, line: str) -> None:
        events = self._experiments.setdefault(experiment_id, [])
        if run_id:
            run = self._runs.setdefault(run_id, _PublishedRun(run_id, experiment_id))
            events = run.events
            if line.startswith((f'{{"type":"{_SUMMARY}"', f'{{"type":"{_PLACE}"')):
                _take_record(run, json.loads(line))
                return
        event = from_line(line.encode())
        if event is not None:
            events.append(event)

    def _points_paths(self) -> list[str]:
        return sorted(path for path in self._paths if path.startswith(POINTS_TABLES))

    def _load_points(self) -> _PointsIndex:
        """Read every point, once."""
        if self._points is None:
            import pyarrow as pa
            import pyarrow.parquet as pq

            paths = self._points_paths()
            n_points = sum(s.count for run in self._runs.values() for s in run.summaries.values())
            if not paths and n_points:
                raise NotAStoreError(
                    f"'{self.location}' was built without its points (--no-full-data).",
                    path=self.location,
                    hint="Build it with --full-data to read histories from it.",
                )
            tables = []
            for path in paths:
                with self._files.open(path) as stream:
                    tables.append(pq.read_table(pa.BufferReader(stream.read())))
            self._points = _PointsIndex(tables)
        return self._points


def _take_record(run: _PublishedRun, record: dict[str, Any]) -> None:  # Any: whatever JSON holds
    kind = record.pop("type")
    if kind == _PLACE:
        run.places[record["path"]] = record["site_path"]
        return
    try:
        run.summaries[record["key"]] = MetricSummary(**record)
    except TypeError as error:
        raise StoreVersionError(
            f"A newer version of runpages built this site: {error}.",
            hint="Upgrade with 'pip install --upgrade runpages'.",
        ) from error


class _PointsIndex:
    """Every point of a site, and in which rows each series lies.

    Parameters
    ----------
    tables : list of Table
        With columns ``run_id`` and ``key`` as dictionaries, ``step``, ``timestamp_ms``, ``value``.
    """

    def __init__(self, tables: list[pa.Table]) -> None:
        import numpy as np
        import pyarrow as pa

        self._rows: dict[str, dict[str, list[slice]]] = {}
        if not tables:
            return
        table = pa.concat_tables(tables).unify_dictionaries()
        self._columns = [table[name].to_numpy() for name in ("step", "timestamp_ms", "value")]
        run_codes, run_ids = _codes(table["run_id"])
        key_codes, keys = _codes(table["key"])
        changes = np.flatnonzero((np.diff(run_codes) != 0) | (np.diff(key_codes) != 0)) + 1
        bounds = [0, *changes.tolist(), len(run_codes)]
        for start, stop in itertools.pairwise(bounds):
            if stop > start:
                of_run = self._rows.setdefault(run_ids[run_codes[start]], {})
                of_run.setdefault(keys[key_codes[start]], []).append(slice(start, stop))

    def series(self, run_id: str, keys: Sequence[str] | None) -> Iterator[History]:
        """Yield a run's series, keys sorted."""
        import numpy as np

        of_run = self._rows.get(run_id, {})
        for key in sorted(of_run if keys is None else of_run.keys() & set(keys)):
            steps, times, values = (
                np.concatenate([column[rows] for rows in of_run[key]]) for column in self._columns
            )
            yield History(run_id=run_id, key=key, steps=steps, timestamps_ms=times, values=values)


def _codes(column: pa.ChunkedArray) -> tuple[np.ndarray, list[str]]:
    """Return a dictionary column's codes, and the texts they stand for."""
    import numpy as np

    parts = [chunk.indices.to_numpy() for chunk in column.chunks if len(chunk)]
    names = column.chunk(0).dictionary.to_pylist() if column.num_chunks else []
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int32), names
