"""DVCLive's folders: what DVCLive itself reads in them is what we import."""

from __future__ import annotations

import hashlib
import json
import shutil

from reporter.importers import import_sources
from reporter.store.reader import open_store

FIXTURE = "dvclive"


def key_of(path: str) -> str:
    return path.removeprefix("plots/metrics/").removesuffix(".tsv")


def leaves(values: dict, above: str = "") -> dict[str, float]:
    out = {}
    for key, value in values.items():
        if isinstance(value, dict):
            out |= leaves(value, f"{above}{key}/")
        else:
            out[f"{above}{key}"] = float(value)
    return out


def test_every_series_is_reproduced(source, store):
    runs = {run.info.run_name: run for run in store.runs()}
    assert set(runs) == set(source.truth["runs"])
    for name, truth in source.truth["runs"].items():
        found = {history.key: history for history in store.history([runs[name].info.run_id])}
        for path, series in truth["series"].items():
            key = key_of(path)
            history = found.pop(key)
            column = key.rsplit("/", 1)[-1]
            rows = [
                {"step": str(step), column: str(value)}
                for step, value in zip(history.steps.tolist(), history.values.tolist(), strict=True)
            ]
            digest = hashlib.sha1(json.dumps(rows, sort_keys=True).encode()).hexdigest()
            assert (digest, len(rows)) == (series["digest"], series["points"])
        assert set(found) == {"final"}  # logged without a plot


def test_latest_values_and_params_are_kept(source, store):
    for run in store.runs():
        latest = leaves(source.truth["runs"][run.info.run_name]["latest"])
        latest.pop("step")
        assert {key: run.data.metrics[key] for key in latest} == latest
        assert run.data.params["nested.a"] == "1"
        assert run.data.params["名"] == "値 <b>"
        assert run.data.params["multi"] == "a\nb</script>"


def test_files_are_kept_and_plots_drawn(source, store):
    for run in store.runs():
        truth = source.truth["runs"][run.info.run_name]
        ours = [[a.path, a.size_bytes] for a in run.artifacts if not a.path.endswith(".vl.json")]
        # docs/importers.md says why DVCLive's own page about the run is left out
        assert sorted(ours) == sorted(f for f in truth["files"] if f[0] != "report.html")
        charts = {a.path for a in run.artifacts if a.path.endswith(".vl.json")}
        assert charts == {"plots/custom/scatter.vl.json", "plots/sklearn/cm.vl.json"}


def test_times_and_image_steps_are_taken_where_there_are_any(tmp_path):
    folder = tmp_path / "dvclive"
    (folder / "plots" / "metrics").mkdir(parents=True)
    (folder / "plots" / "images" / "sample").mkdir(parents=True)
    (folder / "plots" / "metrics" / "acc.tsv").write_text(
        "timestamp\tstep\tacc\n1760000000000\t0\t0.5\n1760000060000\t1\t0.75\n"
    )
    (folder / "plots" / "images" / "sample" / "7.png").write_bytes(b"\x89PNG")
    import_sources([str(folder)], str(tmp_path / "runs"))
    (run,) = open_store(str(tmp_path / "runs")).runs()
    assert (run.info.start_time, run.info.end_time) == (1760000000000, 1760000060000)
    image = next(artifact for artifact in run.artifacts if artifact.kind == "image")
    assert (image.key, image.step) == ("sample", 7)


def test_damage_costs_what_it_touches_and_is_listed(source, tmp_path):
    folder = tmp_path / "dvclive"
    shutil.copytree(source.folder / "dvclive", folder, copy_function=shutil.copyfile)
    table = folder / "plots" / "metrics" / "val acc.tsv"
    table.write_bytes(table.read_bytes()[:-4] + b"\xff\xfe\n12\n\0\tx\n")
    (folder / "metrics.json").write_text('{"train": {"lo')
    (folder / "params.yaml").write_text("a: [1, 2\nb: {")
    result = import_sources([str(folder)], str(tmp_path / "runs"))
    whats = sorted(problem.what for problem in result.problems)
    assert whats == ["Params not read", *["Unreadable file"], *["Unreadable line"] * 3]
    (run,) = open_store(str(tmp_path / "runs")).runs()
    assert run.data.summaries["val acc"].count == 9
    assert run.data.summaries["train/loss"].count == 100
