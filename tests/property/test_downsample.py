"""Down-sampling keeps what a reader looks for and invents nothing."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reporter.charts import downsample

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
