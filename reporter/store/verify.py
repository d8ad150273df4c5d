"""Check a store: every table, every journal, every digest. Nothing is changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator

from reporter.model import Artifact, Problem, Run
from reporter.store import layout
from reporter.store.reader import FolderReader, open_store
from reporter.store.sources import read_events, read_sources

__all__ = ["verify_store"]

_CHUNK_BYTES = 1 << 20


def verify_store(
    path: str, progress: Callable[[str, int, int], None] | None = None
) -> Iterator[Problem]:
    """Yield everything that is damaged or missing, and what was salvaged of it.

    Parameters
    ----------
    path : str
    progress : callable, optional
        Called with a word, the runs done and the runs in all.

    Yields
    ------
    Problem

    Raises
    ------
    NotAStoreError
    StoreVersionError
    """
    reader = open_store(path)
    path = reader.local_copy()
    found = [
        (experiment_id, run_id)
        for experiment_id in layout.list_experiment_ids(path)
        for run_id in layout.list_run_ids(os.path.join(path, experiment_id))
    ]
    for experiment_id in layout.list_experiment_ids(path):
        yield from _verify_experiment(path, experiment_id)
    for number, (experiment_id, run_id) in enumerate(found, start=1):
        yield from _verify_run(reader, path, experiment_id, run_id)
        if progress is not None:
            progress("Checking", number, len(found))


def _verify_experiment(path: str, experiment_id: str) -> Iterator[Problem]:
    journals = read_events(os.path.join(path, experiment_id), layout.is_experiment_journal)
    if not any(journals.values()):
        yield Problem(
            what="Nameless experiment",
            where=experiment_id,
            detail="no journal says what it is called; its runs can be read",
            hint="Copy experiment-*.jsonl back from where the folder came from.",
        )


def _verify_run(
    reader: FolderReader, path: str, experiment_id: str, run_id: str
) -> Iterator[Problem]:
    folder = os.path.join(path, experiment_id, run_id)
    sources = read_sources(folder, run_id, experiment_id)
    sources.is_thorough = True
    run = sources.run()
    points = sources.all_points()
    yield from run.problems
    yield from sources.problems
    if not any(problem.severity == "error" for problem in sources.problems):
        yield from _verify_points(run, len(points))
    yield from _leftovers(folder, f"{experiment_id}/{run_id}")
    yield from _alike(run)
    for artifact in run.artifacts:
        yield from _verify_artifact(reader, run, artifact)


def _verify_points(run: Run, n_points: int) -> Iterator[Problem]:
    n_promised = sum(summary.count for summary in run.data.summaries.values())
    if n_points < n_promised:
        yield Problem(
            what="Missing points",
            where=f"{run.info.experiment_id}/{run.info.run_id}/{layout.METRICS_TABLE}",
            detail=f"{n_promised - n_points:,} of {n_promised:,} points are not there",
            hint="Copy the file back from a backup.",
            severity="error",
        )


def _alike(run: Run) -> Iterator[Problem]:
    """Yield paths that are one on systems that do not tell capitals from small letters."""
    by_name: dict[str, list[str]] = {}
    for artifact in run.artifacts:
        by_name.setdefault(artifact.path.casefold(), []).append(artifact.path)
    for paths in by_name.values():
        if len(paths) > 1:
            yield Problem(
                what="Names differ in capitals alone",
                where=f"{run.info.experiment_id}/{run.info.run_id}/{layout.ARTIFACTS}/{paths[0]}",
                detail=f"Windows and macOS keep only one of {', '.join(paths)}",
                hint="Log one of them under another name.",
            )


def _leftovers(folder: str, where: str) -> Iterator[Problem]:
    for parent, _, names in os.walk(folder):
        for name in names:
            if name.startswith(layout.TEMPORARY_PREFIX):
                relative = os.path.relpath(os.path.join(parent, name), folder)
                yield Problem(
                    what="Half-written file",
                    where=f"{where}/{relative.replace(os.sep, '/')}",
                    detail="a process was stopped while it wrote; nothing refers to it",
                    hint="Delete it when no run is being logged.",
                )


def _verify_artifact(reader: FolderReader, run: Run, artifact: Artifact) -> Iterator[Problem]:
    where = f"{run.info.experiment_id}/{run.info.run_id}/{layout.ARTIFACTS}/{artifact.path}"
    try:
        size_bytes, digest = _measure(reader, run.info.run_id, artifact.path)
    except OSError as error:
        yield Problem(
            what="Missing artifact",
            where=where,
            detail=str(error.strerror or error),
            hint="Copy the file back.",
            severity="error",
        )
        return
    if artifact.sha256 and digest != artifact.sha256:
        yield Problem(
            what="Changed artifact",
            where=where,
            detail=f"logged {artifact.size_bytes} bytes, sha256 {artifact.sha256[:12]}; "
            f"found {size_bytes} bytes, {digest[:12]}",
            hint="Copy the file back, or log it again.",
            severity="error",
        )


def _measure(reader: FolderReader, run_id: str, path: str) -> tuple[int, str]:
    digest, size_bytes = hashlib.sha256(), 0
    with reader.open_artifact(run_id, path) as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            size_bytes += len(chunk)
    return size_bytes, digest.hexdigest()
