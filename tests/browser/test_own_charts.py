"""Charts of the user's own, from `@reporter.chart` to marks in a reader's browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from reporter.config import load_config
from reporter.site.build import build
from reporter.site.writing.output import FolderOutput
from reporter.store.reader import open_store
from tests.browser.conftest import Place
from tests.builders import make_run, make_store, run_id_of

N_RUNS = 4
CODE = """
import altair as alt
import reporter

@reporter.chart(title="Loss by rate")
def loss_by_rate(runs):
    table = runs.rename(columns={"params.lr": "lr", "metrics.loss": "loss"})
    return alt.Chart(table[["lr", "loss"]]).mark_point().encode(x="lr:Q", y="loss:Q")

@reporter.chart(page="run")
def history(histories, runs):
    points = histories[["step", "value"]]
    return alt.Chart(points).mark_bar().encode(x="step:O", y="value:Q")

@reporter.chart(page="index")
def picture(runs):
    from matplotlib.figure import Figure
    figure = Figure(figsize=(2, 1))
    figure.subplots().bar(range(len(runs)), runs["metrics.loss"])
    return figure

@reporter.chart
def broken(runs):
    raise ValueError("there is no such column")
"""

# A frame keeps its view to itself: here every view is kept as it is made.
WATCH = """Object.defineProperty(window, "vega", {
  get() { return this.watched; },
  set(vega) {
    const keep = (view) => (window.seen = view);
    class View extends vega.View { constructor(...given) { super(...given); keep(this); } }
    this.watched = { ...vega, View };
  },
});"""
# Symbols and bars that a view has drawn.
MARKS = """() => {
  const count = ({ marktype, role, items = [] }) =>
    (["symbol", "rect"].includes(marktype) && role === "mark" ? items.length : 0) +
    items.reduce((sum, item) => sum + (item.items || []).reduce((n, one) => n + count(one), 0), 0);
  return count(window.seen.scenegraph().root);
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    store = make_store(folder / "runs")
    for i in range(N_RUNS):
        losses = [1.0, 0.5, 0.4 - i / 20]
        make_run(store, f"run-{i}", metrics={"loss": losses}, params={"lr": f"1e-{i}"})
    (folder / "charts.py").write_text(CODE, encoding="utf-8")
    (folder / "report.toml").write_text('[charts]\nfile = "charts.py"\n', encoding="utf-8")
    config = load_config(str(folder / "report.toml"))
    result = build(open_store(store), FolderOutput(str(folder / "site")), config=config)
    assert len(result.problems) == 1, "the chart that raises"
    return folder / "site"


def drawn_in_frame(page, figure) -> int:
    """Wait for a figure's frame, and count its marks."""
    page.context.add_init_script(WATCH)
    page.reload()
    figure.scroll_into_view_if_needed()
    handle = figure.locator("iframe").element_handle()
    frame = handle.content_frame()
    frame.wait_for_function("() => window.seen && document.querySelector('canvas')")
    return frame.evaluate(MARKS)


def test_a_chart_of_all_runs_is_drawn_with_a_mark_a_run(open_page, site):
    place = Place("file", site.as_uri() + "/")
    page = open_page(place, "experiment/0/index.html#v=1&tab=charts", quiet=False)
    figure = page.locator("[data-role=own-charts] figure", has_text="Loss by rate")
    assert drawn_in_frame(page, figure) == N_RUNS


def test_a_chart_of_one_run_has_that_runs_points(open_page, site):
    place = Place("file", site.as_uri() + "/")
    page = open_page(place, f"run/{run_id_of('run-2')}.html", quiet=False)
    assert drawn_in_frame(page, page.locator("[data-role=own-charts] figure")) == 3


def test_a_picture_is_shown_on_the_first_page(open_page, site):
    page = open_page(Place("file", site.as_uri() + "/"), "index.html")
    image = page.locator("[data-role=own-charts] img")
    image.scroll_into_view_if_needed()
    page.wait_for_function(
        "() => document.querySelector('[data-role=own-charts] img').naturalWidth > 50"
    )


def test_a_chart_that_fails_leaves_a_place_that_says_why(open_page, site):
    page = open_page(Place("file", site.as_uri() + "/"), "experiment/0/index.html#v=1&tab=charts")
    hole = page.locator("[data-role=own-charts] .hole")
    hole.wait_for()
    assert "there is no such column" in hole.inner_text()
