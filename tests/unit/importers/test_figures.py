from __future__ import annotations

import io
import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from reporter.charts import compile_vega_lite
from reporter.importers.figures import (
    Curve,
    Histogram,
    curve_artifacts,
    file_name,
    histogram_artifacts,
)


def contents(artifacts) -> dict[str, bytes]:
    return {artifact.path: artifact.open().read() for artifact in artifacts}


def chart(found: dict[str, bytes]) -> dict:
    return json.loads(next(data for path, data in found.items() if path.endswith(".vl.json")))


def make(step: int, edges, counts) -> Histogram:
    return Histogram(step, step * 1000, np.array(edges, dtype=float), np.array(counts, dtype=float))


def test_every_count_is_in_the_table():
    found = contents(
        histogram_artifacts("h", "a/b", [make(0, [0, 1, 2], [3, 4]), make(5, [0, 1], [9])])
    )
    table = pq.read_table(io.BytesIO(found["h/a~b.parquet"])).to_pydict()
    assert table == {
        "step": [0, 0, 5],
        "timestamp_ms": [0, 0, 5000],
        "left": [0.0, 1.0, 0.0],
        "right": [1.0, 2.0, 1.0],
        "count": [3.0, 4.0, 9.0],
    }


def test_a_chart_has_few_ridges_with_the_first_and_the_last():
    found = contents(
        histogram_artifacts("h", "w", [make(n, [0, 1, n + 2], [1, 2]) for n in range(500)])
    )
    spec = chart(found)
    steps = {row["step"] for row in spec["data"]["values"]}
    assert len(steps) == 24
    assert {0, 499} <= steps
    assert len(json.dumps(spec)) < 100_000
    compile_vega_lite(spec)


@pytest.mark.parametrize(
    "histogram",
    [
        make(0, [1, 1], [5]),
        make(0, [-np.inf, 0, np.inf], [1, 2]),
        make(0, [0, 1, np.nan], [1, np.nan]),
        make(0, [0, 1e308, 1.7e308], [1, 1]),
        make(0, [3, 2, 1], [1, 1]),
    ],
)
def test_strange_histograms_make_charts_that_compile(histogram):
    spec = chart(contents(histogram_artifacts("h", "w", [histogram])))
    compile_vega_lite(spec)
    assert all(row["top"] is not None for row in spec["data"]["values"])


def test_a_histogram_without_anything_to_show_is_a_table_alone():
    found = contents(histogram_artifacts("h", "w", [make(0, [np.nan, np.nan], [1])]))
    assert list(found) == ["h/w.parquet"]


def test_counts_are_spread_evenly_over_the_bins_of_the_chart():
    spec = chart(contents(histogram_artifacts("h", "w", [make(0, [0, 1, 2], [1, 1])])))
    tops = {row["top"] for row in spec["data"]["values"]}
    assert len(tops) == 1


def test_curves_of_several_steps_are_coloured_by_step():
    curves = [
        Curve(n, 0, {"recall": np.array([0, 1]), "precision": np.array([1, n])}) for n in (0, 1)
    ]
    found = contents(curve_artifacts("pr", "a", curves))
    spec = chart(found)
    compile_vega_lite(spec)
    assert spec["encoding"]["color"]["field"] == "step"
    assert pq.read_table(io.BytesIO(found["pr/a.parquet"])).num_rows == 4


@pytest.mark.parametrize(
    ("key", "name"),
    [("a/b", "a~b"), ("..", "~"), ("a\nb?", "a~b~"), (" x. ", "x"), ("損失", "損失")],
)
def test_names_of_files_are_portable(key, name):
    assert file_name(key) == name
