from __future__ import annotations

import csv
import io

import numpy as np
import pyarrow.parquet as pq
import pytest

from reporter.site.curves import points
from tests.builders import START_MS, run_id_of


def parquet(data):
    return pq.read_table(io.BytesIO(data))


def test_all_points_are_offered_as_they_were_logged(memory_store, built):
    values = [0.1, float("nan"), float("inf")]
    site = built(memory_store({"a": {"metrics": {"m": values, "k": [1.0]}}, "b": {}}))
    table = parquet(site.files["data/metrics.parquet"]).to_pydict()
    assert table["key"] == ["k", "m", "m", "m"]
    assert table["run_id"] == [run_id_of("a")] * 4
    assert table["experiment_id"] == ["7"] * 4
    assert np.array_equal(table["value"][1:], values, equal_nan=True)
    assert table["step"] == [0, 0, 1, 2]
    assert table["timestamp_ms"][:2] == [START_MS, START_MS]


def test_many_points_are_offered_in_parts(memory_store, built, monkeypatch):
    monkeypatch.setattr(points, "MAX_PART_POINTS", 100)
    runs = {f"r{i}": {"metrics": {"m": [float(i)] * 30}} for i in range(20)}
    store = memory_store(runs)
    site = built(store)
    parts = {path for path in site.files if path.startswith("data/metrics/")}
    assert len(parts) > 5
    assert "data/metrics.parquet" not in site.files
    tables = [parquet(site.files[path]) for path in parts]
    assert max(table.num_rows for table in tables) <= 100
    assert sum(table.num_rows for table in tables) == 600
    assert "data/metrics/*.parquet" in site.text("index.html")
    memory_store({"new": {"metrics": {"m": [1.0] * 30}}}, into=store)
    again = built(store, site)
    changed = {p for p in parts if again.files.get(p) != site.files[p]}
    assert len(changed) <= 1


def test_the_part_of_a_huge_run_is_cut(memory_store, built, monkeypatch):
    monkeypatch.setattr(points, "MAX_PART_POINTS", 100)
    monkeypatch.setattr(points, "MAX_PART_BYTES", 4_000)
    monkeypatch.setattr(points, "ROW_GROUP_ROWS", 1_000)
    values = np.random.default_rng(0).normal(size=5_000).tolist()
    store = memory_store({"a": {"metrics": {"m": values}}})
    site = built(store)
    parts = sorted(path for path in site.files if path.startswith("data/metrics/"))
    assert len(parts) > 1
    found = sorted(v for path in parts for v in parquet(site.files[path]).to_pydict()["value"])
    assert found == sorted(values)
    assert sorted(p for p in built(store, site).files if p.startswith("data/metrics/")) == parts


def test_one_row_a_run_with_types(memory_store, built):
    runs = {"a": {"params": {"lr": "1"}, "metrics": {"m": [1.0, 2.0]}, "tags": {"t": "x"}},
            "b": {"status": None, "start_ms": START_MS + 1}}  # fmt: skip
    table = parquet(built(memory_store(runs)).files["data/runs.parquet"])
    rows = table.to_pylist()
    assert [row["run_name"] for row in rows] == ["a", "b"]
    assert [row["params.lr"] for row in rows] == ["1", None]
    assert [row["metrics.m"] for row in rows] == [2.0, None]
    assert [row["tags.t"] for row in rows] == ["x", None]
    assert [row["status"] for row in rows] == ["finished", "unfinished"]
    assert rows[0]["start_time"].timestamp() * 1000 == START_MS


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "-x"])
def test_a_spreadsheet_runs_no_formula(memory_store, built, text):
    store = memory_store({"a": {"params": {"p": text, text: "v"}}})
    head, row = csv.reader(io.StringIO(built(store).text("data/runs.csv"), newline=""))
    found = dict(zip(head, row, strict=True))
    assert found["params.p"] == f"'{text}"
    assert not any(cell.startswith(("=", "+", "@", "\t", "\r")) for cell in [*head, *row])


@pytest.mark.parametrize("text", ["-0.5", "+3e-4", "1", "日本", 'a,b\n"c"'])
def test_numbers_and_plain_texts_stay_as_they_are(memory_store, built, text):
    store = memory_store({"a": {"params": {"p": text}}})
    head, row = csv.reader(io.StringIO(built(store).text("data/runs.csv"), newline=""))
    assert dict(zip(head, row, strict=True))["params.p"] == text


def test_without_full_data_there_is_none(memory_store, built):
    site = built(memory_store({"a": {"metrics": {"m": [1.0, 2.0]}}}), full_data=False)
    tables = [path for path in site.files if path.endswith((".parquet", ".csv"))]
    assert tables == ["data/events.parquet"]  # what the runs are made of, without their points
    assert ".parquet" not in site.text("index.html")
