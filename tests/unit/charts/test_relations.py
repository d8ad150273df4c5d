"""Kinds of experiment charts: valid, as they were, small, and drawing what they are given."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import vl_convert

from reporter.charts import compiled_relations
from reporter.charts.relations import RELATIONS, relation
from reporter.charts.theme import THEMES
from reporter.errors import InvalidInputError

SHARED = Path(__file__).parents[2] / "shared" / "relation_specs.json"

# All of them, as a data file: loaded when the tab is opened.
MOST_BYTES = 450_000

RUN = {"color": "#010203", "area": 40, "opacity": 1, "shift_x": 0, "shift_y": 0}
GROUP = {"color": "#040506", "ink": "#070809"}

# By kind and variant: rows for its data sets, and how many marks of a kind they make.
DRAWN = {
    ("scatter", "linear-log"): (
        {"points": [{"x": 1, "y": 0.1, **RUN}, {"x": 2, "y": 10, **RUN}]},
        {"symbol": 2},
    ),
    ("scatter", "category-linear"): (
        {
            "order": [{"x": "a", "y": 1}, {"x": "b", "y": 1}],
            "points": [{"x": "b", "y": 1, **RUN}, {"x": "a", "y": 2, **RUN}],
        },
        {"symbol": 4},
    ),
    ("progress", "time-linear"): (
        {
            "points": [{"x": 1e12, "y": 3, **RUN}, {"x": 2e12, "y": 2, **RUN}],
            "best": [{"x": 1e12, "y": 3, **GROUP}, {"x": 2e12, "y": 2, **GROUP}],
            "records": [{"x": 1e12, "y": 3, **GROUP}],
        },
        {"symbol": 3, "line": 1},
    ),
    ("parallel", ""): (
        {
            "lines": [
                {"axis": axis, "at": at, "run": run, **RUN}
                for run in (0, 1, 2)
                for axis, at in enumerate([0.1 * run, 0.9])
            ],
            "axes": [{"axis": 0, "name": "lr"}, {"axis": 1, "name": "loss"}],
        },
        {"line": 3, "rule": 2, "text": 2},
    ),
    ("means", "zero"): (
        {
            "groups": [
                {"label": "a", "mean": 2, "low": 1, "high": 3, "edge": 3, "text": "2", **GROUP}
            ]
        },
        {"rect": 1, "rule": 1, "text": 1},
    ),
    ("boxes", "linear"): (
        {
            "order": [{"label": "a"}],
            "groups": [{"label": "a", "low": 1, "q1": 2, "median": 3, "q3": 4, "high": 5, **GROUP}],
            "points": [{"label": "a", "x": x, "shift": 0.1, **RUN} for x in (1, 2, 3)],
        },
        {"symbol": 4, "rect": 2, "rule": 1},
    ),
    ("heat", ""): (
        {
            "order": [{"x": "a", "y": "c"}, {"x": "b", "y": "c"}],
            "cells": [
                {"x": "b", "y": "c", "mean": 2, "text": "two", "ink": "#000"},
                {"x": "a", "y": "c", "mean": 1, "text": "one", "ink": "#000"},
            ],
        },
        {"symbol": 2, "rect": 2, "text": 2},
    ),
    ("contour", "linear-linear"): (
        {
            "cells": [{"x": 0, "x2": 1, "y": 0, "y2": 1, "value": 3}],
            "lines": [{"x": 0, "x2": 1, "y": 0, "y2": 1, "ink": "#000"}],
            "points": [{"x": 0.5, "y": 0.5, "ink": "#000"}],
        },
        {"rect": 1, "rule": 1, "symbol": 1},
    ),
    ("correlation", ""): (
        {
            "bars": [
                {
                    "label": "a",
                    "value": -0.5,
                    "low": -0.8,
                    "high": 0,
                    "edge": 0,
                    "text": "",
                    **GROUP,
                }
            ]
        },
        {"rect": 1, "rule": 1, "text": 1},
    ),
}


@pytest.fixture(scope="module")
def kinds():
    return {kind["name"]: kind for kind in compiled_relations()["kinds"]}


def test_every_registered_kind_is_compiled_in_the_order_of_the_page(kinds):
    by_place = sorted(RELATIONS.values(), key=lambda kind: kind.place)
    assert list(kinds) == [kind.name for kind in by_place]
    for kind in RELATIONS.values():
        for variant in kinds[kind.name]["variants"].values():
            assert {*THEMES, "lite"} == set(variant)


def test_a_chart_is_drawn_for_every_combination_of_scales(kinds):
    variants = set(kinds["scatter"]["variants"])
    assert {"linear-linear", "log-category", "category-log", "time-linear"} <= variants
    assert set(kinds["contour"]["variants"]) == {
        f"{x}-{y}" for x in ("linear", "log") for y in ("linear", "log")
    }


def test_every_slot_with_an_axis_is_one_that_the_chart_has():
    for kind in RELATIONS.values():
        for slot in kind.slots:
            assert not slot.axis or slot.axis in kind.axes
        assert len({slot.name for slot in kind.slots}) == len(kind.slots)


def test_a_name_is_taken_once():
    with pytest.raises(InvalidInputError, match="scatter"):
        relation("scatter", title="Another", note="")(lambda _: None)


def test_specifications_are_as_they_were(request):
    """Altair has checked them against the schema of Vega-Lite when they were made."""
    found = {
        kind.name: next(iter(dict(kind.variants()).values())).to_dict()
        for kind in RELATIONS.values()
    }
    for spec in found.values():
        spec.pop("config", None)
    text = json.dumps(found, indent=1, sort_keys=True) + "\n"
    if request.config.getoption("--update-golden"):
        SHARED.write_text(text, encoding="utf-8")
    assert text == SHARED.read_text(encoding="utf-8")


def test_charts_hold_no_data_and_load_nothing(kinds):
    text = json.dumps(compiled_relations(), separators=(",", ":"), allow_nan=False)
    assert len(text) < MOST_BYTES
    assert '"url"' not in text
    assert '"values":[' not in text.replace('"values":[]', "")


def test_titles_of_axes_are_signals(kinds):
    for kind in kinds.values():
        for variant in kind["variants"].values():
            for axis in variant["light"].get("axes", []):
                assert isinstance(axis.get("title", {}), dict)


def count_marks(svg: str) -> dict[str, int]:
    """Count what is drawn by kind of mark, guides and legends left out."""
    groups = re.findall(r'<g class="mark-(\w+) role-mark[^"]*"(.*?)</g>', svg, flags=re.DOTALL)
    counts: dict[str, int] = {}
    for mark, body in groups:
        drawn = len(re.findall(r"<(?:path|line|text|rect)\b", body))
        counts[mark] = counts.get(mark, 0) + drawn
    return counts


@pytest.mark.parametrize(("kind", "variant"), list(DRAWN))
@pytest.mark.parametrize("theme", THEMES)
def test_a_chart_draws_the_rows_it_is_given(kinds, kind, variant, theme):
    rows, expected = DRAWN[kind, variant]
    spec = json.loads(json.dumps(kinds[kind]["variants"][variant][theme]))
    for data in spec["data"]:
        if data["name"] in rows:
            data["values"] = rows[data["name"]]
    counts = count_marks(vl_convert.vega_to_svg(spec))
    assert {mark: counts.get(mark, 0) for mark in expected} == expected


def test_the_exported_form_draws_the_same(kinds):
    rows, expected = DRAWN["scatter", "linear-log"]
    lite = {**kinds["scatter"]["variants"]["linear-log"]["lite"], "datasets": rows}
    svg = vl_convert.vegalite_to_svg(lite, vl_version="6.4")
    assert count_marks(svg)["symbol"] == expected["symbol"]


def test_categories_stand_in_their_order(kinds):
    rows, _ = DRAWN["heat", ""]
    spec = json.loads(json.dumps(kinds["heat"]["variants"][""]["light"]))
    for data in spec["data"]:
        data["values"] = rows.get(data["name"], data.get("values"))
        if data["values"] is None:
            del data["values"]
    svg = vl_convert.vega_to_svg(spec)
    assert svg.index(">a</text>") < svg.index(">b</text>")
