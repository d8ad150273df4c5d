from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from reporter.charts import downsample, downsample_many, order

SHARED = Path(__file__).resolve().parents[2] / "shared" / "downsample_cases.json"
CASES = json.loads(SHARED.read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_keeps_the_points_of_the_shared_table(case):
    steps = np.array(case["steps"], dtype=np.int64)
    values = np.array([float(value) for value in case["values"]], dtype=np.float64)
    assert downsample(steps, values, case["cap"]).tolist() == case["kept"]


def test_series_do_not_touch_each_other():
    lengths = [30, 0, 5, 200, 1]
    series = [np.cos(np.arange(n) * 0.7) for n in lengths]
    steps = [np.arange(n, dtype=np.int64) for n in lengths]
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    kept, bounds = downsample_many(np.concatenate(steps), np.concatenate(series), offsets, 16)
    for i, (own_steps, values) in enumerate(zip(steps, series, strict=True)):
        alone = downsample(own_steps, values, 16)
        assert (kept[bounds[i] : bounds[i + 1]] - offsets[i]).tolist() == alone.tolist()


def test_needs_room_for_ends_and_extremes():
    with pytest.raises(ValueError, match="at least 5 points"):
        downsample(np.arange(3), np.zeros(3), cap=4)


def test_order_is_by_step_and_stable():
    assert order(np.array([2, 0, 2, 1, 0])).tolist() == [1, 4, 3, 0, 2]
    assert order(np.array([0, 0, 1])).tolist() == [0, 1, 2]
    assert order(np.array([], dtype=np.int64)).tolist() == []
