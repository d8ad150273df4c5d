"""Columns of the runs table as a person handles them: values, widths, places, shades, links."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest

from reporter.store.reader import open_store

ROOT = Path(__file__).resolve().parents[2]
DIGITS = "digits-mlp"
READ_HEADS = """(heads) => heads.map(({ dataset }) => dataset.column).slice(1)"""


@pytest.fixture(scope="module")
def members():
    """The runs of the experiment, newest first, as the table begins."""
    store = open_store(ROOT / "sample_runs")
    ids = [one.experiment_id for one in store.experiments() if one.name == DIGITS]
    return sorted(store.runs(ids), key=lambda run: -(run.info.start_time or 0))


@pytest.fixture
def open_table(open_page, on_disk, members):
    """Open the table with a view; its later scripts have joined it."""

    def open_(view: str = "", **options):
        path = f"experiment/{members[0].info.experiment_id}/index.html{view}"
        page = open_page(on_disk, path, **options)
        page.wait_for_function("() => reporter.ColumnPanel && reporter.derived")
        page.evaluate(
            """() => reporter.tables.begun.then(async (table) => {
                await table.completed;
                while (!(table.menu && table.panel)) await new Promise(requestAnimationFrame);
            })"""
        )
        return page

    return open_


def head(page, column: str):
    return page.locator(f"th[data-column='{column}']")


def heads(page) -> list[str]:
    return page.locator("[data-role=runs-table] th[data-column]").evaluate_all(READ_HEADS)


def values(page, column: str) -> list[str]:
    place = head(page, column).get_attribute("aria-colindex")
    return page.locator(f"tr[data-run-id] td[aria-colindex='{place}']").evaluate_all(
        "(cells) => cells.map((cell) => cell.title)"
    )


def choose(page, column: str, item: str) -> None:
    head(page, column).click(button="right")
    page.get_by_role("menu").get_by_text(item, exact=True).click()
    page.get_by_role("menu").wait_for(state="detached")


def ids_in_order(page) -> list[str]:
    return page.locator("tr[data-run-id]").evaluate_all(
        "(rows) => rows.map((r) => r.dataset.runId)"
    )


def test_a_metric_shows_another_of_its_values(open_table, members):
    page = open_table()
    choose(page, "metrics.val_loss", "best")
    head(page, "metrics:best.val_loss").wait_for()
    assert "metrics.val_loss" not in heads(page)
    by_id = {run.info.run_id: run.data.summaries.get("val_loss") for run in members}
    shown = dict(zip(ids_in_order(page), values(page, "metrics:best.val_loss"), strict=True))
    expected = {run_id: found.min for run_id, found in by_id.items() if found}
    assert {run_id: float(text) for run_id, text in shown.items() if text} == expected
    assert "metrics:best.val_loss" in unquote(page.evaluate("location.hash"))


@pytest.mark.parametrize("view", ["cols=metrics.val_loss:min", "cols=metrics:min.val_loss"])
def test_links_of_both_spellings_show_and_sort_by_an_aggregate(open_table, members, view):
    page = open_table(f"#v=1&{view}&sort={view.removeprefix('cols=')}")
    head(page, "metrics:min.val_loss").wait_for()
    page.wait_for_function(
        "() => document.querySelector(\"th[data-column='metrics:min.val_loss']\").ariaSort"
        " === 'ascending'"
    )
    shown = [float(text) for text in values(page, "metrics:min.val_loss") if text]
    least = [run.data.summaries["val_loss"].min for run in members if run.data.summaries]
    assert shown == sorted(value for value in least if value is not None)


def test_a_filter_asks_for_an_aggregate_that_is_not_shown(open_table, members):
    page = open_table("#v=1&q=metrics.val_loss:min<0.1")
    summaries = [run.data.summaries.get("val_loss") for run in members]
    n = sum(1 for found in summaries if found and found.min is not None and found.min < 0.1)
    assert 0 < n < len(members)
    page.wait_for_function(
        f"() => document.querySelector('[data-role=row-count]').textContent.startsWith('{n} of')"
    )


def test_a_value_at_the_best_step_of_another_metric(open_table, members):
    column = "metrics:at:val_loss.val_acc"
    page = open_table(f"#v=1&cols={column}")
    head(page, column).wait_for()
    store = open_store(ROOT / "sample_runs")
    shown = dict(zip(ids_in_order(page), values(page, column), strict=True))
    for run in members[5:8]:
        (history,) = store.history([run.info.run_id], ["val_acc"])
        step = run.data.summaries["val_loss"].min_step
        (at,) = history.values[history.steps == step].tolist()
        assert float(shown[run.info.run_id]) == pytest.approx(at, rel=1e-6)


def test_a_line_is_drawn_in_each_cell(open_table):
    page = open_table("#v=1&cols=metrics:spark.val_acc")
    page.locator("tr[data-run-id] .spark path[d^='M']").first.wait_for()
    assert page.locator("tr[data-run-id] .spark").count() > 10


def test_a_column_stays_beside_the_name(open_table):
    page = open_table("#v=1", width=900)
    choose(page, "metrics.val_acc", "Keep beside the name")
    assert heads(page)[0] == "metrics.val_acc"
    before = head(page, "metrics.val_acc").bounding_box()["x"]
    page.evaluate("() => (document.querySelector('[data-role=scroller]').scrollLeft = 700)")
    page.locator("th[data-column='metrics.test_f1']").wait_for()
    assert head(page, "metrics.val_acc").bounding_box()["x"] == pytest.approx(before, abs=1)
    page.reload()
    page.wait_for_function(
        "() => document.querySelector('th.fix[data-column]')?.dataset.column === 'metrics.val_acc'"
    )


def test_no_column_stays_where_it_would_leave_no_room(open_table):
    page = open_table("#v=1&fix=metrics.val_acc,metrics.val_loss,params.lr", width=390)
    page.locator("th[data-column='metrics.val_acc']").wait_for()
    assert page.locator("th.fix").count() == 0


def test_columns_are_dragged_to_another_place(open_table):
    page = open_table()
    from_, to = (head(page, name).bounding_box() for name in ("metrics.test_f1", "params.seed"))
    page.mouse.move(from_["x"] + 20, from_["y"] + 8)
    page.mouse.down()
    page.mouse.move(to["x"] + 40, to["y"] + 8, steps=4)
    page.mouse.move(to["x"] + 4, to["y"] + 8, steps=4)
    page.mouse.up()
    order = heads(page)
    assert order.index("metrics.test_f1") == order.index("params.seed") - 1
    assert head(page, "metrics.test_f1").get_attribute("aria-sort") == "none", "it was no click"


def test_widths_change_by_mouse_and_keys_and_are_in_the_link(open_table):
    page = open_table()
    column = head(page, "params.seed")
    before = column.bounding_box()["width"]
    grip = column.locator(".grip").bounding_box()
    page.mouse.move(grip["x"] + 4, grip["y"] + 5)
    page.mouse.down()
    page.mouse.move(grip["x"] + 74, grip["y"] + 5, steps=4)
    page.mouse.up()
    assert column.bounding_box()["width"] == pytest.approx(before + 70, abs=2)
    column.locator("button").focus()
    page.keyboard.press("Shift+ArrowRight")
    wide = column.bounding_box()["width"]
    assert wide == pytest.approx(before + 94, abs=3)
    assert "params.seed" in page.evaluate(
        "() => document.activeElement.closest('th').dataset.column"
    )
    page.reload()
    page.wait_for_function(
        "(px) => Math.abs(document.querySelector(\"th[data-column='params.seed']\")"
        ".getBoundingClientRect().width - px) < 3",
        arg=wide,
    )


def test_keys_move_a_column_and_open_its_menu(open_table):
    page = open_table()
    before = heads(page)
    place = before.index("params.seed")
    head(page, "params.seed").locator("button").focus()
    page.keyboard.press("Control+Shift+ArrowRight")
    assert heads(page).index("params.seed") == place + 1
    page.keyboard.press("Alt+ArrowDown")
    page.get_by_role("menu").wait_for()
    page.keyboard.press("Escape")
    assert (
        page.evaluate("() => document.activeElement.closest('th').dataset.column") == "params.seed"
    )
    page.keyboard.press("Alt+ArrowDown")
    page.get_by_role("menu").get_by_text("Hide column").press("Enter")
    assert "params.seed" not in heads(page)


def test_the_best_is_the_darkest(open_table, members):
    page = open_table("#v=1&cols=metrics.val_loss&heat=metrics.val_loss&sort=metrics.val_loss")
    page.locator("td.h5").first.wait_for()
    shades = page.locator("tr[data-run-id] td[aria-colindex='2']").evaluate_all(
        "(cells) => cells.map((cell) => Number(/\\bh([1-5])\\b/.exec(cell.className)?.[1] ?? 0))"
    )
    logged = [shade for shade in shades if shade]
    assert logged == sorted(logged, reverse=True)
    assert {1, 5} <= set(logged)
