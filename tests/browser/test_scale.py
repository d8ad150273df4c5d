"""What a person does with the runs table, at 40 runs, at 10,000 and at very many.

Very many are 100,000 in the nightly workflow, which sets RUNPAGES_MANY_RUNS, and fewer elsewhere,
since building their site takes most of a minute. How long the page takes for each answer is
measured by benchmarks/table_page.py; here it is about right answers and a small document.
"""

from __future__ import annotations

import os
import re

import numpy as np
import pytest

from reporter.site.build import build
from reporter.site.writing.output import FolderOutput
from tests.many_runs import MODELS, RATES, ManyRuns

MANY = int(os.environ.get("RUNPAGES_MANY_RUNS", "25000"))
SIZES = (
    40,
    pytest.param(10_000, marks=pytest.mark.slow),
    pytest.param(MANY, marks=pytest.mark.slow),
)
MAX_ELEMENTS = 3_000
RUN_PAGES = 5

ROWS = "[data-role=runs-table] tbody tr[data-run-id]"
HEADING = "[data-role=runs-table] tbody tr.heading"
ALL_HERE = "() => reporter.tables.begun.then((table) => table.completed).then(() => true)"


@pytest.fixture(scope="module", params=SIZES)
def many(request, tmp_path_factory):
    """A store of so many runs, and its site."""
    store = ManyRuns(request.param)
    site = tmp_path_factory.mktemp("many") / "site"
    build(store, FolderOutput(str(site)), run_pages=RUN_PAGES, full_data=False)
    return store, site


@pytest.fixture
def open_table(many, open_page, open_place):
    _, site = many

    def open_(view: str = ""):
        page = open_page(open_place(site, "file"), f"index.html{view}")
        page.set_default_timeout(60_000)
        page.wait_for_function(ALL_HERE)
        page.wait_for_selector("[data-role=query][role=combobox]")  # the later scripts are here
        return page

    return open_


def elements(page) -> int:
    return page.evaluate("() => document.querySelectorAll('*').length")


def wait_for_count(page, count: int) -> None:
    page.wait_for_function(
        "(count) => parseInt(document.querySelector('[data-role=row-count]').textContent"
        ".replace(/\\D*of.*/, '')) === count",
        arg=count,
    )


def search(page, text: str) -> None:
    page.locator("[data-role=query]").fill(text)


def first_id(page) -> str:
    return page.locator(ROWS).first.get_attribute("data-run-id")


def model_of(place: int) -> str:
    return MODELS[place // len(MODELS) % len(MODELS)]


def rate_of(place: int) -> str:
    return RATES[place // len(MODELS) // len(MODELS) % len(RATES)]


def test_search_counts_what_there_is(many, open_table):
    store, _ = many
    page = open_table()
    search(page, "resnet50")
    wait_for_count(page, sum(model_of(place) == "resnet50" for place in range(store.n)))
    search(page, "metrics.m3 > 0.5 and params.lr = '0.0003'")
    above = np.flatnonzero(store.values("m3") > 0.5)
    wait_for_count(page, sum(rate_of(place) == "0.0003" for place in above))
    assert elements(page) <= MAX_ELEMENTS
    search(page, "")
    wait_for_count(page, store.n)


def test_sort_brings_the_extremes_to_the_top(many, open_table):
    store, _ = many
    page = open_table()
    values = store.values("m1")
    for wanted in (values.argmin(), values.argmax()):
        page.locator("th[data-column='metrics.m1'] button").click()
        row = page.locator(f"[data-run-id='{store.run_ids[wanted]}']")
        row.wait_for()
        assert first_id(page) == store.run_ids[wanted]
    # The last row of all is one key away, and the document stays as small.
    page.locator(f"{ROWS} td.num").first.click()
    page.keyboard.press("Control+End")
    page.locator(f"[data-run-id='{store.run_ids[values.argmin()]}']").wait_for()
    assert elements(page) <= MAX_ELEMENTS


def test_everything_but_the_seed_makes_groups(many, open_table):
    store, _ = many
    page = open_table()
    page.locator("[data-role=group]").click()
    page.locator("[data-role=group-panel] input[value='repeats']").click()
    page.wait_for_selector(HEADING)
    groups: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for place in range(store.n):
        params = store.params(place)
        del params["seed"]
        groups.setdefault(tuple(params.items()), []).append(place)
    said = page.locator("[data-role=row-count]").inner_text()
    assert int(re.search(r"([\d,]+) groups", said)[1].replace(",", "")) == len(groups)
    page.locator("th[data-column='metrics.m0'] button").click()
    means = [store.values("m0")[places].mean() for places in groups.values()]
    shown = page.locator(f"{HEADING} td[aria-colindex]").filter(has_text=f"{min(means):.3f}"[:4])
    shown.first.wait_for()
    assert elements(page) <= MAX_ELEMENTS


def test_select_compare_and_back(many, open_table):
    store, _ = many
    page = open_table()
    search(page, "vit-b")
    found = sum(model_of(place) == "vit-b" for place in range(store.n))
    wait_for_count(page, found)
    page.locator("[data-role=select-all]").click()
    bar = page.locator("[data-role=selection-count]")
    assert bar.inner_text().replace(",", "").startswith(f"{found} runs selected")
    page.locator("[data-role=clear-selection]").click()
    for place in (0, 2):
        page.locator(f"{ROWS} input").nth(place).click()
    chosen = [page.locator(ROWS).nth(place).get_attribute("data-run-id") for place in (0, 2)]
    page.wait_for_function("() => location.hash.includes('q=')")
    page.locator("[data-role=compare]").click()
    page.wait_for_url("**/compare.html*")
    names = [f"run-{store.run_ids.index(run_id):06d}" for run_id in chosen]
    for name in names:
        page.get_by_text(name).first.wait_for()
    page.go_back()
    page.wait_for_function(ALL_HERE)
    wait_for_count(page, found)
    assert bar.inner_text().startswith("2 runs selected")


def test_a_link_restores_the_view(many, open_table):
    store, _ = many
    view = "#v=1&q=params.model%20%3D%20%27mlp%27&sort=-metrics.m2&cols=params.lr,metrics.m2"
    page = open_table(view)
    rows = [place for place in range(store.n) if model_of(place) == "mlp"]
    wait_for_count(page, len(rows))
    best = max(rows, key=lambda place: store.values("m2")[place])
    assert first_id(page) == store.run_ids[best]
    heads = page.locator("[data-role=runs-table] th[data-column]")
    shown = [head.get_attribute("data-column") for head in heads.all()]
    assert shown == ["attributes.run_name", "params.lr", "metrics.m2"]


def test_a_run_without_a_page_is_shown_beside_the_table(many, open_table):
    store, site = many
    pages = {path.stem for path in (site / "run").glob("*.html")}
    assert len(pages) == RUN_PAGES
    page = open_table("#v=1&sort=attributes.start_time")
    page.locator(f"[data-run-id='{store.run_ids[0]}'] td.num").first.click()
    page.keyboard.press("Enter")
    peek = page.locator("[data-role=peek]")
    peek.get_by_text("run-000000").first.wait_for()
    assert peek.get_by_text("m13").count() > 0
    assert store.run_ids[0] not in pages


def test_a_link_with_a_pattern_is_answered(many, open_table):
    store, _ = many
    page = open_table("#v=1&q=params.model%20LIKE%20%27resnet%25%27")
    wait_for_count(page, sum(model_of(place).startswith("resnet") for place in range(store.n)))
