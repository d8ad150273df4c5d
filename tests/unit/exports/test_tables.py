"""Two tables of a store: the same runs and points in each form."""

from __future__ import annotations

import csv
import json
import math

import pandas as pd
import pyarrow.parquet as pq
import pytest

from reporter.exports import export_runs, select
from reporter.store.reader import open_store
from tests.builders import START_MS, make_run, make_store, run_id_of

NAN, INF = math.nan, math.inf


@pytest.fixture
def selection(tmp_path):
    path = make_store(tmp_path / "runs")
    make_run(
        path,
        "a",
        metrics={"loss": [0.5, NAN, INF, -INF, 0.1 + 0.2], "n": [1.0]},
        params={"lr": "-0.1", "note": "=1+1", "odd": "\udc80"},
    )
    make_run(path, "b", start_ms=START_MS + 5, params={"only": "b"})
    return select(open_store(path))


def test_parquet(selection, tmp_path):
    result = export_runs(selection, str(tmp_path / "out"), "parquet")
    assert (result.runs, result.points) == (2, 6)
    runs = pd.read_parquet(tmp_path / "out" / "runs.parquet")
    assert runs["run_id"].tolist() == [run_id_of("a"), run_id_of("b")]
    assert runs["experiment"].tolist() == ["Default", "Default"]
    assert runs["duration_ms"].tolist() == [60_000, 60_000]
    assert runs["params.note"][0] == "=1+1" and pd.isna(runs["params.note"][1])
    assert runs["params.odd"][0] == r"\udc80"
    assert "artifact_uri" not in runs
    points = pq.read_table(tmp_path / "out" / "metrics.parquet")
    assert (
        str(points.schema.field("key").type)
        == "dictionary<values=string, indices=int32, ordered=0>"
    )
    rows = points.to_pandas()
    assert rows["step"].tolist() == [0, 1, 2, 3, 4, 0]
    assert rows["value"][4] == 0.1 + 0.2
    assert [math.isnan(rows["value"][1]), rows["value"][2], rows["value"][3]] == [True, INF, -INF]


def test_many_runs_share_groups(tmp_path):
    path = make_store(tmp_path / "runs")
    for number in range(5):
        make_run(path, str(number), metrics={"a": [1.0] * 3, "b": [2.0]})
    export_runs(select(open_store(path)), str(tmp_path / "out"), "parquet")
    file = pq.ParquetFile(tmp_path / "out" / "metrics.parquet")
    assert (file.metadata.num_rows, file.num_row_groups) == (20, 1)


def test_csv(selection, tmp_path):
    export_runs(selection, str(tmp_path / "out"), "csv")
    with open(tmp_path / "out" / "runs.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["params.note"] == "'=1+1"
    assert rows[0]["params.lr"] == "-0.1"
    assert rows[1]["params.only"] == "b"
    with open(tmp_path / "out" / "metrics.csv", encoding="utf-8", newline="") as file:
        points = list(csv.DictReader(file))
    assert [row["value"] for row in points if row["key"] == "loss"] == [
        "0.5", "nan", "inf", "-inf", "0.30000000000000004",
    ]  # fmt: skip


def test_json(selection, tmp_path):
    def lines(name):
        text = (tmp_path / "out" / name).read_text(encoding="utf-8")
        return [json.loads(line, parse_constant=pytest.fail) for line in text.splitlines()]

    export_runs(selection, str(tmp_path / "out"), "json")
    assert [line["name"] for line in lines("experiments.jsonl")] == ["Default"]
    first, second = lines("runs.jsonl")
    assert first["data"]["params"]["odd"] == "\udc80"
    assert first["info"]["run_id"] == run_id_of("a")
    assert second["experiment_name"] == "Default"
    values = [line["value"] for line in lines("metrics.jsonl") if line["key"] == "loss"]
    assert values == [0.5, "NaN", "Infinity", "-Infinity", 0.1 + 0.2]
