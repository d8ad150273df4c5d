"""Commands over a real store, through click's own runner."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reporter.cli import main
from reporter.store.reader import open_store
from tests.builders import make_run, make_store, run_id_of


@pytest.fixture
def store(tmp_path: Path) -> str:
    """Two runs of one experiment, one of them failed."""
    path = make_store(tmp_path / "runs")
    make_run(path, "good", params={"lr": "0.1"}, metrics={"loss": [2.0, 1.0]})
    make_run(path, "bad", metrics={"loss": [3.0, float("nan")]}, status="FAILED")
    return path


def _report(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, prog_name="report")


def test_list(store: str) -> None:
    done = _report("list", store, "--order-by", "metrics.loss ASC")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["run_id", "name", "experiment", "status", "started"]
    assert [line.split()[1] for line in lines[1:]] == ["good", "bad"]
    assert "2 of 2 runs" in done.stderr
    found = json.loads(_report("list", store, "--filter", "status = 'FAILED'", "--json").stdout)
    assert [run["info"]["run_name"] for run in found] == ["bad"]
    assert found[0]["data"]["metrics"] == {"loss": "NaN"}


def test_show_by_id_by_beginning_and_by_name(store: str) -> None:
    run_id = run_id_of("good")
    for name in (run_id, run_id[:8], "good"):
        done = _report("show", name, "--store", store)
        assert done.exit_code == 0
        assert "lr" in done.stdout
        assert "(step 1, 2 points)" in done.stdout
    done = _report("show", "absent", "--store", store)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "report list" in done.stderr


def test_history(store: str) -> None:
    rows = json.loads(_report("history", "bad", "loss", "--store", store, "--json").stdout)
    assert [row["value"] for row in rows] == [3.0, "NaN"]


def test_tail_of_an_ended_run_stops(store: str) -> None:
    done = _report("tail", "good", "--store", store)
    assert done.stdout == "loss  step 1  1.0\n"
    assert "FINISHED" in done.stderr


def test_edits(store: str) -> None:
    assert _report("rename", "good", "better", "--store", store).exit_code == 0
    assert _report("tag", "better", "team", "x", "--store", store).exit_code == 0
    assert _report("note", "better", "**so**", "--store", store).exit_code == 0
    run = open_store(store).run(run_id_of("good"))
    assert run.info.run_name == "better"
    assert run.data.tags["team"] == "x"
    assert run.data.tags["mlflow.note.content"] == "**so**"
    assert _report("tag", "better", "team", "--delete", "--store", store).exit_code == 0
    assert "team" not in open_store(store).run(run_id_of("good")).data.tags
    assert _report("tag", "better", "team", "--store", store).exit_code == 2


def test_a_note_may_come_from_standard_input(store: str) -> None:
    arguments = ["note", "good", "-", "--store", store]
    done = CliRunner().invoke(main, arguments, input="first\n\n**second**\n")
    assert done.exit_code == 0
    tags = open_store(store).run(run_id_of("good")).data.tags
    assert tags["mlflow.note.content"] == "first\n\n**second**\n"


def test_stop_a_run_that_nobody_writes(store: str) -> None:
    make_run(store, "left", metrics={"loss": [1.0]}, status=None, fold=False)
    last = open_store(store).run(run_id_of("left")).last_event_time
    assert _report("stop", "left", "--store", store).exit_code == 0
    info = open_store(store).run(run_id_of("left")).info
    assert (info.status, info.end_time) == ("KILLED", last)
    again = _report("stop", "left", "--store", store)
    assert (again.exit_code, "has ended already" in again.stderr) == (2, True)


def test_stop_leaves_a_run_alone_that_is_being_written(store: str) -> None:
    make_run(store, "live", metrics={"loss": [1.0]}, status=None, close=False)
    done = _report("stop", "live", "--store", store)
    assert (done.exit_code, "being written" in done.stderr) == (2, True)


def test_delete_restore_and_gc(store: str) -> None:
    folder = Path(store, "0", run_id_of("bad"))
    assert _report("delete", "bad", "--store", store).exit_code == 0
    assert "bad" not in _report("list", store).stdout
    assert "bad" in _report("list", store, "--deleted").stdout
    assert _report("restore", "bad", "--store", store).exit_code == 0
    assert _report("gc", store).stdout.startswith("0 deleted runs removed")
    _report("delete", "bad", "--store", store)
    assert "would be removed" in _report("gc", store, "--dry-run").stdout
    assert "0 deleted" in _report("gc", store, "--older-than", "1d").stdout
    assert folder.is_dir()
    assert json.loads(_report("gc", store, "--json").stdout)["bytes"] > 0
    assert not folder.exists()
    assert Path(store, "0", run_id_of("good")).is_dir()


def test_gc_goes_on_where_one_was_stopped(store: str) -> None:
    _report("delete", "bad", "--store", store)
    folder = Path(store, "0", run_id_of("bad"))
    folder.rename(folder.with_name(f".trash-{folder.name}"))
    assert "1 deleted run removed" in _report("gc", store).stdout
    assert sorted(p.name for p in folder.parent.iterdir() if p.is_dir()) == [run_id_of("good")]


def test_verify(store: str) -> None:
    lost = Path(store, "0", make_run(store, "lost", metrics={"loss": [1.0]}), "run.parquet")
    lost.unlink()
    make_run(store, "files", artifacts={"a.txt": b"a", "b.txt": b"b"})
    assert "run.parquet" in _report("verify", store).stdout
    folder = Path(store, "0", run_id_of("files"))
    (folder / "artifacts" / "a.txt").write_bytes(b"changed")
    (folder / "artifacts" / "b.txt").unlink()
    table = Path(store, "0", run_id_of("bad"), "metrics.parquet")
    table.write_bytes(table.read_bytes()[:50])
    done = _report("verify", store, "--json")
    assert done.exit_code == 1
    found = {problem["what"]: problem["where"] for problem in json.loads(done.stdout)}
    assert set(found) == {
        "Changed artifact", "Missing artifact", "Missing table", "Unreadable table",
    }  # fmt: skip
    assert found["Changed artifact"].endswith("artifacts/a.txt")


def test_merge_is_copying_and_repeats_change_nothing(store: str, tmp_path: Path) -> None:
    other = make_store(tmp_path / "other")
    make_run(other, "elsewhere", metrics={"loss": [9.0]}, artifacts={"a.txt": b"a"})
    target = str(tmp_path / "all")
    for _ in range(2):
        done = _report("merge", store, other, "-o", target)
        assert done.exit_code == 0, done.stderr
        runs = {run.info.run_name: run for run in open_store(target).runs()}
        assert "copied" in done.stdout
        assert set(runs) == {"good", "bad", "elsewhere"}
        assert runs["good"] == open_store(target).run(run_id_of("good"))
        (series,) = open_store(target).history([run_id_of("good")])
        assert series.values.tolist() == [2.0, 1.0]
    assert _report("verify", target).exit_code == 0


def test_merge_into_itself_is_refused(store: str) -> None:
    done = _report("merge", store, "-o", store)
    assert (done.exit_code, "into itself" in done.stderr) == (2, True)


def test_what_nobody_logged_is_said(store: str) -> None:
    done = _report("history", "good", "los", "--store", store)
    assert (done.exit_code, "Did you mean 'loss'?" in done.stderr) == (2, True)
    done = _report("list", store, "--filter", "metrics.los < 3")
    assert "Warning" in done.stderr


def test_hostile_names_stay_in_their_line(store: str) -> None:
    make_run(store, "two\nlines \u202eevil")
    lines = _report("list", store).stdout.splitlines()
    assert len(lines) == 4
    assert "two\\nlines \\u202eevil" in lines[1] + lines[2] + lines[3]


def test_merge_joins_a_run_that_went_on_in_two_places(store: str, tmp_path: Path) -> None:
    import shutil

    from reporter.store.writer import FolderWriter
    from tests.builders import START_MS

    copy = str(tmp_path / "copy")
    shutil.copytree(store, copy)
    for path, value in ((store, 10.0), (copy, 20.0)):
        writer = FolderWriter(path, "0", run_id_of("good"), now_ms=lambda: START_MS + 90_000)
        writer.points.append_point("loss", value, int(value), START_MS + int(value) * 10_000)
        writer.close()
        writer.compact()
    for _ in range(2):
        assert _report("merge", copy, "-o", store).exit_code == 0
        (series,) = open_store(store).history([run_id_of("good")])
        assert series.values.tolist() == [2.0, 1.0, 10.0, 20.0]
        assert open_store(store).run(run_id_of("good")).data.summaries["loss"].count == 4


def test_compact(store: str) -> None:
    make_run(store, "open", metrics={"loss": [1.0]}, fold=False)
    assert _report("compact", store).stdout == "1 run folded.\n"
    assert json.loads(_report("compact", store, "--json").stdout) == {"folded": 0, "left": []}


@pytest.mark.parametrize("command", ["list", "verify", "compact", "gc", "build"])
@pytest.mark.parametrize("kind", ["absent", "file", "empty", "newer", "garbage"])
def test_what_is_no_store_is_one_sentence(tmp_path: Path, command: str, kind: str) -> None:
    path = tmp_path / "x"
    if kind == "file":
        path.write_text("x")
    elif kind != "absent":
        path.mkdir()
    if kind == "newer":
        (path / "store.json").write_text('{"format": "reporter-store", "version": 99}')
    if kind == "garbage":
        (path / "store.json").write_bytes(b"\xff\x00")
    done = _report(command, str(path))
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert len(done.stderr.splitlines()) == 1
    assert str(path) in done.stderr
    assert kind != "newer" or "Upgrade" in done.stderr
    assert sorted(os.listdir(tmp_path)) == ([] if kind == "absent" else ["x"])


def test_lone_surrogates_do_not_stop_a_listing(store: str) -> None:
    make_run(store, "odd", params={"\ud800": "\udfff"})
    assert _report("show", "odd", "--store", store).exit_code == 0
    assert _report("list", store, "--json").exit_code == 0


def test_commands_look_where_scripts_log(sample_store, monkeypatch, tmp_path):
    from click.testing import CliRunner

    from reporter.cli import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPORTER_TRACKING_URI", str(sample_store))
    listed = CliRunner().invoke(main, ["list", "--limit", "1", "--json"])
    assert listed.exit_code == 0, listed.output
    run_id = json.loads(listed.stdout)[0]["info"]["run_id"]
    assert run_id in CliRunner().invoke(main, ["show", run_id]).output


def test_build_says_that_not_every_run_has_a_page(store: str, tmp_path: Path) -> None:
    site = tmp_path / "site"
    done = _report("build", store, "-o", str(site), "--run-pages", "1")
    assert done.exit_code == 0, done.stderr
    assert "1 of 2 runs have a page of their own (--run-pages)" in done.stdout
    assert len(list((site / "run").iterdir())) == 1
    done = _report("build", store, "-o", str(site))
    assert "of their own" not in done.stdout
    assert len(list((site / "run").iterdir())) == 2
