"""TensorBoard's event files: what its own reader finds in them is what we import."""

from __future__ import annotations

import io
import json
import os
import shutil
import wave

import numpy as np
import pyarrow.parquet as pq
import pytest

from reporter.importers import import_sources
from reporter.store.reader import open_store
from tests.importers.truth import digest, plain

FIXTURE = "tensorboard"


def parts_of(truth: dict, name: str) -> dict:
    """TensorBoard's folders that make up one of our runs, by their path inside it."""
    return {
        path[len(name) :].strip("/"): part
        for path, part in truth["runs"].items()
        if path == name or path.startswith(f"{name}/")
    }


def expected_key(inside: str, tag: str) -> str:
    return inside if inside.startswith(tag) else tag


def series_of(store, run_id: str) -> dict:
    return {history.key: history for history in store.history([run_id])}


def read_artifact(store, run_id: str, path: str) -> bytes:
    with store.open_artifact(run_id, path) as file:
        return file.read()


def runs_by_name(store) -> dict:
    return {run.info.run_name.removeprefix("logs/"): run for run in store.runs()}


def test_three_runs_are_made_of_thirteen_folders(source, store):
    tops = {path for path in source.truth["runs"] if path != "." and "/" not in path}
    assert set(runs_by_name(store)) == tops
    assert [experiment.name for experiment in store.experiments()] == ["tensorboard"]


def test_every_series_is_reproduced(source, store):
    for name, run in runs_by_name(store).items():
        found = series_of(store, run.info.run_id)
        expected = {
            expected_key(inside, tag): series
            for inside, part in parts_of(source.truth, name).items()
            for tag, series in part["scalars"].items()
        }
        assert set(found) == set(expected)
        for key, truth in expected.items():
            history = found[key]
            finite = history.values[np.isfinite(history.values)]
            assert len(history.values) == truth["points"]
            assert digest(history, is_timed=False) == truth["digest"]
            assert [history.steps[0], plain(history.values[0])] == truth["first"]
            assert [history.steps[-1], plain(history.values[-1])] == truth["final"]
            assert (finite.min(), finite.max()) == (truth["min"], truth["max"])
            assert len(history.values) - len(finite) == truth["nonfinite"]


def test_hyperparameters_are_params(store):
    run = runs_by_name(store)["run_a"]
    assert run.data.params == {"flag": "True", "lr": "0.1", "opt": "adam", "名": "値"}
    assert run.info.status == "FINISHED"


def test_images_and_sounds_keep_tag_and_step(source, store):
    for name, run in runs_by_name(store).items():
        truth = source.truth["runs"][name]
        images = [a for a in run.artifacts if a.kind == "image"]
        steps: dict[str, list[int]] = {}
        for artifact in sorted(images, key=lambda item: item.step):
            steps.setdefault(artifact.key, []).append(artifact.step)
            assert read_artifact(store, run.info.run_id, artifact.path)[:4] == b"\x89PNG"
        assert steps == truth["images"]
        (sound,) = [a for a in run.artifacts if a.path.startswith("audio/")]
        assert {sound.key: [sound.step]} == truth["audio"]
        with wave.open(io.BytesIO(read_artifact(store, run.info.run_id, sound.path))) as file:
            assert file.getnframes() > 0


def test_histograms_and_curves_are_a_table_and_a_chart(source, store):
    run = runs_by_name(store)["run_a"]
    truth = source.truth["runs"]["run_a"]
    table = pq.read_table(
        io.BytesIO(read_artifact(store, run.info.run_id, "histograms/weights~w.parquet"))
    )
    assert sorted(set(table["step"].to_pylist())) == truth["histograms"]["weights/w"]
    sides = zip(table["left"].to_pylist(), table["right"].to_pylist(), strict=True)
    assert all(left <= right for left, right in sides)
    chart = json.loads(read_artifact(store, run.info.run_id, "histograms/weights~w.vl.json"))
    assert {row["step"] for row in chart["data"]["values"]} == {0, 100, 200}
    curve = pq.read_table(io.BytesIO(read_artifact(store, run.info.run_id, "pr_curves/pr.parquet")))
    assert set(curve["step"].to_pylist()) == set(truth["tensors"]["pr"]["steps"])
    assert all(0 <= value <= 1 for value in curve["precision"].to_pylist())


def test_text_is_one_page_with_a_part_for_each_step(source, store):
    run = runs_by_name(store)["run_a"]
    truth = source.truth["runs"]["run_a"]["tensors"]["notes/text_summary"]
    page = read_artifact(store, run.info.run_id, "text/notes.md").decode()
    assert [f"## Step {step}" for step in truth["steps"]] == [
        line for line in page.splitlines() if line.startswith("## ")
    ]
    assert truth["first_text"] in page


def test_a_second_import_changes_nothing_and_growth_is_brought(source, tmp_path):
    folder = tmp_path / "logs"
    shutil.copytree(source.folder / "logs" / "run_a", folder / "run_a")
    store = str(tmp_path / "runs")
    assert import_sources([str(folder)], store).sources[0].n_new == 1
    assert import_sources([str(folder)], store).sources[0].n_unchanged == 1
    (events,) = (folder / "run_a").glob("events*")
    shutil.copy(events, events.with_name(events.name + ".2"))
    assert import_sources([str(folder)], store).sources[0].n_updated == 1
    (run,) = open_store(store).runs()
    assert run.data.summaries["val_loss"].count == 200


def test_damage_costs_what_it_touches_and_is_listed(source, tmp_path):
    folder = tmp_path / "logs"
    shutil.copytree(source.folder / "logs" / "run_a", folder / "run_a")
    (events,) = (folder / "run_a").glob("events*")
    data = bytearray(events.read_bytes())
    data[5000] ^= 0xFF
    events.write_bytes(bytes(data[:-3]))
    (folder / "run_a" / "events.out.tfevents.9.foreign").write_bytes(b"not an event file at all")
    (folder / "run_a" / "events.out.tfevents.8.empty").touch()
    result = import_sources([str(folder)], str(tmp_path / "runs"))
    assert len(result.problems) == 2
    assert all(problem.what == "Damaged event file" for problem in result.problems)
    (run,) = open_store(str(tmp_path / "runs")).runs()
    assert run.data.summaries["train/loss"].count >= 1998


@pytest.mark.skipif(os.name == "nt", reason="making links needs a privilege on Windows")
def test_links_that_leave_the_source_are_not_read(source, tmp_path):
    folder = tmp_path / "logs"
    shutil.copytree(source.folder / "logs" / "run_a" / "both" / "a", folder / "a")
    outside = next((source.folder / "logs" / "run_a").glob("events*"))
    os.symlink(outside, folder / "a" / "events.out.tfevents.5.outside")
    import_sources([str(folder)], str(tmp_path / "runs"))
    (run,) = open_store(str(tmp_path / "runs")).runs()
    assert set(run.data.metrics) == {"both"}


def test_phases_beside_each_other_and_many_runs_are_one_source(source, tmp_path):
    (events,) = (source.folder / "logs" / "run_a" / "both" / "a").glob("events*")
    for name in ("r1/train", "r1/validation", "r2/train", "r2/validation"):
        (tmp_path / "logs" / name).mkdir(parents=True)
        shutil.copy(events, tmp_path / "logs" / name)
    result = import_sources([str(tmp_path / "logs")], str(tmp_path / "runs"))
    assert [(item.path, item.n_new) for item in result.sources] == [(str(tmp_path / "logs"), 2)]
    metrics = [set(run.data.metrics) for run in open_store(result.store).runs()]
    assert metrics == [{"train/both", "validation/both"}] * 2


def test_a_folder_with_sources_of_other_tools_is_not_taken_whole(source, tmp_path):
    shutil.copytree(source.folder / "logs" / "run_a", tmp_path / "project" / "run_a")
    (tmp_path / "project" / "csv").mkdir()
    (tmp_path / "project" / "csv" / "train.csv").write_text("step,loss\n0,1\n")
    result = import_sources([str(tmp_path / "project")], str(tmp_path / "runs"))
    assert sorted(item.format for item in result.sources) == ["table", "tensorboard"]
