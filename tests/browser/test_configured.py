"""A site that report.toml shaped: views, colours, logo, what was left out."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

CONFIG = """
title = "Configured"
description = "With **little** data"
[theme]
accent = "#ffd400"
colors = ["#ffee00"]
logo = "logo.svg"
[[views]]
name = "Ridge by name"
description = "Ridge alone"
query = "params.model = 'ridge'"
sort = ["attributes.run_name"]
columns = ["params.alpha", "metrics.val_rmse"]
experiment = "diabetes-nested-cv"
[[views]]
name = "Smoothed"
tab = "charts"
state = { smooth = "0.6" }
[artifacts]
exclude = ["*.csv"]
"""
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 24"><path d="M0 0h60v24H0"/></svg>'


@pytest.fixture(scope="module")
def site(sample_store, report, tmp_path_factory) -> Path:
    store = Path(shutil.copytree(sample_store, tmp_path_factory.mktemp("configured") / "runs"))
    (store / "report.toml").write_text(CONFIG, encoding="utf-8")
    (store / "logo.svg").write_text(LOGO, encoding="utf-8")
    built = report("build", str(store), "-o", str(store.parent / "site"))
    assert built.returncode == 0, built.stdout + built.stderr
    assert "Colour too weak" in built.stderr
    return store.parent / "site"


@pytest.fixture(params=["file", "one-file"])
def configured(request, site, open_place):
    return open_place(site, request.param)


def page_of(site: Path, name: str) -> str:
    pages = (site / "experiment").glob("*/index.html")
    found = next(page for page in pages if f"<h1><bdi>{name}" in page.read_text("utf-8"))
    return found.relative_to(site).as_posix()


def current(page) -> list[str]:
    return page.locator(".views [aria-current=true]").all_inner_texts()


def test_a_view_is_a_tab_that_is_a_link(open_page, configured, site):
    page = open_page(configured, page_of(site, "diabetes-nested-cv"))
    assert page.locator(".views a").all_inner_texts() == ["Ridge by name", "Smoothed"]
    assert current(page) == []
    page.locator(".views a").first.click()
    page.wait_for_function(
        "() => document.querySelector('[data-role=query]').value.includes('ridge')"
    )
    page.wait_for_function(
        "() => /^26 of/.test(document.querySelector('[data-role=row-count]').textContent)"
    )
    heads = page.locator("[data-role=runs-table] th[role=columnheader]")
    columns = heads.evaluate_all("(heads) => heads.map((head) => head.dataset.column)")
    assert columns == ["attributes.run_name", "params.alpha", "metrics.val_rmse"]
    assert heads.first.get_attribute("aria-sort") == "ascending"
    assert current(page) == ["Ridge by name"]
    page.locator("[data-role=theme-toggle]").click()
    assert current(page) == ["Ridge by name"], "a theme is the reader's own"
    page.locator(".views a").nth(1).click()
    page.locator("#charts").wait_for()
    assert current(page) == ["Smoothed"]
    page.go_back()
    page.wait_for_function(
        "() => document.querySelector('[data-role=query]').value.includes('ridge')"
    )
    assert current(page) == ["Ridge by name"]
    page.locator("[data-tab=runs]").click()
    page.wait_for_function("() => document.querySelector('[data-role=query]').value === ''")
    assert current(page) == []


def test_the_home_page_leads_to_views(open_page, configured):
    page = open_page(configured, "index.html")
    assert page.locator("h1").inner_text() == "Configured"
    assert page.locator("#views li").count() == 5, "one of a single experiment, one of all four"
    page.locator("#views a", has_text="Ridge").click()
    page.wait_for_function(
        "() => /^26 of/.test(document.querySelector('[data-role=row-count]')?.textContent)"
    )


@pytest.mark.parametrize("dark", [False, True])
def test_colours_and_logo_are_seen(open_page, configured, dark):
    page = open_page(configured, "index.html", dark=dark)
    page.locator("img.logo").wait_for()
    page.wait_for_function("() => document.querySelector('img.logo').naturalWidth > 0")
    style = "(name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()"
    accent = page.evaluate(style, "--accent")
    assert accent == "#ffd400" if dark else re.fullmatch(r"#[0-9a-f]{6}", accent)
    assert dark or accent != "#ffd400", "yellow on white cannot be read"
    assert page.locator("link[rel=icon]").get_attribute("href").startswith(("assets/", "blob:"))


def test_what_was_left_out_is_listed(open_page, configured, site):
    name = next(p.name for p in (site / "run").iterdir() if "B, excluded" in p.read_text("utf-8"))
    page = open_page(configured, f"run/{name}")
    left = page.locator(".tree .gone[data-path$='.csv']").first
    assert re.search(r"[\d.]+ k?B, excluded", left.inner_text())
    assert "in the store" in left.get_attribute("title")
