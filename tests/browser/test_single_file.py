"""What only a report in one file has: a history, downloads and pictures out of its own blocks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reporter.store.reader import open_store

ROOT = Path(__file__).resolve().parents[2]
PICTURES = "[data-role=figure] img:visible"


@pytest.fixture(scope="module")
def one_file(sample_site, open_place):
    return open_place(sample_site, "one-file")


@pytest.fixture(scope="module")
def drawn() -> object:
    """A run that logged a picture and a text."""
    runs = open_store(ROOT / "sample_runs").runs()
    wanted = ("residuals.png", "fold_means.csv")
    return next(run for run in runs if set(wanted) <= {item.path for item in run.artifacts})


def test_the_back_button_leads_through_pages_and_views(open_page, one_file, drawn):
    page = open_page(one_file, "index.html")
    page.locator("main a[href*='experiment/']").first.click()
    page.locator("html[data-page=experiment]").wait_for()
    title = page.title()
    page.locator("[data-tab=charts]").click()
    page.locator("[data-role=chart][data-state=ready]").first.wait_for()
    page.locator("[data-tab=runs]").click()
    page.locator("[data-role=runs-table] tbody tr[data-run-id] a[href]").first.click()
    page.locator("html[data-page=run]").wait_for()
    run = page.title()
    page.locator("[data-role=previous-run], [data-role=next-run]").first.click()
    page.wait_for_function("(title) => document.title && document.title !== title", arg=run)
    for page_name in ("run", "experiment", "experiment", "experiment", "index"):
        page.evaluate("history.back()")
        page.locator(f"html[data-page={page_name}] main h1").wait_for()
        if page_name == "experiment":
            page.wait_for_function("(title) => document.title === title", arg=title)
    page.evaluate("history.forward()")
    page.locator("html[data-page=experiment] main h1").wait_for()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_run_page_has_its_pictures_and_its_files(open_page, one_file, drawn, width, tmp_path):
    page = open_page(one_file, f"run/{drawn.info.run_id}.html", width=width)
    picture = page.locator(PICTURES).first
    picture.scroll_into_view_if_needed()
    page.wait_for_function(
        "() => document.querySelector('[data-role=figure] img').naturalWidth > 0"
    )
    page.locator('[data-role=artifact][data-path="fold_means.csv"]').click()
    with page.expect_download() as started:
        page.locator('.preview[data-of="fold_means.csv"] a[download="fold_means.csv"]').click()
    started.value.save_as(tmp_path / "saved.csv")
    assert started.value.suggested_filename == "fold_means.csv"
    folder = ROOT / "sample_runs" / drawn.info.experiment_id / drawn.info.run_id / "artifacts"
    assert (tmp_path / "saved.csv").read_bytes() == (folder / "fold_means.csv").read_bytes()
    overflow = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0


def test_the_tables_can_be_saved(open_page, one_file, sample_site, tmp_path):
    page = open_page(one_file, "index.html")
    for name in ("runs.csv", "metrics.parquet"):
        with page.expect_download() as started:
            page.locator("footer a", has_text=name).click()
        started.value.save_as(tmp_path / name)
        assert started.value.suggested_filename == name
        assert (tmp_path / name).read_bytes() == (sample_site / "data" / name).read_bytes()


def test_a_link_leads_to_a_part_of_another_page(open_page, one_file):
    page = open_page(one_file, "index.html")
    page.locator("[data-role=find]").click()
    page.locator("html[data-page=runs]").wait_for()
    page.wait_for_function("() => document.activeElement?.dataset.role === 'query'")
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    assert "runs.html" in page.url, "a part of a page is no other page"


def test_it_asks_for_nothing_and_only_its_own_scripts_run(open_page, one_file):
    page = open_page(one_file, "index.html", quiet=False)
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    scripts = re.search(r"script-src ([^;]*)", policy)[1]
    assert "default-src 'none'" in policy
    assert set(re.sub(r"'sha256-[^']*'", "", scripts).split()) == {"'unsafe-eval'"}
    ran = page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.wasRun = true";
          document.body.append(script);
          return Boolean(window.wasRun);
        }"""
    )
    assert not ran


def test_without_javascript_the_first_page_reads(browser, one_file):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(one_file.root)
    assert page.locator("h1").is_visible()
    assert "open the file in a browser" in page.locator("p.note").first.inner_text()
    assert page.locator("main").get_by_text("digits-mlp").first.is_visible()
    assert page.locator("a[href]").count() == 0, "no link leads nowhere"
    context.close()


def test_a_page_that_is_not_in_it_leads_home(open_page, one_file):
    page = open_page(one_file, "run/none.html")
    page.locator("html[data-page=index] main h1").wait_for()
