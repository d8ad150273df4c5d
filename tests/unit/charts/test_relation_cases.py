"""The table that the page is held against says what scipy, scikit-learn and numpy say."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

CASES = json.loads(
    (Path(__file__).parents[2] / "shared" / "relation_cases.json").read_text(encoding="utf-8")
)

LEAST_PAIRS = 5
MOST_BINS = 10


def pairs(case):
    a, b = (np.array([math.nan if v is None else v for v in case[name]], float) for name in "ab")
    known = ~np.isnan(a) & ~np.isnan(b)
    return a[known], b[known]


def binned(values, *, is_category):
    """Few values as they are, many in bins of equal count by rank."""
    bins = max(2, min(MOST_BINS, math.floor(math.sqrt(len(values) / 5) + 0.5)))
    distinct = np.unique(values)
    if is_category or len(distinct) <= bins:
        return np.searchsorted(distinct, values)
    places = np.floor((stats.rankdata(values) - 0.5) * bins / len(values))
    return np.minimum(bins - 1, places).astype(int)


@pytest.mark.parametrize("case", CASES["association"], ids=lambda case: case["name"])
def test_rank_correlation_is_scipys(case):
    a, b = pairs(case)
    assert len(a) == case["n"]
    if case["rho"] is None:
        assert len(a) < LEAST_PAIRS or len(set(a)) == 1 or len(set(b)) == 1
        return
    assert case["rho"] == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-12)
    if case["low"] is not None:
        assert case["low"] <= case["rho"] <= case["high"]


@pytest.mark.parametrize("case", CASES["association"], ids=lambda case: case["name"])
def test_mutual_information_is_scikit_learns(case):
    metrics = pytest.importorskip("sklearn.metrics")
    a, b = pairs(case)
    if case["adjusted"] is None:
        return
    codes = [
        binned(a, is_category=case["is_category_a"]),
        binned(b, is_category=case["is_category_b"]),
    ]
    assert case["nats"] == pytest.approx(metrics.mutual_info_score(*codes), abs=1e-12)
    assert case["adjusted"] == pytest.approx(metrics.adjusted_mutual_info_score(*codes), abs=1e-9)


@pytest.mark.parametrize("case", CASES["fronts"], ids=lambda case: case["name"])
def test_a_front_is_what_nothing_dominates(case):
    signs = [1 if case[f"sense_{axis}"] == "min" else -1 for axis in "xy"]
    points = {
        i: (x * signs[0], y * signs[1])
        for i, (x, y) in enumerate(zip(case["x"], case["y"], strict=True))
        if x is not None and y is not None
    }

    def is_beaten(point):
        others = points.values()
        return any(o[0] <= point[0] and o[1] <= point[1] and o != point for o in others)

    assert sorted(case["front"]) == [i for i, point in points.items() if not is_beaten(point)]


@pytest.mark.parametrize("case", CASES["boxes"], ids=lambda case: str(case["values"]))
def test_quartiles_are_numpys(case):
    quartiles = np.quantile(case["values"], [0.25, 0.5, 0.75])
    assert [case["q1"], case["median"], case["q3"]] == pytest.approx(list(quartiles))
