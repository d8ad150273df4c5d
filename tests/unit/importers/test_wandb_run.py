"""What W&B writes and the runs of the fixtures do not hold."""

from __future__ import annotations

import json

import pytest

from reporter.importers import import_sources
from reporter.store.reader import open_store
from tests.unit.importers.proto import block_log, field

HISTORY, SUMMARY, CONFIG, STATS, ALERT, METRIC, OUTPUT_RAW, RUN, EXIT, ENVIRONMENT = (
    2, 3, 5, 7, 10, 12, 13, 17, 18, 26,
)  # fmt: skip


def item(key: str | list[str], value: object) -> bytes:
    name = field(1, key) if isinstance(key, str) else b"".join(field(2, part) for part in key)
    return field(1, name + field(16, json.dumps(value)))


def row(step: int, *items: bytes) -> bytes:
    stamp = item("_timestamp", 1760000000 + step)
    return field(HISTORY, b"".join(items) + stamp + field(2, field(1, step)))


def head(**facts: str) -> bytes:
    numbers = {"run_id": 1, "project": 3, "display_name": 8, "group": 6}
    texts = b"".join(field(numbers[name], text) for name, text in facts.items())
    return field(RUN, texts + field(17, field(1, 1760000000)))


def write(folder, *records: bytes):
    folder.mkdir(parents=True)
    data, _ = block_log(list(records), b":W&B\xe1\xbe\0")
    (folder / "run-abc.wandb").write_bytes(data)
    return folder


@pytest.fixture
def make(tmp_path):
    """Import one run made of these records; returns it, its store and the problems."""

    def make_run(*records: bytes, files: dict[str, bytes] | None = None):
        folder = write(
            tmp_path / "wandb" / "offline-run-20260101_000000-abc",
            head(run_id="abc", project="p", display_name="named"),
            *records,
        )
        for name, content in (files or {}).items():
            path = folder / "files" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        result = import_sources([str(tmp_path / "wandb")], str(tmp_path / "runs"))
        store = open_store(result.store)
        (run,) = store.runs()
        return run, store, result.problems

    return make_run


def read(store, run, path: str) -> bytes:
    with store.open_artifact(run.info.run_id, path) as file:
        return file.read()


def test_a_run_without_an_exit_is_unfinished_and_a_code_other_than_zero_failed(make):
    assert make(row(0, item("a", 1)))[0].info.status == "RUNNING"


def test_an_exit_code_other_than_zero_is_a_failure(make):
    assert make(field(EXIT, field(1, 3)))[0].info.status == "FAILED"


def test_nested_values_have_names_with_dots(make):
    run, _, _ = make(row(0, item(["a", "b"], 1), item(["a", "c", "d"], True), item("e", {"f": 2})))
    assert run.data.metrics == {"a.b": 1.0, "a.c.d": 1.0, "e.f": 2.0}


def test_words_for_numbers_that_json_has_not(make):
    run, _, _ = make(row(0, item("x", "Infinity")), row(1, item("x", "-Infinity")))
    assert run.data.metrics["x"] == float("-inf")
    assert run.data.summaries["x"].nonfinite == 2


def test_changes_of_the_configuration_win_and_removed_keys_are_gone(make):
    gone = field(CONFIG, field(2, field(1, "b")))
    change = field(CONFIG, item("a", 2) + item("b", 1) + item(["c", "d"], 3) + item("_wandb", {}))
    run, _, _ = make(change, gone)
    assert run.data.params == {"a": "2", "c.d": "3"}


def test_what_was_printed_is_what_a_terminal_would_show(make):
    texts = ["one\n", " 10%\r", " 20%\r\n", "end"]
    run, store, _ = make(*(field(OUTPUT_RAW, field(3, text)) for text in texts))
    assert read(store, run, "output.log") == b"one\n 20%\nend"


def test_the_file_of_what_was_printed_wins_over_the_records(make):
    run, store, _ = make(field(OUTPUT_RAW, field(3, "x")), files={"output.log": b"kept\n"})
    assert read(store, run, "output.log") == b"kept\n"


def test_media_in_lists_and_missing_ones(make):
    images = {
        "_type": "images/separated",
        "filenames": ["media/images/a.png", "media/images/gone.png"],
    }
    run, _, problems = make(row(4, item("x", images)), files={"media/images/a.png": b"\x89PNG"})
    (image,) = [a for a in run.artifacts if a.kind == "image"]
    assert (image.key, image.step, image.path) == ("x/0", 4, "media/images/a.png")
    (problem,) = problems
    assert problem.where.endswith("files/media/images/gone.png")


def test_packed_histograms_are_unpacked(make):
    packed = {
        "_type": "histogram",
        "values": [1, 2],
        "packedBins": {"min": 0, "size": 2, "count": 2},
    }
    run, store, _ = make(row(0, item("h", packed)))
    spec = json.loads(read(store, run, "histograms/h.vl.json"))
    assert max(value["x"] for value in spec["data"]["values"]) < 4


@pytest.mark.parametrize(
    "value",
    [{"_type": "histogram", "values": "x"}, {"_type": "who-knows"}, [1, 2], "text", None],
)
def test_values_of_no_known_kind_are_kept_in_a_table(make, value):
    run, store, _ = make(row(3, item("x", value)))
    rows = json.loads(read(store, run, "logged_values.json"))["data"]
    assert [line[:2] for line in rows] == [[3, "x"]]


def test_defined_metrics_have_a_best_value_and_direction(make):
    named = field(METRIC, field(1, "acc") + field(7, field(2, 1)))
    pattern = field(METRIC, field(2, "val/*") + field(8, 1))
    run, _, _ = make(named, pattern, row(0, item("acc", 1), item("val/loss", 2), item("x", 3)))
    assert run.data.definitions["acc"].best == "max"
    assert run.data.definitions["val/loss"].direction == "min"
    assert "x" not in run.data.definitions


def test_load_alerts_and_surroundings_are_kept(make):
    stats = field(
        STATS, field(2, field(1, 1760000001)) + field(3, field(1, "cpu") + field(16, "5.5"))
    )
    alert = field(ALERT, field(1, "title") + field(2, "text") + field(3, "WARN"))
    surroundings = field(ENVIRONMENT, field(6, "train.py") + field(2, "CPython 3.12.1"))
    run, store, _ = make(stats, alert, surroundings)
    assert run.data.metrics == {"system/cpu": 5.5}
    assert run.data.tags["mlflow.source.name"] == "train.py"
    assert run.data.tags["reporter.python"] == "3.12.1"
    assert json.loads(read(store, run, "alerts.json"))["data"] == [["WARN", "title", "text"]]


def test_a_summary_of_a_logged_metric_is_no_metric_of_its_own(make):
    summary = field(SUMMARY, item("best", 0.5) + item(["acc", "max"], 1) + item("_step", 3))
    run, _, _ = make(row(2, item("acc", 1)), summary)
    assert run.data.metrics == {"acc": 1.0, "best": 0.5}
    assert run.data.summaries["best"].last_step == 2


def test_a_log_that_ends_before_the_run_s_own_record_has_its_id_from_the_name(tmp_path):
    write(tmp_path / "wandb" / "run-20260101_000000-abc", row(0, item("a", 1)))
    result = import_sources([str(tmp_path / "wandb")], str(tmp_path / "runs"))
    (run,) = open_store(result.store).runs()
    assert run.data.tags["wandb.run_id"] == "abc"


def test_one_file_can_be_named_itself(tmp_path):
    folder = write(tmp_path / "x", head(run_id="abc", project="p"), row(0, item("a", 1)))
    result = import_sources([str(folder / "run-abc.wandb")], str(tmp_path / "runs"))
    assert result.sources[0].n_new == 1


def test_values_nested_without_end_are_kept_as_far_as_they_can_be(make):
    deep = field(1, field(1, "x") + field(16, '{"a":' * 900 + "1" + "}" * 900))
    run, _, _ = make(row(0, deep, item("loss", 1)))
    assert run.data.metrics == {"loss": 1.0}


SURROUNDINGS = b'{"host": "h", "git": {"commit": "c"}}'


@pytest.mark.parametrize(("content", "host"), [(SURROUNDINGS, "h"), (b"[1]", None), (b"{", None)])
def test_surroundings_of_earlier_versions_stand_in_a_file(make, content, host):
    run, _, _ = make(row(0, item("a", 1)), files={"wandb-metadata.json": content})
    assert run.data.tags.get("reporter.host") == host
    assert run.data.tags.get("mlflow.source.git.commit") == ("c" if host else None)


def test_artifacts_and_event_files_that_stay_behind_are_listed(make):
    artifacts = [field(8, field(4, "model") + field(5, f"m{n}")) for n in range(7)]
    table = field(8, field(4, "run_table") + field(5, "run-abc-t"))
    used = field(25, field(2, "dataset") + field(3, "mnist:v3"))
    _, _, problems = make(row(0, item("a", 1)), *artifacts, table, used, field(9, field(1, "tb")))
    assert {problem.what: problem.detail for problem in problems} == {
        "Artifacts left out": ", ".join(f"'m{n}' (model)" for n in range(5)) + " and 2 more",
        "TensorBoard logs left out": "'tb'",
        "Used artifacts left out": "'mnist:v3' (dataset)",
    }
