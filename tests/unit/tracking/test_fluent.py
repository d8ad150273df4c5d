"""The fluent API, as a script meets it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import reporter
from reporter.store import layout
from reporter.tracking import clock, experiments, location


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A fresh store, nothing active, no experiment chosen."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(location, "_uri", None)
    monkeypatch.setattr(experiments, "_experiment_id", None)
    reporter.set_tracking_uri(tmp_path / "runs")
    yield tmp_path / "runs"
    while reporter.active_run():
        reporter.end_run()
    monkeypatch.delenv("REPORTER_TRACKING_URI", raising=False)


def test_a_whole_run() -> None:
    with reporter.start_run(run_name="a", tags={"team": "x"}, description="**note**") as run:
        assert reporter.log_param("lr", 3e-3) == 3e-3
        reporter.log_params({"layers": [64, 32], "none": None, "array": np.arange(3)})
        reporter.log_metric("loss", 0.5)
        reporter.log_metric("loss", np.float32(0.25), step=np.int64(1))
        reporter.log_metrics({"acc": True, "f1": 0.75}, step=2.0)  # type: ignore[arg-type]
        reporter.set_tags({"n": 1})
    found = reporter.get_run(run.info.run_id)
    assert found.info.status == "FINISHED"
    assert found.info.run_name == "a"
    assert found.data.params == {
        "lr": "0.003", "layers": "[64, 32]", "none": "None", "array": "[0 1 2]",
    }  # fmt: skip
    assert found.data.metrics == {"loss": 0.25, "acc": 1.0, "f1": 0.75}
    assert found.data.tags["team"] == "x"
    assert found.data.tags["n"] == "1"
    assert found.data.tags["mlflow.note.content"] == "**note**"
    assert found.data.tags["mlflow.user"]
    assert reporter.active_run() is None
    last = reporter.last_active_run()
    assert last is not None and last.info.run_id == run.info.run_id


def test_failing_and_interrupted_blocks() -> None:
    with pytest.raises(ZeroDivisionError), reporter.start_run() as failed:
        _ = 1 / 0
    with pytest.raises(KeyboardInterrupt), reporter.start_run() as killed:
        raise KeyboardInterrupt
    assert reporter.get_run(failed.info.run_id).info.status == "FAILED"
    assert "ZeroDivisionError" in reporter.get_run(failed.info.run_id).data.tags["reporter.error"]
    assert reporter.get_run(killed.info.run_id).info.status == "KILLED"


def test_nested_runs() -> None:
    with reporter.start_run() as parent:
        with pytest.raises(reporter.RunStateError, match="already active"):
            reporter.start_run()
        with reporter.start_run(nested=True) as child:
            reporter.log_metric("inner", 1)
            with reporter.start_run(nested=True) as grandchild:
                pass
        reporter.log_metric("outer", 1)
    found = reporter.get_parent_run(grandchild.info.run_id)
    assert found is not None and found.info.run_id == child.info.run_id
    assert reporter.get_run(child.info.run_id).data.metrics == {"inner": 1.0}
    assert reporter.get_run(parent.info.run_id).data.metrics == {"outer": 1.0}
    assert reporter.get_parent_run(parent.info.run_id) is None


def test_failing_child_does_not_fail_its_parent_when_caught() -> None:
    with reporter.start_run() as parent:
        try:
            with reporter.start_run(nested=True) as child:
                raise ValueError("no")  # as a training step would
        except ValueError:
            pass
    assert reporter.get_run(child.info.run_id).info.status == "FAILED"
    assert reporter.get_run(parent.info.run_id).info.status == "FINISHED"


def test_a_param_keeps_its_value() -> None:
    with reporter.start_run() as run:
        reporter.log_param("lr", 0.1)
        reporter.log_param("lr", "0.1")
        with pytest.raises(reporter.InvalidInputError, match="cannot be changed"):
            reporter.log_params({"other": 1, "lr": 0.2})
    with reporter.start_run(run_id=run.info.run_id):
        with pytest.raises(reporter.InvalidInputError, match="cannot be changed"):
            reporter.log_param("lr", 0.3)
        reporter.log_param("new", 1)
    assert reporter.get_run(run.info.run_id).data.params == {"lr": "0.1", "new": "1"}


@pytest.mark.parametrize("key", ["", "a@b", "a//b", "../a", "/a", "a\nb", "ключ\u0000", None, 3])
def test_bad_keys(key: str) -> None:
    with reporter.start_run():
        for call in (reporter.log_metric, reporter.log_param, reporter.set_tag):
            with pytest.raises(reporter.InvalidInputError):
                call(key, 1)


@pytest.mark.parametrize("key", ["loss", "val/loss", "a b", "a:b", "a.b-c_d", "損失"])
def test_good_keys(key: str) -> None:
    with reporter.start_run() as run:
        reporter.log_metric(key, 1)
        reporter.log_param(key, 1)
    assert reporter.get_run(run.info.run_id).data.metrics == {key: 1.0}


def test_long_key_is_kept_with_a_warning() -> None:
    with reporter.start_run() as run, pytest.warns(UserWarning, match="300 characters"):
        reporter.log_metric("k" * 300, 1)
    assert list(reporter.get_run(run.info.run_id).data.metrics) == ["k" * 300]


def test_metric_history_at_once() -> None:
    with reporter.start_run() as run:
        reporter.log_metric_history("loss", np.array([3.0, 2.0]), steps=[5, 6], timestamps=[1, 2])
        reporter.log_metric_history("acc", [0.1, 0.2, 0.3])
        with pytest.raises(reporter.InvalidInputError, match="2 values, 1 steps"):
            reporter.log_metric_history("x", [1, 2], steps=[1])
    points = reporter.MlflowClient().get_metric_history(run.info.run_id, "loss")
    assert [(p.value, p.step, p.timestamp) for p in points] == [(3.0, 5, 1), (2.0, 6, 2)]
    steps = [p.step for p in reporter.MlflowClient().get_metric_history(run.info.run_id, "acc")]
    assert steps == [0, 1, 2]


def test_each_thread_has_its_own_active_run() -> None:
    ids: dict[int, str] = {}

    def work(number: int) -> None:
        with reporter.start_run() as run:
            ids[number] = run.info.run_id
            for step in range(20):
                reporter.log_metric("loss", number, step=step)

    with reporter.start_run():
        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for number, run_id in ids.items():
        summary = reporter.get_run(run_id).data.summaries["loss"]
        assert (summary.count, summary.last, summary.min) == (20, number, number)


def test_experiments() -> None:
    chosen = reporter.set_experiment("digits")
    assert reporter.set_experiment("digits").experiment_id == chosen.experiment_id
    assert reporter.set_experiment(experiment_id=chosen.experiment_id).name == "digits"
    reporter.set_experiment_tag("owner", "ana")
    with reporter.start_run() as run:
        assert run.info.experiment_id == chosen.experiment_id
    found = reporter.get_experiment_by_name("digits")
    assert found is not None and found.tags == {"owner": "ana"}
    assert {item.name for item in reporter.list_experiments()} == {"Default", "digits"}
    with pytest.raises(reporter.InvalidInputError, match="exists already"):
        reporter.create_experiment("digits")
    reporter.rename_experiment(chosen.experiment_id, "numbers")
    other = reporter.create_experiment("digits")
    assert other != chosen.experiment_id
    reporter.delete_experiment(other)
    with pytest.raises(reporter.InvalidInputError, match="deleted"):
        reporter.set_experiment("digits")
    with pytest.raises(reporter.ExperimentNotFoundError):
        reporter.get_experiment("12345")
    with pytest.raises(reporter.InvalidInputError, match="either a name or an id"):
        reporter.set_experiment()


def test_ids_are_the_same_on_every_machine() -> None:
    """The derivation is part of the store's format: these numbers never change."""
    assert reporter.create_experiment("digits-mlp") == "968315608883494443"
    assert reporter.get_experiment("0").name == "Default"


def test_deleting_and_restoring_runs() -> None:
    with reporter.start_run() as run:
        pass
    reporter.delete_run(run.info.run_id)
    assert reporter.search_runs(output_format="list") == []
    with pytest.raises(reporter.RunStateError, match="restore_run"):
        reporter.start_run(run_id=run.info.run_id)
    reporter.restore_run(run.info.run_id)
    assert len(reporter.search_runs(output_format="list")) == 1


def test_search_runs() -> None:
    for number in range(4):
        with reporter.start_run(run_name=f"r{number}"):
            reporter.log_param("lr", 0.1 * number)
            reporter.log_metric("loss", number)
    runs = reporter.search_runs(
        filter_string="metrics.loss > 0 AND params.lr < 0.25",
        order_by=["metrics.loss DESC"],
        output_format="list",
    )
    assert [run.info.run_name for run in runs] == ["r2", "r1"]
    frame = reporter.search_runs(max_results=3)
    assert len(frame) == 3
    assert {"run_id", "status", "metrics.loss", "params.lr"} <= set(frame.columns)
    with pytest.raises(reporter.FilterSyntaxError) as caught:
        reporter.search_runs(filter_string="metrics.loss > > 1")
    assert caught.value.position == 15


def test_files(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "deep" / "b.txt").write_text("b")
    (tmp_path / "in" / "a.txt").write_text("a")
    with reporter.start_run() as run:
        reporter.log_artifact(tmp_path / "in" / "a.txt")
        reporter.log_artifact(tmp_path / "in" / "a.txt", "folder")
        reporter.log_artifacts(tmp_path / "in", "all")
        reporter.log_artifact(tmp_path / "in")
        reporter.log_text("ü\n", "text.txt")
        reporter.log_dict({"a": [1, None]}, "d.json")
        with open(tmp_path / "in" / "a.txt", "rb") as file:
            reporter.log_stream(file, "stream.bin")
        with pytest.raises(reporter.InvalidInputError, match="no file"):
            reporter.log_artifact(tmp_path / "absent")
        with pytest.raises(reporter.InvalidInputError, match="leads out"):
            reporter.log_text("x", "../../x")
    client = reporter.MlflowClient()
    top = client.list_artifacts(run.info.run_id)
    assert [(item.path, item.is_dir) for item in top] == [
        ("a.txt", False), ("all", True), ("d.json", False), ("folder", True), ("in", True),
        ("stream.bin", False), ("text.txt", False),
    ]  # fmt: skip
    assert [item.path for item in client.list_artifacts(run.info.run_id, "all")] == [
        "all/a.txt", "all/deep",
    ]  # fmt: skip
    copied = client.download_artifacts(run.info.run_id, "all", str(tmp_path / "out"))
    assert Path(copied, "deep", "b.txt").read_text() == "b"
    with pytest.raises(reporter.InvalidInputError, match="no artifact"):
        client.download_artifacts(run.info.run_id, "absent")


def test_tables_grow() -> None:
    with reporter.start_run() as run:
        reporter.log_table({"a": [1, 2], "b": ["x", "y"]}, "t.json")
        reporter.log_table({"a": 3, "b": "z"}, "t.json")
        reporter.log_table({"a": [1.5]}, "t.parquet")
        with pytest.raises(reporter.InvalidInputError, match=r"\.json or \.parquet"):
            reporter.log_table({"a": [1]}, "t.csv")
    path = reporter.MlflowClient().download_artifacts(run.info.run_id, "t.json")
    assert json.loads(Path(path).read_text())["data"] == [[1, "x"], [2, "y"], [3, "z"]]
    kinds = {a.path: a.kind for a in reporter.get_run(run.info.run_id).artifacts}
    assert kinds == {"t.json": "table", "t.parquet": "table"}


def test_times_and_ids_can_be_chosen() -> None:
    with clock.fixed(now=lambda: 5_000, run_id=lambda: "ab" * 16, run_name=lambda: "calm-owl-1"):
        with reporter.start_run():
            reporter.log_metric("loss", 1)
    run = reporter.get_run("ab" * 16)
    assert (run.info.start_time, run.info.end_time, run.info.run_name) == (5000, 5000, "calm-owl-1")


def test_client_edits_an_ended_run() -> None:
    with reporter.start_run() as run:
        reporter.log_metric("loss", 1)
    client = reporter.MlflowClient()
    client.set_tag(run.info.run_id, "note", "late")
    client.update_run(run.info.run_id, name="better")
    found = client.get_run(run.info.run_id)
    assert (found.info.run_name, found.data.tags["note"]) == ("better", "late")
    assert found.info.status == "FINISHED"
    client.delete_tag(run.info.run_id, "note")
    assert "note" not in client.get_run(run.info.run_id).data.tags
    with pytest.raises(reporter.RunNotFoundError):
        client.get_run("0" * 32)


@pytest.mark.parametrize("uri", ["http://localhost:5000", "sqlite:///mlflow.db", "databricks"])
def test_servers_are_refused_with_a_way_out(uri: str) -> None:
    with pytest.raises(reporter.InvalidInputError, match="Give a folder"):
        reporter.set_tracking_uri(uri)


def test_folder_of_mlflow_is_never_written_into(tmp_path: Path) -> None:
    (tmp_path / "mlruns" / "0").mkdir(parents=True)
    (tmp_path / "mlruns" / "0" / "meta.yaml").write_text("experiment_id: '0'\n")
    reporter.set_tracking_uri(tmp_path / "mlruns")
    with pytest.raises(reporter.NotAStoreError, match="another tool"):
        reporter.start_run()
    assert sorted(os.listdir(tmp_path / "mlruns")) == ["0"]


def test_artifacts_of_an_experiment_elsewhere(tmp_path: Path) -> None:
    elsewhere = (tmp_path / "else where").as_uri()
    experiment_id = reporter.create_experiment("far", artifact_location=elsewhere)
    with reporter.start_run(experiment_id=experiment_id) as run:
        reporter.log_text("x", "a.txt")
    assert (tmp_path / "else where" / run.info.run_id / "artifacts" / "a.txt").exists()
    with open(reporter.MlflowClient().download_artifacts(run.info.run_id, "a.txt")) as file:
        assert file.read() == "x"


def test_somebody_quicker_made_the_experiment(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = experiments.MlflowClient.create_experiment

    def create_late(self: experiments.MlflowClient, name: str) -> str:
        elsewhere(self, name)
        return elsewhere(self, name)

    monkeypatch.setattr(experiments.MlflowClient, "create_experiment", create_late)
    assert reporter.set_experiment("shared").name == "shared"
    assert [item.name for item in reporter.search_experiments(filter_string="name = 'shared'")]


def test_an_experiment_that_is_just_being_made_is_joined(store: Path) -> None:
    folder = store / layout.derive_experiment_id("shared")
    folder.mkdir(parents=True)
    chosen = reporter.set_experiment("shared")
    assert chosen.experiment_id == folder.name
    assert [item.name for item in reporter.list_experiments()].count("shared") == 1


def test_an_order_that_no_run_knows_is_told() -> None:
    with reporter.start_run():
        reporter.log_metric("val_loss", 0.5)
    with pytest.warns(UserWarning, match=r"No run has a metric 'metrics.val_los'. Did you mean"):
        assert len(reporter.search_runs(order_by=["metrics.val_los"])) == 1


def test_metrics_are_declared_for_a_run_or_for_an_experiment() -> None:
    reporter.set_experiment("declared")
    reporter.define_metric("loss", direction="min", unit="nats")
    assert reporter.active_run() is None
    with reporter.start_run() as run:
        reporter.define_metric("acc", direction="max")
        with pytest.raises(reporter.InvalidInputError, match="direction is 'min' or 'max'"):
            reporter.define_metric("acc", direction="up")
    experiment = reporter.get_experiment(run.info.experiment_id)
    assert experiment.definitions["loss"].unit == "nats"
    assert reporter.get_run(run.info.run_id).data.definitions["acc"].direction == "max"


def test_yaml() -> None:
    with reporter.start_run() as run:
        reporter.log_dict({"a": [1, "ü"]}, "d.yaml")
    text = reporter.artifacts.load_text(f"runs:/{run.info.run_id}/d.yaml")
    assert text == "a:\n- 1\n- ü\n"


def test_a_filter_that_finds_nothing_says_what_nobody_logged() -> None:
    with reporter.start_run():
        reporter.log_metric("val_loss", 1)
    with pytest.warns(UserWarning, match="val_los"):
        assert reporter.search_runs(filter_string="metrics.val_los < 3", output_format="list") == []


def test_a_demo_may_choose_host_and_writers(store: Path) -> None:
    names = iter(("a" * 12, "b" * 12, "c" * 12, "d" * 12))
    with clock.fixed(writer_id=lambda: next(names), host="demo"):
        run = reporter.start_run()
        (journal,) = store.glob(f"*/{run.info.run_id}/events-*.jsonl")
        first = json.loads(journal.read_text().splitlines()[0])
        reporter.end_run()
    assert {"a" * 12, "b" * 12, "c" * 12} & {journal.stem.removeprefix("events-")}
    assert (first["host"], first.get("pid", 0)) == ("demo", 0)
    assert reporter.get_run(run.info.run_id).data.tags["reporter.host"] == "demo"


def test_images_of_one_key_step_and_millisecond_are_all_kept() -> None:
    image = np.zeros((2, 2), np.uint8)
    with reporter.start_run() as run:
        for _ in range(3):
            reporter.log_image(image, key="seen", step=1, timestamp=5)
    found = reporter.get_run(run.info.run_id).artifacts
    assert [(item.key, item.step) for item in found] == [("seen", 1)] * 3


def test_a_run_ended_by_the_client_inside_its_block_goes_on_logging() -> None:
    with reporter.start_run() as outer, reporter.start_run(outer.info.run_id, nested=True):
        reporter.MlflowClient().set_terminated(outer.info.run_id, "FAILED")
        reporter.log_metric("m", 1)
        reporter.end_run()
        reporter.log_metric("m", 2, step=1)
    found = reporter.get_run(outer.info.run_id)
    assert (found.info.status, found.data.metrics) == ("FINISHED", {"m": 2.0})
