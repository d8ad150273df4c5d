"""Differences, intervals and profiles against scipy's and rliable's numbers, and what we claim."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from reporter import statistics
from reporter.statistics.intervals import draw_blocks, draws_for

TABLE = json.loads(
    (Path(__file__).parents[2] / "shared" / "comparison_cases.json").read_text("utf-8")
)
NAMES = {
    "meanBase": "mean_base",
    "uP": "u_p",
    "improvementLow": "improvement_low",
    "improvementHigh": "improvement_high",
}
# Of the interval's width: what other draws move an end by, more where few values leave gaps.
DRAWN = 0.06


def logged(values: list[float | str]) -> list[float]:
    return [float(value) for value in values]


def named(rows: list[dict[str, object]]) -> list[object]:
    return [pytest.param(row, id=str(row["name"])) for row in rows]


@pytest.mark.parametrize("case", named(TABLE["pairs"]))
def test_two_groups_are_as_scipy_and_rliable_say(case):
    found = statistics.contrast(logged(case["base"]), logged(case["values"]), case["direction"])
    wanted = {k: v for k, v in case["wanted"].items() if not k.startswith("scipy")}
    got = {key: getattr(found, NAMES.get(key, key)) for key in wanted}
    unknown = [key for key, value in wanted.items() if value is None]
    assert all(math.isnan(got.pop(key)) for key in unknown)
    assert got == pytest.approx(
        {k: v for k, v in wanted.items() if v is not None}, rel=1e-8, abs=1e-15
    )
    assert [found.n_base, found.n] == case["n"]
    assert statistics.claim(found, case["direction"]) == case["claim"]


@pytest.mark.parametrize("case", named([c for c in TABLE["pairs"] if "scipyLow" in c["wanted"]]))
def test_the_interval_is_scipys_percentile_bootstrap(case):
    wanted = case["wanted"]
    width = wanted["scipyHigh"] - wanted["scipyLow"]
    ends = (wanted["low"], wanted["high"])
    assert ends == pytest.approx((wanted["scipyLow"], wanted["scipyHigh"]), abs=DRAWN * width)


@pytest.mark.parametrize("case", named(TABLE["many"]))
def test_many_groups_are_as_rliable_says(case):
    found = statistics.stratified_iqm(case["tasks"])
    assert found.value == pytest.approx(case["iqm"], rel=1e-12)
    assert (found.low, found.high) == pytest.approx((case["low"], case["high"]), rel=1e-9)
    width = case["scipyHigh"] - case["scipyLow"]
    assert abs(found.low - case["scipyLow"]) < DRAWN * width
    assert abs(found.high - case["scipyHigh"]) < DRAWN * width
    profile = statistics.performance_profile(case["tasks"], case["scores"], case["direction"])
    assert profile.shares == pytest.approx(tuple(case["shares"]), abs=1e-12)
    assert profile.low == pytest.approx(tuple(case["bandLow"]), abs=1e-9)
    assert profile.high == pytest.approx(tuple(case["bandHigh"]), abs=1e-9)


def test_intervals_of_means_are_those_of_the_page():
    for case in TABLE["means"]:
        found = statistics.bootstrap_mean(case["values"])
        assert (found.low, found.high) == pytest.approx((case["low"], case["high"]), rel=1e-9)


def test_draws_are_those_of_the_page():
    for case in TABLE["draws"]:
        seed = statistics.stream(case["seed"], case["stream"])
        drawn = statistics.draw_indices(seed, 3, case["n"])
        assert drawn.ravel().tolist() == case["places"]


def test_draws_are_even_and_independent():
    drawn = statistics.draw_indices(statistics.stream(0, 1), 10_000, 20)
    assert stats.chisquare(np.bincount(drawn.ravel(), minlength=20)).pvalue > 1e-3
    pairs = np.bincount(drawn[:, 0] * 20 + drawn[:, 1], minlength=400)
    assert stats.chisquare(pairs).pvalue > 1e-3
    other = statistics.draw_indices(statistics.stream(0, 0), 10_000, 20)
    assert abs(np.corrcoef(drawn.ravel(), other.ravel())[0, 1]) < 0.01


def test_draws_in_blocks_are_the_draws_at_once(monkeypatch):
    values = [np.arange(7.0), np.arange(3.0)]
    (whole,) = draw_blocks(values, 0, 50)
    monkeypatch.setattr("reporter.statistics.intervals._MAX_AT_ONCE", 40)
    blocks = list(draw_blocks(values, 0, 50))
    assert len(blocks) > 5
    for i in range(2):
        assert np.array_equal(np.concatenate([block[i] for block in blocks]), whole[i])


def test_the_order_of_values_does_not_matter():
    forth = statistics.contrast([1.0, 1.3, 0.9, 1.1], [2.0, 1.2, 1.9, 2.1])
    back = statistics.contrast([1.1, 0.9, 1.3, 1.0], [2.1, 1.9, 1.2, 2.0])
    assert forth == back
    assert statistics.bootstrap_mean([1, 5, 2]) == statistics.bootstrap_mean([5, 2, 1])


def test_many_values_take_fewer_draws():
    assert (draws_for(1_000), draws_for(2_000), draws_for(10**9)) == (10_000, 5_000, 1_000)


def test_a_difference_is_claimed_only_when_interval_and_test_agree():
    found = statistics.contrast([1.0, 1.1, 0.9, 1.05], [2.0, 2.2, 1.9, 2.1], "max")
    assert statistics.claim(found, "max") == "better"
    assert statistics.claim(found, "min") == "worse"
    assert statistics.claim(found) == "other"
    assert statistics.claim(found, "max", p=0.2) == "unclear"


def test_nothing_is_claimed_of_two_runs_or_of_copies():
    assert statistics.claim(statistics.contrast([0.0, 0.1], [9.0, 9.1, 9.2])) == "few"
    assert statistics.claim(statistics.contrast([1.0] * 5, [2.0] * 5)) == "constant"
    assert statistics.claim(statistics.contrast([], [1.0])) == "few"


def test_claims_are_false_at_most_as_often_as_they_say():
    """Of two groups that differ by nothing, about one pair in twenty is told apart."""
    rng = np.random.default_rng(0)
    pairs = rng.normal(size=(300, 2, 4))
    claims = [statistics.claim(statistics.contrast(a, b, n_draws=1_000)) for a, b in pairs]
    assert claims.count("other") <= 300 * 0.08


def test_holm_keeps_the_order_and_leaves_out_what_could_not_be_compared():
    for case in TABLE["holm"]:
        ps = [math.nan if p is None else p for p in case["ps"]]
        wanted = [math.nan if p is None else p for p in case["adjusted"]]
        assert statistics.holm(ps) == pytest.approx(wanted, nan_ok=True)
