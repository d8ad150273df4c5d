"""A change counts when repetitions cannot explain it, and only then."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from reporter.publish.noise import Spread, compare_means, pool


def test_two_groups_give_the_interval_of_the_t_test() -> None:
    old, new = [0.90, 0.92, 0.91], [0.95, 0.96, 0.97, 0.95]
    change = compare_means(old, new, pool([old, new]), "max")
    result = stats.ttest_ind(new, old, equal_var=True).confidence_interval(0.95)
    assert change.delta - change.margin == pytest.approx(result.low)
    assert change.delta + change.margin == pytest.approx(result.high)
    assert change.verdict == "better"


def test_the_direction_says_what_better_is() -> None:
    spread = Spread(deviation=0.01, degrees=10)
    verdicts = {d: compare_means([1.0, 1.0], [2.0, 2.0], spread, d).verdict for d in ("min", "max")}
    assert verdicts == {"min": "worse", "max": "better"}


def test_a_single_run_proves_nothing() -> None:
    assert compare_means([1.0], [9.0, 9.0], Spread(deviation=0.1, degrees=9), "max").verdict == (
        "unknown"
    )


def test_without_repetitions_the_noise_is_unknown() -> None:
    change = compare_means([1.0, 1.0], [9.0, 9.0], pool([[1.0], [2.0]]), "max")
    assert (change.margin, change.verdict) == (None, "unknown")


def test_a_configuration_that_spreads_more_than_others_is_judged_by_itself() -> None:
    calm = Spread(deviation=0.001, degrees=50)
    assert compare_means([1.0, 3.0], [2.0, 4.0], calm, "max").verdict == "within noise"


def test_equal_means_are_the_same() -> None:
    assert compare_means([1.0], [1.0], pool([]), "max").verdict == "same"


def test_comparing_many_at_once_cries_wolf_no_more_often() -> None:
    rng = np.random.default_rng(7)
    n_configurations, n_false = 50, 0
    for _ in range(40):
        groups = [(rng.normal(0, 1, 4).tolist(), rng.normal(0, 1, 4).tolist())
                  for _ in range(n_configurations)]  # fmt: skip
        spread = pool(part for pair in groups for part in pair)
        verdicts = {compare_means(a, b, spread, "max", n_configurations).verdict for a, b in groups}
        n_false += bool(verdicts & {"better", "worse"})
    assert n_false <= 6  # 5 % of 40 are 2; 7 or more have a chance of 1 in 200


def test_pooling_is_that_of_analysis_of_variance() -> None:
    groups = [[1.0, 2.0, 4.0], [5.0, 5.5], [9.0]]
    squares = sum(np.var(g, ddof=1) * (len(g) - 1) for g in groups if len(g) > 1)
    assert pool(groups).deviation == pytest.approx(math.sqrt(squares / 3))
    assert pool([]) == Spread(deviation=0.0, degrees=0)
