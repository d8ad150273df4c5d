"""W&B's folders of runs, offline and online ones: all that a run logged stands in its own log.

``wandb/`` holds a folder for each process that logged: ``run-<time>-<id>/`` with ``run-<id>.wandb``
and ``files/``. A resumed run has several folders and is one run. W&B makes links of saved files,
with absolute paths, so after a move they lead nowhere; they are listed, never followed out.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from reporter.importers import registry, wandb_log
from reporter.importers.gaps import Gaps
from reporter.importers.naming import experiment_of
from reporter.importers.records import (
    ImportedExperiment,
    ImportedItem,
    ImportedRun,
    ImportOptions,
    Lazily,
    Source,
    derive_run_id,
)
from reporter.importers.wandb_run import WandbLog, WandbRun
from reporter.importers.wire import Message, WireError
from reporter.model import Problem

__all__ = ["detect", "read"]

_FOLDER = re.compile(r"(?:offline-)?run-\d{8}_\d{6}-(?P<id>.+)")
_LOG = re.compile(r"run-(?P<id>.+)\.wandb")
# The run's own record is the second; what a process logs before it is little.
_FIRST_RECORDS = 64


def detect(path: str) -> int:
    """Recognise ``wandb/``, one run's folder in it, or one ``.wandb`` file."""
    if os.path.isfile(path):
        return registry.CERTAIN if path.endswith(".wandb") and _has_magic(path) else registry.NO
    return registry.CERTAIN if next(_find_logs(path), None) else registry.NO


def _has_magic(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(len(wandb_log.MAGIC)) == wandb_log.MAGIC
    except OSError:
        return False


def _find_logs(path: str) -> Iterator[str]:
    """Yield the logs in a run's folder, or in the run folders of a folder; links are left out."""
    if os.path.isfile(path):
        yield path
        return
    for entry in _entries(path):
        if _LOG.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
            yield entry.path
        elif _FOLDER.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
            inside = (file for file in _entries(entry.path) if _LOG.fullmatch(file.name))
            yield from (file.path for file in inside if file.is_file(follow_symlinks=False))


def _entries(path: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(path) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


@registry.importer("wandb", label="W&B offline folders", detect=detect)
def read(source: Source, options: ImportOptions) -> Iterator[ImportedItem]:
    """Yield the runs of a folder that W&B logged to."""
    options.check([])
    runs: dict[str, list[WandbLog]] = {}
    for path in _find_logs(source.path):
        where = os.path.relpath(path, source.path) if path != source.path else ""
        log = _open_log(path, (where or os.path.basename(path)).replace(os.sep, "/"))
        if isinstance(log, Problem):
            yield log
        else:
            project = log.head.project
            runs.setdefault(f"{project}\0{log.head.run_id}", []).append(log)
    counts = Counter(_experiment(logs, source, options) for logs in runs.values())
    for name, n_runs in counts.items():
        yield ImportedExperiment(source_id=name, name=name, n_runs=n_runs)
    for logs in runs.values():
        is_folder = os.path.isdir(source.path)
        reading = WandbRun(source.path if is_folder else os.path.dirname(source.path), logs)
        yield ImportedRun(
            run_id=_run_id(logs[0].head),
            experiment=_experiment(logs, source, options),
            fingerprint=reading.fingerprint(),
            events=Lazily(reading.events),
            artifacts=Lazily(reading.artifacts),
        )


def _open_log(path: str, where: str) -> WandbLog | Problem:
    """Read a log up to the run's own record."""
    if not _has_magic(path):
        return _problem("Not a W&B log", where, "it does not begin as such logs do")
    try:
        for kind, record in islice(wandb_log.iter_messages(path, Gaps()), _FIRST_RECORDS):
            if kind == wandb_log.RUN:
                return WandbLog(path, where, wandb_log.read_run(record))
    except (OSError, WireError) as error:
        return _problem("Unreadable W&B log", where, str(error))
    named = _LOG.fullmatch(os.path.basename(path))
    if named is None:
        return _problem("W&B log without a run", where, "nothing in it says which run it is of")
    return WandbLog(path, where, replace(wandb_log.read_run(Message(b"")), run_id=named["id"]))


def _experiment(logs: Sequence[WandbLog], source: Source, options: ImportOptions) -> str:
    return logs[0].head.project or experiment_of(source, options)


def _run_id(head: wandb_log.RunHead) -> str:
    return derive_run_id("wandb", head.entity, head.project, head.run_id)


def _problem(what: str, where: str, detail: str) -> Problem:
    return Problem(what=what, where=where, detail=detail, severity="error")
