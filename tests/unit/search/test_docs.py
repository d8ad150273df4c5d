"""docs/filter-language.md shows filters: they must be ones."""

from __future__ import annotations

import re
from pathlib import Path

from reporter.search import parse_filter, to_text
from reporter.search.names import AGGREGATES, ATTRIBUTES

PAGE = (Path(__file__).parents[3] / "docs" / "filter-language.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


def test_every_filter_shown_is_one():
    shown = [line for block in blocks("filter") for line in block.splitlines()]
    assert len(shown) >= 5
    for text in shown:
        assert parse_filter(to_text(parse_filter(text))) == parse_filter(text)


def test_every_python_block_runs():
    for block in blocks("python"):
        exec(compile(block, "docs/filter-language.md", "exec"), {})


def test_every_attribute_and_aggregate_is_named():
    for name in [*ATTRIBUTES, *(f":{each}" for each in AGGREGATES)]:
        assert f"`{name}`" in PAGE, name
