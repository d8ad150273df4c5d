"""Aim's folders: what Aim itself reads in them is what we import."""

from __future__ import annotations

import json
import shutil

import pytest

from reporter.importers import import_sources
from reporter.importers.aim_tree import read_value
from reporter.importers.rocksdb import iter_pairs
from reporter.store.reader import open_store
from tests.importers.truth import plain

FIXTURE = "aim"


def pairs(source, store):
    """Each run of the truth with ours."""
    ours = {run.data.tags["aim.run_hash"]: run for run in store.runs()}
    assert set(ours) == {truth["hash"] for truth in source.truth["runs"]}
    return [(truth, ours[truth["hash"]]) for truth in source.truth["runs"]]


def key_of(metric: dict) -> str:
    subset = metric["context"].get("subset")
    return f"{subset}/{metric['name']}" if subset else metric["name"]


def aim_number(value):
    return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(value, value)


def test_every_series_is_reproduced(source, store):
    for truth, run in pairs(source, store):
        found = {history.key: history for history in store.history([run.info.run_id])}
        assert set(found) == {key_of(metric) for metric in truth["metrics"]}
        for metric in truth["metrics"]:
            history = found[key_of(metric)]
            assert len(history.values) == metric["points"]
            first = [history.steps[0], plain(history.values[0])]
            final = [history.steps[-1], plain(history.values[-1])]
            assert first == [metric["first"][0], aim_number(metric["first"][1])]
            assert final == [metric["final"][0], aim_number(metric["final"][1])]


def test_facts_are_kept(source, store):
    experiments = {e.experiment_id: e.name for e in store.experiments()}
    for truth, run in pairs(source, store):
        assert experiments[run.info.experiment_id] == truth["experiment"]
        assert run.info.run_name == truth["name"]
        assert run.info.lifecycle_stage == ("deleted" if truth["archived"] else "active")
        assert run.info.status == "FINISHED"
        assert run.data.tags["tags"] == ", ".join(truth["tags"])
        assert run.data.tags["mlflow.note.content"] == truth["description"]
        params = run.data.params
        assert json.loads(params["hparams.layers"]) == truth["hparams"]["layers"]
        assert float(params["hparams.lr"]) == truth["hparams"]["lr"]
        assert (params["hparams.nested.a.b"], params["hparams.名"]) == ("None", "値")
        assert len(params["long"]) == truth["long_len"]


def test_objects_become_files(store):
    for run in store.runs():
        paths = {artifact.path for artifact in run.artifacts}
        assert {"histograms/dist.vl.json", "images/img+step+0.png", "text/txt.md"} <= paths
        image = next(artifact for artifact in run.artifacts if artifact.kind == "image")
        assert (image.key, image.step) == ("img", 0)


@pytest.fixture
def copied(source, tmp_path):
    folder = tmp_path / ".aim"
    shutil.copytree(source.folder / ".aim", folder, copy_function=shutil.copyfile)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def tables(folder, kind: str) -> list:
    return sorted((folder / kind / "chunks").rglob("*.sst"))


def test_a_damaged_block_costs_what_is_in_it(copied, tmp_path):
    for table in tables(copied, "seqs"):
        data = bytearray(table.read_bytes())
        data[25_000] ^= 0xFF
        data[45_000] ^= 0xFF
        table.write_bytes(bytes(data))
    result = import_sources([str(copied)], str(tmp_path / "runs"))
    assert {problem.what for problem in result.problems} <= {"Damaged database", "Points left out"}
    assert "checksum" in result.problems[0].detail
    runs = list(open_store(result.store).runs())
    assert 300 < sum(s.count for run in runs for s in run.data.summaries.values()) < 666
    assert all(s.max_step_logged < 300 for run in runs for s in run.data.summaries.values())


@pytest.mark.parametrize(
    "change", [lambda data: b"", lambda data: data[:-30], lambda data: b"x" * 99]
)
def test_a_table_that_is_none_is_a_problem(copied, tmp_path, change):
    for table in tables(copied, "seqs"):
        table.write_bytes(change(table.read_bytes()))
    result = import_sources([str(copied)], str(tmp_path / "runs"))
    assert {problem.what for problem in result.problems} == {"Damaged database"}
    assert all(run.data.params for run in open_store(result.store).runs())


def test_without_its_facts_a_run_has_its_hash_for_a_name(copied, tmp_path):
    (copied / "run_metadata.sqlite").write_bytes(b"no database")
    result = import_sources([str(copied)], str(tmp_path / "runs"))
    assert [problem.what for problem in result.problems] == ["Unreadable database"]
    names = {run.info.run_name for run in open_store(result.store).runs()}
    assert names == {"aa39692c66df4961b201778d", "d5d06508df514d6b97508281"}


def test_every_byte_of_a_table_may_be_wrong(copied):
    """Whatever is in a file, reading it ends, and nothing but its own errors comes out."""
    table = tables(copied, "meta")[0]
    data = table.read_bytes()
    other = next(path for path in table.parent.iterdir() if path.suffix == ".log")
    other.unlink()
    for place in range(0, len(data), 797):
        damaged = bytearray(data)
        damaged[place] ^= 0xFF
        table.write_bytes(bytes(damaged))
        found: list[str] = []
        for _, value in iter_pairs(str(table.parent), lambda name, what: found.append(what)):  # noqa: B023
            read_value(value)
        assert found or place > 20_000


def test_a_second_import_changes_nothing(source, tmp_path):
    store = str(tmp_path / "runs")
    assert import_sources([str(source.folder)], store).sources[0].n_new == 2
    assert import_sources([str(source.folder)], store).sources[0].n_unchanged == 2


def test_a_repository_of_aim_2_is_refused_and_its_neighbours_are_read(tmp_path):
    old = tmp_path / "project" / ".aim"
    (old / "main").mkdir(parents=True)
    (old / "config.json").write_text('{"branches": [{"name": "main"}], "active_branch": "main"}')
    (tmp_path / "project" / "train.csv").write_text("step,loss\n0,1\n")
    result = import_sources([str(tmp_path / "project")], str(tmp_path / "runs"))
    (problem,) = result.problems
    assert (problem.what, problem.severity) == ("Aim 2 repository", "error")
    assert "aim storage upgrade 2to3" in problem.hint
    assert len(list(open_store(result.store).runs())) == 1
