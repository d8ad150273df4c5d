from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from reporter.config import ChartSettings
from reporter.site.curves.series import MAX_SHOWN, OrderedSeries, plan_shards
from reporter.site.curves.tiers import Tiers, plan_tiers

SHARED = Path(__file__).resolve().parents[2] / "shared" / "tier_cases.json"
CASES = json.loads(SHARED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["marks"])
def test_series_are_cut_where_the_shared_table_says(case):
    steps = np.arange(600 * case["points"])
    drawn = np.arange(case["points"]) * 600
    series = OrderedSeries("a" * 32, "k", steps, steps.astype(float), steps, drawn)
    parts = series.parts(len(steps), case["parts"])
    starts = [0, *np.cumsum([len(part.places) for part in parts[:-1]])]
    assert [int(start) // 600 for start in starts] == case["marks"]


@pytest.mark.parametrize("case", CASES["tiers"])
def test_a_series_is_in_the_tiers_of_the_shared_table(case, memory_store):
    from tests.unit.site.test_series import planned

    store = memory_store({"r": {"metrics": {"loss": [0.5] * case["logged"]}}})
    shards = plan_shards(planned(store), Tiers(tuple(case["caps"][1:])))
    found = [[s.tier, min(s.cap, case["logged"])] for s in shards if s.tier]
    assert found == case["tiers"]
    assert case["caps"][0] == MAX_SHOWN


def test_a_new_run_seldom_changes_the_tiers():
    counts = [20_000] * 400
    tiers = [plan_tiers(counts[:n], most_points=100_000, most_total=10_000_000) for n in range(400)]
    assert len(set(tiers)) < 6


def test_ten_million_points_are_carried_whole_and_one_run_more_changes_nothing():
    usual = ChartSettings()
    of = {
        n: plan_tiers([1_000] * 10 * n, most_points=usual.zoom_points, most_total=usual.zoom_total)
        for n in (1_000, 1_001)
    }
    assert of[1_000] == of[1_001]
    assert of[1_000].caps[-1] == usual.zoom_points
