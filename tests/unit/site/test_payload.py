from __future__ import annotations

import base64
import json

import numpy as np
import pytest

from reporter.site import payload

DTYPES = {"f64": "<f8", "f32": "<f4", "i32": "<i4", "u32": "<u4", "u16": "<u2", "u8": "<u1"}


def unpack(packed):
    return np.frombuffer(base64.b64decode(packed["b"]), dtype=DTYPES[packed["t"]])


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0, 255], "u8"), ([0, 256], "u16"), ([0, 65536], "u32"), ([-1, 5], "i32"),
        ([2**31, 0], "u32"), ([2**40, -5], "f64"), ([], "u8"),
    ],
)  # fmt: skip
def test_whole_numbers_take_the_narrowest_kind(values, kind):
    packed = payload.pack_whole(np.array(values, dtype=np.int64))
    assert packed["t"] == kind
    assert unpack(packed).tolist() == values


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1.0, 2.0], "u8"), ([0.5, np.nan, np.inf], "f32"), ([0.1], "f64"), ([-0.0], "f32"),
        ([1e300], "f64"), ([2.0**33], "f32"), ([2.0**33 + 1], "f64"), ([5e-324], "f64"),
    ],
)  # fmt: skip
def test_table_numbers_come_back_exactly(values, kind):
    packed = payload.pack_floats(np.array(values))
    assert packed["t"] == kind
    back = unpack(packed).astype(np.float64)
    assert np.array_equal(back, np.array(values), equal_nan=True)
    assert np.array_equal(np.signbit(back), np.signbit(np.array(values)))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0.1, np.nan, -np.inf], "f32"), ([1e39], "f64"), ([1e-40], "f64"), ([0.0], "f32"),
        ([16777217.0], "f64"), ([16777216.0], "f32"), ([16777217.5], "f32"),
    ],
)  # fmt: skip
def test_series_are_narrow_unless_that_shows(values, kind):
    assert payload.pack_series_values(np.array(values))["t"] == kind


def test_steps_are_ranges_when_all_are_evenly_spaced():
    series = [np.arange(0, 50, 5), np.array([7]), np.array([], dtype=np.int64)]
    assert payload.pack_steps(series) == {"t": "range", "start": [0, 7, 0], "by": [5, 0, 0]}


@pytest.mark.parametrize(("steps", "kind"), [([0, 1, 5], "i32"), ([0, 1, 2**40], "f64")])
def test_other_steps_are_absolute(steps, kind):
    packed = payload.pack_steps([np.array(steps), np.array([3, 4])])
    assert packed["t"] == kind
    assert unpack(packed).tolist() == [*steps, 3, 4]


def test_a_bitmap_has_the_first_run_in_the_lowest_bit():
    mask = np.array([True] + [False] * 8 + [True])
    assert list(base64.b64decode(payload.bitmap(mask))) == [1, 2]


@pytest.mark.parametrize(
    "text", ["</script><script>", "<!--", "\u2028\u2029", "日本", "\ud800x", '"\\']
)
def test_what_was_logged_stays_inside_its_string(text):
    data = payload.register("n", payload.encode_json({"t": text}))
    source = data.decode()
    for forbidden in ("</", "<!--", "\u2028", "\u2029"):
        assert forbidden not in source
    body = source.removeprefix('reporter.register("n",').removesuffix(");\n")
    assert json.loads(body) == {"t": text}
