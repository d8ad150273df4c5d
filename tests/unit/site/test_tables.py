from __future__ import annotations

import base64
import json

import numpy as np
import pytest

from reporter.config import Config
from reporter.events import DatasetsLogged, MetricDefined
from reporter.model import Dataset, DatasetInput, MetricDefinition
from reporter.site.plan import SiteSettings, gather
from reporter.site.table.columns import canonical_id, default_columns, experiment_columns
from reporter.site.table.tables import aggregate_files, runs_table, table_files
from tests.builders import START_MS, run_id_of

DTYPES = {"f64": "<f8", "f32": "<f4", "i32": "<i4", "u32": "<u4", "u16": "<u2", "u8": "<u1"}


def planned(store):
    return gather(store, SiteSettings(), lambda *_: None).experiments[0]


def unpack(packed):
    return np.frombuffer(base64.b64decode(packed["b"]), dtype=DTYPES[packed["t"]]).tolist()


def shards(store):
    found = []
    for place, (_, data) in enumerate(table_files(planned(store))):
        text = data.decode().removeprefix(f'reporter.register("runs/7/{place}",')
        found.append(json.loads(text.removesuffix(");\n")))
    return found


def columns(store):
    return {column["id"]: column for shard in shards(store) for column in shard["columns"]}


def aggregates(store):
    found = {}
    for name, data, _ in aggregate_files(planned(store)):
        place = name.split("-")[3]
        text = data.decode().removeprefix(f'reporter.register("runs/7/more-{place}",')
        record = json.loads(text.removesuffix(");\n"))
        found |= {column["id"]: column for column in record["columns"]}
    return found


def decode(column, n):
    """Read a column of numbers or texts back; None where nothing was logged."""
    if "codes" in column:
        entries = [None if c == 0 else column["dictionary"][c - 1] for c in unpack(column["codes"])]
    else:
        entries = unpack(column["values"])
    if "missing" in column:
        bits = np.unpackbits(
            np.frombuffer(base64.b64decode(column["missing"]), np.uint8), bitorder="little"
        )
        entries = [None if bits[i] else value for i, value in enumerate(entries)]
    if "rows" in column:
        found = dict(zip(unpack(column["rows"]), entries, strict=True))
        entries = [found.get(row) for row in range(n)]
    return entries


def test_a_row_is_a_runs_place_by_time_of_starting(memory_store):
    runs = {
        "b": {"start_ms": START_MS + 5},
        "a": {"start_ms": START_MS},
        "c": {"start_ms": START_MS + 5},
    }
    ids = base64.b64decode(columns(memory_store(runs))["attributes.run_id"]["values"]["b"]).hex()
    later = sorted([run_id_of("b"), run_id_of("c")])
    assert [ids[i : i + 32] for i in range(0, 96, 32)] == [run_id_of("a"), *later]


def test_every_kind_of_value_comes_back(memory_store):
    runs = {
        f"r{i}": {
            "start_ms": START_MS + i,
            "params": {"lr": "3e-3", "same": "x"} if i else {"lr": ""},
            "metrics": {"loss": [0.1, float("nan")] if i == 2 else [0.5, i]},
            "tags": {"rare": "</script>"} if i == 4 else {},
        }
        for i in range(5)
    }
    found = columns(memory_store(runs))
    assert decode(found["params.lr"], 5) == ["", *["3e-3"] * 4]
    assert decode(found["params.same"], 5) == [None, *["x"] * 4]
    loss = decode(found["metrics.loss"], 5)
    assert np.isnan(loss[2])
    assert [loss[i] for i in (0, 1, 3, 4)] == [0, 1, 3, 4]
    assert "rows" in found["tags.rare"]
    assert decode(found["tags.rare"], 5) == [None] * 4 + ["</script>"]
    assert decode(found["attributes.status"], 5) == ["finished"] * 5
    assert decode(found["attributes.start_time"], 5) == [START_MS + i for i in range(5)]


def test_a_nan_that_was_logged_is_not_what_was_not_logged(memory_store):
    runs = {"a": {"metrics": {"m": [float("nan")]}, "start_ms": 1}, "b": {"start_ms": 2},
            "c": {"metrics": {"m": [1.5]}, "start_ms": 3}}  # fmt: skip
    nan, none, number = decode(columns(memory_store(runs))["metrics.m"], 3)
    assert np.isnan(nan)
    assert (none, number) == (None, 1.5)


def test_the_first_file_is_enough_to_begin_with(memory_store):
    metrics = {f"m{i}": [1.0] for i in range(20)}
    runs = {
        "a": {"params": {f"p{i}": "1" for i in range(20)}, "metrics": metrics},
        "b": {"params": {f"p{i}": "2" for i in range(20)}},
    }
    first, *others = shards(memory_store(runs))
    ids = [column["id"] for column in first["columns"]]
    assert sum(name.startswith("attributes.") for name in ids) == 12
    assert sum(name.startswith("params.") for name in ids) == 6
    assert sum(name.startswith("metrics.") for name in ids) == 6
    assert others, "the rest follows"


def test_aggregates_are_there_for_series_and_best_where_a_direction_was_declared(memory_store):
    declared = MetricDefined(at_ms=1, definition=MetricDefinition(key="loss", direction="min"))
    runs = {"a": {"metrics": {"loss": [3.0, 1.0, 2.0], "once": [1.0], "acc": [0.1, 0.2]},
                  "events": [declared]}}  # fmt: skip
    found = aggregates(memory_store(runs))
    assert decode(found["metrics:best.loss"], 1) == [1.0]
    assert decode(found["metrics:best_step.loss"], 1) == [1]
    assert decode(found["metrics:max_step.loss"], 1) == [0]
    assert decode(found["metrics:count.loss"], 1) == [3]
    assert found["metrics:best.loss"]["direction"] == "min"
    assert "direction" not in found["metrics:best_step.loss"], "an early best is no better one"
    assert "metrics:max.acc" in found
    assert "metrics:best.acc" not in found
    assert "metrics:min.once" not in found


def test_aggregates_come_in_files_of_their_own(memory_store):
    store = memory_store({"a": {"metrics": {"loss": [3.0, 1.0], "once": [1.0]}}})
    assert not [name for name in columns(store) if name.startswith("metrics:")]
    assert [keys for _, _, keys in aggregate_files(planned(store))] == [["loss"]]


def test_a_metric_named_like_an_aggregate_is_told_from_it(memory_store):
    store = memory_store({"a": {"metrics": {"x": [3.0, 1.0], "x:min": [7.0, 8.0]}}})
    assert decode(columns(store)["metrics.x:min"], 1) == [8.0]
    found = aggregates(store)
    assert decode(found["metrics:min.x"], 1) == [1.0]
    assert decode(found["metrics:min.x:min"], 1) == [7.0]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("metrics.val_loss:best", "metrics:best.val_loss"),
        ("metrics.a.b:c:best_step", "metrics:best_step.a.b:c"),
        ("metrics:min.x", "metrics:min.x"),
        ("metrics.x:min", "metrics.x:min"),
        ("metrics.x:other", "metrics.x:other"),
        ("params.x:max", "params.x:max"),
    ],
)
def test_older_links_name_aggregates_behind_the_metric(written, meant):
    assert canonical_id(written, {"metrics.x:min"}) == meant


def test_the_configuration_may_begin_the_table_with_an_aggregate(memory_store):
    store = memory_store({"a": {"metrics": {"loss": [3.0, 1.0]}}})
    config = Config(columns=("metrics.loss:min", "metrics.loss"))
    experiment = gather(store, SiteSettings(config=config), lambda *_: None).experiments[0]
    table = runs_table(experiment, "index.html", None)
    shown = {column.id: column.aggregate for column in table.columns}
    assert list(shown)[:2] == ["metrics:min.loss", "metrics.loss"]
    assert shown["metrics:min.loss"] == "min"
    assert b"metrics:min.loss" in table_files(experiment)[0][1]


def test_default_columns_lead_with_the_leading_metric(memory_store):
    metrics = {"time": [1.0], "val_loss": [1.0]}
    runs = {
        "a": {"params": {"model": "x", "lr": "1"}, "metrics": metrics},
        "b": {"params": {"model": "x", "lr": "2"}, "metrics": metrics},
    }
    experiment = planned(memory_store(runs))
    chosen = [c.id for c in default_columns(experiment, experiment_columns(experiment))]
    assert chosen == ["attributes.start_time", "attributes.duration", "params.lr",
                      "metrics.val_loss", "metrics.time"]  # fmt: skip


def test_first_rows_are_the_newest(memory_store):
    runs = {f"r{i}": {"start_ms": START_MS + i * 1000, "params": {"n": str(i)}} for i in range(60)}
    table = runs_table(planned(memory_store(runs)), "index.html", 2026)
    assert [row.name for row in table.rows[:2]] == ["r59", "r58"]
    assert len(table.rows) == 50
    assert table.more_text == "50 of 60 runs shown"
    [started] = [column for column in table.columns if column.sort]
    assert (started.id, started.sort) == ("attributes.start_time", "descending")


def test_params_that_read_as_numbers_are_aligned_as_numbers(memory_store):
    runs = {
        "a": {"params": {"lr": "1e-3", "model": "svc"}},
        "b": {"params": {"lr": "2", "model": "mlp"}},
    }
    table = runs_table(planned(memory_store(runs)), "index.html", 2026)
    numeric = {column.id: column.is_numeric for column in table.columns}
    assert numeric["params.lr"]
    assert not numeric["params.model"]


def test_cells_say_what_they_hold(memory_store):
    declared = MetricDefined(at_ms=1, definition=MetricDefinition(key="m", direction="max"))
    runs = {"a": {"metrics": {"m": [0.25]}, "params": {"e": ""}, "start_ms": START_MS + 2},
            "b": {"metrics": {"m": [float("inf")]}, "params": {"e": "x"}, "start_ms": START_MS + 1},
            "c": {"start_ms": START_MS, "events": [declared]}}  # fmt: skip
    table = runs_table(planned(memory_store(runs)), "index.html", 2026)
    place = {column.id: i for i, column in enumerate(table.columns)}
    cells = [row.cells[place["metrics.m"]] for row in table.rows]
    assert [cell.kind for cell in cells] == ["best", "nan", "na"]
    assert cells[0].exact == "0.25"
    assert table.rows[0].cells[place["params.e"]].text == '""'


def test_a_commit_shows_its_first_digits_and_what_is_no_digest_all_of_it(memory_store):
    commits = {"a": "fd1e64c5" + "0" * 32, "b": "release of Friday"}
    runs = {
        name: {"tags": {"mlflow.source.git.commit": commit}} for name, commit in commits.items()
    }
    config = Config(columns=("attributes.commit",))
    experiment = gather(memory_store(runs), SiteSettings(config=config), lambda *_: None)
    table = runs_table(experiment.experiments[0], "index.html", 2026)
    cells = {row.name: row.cells[0] for row in table.rows}
    assert (cells["a"].text, cells["a"].exact) == ("fd1e64c5", commits["a"])
    assert cells["b"].text == commits["b"]


def test_parents_and_data_sets_are_columns_where_any_run_has_one(memory_store):
    read = DatasetsLogged(
        at_ms=1, inputs=tuple(DatasetInput(dataset=Dataset(name=name)) for name in ("digits", "x"))
    )
    runs = {
        "outer": {"events": [read], "start_ms": START_MS},
        "inner": {"tags": {"mlflow.parentRunId": run_id_of("outer")}, "start_ms": START_MS + 1},
    }
    found = columns(memory_store(runs))
    assert decode(found["attributes.dataset"], 2) == ["digits, x", None]
    assert decode(found["attributes.parent_name"], 2) == [None, "outer"]
    plain = columns(memory_store({"a": {}}))
    assert not {"attributes.dataset", "attributes.parent_name"} & set(plain)
