from __future__ import annotations

import pytest

import reporter
from reporter.chart_functions import find_chart_functions
from reporter.errors import InvalidInputError


def test_the_mark_leaves_the_function_as_it_is():
    def loss(runs):
        return runs

    assert reporter.chart(loss) is loss
    assert reporter.chart(page="run")(loss) is loss
    assert loss(3) == 3


def test_titles_come_from_the_mark_then_the_docstring_then_the_name():
    @reporter.chart(title="Given")
    def one(runs):
        """Ignored."""

    @reporter.chart
    def two(runs):
        """Loss by rate.

        More of it.
        """

    @reporter.chart()
    def loss_by_rate(runs): ...

    found = find_chart_functions({"a": one, "b": two, "c": loss_by_rate, "again": one, "n": 1})
    assert [mark.title for mark in found] == ["Given", "Loss by rate", "Loss by rate"]
    assert [mark.page for mark in found] == ["experiment"] * 3


def test_an_unknown_page_is_refused_with_a_hint():
    with pytest.raises(InvalidInputError, match="experiment"):
        reporter.chart(page="experiments")
