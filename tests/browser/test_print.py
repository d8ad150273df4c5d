"""On paper: light, every row, charts as vector drawings, nothing that only a screen can do."""

from __future__ import annotations

import re

import pytest

from reporter.store.reader import open_store

BEGIN = "() => dispatchEvent(new Event('beforeprint'))"
END = "() => dispatchEvent(new Event('afterprint'))"


@pytest.fixture(scope="module")
def largest(root) -> tuple[str, int]:
    """The experiment with the most runs, more than the builder writes into the page."""
    counted: dict[str, int] = {}
    for run in open_store(root / "sample_runs").runs():
        counted[run.info.experiment_id] = counted.get(run.info.experiment_id, 0) + 1
    found = max(counted.items(), key=lambda item: item[1])
    assert found[1] > 50
    return found


def n_sheets(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


def test_every_row_and_column_of_the_table_is_printed(open_page, on_disk, largest):
    experiment, n_runs = largest
    page = open_page(on_disk, f"experiment/{experiment}/index.html", width=900)
    page.wait_for_function(
        "() => /^\\d/.test(document.querySelector('[data-role=row-count]').textContent)"
    )
    rows = page.locator("[data-role=runs-table] tbody tr[data-run-id]")
    assert rows.count() < n_runs
    heads = page.locator("[data-role=runs-table] th[role=columnheader]")
    before = heads.count()
    page.evaluate(BEGIN)
    page.emulate_media(media="print")
    assert rows.count() == n_runs
    assert heads.count() >= before
    table = page.locator("[data-role=runs-table]")
    assert heads.count() == int(table.get_attribute("aria-colcount"))
    assert page.locator("[data-role=printed]").inner_text() == f"{n_runs} of {n_runs} runs"
    for hidden in (".toolbar", ".tabs-row", "[data-role=theme-toggle]", ".grid input"):
        assert not page.locator(hidden).first.is_visible()
    page.emulate_media(media="screen")
    page.evaluate(END)
    page.wait_for_function(
        "(n) => document.querySelectorAll('tr[data-run-id]').length < n", arg=n_runs
    )


def test_charts_are_vector_drawings_in_light_colours(open_page, on_disk, largest):
    page = open_page(on_disk, f"experiment/{largest[0]}/index.html#v=1&tab=charts", dark=True)
    page.locator("[data-role=chart][data-state=ready]").first.wait_for()
    page.evaluate("() => reporter.charts.loadAll()")
    n_charts = page.locator("[data-role=chart]").count()
    assert page.locator("[data-role=chart][data-state=ready]").count() == n_charts
    page.evaluate(BEGIN)
    page.wait_for_function(
        "(n) => document.querySelectorAll('.plotbox > svg.on-paper').length === n", arg=n_charts
    )
    assert page.locator("html").get_attribute("data-theme") == "light"
    page.emulate_media(media="print", color_scheme="dark")
    drawing = page.locator(".plotbox > svg.on-paper").first
    assert drawing.is_visible()
    assert "#045694" in drawing.evaluate("(svg) => svg.outerHTML"), "the light theme's first colour"
    assert not page.locator(".plotbox canvas").first.is_visible()
    page.emulate_media(media="screen", color_scheme="dark")
    page.evaluate(END)
    assert page.locator("html").get_attribute("data-theme") is None
    assert page.locator("svg.on-paper").count() == 0
    page.locator("[data-role=chart][data-state=ready]").first.wait_for()


def test_ctrl_p_loads_what_is_further_down_first(open_page, on_disk, largest):
    page = open_page(on_disk, f"experiment/{largest[0]}/index.html#v=1&tab=charts", width=390)
    page.evaluate("() => (window.print = () => (window.wasPrinted = true))")
    page.locator("[data-role=chart][data-state=ready]").first.wait_for()
    page.keyboard.press("Control+p")
    page.wait_for_function("() => window.wasPrinted")
    assert page.locator("[data-role=chart]:not([data-state=ready])").count() == 0


def test_pages_fit_few_sheets(open_page, on_disk, sample_site, largest):
    failed = next(
        path
        for path in sorted((sample_site / "run").iterdir())
        if "error-note" in path.read_text("utf-8")
    )
    wanted = {
        "index.html": 2,
        f"experiment/{largest[0]}/index.html": 4,
        f"run/{failed.name}": 4,
    }
    for path, most in wanted.items():
        page = open_page(on_disk, path, dark=True)
        page.wait_for_timeout(500)
        pdf = page.pdf(format="A4")
        assert 1 <= n_sheets(pdf) <= most, path
