from __future__ import annotations

from datetime import datetime, timezone

import pytest

from reporter.importers.params import flatten_params, read_yaml
from reporter.importers.point_buffer import to_int64
from reporter.importers.table_mapping import find_mapping, read_time, to_number
from reporter.model import Problem


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["epoch", "loss"], ("epoch", "", "", "")),
        (["epoch", "step", "loss"], ("step", "", "", "")),
        (["Step", "Wall time", "Value"], ("Step", "", "", "")),
        (["_step", "_timestamp", "loss"], ("_step", "_timestamp", "", "")),
        (
            ["run_id", "key", "step", "timestamp_ms", "value"],
            ("step", "timestamp_ms", "run_id", "key"),
        ),
        (["key", "loss"], ("", "", "", "")),
        (["a", "b"], ("", "", "", "")),
    ],
)
def test_columns_are_told_by_their_names(columns, expected):
    found = find_mapping(columns, {})
    assert (found.step, found.time, found.run, found.key) == expected


@pytest.mark.parametrize(
    ("value", "number"),
    [("1", 1.0), (" 2.5 ", 2.5), ("nan", float("nan")), ("-inf", float("-inf")), ("1_000", None),
     ("", None), ("1,5", None), (None, None), ([1], None), (10**400, None)],
)  # fmt: skip
def test_numbers_are_what_python_calls_so(value, number):
    assert repr(to_number(value)) == repr(number)


@pytest.mark.parametrize(
    "value",
    [1760000000, 1760000000.0, "1760000000", 1760000000000, 1.76e15, 1.76e18, "2025-10-09T08:53:20",
     "2025-10-09 10:53:20+02:00", datetime(2025, 10, 9, 8, 53, 20, tzinfo=timezone.utc)],
)  # fmt: skip
def test_times_of_every_form(value):
    assert read_time(value) == 1760000000000


@pytest.mark.parametrize("value", ["soon", "", None, 0, 5, "nan", "inf", [1]])
def test_what_is_no_time_is_zero(value):
    assert read_time(value) == 0


def test_steps_end_at_the_edge_of_int64():
    assert to_int64(float("inf")) == 2**63 - 1
    assert to_int64(-1e300) == -(2**63)


def test_names_that_meet_keep_the_first():
    assert flatten_params({"a": {"b": 1}, "a.b": 2, 3: None, "e": {}}) == {
        "a.b": "1",
        "3": "None",
        "e": "{}",
    }


def test_deep_configurations_are_cut_into_text():
    config: dict = {}
    for _ in range(50):
        config = {"x": config}
    (key,) = flatten_params(config)
    assert key.count(".") == 16


@pytest.mark.parametrize(
    "text",
    [
        "a: [1, 2\n",
        "- 1\n",
        "!!python/object/apply:os.system ['true']",
        "a: &a [*a, *a]\nb: {",
        "\0",
    ],
)
def test_yaml_that_is_none_of_plain_values_is_a_problem(tmp_path, text):
    (tmp_path / "x.yaml").write_text(text)
    assert isinstance(read_yaml(str(tmp_path / "x.yaml"), "x.yaml"), Problem)


def test_an_empty_yaml_file_has_no_params(tmp_path):
    (tmp_path / "x.yaml").write_text("\n")
    assert read_yaml(str(tmp_path / "x.yaml"), "x.yaml") == {}


def test_yaml_may_say_a_value_once_for_two_params(tmp_path):
    (tmp_path / "x.yaml").write_text("a: &id001 [1, 2]\nb: *id001\n")
    assert read_yaml(str(tmp_path / "x.yaml"), "x.yaml") == {"a": [1, 2], "b": [1, 2]}
