"""Aim's folders (``.aim``), without Aim: neither its lock is taken nor anything written.

Facts about runs stand in an SQLite database, all else in two RocksDB databases a run. Runs are read
whether Aim has indexed them or not. Aim 2 kept its runs in another form, which is not read.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping

from reporter.importers import registry
from reporter.importers.aim_run import AimFacts, AimRun
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
from reporter.importers.sqlite_source import open_database, table_columns
from reporter.importers.times import ms_of_iso
from reporter.model import Problem

__all__ = ["detect", "read"]

_FACTS = "run_metadata.sqlite"
_TAGS = "SELECT run_tag.run_id, tag.name FROM run_tag JOIN tag ON tag.id = run_tag.tag_id"
_NOTES = "SELECT run_id, content FROM note WHERE run_id IS NOT NULL ORDER BY id"


def detect(path: str) -> int:
    """Recognise ``.aim``, or whatever it was renamed to; one of Aim 2 to say that it is one."""
    if _is_old(path):
        return registry.CERTAIN
    is_aim = os.path.isdir(os.path.join(path, "meta", "chunks"))
    is_aim = is_aim and os.path.isdir(os.path.join(path, "seqs"))
    return registry.CERTAIN if is_aim else registry.NO


def _is_old(path: str) -> bool:
    """Tell a repository of Aim 2: ``.aim`` with a list of branches, and none of Aim 3's folders."""
    folders = ("meta", "seqs")
    if os.path.basename(os.path.normpath(path)) != ".aim":
        return False
    if any(os.path.isdir(os.path.join(path, name)) for name in folders):
        return False
    return os.path.isfile(os.path.join(path, "config.json"))


@registry.importer("aim", label="Aim folders", detect=detect)
def read(source: Source, options: ImportOptions) -> Iterator[ImportedItem]:
    """Yield the runs of a folder of Aim's."""
    options.check([])
    if _is_old(source.path):
        yield Problem(
            what="Aim 2 repository",
            where=source.name or ".aim",
            detail="it was written by Aim 2, in a form that is not read",
            hint="Convert it with an early version of Aim 3: 'aim storage upgrade 2to3'",
            severity="error",
        )
        return
    found: dict[str, AimFacts] = {}
    try:
        found = {facts.hash: facts for facts in _read_facts(os.path.join(source.path, _FACTS))}
    except (sqlite3.Error, OSError) as error:
        detail = f"{error}: names, experiments and tags are lost"
        yield Problem(what="Unreadable database", where=_FACTS, detail=detail, severity="error")
    chunks = os.path.join(source.path, "meta", "chunks")
    for name in sorted(os.listdir(chunks)):
        if os.path.isdir(os.path.join(chunks, name)):
            found.setdefault(name, AimFacts(hash=name))
    otherwise = experiment_of(source, options)
    counts = Counter(facts.experiment or otherwise for facts in found.values())
    for name, n_runs in counts.items():
        yield ImportedExperiment(source_id=name, name=name, n_runs=n_runs)
    for facts in found.values():
        run = AimRun(source.path, facts)
        yield ImportedRun(
            run_id=derive_run_id("aim", facts.hash),
            experiment=facts.experiment or otherwise,
            fingerprint=run.fingerprint(),
            events=Lazily(run.events),
            artifacts=Lazily(run.artifacts),
        )


def _read_facts(path: str) -> Iterator[AimFacts]:
    if not os.path.exists(path):
        return
    with open_database(path) as connection:
        tables = table_columns(connection)
        finalized = "run.finalized_at" if "finalized_at" in tables.get("run", ()) else "NULL"
        rows = connection.execute(
            "SELECT run.id, run.hash, run.name, run.description, experiment.name, run.is_archived, "  # noqa: S608
            f"run.created_at, {finalized} FROM run "
            "LEFT JOIN experiment ON experiment.id = run.experiment_id ORDER BY run.id"
        ).fetchall()
        tags = _texts_by_run(connection, tables, "tag", _TAGS)
        notes = _texts_by_run(connection, tables, "note", _NOTES)
    for number, key, name, description, experiment, is_archived, created, finalized_at in rows:
        yield AimFacts(
            hash=key,
            name=name or "",
            description=description or "",
            experiment=experiment or "",
            is_archived=bool(is_archived),
            created_ms=ms_of_iso(created),
            finalized_ms=ms_of_iso(finalized_at),
            tags=tuple(tags.get(number, ())),
            notes=tuple(notes.get(number, ())),
        )


def _texts_by_run(
    connection: sqlite3.Connection, tables: Mapping[str, set[str]], table: str, query: str
) -> dict[int, list[str]]:
    """Return a table's texts by the number of their run; earlier versions lack some tables."""
    found: dict[int, list[str]] = {}
    for number, text in connection.execute(query) if table in tables else ():
        found.setdefault(number, []).append(str(text))
    return found
