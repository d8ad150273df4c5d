"""A notebook as people send it: executed, exported to HTML, opened without a network."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIRST_CELL = (
    "import reporter\n"
    f"reporter.set_tracking_uri({str(ROOT / 'sample_runs')!r})\n"
    "frame = reporter.search_runs(experiment_names=['digits-mlp'], max_results=5)\n"
    "reporter.show(frame)"
)
CELLS = (
    FIRST_CELL,
    "reporter.show('digits-mlp', view='charts')",
    "reporter.show(reporter.get_run(frame.run_id[0]))",
)


@pytest.fixture(scope="module")
def exported(tmp_path_factory, environment, unavailable) -> Path:
    """A notebook of three cells, run by a real kernel and exported."""
    for module in ("nbconvert", "ipykernel"):
        if importlib.util.find_spec(module) is None:
            unavailable(f"no {module}: pip install -e '.[test]'")
    folder = tmp_path_factory.mktemp("notebook")
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(CELLS)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (folder / "runs.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "html", "--execute", "runs.ipynb"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "runs.html"


@pytest.fixture
def page(browser, exported):
    context = browser.new_context(offline=True, viewport={"width": 1300, "height": 900})
    context.set_default_timeout(15_000)
    opened = context.new_page()
    opened.goto(exported.as_uri())
    yield opened
    context.close()


def frame_of(page, number: int):
    """The frame of one cell's output, scrolled to so that it begins."""
    element = page.locator("iframe").nth(number)
    element.scroll_into_view_if_needed()
    return element.content_frame


@pytest.mark.slow
def test_an_exported_notebook_shows_runs_offline(page):
    table = frame_of(page, 0)
    table.locator("[data-role=runs-table] tbody tr[data-run-id]").nth(4).wait_for()
    assert table.locator("[data-role=row-count]").inner_text().startswith("5")
    charts = frame_of(page, 1)
    charts.locator("[data-role=chart][data-state=ready] canvas").first.wait_for()
    run = frame_of(page, 2)
    run.locator("[data-role=param]").first.wait_for()
    assert run.locator("html").get_attribute("data-page") == "run"
    assert not run.locator("[data-role=copy-link]").is_visible()


@pytest.mark.slow
def test_links_stay_inside_the_frame(page):
    table = frame_of(page, 0)
    address = page.url
    link = table.locator("[data-role=runs-table] tbody tr[data-run-id] a[href]").first
    name = link.get_attribute("title") or "".join(link.inner_text().split("\n"))
    link.click()
    run = frame_of(page, 0)
    run.locator("html[data-page=run]").wait_for()
    assert name in run.locator("h1").inner_text()
    run.locator("nav.crumbs a").last.click()
    table.locator("html[data-page=experiment]").wait_for()
    assert page.url == address


@pytest.mark.slow
def test_styles_do_not_leak(page):
    frame_of(page, 0).locator("[data-role=runs-table]").wait_for()
    assert page.evaluate("() => getComputedStyle(document.body).getPropertyValue('--accent')") == ""
