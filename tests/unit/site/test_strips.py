"""Positions of runs and intervals on the lines that tables draw."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from reporter.site.strips import WIDTH, Scale, strip

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(FINITE, min_size=1))
def test_everything_stands_within_the_drawing_in_its_order(values):
    drawn = strip(Scale.over(values), values, values[0], min(values), max(values))
    assert list(drawn.dots) == sorted(drawn.dots)
    assert all(0 < place < WIDTH for place in [*drawn.dots, drawn.middle, *drawn.interval])


def test_values_that_are_no_numbers_have_no_place():
    scale = Scale.over([math.nan, 1.0, math.inf, 3.0])
    drawn = strip(scale, [math.nan, 1.0, math.inf, 3.0], 2.0, math.nan, math.nan)
    assert (drawn.dots, drawn.middle, drawn.interval) == ((6, 194), 100, None)
    assert Scale.over([math.nan]) is None


def test_of_many_values_some_are_drawn():
    values = [float(n) for n in range(10_000)]
    assert 100 < len(strip(Scale.over(values), values, 0.0, 0.0, 1.0).dots) <= 200
