"""A report tells how it changed from build to build, and of what data it was made."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from reporter.events import LifecycleChanged
from reporter.site.build import build
from reporter.site.history import BuildRecord, build_rows, next_history, read_history
from reporter.site.writing.output import MemoryOutput
from reporter.store.reader import open_store
from reporter.store.writer import FolderWriter
from tests.builders import START_MS, make_run, make_store


def record(digest: str, n_runs: int = 1, **bests: float) -> BuildRecord:
    return BuildRecord(
        digest=digest,
        newest_ms=START_MS,
        n_runs=n_runs,
        bests={name: ("loss", "min", value) for name, value in bests.items()},
    )


@pytest.fixture
def store(tmp_path: Path) -> str:
    path = make_store(tmp_path / "runs", {"7": "digits"})
    make_run(path, "a", experiment_id="7", metrics={"val_loss": [0.5]})
    return path


def test_each_state_of_the_data_is_remembered_once(store: str) -> None:
    output = MemoryOutput()
    build(open_store(store), output)
    first = output.files["index.html"].decode()
    assert 'id="history"' not in first
    again = MemoryOutput(output.files)
    build(open_store(store), again)
    assert again.files["index.html"].decode() == first
    make_run(store, "b", experiment_id="7", metrics={"val_loss": [0.25]})
    third = MemoryOutput(again.files)
    build(open_store(store), third)
    page = third.files["index.html"].decode()
    assert "val_loss ↓ 0.500 → 0.250" in page
    assert len(json.loads(third.files["report.manifest.json"])["history"]) == 2


def test_the_digest_names_the_data(store: str, tmp_path: Path) -> None:
    def digest(path: str) -> str:
        output = MemoryOutput()
        build(open_store(path), output)
        return re.search(r"data ([0-9a-f]{12})", output.files["index.html"].decode())[1]

    same = make_store(tmp_path / "same", {"7": "digits"})
    make_run(same, "a", experiment_id="7", metrics={"val_loss": [0.5]})
    assert digest(same) == digest(store)
    make_run(same, "b", experiment_id="7")
    assert digest(same) != digest(store)


def test_the_footer_counts_what_was_left_out(store: str) -> None:
    gone = make_run(store, "gone", experiment_id="7", fold=False, close=False)
    FolderWriter(store, "7", gone, now_ms=lambda: START_MS).append(
        LifecycleChanged(at_ms=START_MS, lifecycle_stage="deleted")
    )
    output = MemoryOutput()
    build(open_store(store), output)
    assert "1 run in 1 experiment · 1 deleted run left out · data" in output.files[
        "index.html"
    ].decode()  # fmt: skip


def test_rows_say_what_changed() -> None:
    history = [record("a", 1, x=0.5), record("b", 3, x=0.25, y=1.0), record("c", 2, x=0.25, y=1.0)]
    newest, older = build_rows(history, 2026)
    assert (newest.n_runs, newest.more, newest.changes) == ("2", "−1", ())
    assert (older.n_runs, older.more) == ("3", "+2")
    assert older.changes == ("x: loss ↓ 0.500 → 0.250", "y: loss 1")
    assert build_rows(history[:1], 2026) == ()


def test_the_list_does_not_grow_for_ever() -> None:
    history: tuple[BuildRecord, ...] = ()
    for number in range(200):
        history = next_history(history, record(str(number)))
    assert len(history) == 50
    assert history[-1].digest == "199"
    many = {f"e{n}": float(n) for n in range(20)}
    (row,) = build_rows([record("a"), record("b", 1, **many)], 2026)
    assert len(row.changes) == 5
    assert row.changes[-1] == "16 more changes"


def test_a_manifest_from_outside_is_read_with_care() -> None:
    good = vars(record("a", 1, x=0.5))
    wrong = [{}, {"digest": 1}, {**good, "bests": [1]}, {**good, "n_runs": "many"}]
    assert read_history([*wrong, json.loads(json.dumps(good))]) == (record("a", 1, x=0.5),)
