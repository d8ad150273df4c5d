"""The value that stands for a run is called what it is: best, or the mean that was declared."""

from __future__ import annotations

import re

import pytest

from reporter.events import MetricDefined
from reporter.model import MetricDefinition
from tests.builders import run_id_of


@pytest.fixture
def site(memory_store, built):
    declared = MetricDefinition(key="rmse", direction="min", best="mean")
    events = [MetricDefined(at_ms=5, definition=declared)]
    return built(memory_store({"a": {"metrics": {"rmse": [4.0, 2.0, 3.0]}, "events": events}}))


def test_a_run_is_headed_by_what_was_declared(site):
    page = site.text(f"run/{run_id_of('a')}.html")
    first = re.search(r"<dt[^>]*>([^<]*)</dt><dd[^>]*><bdi>([^<]*)", page).groups()
    assert first == ("rmse ↓ mean", "3")


def test_best_is_an_extreme_and_says_where(site):
    page = site.text(f"run/{run_id_of('a')}.html")
    row = re.search(r'<tr data-role="metric" data-key="rmse".*?</tr>', page, re.DOTALL)[0]
    assert [float(cell) for cell in re.findall(r"<td[^>]*>(?:<[^>]+>)?([\d.]+)<", row)] == [2, 3, 1]
    assert "best 2 at 1" in page


def test_the_best_of_means_says_so(site):
    assert "best mean 3" in site.text("experiment/7/index.html")
