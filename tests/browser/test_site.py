"""The sample site as people use it, in every place it must work from."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from reporter.model import Run
from reporter.store.reader import open_store

ROOT = Path(__file__).resolve().parents[2]

# How many different colours a canvas shows, and how many of its pixels are not transparent.
READ_CANVAS = """(canvas) => {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  const colors = new Set();
  let drawn = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3]) drawn += 1;
    colors.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
  }
  return { width, height, drawn, colors: colors.size };
}"""
READY = "[data-role=row-count]"


@pytest.fixture(scope="session")
def runs() -> list[Run]:
    """Every run of the store that the site was built from."""
    return list(open_store(ROOT / "sample_runs").runs())


@pytest.fixture(scope="session")
def experiment(runs) -> str:
    """The experiment with the most runs that have a metric with a history."""
    counted: dict[str, int] = {}
    for run in runs:
        if any(summary.count > 1 for summary in run.data.summaries.values()):
            counted[run.info.experiment_id] = counted.get(run.info.experiment_id, 0) + 1
    return max(counted, key=counted.__getitem__)


@pytest.fixture(scope="session")
def members(runs, experiment) -> list[Run]:
    """The runs of that experiment."""
    return [run for run in runs if run.info.experiment_id == experiment]


@pytest.fixture(scope="session")
def fullest(members) -> Run:
    """The run with the most pictures, and of those the one with the most metrics."""

    def size(run: Run) -> tuple[int, int]:
        pictures = [item for item in run.artifacts if item.path.endswith(".png")]
        return len(pictures), len(run.data.summaries)

    return max(members, key=size)


def experiment_path(experiment: str) -> str:
    return f"experiment/{experiment}/index.html"


def shown(page) -> int:
    """Wait for the table to answer, and read how many rows it shows."""
    page.wait_for_function(
        "() => /^\\s*[\\d,]+/.test(document.querySelector('[data-role=row-count]')?.textContent)"
    )
    text = page.locator(READY).text_content()
    return int(re.match(r"\s*([\d,]+)", text).group(1).replace(",", ""))


def wait_for_count(page, count: int) -> None:
    page.wait_for_function(
        "(count) => parseInt(document.querySelector('[data-role=row-count]').textContent"
        ".replace(/,/g, '')) === count",
        arg=count,
    )


def row_ids(page) -> list[str]:
    rows = page.locator("[data-role=runs-table] tbody tr[data-run-id]")
    return rows.evaluate_all("(rows) => rows.map((row) => row.dataset.runId)")


def open_tab(page, name: str) -> None:
    page.locator(f"[data-tab={name}]").click()


def header(page, column: str):
    return page.locator(f"[data-role=runs-table] th[data-column={json.dumps(column)}]")


def overflow_px(page) -> int:
    return page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


# Every kind of page, in every place


def test_home_leads_to_an_experiment_and_a_run(open_page, place, experiment, fullest):
    page = open_page(place, "index.html")
    page.locator(f"main a[href*='experiment/{experiment}/']").first.click()
    page.wait_for_url(re.compile("experiment/"))
    assert shown(page) > 0
    page.locator("[data-role=runs-table] tbody tr[data-run-id] a[href]").first.click()
    page.wait_for_url(re.compile("run/"))
    assert page.locator("html").get_attribute("data-page") == "run"
    page.goto(place.url(f"run/{fullest.info.run_id}.html"))
    expect(page.locator("h1")).to_have_text(fullest.info.run_name)


def test_search_narrows_the_table(open_page, place, experiment, members):
    page = open_page(place, experiment_path(experiment))
    assert shown(page) == len(members)
    wanted = members[len(members) // 2]
    page.locator("[data-role=query]").click()
    page.keyboard.type(wanted.info.run_name)
    page.wait_for_function(
        "(all) => parseInt(document.querySelector('[data-role=row-count]').textContent) < all",
        arg=len(members),
    )
    count = shown(page)
    assert wanted.info.run_id in row_ids(page)
    grid = page.locator("[data-role=runs-table]")
    assert int(grid.get_attribute("aria-rowcount")) == count + 1
    page.locator("[data-role=query]").fill("")
    wait_for_count(page, len(members))


def test_sort_orders_rows_both_ways(open_page, place, experiment, members):
    page = open_page(place, experiment_path(experiment))
    shown(page)
    column = page.locator("[data-role=runs-table] th[data-column^='metrics.']").first.get_attribute(
        "data-column"
    )
    key = column.removeprefix("metrics.")
    values = {run.info.run_id: run.data.metrics.get(key, math.nan) for run in members}
    seen = set()
    for _ in range(2):
        before = header(page, column).get_attribute("aria-sort")
        header(page, column).locator("button").click()
        page.wait_for_function(
            '([column, before]) => document.querySelector(`th[data-column="${column}"]`)'
            ".getAttribute('aria-sort') !== before",
            arg=[column, before],
        )
        direction = header(page, column).get_attribute("aria-sort")
        assert direction in {"ascending", "descending"}
        seen.add(direction)
        logged = [value for run_id in row_ids(page) if not math.isnan(value := values[run_id])]
        assert len(logged) > 1
        assert logged == sorted(logged, reverse=direction == "descending")
    assert seen == {"ascending", "descending"}


def test_a_chart_is_drawn(open_page, place, experiment):
    page = open_page(place, experiment_path(experiment))
    shown(page)
    open_tab(page, "charts")
    chart = page.locator("[data-role=chart][data-kind=line]").first
    chart.scroll_into_view_if_needed()
    page.locator("[data-role=chart][data-kind=line][data-state=ready]").first.wait_for()
    drawn = chart.locator("canvas").first.evaluate(READ_CANVAS)
    assert drawn["width"] > 100
    assert drawn["height"] > 50
    assert drawn["drawn"] > 500
    assert drawn["colors"] > 8
    assert page.locator("[data-role=chart][data-state=error]").count() == 0


def test_figures_are_decoded(open_page, place, fullest):
    page = open_page(place, f"run/{fullest.info.run_id}.html")
    page.wait_for_load_state("load")
    images = page.locator("[data-role=figure] img:visible").all()
    assert images
    for image in images:
        image.scroll_into_view_if_needed()
        image.evaluate("(image) => image.decode()")
        assert image.evaluate("(image) => image.naturalWidth") > 0


def test_the_run_page_tells_what_the_store_holds(open_page, place, fullest):
    page = open_page(place, f"run/{fullest.info.run_id}.html")

    def told(role: str) -> dict[str, str]:
        pairs = page.locator(f"[data-role={role}]").evaluate_all(
            "(items) => items.map((item) => [item.dataset.key, item.dataset.value])"
        )
        return dict(pairs)

    assert told("param") == dict(fullest.data.params)
    metrics = {key: float(value) for key, value in told("metric").items()}
    assert metrics == fullest.data.metrics
    assert page.locator("[data-role=artifact]").count() >= len(fullest.artifacts)


def test_two_runs_are_compared(open_page, place, experiment, members):
    page = open_page(place, experiment_path(experiment))
    shown(page)
    chosen = row_ids(page)[:2]
    for run_id in chosen:
        page.locator(f"tr[data-run-id='{run_id}'] input[type=checkbox]").check()
    page.locator("[data-role=compare]").click()
    page.wait_for_url(re.compile(r"compare\.html.*runs="))
    page.locator("[data-role=metric]").first.wait_for(state="attached")
    by_id = {run.info.run_id: run for run in members}
    cells = page.locator("[data-role=metric]").evaluate_all(
        "(cells) => cells.map(({ dataset }) => [dataset.runId, dataset.key, dataset.value])"
    )
    assert {run_id for run_id, _, _ in cells} == set(chosen)
    for run_id, key, value in cells:
        assert float(value) == by_id[run_id].data.metrics[key]


def test_the_theme_is_switched_and_remembered(open_page, place, experiment):
    page = open_page(place, "index.html")

    def ground() -> str:
        return page.evaluate("() => getComputedStyle(document.body).backgroundColor")

    light = ground()
    page.locator("[data-role=theme-toggle]").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert ground() != light
    page.goto(place.url(experiment_path(experiment)))
    page.locator("html[data-theme=dark]").wait_for()


# What one place is enough for


def test_every_page_is_quiet_and_fits_a_phone(open_page, on_disk, sample_site, runs):
    experiments = sorted({run.info.experiment_id for run in runs})
    ended = {run.info.status: run.info.run_id for run in runs}  # one run of each kind
    paths = [
        "index.html",
        "compare.html",
        *map(experiment_path, experiments),
        *(f"run/{run_id}.html" for run_id in ended.values()),
    ]
    for path in paths:
        page = open_page(on_disk, path, width=390)
        page.wait_for_load_state("load")
        for tab in page.locator("[data-tab]").all():
            tab.click()
            assert overflow_px(page) == 0, (path, tab.get_attribute("data-tab"))
        assert overflow_px(page) == 0, path
        page.context.close()


def test_every_run_has_a_page_and_every_link_leads_somewhere(sample_site, runs):
    """Read as files: what a crawler would find, faster."""
    missing = []
    for run in runs:
        assert (sample_site / "run" / f"{run.info.run_id}.html").is_file()
    for html in sample_site.rglob("*.html"):
        if "artifacts" in html.relative_to(sample_site).parts:
            continue  # what users logged links to what it likes
        text = html.read_text(encoding="utf-8")
        for link in re.findall(r'\s(?:href|src)="([^"#]*)[^"]*"', text):
            if not link or link.startswith(("data:", "mailto:")):
                continue
            assert not re.match(r"[a-z]+:|//|/", link) or "note" in text, (html, link)
            if not re.match(r"https?:", link):
                target = html.parent / unquoted(link)
                if not target.exists():
                    missing.append((html.name, link))
    assert not missing


def unquoted(link: str) -> str:
    from html import unescape
    from urllib.parse import unquote

    return unquote(unescape(link).split("?")[0])


def test_the_policy_holds(open_page, on_disk):
    """Inline scripts, inline styles and the network are refused by the page itself."""
    page = open_page(on_disk, "index.html", quiet=False)
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    refused = page.evaluate(
        """async () => {
          const refused = [];
          addEventListener("securitypolicyviolation", (event) =>
            refused.push(event.effectiveDirective));
          const script = document.createElement("script");
          script.textContent = "window.wasRun = true";
          document.body.append(script);
          const box = document.createElement("div");
          box.innerHTML = '<p style="color: red">x</p><img src="http://127.0.0.1:9/x.png">';
          document.body.append(box);
          await new Promise((resolve) => setTimeout(resolve, 300));
          return { refused, wasRun: Boolean(window.wasRun) };
        }"""
    )
    assert not refused["wasRun"]
    assert {"script-src-elem", "style-src-attr", "img-src"} <= set(refused["refused"])


def test_the_view_is_in_the_address(open_page, on_disk, experiment, members):
    page = open_page(on_disk, experiment_path(experiment))
    shown(page)
    name = members[0].info.run_name
    page.locator("[data-role=query]").fill(name)
    page.wait_for_function("() => location.hash.includes('q=')")
    column = page.locator("[data-role=runs-table] th[data-column^='params.']").first
    column.locator("button").click()
    page.wait_for_function("() => location.hash.includes('sort=')")
    count, link = shown(page), page.evaluate("() => location.href")
    again = open_page(on_disk, link.removeprefix(on_disk.root))
    wait_for_count(again, count)
    assert again.locator("[data-role=query]").input_value() == name
    assert row_ids(again) == row_ids(page)


def test_a_predicate_asks_numbers(open_page, on_disk, experiment, members):
    page = open_page(on_disk, experiment_path(experiment))
    shown(page)
    key = page.locator("[data-role=runs-table] th[data-column^='metrics.']").first
    key = key.get_attribute("data-column").removeprefix("metrics.")
    values = sorted(run.data.metrics[key] for run in members if key in run.data.metrics)
    limit = values[len(values) // 3]
    page.locator("[data-role=query]").fill(f"metrics.`{key}` <= {limit!r}")
    wait_for_count(page, sum(value <= limit for value in values))


def test_without_javascript_the_first_rows_read(browser, on_disk, experiment, members):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(on_disk.url(experiment_path(experiment)))
    rows = page.locator("[data-role=runs-table] tbody tr[data-run-id]")
    assert rows.count() == min(50, len(members))
    assert page.locator("h1").inner_text().strip()
    context.close()


@pytest.mark.parametrize(("kind", "mark"), [("vega", "canvas"), ("plotly", "svg.main-svg")])
def test_an_interactive_figure_is_drawn_in_its_frame(open_page, on_disk, sample_site, kind, mark):
    handle = f'data-role="{kind}"'
    pages = sorted((sample_site / "run").glob("*.html"))
    path = next(page for page in pages if handle in page.read_text(encoding="utf-8"))
    page = open_page(on_disk, f"run/{path.name}")
    figure = page.locator(f"[{handle}]").first
    figure.scroll_into_view_if_needed()
    figure.evaluate("(figure) => figure.dataset.state === 'idle' && reporter.drawFigure(figure)")
    page.locator(f"[{handle}][data-state=ready]").first.wait_for()
    frame = figure.locator("iframe")
    assert frame.get_attribute("sandbox") == "allow-scripts"
    drawn = frame.content_frame.locator(mark).first
    drawn.wait_for()
    assert drawn.bounding_box()["width"] > 100


def test_keys_reach_the_search(open_page, on_disk, experiment):
    page = open_page(on_disk, experiment_path(experiment))
    shown(page)
    page.keyboard.press("/")
    assert page.evaluate("() => document.activeElement.dataset.role") == "query"
