"""The compare page: groups, experiments and runs side by side, with the numbers of scipy."""

from __future__ import annotations

import math
import re
from pathlib import Path
from statistics import fmean

import pytest
from scipy import stats

from reporter.site.build import build
from reporter.site.writing.output import FolderOutput
from reporter.statistics import bootstrap_mean, contrast
from reporter.store.reader import open_store
from tests.browser.conftest import Place
from tests.builders import make_run, make_store

ROOT = Path(__file__).resolve().parents[2]
VERDICT = "[data-role=compare-verdict] .panel"
MINUS = "\N{MINUS SIGN}"


@pytest.fixture(scope="module")
def digits():
    """The experiment with seeds and its runs."""
    store = open_store(str(ROOT / "sample_runs"))
    (experiment,) = [one for one in store.experiments() if one.name == "digits-mlp"]
    return experiment.experiment_id, list(store.runs([experiment.experiment_id]))


def values_of(runs, key: str, **params: str) -> list[float]:
    """Take the last value of a metric from the runs with these params."""
    fitting = [run for run in runs if params.items() <= run.data.params.items()]
    return [run.data.metrics[key] for run in fitting if key in run.data.metrics]


def number(text: str) -> float:
    return float(text.replace(MINUS, "-").replace(",", ""))


def wide_and_narrow(digits):
    experiment, runs = digits
    narrow = values_of(runs, "val_acc", hidden="32", lr="3e-1")
    wide = values_of(runs, "val_acc", hidden="128", lr="3e-1")
    assert (len(narrow), len(wide)) == (5, 5)
    return experiment, narrow, wide


def ids_of(runs, **params: str) -> str:
    fitting = [run for run in runs if params.items() <= run.data.params.items()]
    return ",".join(run.info.run_id[:8] for run in fitting)


def test_groups_of_the_table_are_compared_as_groups(open_page, place, digits):
    experiment, narrow, wide = wide_and_narrow(digits)
    page = open_page(place, f"experiment/{experiment}/index.html#v=1&group=repeats")
    for name in ("hidden 32 · lr 3e-1", "hidden 128 · lr 3e-1"):
        row = page.locator("tr[aria-expanded]").filter(
            has_text=re.compile(name.replace(" ", r"\s*"))
        )
        row.first.locator("input[type=checkbox]").check()
    page.locator("[data-role=compare]").click()
    page.wait_for_selector(VERDICT)
    assert page.locator("h1").inner_text() == "Compare 2 groups"
    row = page.locator("[data-role=compare-verdict] tbody tr")
    row.wait_for()
    is_swapped = "128" in page.locator(".run-chip [aria-pressed=true]").inner_text()
    base, other = (wide, narrow) if is_swapped else (narrow, wide)
    found = contrast(base, other, "max")
    cells = row.locator("td").all_inner_texts()
    assert cells[0] == "5 : 5"
    assert number(cells[1]) == pytest.approx(fmean(other) - fmean(base), abs=5e-6)
    low, high = (number(end) for end in cells[2].split(" to "))
    assert (low, high) == pytest.approx((found.low, found.high), abs=6e-6)
    assert number(cells[3]) == pytest.approx(
        stats.ttest_ind(other, base, equal_var=False).pvalue, abs=6e-4
    )
    assert number(cells[4]) == pytest.approx(stats.mannwhitneyu(other, base).pvalue, abs=6e-4)
    assert number(cells[5].split(" ")[0]) == pytest.approx(found.improvement, abs=6e-3)
    assert number(cells[6]) == pytest.approx(found.g, abs=6e-3)
    told = page.locator("[data-role=compare-verdict] .prose").first.inner_text()
    assert told.startswith("Probably worse." if is_swapped else "Probably.")
    assert "Five runs a side is few" in told


def test_a_group_shows_its_mean_with_an_interval(open_page, on_disk, digits):
    _, _, wide = wide_and_narrow(digits)
    runs = (
        f"{ids_of(digits[1], hidden='32', lr='3e-1')},{ids_of(digits[1], hidden='128', lr='3e-1')}"
    )
    page = open_page(on_disk, f"compare.html#v=1&runs={runs}&by=params.hidden")
    page.wait_for_selector(VERDICT)
    head = page.locator("[data-role=compare-table] thead th").all_inner_texts()
    column = next(i for i, text in enumerate(head) if "128" in text)
    cell = page.locator('[data-role=metric][data-key="val_acc"]').nth(column - 1)
    assert number(cell.locator("bdi").inner_text()) == pytest.approx(fmean(wide), abs=6e-4)
    half = stats.t.ppf(0.975, 4) * stats.sem(wide)
    assert number(cell.locator(".pm").inner_text().lstrip("±")) == pytest.approx(half, abs=6e-4)
    assert f"mean {fmean(wide)}"[:14] in cell.get_attribute("title")


def test_bands_points_and_steps_are_drawn_for_each_group(open_page, on_disk, digits):
    page = open_page(on_disk, f"compare.html#v=1&exp={digits[0]}&by=params.hidden")
    page.wait_for_selector(VERDICT)
    assert page.locator("h1").inner_text() == "Compare 4 groups"
    differences, means, profiles = (page.locator(".graph").nth(i) for i in range(3))
    assert differences.locator("circle.pt").count() == 3
    assert means.locator("circle.pt").count() == 4
    assert means.locator("line.bar").count() == 3, "the group of one run has no interval"
    assert profiles.locator("path.ln").count() == profiles.locator("path.bd").count() == 4
    page.locator("[data-role=compare-charts]").scroll_into_view_if_needed()
    page.locator("[data-role=chart][data-state=ready]").first.wait_for()
    assert page.locator("[data-role=compare-bands] select").input_value() == "ci"


def test_experiments_are_compared_as_they_are(open_page, on_disk):
    store = open_store(str(ROOT / "sample_runs"))
    ids = [one.experiment_id for one in store.experiments()][:3]
    page = open_page(on_disk, f"compare.html#v=1&exp={','.join(ids)}")
    page.wait_for_selector("[data-role=compare-table] tbody tr")
    assert page.locator("h1").inner_text() == "Compare 3 experiments"
    page.get_by_label("Compare", exact=True).select_option("repeats")
    page.wait_for_function("() => /groups/.test(document.querySelector('h1').textContent)")
    assert "by=repeats" in page.url


def test_single_runs_are_no_claim_and_the_way_out_is_a_button(open_page, on_disk, digits):
    runs = ids_of(digits[1], lr="3e-1")
    page = open_page(on_disk, f"compare.html#v=1&runs={runs}")
    page.wait_for_selector("[data-role=compare-verdict]:not([hidden])")
    page.get_by_role("button", name="Group by everything but the seed").click()
    page.wait_for_selector(VERDICT)
    assert "by=repeats" in page.url


def test_baseline_and_removal_stand_in_the_link(open_page, on_disk, digits):
    page = open_page(on_disk, f"compare.html#v=1&exp={digits[0]}&by=params.hidden&vm=val_loss")
    page.wait_for_selector(VERDICT)
    page.locator(".run-chip .pick", has_text="hidden 128").click()
    page.locator(".run-chip", has_text="hidden 8").get_by_label("Remove").click()
    page.wait_for_function("() => /3 groups/.test(document.querySelector('h1').textContent)")
    link = page.url
    page.reload()
    page.wait_for_selector(VERDICT)
    assert page.url == link
    assert "hidden 128" in page.locator(".run-chip [aria-pressed=true]").inner_text()
    names = page.locator("[data-role=compare-verdict] tbody th").all_inner_texts()
    assert not any("hidden 8" in name for name in names)
    assert "val_loss" in page.locator("[data-role=compare-verdict]").inner_text()


def test_more_is_added_in_place(open_page, on_disk, digits):
    first, second, third = digits[1][:3]
    chosen = f"{first.info.run_id[:8]},{second.info.run_id[:8]}"
    page = open_page(on_disk, f"compare.html#v=1&runs={chosen}")
    page.get_by_role("button", name="Add …").click()
    page.get_by_label("Find what to add").fill(third.info.run_name)
    page.locator(".picks button").first.click()
    page.wait_for_function("() => /3 runs/.test(document.querySelector('h1').textContent)")
    assert third.info.run_id in page.url


def test_runs_of_other_experiments_are_added_in_place(open_page, on_disk, digits):
    store = open_store(str(ROOT / "sample_runs"))
    other = next(one for one in store.experiments() if one.name == "wine-clusters")
    first, second = digits[1][:2]
    page = open_page(
        on_disk, f"compare.html#v=1&runs={first.info.run_id[:8]},{second.info.run_id[:8]}"
    )
    page.get_by_role("button", name="Add …").click()
    page.locator(".picks button", has_text="wine-clusters").click()
    mine = {run.info.run_name for run in store.runs([other.experiment_id])}
    page.wait_for_function(
        "(names) => names.includes(document.querySelector('.picks button bdi').textContent)",
        arg=sorted(mine),
    )
    page.locator(".picks button").first.click()
    page.wait_for_function("() => /3 runs/.test(document.querySelector('h1').textContent)")
    assert set(page.locator(".run-chip bdi").all_inner_texts()) & mine


def test_a_button_leads_past_the_table(open_page, on_disk, digits):
    page = open_page(on_disk, f"compare.html#v=1&exp={digits[0]}&by=params.hidden")
    page.wait_for_selector(VERDICT)
    parts = page.locator("[data-role=compare-parts] button")
    page.wait_for_function(
        "() => document.querySelectorAll('[data-role=compare-parts] button').length >= 2"
    )
    assert parts.all_inner_texts()[:2] == ["Is it really better?", "Charts"]
    parts.first.click()
    assert page.evaluate("document.activeElement.textContent") == "Is it really better?"


def test_numbers_line_up_where_some_runs_lack_a_value(open_page, tmp_path):
    store = make_store(tmp_path / "runs")
    for i in range(8):
        metrics = {"a": [0.5 + i / 100], "b": [0.25 + i / 90]}
        if i == 5:
            del metrics["b"]
        make_run(store, f"run-{i}", params={"side": str(i % 2), "seed": str(i)}, metrics=metrics)
    build(open_store(store), FolderOutput(str(tmp_path / "site")))
    place = Place("file", (tmp_path / "site").as_uri() + "/")
    page = open_page(place, "compare.html#v=1&exp=0&by=params.side")
    cells = page.locator("[data-role=compare-table] td[data-role=metric] > bdi")
    cells.nth(3).wait_for()
    assert "n = 3" in page.locator("[data-role=compare-table]").inner_text()
    edges = cells.evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().right)")
    assert edges[0] == pytest.approx(edges[2], abs=1)
    assert edges[1] == pytest.approx(edges[3], abs=1)


def test_settings_are_compared_line_by_line(open_page, place, digits):
    runs = [run for run in digits[1] if run.data.params.get("seed") == "0"]
    with_text = [run for run in runs if has_text(run.info.run_id)]
    base, other = with_text[:2]
    chosen = f"{base.info.run_id[:8]},{other.info.run_id[:8]}"
    page = open_page(place, f"compare.html#v=1&runs={chosen}&rows=all")
    panel = page.locator('.text-diff[data-path="config.yaml"]')
    panel.wait_for()
    texts = [config_of(run.info.run_id) for run in (base, other)]
    removed = {line for line in texts[0] if line not in texts[1]}
    added = {line for line in texts[1] if line not in texts[0]}
    assert removed and added
    assert {text.strip()[2:] for text in panel.locator("pre .del").all_inner_texts()} == removed
    assert {text.strip()[2:] for text in panel.locator("pre .add").all_inner_texts()} == added
    sections = page.locator("[data-role=compare-table] tr.group").all_inner_texts()
    assert any(text.startswith("Environment") for text in sections)
    assert any(text.startswith("Packages") for text in sections)


def has_text(run_id: str) -> bool:
    return any((ROOT / "sample_runs").glob(f"*/{run_id}/artifacts/config.yaml"))


def config_of(run_id: str) -> list[str]:
    (path,) = (ROOT / "sample_runs").glob(f"*/{run_id}/artifacts/config.yaml")
    return path.read_text("utf-8").splitlines()


def test_many_runs_are_columns_only_where_they_are_seen(open_page, on_disk, digits):
    runs = ",".join(run.info.run_id[:8] for run in digits[1])
    page = open_page(on_disk, f"compare.html#v=1&runs={runs}")
    table = page.locator("[data-role=compare-table]")
    table.locator("table.many").wait_for()
    shown = "[data-role=compare-table] thead th[data-run-id]"
    assert page.locator(shown).count() < len(digits[1])
    last = f'{shown}[data-run-id="{digits[1][-1].info.run_id}"]'
    assert page.locator(last).count() == 0
    table.evaluate("(box) => { box.scrollLeft = box.scrollWidth; }")
    page.wait_for_selector(last)


def test_the_tables_bootstrap_interval_is_the_builders(open_page, on_disk, digits):
    experiment, narrow, _ = wide_and_narrow(digits)
    page = open_page(on_disk, f"experiment/{experiment}/index.html#v=1&group=repeats&agg=boot")
    row = page.locator("tr[aria-expanded]").filter(has_text=re.compile(r"hidden\s*32.*lr\s*3e-1"))
    row.first.wait_for()
    cell = row.first.locator(f"td[title*='mean {str(fmean(narrow))[:8]}']")
    title = cell.first.get_attribute("title")
    found = bootstrap_mean(narrow, n_draws=2_000)
    low, high = (float(end) for end in re.search(r"CI (\S+) to (\S+) \(", title).groups())
    assert (low, high) == pytest.approx((found.low, found.high), rel=1e-9)
    assert not math.isclose(found.high - fmean(narrow), fmean(narrow) - found.low, rel_tol=1e-6)
