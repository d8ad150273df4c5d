from __future__ import annotations

import json
from pathlib import Path

import pytest

from reporter.config import View
from reporter.site.view_state import parse_hash, print_hash, view_hash, view_state

CASES = json.loads(
    (Path(__file__).resolve().parents[2] / "shared" / "view_cases.json").read_text("utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["hash"][:30])
def test_views_are_written_and_read_as_the_page_does(case):
    assert print_hash(case["view"]) == case["hash"]
    assert parse_hash(case["hash"]) == case["view"]


def test_the_keys_of_a_view_go_over_its_link():
    link = "https://example.org/report/experiment/7/index.html#v=1&q=a+b&theme=dark&cols=params.lr"
    view = View(name="x", link=link, query="lr < 1", sort=("-metrics.a,b", "params.lr"))
    assert view_state(view) == {
        "q": "lr < 1", "theme": "dark", "cols": ["params.lr"], "sort": "-metrics.a%2Cb,params.lr",
    }  # fmt: skip
    assert "sort=-metrics.a%252Cb%2Cparams.lr" in view_hash(view)


def test_a_view_that_says_nothing_is_no_address():
    assert view_hash(View(name="x")) == ""
    assert view_state(View(name="x", state={"sel": "a,b", "smooth": "0.6"})) == {
        "sel": ["a", "b"],
        "smooth": "0.6",
    }
