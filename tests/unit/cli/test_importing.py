"""``report import``, and the commands that read other tools' runs where they are."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from reporter.cli import main
from tests.unit.importers.mlruns import make_experiment, make_run, run_id_of, write


@pytest.fixture(autouse=True)
def _here(monkeypatch, tmp_path, tmp_path_factory):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def run(tmp_path):
    experiment = make_experiment(tmp_path / "mlruns")
    return make_run(
        experiment, params={"lr": "0.1"}, metrics={"m": "5 0.5 1\n"}, artifacts={"a.txt": b"hello"}
    )


def report(*arguments):
    return CliRunner().invoke(main, list(arguments))


def test_import_says_what_it_did(run):
    done = report("import", "mlruns", "-o", "runs")
    assert done.exit_code == 0
    assert done.stdout == ("mlruns [mlflow-files]: 1 run (1 new), 1 experiment, 1 point, 1 file\n")
    again = report("import", "mlruns", "-o", "runs")
    assert again.stdout == "mlruns [mlflow-files]: 1 run (1 unchanged), 1 experiment\n"


def test_strict_exits_with_one_also_when_nothing_is_new(run):
    write(run / "metrics" / "bad", b"rubbish\n")
    for _ in range(2):
        done = report("import", "mlruns", "-o", "runs", "--strict")
        assert done.exit_code == 1
        assert f"Unreadable line: 1/{run.name}/metrics/bad. line 1" in done.stderr
    assert report("import", "mlruns", "-o", "runs").exit_code == 0


def test_import_prints_json_for_programs(run):
    write(run / "metrics" / "bad", b"rubbish\n")
    done = report("import", "mlruns", "-o", "runs", "--json")
    (source,) = json.loads(done.stdout)["sources"]
    assert (source["format"], source["new"], source["points"], source["files"]) == (
        "mlflow-files",
        1,
        1,
        1,
    )
    assert source["problems"][0]["what"] == "Unreadable line"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("import", "nowhere"),
            "There is no folder 'nowhere'. There is 'mlruns', which holds runs.",
        ),
        (("import", "mlruns", "--format", "mlflow"), "There is no importer 'mlflow'"),
        (("import", "mlruns", "--option", "artifacts"), "'artifacts' is no option"),
        (("import", "mlruns", "--option", "artefacts=x"), "Did you mean 'artifacts'?"),
        (("import", "mlruns", "-o", "mlruns"), "'mlruns' holds runs of another tool"),
    ],
)
def test_wrong_use_says_what_would_be_right(run, arguments, message):
    done = report(*arguments)
    assert done.exit_code == 2 and message in done.stderr


def test_importing_a_store_of_ours_points_to_merge(run):
    report("import", "mlruns", "-o", "runs")
    done = report("import", "runs", "-o", "other")
    assert done.exit_code == 2 and "report merge" in done.stderr


def test_commands_that_look_read_other_tools_too(run):
    assert run_id_of("one")[:12] in report("list", "mlruns").stdout
    assert "lr" in report("show", "one", "--store", "mlruns").stdout
    assert "0.5" in report("history", "one", "--store", "mlruns").stdout


def test_build_reads_other_tools_where_they_are(run, tmp_path):
    write(run / "metrics" / "bad", b"rubbish\n")
    done = report("build", "mlruns", "-o", "site")
    assert done.exit_code == 0, done.stderr
    assert (tmp_path / "site" / "artifacts" / run.name / "a.txt").read_bytes() == b"hello"
    assert "Unreadable line" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mlruns", "site"]
    assert report("build", "mlruns", "-o", "site", "--strict").exit_code == 1


def test_a_second_build_writes_only_what_changed(run):
    report("build", "mlruns", "-o", "site")
    again = json.loads(report("build", "mlruns", "-o", "site", "--json").stdout)
    assert again["files_written"] == 0
    write(run / "artifacts" / "a.txt", b"other")
    changed = json.loads(report("build", "mlruns", "-o", "site", "--json").stdout)
    assert changed["files_written"] > 0


def test_many_sources_are_counted_after_the_first(tmp_path):
    for number in range(25):
        write(tmp_path / "logs" / f"{number}.csv", b"step,loss\n0,1\n")
    done = report("import", "logs", "-o", "runs")
    lines = done.stdout.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "... and 5 more sources: 5 runs"
