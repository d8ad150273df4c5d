"""The same table of many runs: which runs logged it, and data files with its rows.

The page lays them side by side: what one model answered where another answered otherwise. Tables
that a run's page shows whole have no data file there, so all of them are written here, once each
however many runs logged the same bytes.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reporter import mediatypes, renderers
from reporter.site import links, payload
from reporter.site.artifacts import ShippedFile, request_for
from reporter.site.job import Job
from reporter.site.lookup import ExperimentLookup
from reporter.site.plan import PlannedRun
from reporter.site.writing.manifest import inputs_digest

__all__ = ["is_likely_table", "tables_file", "with_tables", "write_tables"]

MAX_TOTAL_BYTES = 60_000_000
"""Of all data files of one experiment; tables beyond are only on their runs' pages."""

MAX_RUNS = 500
"""That have one table; more columns nobody reads side by side."""

MIN_RUNS = 2

TABLES_TAG = "mlflow.loggedArtifacts"
"""Lists, as JSON, what ``log_table`` wrote."""

_TABLES = frozenset(
    (
        "text/csv",
        "text/tab-separated-values",
        "application/jsonl",
        "application/vnd.apache.parquet",
        "application/vnd.apache.arrow.file",
    )
)


@dataclass(frozen=True)
class _Found:
    """A run's table and the data file that holds its rows."""

    artifact_path: str
    ordinal: int
    file: str


def with_tables(item: PlannedRun, files: Sequence[ShippedFile]) -> list[ShippedFile]:
    """Return a run's files, those marked as tables that its tag names as such.

    Parameters
    ----------
    item : PlannedRun
    files : sequence of ShippedFile

    Returns
    -------
    list of ShippedFile
    """
    named = _named_tables(item.run.data.tags.get(TABLES_TAG, ""))
    return [
        replace(file, artifact=replace(file.artifact, kind="table"))
        if file.artifact.path in named
        else file
        for file in files
    ]


def is_likely_table(file: ShippedFile) -> bool:
    """Tell from what was logged alone whether several runs may be compared by this."""
    guessed = file.artifact.media_type or mediatypes.guess(file.artifact.path)
    return bool(file.site_path) and (file.artifact.kind == "table" or guessed in _TABLES)


def write_tables(
    job: Job, lookup: ExperimentLookup, files: Iterable[ShippedFile]
) -> tuple[str, int]:
    """Write the data files of tables that several runs logged, and the list of them.

    Parameters
    ----------
    job : Job
    lookup : ExperimentLookup
    files : iterable of ShippedFile
        Likely tables of its runs.

    Returns
    -------
    (str, int)
        Name of the list, and how many tables are in it; empty and 0 when none can be compared.
    """
    by_path: dict[str, list[ShippedFile]] = {}
    for file in files:
        by_path.setdefault(file.artifact.path, []).append(file)
    found: list[_Found] = []
    n_bytes = 0
    for path in sorted(by_path, key=lambda path: (_rank(by_path[path]), path)):
        if len(by_path[path]) < MIN_RUNS:
            continue
        for file in sorted(by_path[path], key=lambda file: lookup.by_id[file.run_id].ordinal):
            if n_bytes > MAX_TOTAL_BYTES or sum(f.artifact_path == path for f in found) >= MAX_RUNS:
                break
            name, size_bytes = _write_table(job, file)
            n_bytes += size_bytes
            if name:
                found.append(_Found(path, lookup.by_id[file.run_id].ordinal, name))
    counts = {path: len(by_path[path]) for path in by_path}
    name, data, n_tables = tables_file(lookup.experiment.id, found, counts)
    if name:
        job.output.write(links.data_path(name), data)
    return name, n_tables


def tables_file(
    experiment_id: str, found: Sequence[_Found], counts: dict[str, int]
) -> tuple[str, bytes, int]:
    """Make the list of an experiment's comparable tables.

    Parameters
    ----------
    experiment_id : str
    found : sequence of _Found
    counts : dict of str to int
        Of each path, how many runs have it, those left out included.

    Returns
    -------
    (str, bytes, int)
        Name, content and number of tables; nothing when there is nothing to compare. One entry a
        table: its path, how many runs have it, and pairs of a run's ordinal and the name of the
        data file.
    """
    by_path: dict[str, list[tuple[int, str]]] = {}
    for item in found:
        by_path.setdefault(item.artifact_path, []).append((item.ordinal, item.file))
    tables = [
        {"path": path, "n": counts[path], "runs": runs}
        for path, runs in by_path.items()
        if len(runs) >= MIN_RUNS
    ]
    if not tables:
        return "", b"", 0
    return *payload.data_file(f"tables-{experiment_id}", tables), len(tables)


def _rank(files: Sequence[ShippedFile]) -> tuple[bool, int]:
    """Put what was logged as a table before files that are tables, and the common first."""
    return all(file.artifact.kind != "table" for file in files), -len(files)


def _named_tables(tag: str) -> set[str]:
    try:
        entries = json.loads(tag) if tag else []
    except (ValueError, RecursionError):
        return set()
    return {
        str(entry["path"])
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict) and entry.get("type") == "table" and "path" in entry
    }


def _write_table(job: Job, file: ShippedFile) -> tuple[str, int]:
    """Write the rows of one table; return the data file's name and size."""
    # Cells of a logged table may name pictures of its run; other tables are their bytes alone.
    around = job.run_digests[file.run_id] if file.artifact.kind == "table" else ""
    inputs = inputs_digest("table", job.version, file.artifact.path, file.sha256, around)
    if kept := job.output.reuse(inputs):
        return _name_of(kept[0]), kept[1].size_bytes
    page = links.run_page(file.run_id)
    find = functools.partial(_find, job, page)
    data = renderers.read_table(request_for(job.reader, file, page, find))
    if data is None:
        return "", 0
    made = data.to_file()
    job.output.write(made.path, made.content, inputs=inputs)
    return made.name, len(made.content)


def _name_of(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".js")


def _find(job: Job, page: str, run_id: str, path: str) -> str:
    site_path = job.places[run_id].get(path, "")
    return links.href(page, site_path) if site_path else ""
