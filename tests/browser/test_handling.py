"""The runs table as it is handled: the panel of columns, what stays at the top, hints, fingers."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from urllib.parse import unquote

import pytest

from reporter.store.reader import open_store
from tests.browser.conftest import Place
from tests.builders import make_run, make_store

ROOT = Path(__file__).resolve().parents[2]
DIGITS = "digits-mlp"
ROWS = "[data-role=runs-table] tbody tr[data-run-id]"
READY = """() => reporter.tables.begun.then(async (table) => {
    await table.completed;
    while (!(table.menu && table.panel && table.tell)) await new Promise(requestAnimationFrame);
})"""
MAX_NODES = 3000
FINGER_PX = 34


@pytest.fixture(scope="module")
def store():
    """The sample store."""
    return open_store(ROOT / "sample_runs")


@pytest.fixture(scope="module")
def digits(store) -> str:
    """Id of the experiment that most of this is tried on."""
    return next(one.experiment_id for one in store.experiments() if one.name == DIGITS)


@pytest.fixture
def open_table(open_page, on_disk, digits):
    """Open the table with a view; its later scripts have joined it."""

    def open_(view: str = "", *, path: str = "", **options):
        page = open_page(on_disk, (path or f"experiment/{digits}/index.html") + view, **options)
        page.evaluate(READY)
        return page

    return open_


def heads(page) -> list[str]:
    return page.locator("[data-role=runs-table] th[data-column]").evaluate_all(
        "(heads) => heads.map(({ dataset }) => dataset.column).slice(1)"
    )


def shown(page) -> list[str]:
    return page.evaluate("() => reporter.tables.begun.then((table) => table.shownIds)")


def column_line(page, label: str, *, first: bool = True):
    """Return the line of a column: in the first part of the list, or in its group."""
    lines = page.locator("[data-role=column-list] .line:not(.section)").filter(
        has=page.locator(f"bdi:text-is('{label}')")
    )
    return lines.first if first else lines.last


def focused(page) -> str:
    return page.evaluate("() => document.activeElement.getAttribute('aria-label') ?? ''")


def test_a_metric_shows_another_value_and_its_mean_over_any_number_of_points(open_table):
    page = open_table()
    page.keyboard.press("e")
    value = column_line(page, "val_loss").get_by_label("Value of val_loss")
    value.focus()
    offered = value.locator("option").all_inner_texts()
    assert {"best", "step of best", "line", "mean of last 10", "at best val_acc"} <= set(offered)
    value.select_option(label="best")
    page.locator("th[data-column='metrics:best.val_loss']").wait_for()
    value.focus()
    value.select_option(label="another number…")
    page.get_by_label("Last points of val_loss").fill("7")
    page.keyboard.press("Enter")
    page.locator("th[data-column='metrics:last7.val_loss']").wait_for()
    assert "metrics:last7.val_loss" in unquote(page.evaluate("location.hash"))
    assert "metrics:best.val_loss" not in shown(page)
    assert focused(page) == "Value of val_loss", "the focus stays where the choice was made"


def test_a_column_that_is_not_shown_comes_with_the_value_that_was_chosen(open_table):
    page = open_table("#v=1&cols=params.lr")
    page.keyboard.press("e")
    page.locator("[data-role=find-column]").fill("val_loss")
    value = column_line(page, "val_loss", first=False).get_by_label("Value of val_loss")
    value.focus()
    value.select_option(label="min")
    page.locator("th[data-column='metrics:min.val_loss']").wait_for()
    assert shown(page) == ["params.lr", "metrics:min.val_loss"]


def test_columns_change_places_in_the_panel_by_keys_and_by_mouse(open_table):
    page = open_table("#v=1&cols=params.lr,params.seed,metrics.val_loss,metrics.val_acc")
    page.keyboard.press("e")
    page.keyboard.press("ArrowDown")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+Shift+ArrowDown")
    assert shown(page)[:3] == ["params.lr", "metrics.val_loss", "params.seed"]
    page.keyboard.press("Control+Shift+ArrowUp")
    assert shown(page)[:2] == ["params.lr", "params.seed"]
    page.keyboard.press("ArrowLeft")
    assert focused(page) == "Move seed"
    from_ = column_line(page, "val_acc").locator("[name=grip]").bounding_box()
    to = column_line(page, "lr").locator("[name=grip]").bounding_box()
    page.mouse.move(from_["x"] + 5, from_["y"] + 5)
    page.mouse.down()
    page.mouse.move(to["x"] + 5, to["y"] + 3, steps=4)
    page.mouse.up()
    assert shown(page)[:2] == ["metrics.val_acc", "params.lr"]
    assert heads(page)[:2] == ["metrics.val_acc", "params.lr"]


def test_the_panel_finds_columns_and_leaves_with_esc(open_table):
    page = open_table()
    page.keyboard.press("e")
    page.keyboard.type("F1")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    assert "metrics.test_f1" not in shown(page)
    page.keyboard.press("Escape")
    assert page.locator("[data-role=column-manager]").is_hidden()
    assert page.locator("[data-role=columns]").evaluate("(b) => b === document.activeElement")


def test_a_whole_group_is_shown_and_hidden(open_table):
    page = open_table("#v=1&cols=attributes.start_time&same=1")
    page.keyboard.press("e")
    head = page.locator(".line.section").filter(has_text="Params").get_by_role("checkbox")
    head.check()
    assert sum(name.startswith("params.") for name in shown(page)) > 5
    head.uncheck()
    assert shown(page) == ["attributes.start_time"]


def test_what_does_not_differ_is_left_out_of_any_group(open_table):
    page = open_table()
    page.keyboard.press("e")
    page.get_by_label("Only metrics and others that differ").check()
    assert "same=0" in page.evaluate("location.hash")
    labels = page.locator("[data-role=column-list] .line bdi").all_inner_texts()
    assert "User" not in labels
    assert {"Status", "Started"} <= set(labels)
    page.locator("[data-role=find-column]").fill("user")
    column_line(page, "User").get_by_role("checkbox").check()
    assert "attributes.user" in shown(page), "what is looked for is found all the same"
    page.get_by_role("button", name="Hide what does not differ").click()
    assert "attributes.user" not in shown(page)
    assert "attributes.start_time" in shown(page)


def test_twelve_thousand_columns_are_listed_in_few_elements(open_table):
    page = open_table()
    page.keyboard.press("e")
    took = page.evaluate(
        """() => reporter.tables.begun.then((table) => {
            const { n } = table.columns;
            const values = new Float64Array(n).map((_, i) => i);
            const one = (_, i) => ({ id: `metrics.layer_${i % 60}/w${i}`, kind: "number", values });
            table.columns.add({ n, columns: Array.from({ length: 12000 }, one) });
            table.panel.update();
            const find = document.querySelector("[data-role=find-column]");
            find.value = "w1";
            const start = performance.now();
            find.dispatchEvent(new Event("input"));
            return performance.now() - start;
        })"""
    )
    assert took < 500  # ms; some 40 on an idle machine
    page.locator("[data-role=column-list]").evaluate("(list) => (list.scrollTop = 1e9)")
    page.locator("[data-role=column-list] .line").last.wait_for()
    assert page.evaluate("() => document.querySelectorAll('*').length") < MAX_NODES
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    assert page.evaluate("() => document.activeElement.value") == "metrics.layer_59/w11999"


def test_pinned_runs_and_the_baseline_stay_in_sight_while_others_scroll(open_table):
    page = open_table()
    names = page.locator(f"{ROWS} td.name")
    wanted = [names.nth(place).locator(".mid").get_attribute("title") for place in (5, 3)]
    for place, key in ((3, "p"), (6, "b")):
        names.nth(place).click(position={"x": 200, "y": 8})
        page.keyboard.press(key)
    wanted = page.locator(f"{ROWS}.on-top .mid").evaluate_all("(all) => all.map((a) => a.title)")
    assert len(wanted) == 2
    scroller = page.locator("[data-role=scroller]")
    scroller.evaluate("(element) => (element.style.maxHeight = '420px')")
    before = [box.bounding_box()["y"] for box in page.locator(f"{ROWS}.on-top").all()]
    scroller.evaluate("(element) => (element.scrollTop = 300)")
    page.wait_for_function("() => document.querySelector('tr.pad').offsetHeight > 0")
    tops = page.locator(f"{ROWS}.stuck td.name").evaluate_all(
        "(cells) => cells.map((cell) => cell.getBoundingClientRect().top)"
    )
    assert tops == pytest.approx(before, abs=1.5)
    page.keyboard.press("Control+End")
    assert page.locator(f"{ROWS}.stuck").count() == 2
    below = page.evaluate("() => document.activeElement.getBoundingClientRect().top")
    assert below > tops[-1], "the focus is never below what stays"


def test_differences_from_the_baseline_can_be_taken_away(open_table):
    page = open_table("#v=1&cols=params.lr,metrics.val_loss")
    page.locator(f"{ROWS} td.name").nth(3).click(position={"x": 200, "y": 8})
    page.keyboard.press("b")
    page.keyboard.press("d")
    panel = page.locator("[data-role=take-away-panel]")
    base, *others = csv.DictReader(io.StringIO(panel.locator("pre").inner_text()))
    assert float(base["metrics.val_loss:delta"]) == 0
    other = next(row for row in others if row["metrics.val_loss"] not in ("", "NaN"))
    expected = float(other["metrics.val_loss"]) - float(base["metrics.val_loss"])
    assert float(other["metrics.val_loss:delta"]) == pytest.approx(expected)
    panel.get_by_label("Format").select_option("json")
    with page.expect_download() as got:
        panel.get_by_role("button", name="Download").click()
    assert "metrics.val_loss:delta" in json.loads(Path(got.value.path()).read_text())[0]
    panel.get_by_label("Differences from").uncheck()
    assert "delta" not in panel.locator("pre").inner_text()


def test_all_runs_have_values_and_lines_of_histories(open_table, store, digits):
    columns = "metrics:best.val_loss,metrics:last10.val_loss,metrics:spark.val_loss"
    page = open_table(f"#v=1&cols={columns}&sort=metrics:best.val_loss", path="runs.html")
    page.locator(f"{ROWS} .spark path[d^='M']").first.wait_for()
    assert heads(page) == columns.split(",")
    by_id = {run.info.run_id: run.data.summaries.get("val_loss") for run in store.runs([digits])}
    rows = page.locator(ROWS).evaluate_all(
        "(rows) => rows.slice(0, 20).map((row) => [row.dataset.runId, row.cells[1].title])"
    )
    assert [float(text) for _, text in rows] == sorted(float(text) for _, text in rows)
    assert all(by_id[run_id].min == float(text) for run_id, text in rows)


def test_hints_are_clicked(open_table):
    page = open_table()
    box = page.locator("[data-role=query]")
    box.fill("val_acc > 0.9")
    count = page.locator("[data-role=row-count]")
    before = int(count.inner_text().split()[0])
    count.get_by_role("button", name="1 failed hidden").click()
    assert int(count.inner_text().split()[0]) == before + 1
    box.fill("metrics.val_los < 0.1")
    page.locator(".hint").get_by_role("button", name="Use metrics.val_loss").click()
    assert box.input_value() == "metrics.val_loss < 0.1"
    box.fill("metricss.val_loss < 0.1")
    page.locator("[data-role=query-error]").get_by_role("button").click()
    assert box.input_value() == "metrics.val_loss < 0.1"
    box.fill("nothing-has-this")
    page.get_by_role("button", name="Clear filter").click()
    assert box.input_value() == ""


PRESS = """([selector, place, ms]) => new Promise((resolve) => {
    const target = document.querySelectorAll(selector)[place];
    const { left, top } = target.getBoundingClientRect();
    const at = { pointerType: "touch", isPrimary: true, clientX: left + 4, clientY: top + 4 };
    const say = (kind) => target.dispatchEvent(
        new PointerEvent(kind, { ...at, bubbles: true, cancelable: true }));
    say("pointerdown");
    setTimeout(() => { say("pointerup"); say("click"); setTimeout(resolve, 50); }, ms);
})"""


def test_a_long_press_selects_and_a_tap_shows_the_run(open_table):
    page = open_table(width=390)
    page.evaluate(PRESS, [f"{ROWS} td.num", 4, 700])
    assert page.locator("[data-role=selection-count]").inner_text() == "1 run selected"
    page.evaluate(PRESS, [f"{ROWS} td.name", 0, 30])
    assert page.locator("[data-role=selection-count]").inner_text() == "2 runs selected"
    page.evaluate(PRESS, [f"{ROWS} td.num", 4, 30])
    assert page.locator("[data-role=peek]").is_visible()
    page.locator("[data-role=peek]").get_by_role("button", name="Close").click()
    sort = page.locator("th[data-column='metrics.val_acc']").get_attribute("aria-sort")
    page.evaluate(PRESS, ["th[data-column='metrics.val_acc'] button", 0, 700])
    assert page.get_by_role("menu").is_visible()
    assert page.locator("th[data-column='metrics.val_acc']").get_attribute("aria-sort") == sort


def test_on_a_phone_metrics_come_first_and_targets_fit_a_finger(open_table):
    page = open_table(width=390)
    assert heads(page)[0].startswith("metrics.")
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    heights = page.locator("[data-role=runs] :is(.btn, .box, tr[data-run-id])").evaluate_all(
        "(all) => all.filter((e) => e.offsetParent).map((e) => e.offsetHeight)"
    )
    assert min(heights) >= FINGER_PX


def test_order_and_selection_are_told(open_table):
    page = open_table()
    spoken = page.locator("[data-role=spoken]")
    page.locator("th[data-column='metrics.val_loss'] button").click()
    spoken.filter(has_text="Sorted by val_loss, ascending").wait_for(state="attached")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    spoken.filter(has_text="2 runs selected").wait_for(state="attached")
    page.keyboard.press("Enter")
    spoken.filter(has_text="beside the table").wait_for(state="attached")
    page.keyboard.press("Escape")
    assert page.locator("[data-role=peek]").is_hidden()
    assert spoken.get_attribute("role") == "status"


def test_the_first_click_on_a_heading_brings_the_best_to_the_top(open_table):
    page = open_table()
    for metric, order in (("val_acc", "descending"), ("val_loss", "ascending")):
        page.locator(f"th[data-column='metrics.{metric}'] button").click()
        head = page.locator(f"th[data-column='metrics.{metric}']")
        assert head.get_attribute("aria-sort") == order
        assert page.locator(ROWS).first.locator("td.best").count() >= 1
    page.locator("th[data-column='metrics.val_acc'] button").click(modifiers=["Shift"])
    assert page.evaluate("() => reporter.view.get('sort')") == "metrics.val_loss,-metrics.val_acc"


def test_columns_of_a_link_that_are_not_here_are_told(open_table):
    page = open_table("#v=1&cols=metrics.gone,params.lr,metrics:best.val_acc,metrics:mean.gone")
    count = page.locator("[data-role=row-count]")
    count.filter(has_text="2 columns of this link not found").wait_for()
    assert count.locator("[title]").get_attribute("title") == "metrics.gone, metrics:mean.gone"
    assert heads(page) == ["params.lr", "metrics:best.val_acc"]
    page = open_table("#v=1&cols=params.lr,metrics:best.val_acc,metrics:spark.val_loss")
    page.locator("th[data-column='metrics:spark.val_loss']").wait_for(state="attached")
    assert "not found" not in page.locator("[data-role=row-count]").inner_text()


def test_a_tap_anywhere_on_a_heading_orders(open_table, store, digits):
    base = next(iter(store.runs([digits]))).info.run_id
    page = open_table(f"#v=1&base={base[:8]}", width=390, touch=True)
    button = page.locator("th[data-column='metrics.val_acc'] button")
    box = button.bounding_box()
    for place, order in ((2, "descending"), (box["width"] - 2, "ascending")):
        page.touchscreen.tap(box["x"] + place, box["y"] + box["height"] / 2)
        head = page.locator(f"th[data-column='metrics.val_acc'][aria-sort={order}]")
        head.wait_for(state="attached")
    assert page.get_by_role("menu").count() == 0


def test_esc_closes_what_is_open_and_then_selects_nothing(open_table):
    page = open_table()
    page.locator(f"{ROWS} td.num").first.click()
    for key in ("Space", "Shift+ArrowDown", "Enter"):
        page.keyboard.press(key)
    count = page.locator("[data-role=selection-count]")
    assert page.locator("[data-role=peek]").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("[data-role=peek]").is_hidden()
    assert count.inner_text() == "2 runs selected"
    page.keyboard.press("Escape")
    assert count.is_hidden()


def test_runs_are_grouped_from_the_menu_of_a_heading(open_table):
    page = open_table()

    def choose():
        page.locator("th[data-column='params.hidden']").click(button="right")
        item = page.get_by_role("menuitemcheckbox", name="Group by it")
        was = item.get_attribute("aria-checked")
        item.click()
        return was

    assert choose() == "false"
    assert page.evaluate("() => reporter.view.get('group')") == "params.hidden"
    assert choose() == "true"
    assert page.evaluate("() => reporter.view.get('group')") is None
    page.locator("th[data-column='metrics.val_acc']").click(button="right")
    assert page.get_by_role("menuitem", name="Sort descending").count() == 0
    assert page.get_by_role("menuitemradio", name="Sort descending").is_visible()
    assert page.get_by_role("menuitemcheckbox", name="Group by it").count() == 0


def test_a_token_that_is_not_finished_keeps_the_rows(open_table):
    page = open_table("#v=1&q=lr>0.1")
    count = page.locator("[data-role=row-count]")
    before = count.inner_text()
    page.locator("[data-role=query]").fill("lr>0.1 status:")
    assert count.inner_text() == before
    assert "expected a value after :" in page.locator("[data-role=query-error]").inner_text()
    page.locator("[data-role=query]").press_sequentially("fin")
    assert page.locator("[data-role=query-error]").is_hidden()


def test_on_a_phone_groups_are_named_by_their_values(open_table):
    page = open_table("#v=1&group=params.hidden", width=390)
    name = page.locator("tr.heading .mid").first
    assert name.locator(".ell").inner_text() in ("8", "32", "128")
    assert name.get_attribute("title").startswith("hidden ")


def test_a_link_that_the_command_prints_shows_what_it_says(open_table, report, on_disk):
    done = report(
        "view", str(ROOT / "sample_runs"), "--experiment", DIGITS, "--site", on_disk.root,
        "--columns", "params.lr,metrics.val_acc:best", "--sort=-metrics.val_acc:best",
        "--query", "lr > 0.01 & x",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    link = done.stdout.strip()
    page = open_table(path=link.removeprefix(on_disk.root))
    assert heads(page) == ["params.lr", "metrics:best.val_acc"]
    head = page.locator("th[data-column='metrics:best.val_acc']")
    assert head.get_attribute("aria-sort") == "descending"
    assert page.locator("[data-role=query]").input_value() == "lr > 0.01 & x"


def test_rows_are_of_one_height_whatever_names_hold(open_page, report, tmp_path):
    runs = make_store(tmp_path / "runs")
    for place, name in enumerate(("two\nlines", "tab\tand  blanks ", "plain", "end\u2028less\r\n")):
        make_run(runs, f"r{place}", tags={"mlflow.runName": name}, metrics={"loss": [place]})
    done = report("build", runs, "-o", str(tmp_path / "site"))
    assert done.returncode == 0, done.stderr
    page = open_page(Place("disk", (tmp_path / "site").as_uri() + "/"), "index.html")
    page.evaluate(READY)
    heights = page.locator(ROWS).evaluate_all("(rows) => rows.map((row) => row.offsetHeight)")
    assert len(heights) == 4
    assert len(set(heights)) == 1
    assert page.locator(f"{ROWS} a.mid").filter(has_text="two lines").count() == 1
