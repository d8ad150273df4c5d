from __future__ import annotations

import re

import numpy as np
import pytest

from reporter.site.curves.sparkline import BOX_HEIGHT_PX, BOX_WIDTH_PX, MAX_POINTS, spark_paths


def points(path):
    assert re.fullmatch(r"M[0-9. L]+", path)
    return [tuple(map(float, pair.split())) for pair in path[1:].split("L")]


@pytest.mark.parametrize(
    "values",
    [np.arange(5.0), np.array([np.nan, 1, 2, np.inf, 3]), np.array([1e308, -1e308, 0]),
     np.array([5.0, 5.0]), np.random.default_rng(0).normal(size=5000)],
)  # fmt: skip
def test_a_path_stays_in_its_box(values):
    [path] = spark_paths([(np.arange(len(values)), values)])
    found = points(path)
    assert 2 <= len(found) <= MAX_POINTS
    assert all(0 <= x <= BOX_WIDTH_PX and 0 <= y <= BOX_HEIGHT_PX for x, y in found)


def test_high_values_are_up_and_late_ones_right():
    [path] = spark_paths([(np.array([0, 10]), np.array([0.0, 1.0]))])
    (x0, y0), (x1, y1) = points(path)
    assert x0 < x1
    assert y0 > y1


def test_points_without_steps_are_spread():
    [path] = spark_paths([(np.zeros(3, dtype=int), np.array([1.0, 2, 3]))])
    assert len({x for x, _ in points(path)}) == 3


def test_less_than_two_finite_points_draw_nothing():
    none = np.array([np.nan, np.nan])
    assert spark_paths([(np.arange(2), none), (np.arange(1), np.ones(1))]) == ["", ""]
    assert spark_paths([]) == []
