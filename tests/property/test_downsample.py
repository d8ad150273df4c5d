"""Down-sampling keeps what a reader looks for and invents nothing."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reporter.charts import downsample
from reporter.site.curves.series import MAX_SHOWN, order_series
from reporter.site.curves.tiers import plan_tiers
from reporter.store.ports import History

VALUES = st.floats(width=64) | st.sampled_from([float("nan"), float("inf"), -float("inf")])
STEPS = st.integers(-(2**53), 2**53)


@st.composite
def series(draw):
    points = draw(st.lists(st.tuples(STEPS, VALUES), max_size=300))
    points.sort(key=lambda point: point[0])
    steps = np.array([step for step, _ in points], dtype=np.int64)
    return steps, np.array([value for _, value in points], dtype=np.float64)


CAPS = st.integers(5, 120)


@given(series(), CAPS)
def test_keeps_at_most_the_cap_in_order(found, cap):
    kept = downsample(*found, cap)
    assert len(kept) <= cap
    assert np.all(np.diff(kept) > 0)
    assert np.all((kept >= 0) & (kept < len(found[0])))


@given(series(), CAPS)
def test_keeps_everything_that_fits(found, cap):
    if len(found[0]) <= cap:
        assert downsample(*found, cap).tolist() == list(range(len(found[0])))


@given(series(), CAPS)
def test_keeps_both_ends(found, cap):
    kept = downsample(*found, cap)
    if len(found[0]):
        assert kept[0] == 0
        assert kept[-1] == len(found[0]) - 1


@given(series(), CAPS)
def test_keeps_both_extremes(found, cap):
    values = found[1]
    finite = values[np.isfinite(values)]
    shown = values[downsample(*found, cap)]
    shown = shown[np.isfinite(shown)]
    if len(finite):
        assert shown.min() == finite.min()
        assert shown.max() == finite.max()


@given(series(), st.integers(8, 120))
def test_keeps_a_point_of_every_stretch_that_is_not_finite(found, cap):
    values = found[1]
    is_broken = ~np.isfinite(values)
    starts = np.flatnonzero(is_broken & np.concatenate([[True], ~is_broken[:-1]])[: len(values)])
    kept = set(downsample(*found, cap).tolist())
    if len(values) <= cap or len(starts) <= cap // 4:
        assert set(starts.tolist()) <= kept
    else:  # thinned, but never to nothing
        assert len(kept & set(starts.tolist())) >= cap // 8


@given(series(), CAPS)
def test_choosing_again_changes_nothing(found, cap):
    steps, values = found
    kept = downsample(steps, values, cap)
    assert downsample(steps[kept], values[kept], cap).tolist() == list(range(len(kept)))


@st.composite
def long_series(draw):
    """A series longer than the first tier, with stretches of NaN, steps in any order."""
    n = draw(st.integers(MAX_SHOWN + 1, 4_000))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    values = random.normal(size=n)
    for _ in range(draw(st.integers(0, 20))):
        start = int(random.integers(n))
        values[start : start + int(random.integers(1, 60))] = random.choice([np.nan, np.inf])
    kinds = (np.arange(n), np.zeros(n, dtype=np.int64), random.integers(0, 3 * n, n))
    steps = kinds[draw(st.integers(0, 2))]
    times = np.arange(n) * 10
    return History(run_id="a" * 32, key="k", steps=steps, timestamps_ms=times, values=values)


TIER_CAPS = st.integers(MAX_SHOWN + 5, 5_000)


@given(long_series(), TIER_CAPS)
def test_finer_tiers_hold_all_of_the_first_and_only_what_was_logged(found, cap):
    [series] = order_series([found])
    first, finer = series.shown(), series.shown(cap)
    assert len(finer.places) <= cap
    assert set(first.places) <= set(finer.places)
    assert np.array_equal(finer.values, series.values[finer.places], equal_nan=True)
    order = np.argsort(found.steps, kind="stable")
    assert np.array_equal(series.values, found.values[order], equal_nan=True)
    assert np.array_equal(finer.times_ms, found.timestamps_ms[order][finer.places])
    if cap >= len(found.values):
        assert len(finer.places) == len(found.values)


@given(long_series(), TIER_CAPS, st.integers(1, 12))
def test_parts_of_a_cut_series_are_the_series_cut_where_the_first_tier_has_points(found, cap, n):
    [series] = order_series([found])
    parts = series.parts(cap, n)
    assert len(parts) == n
    assert (
        np.concatenate([part.places for part in parts]).tolist()
        == series.shown(cap).places.tolist()
    )
    for part, place in zip(parts, range(n), strict=True):
        if len(part.places):
            assert part.places[0] == series.drawn[place * (len(series.drawn) - 1) // n]


@given(
    st.lists(st.integers(1, 10**6), max_size=50),
    st.integers(0, 10**6),
    st.integers(0, 10**7),
)
def test_tiers_stay_within_what_a_site_may_carry(counts, most_points, most_total):
    tiers = plan_tiers(counts, most_points=most_points, most_total=most_total)
    assert tiers.n_points(np.array(counts, dtype=np.int64)) <= most_total
    assert all(cap <= most_points for cap in tiers.caps)
    assert list(tiers.caps) == sorted(set(tiers.caps))
