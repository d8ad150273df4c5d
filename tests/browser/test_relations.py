"""Experiment charts as a reader meets them: every kind drawn, with the numbers of pandas."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from reporter.site.build import build
from reporter.site.writing.output import FolderOutput
from reporter.store.reader import open_store
from tests.browser.conftest import Place
from tests.builders import make_run, make_store
from tests.vega_editor import marks_of

N_RUNS = 36
KINDS = (
    "scatter",
    "progress",
    "parallel",
    "correlation",
    "information",
    "importance",
    "means",
    "boxes",
    "heat",
    "contour",
)
HOSTILE = "</script><b>x</b>"

# Rows of a data set of a chart's view, without what Vega adds to them.
ROWS = """([kind, name]) => {
  const card = reporter.relations.cards.find((one) => one.kind.name === kind);
  return card.view.view.data(name).map((row) => Object.fromEntries(Object.entries(row)));
}"""

# Items that a view has drawn, by kind of mark, those of guides left out.
MARKS = """(kind) => {
  const card = reporter.relations.cards.find((one) => one.kind.name === kind);
  const counts = {};
  const walk = (mark) => {
    if (mark.role && /axis|legend|title/.test(mark.role)) return;
    if (mark.marktype && mark.marktype !== "group") {
      const shown = mark.items.filter((item) => item.opacity !== 0).length;
      counts[mark.marktype] = (counts[mark.marktype] || 0) + (mark.marktype === "line" ? 1 : shown);
    }
    for (const item of mark.items || []) for (const inner of item.items || []) walk(inner);
  };
  walk(card.view.view.scenegraph().root);
  return counts;
}"""


def options_of(i: int) -> dict:
    rng = np.random.default_rng(i)
    lr = 10.0 ** -(1 + i % 4)
    optimizer = ("adam", "sgd", HOSTILE)[i % 3]
    width = 16 * (1 + i % 5)
    loss = abs(np.log10(lr) + 2.5) * 0.2 + 0.01 * (i % 3) + 0.001 * width + 0.01 * rng.random()
    params = {"lr": f"{lr:g}", "optimizer": optimizer, "width": str(width)}
    if i % 9 == 0:
        del params["lr"]
    metrics = {"loss": [1.0, loss], "time_s": [float(width)]}
    if i == 5:
        metrics["loss"] = [float("nan")]
    return {"params": params, "metrics": metrics, "start_ms": 1_795_233_120_000 + i * 60_000}


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> str:
    store = make_store(tmp_path_factory.mktemp("relations") / "runs")
    for i in range(N_RUNS):
        make_run(store, f"run-{i:02}", **options_of(i))
    return store


@pytest.fixture(scope="module")
def runs() -> pd.DataFrame:
    """The runs as the page shows them: the last value stands for a run."""
    made = [options_of(i) for i in range(N_RUNS)]
    return pd.DataFrame(
        {
            "run": range(N_RUNS),
            "lr": [float(one["params"].get("lr", "nan")) for one in made],
            "optimizer": [one["params"]["optimizer"] for one in made],
            "width": [float(one["params"]["width"]) for one in made],
            "loss": [one["metrics"]["loss"][-1] for one in made],
            "time_s": [one["metrics"]["time_s"][-1] for one in made],
        }
    )


@pytest.fixture(scope="module")
def site(store, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("relations-site") / "site"
    build(open_store(store), FolderOutput(str(folder)))
    return folder


@pytest.fixture
def open_tab(open_page, site):
    """Open the tab, and draw every card."""

    def open_(view: str = "", **options):
        path = f"experiment/0/index.html#v=1&tab=relations&rel=goal:metrics.loss{view}"
        page = open_page(Place("file", site.as_uri() + "/"), path, **options)
        page.wait_for_function("() => reporter.relations?.cards.every((card) => card.figure)")
        for kind in KINDS:
            settle(page, kind)
        return page

    return open_


def card(page, kind: str):
    return page.locator(f"[data-role=relation][data-kind={kind}]")


def settle(page, kind: str) -> None:
    """Wait until a card shows what was asked of it last."""
    card(page, kind).scroll_into_view_if_needed()
    page.wait_for_function(
        """(kind) => {
          const one = reporter.relations.cards.find((card) => card.kind.name === kind);
          const isDone = !one.isStale && !reporter.relations.isDrawing;
          return isDone && one.figure.dataset.state !== "idle";
        }""",
        arg=kind,
    )


def rows_of(page, kind: str, name: str) -> pd.DataFrame:
    return pd.DataFrame(page.evaluate(ROWS, [kind, name]))


def notice(page, kind: str) -> str:
    return card(page, kind).locator(".chart-notice").inner_text()


# By kind and mark: the data sets of which each row is an item. Those of `order`
# are seen by nobody: they keep categories in their order.
ITEMS = {
    "scatter": {"symbol": ("points", "best"), "line": ("front",)},
    "progress": {"symbol": ("points", "records"), "line": ("best",)},
    "parallel": {
        "line": ("lines", "context"),
        "rule": ("axes",),
        "text": ("axes", "ticks", "ticks", "legend"),
    },
    "correlation": {"rect": ("bars",), "rule": ("bars",), "text": ("bars",)},
    "information": {"rect": ("bars",), "text": ("bars",)},
    "importance": {"rect": ("bars",), "rule": ("bars",), "text": ("bars",)},
    "means": {"symbol": ("groups",), "rule": ("groups",), "text": ("groups",)},
    "boxes": {"symbol": ("points",), "rect": ("groups", "groups"), "rule": ("groups",)},
    "heat": {"rect": ("cells",), "text": ("cells",)},
    "contour": {"rect": ("cells",), "rule": ("lines",), "symbol": ("points",)},
}

ALL_ROWS = """(kind) => {
  const { data } = reporter.relations.cards.find((one) => one.kind.name === kind).last;
  return data;
}"""


def n_items(kind: str, mark: str, rows: dict[str, list[dict]]) -> int:
    """Count the items that rows make: a line is one for each run, all else one for each row."""
    found = [row for name in ITEMS[kind][mark] for row in rows.get(name, [])]
    if mark == "line":
        return len({(row.get("run") if kind == "parallel" else 0) for row in found})
    if mark == "rule" and kind != "contour":
        found = [row for row in found if row.get("low", 0) is not None]
    return len(found)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_kind_is_drawn_row_by_row(open_tab, dark):
    page = open_tab(",scatter.front:on,scatter.x:metrics.time_s,means.zero:off", dark=dark)
    states = {kind: card(page, kind).get_attribute("data-state") for kind in KINDS}
    assert set(states.values()) <= {"ready", "empty"}
    assert {kind for kind, state in states.items() if state == "empty"} <= {"importance"}
    for kind in (kind for kind in KINDS if states[kind] == "ready"):
        rows, drawn = page.evaluate(ALL_ROWS, kind), page.evaluate(MARKS, kind)
        wanted = {mark: n_items(kind, mark, rows) for mark in ITEMS[kind]}
        assert {mark: drawn[mark] for mark in wanted} == wanted, kind
        assert all(wanted.values()), (kind, wanted)


def test_every_kind_opens_in_an_editor_with_the_same_marks(open_tab):
    page = open_tab(",scatter.x:attributes.start_time,scatter.color:params.optimizer")
    for kind in KINDS:
        if card(page, kind).get_attribute("data-state") != "ready":
            continue
        find = "(kind) => reporter.relations.cards.find((one) => one.kind.name === kind)"
        found = marks_of(page.evaluate(f"(kind) => ({find})(kind).tools.lite()", kind))
        drawn = page.evaluate(MARKS.replace("item.opacity !== 0", "true"), kind)
        assert {mark: n for mark, n in found.items() if n} == {
            mark: n for mark, n in drawn.items() if n
        }, kind


def labels_of(page, kind: str, axis: str) -> list[str]:
    """Read the labels of an axis off the view."""
    return page.evaluate(
        """([kind, axis]) => {
          const card = reporter.relations.cards.find((one) => one.kind.name === kind);
          const labels = [];
          const walk = (mark, isOf) => {
            const inside = isOf || (mark.role === "axis" && mark.items[0]?.orient === axis);
            if (mark.role === "axis-label" && inside)
              labels.push(...mark.items.filter(({ opacity }) => opacity).map(({ text }) => text));
            for (const item of mark.items || [])
              for (const one of item.items || []) walk(one, inside);
          };
          walk(card.view.view.scenegraph().root, false);
          return labels.flat();
        }""",
        [kind, axis],
    )


def test_axes_of_time_have_a_day_of_24_hours(open_tab):
    page = open_tab(",scatter.x:attributes.start_time,means.group:attributes.start_time")
    for kind in ("scatter", "progress"):
        assert labels_of(page, kind, "bottom") == ["04:00", "04:10", "04:20"]
        title = page.evaluate(
            """(kind) => reporter.relations.cards.find((one) => one.kind.name === kind)
              .view.view.signal("x_title")""",
            kind,
        )
        assert title == "Started (UTC)"
    spans = rows_of(page, "means", "groups")["label"]
    assert spans.str.contains(r"^21 Nov 2026 \d\d:\d\d – 21 Nov 2026 \d\d:\d\d$").all()


def test_a_scatter_has_a_point_for_each_run_and_counts_the_others(open_tab, runs):
    page = open_tab(",scatter.x:params.lr")
    whole = runs.dropna(subset=["lr", "loss"])
    points = rows_of(page, "scatter", "points").sort_values("run")
    assert points["run"].tolist() == whole["run"].tolist()
    assert points["x"].tolist() == pytest.approx(whole["lr"].tolist())
    assert points["y"].tolist() == pytest.approx(whole["loss"].tolist())
    assert page.evaluate(MARKS, "scatter")["symbol"] == len(whole)
    assert "4 runs without lr" in notice(page, "scatter")
    assert "1 run with NaN loss" in notice(page, "scatter")
    assert f"n {len(whole)}" in notice(page, "scatter")


def front_of(runs: pd.DataFrame, sign: int) -> list[int]:
    """List the runs that no other equals or beats in both time (times the sign) and loss."""
    time, loss = sign * runs["time_s"], runs["loss"]
    beaten = [((time <= time[i]) & (loss <= loss[i])).sum() > 1 for i in runs.index]
    return runs["run"][~np.array(beaten)].tolist()


def test_the_front_is_of_runs_that_no_other_beats(open_tab, runs):
    page = open_tab(",scatter.x:metrics.time_s,scatter.front:on,scatter.x.sense:min")
    whole = runs.dropna(subset=["loss"])
    assert sorted(rows_of(page, "scatter", "best")["run"]) == front_of(whole, 1)
    button = card(page, "scatter").locator("[data-slot='x.sense']")
    assert "less" in button.inner_text()
    button.click()
    settle(page, "scatter")
    assert "scatter.x.sense:max" in page.url
    assert sorted(rows_of(page, "scatter", "best")["run"]) == front_of(whole, -1)
    assert front_of(whole, -1) != front_of(whole, 1)


def test_the_best_so_far_is_pandas_cumulative_minimum(open_tab, runs):
    page = open_tab()
    expected = runs.dropna(subset=["loss"])["loss"].cummin()
    corners = rows_of(page, "progress", "records")["y"].tolist()
    assert corners == pytest.approx(sorted(expected.unique(), reverse=True))
    assert page.evaluate(MARKS, "progress")["line"] == 1


def test_means_and_intervals_are_pandas_and_scipys(open_tab, runs):
    page = open_tab(",means.group:params.optimizer")
    found = rows_of(page, "means", "groups").set_index("label")
    for optimizer, values in runs.dropna(subset=["loss"]).groupby("optimizer")["loss"]:
        half = stats.sem(values) * stats.t.ppf(0.975, len(values) - 1)
        assert found.loc[optimizer, "n"] == len(values)
        assert found.loc[optimizer, "mean"] == pytest.approx(values.mean())
        assert found.loc[optimizer, "high"] == pytest.approx(values.mean() + half)
        assert f"n {len(values)}" in found.loc[optimizer, "text"]
    assert page.evaluate(MARKS, "means")["rule"] == 3


def test_boxes_have_pandas_quartiles_and_every_run(open_tab, runs):
    page = open_tab(",boxes.group:params.width")
    found = rows_of(page, "boxes", "groups")
    by_width = runs.dropna(subset=["loss"]).groupby("width")["loss"]
    assert len(rows_of(page, "boxes", "points")) == runs["loss"].notna().sum()
    for row in found.itertuples():
        values = by_width.get_group(float(row.label.split(" (")[0]))
        assert [row.q1, row.median, row.q3] == pytest.approx(values.quantile([0.25, 0.5, 0.75]))
        assert row.n == len(values)


def test_a_heat_map_is_pandas_pivot_table(open_tab, runs):
    page = open_tab(",heat.x:params.optimizer,heat.y:params.width")
    expected = runs.pivot_table(index="width", columns="optimizer", values="loss")
    cells = rows_of(page, "heat", "cells")
    assert len(cells) == expected.notna().sum().sum()
    for cell in cells.itertuples():
        assert cell.mean == pytest.approx(expected.loc[float(cell.y), cell.x])
    assert page.evaluate(MARKS, "heat")["rect"] == len(cells)


def test_a_contour_lies_between_the_values_of_its_runs(open_tab, runs):
    page = open_tab(",contour.x:params.lr,contour.y:params.width")
    whole = runs.dropna(subset=["lr", "loss"])
    cells = rows_of(page, "contour", "cells")
    assert cells["value"].between(whole["loss"].min(), whole["loss"].max()).all()
    assert len(rows_of(page, "contour", "points")) == len(whole)
    assert len(rows_of(page, "contour", "lines")) > 10
    assert page.evaluate(MARKS, "contour")["rect"] == len(cells)


def test_rank_correlations_are_scipys(open_tab, runs):
    page = open_tab()
    bars = rows_of(page, "correlation", "bars").set_index("label")
    for param in ("lr", "width"):
        whole = runs.dropna(subset=[param, "loss"])
        expected = stats.spearmanr(whole[param], whole["loss"]).statistic
        assert bars.loc[param, "value"] == pytest.approx(expected)
        assert bars.loc[param, "n"] == len(whole)
    assert "no number left out" in notice(page, "correlation")
    assert "association, not a cause" in card(page, "correlation").inner_text()


def test_mutual_information_is_scikit_learns(open_tab, runs):
    metrics = pytest.importorskip("sklearn.metrics")
    page = open_tab()
    bars = rows_of(page, "information", "bars").set_index("label")
    whole = runs.dropna(subset=["loss"])
    n_bins = round((len(whole) / 5) ** 0.5)
    bins = np.floor((whole["loss"].rank() - 0.5) * n_bins / len(whole)).clip(upper=n_bins - 1)
    expected = metrics.adjusted_mutual_info_score(pd.factorize(whole["optimizer"])[0], bins)
    assert bars.loc["optimizer", "value"] == pytest.approx(expected)


def test_importances_come_from_the_build_with_their_score(open_tab):
    pytest.importorskip("sklearn")
    page = open_tab()
    assert "R²" in notice(page, "importance")
    assert rows_of(page, "importance", "bars").iloc[0]["label"] == "lr"


def brush(page, column: str, start: float, end: float) -> None:
    """Drag over an axis of the parallel coordinates, between two shares of its height."""
    settle(page, "parallel")
    axis = card(page, "parallel").locator(f".axis-name[data-axis='{column}'] + .axis-grip")
    box = axis.bounding_box()
    x = box["x"] + box["width"] / 2
    page.mouse.move(x, box["y"] + box["height"] * (1 - start))
    page.mouse.down()
    page.mouse.move(x, box["y"] + box["height"] * (1 - end), steps=4)
    page.mouse.up()


def test_brushing_an_axis_filters_the_table_and_every_chart(open_tab, runs):
    page = open_tab()
    brush(page, "params.width", 0.4, -0.05)
    inside = runs[runs["width"] <= 16 + 0.4 * 64]
    page.wait_for_function(
        "(n) => document.querySelector('[data-role=row-count]').textContent.startsWith(String(n))",
        arg=len(inside),
    )
    assert "brush=range:.." in page.url
    for kind in ("parallel", "progress"):
        settle(page, kind)
    drawn = rows_of(page, "parallel", "lines")
    assert sorted(set(drawn["run"])) == inside["run"].tolist()
    left_out = rows_of(page, "parallel", "context")
    assert len(set(left_out["run"])) == N_RUNS - len(inside)
    assert len(rows_of(page, "progress", "points")) == inside["loss"].notna().sum()
    again = open_tab("&brush=" + page.url.partition("&brush=")[2])
    assert again.locator("[data-role=row-count]").inner_text().startswith(str(len(inside)))
    again.locator("#tab-runs").click()
    chip = again.locator("#runs [data-role=brushes] .chip")
    assert "width" in chip.inner_text()
    chip.locator("button").click()
    assert again.locator("[data-role=row-count]").inner_text().startswith(str(N_RUNS))
    assert "brush" not in again.url


def test_a_brush_goes_with_the_query(open_tab, runs):
    page = open_tab(
        "&q=optimizer%20%3D%20'adam'&brush=any:adam%7Csgd:params.optimizer,range:40..:params.width"
    )
    expected = runs[(runs["optimizer"] == "adam") & (runs["width"] >= 40)]
    assert page.locator("[data-role=row-count]").inner_text().startswith(str(len(expected)))
    context = rows_of(page, "parallel", "context")
    assert len(set(context["run"])) == (runs["optimizer"] == "adam").sum() - len(expected)


def test_axes_move_by_keyboard_and_go(open_tab):
    page = open_tab()
    names = card(page, "parallel").locator(".axis-name")
    before = [name.get_attribute("data-axis") for name in names.all()]
    names.first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "(id) => document.querySelectorAll('.axis-name')[1].dataset.axis === id", arg=before[0]
    )
    assert page.evaluate("document.activeElement.dataset.axis") == before[0]
    page.keyboard.press("Delete")
    page.wait_for_function(
        "(n) => document.querySelectorAll('.axis-name').length === n", arg=len(before) - 1
    )


def test_an_end_of_a_filter_is_a_slider(open_tab, runs):
    page = open_tab()
    axis = ".axis-name[data-axis='params.width'] + .axis-grip"
    end = card(page, "parallel").locator(f"{axis} [role=slider]").nth(1)
    end.focus()
    page.keyboard.press("PageDown")
    page.wait_for_function("() => location.hash.includes('brush=')")
    expected = (runs["width"] <= 16 + 0.9 * 64).sum()
    assert page.locator("[data-role=row-count]").inner_text().startswith(str(expected))


def test_pointing_names_the_run_and_a_click_keeps_it(open_tab):
    page = open_tab()
    settle(page, "scatter")
    x, y, run = page.evaluate(
        """() => {
          const card = reporter.relations.cards.find((one) => one.kind.name === "scatter");
          const target = reporter.relationTargets(card.view, "scatter", card.last).points()[3];
          const box = card.view.mount.getBoundingClientRect();
          return [box.left + target.left, box.top + target.top, target.row.run];
        }"""
    )
    page.evaluate("() => new Promise((done) => setTimeout(done, 100))")  # scrolling hides the tip
    page.mouse.move(x, y)
    tip = page.locator(".relation-tip")
    tip.wait_for()
    assert f"run-{run:02}" in tip.inner_text()
    assert str(options_of(run)["metrics"]["loss"][-1]) in tip.inner_text()
    page.mouse.click(x, y)
    tip.locator("text=Show in table").click()
    assert page.locator("[data-role=peek] h3").first.inner_text() == f"run-{run:02}"
    assert "peek=" in page.url


def test_what_is_chosen_is_in_the_link(open_tab):
    page = open_tab()
    select = card(page, "means").locator("select[data-slot=group]")
    card(page, "means").scroll_into_view_if_needed()
    select.focus()
    select.select_option("params.optimizer")
    page.wait_for_function("() => location.hash.includes('means.group:params.optimizer')")
    settle(page, "means")
    assert set(rows_of(page, "means", "groups")["label"]) == {"adam", "sgd", HOSTILE}


def test_a_chart_is_a_table_and_files(open_tab, runs, tmp_path):
    page = open_tab(",scatter.x:params.lr")
    chart = card(page, "scatter")
    chart.hover()
    chart.locator("[data-act=table]").click()
    assert chart.locator(".twin tbody tr").count() == runs.dropna(subset=["lr", "loss"]).shape[0]
    chart.locator("[data-act=table]").click()
    files = {}
    for act in ("csv", "svg", "png", "vl.json"):
        chart.hover()
        chart.locator("[data-act=download]").click()
        with page.expect_download() as waiting:
            chart.locator(f"[data-act='{act}']").click()
        waiting.value.save_as(tmp_path / act)
        files[act] = (tmp_path / act).read_bytes()
    table = pd.read_csv(tmp_path / "csv")
    assert table["loss"].tolist() == pytest.approx(
        runs.set_index("run").loc[[int(name[4:]) for name in table["run_name"]], "loss"].tolist()
    )
    assert files["svg"].startswith(b"<svg")
    assert files["png"].startswith(b"\x89PNG")
    lite = json.loads(files["vl.json"])
    assert "vega-lite" in lite["$schema"]
    assert len(lite["datasets"]["points"]) == len(table)


def test_an_experiment_without_params_says_what_is_missing(open_page, tmp_path):
    store = make_store(tmp_path / "runs")
    make_run(store, "only", metrics={"loss": [1.0]})
    build(open_store(store), FolderOutput(str(tmp_path / "site")))
    place = Place("file", (tmp_path / "site").as_uri() + "/")
    page = open_page(place, "experiment/0/index.html#v=1&tab=relations")
    page.wait_for_selector("[data-role=relation][data-state=empty]")
    settle(page, "scatter")
    assert "params that differ" in card(page, "scatter").inner_text()
    settle(page, "progress")
    assert card(page, "progress").get_attribute("data-state") == "ready"


def test_on_a_phone_nothing_is_wider_than_the_page(open_tab):
    page = open_tab(width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
