"""The filter language in Python, held to the table that the page is held to as well."""

from __future__ import annotations

import math

import pytest

from reporter.errors import FilterSyntaxError
from reporter.search import box_keys, matches, parse_filter, sort_runs, to_text
from reporter.search.pattern import regex
from reporter.search.quantity import read_duration, read_number, read_time


def test_filters_choose_the_runs_of_the_table(cases, runs):
    for case in cases["filters"]:
        node = parse_filter(case["text"])
        found = [k for k, run in runs.items() if matches(node, run, cases["experiments"])]
        assert "".join(found) == case["runs"], case["text"]


def test_filters_print_in_their_canonical_form_which_reads_back(cases):
    for case in cases["filters"]:
        node = parse_filter(case["text"])
        assert to_text(node) == case.get("canonical", case["text"])
        assert parse_filter(to_text(node)) == node


def test_errors_say_where_and_what_was_expected(cases):
    for case in cases["errors"]:
        with pytest.raises(FilterSyntaxError) as caught:
            parse_filter(case["text"])
        error = caught.value
        assert error.message == case["message"]
        assert (error.text, error.position, error.expected) == (
            case["text"],
            case["position"],
            case["expected"],
        )


def test_the_box_is_read_as_the_page_reads_it(cases):
    for case in [*cases["filters"], *cases["box"]]:
        box_keys(case["text"])
    for case in cases["box_errors"]:
        with pytest.raises(FilterSyntaxError) as caught:
            box_keys(case["text"])
        assert caught.value.message == case["message"]


def test_the_box_tells_which_keys_a_text_asks_for():
    keys = box_keys("params.lr:0.1 (mlp OR metrics.loss:min < 2) -team:vis 10:32")
    assert {(key.group, key.name) for key in keys} == {
        ("params", "lr"),
        ("metrics", "loss"),
        ("", "team"),
    }


def test_order_by_puts_runs_in_the_order_of_the_table(cases, runs):
    letters = {id(run): letter for letter, run in runs.items()}
    for case in cases["order"]:
        ordered = sort_runs(runs.values(), case["by"], cases["experiments"])
        assert "".join(letters[id(run)] for run in ordered) == case["runs"], case["by"]


def test_order_by_refuses_what_it_cannot_read(cases, runs):
    for case in cases["order_errors"]:
        with pytest.raises(FilterSyntaxError) as caught:
            sort_runs(runs.values(), [case["text"]])
        assert caught.value.message == case["message"]


@pytest.mark.parametrize(
    ("name", "read"),
    [("numbers", read_number), ("times", read_time), ("durations", read_duration)],
)
def test_quantities_are_read_as_the_table_says(cases, name, read):
    for text, written in cases[name]:
        expected = tuple(written) if isinstance(written, list) else written
        expected = float(expected) if isinstance(expected, str) else expected
        value = read(text)
        both_nan = isinstance(value, float) and math.isnan(value) and math.isnan(expected)
        assert both_nan or value == expected, text


def test_patterns_match_as_the_table_says(cases):
    for pattern, text, is_match in cases["patterns"]:
        assert regex(pattern)(text) is is_match, (pattern, text)
