"""Write imported runs into a store folder: their tables at once, no journals in between.

What an import writes stands in a journal of its own name inside `run.parquet`, so that a run that
has grown in its source replaces what the last import wrote and leaves alone what was edited here
since. The journal's first event holds the fingerprint that says whether the run has to be read.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reporter.errors import StoreError
from reporter.events import (
    ArtifactLogged,
    Event,
    Imported,
    MetricsLogged,
    ProblemFound,
    RunStarted,
    from_line,
    to_line,
)
from reporter.importers.copying import NOT_COPIED, ArtifactTaker, storable_path
from reporter.importers.excerpts import what_is_missing
from reporter.importers.records import ArtifactSource, ImportedRun
from reporter.importers.series import PointCollector
from reporter.model import Artifact, MetricSummary, Problem
from reporter.store import layout
from reporter.store.compact import fold_lock
from reporter.store.fold import fold, merge
from reporter.store.sources import RunSources, read_sources, summarise_all
from reporter.store.tables import RunRow, read_run_table, write_points, write_run

__all__ = ["EVENTS", "POINTS", "ReplayedRun", "find_unchanged", "replay_run"]

EVENTS = layout.events_journal(layout.IMPORT_WRITER)
"""What the journal is called that an import's events stand under."""
POINTS = layout.metrics_journal(layout.IMPORT_WRITER)
"""What the journal is called that an import's points stand under."""

_POINT_BYTES = 32  # of a journal's record: what `covers` counts
_PARQUET_END = b"PAR1"


@dataclass(frozen=True, kw_only=True)
class ReplayedRun:
    """What became of one run.

    Parameters
    ----------
    run_id : str
    outcome : {"new", "updated", "unchanged", "kept"}
        ``kept``: the store was left as it is; see `problems` for why.
    problems : sequence of Problem
    n_points, n_files : int
        How much was written.
    """

    run_id: str
    outcome: str
    problems: Sequence[Problem] = ()
    n_points: int = 0
    n_files: int = 0


@dataclass
class _Content:
    """A run as it is being read."""

    events: list[Event] = field(default_factory=list)
    points: PointCollector = field(default_factory=PointCollector)
    problems: list[Problem] = field(default_factory=list)


def find_unchanged(
    store: str, experiment_id: str, run: ImportedRun, importer: str, artifacts: ArtifactTaker
) -> ReplayedRun | None:
    """Tell whether a run is in the store as it is in the source; parameters as below."""
    folder = os.path.join(store, experiment_id, run.run_id)
    before = _read_before(folder)
    imported = Imported(at_ms=0, source=importer, fingerprint=run.fingerprint)
    if before and _is_same(before[0], imported) and artifacts.is_complete(folder):
        return ReplayedRun(run_id=run.run_id, outcome="unchanged", problems=_problems(before))
    return None


def replay_run(
    store: str, experiment_id: str, run: ImportedRun, importer: str, artifacts: ArtifactTaker
) -> ReplayedRun:
    """Make a run of a store out of one of a source, in place of what the last import made of it.

    Parameters
    ----------
    store : str
    experiment_id : str
        Of the store.
    run : ImportedRun
    importer : str
        Name of the importer and its version: a later one may read more.
    artifacts : ArtifactTaker
        Copies files, or notes where they are.

    Returns
    -------
    ReplayedRun

    Raises
    ------
    OSError, StoreError
        The disk refused; the run is as it was, or is written again by the next import.

    Notes
    -----
    Whatever else goes wrong costs this run alone: what a source holds must not end an import.
    """
    try:
        return _replay(store, experiment_id, run, importer, artifacts)
    except (OSError, StoreError):
        raise
    except Exception as error:  # noqa: BLE001  # a listed problem
        detail = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        return _kept("Run not imported", run, detail, severity="error")


def _replay(
    store: str, experiment_id: str, run: ImportedRun, importer: str, artifacts: ArtifactTaker
) -> ReplayedRun:
    folder = os.path.join(store, experiment_id, run.run_id)
    imported = Imported(at_ms=0, source=importer, fingerprint=run.fingerprint)
    if not os.path.isdir(folder):
        return _write_new(folder, experiment_id, run, imported, artifacts)
    with fold_lock(folder) as is_ours:
        if not is_ours:
            return _kept("Run is being folded", run, "another process is at it; import again")
        there = read_sources(folder, run.run_id, experiment_id)
        if reason := _reason_to_keep(there):
            return _kept("Run not taken up", run, reason)
        content, before = _read(run, experiment_id, imported), _read_before(folder)
        if run.is_excerpt and (missing := _missing_from(run, content, there, before)):
            return _kept("Run not taken up", run, f"the store has more of it: {missing}")
        return _write_into(there, run, content, artifacts, before)


def _write_new(
    folder: str, experiment_id: str, run: ImportedRun, imported: Imported, artifacts: ArtifactTaker
) -> ReplayedRun:
    """Write a run beside its place and rename it: nobody sees half of it."""
    parent, name = os.path.split(folder)
    beside = os.path.join(parent, f"{layout.TEMPORARY_PREFIX}{os.urandom(6).hex()}-{name}")
    os.makedirs(beside)
    try:
        there = RunSources(folder=beside, run_id=run.run_id, experiment_id=experiment_id)
        content = _read(run, experiment_id, imported)
        done = _write_into(there, run, content, artifacts, ())
        try:
            os.rename(beside, folder)
        except OSError:
            if not os.path.isdir(folder):
                raise
            return _kept("Run not taken up", run, "another import was quicker; import again")
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return done


def _write_into(
    there: RunSources,
    run: ImportedRun,
    content: _Content,
    artifacts: ArtifactTaker,
    before: Sequence[Event],
) -> ReplayedRun:
    n_files = _take_artifacts(run, content, artifacts, there.folder, before)
    _write(there, content)
    return ReplayedRun(
        run_id=run.run_id,
        outcome="updated" if before else "new",
        problems=content.problems,
        n_points=len(content.points),
        n_files=n_files,
    )


def _read_before(folder: str) -> list[Event]:
    """Return what the last import wrote; nothing when there was none, or it cannot be read.

    Tables are not synced, so a power failure may have left one empty.
    """
    path = os.path.join(folder, layout.RUN_TABLE)
    if not os.path.exists(path) or _is_cut(os.path.join(folder, layout.METRICS_TABLE)):
        return []
    import pyarrow as pa

    try:
        lines = read_run_table(path).lines.get(EVENTS, [])
        return [event for line in lines if (event := from_line(line)) is not None]
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        return []


def _is_cut(path: str) -> bool:
    """Tell whether a Parquet file lacks its end; a missing file does not."""
    try:
        with open(path, "rb") as file:
            file.seek(-len(_PARQUET_END), os.SEEK_END)
            return file.read() != _PARQUET_END
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _is_same(before: Event, imported: Imported) -> bool:
    return (
        isinstance(before, Imported)
        and before.source == imported.source
        and before.fingerprint == imported.fingerprint
    )


def _problems(events: Iterable[Event]) -> list[Problem]:
    return [event.problem for event in events if isinstance(event, ProblemFound)]


def _reason_to_keep(there: RunSources) -> str:
    """Say why what is in the store must not be replaced; empty when it may be."""
    lines = there.lines()
    if any(name != EVENTS for name in lines) and EVENTS not in lines:
        return "the store has a run of this id that was not imported"
    if any(name != POINTS for name in there.load_row().point_covers) or there.points:
        return "points were logged to it in the store after it was imported"
    return ""


def _missing_from(
    run: ImportedRun, content: _Content, there: RunSources, before: Sequence[Event]
) -> str:
    """Say what the last import brought and an excerpt of the run lacks."""
    summaries = there.load_row().summaries
    known, copy = (
        fold(run.run_id, there.experiment_id, events, found)
        for events, found in ((before, summaries), (content.events, {}))
    )
    files = tuple(
        Artifact(path=storable_path(item.path), size_bytes=item.size_bytes)
        for item in run.artifacts
        if isinstance(item, ArtifactSource)
    )
    return what_is_missing(known, replace(copy, artifacts=files), content.points.counts())


def _kept(what: str, run: ImportedRun, detail: str, severity: str = "warning") -> ReplayedRun:
    problem = Problem(what=what, where=run.run_id, detail=detail, severity=severity)
    return ReplayedRun(run_id=run.run_id, outcome="kept", problems=[problem])


def _read(run: ImportedRun, experiment_id: str, imported: Imported) -> _Content:
    content = _Content()
    latest = 0
    for event in run.events:
        if isinstance(event, Problem):
            content.problems.append(event)
            continue
        latest = max(latest, event.at_ms)
        if isinstance(event, MetricsLogged):
            content.points.add(event)
        elif isinstance(event, RunStarted):
            values = {**vars(event), "run_id": run.run_id, "experiment_id": experiment_id}
            content.events.append(RunStarted(**values))
        else:
            content.events.append(event)
    first = content.events[0].at_ms if content.events else latest
    values = {**vars(imported), "at_ms": first}
    content.events.insert(0, Imported(**values))
    return content


def _take_artifacts(
    run: ImportedRun,
    content: _Content,
    artifacts: ArtifactTaker,
    folder: str,
    before: Sequence[Event],
) -> int:
    """Take the run's files over and note them and all problems as events; returns how many."""
    known = {e.artifact.path: e.artifact for e in before if isinstance(e, ArtifactLogged)}
    taken: list[Artifact] = []
    for item in artifacts.take(folder, run, known):
        if isinstance(item, Problem):
            content.problems.append(item)
        else:
            taken.append(item)
    if any(problem.what == NOT_COPIED for problem in content.problems):
        content.events[0] = Imported(**{**vars(content.events[0]), "fingerprint": ""})  # try again
    at_ms = content.events[0].at_ms
    content.events += [ArtifactLogged(at_ms=at_ms, artifact=artifact) for artifact in taken]
    content.events += [ProblemFound(at_ms=at_ms, problem=item) for item in content.problems]
    return len(taken)


def _write(there: RunSources, content: _Content) -> None:
    """Write both tables, that of points first: the row's fingerprint says that all is done."""
    lines = {name: found for name, found in there.lines().items() if name != EVENTS}
    journals = {name: there.parse(name, found) for name, found in lines.items()}
    mine = [to_line(event).rstrip(b"\n") for event in content.events]
    points = content.points.table({POINTS: len(content.points) * _POINT_BYTES})
    summaries: Mapping[str, MetricSummary] = {}
    path = os.path.join(there.folder, layout.METRICS_TABLE)
    if len(points):
        summaries = summarise_all(points)
        write_points(path, there.run_id, there.experiment_id, points, is_synced=False)
    elif os.path.exists(path):
        os.unlink(path)
    covers = {**there.load_row().covers, EVENTS: sum(len(line) + 1 for line in mine)}
    row = RunRow({**lines, EVENTS: mine}, summaries, covers, points.covers if len(points) else {})
    events = merge({**journals, EVENTS: content.events})
    run = fold(there.run_id, there.experiment_id, events, summaries)
    write_run(os.path.join(there.folder, layout.RUN_TABLE), run, row, is_synced=False)
