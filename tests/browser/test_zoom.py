"""Looking closer: finer points as they are needed, other axes, what is read, all in a link."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from reporter.config import ChartSettings, Config
from reporter.events import MetricsLogged, RunEnded, RunStarted
from reporter.site.build import build
from reporter.site.writing.output import FolderOutput
from reporter.store.reader import open_store
from reporter.store.writer import FolderWriter
from tests.browser.conftest import Place
from tests.builders import START_MS, make_store, run_id_of

N = 9_000
RUNS = ("one", "two")

# What Vega draws: rows by data set, and the ends of its axes. Views show themselves when drawn.
WATCH = """() => {
  const { prototype } = reporter.ChartView;
  const { show } = prototype;
  prototype.show = async function (...given) {
    await show.apply(this, given);
    this.box.seen = this.view;
  };
  document.dispatchEvent(new CustomEvent("reporter:theme"));
}"""
DRAWN = """(metric) => {
  const { seen } = document.querySelector(`[data-metric="${metric}"] .plotbox`);
  const rows = (name) => seen.data(name).map(({ x, y, run }) => [x, y, run]);
  return { points: rows("points"), breaks: rows("breaks"), x: seen.scale("x").domain(),
           y: seen.scale("y").domain(), title: seen.signal("x_title"),
           marks: seen.scenegraph().root.items[0].items.length };
}"""


def log_run(store: str, name: str, seed: int) -> None:
    """Log a long noisy curve, one of every 50th step, one with uneven steps, one without steps."""
    random = np.random.default_rng(seed)
    steps = np.arange(N)
    times = START_MS + seed * 60_000 + steps * 20
    loss = np.exp(-steps / 2_000) + random.normal(0, 0.05, N)
    loss[5_000:5_003] = np.nan
    uneven = np.sort(random.choice(N, 300, replace=False))
    sparse = steps[::50]
    series = {
        "loss": (loss, steps, times),
        "seen": (steps * 128.0, steps, times),
        "val_loss": (np.exp(-sparse / 2_500) + 0.1 + 0.2 * seed, sparse, times[sparse]),
        "uneven": (np.sin(uneven / 900), uneven, times[uneven]),
        "plain": (random.normal(size=2_000), np.zeros(2_000, dtype=int), times[:2_000]),
    }
    run_id = run_id_of(name)
    writer = FolderWriter(store, "0", run_id, now_ms=lambda: START_MS)
    writer.append(RunStarted(at_ms=START_MS, run_id=run_id, experiment_id="0", run_name=name))
    for key, (values, at, when) in series.items():
        lists = {"values": values.tolist(), "steps": at.tolist(), "timestamps_ms": when.tolist()}
        writer.append(MetricsLogged(at_ms=START_MS, key=key, **lists))
    writer.append(RunEnded(at_ms=START_MS, status="FINISHED", end_time=START_MS + 10_000))
    writer.close()
    writer.compact()


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> str:
    path = make_store(tmp_path_factory.mktemp("zoom") / "runs")
    for seed, name in enumerate(RUNS):
        log_run(path, name, seed)
    return path


@pytest.fixture(scope="module")
def site(store) -> Path:
    folder = Path(store).parent / "site"
    build(open_store(store), FolderOutput(str(folder)))
    return folder


@pytest.fixture
def open_charts(open_page, site):
    """Open a page with charts, have their views shown, and wait until all are drawn."""

    def open_(view: str = "", *, at: Path | None = None, path: str = "", place=None, **options):
        page_path = path or "experiment/0/index.html#v=1&tab=charts"
        place = place or Place("file", (at or site).as_uri() + "/")
        page = open_page(place, page_path + view, **options)
        page.locator("[data-role=chart][data-state=ready]").first.wait_for()
        page.evaluate(WATCH)
        page.wait_for_function(
            "() => [...document.querySelectorAll('[data-role=chart]')].every("
            "(card) => card.dataset.state === 'ready' && card.querySelector('.plotbox').seen)"
        )
        return page

    return open_


def history(store: str, run: str, key: str):
    """Read a series as pandas has it, in the order of its steps."""
    pandas = pytest.importorskip("pandas")
    [found] = open_store(store).history([run_id_of(run)], [key])
    frame = pandas.DataFrame(
        {"step": found.steps, "value": found.values, "ms": found.timestamps_ms}
    )
    return frame.sort_values("step", kind="stable")


def drawn(page, metric: str) -> dict:
    return page.evaluate(DRAWN, metric)


def points_of(page, metric: str, run: str) -> list[tuple[float, float | None]]:
    return [(x, y) for x, y, own in drawn(page, metric)["points"] if own == run_id_of(run)]


def wait_for_points(page, metric: str, run: str, n: int) -> None:
    page.wait_for_function(
        f"([metric, run, n]) => ({DRAWN})(metric).points.filter((p) => p[2] === run).length >= n",
        arg=[metric, run_id_of(run), n],
    )


def card(page, metric: str):
    return page.locator(f"[data-role=chart][data-metric={json.dumps(metric)}]")


def notice(page, metric: str) -> str:
    return card(page, metric).locator(".chart-notice").inner_text()


def drag(page, metric: str, start: float, end: float) -> None:
    box = card(page, metric).locator("canvas").bounding_box()
    height = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * start, height)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * (start + end) / 2, height)
    page.mouse.move(box["x"] + box["width"] * end, height)
    page.mouse.up()


@pytest.mark.parametrize("where", ["file", "sub-path", "one-file"])
def test_zooming_loads_every_point_of_what_is_seen(open_charts, open_place, site, store, where):
    page = open_charts("&zoom=4990:5100:step", place=open_place(site, where))
    wait_for_points(page, "loss", "one", 100)
    frame = history(store, "one", "loss").query("4990 <= step <= 5100")
    shown = [(x, y) for x, y in points_of(page, "loss", "one") if 4990 <= x <= 5100]
    assert [x for x, _ in shown] == frame["step"].tolist()
    for (_, y), value in zip(shown, frame["value"], strict=True):
        assert y == pytest.approx(value, rel=1e-6) if np.isfinite(value) else y is None
    assert drawn(page, "loss")["x"] == [4990, 5100]
    assert "2 with NaN" in notice(page, "loss")
    assert "point" not in notice(page, "loss"), "nothing is left out"
    assert drawn(page, "val_loss")["x"] == [4990, 5100], "charts with the same x share what is seen"
    assert drawn(page, "plain")["x"][0] == 0, "others do not"


def test_before_zooming_only_the_first_tier_is_loaded(open_charts):
    page = open_charts()
    loaded = page.evaluate("() => [...document.scripts].map(({ src }) => src)")
    assert not [src for src in loaded if "/zoom-" in src or "-t1-" in src]
    assert len(points_of(page, "loss", "one")) <= 500
    drag(page, "loss", 0.5, 0.55)
    page.wait_for_function("() => [...document.scripts].some(({ src }) => /-t\\d-/.test(src))")


def test_dragging_zooms_and_a_double_click_shows_all_again(open_charts):
    page = open_charts()
    whole = drawn(page, "loss")["x"]
    drag(page, "loss", 0.4, 0.6)
    page.wait_for_function("() => location.hash.includes('zoom=')")
    page.wait_for_function(f"(end) => ({DRAWN})('loss').x[1] < end", arg=whole[1])
    low, high = drawn(page, "loss")["x"]
    assert whole[0] < low < high < whole[1]
    assert drawn(page, "val_loss")["x"] == [low, high]
    page.wait_for_function("() => document.querySelector('.chart-tip')?.hidden !== false")
    card(page, "val_loss").locator("canvas").dblclick()
    page.wait_for_function(f"(end) => ({DRAWN})('loss').x[1] === end", arg=whole[1])
    assert "zoom" not in page.evaluate("location.hash")
    page.go_back()
    page.wait_for_function(f"(high) => ({DRAWN})('loss').x[1] === high", arg=high)


def test_what_a_report_does_not_carry_is_said(open_charts, store, tmp_path):
    config = Config(charts=ChartSettings(zoom_points=2_250))
    build(open_store(store), FolderOutput(str(tmp_path / "site")), config=config)
    page = open_charts("&zoom=3000:3400:step", at=tmp_path / "site")
    wait_for_points(page, "loss", "one", 50)
    assert "every 4th point" in notice(page, "loss")


def test_a_missing_finer_file_leaves_what_is_coarser_and_is_said(open_charts, store, tmp_path):
    build(open_store(store), FolderOutput(str(tmp_path / "site")))
    for path in (tmp_path / "site" / "data").glob("series-*-t*-*"):
        path.unlink()
    page = open_charts("&zoom=3000:3400:step", at=tmp_path / "site", quiet=False)
    card(page, "loss").get_by_text("Data file not found").wait_for(state="attached")
    assert points_of(page, "loss", "one")


def test_wall_time_is_when_points_were_logged(open_charts, store):
    page = open_charts("&axis=wall")
    frame = history(store, "two", "val_loss")
    shown = points_of(page, "val_loss", "two")
    assert len(shown) == len(frame)
    span = frame["ms"].max() - frame["ms"].min()
    for (x, y), ms, value in zip(shown, frame["ms"], frame["value"], strict=True):
        assert x == pytest.approx(ms, abs=span / 65_535 + 1)
        assert y == pytest.approx(value, rel=1e-6)
    assert drawn(page, "loss")["title"] == "time (UTC)"
    page = open_charts(f"&axis=wall&zoom={START_MS + 1_000}:{START_MS + 3_000}:wall")
    wait_for_points(page, "loss", "one", 99)
    assert drawn(page, "loss")["x"] == [START_MS + 1_000, START_MS + 3_000]


def test_another_metric_is_matched_at_the_same_steps(open_charts, store):
    page = open_charts("&axis=metrics.val_loss")
    wait_for_points(page, "loss", "one", 50)
    page.wait_for_function(
        "() => document.querySelector('[data-metric=loss] .chart-notice').textContent"
        ".includes('left out')"
    )
    loss, val_loss = (history(store, "one", key) for key in ("loss", "val_loss"))
    joined = loss.merge(val_loss, on="step").sort_values("value_y")
    finite = joined[np.isfinite(joined["value_x"])]
    shown = [(x, y) for x, y in points_of(page, "loss", "one") if y is not None]
    assert len(shown) == len(finite)
    assert [x for x, _ in shown] == pytest.approx(finite["value_y"].tolist(), rel=1e-6)
    assert [y for _, y in shown] == pytest.approx(finite["value_x"].tolist(), rel=1e-6)
    assert "17,640 points without val_loss left out" in notice(page, "loss")
    assert drawn(page, "plain")["title"] == "logged point", "it has no steps to be matched at"


def test_smoothing_is_computed_from_every_point(open_charts, store):
    page = open_charts("&smooth=0.9&zoom=2000:2100:step")
    wait_for_points(page, "loss", "one", 100)
    values = history(store, "one", "loss")["value"]
    expected = values.dropna().ewm(alpha=0.1, adjust=True).mean()
    shown = dict(points_of(page, "loss", "one"))
    for step in (2_000, 2_050, 2_100):
        assert shown[step] == pytest.approx(expected[step], rel=1e-5)
    page = open_charts("&smooth=0.9&ema=x&zoom=2000:4000:step")
    frame = history(store, "one", "uneven")
    shown = dict(points_of(page, "uneven", "one"))
    unit = (frame["step"].iloc[-1] - frame["step"].iloc[0]) / (len(frame) - 1)
    step = next(step for step in frame["step"] if 2_500 < step < 3_500)
    past = frame[frame["step"] <= step]
    weights = 0.9 ** ((step - past["step"]) / unit)
    mean = (weights * past["value"]).sum() / weights.sum()
    assert shown[step] == pytest.approx(mean, rel=1e-5)


def test_ranges_can_be_typed(open_charts):
    page = open_charts()
    chart = card(page, "loss")
    chart.hover()
    chart.locator("[data-act=range]").click()
    for label, text in {"x from": "1000", "x to": "2,000", "y from": "0.25", "y to": "0.6"}.items():
        chart.get_by_label(label, exact=True).fill(text)
    chart.get_by_role("button", name="Apply").click()
    page.wait_for_function(f"() => ({DRAWN})('loss').y[1] === 0.6")
    found = drawn(page, "loss")
    assert (found["x"], found["y"]) == ([1000, 2000], [0.25, 0.6])
    assert drawn(page, "val_loss")["y"] != [0.25, 0.6], "y belongs to the metric"
    page.locator("[data-act=unzoom]").click()
    page.wait_for_function(f"() => ({DRAWN})('loss').x[1] > 8000")
    assert page.locator("[data-act=unzoom]").is_hidden()


def test_a_click_pins_what_is_read_until_escape(open_charts, store):
    page = open_charts()
    canvas = card(page, "val_loss").locator("canvas")
    box = canvas.bounding_box()
    canvas.click(position={"x": box["width"] * 0.5, "y": box["height"] * 0.5})
    tip = page.locator(".chart-tip.pinned")
    step = int(tip.locator("b").inner_text().removeprefix("step ").replace(",", ""))
    page.mouse.move(5, 5)
    assert tip.is_visible()
    value = history(store, "one", "val_loss").set_index("step")["value"][step]
    said = tip.locator("tr", has_text="one").locator("td.num").inner_text()
    assert float(said) == pytest.approx(value, rel=1e-6), "every digit that was logged"
    assert card(page, "loss").locator(".cursor").is_visible(), "one cursor over all charts"
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.querySelector('.chart-tip').hidden")


# Of each dot of the cursor: whether the drawing has the dot's colour under its middle.
DOTS_ON_LINES = """(metric) => {
  const canvas = document.querySelector(`[data-metric="${metric}"] canvas`);
  const { left, top, width } = canvas.getBoundingClientRect();
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
  copy.drawImage(canvas, 0, 0);
  const dots = document.querySelectorAll(`[data-metric="${metric}"] .cursor-dot:not([hidden])`);
  return [...dots].map((dot) => {
    const box = dot.getBoundingClientRect();
    const scale = canvas.width / width;
    const x = Math.round((box.x + box.width / 2 - left) * scale);
    const y = Math.round((box.y + box.height / 2 - top) * scale);
    const wanted = getComputedStyle(dot).backgroundColor.match(/\\d+/g).map(Number);
    const seen = copy.getImageData(x - 1, y - 1, 3, 3).data;
    return Array.from({ length: 9 }, (_, i) => seen.slice(4 * i, 4 * i + 3)).some((color) =>
      wanted.every((part, k) => Math.abs(part - color[k]) < 40));
  });
}"""


def test_the_cursors_dots_lie_on_the_lines(open_charts):
    page = open_charts()
    box = card(page, "val_loss").locator("canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 60)
    page.wait_for_function("() => !document.querySelector('.chart-tip').hidden")
    on_lines = page.evaluate(DOTS_ON_LINES, "val_loss")
    assert len(on_lines) == len(RUNS)
    assert all(on_lines)


def test_a_runs_own_page_has_all_of_it(open_charts):
    page = open_charts("#v=1&zoom=4990:5100:step", path=f"run/{run_id_of('one')}.html")
    page.locator("[data-role=charts-toolbar] [data-act=unzoom]").wait_for()
    wait_for_points(page, "loss", "one", 100)
    assert drawn(page, "loss")["x"] == [4990, 5100]


@pytest.mark.parametrize("kind", ["csv", "vl.json"])
def test_what_is_taken_away_is_what_is_seen(open_charts, store, tmp_path, kind):
    page = open_charts("&axis=time&zoom=100000:102000:time")
    wait_for_points(page, "loss", "one", 99)
    chart = card(page, "loss")
    chart.hover()
    chart.locator("[data-act=download]").click()
    with page.expect_download() as download:
        chart.locator(f"[data-act='{kind}']").click()
    download.value.save_as(tmp_path / "file")
    text = (tmp_path / "file").read_text("utf-8")
    frame = history(store, "one", "loss")
    start = frame["ms"].iloc[0]
    seen = frame[(frame["ms"] - start).between(100_000, 102_000)]
    if kind == "csv":
        rows = [line.split(",") for line in text.splitlines()]
        assert rows[0] == ["run_id", "run_name", "time in min", "step", "loss"]
        own = [row for row in rows if row[1] == "one"]
        assert [int(row[3]) for row in own] == seen["step"].tolist()
        assert [float(row[4]) for row in own] == pytest.approx(
            seen["value"].tolist(), rel=1e-6, nan_ok=True
        )
    else:
        altair = pytest.importorskip("altair")
        spec = json.loads(text)
        assert len(spec["data"]["values"]) == len(RUNS) * (len(seen) + 2)
        del spec["data"]["values"][10:]  # the rest of them is checked as long
        assert altair.Chart.from_dict(spec).to_dict()
        assert spec["layer"][0]["encoding"]["x"]["scale"]["domain"] == pytest.approx(
            [1.667, 1.7], abs=1e-3
        )
