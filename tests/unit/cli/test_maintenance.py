"""Maintenance on stores that are damaged, crowded, deleted in part, or interrupted."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from reporter.cli import main
from reporter.cli.frame import Progress
from reporter.store import layout
from reporter.store.exclusive import exclusive
from reporter.store.prune import Prunable, find_prunable, prune
from reporter.store.reader import open_store
from tests.builders import make_run, make_store, run_id_of

_EVER = 1 << 62


def _report(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, prog_name="report")


def _json(*arguments: str, code: int = 0) -> object:
    done = _report(*arguments, "--json")
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


@pytest.fixture
def store(tmp_path: Path) -> str:
    """Three runs in two experiments."""
    path = make_store(tmp_path / "runs", {"0": "Default", "5": "drafts"})
    for name, experiment in (("good", "0"), ("other", "0"), ("draft", "5")):
        make_run(
            path, name, experiment_id=experiment, metrics={"loss": [2.0, 1.0]},
            artifacts={"a.txt": b"x"},
        )  # fmt: skip
    return path


def _folder(store: str, name: str) -> Path:
    return Path(store, "5" if name == "draft" else "0", run_id_of(name))


def _names(store: str, *options: str) -> set[str]:
    found = _json("list", store, *options)
    assert isinstance(found, list)
    return {run["info"]["run_name"] for run in found}


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _flip(path: Path, column: int = 0) -> None:
    """Flip one bit of a column's data, which nothing but a checksum can tell."""
    chunk = pq.read_metadata(path).row_group(0).column(column)
    start = chunk.dictionary_page_offset or chunk.data_page_offset
    data = bytearray(path.read_bytes())
    data[start + chunk.total_compressed_size - 1] ^= 1
    path.write_bytes(data)


def test_nothing_is_deleted_unless_all_are_found(store: str) -> None:
    done = _report("delete", "good", "othr", "--store", store)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Did you mean 'other'?" in done.stderr
    assert _names(store) == {"good", "other", "draft"}
    assert _report("delete", "--store", store).exit_code == 2
    found = _json("delete", "good", run_id_of("other")[:9], "--store", store)
    assert found == [
        {"run_id": run_id_of("good"), "run_name": "good"},
        {"run_id": run_id_of("other"), "run_name": "other"},
    ]
    assert _names(store) == {"draft"}
    assert _names(store, "--deleted") == {"good", "other"}


def test_experiments_are_deleted_and_restored(store: str) -> None:
    assert _json("delete", "--experiment", "drafts", "--store", store) == {
        "experiment_id": "5",
        "name": "drafts",
    }
    assert _names(store) == {"good", "other"}
    assert _names(store, "--deleted") == {"draft"}
    assert _report("restore", "--experiment", "5", "--store", store).stdout == "5  drafts\n"
    assert _names(store) == {"good", "other", "draft"}
    _report("delete", "--experiment", "drafts", "--store", store)
    removed = _json("gc", store)
    assert isinstance(removed, dict)
    assert [item["run_name"] for item in removed["removed"]] == ["draft"]
    assert not _folder(store, "draft").exists()
    done = _report("delete", "--experiment", "draft", "--store", store)
    assert "Did you mean 'drafts'?" in done.stderr


def test_gc_by_age_and_in_a_rehearsal(store: str) -> None:
    _report("delete", "good", "--store", store)
    assert _json("gc", store, "--older-than", "1h")["removed"] == []  # type: ignore[index]
    rehearsed = _json("gc", store, "--dry-run")
    assert _folder(store, "good").exists()
    assert _json("gc", store) == {**rehearsed, "dry_run": False}  # type: ignore[dict-item]
    assert not _folder(store, "good").exists()
    assert _report("gc", store, "--older-than", "soon").exit_code == 2


def test_gc_leaves_alone_what_is_not_its_own(store: str) -> None:
    foreign = Path(store, "0", ".trash-mine")
    foreign.mkdir()
    assert _json("gc", store)["removed"] == []  # type: ignore[index]
    assert foreign.exists()


def test_run_restored_while_gc_looks_stays(store: str) -> None:
    _report("delete", "good", "--store", store)
    found = list(find_prunable(store, _EVER))
    _report("restore", "good", "--store", store)
    assert prune(found) == 0
    assert _folder(store, "good").exists()


def test_two_collections_at_once(store: str) -> None:
    _report("delete", "good", "other", "--store", store)
    found = list(find_prunable(store, _EVER))
    assert prune(found[:1]) == found[0].size_bytes
    assert prune(found) == found[1].size_bytes
    # What was removed half-way came back by copying, and is deleted again.
    shutil.copytree(_folder(store, "draft"), Path(store, "5", f".trash-{run_id_of('draft')}"))
    folder = str(_folder(store, "draft"))
    of_experiment = Prunable(run_id_of("draft"), "5", "draft", folder, _EVER, 1)
    assert prune([of_experiment]) == 1
    assert [name for name in os.listdir(Path(store, "5")) if "experiment" not in name] == []


@pytest.mark.parametrize("table", [layout.RUN_TABLE, layout.METRICS_TABLE])
@pytest.mark.parametrize("damage", [_cut, _flip, Path.unlink])
def test_verify_finds_damage_of_any_table(store: str, damage: object, table: str) -> None:
    assert _json("verify", store) == []
    damage(_folder(store, "good") / table)  # type: ignore[operator]
    (problem,) = _json("verify", store, code=1)  # type: ignore[misc]
    assert problem["severity"] == "error"
    assert problem["where"] == f"0/{run_id_of('good')}/{table}"
    assert problem["hint"]


def test_points_that_cannot_be_read_are_said(store: str) -> None:
    _flip(_folder(store, "good") / layout.METRICS_TABLE, 5)
    done = _report("history", "good", "--store", store)
    assert done.exit_code == 1
    assert "2 of 2 points cannot be read" in done.stderr
    done = _report("list", store)
    assert done.exit_code == 0
    assert "good" in done.stdout


def test_compact_passes_over_what_is_damaged(store: str) -> None:
    make_run(store, "left", metrics={"loss": [1.0]}, fold=False)
    make_run(store, "fine", metrics={"loss": [1.0]}, fold=False)
    (_folder(store, "left") / layout.METRICS_TABLE).write_bytes(b"PAR1 no table PAR1")
    (journal,) = _folder(store, "fine").glob("events-*")
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([lines[0], b"\xff\xfe not text\n", *lines[1:]]))
    assert _json("compact", store) == {"folded": 1, "left": [f"0/{run_id_of('left')}"]}
    assert "report verify" in _report("compact", store).stderr
    assert (_folder(store, "left") / layout.METRICS_TABLE).read_bytes() == b"PAR1 no table PAR1"
    run = open_store(store).run(run_id_of("fine"))
    assert (run.info.status, run.data.metrics) == ("FINISHED", {"loss": 1.0})
    assert [problem.what for problem in run.problems] == ["Unreadable line"]


def test_merge_passes_over_what_is_damaged_and_says_so(store: str, tmp_path: Path) -> None:
    target = str(tmp_path / "all")
    table = _folder(store, "good") / layout.METRICS_TABLE
    whole = table.read_bytes()
    table.unlink()
    table.mkdir()
    for n_copied in (3, 0):  # however often
        result = _json("merge", store, "-o", target, code=1)
        assert result["n_copied"] == n_copied  # type: ignore[index]
        (problem,) = result["problems"]  # type: ignore[index]
        assert problem["what"] == "Run not merged whole"
    assert {run.info.run_name for run in open_store(target).runs()} >= {"other", "draft"}
    table.rmdir()
    table.write_bytes(whole)
    assert _json("merge", store, "-o", target)["problems"] == []  # type: ignore[index]
    assert _json("verify", target) == []
    assert _json("history", "good", "--store", target) == _json("history", "good", "--store", store)


def test_merge_never_replaces_a_damaged_table(store: str, tmp_path: Path) -> None:
    target = str(tmp_path / "all")
    _report("merge", store, "-o", target)
    table = _folder(target, "good") / layout.METRICS_TABLE
    _cut(table)
    before = table.read_bytes()
    make_run(store, "good", tags={"new": "1"})
    assert _report("merge", store, "-o", target).exit_code == 1
    assert table.read_bytes() == before


def test_merge_waits_for_nobody(store: str, tmp_path: Path) -> None:
    target = str(tmp_path / "all")
    _report("merge", store, "-o", target)
    with exclusive(str(_folder(target, "good") / ".compact.lock")):
        done = _report("merge", store, "-o", target)
    assert done.exit_code == 1
    assert "another process folds it" in done.stderr
    assert _report("merge", store, "-o", target).exit_code == 0


def test_edits_as_json(store: str) -> None:
    said = [{"run_id": run_id_of("good"), "run_name": "good"}]
    assert _json("tag", "good", "team", "blue", "--store", store) == said
    assert _json("tag", "good", "team", "--delete", "--store", store) == said
    assert _json("note", "good", "**best**", "--store", store) == said
    assert _json("rename", "good", "better", "--store", store) == said
    line = _report("tail", "better", "--store", store, "--json").stdout
    assert json.loads(line)["value"] == 1.0
    make_run(store, "left", status=None, fold=False)
    assert _json("stop", "left", "--store", store)[0]["run_name"] == "left"  # type: ignore[index]


@pytest.mark.parametrize("command", ["compact", "merge", "verify", "gc"])
def test_interrupt_half_way_harms_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    store, target = make_store(tmp_path / "runs"), str(tmp_path / "all")
    names = [f"run-{number}" for number in range(9)]
    for name in names:
        make_run(store, name, metrics={"loss": [1.0]}, fold=command != "compact")
    if command == "gc":
        _report("delete", *names, "--store", store)
    arguments = (command, store, *(("-o", target) if command == "merge" else ()))

    def interrupt(_: Progress, phase: str, done: int, total: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Progress, "__call__", interrupt)
        done = _report(*arguments)
    assert (done.exit_code, done.stderr.strip()) == (1, "Aborted!")
    n_left = 5 if command == "gc" else 9
    assert len(list(open_store(store).runs())) == n_left
    assert _json("verify", store) == []
    assert _report(*arguments).exit_code == 0
    if command == "merge":
        assert len(list(open_store(target).runs())) == 9
        assert _json("verify", target) == []
    names_left = [name for _, _, files in os.walk(tmp_path) for name in files]
    assert not [name for name in names_left if name.startswith(layout.TEMPORARY_PREFIX)]


@pytest.mark.parametrize(
    "command",
    [("delete", "good"), ("tag", "good", "a", "b"), ("rename", "good", "x"), ("stop", "left")],
)
def test_edits_on_a_disk_that_refuses(
    store: str, environment: dict[str, str], command: tuple[str, ...]
) -> None:
    """Exit code 2 and one sentence, not a promise to write it later."""
    make_run(store, "left", status=None, fold=False)
    script = (
        "import sys\nfrom reporter.cli import main\nfrom reporter.store import journal\n"
        "def refuse(*_):\n    raise OSError(30, 'Read-only file system')\n"
        "journal.os_write = refuse\nmain(sys.argv[1:])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *command, "--store", store],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("Error: Cannot write ")
    assert len(done.stderr.splitlines()) == 1
    assert _names(store) == {"good", "other", "draft", "left"}
