"""Charts as a reader meets them: drawn, read off, changed, taken away, and broken on purpose."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import pytest

from reporter.site.build import build
from reporter.site.writing.output import FolderOutput
from reporter.store.reader import open_store
from tests.browser.conftest import Place
from tests.builders import make_run, make_store, run_id_of

STEPS = 60
NAN = float("nan")

# How many pixels of a chart have each of the colours of runs.
COUNT_PIXELS = """(metric) => {
  const canvas = document.querySelector(`[data-metric="${metric}"] canvas`);
  const { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const seen = copy.getImageData(0, 0, width, height).data;
  const colors = new Map();
  for (let i = 0; i < seen.length; i += 4) {
    if (seen[i + 3] < 255) continue;
    const color = (seen[i] << 16) | (seen[i + 1] << 8) | seen[i + 2];
    colors.set(color, (colors.get(color) || 0) + 1);
  }
  const css = getComputedStyle(document.documentElement);
  return Array.from({ length: 8 }, (_, i) =>
    colors.get(parseInt(css.getPropertyValue(`--c${i + 1}`).trim().slice(1), 16)) || 0);
}"""


def decay(floor: float, steps: int = STEPS) -> list[float]:
    return [floor + math.exp(-step / 10) for step in range(steps)]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """Four runs: two sound ones, one that logged NaN and failed, one that logged single values."""
    folder = tmp_path_factory.mktemp("charts")
    store = make_store(folder / "runs")
    start_ms = 1_795_233_120_000
    runs = {
        "alpha": {"loss": decay(0.1), "signed": [step - 30 for step in range(STEPS)], "f1": [0.9]},
        "beta": {"loss": decay(0.3), "signed": [1.0] * STEPS, "f1": [0.8]},
        "broken": {"loss": [*decay(0.2, 20), NAN, NAN], "f1": [NAN]},
        "single": {"loss": [0.5], "f1": [0.7]},
    }
    for i, (name, metrics) in enumerate(runs.items()):
        status = "FAILED" if name == "broken" else "FINISHED"
        make_run(store, name, metrics=metrics, status=status, start_ms=start_ms + i * 1000)
    build(open_store(store), FolderOutput(str(folder / "site")))
    return folder / "site"


@pytest.fixture
def open_charts(open_page, site):
    """Open the charts tab of the experiment's page, and wait for its charts."""

    def open_(view: str = "", *, at: Path | None = None, **options):
        root = (at or site).as_uri() + "/"
        path = "experiment/0/index.html#v=1&tab=charts" + view
        page = open_page(Place("file", root), path, **options)
        page.wait_for_function(
            "() => [...document.querySelectorAll('[data-role=chart]')]"
            ".every(({ dataset }) => dataset.state !== 'idle')"
        )
        return page

    return open_


def card(page, metric: str):
    return page.locator(f"[data-role=chart][data-metric={json.dumps(metric)}]")


def point_at(page, metric: str, share_x: float) -> None:
    """Move the mouse over a plot."""
    box = card(page, metric).locator("canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] * share_x, box["y"] + box["height"] / 2)
    page.wait_for_function("() => !document.querySelector('.chart-tip').hidden")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_run_is_drawn_in_its_colour(open_charts, dark):
    page = open_charts(dark=dark)
    drawn = page.evaluate(COUNT_PIXELS, "loss")
    assert all(pixels > 0 for pixels in drawn[:4])
    assert not any(drawn[4:])
    assert all(page.evaluate(COUNT_PIXELS, "f1")[i] > 0 for i in (0, 1, 3))


def test_problems_are_said_in_the_title_line(open_charts):
    page = open_charts("&y=log")
    assert "1 with NaN" in card(page, "loss").locator("figcaption").inner_text()
    assert "1 with NaN" in card(page, "f1").locator("figcaption").inner_text()
    assert "31 points ≤ 0 left out" in card(page, "signed").locator("figcaption").inner_text()


def test_problems_are_said_whole_on_a_phone(open_charts):
    page = open_charts("&y=log", width=390, touch=True)
    told = card(page, "signed").locator(".chart-notice")
    assert told.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    name, line = card(page, "signed").locator("h3").bounding_box(), told.bounding_box()
    assert line["y"] >= name["y"] + name["height"]
    icons = card(page, "signed").locator(".icons").bounding_box()
    assert icons["y"] < line["y"], "the buttons stay beside the name"


def test_the_cursor_reads_exact_values_off_all_charts(open_charts):
    page = open_charts()
    point_at(page, "loss", 0.3)
    tip = page.locator(".chart-tip")
    step = int(tip.locator("b").inner_text().removeprefix("step "))
    rows = tip.locator("tr").all_inner_texts()
    values = dict(row.split() for row in rows)
    assert next(iter(values)) == "beta"
    assert float(values["beta"]) == pytest.approx(decay(0.3)[step], abs=6e-3)
    assert float(values["alpha"]) == pytest.approx(decay(0.1)[step], abs=6e-3)
    assert card(page, "signed").locator(".cursor").is_visible()
    page.mouse.move(2, 2)
    page.wait_for_function("() => document.querySelector('.chart-tip').hidden")


def test_the_tooltip_never_lies_under_the_cursor(open_charts):
    page = open_charts()
    for share in (0.15, 0.5, 0.75):
        point_at(page, "loss", share)
        canvas = card(page, "loss").locator("canvas").bounding_box()
        x = canvas["x"] + canvas["width"] * share
        tip = page.locator(".chart-tip").bounding_box()
        assert x < tip["x"] or x > tip["x"] + tip["width"]


def test_scale_and_smoothing_are_in_the_address_and_come_back(open_charts):
    page = open_charts()
    page.locator("[data-act=y][data-value=log]").click()
    page.locator("[data-act=smooth]").fill("60")
    page.locator("[data-act=smooth]").dispatch_event("change")
    page.wait_for_function("() => location.hash.includes('y=log')")
    page.wait_for_function("() => location.hash.includes('smooth=0.6')")
    again = open_charts("&y=log&smooth=0.6")
    assert again.locator("[data-act=y][data-value=log]").get_attribute("aria-pressed") == "true"
    assert again.locator("[data-act=smooth]").input_value() == "60"


def test_find_hides_other_cards(open_charts):
    page = open_charts()
    page.locator("[data-act=find]").fill("LOS")
    assert card(page, "loss").is_visible()
    assert card(page, "f1").is_hidden()
    assert page.locator("[data-part=found]").inner_text() == "1 of 3 charts"


def test_the_table_holds_what_was_logged(open_charts):
    page = open_charts()
    chart = card(page, "loss")
    chart.hover()
    chart.locator("[data-act=table]").click()
    rows = {
        row.split("\t")[0].strip(): row.split()
        for row in chart.locator("tbody tr").all_inner_texts()
    }
    assert rows["alpha"][1:3] == ["60", "59"]
    assert rows["broken"][1:4] == ["22", "21", "NaN"]
    assert float(rows["broken"][-1]) == pytest.approx(1.2)
    chart.locator("[data-act=table]").click()
    assert chart.locator(".twin").count() == 0


def test_enlarging_redraws_at_the_new_size(open_charts):
    page = open_charts()
    chart = card(page, "loss")
    before = chart.locator("canvas").bounding_box()["width"]
    chart.hover()
    chart.locator("[data-act=enlarge]").click()
    page.wait_for_function(
        "(before) => document.querySelector('[data-metric=loss] canvas').clientWidth"
        " > before * 1.5",
        arg=before,
    )


@pytest.mark.parametrize("kind", ["png", "svg", "csv"])
def test_charts_can_be_taken_away(open_charts, tmp_path, kind):
    page = open_charts()
    chart = card(page, "loss")
    chart.hover()
    chart.locator("[data-act=download]").click()
    with page.expect_download() as download:
        chart.locator(f"[data-act={kind}]").click()
    assert download.value.suggested_filename == f"loss.{kind}"
    download.value.save_as(tmp_path / "file")
    data = (tmp_path / "file").read_bytes()
    if kind == "csv":
        lines = data.decode().splitlines()
        assert lines[0] == "run_id,run_name,step,loss"
        assert len(lines) == 1 + 60 + 60 + 22 + 1
        assert sum(line.endswith("NaN") for line in lines) == 2
    else:
        assert data.startswith({"png": b"\x89PNG", "svg": b"<svg"}[kind])
        assert len(data) > 2000


def test_the_theme_redraws(open_charts):
    page = open_charts()
    page.locator("[data-role=theme-toggle]").click()
    page.wait_for_function(f"(metric) => ({COUNT_PIXELS})(metric)[0] > 0", arg="loss")


def test_charts_follow_the_rows_they_are_given(open_charts):
    page = open_charts()
    page.evaluate(
        "() => { reporter.visibleRuns = () => Uint32Array.of(1);"
        " document.dispatchEvent(new CustomEvent('reporter:rows')); }"
    )
    page.wait_for_function(f"(metric) => !({COUNT_PIXELS})(metric)[0]", arg="loss")
    assert page.evaluate(COUNT_PIXELS, "loss")[1] > 0
    page.evaluate(
        "() => { reporter.visibleRuns = () => new Uint32Array(0);"
        " document.dispatchEvent(new CustomEvent('reporter:rows')); }"
    )
    card(page, "loss").get_by_text("No run shown here logged loss.").wait_for()


def test_a_runs_own_page_does_without_the_table(open_page, site):
    page = open_page(Place("file", site.as_uri() + "/"), f"run/{run_id_of('alpha')}.html")
    page.locator("[data-role=chart]").first.scroll_into_view_if_needed()
    page.locator("[data-role=chart][data-state=ready]").first.wait_for()
    loaded = page.evaluate("() => [...document.scripts].map(({ src }) => src)")
    assert not any("/runs-" in src for src in loaded)


@pytest.mark.parametrize("pattern", ["data/series-*", "assets/vega-*", "data/charts-*"])
def test_a_missing_file_leaves_a_hole_that_says_so(open_charts, site, tmp_path, pattern):
    shutil.copytree(site, tmp_path / "site")
    for path in (tmp_path / "site").glob(pattern):
        path.unlink()
    page = open_charts(at=tmp_path / "site", quiet=False)
    chart = card(page, "loss")
    assert chart.get_attribute("data-state") == "error"
    assert "Data file not found" in chart.locator(".hole").inner_text()
    assert "Unzip the whole report" in chart.locator(".hole").inner_text()
