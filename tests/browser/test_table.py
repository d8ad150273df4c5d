"""The runs table beyond search and order: groups, trees, charts that follow, panels, exports."""

from __future__ import annotations

import csv
import io
import json
import statistics
from pathlib import Path

import pytest

from reporter.store.reader import open_store

ROOT = Path(__file__).resolve().parents[2]
DIGITS = "digits-mlp"
NESTED = "diabetes-nested-cv"
ROWS = "[data-role=runs-table] tbody tr"
HEADING = f"{ROWS}[aria-expanded]"


@pytest.fixture(scope="module")
def store():
    """The sample store."""
    return open_store(ROOT / "sample_runs")


@pytest.fixture(scope="module")
def ids(store) -> dict[str, str]:
    """Experiment ids by name."""
    return {experiment.name: experiment.experiment_id for experiment in store.experiments()}


@pytest.fixture
def open_table(open_page, on_disk, ids):
    """Open the table of an experiment, with a view; its later scripts have joined it."""

    def open_(name: str, view: str = "", **options):
        page = open_page(on_disk, f"experiment/{ids[name]}/index.html{view}", **options)
        page.wait_for_function("() => reporter.visibleRuns && reporter.SidePanel")
        return page

    return open_


def cell(row, page, column: str):
    place = page.locator(f"th[data-column='{column}']").get_attribute("aria-colindex")
    return row.locator(f"td[aria-colindex='{place}']")


def hash_of(page) -> str:
    return page.evaluate("location.hash")


def test_everything_but_the_seed_gives_mean_and_deviation(open_table, store, ids):
    page = open_table(DIGITS, "#v=1&group=repeats&sort=-metrics.val_acc")
    page.wait_for_selector(HEADING)
    runs = [run for run in store.runs() if run.info.experiment_id == ids[DIGITS]]
    wanted = {"model": "mlp", "hidden": "128", "lr": "3e-1"}
    group = [r for r in runs if {key: r.data.params.get(key) for key in wanted} == wanted]
    values = [run.data.metrics["val_acc"] for run in group]
    first = page.locator(HEADING).first
    assert first.get_attribute("aria-level") == "1"
    shown = cell(first, page, "metrics.val_acc")
    mean, deviation = statistics.mean(values), statistics.stdev(values)
    assert shown.inner_text() == f"{mean:.3f}±{deviation:.3f}"
    assert f"n {len(values)} · " in shown.get_attribute("title")
    assert "95 % CI" in shown.get_attribute("title")
    assert f"n = {len(values)}" in first.locator("td.name").inner_text()
    assert page.locator("[data-role=runs-table]").get_attribute("role") == "treegrid"


def test_groups_are_handled_by_keyboard(open_table):
    page = open_table(DIGITS, "#v=1&group=params.model")
    page.locator(HEADING).first.locator("td.name .mid").click()
    page.keyboard.press("ArrowRight")
    assert page.locator(HEADING).first.get_attribute("aria-expanded") == "true"
    inner = page.locator(f"{ROWS}[aria-level='2']")
    assert inner.count() > 0
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.closest('tr').ariaLevel") == "2"
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.closest('tr').ariaLevel") == "1"
    page.keyboard.press(" ")
    n = int(page.locator(HEADING).first.locator(".count").inner_text().split("=")[1])
    assert page.locator("[data-role=selection-count]").inner_text() == f"{n} runs selected"
    page.keyboard.press("ArrowLeft")
    assert inner.count() == 0
    assert "group=params.model" in hash_of(page)
    assert "open" not in hash_of(page)


def test_a_link_restores_groups_that_are_open(open_table):
    page = open_table(DIGITS, "#v=1&group=params.model,params.hidden&agg=ci")
    page.wait_for_selector(HEADING)
    page.locator("[data-role=group]").click()
    page.get_by_role("button", name="Unfold all").click()
    link = hash_of(page)
    assert "open=*" in link
    again = open_table(DIGITS, link)
    again.wait_for_selector(f"{ROWS}[aria-level='2']")
    assert again.locator(f"{ROWS}[aria-expanded='true']").count() > 1
    assert "confidence" in again.locator(".chip", has_text="group").inner_text()


def test_children_unfold_below_their_parent(open_table):
    page = open_table(NESTED, "#v=1&group=tree")
    page.wait_for_selector(HEADING)
    parents = page.locator(HEADING).count()
    assert page.locator(f"{ROWS}[data-run-id]").count() == parents
    parent = page.locator(HEADING).first
    assert "children: n" in cell(parent, page, "metrics.val_rmse").get_attribute("title")
    parent.locator("[data-role=fold]").click()
    assert page.locator(f"{ROWS}[aria-level='2']").count() > 0


def test_charts_follow_filter_colours_and_selection(open_table, ids):
    page = open_table(DIGITS)
    visible = f"reporter.visibleRuns('{ids[DIGITS]}')?.length ?? -1"
    assert page.evaluate(visible) == -1
    page.locator("[data-role=query]").fill("hidden:128")
    n = page.evaluate(visible)
    assert 0 < n == int(page.locator("[data-role=row-count]").inner_text().split(" of ")[0])
    page.locator(f"{ROWS}[data-run-id] .sw").first.click()
    assert page.evaluate(visible) == n - 1
    assert "hide=" in hash_of(page)
    for place in (1, 2):
        page.locator(f"{ROWS}[data-run-id] input").nth(place).click()
    assert page.evaluate(visible) == 2
    page.locator("[data-tab=charts]").click()
    said = page.locator("[data-role=charts-rows]").inner_text()
    assert said == "2 of 33 runs, as selected in the table"


def test_keys_and_values_are_completed_by_keyboard(open_table):
    page = open_table(DIGITS)
    box = page.get_by_role("combobox", name="Filter runs")
    box.click()
    page.keyboard.type("hid")
    page.wait_for_selector("#query-suggestions [role=option]")
    assert box.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    marked = box.get_attribute("aria-activedescendant")
    assert page.locator(f"#{marked}").inner_text().split()[0] == "hidden"
    page.keyboard.press("Enter")
    assert box.input_value() == "hidden "
    page.keyboard.type("= 1")
    page.wait_for_selector("#query-suggestions [role=option] >> text=128")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert box.input_value() == "hidden = 128 "
    assert box.evaluate("(box) => box === document.activeElement")
    page.keyboard.press("Escape")
    assert page.locator("#query-suggestions").is_hidden()
    said = page.locator("[data-role=row-count]").inner_text()
    assert said == "10 of 33 runs, 1 failed hidden"


def test_a_key_that_no_run_has_gets_a_hint_and_a_broken_text_keeps_its_rows(open_table):
    page = open_table(DIGITS)
    page.locator("[data-role=query]").fill("params.hiden = 128")
    page.wait_for_selector(".hint >> text=Did you mean hidden?")
    page.locator("[data-role=query]").fill("hidden = 128")
    count = page.locator("[data-role=row-count]").inner_text()
    page.locator("[data-role=query]").fill("hidden = 128 AND lr >")
    assert "Showing the last filter that worked" in page.locator("#query-error").inner_text()
    assert page.locator("[data-role=row-count]").inner_text() == count
    assert page.locator("#query-error .wavy").count() == 1


def test_enter_shows_all_of_a_run_and_arrows_move_on(open_table, store, ids):
    page = open_table(DIGITS)
    rows = page.locator(f"{ROWS}[data-run-id]")
    rows.first.locator("td.num").first.click()
    page.keyboard.press("Enter")
    peek = page.locator("[data-role=peek]")
    assert peek.is_visible()
    runs = {run.info.run_id: run for run in store.runs()}
    first, second = (
        rows.nth(0).get_attribute("data-run-id"),
        rows.nth(1).get_attribute("data-run-id"),
    )
    assert peek.locator("h3").first.inner_text() == runs[first].info.run_name
    page.keyboard.press("ArrowDown")
    assert peek.locator("h3").first.inner_text() == runs[second].info.run_name
    keys = peek.locator("dt").all_inner_texts()
    assert set(runs[second].data.params) | set(runs[second].data.metrics) <= set(keys)
    assert f"peek={second[:8]}" in hash_of(page)
    assert page.evaluate("document.activeElement.closest('tr').dataset.runId") == second
    page.keyboard.press("Enter")
    assert peek.is_hidden()
    assert hash_of(page) == ""


def test_pins_and_a_baseline_stay_on_top_whatever_the_filter(open_table):
    page = open_table(DIGITS)
    rows = page.locator(f"{ROWS}[data-run-id]")
    ids = [row.get_attribute("data-run-id") for row in rows.all()]
    for run_id, key in ((ids[4], "p"), (ids[7], "b")):
        page.locator(f"[data-run-id='{run_id}'] td.num").first.click()
        page.keyboard.press(key)
    top = [ids[7], ids[4]]
    assert [row.get_attribute("data-run-id") for row in rows.all()[:2]] == top
    page.locator("[data-role=query]").fill("hidden = 32")
    page.locator("[data-role=row-count]").filter(has_text="2 pinned beside them").wait_for()
    assert [row.get_attribute("data-run-id") for row in rows.all()[:2]] == top
    other = cell(rows.nth(2), page, "metrics.val_acc")
    assert "%" in other.locator(".d").inner_text()
    assert other.locator(".up, .dn").count() == 1
    again = open_table(DIGITS, hash_of(page))
    again.locator("[data-role=badge] >> text=baseline").wait_for()
    assert (
        again.locator(f"{ROWS}[data-run-id]").first.locator("[data-role=badge]").inner_text()
        == "baseline"
    )


def test_groups_are_taken_away_as_tables_for_papers_and_programs(open_table, tmp_path):
    view = "#v=1&group=repeats&sort=-metrics.val_acc&cols=params.lr,params.seed,metrics.val_acc"
    page = open_table(DIGITS, view)
    page.wait_for_selector(HEADING)
    page.locator("[data-role=take-away]").click()
    panel = page.locator("[data-role=take-away-panel]")

    def take(kind: str) -> str:
        panel.get_by_label("Format").select_option(kind)
        with page.expect_download() as found:
            panel.get_by_role("button", name="Download").click()
        path = tmp_path / found.value.suggested_filename
        found.value.save_as(path)
        return path.read_text("utf-8")

    tex = take("tex")
    assert r"\toprule" in tex
    assert r"\mathbf{0.976} \pm 0.003" in tex
    rows = list(csv.DictReader(io.StringIO(take("csv"))))
    assert len(rows) == page.locator(HEADING).count()
    assert rows[0]["n"] == rows[0]["metrics.val_acc:n"] == "5"
    objects = json.loads(take("json"))
    assert objects[0]["metrics.val_acc"]["std"] == pytest.approx(
        float(rows[0]["metrics.val_acc:std"])
    )
    panel.get_by_label("Rows").select_option("shown")
    assert len(take("md").splitlines()) == 33 + 2


def test_all_runs_of_all_experiments_in_one_table(open_page, on_disk, store, ids):
    page = open_page(on_disk, "index.html")
    page.get_by_role("link", name="All runs").first.click()
    page.wait_for_url("**/runs.html")
    page.wait_for_function("() => reporter.visibleRuns && reporter.SidePanel")
    n = len(list(store.runs()))
    count = page.locator("[data-role=row-count]")
    count.filter(has_text=f"{n} of {n} runs").wait_for()
    members = [run for run in store.runs() if run.info.experiment_id == ids[DIGITS]]
    page.locator("[data-role=query]").fill(f"experiment:{DIGITS}")
    count.filter(has_text=f"{len(members)} of {n} runs").wait_for()
    wanted = [run for run in members if run.data.params.get("hidden") == "128"]
    page.locator("[data-role=query]").fill(f"attributes.experiment = '{DIGITS}' AND hidden = 128")
    count.filter(has_text=f"{len(wanted)} of {n} runs").wait_for()
    colors = {run_id: page.evaluate(COLOR, run_id) for run_id in (r.info.run_id for r in wanted)}
    page.goto(on_disk.url(f"experiment/{ids[DIGITS]}/index.html"))
    page.wait_for_function("() => reporter.visibleRuns")
    assert {run_id: page.evaluate(COLOR, run_id) for run_id in colors} == colors


COLOR = """(id) => document.querySelector(`[data-run-id="${id}"] .sw`)?.className"""
