"""Plotly and Vega-Lite: cut out of whatever they were logged in, drawn in a sandbox, or refused."""

from __future__ import annotations

import json

import pytest

from reporter.renderers import plotly, vega_lite
from reporter.renderers.plotly import find_figures
from reporter.renderers.vega_lite import find_spec

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.1.0.json"
BARS = {"data": [{"type": "bar", "x": ["a"], "y": [1]}], "layout": {"title": {"text": "t"}}}


def registered(fragment) -> list:
    """Return the figures that a fragment's data file registers."""
    content = fragment.files[fragment.context.figures].decode()
    start = f'reporter.register("{fragment.context.figures_name}",'
    assert content.startswith(start)
    return json.loads(content[len(start) :].removesuffix(");\n"))


@pytest.fixture
def figure():
    go = pytest.importorskip("plotly.graph_objects", reason="makes the figure that is cut out")
    return go.Figure(go.Bar(x=["</script>", "b"], y=[1, 2]), {"title": {"text": "bars"}})


@pytest.mark.parametrize("library", ["cdn", True, False, "directory"])
def test_figures_are_cut_out_of_every_kind_of_html_that_plotly_writes(figure, library, draw):
    html = figure.to_html(include_plotlyjs=library)
    fragment = draw("bars.html", html)
    (found,) = registered(fragment)
    assert found["data"][0]["x"] == ["</script>", "b"]
    assert found["layout"]["title"] == {"text": "bars"}
    assert fragment.is_figure
    assert fragment.page == ""


def test_json_and_html_of_one_figure_are_one_data_file(figure, draw):
    one = draw("a.json", figure.to_json())
    other = draw("b.html", figure.to_html(include_plotlyjs="cdn"))
    assert one.context.figures == other.context.figures
    assert one.context.library == other.context.library


def test_several_figures_in_one_page():
    call = 'Plotly.newPlot("id", [{"y": [1]}], {}, {"responsive": true});'
    assert len(find_figures(f"<script>{call}</script><p><script>{call}</script>")) == 2


@pytest.mark.parametrize(
    "text",
    ["", "Plotly.newPlot(", "Plotly.newPlot('a', [", "Plotly.newPlot('a', [1], {})",
     "Plotly.newPlot('a', " + "[" * 5000, "Plotly.newPlot(a, data, layout)"],
)  # fmt: skip
def test_what_is_no_figure_is_no_figure(text):
    assert find_figures(text) == []


def test_json_that_only_looks_like_a_figure_is_a_tree(draw):
    for value in ({"data": [{"type": 1}, 2]}, {"data": [{"type": 1}], "layout": 3}):
        assert draw("a.json", json.dumps(value)).template == "fragments/json_tree.html.j2"


def test_pictures_from_elsewhere_are_left_out(draw):
    images = [{"source": "https://x.test/a.png"}, {"source": "data:image/png;base64,AA"}, 7]
    (found,) = registered(draw("a.plotly.json", json.dumps(BARS | {"layout": {"images": images}})))
    assert found["layout"]["images"] == [{"source": "data:image/png;base64,AA"}]


@pytest.mark.parametrize("kind", ["scattergeo", "choropleth", "scattermapbox", "densitymap"])
def test_maps_are_not_drawn_since_they_load_tiles(kind, draw, to_html):
    fragment = draw("a.plotly.json", json.dumps({"data": [{"type": kind}], "layout": {}}))
    assert "Map not drawn" in to_html(fragment)
    assert fragment.problem is None


def test_heat_maps_are_no_maps(draw):
    assert (
        draw("a.plotly.json", json.dumps({"data": [{"type": "heatmap"}]})).context.kind == "plotly"
    )


def test_without_the_library_a_placeholder_says_so(draw, to_html, monkeypatch):
    monkeypatch.setattr(plotly, "_library_path", lambda: None)
    fragment = draw("a.plotly.json", json.dumps(BARS))
    assert fragment.is_figure
    assert fragment.problem.hint == "Install plotly, then build again"
    assert "Install plotly" in to_html(fragment)


def test_the_library_travels_as_text_and_once(figure, draw):
    fragment = draw("a.json", figure.to_json())
    source = fragment.files[fragment.context.library]
    assert source.startswith(b'reporter.register("plotly-source-')
    assert source.isascii()
    frame = fragment.files[fragment.context.frame].decode()
    assert "default-src 'none'" in frame
    assert 'self.origin !== "null"' in frame


@pytest.fixture
def chart():
    alt = pytest.importorskip("altair", reason="makes the figure that is compiled")
    import pandas as pd

    table = pd.DataFrame({"x": [1, 2, 3], "y": [1.5, None, 0.5]})
    return alt.Chart(table).mark_line(point=True).encode(x="x:Q", y="y:Q")


def test_a_chart_is_compiled_and_has_a_still_picture(chart, draw, to_html):
    fragment = draw("a.json", chart.to_json())
    (found,) = registered(fragment)
    assert found["spec"]["$schema"].startswith("https://vega.github.io/schema/vega/")
    assert any("values" in data for data in found["spec"]["data"])
    posters = [content for path, content in fragment.files.items() if path.endswith(".png")]
    assert posters[0].startswith(b"\x89PNG")
    assert fragment.width > 300
    assert f'width="{fragment.width}"' in to_html(fragment)
    assert 'data-role="vega"' in to_html(fragment)


@pytest.mark.parametrize("inline", [True, False])
def test_charts_are_cut_out_of_html_that_altair_writes(chart, inline, draw):
    one, other = draw("a.json", chart.to_json()), draw("a.html", chart.to_html(inline=inline))
    assert other.context.kind == "vega"
    assert registered(other)[0]["spec"]["marks"] == registered(one)[0]["spec"]["marks"]


@pytest.mark.parametrize(
    "data",
    [
        {"url": "https://x.test/a.json"},
        {"url": "file:///etc/passwd"},
        {"url": {"expr": "'https://x.test/a.json'"}},
    ],
)
def test_data_from_elsewhere_are_refused(data, draw, to_html):
    spec = {"$schema": SCHEMA, "data": data, "mark": "bar", "encoding": {}}
    fragment = draw("a.vl.json", json.dumps(spec))
    assert fragment.problem.what == "Chart not drawn"
    assert not fragment.files
    assert 'class="hole"' in to_html(fragment)


def test_image_marks_get_no_still_picture_since_it_would_open_files(draw, tmp_path):
    spec = {
        "$schema": SCHEMA,
        "data": {"values": [{"u": (tmp_path / "secret.png").as_uri()}]},
        "mark": {"type": "image", "width": 10, "height": 10},
        "encoding": {"url": {"field": "u"}},
    }
    fragment = draw("a.vl.json", json.dumps(spec))
    assert fragment.context.poster == ""
    assert not [path for path in fragment.files if path.endswith(".png")]


@pytest.mark.parametrize(
    "change",
    [
        {"width": 10**7},
        {"data": {"sequence": {"start": 0, "stop": 10**12}}},
        {"data": {"sequence": {"start": 0, "stop": 10, "step": 1e-9}}},
    ],
)
def test_rows_and_pixels_without_end_get_no_still_picture(change, draw):
    spec = {"$schema": SCHEMA, "data": {"values": [{"a": 1}]}, "mark": "point", "encoding": {}}
    fragment = draw("a.vl.json", json.dumps(spec | change))
    assert fragment.context.poster == ""


@pytest.mark.parametrize("spec", [{}, {"mark": "no-such"}, {"data": 3, "mark": []}, {"hconcat": 1}])
def test_what_does_not_compile_is_a_problem(spec, draw):
    fragment = draw("a.vl.json", json.dumps({"$schema": SCHEMA} | spec))
    assert fragment.problem.what == "Chart not drawn"


def test_pages_without_one_chart_stay_pages(draw):
    assert find_spec("vegaEmbed('#a', url)") is None
    page = "<html><script src='https://cdn.test/vega-embed'></script>"
    assert draw("a.html", page).template == "fragments/html.html.j2"


def test_a_chart_is_compiled_once(chart, draw):
    vega_lite._compile.cache_clear()
    for _ in range(3):
        draw("a.json", chart.to_json())
    assert vega_lite._compile.cache_info().misses == 1
