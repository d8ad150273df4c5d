"""Lines of groups, and how lines are told apart: against what pandas, numpy and scipy say."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from reporter.config import Config, MetricSettings
from reporter.events import MetricsLogged, ParamsLogged, RunEnded, RunStarted
from reporter.site.build import build
from reporter.site.writing.output import FolderOutput
from reporter.store.reader import open_store
from reporter.store.writer import FolderWriter
from tests.browser.conftest import Place
from tests.browser.test_zoom import WATCH
from tests.builders import START_MS, make_store, run_id_of
from tests.vega_editor import marks_of

N = 40
FAILED, BROKEN = "large-0", "large-1"
GROUPS = {
    "small": [f"small-{seed}" for seed in range(5)],
    "large": [f"large-{seed}" for seed in range(4)],
    "tiny": ["tiny-0", "tiny-1"],
}
LR = {"small": "1e-3", "large": "1e-1", "tiny": "3e-2"}
GHOST_OPACITY = 0.28
GAP_PX = 12

# Everything that a chart drew, by data set; several plots one after the other.
DRAWN = """(metric) => {
  const boxes = [...document.querySelectorAll(`[data-metric="${metric}"] .plotbox`)];
  const views = boxes.map(({ seen }) => seen).filter(Boolean);
  const rows = (name) => views.flatMap((view) => view.data(name).map((row) => ({ ...row })));
  return { points: rows("points"), bands: rows("bands"), breaks: rows("breaks"),
           dots: rows("dots"), labels: rows("labels"), plots: views.length,
           y: views.map((view) => view.scale("y").domain()) };
}"""
# Items of all views of a chart by kind of mark, guides left out; a line and an area count once.
MARKS = """(metric) => {
  const counts = {};
  const walk = (mark) => {
    if (mark.role && /axis|legend|title/.test(mark.role)) return;
    const isOne = ["line", "area"].includes(mark.marktype);
    if (mark.marktype && mark.marktype !== "group" && mark.items.length)
      counts[mark.marktype] = (counts[mark.marktype] || 0) + (isOne ? 1 : mark.items.length);
    for (const item of mark.items || []) for (const inner of item.items || []) walk(inner);
  };
  for (const box of document.querySelectorAll(`[data-metric="${metric}"] .plotbox`))
    if (box.seen) walk(box.seen.scenegraph().root);
  return counts;
}"""
DRAWN_BARS = """(metric) => document.querySelector(`[data-metric="${metric}"] .plotbox`)
  .seen.data("points").map(({ label, value, text }) => ({ label, value, text }))"""
# Where the last text of bars ends, and the canvas does.
ENDS_OF_TEXTS = """(metric) => {
  const { seen } = document.querySelector(`[data-metric="${metric}"] .plotbox`);
  const texts = [];
  const walk = (mark) => {
    if (mark.marktype === "text" && !/axis|legend|title/.test(mark.role)) texts.push(...mark.items);
    for (const item of mark.items || []) for (const inner of item.items || []) walk(inner);
  };
  walk(seen.scenegraph().root);
  const left = seen.origin()[0] + seen.padding().left;
  const { clientWidth } = seen.container().querySelector("canvas");
  return [left + Math.max(...texts.map(({ bounds }) => bounds.x2)), clientWidth];
}"""
TOKEN = "(name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()"


def log_run(store: str, name: str, place: int) -> None:
    """Log a curve; those of odd seeds have every second step, one fails, one has NaN."""
    random = np.random.default_rng(place)
    model, _, seed = name.partition("-")
    steps = np.arange(0, 15 if name == FAILED else N, 2 if int(seed) % 2 else 1)
    loss = np.exp(-steps / 10) + 0.1 * len(model) + random.normal(0, 0.02, len(steps))
    if name == BROKEN:
        loss[3:5] = [np.nan, np.inf]
    run_id = run_id_of(name)
    writer = FolderWriter(store, "0", run_id, now_ms=lambda: START_MS)
    start_ms = START_MS + place * 1_000
    writer.append(RunStarted(at_ms=start_ms, run_id=run_id, experiment_id="0", run_name=name))
    params = {"model": model, "seed": seed, "lr": LR[model]}
    writer.append(ParamsLogged(at_ms=start_ms, params=params))
    at = {"at_ms": start_ms}
    times = (start_ms + steps * 100).tolist()
    writer.append(
        MetricsLogged(
            **at, key="loss", values=loss.tolist(), steps=steps.tolist(), timestamps_ms=times
        )
    )
    scores = {"score": 0.5 + place / 20} | ({"only_small": 1.0} if model == "small" else {})
    for key, value in scores.items():
        writer.append(
            MetricsLogged(**at, key=key, values=[value], steps=[0], timestamps_ms=[start_ms])
        )
    status = "FAILED" if name == FAILED else "FINISHED"
    writer.append(RunEnded(at_ms=start_ms, status=status, end_time=start_ms + 10_000))
    writer.close()
    writer.compact()


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> str:
    path = make_store(tmp_path_factory.mktemp("groups") / "runs")
    for place, name in enumerate(name for names in GROUPS.values() for name in names):
        log_run(path, name, place)
    return path


@pytest.fixture(scope="module")
def site(store) -> Path:
    folder = Path(store).parent / "site"
    config = Config(metrics={"loss": MetricSettings(direction="min")})
    build(open_store(store), FolderOutput(str(folder)), config=config)
    return folder


@pytest.fixture
def open_charts(open_page, site):
    def open_(view: str = "", **options):
        place = Place("file", site.as_uri() + "/")
        page = open_page(place, f"experiment/0/index.html#v=1&tab=charts{view}", **options)
        page.locator("[data-role=charts-choices]").wait_for()
        page.locator("[data-metric=loss][data-state=ready]").wait_for()
        page.evaluate(WATCH)
        page.wait_for_function(
            "() => [...document.querySelectorAll('[data-metric=loss] .plotbox')]"
            ".some(({ seen }) => seen)"
        )
        return page

    return open_


def card(page, metric: str):
    return page.locator(f"[data-role=chart][data-metric={json.dumps(metric)}]")


def legend(page):
    return page.locator(".charts-section:not([hidden]) .chart-legend").first


def group_id(model: str) -> str:
    return f"group-{run_id_of(GROUPS[model][0])[:8]}"


def expected(store: str, model: str, band: str):
    """Compute a group's line and band at each step, as pandas reads the runs."""
    pandas = pytest.importorskip("pandas")
    stats = pytest.importorskip("scipy.stats")
    histories = open_store(store).history([run_id_of(name) for name in GROUPS[model]], ["loss"])
    lines = [pandas.Series(np.array(one.values), index=np.array(one.steps)) for one in histories]
    steps = sorted({step for line in lines for step in line.index})
    columns = []
    for line in lines:
        values = np.where(np.isfinite(line), line, np.nan)
        # numpy passes NaN on to what lies beside it, as a broken line does.
        columns.append(np.interp(steps, line.index, values, left=np.nan, right=np.nan))
    frame = pandas.DataFrame(columns, columns=steps)
    n, mean = frame.count(), frame.mean()
    if band == "iqr":
        return n, frame.median(), frame.quantile(0.25), frame.quantile(0.75)
    if band == "range":
        return n, mean, frame.min(), frame.max()
    std = frame.std()
    half = {"std": std, "se": std / np.sqrt(n), "ci": stats.t.ppf(0.975, n - 1) * std / np.sqrt(n)}
    return n, mean, mean - half[band], mean + half[band]


@pytest.mark.parametrize("band", ["ci", "std", "se", "range", "iqr"])
@pytest.mark.parametrize("model", ["small", "large"])
def test_lines_and_bands_of_groups_are_those_of_pandas(open_charts, store, model, band):
    page = open_charts(f"&group=params.model&band={band}")
    drawn = page.evaluate(DRAWN, "loss")
    n, middle, low, high = expected(store, model, band)
    points = [row for row in drawn["points"] if row["run"] == group_id(model)]
    bands = [row for row in drawn["bands"] if row["run"] == group_id(model)]
    assert [row["x"] for row in points] == middle.index.tolist()
    assert [row["x"] for row in bands] == middle.index.tolist()
    assert [row["y"] for row in points] == pytest.approx(middle.tolist(), rel=1e-6)
    least = 3 if band == "ci" else 2
    for row, count, lower, upper in zip(bands, n, low, high, strict=True):
        if count < least:
            assert row["low"] is None
        else:
            assert (row["low"], row["high"]) == pytest.approx((lower, upper), rel=1e-5)


def test_the_readout_says_of_how_many_runs_a_value_is(open_charts, store):
    page = open_charts("&group=params.model")
    box = card(page, "loss").locator("canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2)
    page.wait_for_function("() => !document.querySelector('.chart-tip').hidden")
    step = int(page.locator(".chart-tip b").first.inner_text().removeprefix("step "))
    told = page.locator(".chart-tip tr", has_text="model large").inner_text()
    n, mean, low, _ = expected(store, "large", "ci")
    assert f"n = {n[step]}" in told
    assert n[step] == 3, "one of four has failed"
    assert f"±{mean[step] - low[step]:.2g}"[:5] in told


def test_two_runs_have_no_interval_and_are_shown_themselves(open_charts):
    page = open_charts("&group=params.model")
    drawn = page.evaluate(DRAWN, "loss")
    ghosts = {row["run"] for row in drawn["points"] if row["opacity"] == GHOST_OPACITY}
    assert ghosts == {f"{run_id_of(name)} raw" for name in GROUPS["tiny"]}
    page.locator("[data-act=ghosts]").click()
    page.wait_for_function(
        f"() => new Set(({DRAWN})('loss').points.map(({{ run }}) => run)).size === 3 + 11"
    )
    assert "ghosts=shown" in page.url


def test_members_mark_where_they_failed_and_logged_nan(open_charts):
    page = open_charts("&group=params.model")
    drawn = page.evaluate(DRAWN, "loss")
    bad = page.evaluate(TOKEN, "--bad")
    assert [row["x"] for row in drawn["dots"] if row["stroke"] == bad] == [14]
    assert sorted({row["x"] for row in drawn["breaks"]}) == [6, 8]
    assert "1 with NaN" in card(page, "loss").locator("figcaption").inner_text()


def test_groups_stand_against_time_too(open_charts):
    page = open_charts("&group=params.model&axis=time")
    drawn = page.evaluate(DRAWN, "loss")
    xs = [row["x"] for row in drawn["points"] if row["run"] == group_id("small")]
    assert xs == pytest.approx([step / 10 for step in range(N)], abs=2e-3)
    assert card(page, "loss").locator(".chart-notice").inner_text().count("≈") == 1


def test_bars_stand_for_groups(open_charts):
    page = open_charts("&group=params.model&band=std")
    drawn = page.evaluate(DRAWN_BARS, "score")
    scores = {"small": np.arange(5), "large": np.arange(5, 9), "tiny": np.arange(9, 11)}
    wanted = {f"model {name}": 0.5 + places / 20 for name, places in scores.items()}
    assert {row["label"] for row in drawn} == set(wanted)
    for row in drawn:
        values = wanted[row["label"]]
        assert row["value"] == pytest.approx(values.mean())
        assert f"±{values.std(ddof=1):.3f}"[:4] in row["text"]


def test_the_page_chooses_groups_and_bands(open_charts):
    page = open_charts()
    page.locator("select[data-act=group]").focus()
    page.locator("select[data-act=group]").select_option("repeats")
    page.locator("select[data-act=band]").select_option("std")
    page.wait_for_function(f"() => ({DRAWN})('loss').bands.length > 0")
    assert "group=repeats" in page.url
    assert "band=std" in page.url
    page.locator("select[data-act=band]").select_option("runs")
    page.wait_for_function(f"() => ({DRAWN})('loss').bands.length === 0")
    assert len({row["run"] for row in page.evaluate(DRAWN, "loss")["points"]}) == 11


def test_a_group_has_one_colour_in_table_legend_and_chart(open_charts):
    page = open_charts("&group=params.model")
    points = page.evaluate(DRAWN, "loss")["points"]
    drawn = {row["run"]: row["color"] for row in points if row["opacity"] == 1}
    names = legend(page).locator(".name").all_inner_texts()
    assert [name.split("\n")[0].strip() for name in names] == [f"model {model}" for model in GROUPS]
    page.locator("#tab-runs").click()
    for place, model in enumerate(GROUPS, 1):
        token = page.evaluate(TOKEN, f"--c{place}")
        assert drawn[group_id(model)] == token
        row = page.locator("[data-role=runs-table] tbody tr", has_text=f"model {model}")
        assert f"k{place} " in row.locator(".sw").first.get_attribute("class")


def test_numbers_colour_by_size_and_texts_by_name(open_charts):
    page = open_charts("&color=params.lr&dash=params.model")
    points = page.evaluate(DRAWN, "loss")["points"]
    shades = {"small": "--q1", "tiny": "--q4", "large": "--q7"}
    dashes = {"small": [], "large": [6, 3], "tiny": [2, 2]}
    for model, names in GROUPS.items():
        for name in names:
            row = next(row for row in points if row["run"] == run_id_of(name))
            assert row["color"] == page.evaluate(TOKEN, shades[model])
            assert row["dash"] == dashes[model]
    told = legend(page).inner_text()
    assert [told.index(text) for text in ("lr", "1e-3", "3e-2", "1e-1", "model", "tiny")]
    texts = open_charts("&color=params.model")
    row = next(r for r in texts.evaluate(DRAWN, "loss")["points"] if r["run"] == run_id_of(BROKEN))
    assert row["color"] == texts.evaluate(TOKEN, "--c2")


def test_plots_of_one_chart_have_the_same_axes(open_charts):
    page = open_charts("&facet=params.model&group=repeats")
    page.wait_for_function(f"() => ({DRAWN})('loss').plots === 3")
    drawn = page.evaluate(DRAWN, "loss")
    assert drawn["y"][0] == drawn["y"][1] == drawn["y"][2]
    titles = card(page, "loss").locator(".facet-title").all_inner_texts()
    assert titles == ["model small", "model large", "model tiny"]
    assert card(page, "loss").locator("canvas").count() == 3


@pytest.mark.parametrize(
    "view",
    [
        "",
        "&y=log",
        "&x=log",
        "&axis=wall",
        "&group=params.model",
        "&facet=params.model",
        "&smooth=0.5",
    ],
)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_style_draws_a_mark_for_each_of_its_rows(open_charts, view, dark):
    page = open_charts(view, dark=dark)
    drawn, marks = page.evaluate(DRAWN, "loss"), page.evaluate(MARKS, "loss")
    names = [name for names in GROUPS.values() for name in names]
    groups = len(GROUPS) + len(GROUPS["tiny"])  # two runs are too few for a band, and shown
    lines = groups if "group" in view else len(names) * (2 if "smooth" in view else 1)
    assert len({row["run"] for row in drawn["points"]}) == lines
    assert marks["line"] == lines
    assert marks.get("area", 0) == (len(GROUPS) if "group" in view else 0)
    has_band = {row["run"] for row in drawn["bands"] if row["low"] is not None}
    assert len(has_band) == (2 if "group" in view else 0)
    assert marks["rule"] == len(drawn["breaks"]) == 2
    assert marks["symbol"] == len(drawn["dots"])
    assert [row for row in drawn["dots"] if row["shape"].startswith("M")], "the cross of a failure"
    assert marks.get("text", 0) == len(drawn["labels"])
    assert "1 with NaN or ∞" in card(page, "loss").locator(".chart-notice").inner_text()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_values_of_bars_stand_within_their_chart(open_page, on_disk, sample_store, width):
    (digits,) = (e for e in open_store(str(sample_store)).experiments() if e.name == "digits-mlp")
    view = "#v=1&tab=charts&group=repeats"
    page = open_page(on_disk, f"experiment/{digits.experiment_id}/index.html{view}", width=width)
    page.locator("[data-role=charts-choices]").wait_for()
    page.evaluate(WATCH)
    card(page, "test_loss").scroll_into_view_if_needed()
    page.wait_for_function(f"() => ({MARKS})('test_loss').rect")
    right, width = page.evaluate(ENDS_OF_TEXTS, "test_loss")
    assert right <= width


def test_bars_are_drawn_one_by_one(open_charts):
    page = open_charts()
    card(page, "score").scroll_into_view_if_needed()
    page.wait_for_function(f"() => ({MARKS})('score').rect")
    assert page.evaluate(MARKS, "score")["rect"] == len(page.evaluate(DRAWN_BARS, "score"))
    assert page.evaluate(MARKS, "score")["text"] == len(page.evaluate(DRAWN_BARS, "score"))


@pytest.mark.parametrize(
    ("view", "lines", "bands"),
    [
        ("", 11, 0),
        ("&axis=wall&y=log&smooth=0.5", 11, 0),
        ("&group=params.model&zoom=5:30:step", 3, 3),
        ("&facet=params.model&color=params.lr", 11, 0),
    ],
)
def test_what_is_taken_away_opens_in_an_editor(open_charts, tmp_path, view, lines, bands):
    page = open_charts(view)
    chart = card(page, "loss")
    chart.hover()
    chart.locator("[data-act=download]").click()
    with page.expect_download() as download:
        chart.locator("[data-act='vl.json']").click()
    download.value.save_as(tmp_path / "file")
    marks = marks_of((tmp_path / "file").read_text("utf-8"))
    assert (marks["line"], marks.get("area", 0)) == (lines, bands)


@pytest.mark.parametrize(
    ("view", "names"),
    [
        ("", list(itertools.chain(*GROUPS.values()))),
        ("&group=params.model", [f"model {model}" for model in GROUPS]),
        ("&facet=params.model&group=params.lr", [*LR.values(), *GROUPS]),
    ],
)
def test_a_picture_that_is_taken_away_says_what_it_shows(open_charts, tmp_path, view, names):
    page = open_charts(view)
    chart = card(page, "loss")
    for kind in ("svg", "png"):
        chart.hover()
        chart.locator("[data-act=download]").click()
        with page.expect_download() as download:
            chart.locator(f"[data-act='{kind}']").click()
        download.value.save_as(tmp_path / kind)
    drawn = ET.parse(tmp_path / "svg").getroot()
    texts = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert "loss" in texts
    for name in names:
        assert sum(name in (text or "") for text in texts) == 1, name
    assert ("mean, 95 % CI (t)" in texts) == ("group" in view)
    with Image.open(tmp_path / "png") as picture:
        sizes = [round(float(drawn.get(side)) * 2) for side in ("width", "height")]
        assert picture.size == pytest.approx(sizes, abs=2)


def test_only_the_best_lines_are_drawn_when_asked_for(open_charts, store):
    page = open_charts("&top=3")
    best = {}
    for name in itertools.chain(*GROUPS.values()):
        [found] = open_store(store).history([run_id_of(name)], ["loss"])
        best[run_id_of(name)] = np.min(found.values, where=np.isfinite(found.values), initial=9)
    drawn = {row["run"] for row in page.evaluate(DRAWN, "loss")["points"]}
    assert drawn == set(sorted(best, key=best.get)[:3])
    assert "best 3 of 11 runs" in card(page, "loss").locator(".chart-notice").inner_text()
    grouped = open_charts("&top=1&group=params.model")
    assert [row["text"] for row in grouped.evaluate(DRAWN, "loss")["labels"]] == []
    assert "best 1 of 3 groups" in card(grouped, "loss").locator(".chart-notice").inner_text()


def test_few_lines_are_named_at_their_ends_apart_from_each_other(open_charts):
    page = open_charts("&group=params.model")
    labels = page.evaluate(DRAWN, "loss")["labels"]
    assert len(labels) == len(GROUPS)
    tops = sorted(row["top"] for row in labels)
    assert all(below - above >= GAP_PX - 1e-6 for above, below in itertools.pairwise(tops))
    assert not open_charts().evaluate(DRAWN, "loss")["labels"], "eleven runs are too many"


def test_a_name_in_the_legend_raises_its_line_in_every_chart(open_charts):
    page = open_charts("&group=params.model")
    legend(page).locator(".name").nth(1).hover()
    path = card(page, "loss").locator(".raised-lines path")
    path.wait_for(state="attached")
    assert path.count() == 1
    color = path.evaluate("(path) => getComputedStyle(path).stroke")
    assert color == page.evaluate(
        "(color) => { const probe = document.createElement('i'); probe.style.color = color;"
        " document.body.append(probe); const seen = getComputedStyle(probe).color;"
        " probe.remove(); return seen; }",
        page.evaluate(TOKEN, "--c2"),
    )
    page.mouse.move(2, 2)
    page.wait_for_function("() => !document.querySelector('.raised-lines')")


def test_a_row_of_the_table_raises_its_line_and_the_reverse(open_page, site):
    page = open_page(Place("file", site.as_uri() + "/"), "index.html")
    page.locator("[data-metric=loss][data-state=ready]").wait_for()
    page.locator("[data-role=runs-table] tbody tr", has_text="large-1").hover()
    page.locator("[data-metric=loss] .raised-lines path").wait_for(state="attached")
    assert page.locator("[data-role=runs-table] tr.raised .mid").inner_text() == "large-1"
    page.mouse.move(2, 2)
    page.wait_for_function("() => !document.querySelector('.raised-lines')")
    page.evaluate("(ids) => reporter.chartHighlight.raise(new Set(ids))", [run_id_of("tiny-0")])
    assert page.locator("[data-role=runs-table] tr.raised .mid").inner_text() == "tiny-0"


def test_the_line_under_the_pointer_raises_its_name(open_charts):
    page = open_charts("&group=params.model")
    place = page.evaluate(
        """() => {
          const { seen } = document.querySelector("[data-metric=loss] .plotbox");
          const row = seen.data("points").filter(({ opacity }) => opacity === 1)[20];
          const canvas = document.querySelector("[data-metric=loss] canvas");
          const corner = canvas.getBoundingClientRect();
          const [left, top] = seen.origin();
          return { x: corner.left + left + seen.scale("x")(row.x),
                   y: corner.top + top + seen.scale("y")(row.y) };
        }"""
    )
    page.mouse.move(place["x"], place["y"])
    raised = legend(page).locator(".name.raised")
    raised.wait_for()
    assert raised.inner_text().startswith("model small")


def test_a_click_in_the_legend_hides_runs_and_brings_them_back(open_charts):
    page = open_charts()
    name = legend(page).locator(".name", has_text="small-0")
    name.click()
    gone = f"() => !({DRAWN})('loss').points.some(({{ run }}) => run === '{run_id_of('small-0')}')"
    page.wait_for_function(gone)
    assert f"hide={run_id_of('small-0')[:8]}" in page.url
    assert name.get_attribute("aria-pressed") == "false"
    name.click()
    page.wait_for_function(gone.replace("() => !", "() => "))
    assert "hide=" not in page.url


def order_of(page) -> list[str]:
    return page.evaluate(
        "() => [...document.querySelectorAll('.charts-section:not([hidden]) [data-role=chart]')]"
        ".map(({ dataset }) => dataset.metric)"
    )


def test_cards_are_pinned_moved_and_widened_and_the_link_says_so(open_charts):
    page = open_charts()
    own = order_of(page)
    last = own[-1]
    card(page, last).hover()
    card(page, last).locator("[data-act=pin]").click()
    assert order_of(page) == [last, *own[:-1]]
    assert page.locator("[data-role=pinned-charts]").is_visible()
    mover = card(page, own[0]).locator("[data-act=move]")
    mover.focus()
    page.keyboard.press("ArrowRight")
    assert order_of(page)[1:] == [own[1], own[0], *own[2:-1]]
    assert mover.evaluate("(button) => button === document.activeElement")
    card(page, own[1]).hover()
    card(page, own[1]).locator("[data-act=enlarge]").click()
    link = page.url.partition("tab=charts")[2]
    assert all(name in link for name in ("pinned=", "order=", "wide="))
    again = open_charts(link)
    assert order_of(again) == order_of(page)
    assert "wide" in card(again, own[1]).get_attribute("class")
    card(again, last).hover()
    card(again, last).locator("[data-act=pin]").click()
    assert again.locator("[data-role=pinned-charts]").is_hidden()


def test_pinned_charts_stand_above_the_table_too(open_charts):
    page = open_charts("&pinned=loss")
    page.locator("#tab-runs").click()
    page.locator("[data-panel=runs] [data-metric=loss][data-state=ready]").wait_for()
    page.locator("[data-role=runs-table] tbody tr", has_text="large-1").hover()
    card(page, "loss").locator(".raised-lines path").wait_for(state="attached")
    page.locator("#tab-charts").click()
    page.locator("[data-panel=charts] [data-metric=loss]").wait_for()
    assert order_of(page)[0] == "loss"


def test_a_card_is_dragged_to_another_place(open_charts):
    page = open_charts()
    first, second, *rest = order_of(page)
    card(page, first).hover()
    grip = card(page, first).locator("[data-act=move]").bounding_box()
    target = card(page, second).bounding_box()
    page.mouse.move(grip["x"] + 5, grip["y"] + 5)
    page.mouse.down()
    page.mouse.move(target["x"] + 60, target["y"] + 60, steps=6)
    page.mouse.up()
    page.wait_for_function("() => location.hash.includes('order=')")
    assert order_of(page) == [second, first, *rest]


def test_charts_that_nobody_logged_are_left_away_when_asked_for(open_charts):
    page = open_charts("&q=params.model%20%3D%20'large'")
    page.locator("[data-act=empty]").click()
    card(page, "only_small").wait_for(state="hidden")
    assert card(page, "loss").is_visible()
    assert page.locator("[data-act=empty]").inner_text().split() == ["Hide", "empty", "1"]
    assert "empty=hidden" in page.url


def test_printing_draws_charts_that_nobody_has_scrolled_to(open_charts):
    page = open_charts(width=390)
    page.wait_for_timeout(500)
    n_cards = page.locator("[data-role=chart]").count()
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    page.wait_for_function(
        "(n) => document.querySelectorAll('.plotbox > svg.on-paper').length === n", arg=n_cards
    )
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
