"""Bring several stores into one: copying folders, and minding the runs that both have.

Experiments of one name have one id everywhere and every writer has files of its own name, so most
of this is copying. Only a run that was folded on two machines needs its two tables joined.
"""

from __future__ import annotations

import errno
import filecmp
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reporter.errors import InvalidInputError, StoreError
from reporter.model import Problem
from reporter.store import layout
from reporter.store.compact import compact_run, fold_lock
from reporter.store.sources import RunSources, read_sources, summarise_all
from reporter.store.tables import Points, RunRow, write_points, write_run
from reporter.store.uris import is_remote, public_uri

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MergeResult", "merge_stores"]

# Every run that follows would fail alike.
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


@dataclass(frozen=True)
class MergeResult:
    """What a merge did.

    Parameters
    ----------
    n_copied, n_known : int
        Runs that the target did not have, and those it had.
    problems : list of Problem
        Artifacts of one path and different content: the target's is kept. Runs that could not be
        copied whole, as errors.
    """

    n_copied: int
    n_known: int
    problems: list[Problem]


@dataclass(frozen=True)
class _Side:
    """What one of two stores holds of a run."""

    row: RunRow
    points: Points | None


def merge_stores(
    sources: list[str], target: str, progress: Callable[[str, int, int], None] | None = None
) -> MergeResult:
    """Copy every run of several stores into one.

    Parameters
    ----------
    sources : list of str
        Stores, in folders or object stores; they are only read.
    target : str
        A store, created when it is missing. What is there stays.
    progress : callable, optional
        Called with a word, the runs done and the runs in all.

    Returns
    -------
    MergeResult

    Raises
    ------
    InvalidInputError
        The target is one of the sources.
    NotAStoreError
    StoreVersionError
    StoreError
        The disk is full or read-only; what was merged stays.
    """
    if not any(is_remote(item) for item in (*sources, target)):
        return _merge_folders(sources, target, progress)
    from reporter.store.remote_upkeep import local_copies, merge_into_remote

    results: list[MergeResult] = []
    with ExitStack() as held:
        if any(public_uri(source) == public_uri(target) for source in sources):
            raise InvalidInputError(f"'{public_uri(target)}' cannot be merged into itself.")
        folders = local_copies(held, sources, progress)
        if not is_remote(target):
            return _merge_folders(folders, target, progress)
        merge_into_remote(
            target,
            lambda folder: results.append(_merge_folders(folders, folder, progress)),
            progress,
        )
    return results[0]


def _merge_folders(
    sources: list[str], target: str, progress: Callable[[str, int, int], None] | None
) -> MergeResult:
    for source in sources:
        layout.check_store(source)
        if os.path.realpath(source) == os.path.realpath(target):
            raise InvalidInputError(f"'{target}' cannot be merged into itself.")
    try:
        return _merge_into(target, sources, progress)
    except OSError as error:
        if error.errno not in _DISK_FULL:
            raise
        raise StoreError(
            f"The merge into '{target}' stopped: {os.strerror(error.errno)}.",
            path=target,
            hint="What was merged stays; free the disk and merge again to go on.",
        ) from error


def _merge_into(
    target: str, sources: list[str], progress: Callable[[str, int, int], None] | None
) -> MergeResult:
    layout.create_store(target)
    problems: list[Problem] = []
    jobs = [(source, eid) for source in sources for eid in layout.list_experiment_ids(source)]
    for source, experiment_id in jobs:
        _copy_journals(
            os.path.join(source, experiment_id),
            os.path.join(target, experiment_id),
            lambda name: layout.is_experiment_journal(name) or layout.is_documents_journal(name),
        )
    runs = [
        (source, eid, run_id)
        for source, eid in jobs
        for run_id in layout.list_run_ids(os.path.join(source, eid))
    ]
    n_known = 0
    for number, (source, experiment_id, run_id) in enumerate(runs, start=1):
        n_known += os.path.isdir(os.path.join(target, experiment_id, run_id))
        try:
            problems += _merge_run(source, target, experiment_id, run_id)
        except OSError as error:
            if error.errno in _DISK_FULL:
                raise
            folder = os.path.join(source, experiment_id, run_id)
            where = f": '{error.filename}'" if error.filename else ""
            problems.append(_not_merged(folder, f"{error.strerror or error}{where}"))
        if progress is not None:
            progress("Merging", number, len(runs))
    return MergeResult(len(runs) - n_known, n_known, problems)


def _not_merged(folder: str, reason: str) -> Problem:
    return Problem(
        what="Run not merged whole",
        where=folder,
        detail=reason,
        hint="Mend it, then merge again: what is there already stays.",
        severity="error",
    )


def _copy_journals(source: str, target: str, is_journal: Callable[[str], bool]) -> None:
    """Copy journals that are missing, or that grew since they were copied."""
    os.makedirs(target, exist_ok=True)
    for name in filter(is_journal, os.listdir(source)):
        here, there = os.path.join(source, name), os.path.join(target, name)
        if not os.path.exists(there) or os.path.getsize(there) < os.path.getsize(here):
            _copy_file(here, there)


def _copy_file(source: str, target: str) -> None:
    folder, name = os.path.split(target)
    os.makedirs(folder, exist_ok=True)
    temporary = os.path.join(folder, f"{layout.TEMPORARY_PREFIX}{os.urandom(6).hex()}-{name}")
    try:
        shutil.copy2(source, temporary)
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _merge_run(source: str, target: str, experiment_id: str, run_id: str) -> list[Problem]:
    here = os.path.join(source, experiment_id, run_id)
    there = os.path.join(target, experiment_id, run_id)
    if not os.path.isdir(there):
        return _copy_run(here, there, f"{experiment_id}/{run_id}")
    read = _tables_of
    if _is_imported(here) != _is_imported(there):
        read = _all_of  # the same points, once under an import's name and once in journals
    else:
        _copy_run_journals(here, there)
    problems = _copy_artifacts(here, there, f"{experiment_id}/{run_id}")
    with fold_lock(there) as is_ours:
        if not is_ours:
            return [*problems, _not_merged(here, "another process folds it where it goes")]
        theirs, mine = (read_sources(folder, run_id, experiment_id) for folder in (here, there))
        _join_tables(mine, read(mine), read(theirs))
    _copy_run_journals(here, there)
    compact_run(there, run_id, experiment_id)
    lost = [item for item in (*theirs.problems, *mine.problems) if item.severity == "error"]
    return [*problems, *(_not_merged(here, f"{item.what}: {item.where}") for item in lost)]


def _copy_run(here: str, there: str, where: str) -> list[Problem]:
    """Copy a run that the target does not have."""
    # Journals first, tables after: what a table covers is then never missing for long.
    _copy_run_journals(here, there)
    problems = _copy_artifacts(here, there, where)
    for name in (layout.METRICS_TABLE, layout.RUN_TABLE):
        if os.path.exists(os.path.join(here, name)):
            _copy_file(os.path.join(here, name), os.path.join(there, name))
    return problems


def _copy_run_journals(here: str, there: str) -> None:
    _copy_journals(
        here, there, lambda name: layout.is_events_journal(name) or layout.is_metrics_journal(name)
    )


def _is_imported(folder: str) -> bool:
    """Tell whether a run, or a part of it, came out of a site or another tool's files."""
    row = RunSources(folder=folder, run_id="", experiment_id="").load_row()
    return layout.events_journal(layout.IMPORT_WRITER) in row.lines


def _tables_of(sources: RunSources) -> _Side:
    return _Side(sources.load_row(), sources.load_table())


def _all_of(sources: RunSources) -> _Side:
    """Read the journals as if they had been folded."""
    points, row = sources.all_points(), sources.load_row()
    covers = dict(row.covers)
    covers |= {name: data.rfind(b"\n") + 1 for name, data in sources.events.items()}
    whole = RunRow(sources.lines(), sources.summaries(), covers, points.covers)
    return _Side(whole, points)


def _copy_artifacts(here: str, there: str, where: str) -> list[Problem]:
    problems = []
    root = os.path.join(here, layout.ARTIFACTS)
    for parent, _, names in os.walk(root):
        for name in names:
            path = os.path.join(parent, name)
            relative = os.path.relpath(path, root)
            copy = os.path.join(there, layout.ARTIFACTS, relative)
            if name.startswith(layout.TEMPORARY_PREFIX) or os.path.islink(path):
                continue
            if not os.path.exists(copy):
                _copy_file(path, copy)
            elif not filecmp.cmp(path, copy, shallow=False):
                problems.append(
                    Problem(
                        what="Different artifacts of one path",
                        where=f"{where}/{layout.ARTIFACTS}/{relative.replace(os.sep, '/')}",
                        detail=f"kept the one of the target, left that of '{path}'",
                    )
                )
    return problems


def _join_tables(target: RunSources, mine: _Side, theirs: _Side) -> None:
    """Make the target's tables hold what either side holds."""
    if _covers(mine.row.covers, theirs.row.covers) and _covers(
        mine.row.point_covers, theirs.row.point_covers
    ):
        return
    points = _union(mine.points, theirs.points)
    if any(item.severity == "error" for item in target.problems):
        return  # a damaged table is never replaced
    lines = dict(theirs.row.lines)
    for name, found in mine.row.lines.items():
        lines[name] = max(found, lines.get(name, []), key=len)
    if points is not None:
        path = os.path.join(target.folder, layout.METRICS_TABLE)
        write_points(path, target.run_id, target.experiment_id, points)
    summaries = dict(mine.row.summaries) | dict(theirs.row.summaries)
    if points is not None:
        summaries = summarise_all(points)
    covers = _longest(mine.row.covers, theirs.row.covers)
    row = RunRow(lines, summaries, covers, points.covers if points else {})
    whole = RunSources(target.folder, target.run_id, target.experiment_id, row=row)
    write_run(os.path.join(target.folder, layout.RUN_TABLE), whole.run(), row)


def _covers(wide: Mapping[str, int], narrow: Mapping[str, int]) -> bool:
    return all(wide.get(name, -1) >= size for name, size in narrow.items())


def _longest(left: Mapping[str, int], right: Mapping[str, int]) -> dict[str, int]:
    return {name: max(left.get(name, 0), right.get(name, 0)) for name in {**left, **right}}


def _union(left: Points | None, right: Points | None) -> Points | None:
    """Join two tables of one run, in which the points of shared journals stand in both.

    A point that stands m times in one and n times in the other stands max(m, n) times in the
    union: points are equal when key, step, time and the value's bits are.
    """
    import numpy as np
    import pandas as pd

    if left is None or right is None:
        return left or right
    frames = [_frame(points) for points in (left, right)]
    columns = ["key", "step", "time", "bits"]
    for frame in frames:
        frame["nth"] = frame.groupby(columns).cumcount()
    joined = pd.concat(frames).drop_duplicates([*columns, "nth"])
    joined = joined.sort_values(["key", "time"], kind="stable")
    counts = joined.groupby("key", sort=True).size()
    return Points(
        keys=counts.index.tolist(),
        offsets=np.append(0, np.cumsum(counts.to_numpy())),
        steps=joined["step"].to_numpy(),
        timestamps_ms=joined["time"].to_numpy(),
        values=joined["bits"].to_numpy().view("f8"),
        covers=_longest(left.covers, right.covers),
    )


def _frame(points: Points) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    frame: pd.DataFrame = pd.DataFrame(
        {
            "key": np.repeat(np.array(points.keys, dtype=object), np.diff(points.offsets)),
            "step": points.steps,
            "time": points.timestamps_ms,
            "bits": np.ascontiguousarray(points.values).view("i8"),
        }
    )
    return frame
