from __future__ import annotations

import json

import altair as alt
import pandas as pd
import pytest
import vl_convert

from reporter.charts import STYLES, compile_vega_lite, compiled_charts
from reporter.charts.metrics import metric_chart
from reporter.charts.spec import VEGA_LITE_VERSION
from reporter.charts.theme import PALETTE, THEMES
from reporter.errors import ChartError

# Of one compiled chart, as JSON: all of them are loaded before the first is drawn.
MOST_BYTES = 6000

POINTS = [
    {"x": 0, "y": 1.0, "run": "a", "color": "#010203", "dash": [], "width": 1.6, "opacity": 1},
    {"x": 5, "y": None, "run": "a", "color": "#010203", "dash": [], "width": 1.6, "opacity": 1},
    {"x": 9, "y": 3.0, "run": "b", "color": "#0a0b0c", "dash": [6, 3], "width": 1, "opacity": 0.28},
]
BANDS = [
    {"x": 0, "low": 0.5, "high": 1.5, "run": "a", "color": "#0c1d2e"},
    {"x": 9, "low": 1.0, "high": 3.5, "run": "a", "color": "#0c1d2e"},
]
ROWS = {
    "points": POINTS,
    "bands": BANDS,
    "breaks": [{"x": 5, "color": "#040506"}],
    "dots": [
        {"x": 9, "y": 2.0, "shape": "circle", "fill": "#070809", "stroke": "#070809"},
    ],
    "labels": [{"text": "the last run", "top": 12, "color": "#0d0e0f"}],
}


@pytest.fixture(scope="module")
def compiled():
    return compiled_charts()


def bind(spec: dict, rows: dict) -> dict:
    bound = json.loads(json.dumps(spec))
    for data in bound["data"]:
        if data["name"] in rows:
            data["values"] = rows[data["name"]]
    return bound


def test_every_style_is_compiled_for_both_themes(compiled):
    assert list(compiled) == [style.name for style in STYLES]
    assert all(tuple(themes) == THEMES for themes in compiled.values())


def test_charts_are_plain_json_small_and_without_data(compiled):
    for themes in compiled.values():
        for spec in themes.values():
            text = json.dumps(spec, allow_nan=False, separators=(",", ":"))
            assert len(text) < MOST_BYTES
            assert '"values":[' not in text
            assert "url" not in text


def test_the_page_decides_size_and_title(compiled):
    for themes in compiled.values():
        spec = themes["light"]
        assert spec["autosize"] == {"type": "fit", "contains": "padding"}
        assert isinstance(spec["width"], int)
        assert isinstance(spec["height"], int)
        titles = [axis["title"] for axis in spec["axes"] if "title" in axis]
        assert titles == [{"signal": "x_title"}]


@pytest.mark.parametrize("style", [style for style in STYLES if style.mark == "line"])
def test_scales_are_the_styles(compiled, style):
    scales = {scale["name"]: scale["type"] for scale in compiled[style.name]["light"]["scales"]}
    assert scales == {"x": {"linear": "linear", "log": "symlog"}[style.x], "y": style.y}


@pytest.mark.parametrize("name", [style.name for style in STYLES if style.mark == "line"])
@pytest.mark.parametrize("theme", THEMES)
def test_a_line_chart_draws_its_rows(compiled, name, theme):
    svg = vl_convert.vega_to_svg(bind(compiled[name][theme], ROWS))
    for rows in ROWS.values():
        for row in rows:
            color = row.get("color", row.get("stroke"))
            assert color in svg
    assert 'stroke-dasharray="6,3"' in svg
    assert 'stroke-opacity="0.28"' in svg
    assert "the last run" in svg


def test_bars_stand_in_the_order_given_with_their_values(compiled):
    rows = [
        {"label": "b", "value": 2.5, "color": "#010203", "text": "2.50", "edge": 2.5},
        {"label": "a", "value": -1, "color": "#040506", "text": "−1.00", "edge": 0},
    ]
    svg = vl_convert.vega_to_svg(bind(compiled["bar"]["light"], {"points": rows}))
    assert "#010203" in svg
    assert "2.50" in svg
    assert svg.index(">b</text>") < svg.index(">a</text>")


def test_altair_and_the_compiler_speak_the_same_version():
    assert alt.SCHEMA_VERSION.startswith(f"v{VEGA_LITE_VERSION}.")
    assert metric_chart(STYLES[0]).to_dict()["$schema"].endswith(f"{alt.SCHEMA_VERSION}.json")


# Figures that users logged


def scatter() -> alt.Chart:
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4], "kind": ["x", "y"]})
    return alt.Chart(frame, title="Two").mark_point().encode(x="a", y="b", color="kind")


def test_a_logged_figure_is_compiled_with_its_rows_once():
    compiled = compile_vega_lite(scatter().to_dict())
    (rows,) = compiled["values"].values()
    assert rows == [{"a": 1, "b": 3, "kind": "x"}, {"a": 2, "b": 4, "kind": "y"}]
    for theme in THEMES:
        assert '"values"' not in json.dumps(compiled[theme]["data"])
        svg = vl_convert.vega_to_svg(bind(compiled[theme], compiled["values"]))
        assert PALETTE[theme][1] in svg
        assert "Two" in svg


def test_a_figures_own_settings_win():
    spec = scatter().configure_axis(labelColor="#123456").to_dict()
    compiled = compile_vega_lite(spec)
    assert compiled["dark"]["config"]["axis"]["labelColor"] == "#123456"


def test_a_spec_is_left_as_it_was():
    spec = scatter().to_dict()
    before = json.dumps(spec)
    compile_vega_lite(spec)
    assert json.dumps(spec) == before


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({}, 'at least one of the following properties: "mark"'),
        ({"layer": 3}, "does not compile"),
        ({"mark": "bar", "data": {"url": "https://example.org/x.csv"}}, "makes no requests"),
        (
            {"mark": {"type": "image", "url": "https://example.org/x.png"}, "data": {"values": []}},
            "makes no requests",
        ),
        (
            {
                "mark": "bar",
                "transform": [
                    {
                        "lookup": "a",
                        "from": {"data": {"url": "y.json"}, "key": "a", "fields": ["b"]},
                    }
                ],
            },
            "y.json",
        ),
        ({"$schema": "https://vega.github.io/schema/vega/v6.json", "marks": []}, "Not a Vega-Lite"),
    ],
)
def test_what_cannot_be_shown_says_why(spec, said):
    with pytest.raises(ChartError) as caught:
        compile_vega_lite(spec)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_rows_may_hold_addresses():
    spec = {
        "data": {"values": [{"url": "https://example.org", "n": 1}]},
        "mark": "bar",
        "encoding": {"x": {"field": "n", "type": "quantitative"}},
    }
    assert compile_vega_lite(spec)["values"]
