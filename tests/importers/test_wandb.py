"""W&B's offline folders: what W&B's own reader of its log finds is what we import."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil

import pyarrow.parquet as pq
import pytest

from reporter.importers import import_sources, wandb_log
from reporter.importers.gaps import Gaps
from reporter.importers.params import flatten_params
from reporter.store.reader import open_store

FIXTURE = "wandb_offline"
PROBLEMS = {"Missing artifact"}  # files that were linked and are gone
LINKED = ("conf.json", "curve.png", "table.csv")


def pairs(source, store):
    """Each run of the truth with ours."""
    ours = {run.data.tags["wandb.run_id"]: run for run in store.runs()}
    assert set(ours) == {truth["run_id"] for truth in source.truth["runs"]}
    return [(truth, ours[truth["run_id"]]) for truth in source.truth["runs"]]


def logged_texts(source, truth) -> dict[str, list[tuple[int, str]]]:
    """Step and JSON of each key, as they stand in the run's log."""
    out: dict[str, list[tuple[int, str]]] = {}
    for kind, record in wandb_log.iter_messages(str(source.folder / truth["file"]), Gaps()):
        if kind == wandb_log.HISTORY:
            step = record.message(2).integer(1)
            for item in record.messages(1):
                key = "/".join(item.texts(2)) or item.text(1)
                out.setdefault(key, []).append((step, item.text(16)))
    return out


def test_what_the_log_says_is_what_wandb_reads(source):
    for truth in source.truth["runs"]:
        found = logged_texts(source, truth)
        for key, series in truth["keys"].items():
            lines = [f"{step} {text}" for step, text in found[key]]
            assert hashlib.sha1("\n".join(lines).encode()).hexdigest() == series["digest"], key
            assert len(lines) == series["points"]


def test_every_number_is_a_point(source, store):
    for truth, run in pairs(source, store):
        found = {history.key: history for history in store.history([run.info.run_id])}
        logged = {
            key: [(step, float(json.loads(text))) for step, text in points]
            for key, points in logged_texts(source, truth).items()
            if not key.startswith("_") and is_number(json.loads(points[0][1])) and key in found
        }
        in_media = {"size", "width", "height", "ncols", "nrows"}
        numeric = {
            key
            for key, series in truth["keys"].items()
            if is_number(json.loads(series["first"][1])) and key.split("/")[-1] not in in_media
        }
        assert set(logged) == numeric
        assert set(found) - numeric == {"best"}  # set in the summary alone
        for key, points in logged.items():
            ours = zip(found[key].steps.tolist(), found[key].values.tolist(), strict=True)
            assert repr(list(ours)) == repr(points)


def is_number(value) -> bool:
    return isinstance(value, (int, float))


def test_facts_are_kept(source, store):
    for truth, run in pairs(source, store):
        experiment = {e.experiment_id: e.name for e in store.experiments()}[run.info.experiment_id]
        assert experiment == truth["project"]
        assert run.info.run_name == truth["name"]
        assert run.info.status == ("FAILED" if truth["exit_code"] else "FINISHED")
        tags = run.data.tags
        assert tags["tags"] == ", ".join(truth["tags"])
        assert tags["job_type"] == truth["job_type"]
        assert tags["mlflow.note.content"] == truth["notes"]
        config = {
            key: text for key, text in truth["config"].items() if key not in ("_wandb", "long")
        }
        expected = flatten_params({key: json.loads(text) for key, text in config.items()})
        assert {k: v for k, v in run.data.params.items() if k != "long"} == expected
        text = f"sha1:{hashlib.sha1(json.dumps(run.data.params['long']).encode()).hexdigest()}"
        assert truth["config"]["long"] in (text, run.data.params["long"])


def test_files_are_kept_and_those_behind_dead_links_listed(source, result, store):
    for truth, run in pairs(source, store):
        made = ("histograms/", "logged_values.json", "wandb-summary.json")
        ours = [[a.path, a.size_bytes] for a in run.artifacts if not a.path.startswith(made)]
        there = [file for file in truth["files"] if file[0] not in LINKED]
        assert sorted(ours) == sorted(there)
        image = next(a for a in run.artifacts if a.path.startswith("media/images/"))
        assert (image.kind, image.key, image.step) == ("image", "img", 5300)
    assert len(result.problems) == len(LINKED) * len(source.truth["runs"])


def test_histograms_and_the_summary_are_not_lost(source, store):
    truth, run = pairs(source, store)[0]
    with store.open_artifact(run.info.run_id, "histograms/hist.parquet") as file:
        table = pq.read_table(io.BytesIO(file.read()))
    assert table["count"].to_pylist() == json.loads(truth["keys"]["hist/values"]["first"][1])
    with store.open_artifact(run.info.run_id, "wandb-summary.json") as file:
        summary = json.loads(file.read())
    assert summary["best"] == json.loads(truth["summary"]["best"])
    assert summary["文字"] == json.loads(truth["summary"]["文字"])


@pytest.mark.skipif(os.name == "nt", reason="making links needs a privilege on Windows")
def test_links_are_not_followed_and_latest_run_not_counted_twice(source, tmp_path):
    folder = tmp_path / "wandb"
    shutil.copytree(source.folder / "wandb", folder)
    runs = sorted(path for path in folder.iterdir() if path.name.startswith("offline-run"))
    os.symlink(runs[-1].name, folder / "latest-run")
    secret = tmp_path / "secret.txt"
    secret.write_text("not ours")
    for name in LINKED:
        os.symlink(f"/home/nobody/{name}", runs[0] / "files" / name)
    os.symlink(secret, runs[0] / "files" / "outside.txt")
    result = import_sources([str(folder)], str(tmp_path / "runs"))
    assert result.sources[0].n_new == len(runs)
    links = [problem for problem in result.problems if problem.what == "Link not followed"]
    assert len(links) == 4
    paths = {a.path for run in open_store(str(tmp_path / "runs")).runs() for a in run.artifacts}
    assert not paths & {*LINKED, "outside.txt"}


def test_a_run_that_was_taken_up_again_is_one_run(source, tmp_path):
    folder = tmp_path / "wandb"
    first = next(path for path in sorted((source.folder / "wandb").iterdir()) if path.is_dir())
    shutil.copytree(first, folder / first.name)
    shutil.copytree(first, folder / first.name.replace("20261121", "20261122"))
    import_sources([str(folder)], str(tmp_path / "runs"))
    (run,) = open_store(str(tmp_path / "runs")).runs()
    assert run.data.summaries["train/loss"].count == 600


def test_damage_costs_what_it_touches_and_is_listed(source, tmp_path):
    folder = tmp_path / "wandb"
    first = next(path for path in sorted((source.folder / "wandb").iterdir()) if path.is_dir())
    shutil.copytree(first, folder / first.name)
    (log,) = (folder / first.name).glob("*.wandb")
    data = bytearray(log.read_bytes())
    data[40_000] ^= 0xFF
    log.write_bytes(bytes(data[:-200]))
    for name, content in (("empty", b""), ("foreign", b"something else"), ("torn", data[:20])):
        other = folder / f"offline-run-20261121_000000-{name}"
        other.mkdir()
        (other / f"run-{name}.wandb").write_bytes(bytes(content))
    result = import_sources([str(folder)], str(tmp_path / "runs"))
    found = [problem.what for problem in result.problems if problem.what != "Missing artifact"]
    assert sorted(found) == ["Damaged W&B log"] * 2 + ["Not a W&B log"] * 2
    runs = list(open_store(str(tmp_path / "runs")).runs())
    assert max(run.data.summaries["train/loss"].count for run in runs if run.data.metrics) >= 298
