"""What is damaged in a folder of MLflow's costs what it held, and is listed with file and line."""

from __future__ import annotations

import os

import pytest

from reporter.importers import import_sources
from reporter.store.reader import open_store
from tests.unit.importers.mlruns import START_MS, make_experiment, make_run, run_id_of, write


@pytest.fixture
def experiment(tmp_path):
    return make_experiment(tmp_path / "mlruns")


@pytest.fixture
def imported(tmp_path):
    """Import ``mlruns``; returns the store's reader and the problems as (what, where, detail)."""

    def run():
        result = import_sources([str(tmp_path / "mlruns")], str(tmp_path / "runs"))
        problems = [(item.what, item.where, item.detail) for item in result.problems]
        return open_store(tmp_path / "runs"), problems

    return run


def series(reader, key, name="one"):
    (found,) = reader.history([run_id_of(name)], [key])
    rows = zip(found.steps, found.values, found.timestamps_ms, strict=True)
    return [(int(step), float(value), int(time)) for step, value, time in rows]


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("5 0.5 1\n6 0.25 2\n", [(1, 0.5, 5), (2, 0.25, 6)]),
        ("5 0.5 1 train abcd\n", [(1, 0.5, 5)]),
        ("5 0.5 1 a name with spaces abcd\n", [(1, 0.5, 5)]),
        ("5 True 1\n6 False 2\n", [(1, 1.0, 5), (2, 0.0, 6)]),
        ("1500000000 0.5\n", [(0, 0.5, 1_500_000_000_000)]),
        ("5 inf 1\n6 -inf 2\n", [(1, float("inf"), 5), (2, float("-inf"), 6)]),
        ("5 1e-400 9223372036854775807\n", [(9223372036854775807, 0.0, 5)]),
        ("5 0.5 1\n\n6 0.5 2\n", [(1, 0.5, 5), (2, 0.5, 6)]),
    ],
)
def test_every_form_of_a_metric_line_is_read(experiment, imported, text, points):
    make_run(experiment, metrics={"m": text})
    reader, problems = imported()
    assert series(reader, "m") == points
    assert not problems


@pytest.mark.parametrize(
    ("text", "n_points", "what", "detail"),
    [
        ("5 0.5 1\n6 0.2", 1, "Torn last line", "line 2: '6 0.2' has no end and was left out"),
        ("5 0.5 1\nrubbish\n7 1 3\n", 2, "Unreadable line", "line 2: 'rubbish' is no point"),
        ("5 0.5 1\n6 x 2\n", 1, "Unreadable line", "line 2: '6 x 2' is no point"),
        ("5 0.5 99999999999999999999\n6 1 1\n", 1, "Unreadable line", None),
    ],
)
def test_a_bad_line_costs_itself(experiment, imported, text, n_points, what, detail):
    run = make_run(experiment, metrics={"m": text})
    reader, problems = imported()
    assert len(series(reader, "m")) == n_points
    ((found, where, said),) = problems
    assert (found, where) == (what, f"1/{run.name}/metrics/m")
    assert detail is None or said == detail
    (stored,) = reader.run(run.name).problems
    assert stored.what == what


@pytest.mark.parametrize("other", ["", "rubbish\n", "5 0.5", "5 0.5 1\n\n", "5 0.5 1 d e\n"])
@pytest.mark.parametrize("block_bytes", [1 << 20, 30, 4])
def test_metrics_are_read_alike_whatever_lies_beside_them(
    experiment, imported, monkeypatch, other, block_bytes
):
    monkeypatch.setattr("reporter.importers.mlflow_points._BLOCK_BYTES", block_bytes)
    texts = {"a": "1 0.5 1\n2 0.25 2\n", "b": other, "c": "3 nan 1\n", "d/e": "4 1.5 -7\n"}
    make_run(experiment, metrics=texts)
    reader, _ = imported()
    assert series(reader, "a") == [(1, 0.5, 1), (2, 0.25, 2)]
    assert str(series(reader, "c")) == "[(1, nan, 3)]"
    assert series(reader, "d/e") == [(-7, 1.5, 4)]


def test_many_bad_lines_are_counted(experiment, imported):
    make_run(experiment, metrics={"m": "x\n" * 1000 + "5 0.5 1\n"})
    _, problems = imported()
    assert [what for what, _, _ in problems] == ["Unreadable line"] * 3 + ["Unreadable lines"]
    assert problems[-1][2] == "997 more lines are no points"


def test_a_line_across_two_blocks_is_read_whole(experiment, imported, monkeypatch):
    monkeypatch.setattr("reporter.importers.mlflow_points._BLOCK_BYTES", 7)
    lines = [f"{time} {time / 8} {time * 100}\n" for time in range(1, 50)]
    make_run(experiment, metrics={"m": "".join(lines)})
    reader, problems = imported()
    assert series(reader, "m") == [(time * 100, time / 8, time) for time in range(1, 50)]
    assert not problems


@pytest.mark.parametrize("content", [b"", b"- a list\n", b"a: [1\n", b"\x00\xff\xfe", b"name"])
def test_a_damaged_run_keeps_what_lies_beside_its_meta_file(experiment, imported, content):
    run = make_run(experiment, params={"lr": "0.1"}, metrics={"m": "5 0.5 1\n"})
    (run / "meta.yaml").write_bytes(content)
    reader, problems = imported()
    found = reader.run(run.name)
    assert found.data.params == {"lr": "0.1"} and series(reader, "m") == [(1, 0.5, 5)]
    assert [(what, where) for what, where, _ in problems] == [
        ("Unreadable meta file", f"1/{run.name}/meta.yaml")
    ]


def _bomb():
    """Nine levels of nine references each: a billion words when somebody writes them out."""
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for above, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{above}'] * 9)}]")
    return "\n".join([*lines, "run_name: *i", "status: *i", ""])


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        (_bomb(), "line 2: an alias"),
        ("a: " + "[" * 100_000, "nested too deep"),
        ("- " * 100_000, "nested too deep"),
        ("a: !!python/object/apply:os.abort []", "line 1: could not determine a constructor"),
        ("x" * (1 << 23), "too large"),
    ],
)
def test_a_meta_file_made_to_harm_is_a_listed_problem(experiment, imported, text, detail):
    run = make_run(experiment, params={"lr": "0.1"})
    (run / "meta.yaml").write_text(text)
    reader, ((what, where, said),) = imported()
    assert reader.run(run.name).data.params == {"lr": "0.1"}
    assert (what, where) == ("Unreadable meta file", f"1/{run.name}/meta.yaml")
    assert detail in said


def test_fields_of_a_meta_file_may_hold_anything(experiment, imported):
    run = make_run(
        experiment, start_time="9" * 30, end_time="[1]", status="{a: b}", run_name="2024-01-01"
    )
    reader, problems = imported()
    info = reader.run(run.name).info
    assert (info.run_name, info.status, info.end_time) == ("2024-01-01", "RUNNING", None)
    assert not problems


def test_what_an_importer_trips_over_costs_one_run(tmp_path, experiment, monkeypatch):
    from reporter.importers.mlflow_run import RunFolder

    good = make_run(experiment, "good")
    make_run(experiment, "bad")

    def trip(self, meta, at_ms, end, state=RunFolder._state):
        if self.folder.endswith(run_id_of("bad")):
            raise ZeroDivisionError("division by zero")
        return state(self, meta, at_ms, end)

    monkeypatch.setattr(RunFolder, "_state", trip)
    result = import_sources([str(tmp_path / "mlruns")], str(tmp_path / "runs"))
    assert [item.detail for item in result.problems] == ["ZeroDivisionError: division by zero"]
    assert [run.info.run_id for run in open_store(tmp_path / "runs").runs()] == [good.name]


def test_a_damaged_experiment_keeps_its_runs(tmp_path, experiment, imported):
    make_run(experiment)
    make_run(make_experiment(tmp_path / "mlruns", "2", "other"), "two")
    (experiment / "meta.yaml").write_text("artifact_location: [")
    reader, problems = imported()
    names = {item.experiment_id: item.name for item in reader.experiments()}
    assert names[reader.run(run_id_of("one")).info.experiment_id] == "1"
    assert len(problems) == 1 and problems[0][0] == "Unreadable meta file"
    assert "line 2" in problems[0][2] or "line 1" in problems[0][2]


def test_a_store_without_one_good_meta_file_is_still_one(experiment, imported):
    run = make_run(experiment, params={"lr": "0.1"})
    (experiment / "meta.yaml").unlink()
    (run / "meta.yaml").write_bytes(b"")
    reader, problems = imported()
    assert reader.run(run.name).data.params == {"lr": "0.1"}
    assert len(problems) == 2


def test_a_folder_that_may_not_be_read_is_listed(tmp_path, experiment, imported, monkeypatch):
    make_run(make_experiment(tmp_path / "mlruns", "2", "other"), "two")

    def refuse(path=".", listdir=os.listdir):
        if path == str(experiment):
            raise PermissionError(13, "Permission denied", path)
        return listdir(path)

    monkeypatch.setattr(os, "listdir", refuse)
    reader, problems = imported()
    assert problems == [("Unreadable folder", "1", "Permission denied")]
    assert [run.info.run_name for run in reader.runs()] == ["two"]


def test_foreign_files_and_folders_are_left_alone(tmp_path, experiment, imported):
    make_run(experiment)
    write(tmp_path / "mlruns" / "notes.txt", b"mine")
    write(tmp_path / "mlruns" / "plots" / "a.png", b"\x89PNG")
    write(experiment / "stray.txt", b"mine")
    write(experiment / "backup" / "a.txt", b"mine")
    reader, problems = imported()
    assert [run.info.run_name for run in reader.runs()] == ["one"]
    assert [(what, where) for what, where, _ in problems] == [("Folder left out", "1/backup")]


def test_text_that_is_no_utf8_is_kept_as_escapes(experiment, imported):
    run = make_run(experiment)
    write(run / "params" / "name", b"caf\xe9")
    reader, problems = imported()
    assert reader.run(run.name).data.params == {"name": "caf\\xe9"}
    assert problems[0][:2] == ("Not UTF-8", f"1/{run.name}/params/name")


@pytest.mark.skipif(os.name != "posix", reason="no such file names elsewhere")
def test_file_names_that_other_systems_refuse(experiment, imported):
    files = {"aux.txt": b"1", "con/a.txt": b"2", 'a<b>:"|?*.txt': b"3", "x" * 250 + ".txt": b"4"}
    run = make_run(experiment, artifacts=files)
    os.makedirs(os.fsencode(run / "artifacts"), exist_ok=True)
    with open(os.fsencode(run / "artifacts") + b"/caf\xe9.txt", "wb") as file:
        file.write(b"5")
    reader, problems = imported()
    contents = set()
    for _, artifact in reader.artifacts([run.name]):
        with reader.open_artifact(run.name, artifact.path) as file:
            contents.add(file.read())
    assert contents == {b"1", b"2", b"3", b"4", b"5"}
    assert sorted(where for what, where, _ in problems) == [
        f"{run.name}/aux.txt",
        f"{run.name}/con/a.txt",
    ]
    assert {what for what, _, _ in problems} == {"Artifact renamed"}


@pytest.mark.skipif(os.name != "posix", reason="no pipes in folders elsewhere")
def test_what_is_no_plain_file_is_listed(experiment, imported):
    run = make_run(experiment, artifacts={"a.txt": b"1"})
    os.mkfifo(run / "artifacts" / "pipe")
    os.mkfifo(run / "artifacts" / "pipe2")
    _, problems = imported()
    assert [what for what, _, _ in problems] == ["Not a plain file"] * 2


def test_a_ring_of_links_ends(experiment, imported):
    run = make_run(experiment, artifacts={"plots/a.txt": b"1"})
    (run / "artifacts" / "plots" / "up").symlink_to("..", target_is_directory=True)
    (run / "artifacts" / "self").symlink_to("self")
    _, problems = imported()
    assert sorted(where.rpartition("/")[2] for _, where, _ in problems) == ["self", "up"]


def test_an_experiment_behind_a_link_is_not_followed(tmp_path, experiment, imported):
    make_run(experiment)
    elsewhere = make_experiment(tmp_path / "elsewhere", "7", "secret")
    make_run(elsewhere, "hidden")
    (tmp_path / "mlruns" / "7").symlink_to(elsewhere, target_is_directory=True)
    (experiment / run_id_of("hidden")).symlink_to(elsewhere / run_id_of("hidden"))
    reader, problems = imported()
    assert [run.info.run_name for run in reader.runs()] == ["one"]
    assert {what for what, _, _ in problems} == {"Link not followed"}


def test_artifacts_are_found_beside_the_run_or_where_the_user_says(tmp_path, imported):
    bucket = make_experiment(
        tmp_path / "mlruns", "2", "bucket", artifact_location="s3://bucket/path"
    )
    run = make_run(bucket, artifact_uri="s3://bucket/path/x/artifacts")
    _, problems = imported()
    assert [what for what, _, _ in problems] == ["Artifacts elsewhere"]
    write(tmp_path / "fetched" / run.name / "artifacts" / "a.txt", b"fetched")
    from reporter.importers import ImportOptions

    options = ImportOptions(values={"artifacts": str(tmp_path / "fetched")})
    import_sources([str(tmp_path / "mlruns")], str(tmp_path / "runs"), options=options)
    with open_store(tmp_path / "runs").open_artifact(run.name, "a.txt") as file:
        assert file.read() == b"fetched"


def test_an_absolute_uri_is_not_followed(tmp_path, experiment, imported):
    write(tmp_path / "private" / "key.pem", b"private")
    run = make_run(experiment, artifact_uri=str(tmp_path / "private"))
    reader, _ = imported()
    assert not list(reader.artifacts([run.name]))


def test_deleted_things_stay_deleted(tmp_path, experiment, imported):
    make_run(experiment, lifecycle_stage="deleted", deleted_time=str(START_MS + 70_000))
    make_experiment(tmp_path / "mlruns" / ".trash", "5", "old", lifecycle_stage="active")
    reader, _ = imported()
    assert {item.name: item.lifecycle_stage for item in reader.experiments()} == {
        "study": "active",
        "old": "deleted",
    }
    assert reader.run(run_id_of("one")).info.lifecycle_stage == "deleted"
