"""Logged tables in a real browser: sorted, searched, turned, and laid side by side over runs."""

from __future__ import annotations

from pathlib import Path

import pytest

MAKE = """
import sys, numpy, pandas, reporter
reporter.set_tracking_uri(sys.argv[1])
reporter.set_experiment("tables")
sums = [(a, b) for a in range(10) for b in range(6)]
for run in range(3):
    with reporter.start_run(run_name=f"model {run}"):
        reporter.log_table({
            "question": [f"{a} + {b}?" for a, b in sums],
            "answer": [str(a + b + (run == 1 and a == 7)) for a, b in sums],
            "sure": [0.5 + run / 10 for _ in sums],
        }, "eval.json")
        if run:
            continue
        n = 6000
        frame = pandas.DataFrame({
            "id": range(n),
            "name": ["<b>cat</b>" if i % 3 else "dog" for i in range(n)],
            "loss": [None if i % 100 == 0 else (i * 7919 % 1000) / 1000 for i in range(n)],
        })
        frame.to_parquet("rows.parquet")
        reporter.log_artifact("rows.parquet")
        frame.head(10).to_csv("few.csv", index=False)
        reporter.log_artifact("few.csv")
        wide = pandas.DataFrame(numpy.arange(2000).reshape(2, 1000))
        wide.columns = [f"c{i}" for i in range(1000)]
        wide.to_csv("wide.csv", index=False)
        reporter.log_artifact("wide.csv")
"""


@pytest.fixture(scope="module")
def tables(run_python, report, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    made = run_python("-c", MAKE, str(folder / "runs"), cwd=folder)
    assert made.returncode == 0, made.stderr
    built = report("build", str(folder / "runs"), "-o", str(folder / "site"))
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "site"


@pytest.fixture(params=["file", "sub-path", "one-file"])
def place(request, tables, open_place):
    return open_place(tables, request.param)


@pytest.fixture
def open_table(tables, place, open_page):
    (path,) = (
        page
        for page in (tables / "run").glob("*.html")
        if "rows.parquet" in page.read_text("utf-8")
    )

    def open_(name: str):
        page = open_page(place, f"run/{path.name}")
        page.locator(f'[data-preview][data-path="{name}"]').click()
        shown = page.locator(f'.preview[data-of="{name}"]')
        shown.get_by_label("Search the rows").wait_for()
        return shown

    return open_


def column(shown, place: int) -> list[str]:
    return shown.locator(f"tbody td:nth-child({place})").all_inner_texts()


def test_a_long_table_is_sorted_searched_and_turned(open_table):
    shown = open_table("rows.parquet")
    assert "First 5,000 of 6,000 rows" in shown.inner_text()
    assert "50 missing" in shown.locator(".summary").inner_text()
    assert column(shown, 1) == [str(i) for i in range(25)]
    loss = shown.get_by_role("button", name="loss")
    loss.click()
    shown.locator("th[aria-sort=ascending]").wait_for()
    assert column(shown, 3)[:6] == ["0.001"] * 5 + ["0.002"]
    loss.click()
    shown.locator("th[aria-sort=descending]").wait_for()
    assert column(shown, 3)[0] == "0.999"
    shown.get_by_label("Search the rows").fill("dog loss<0.5 id>4000")
    shown.get_by_text("rows", exact=False).filter(has_text="of 5,000").first.wait_for()
    assert set(column(shown, 2)) == {"dog"}
    assert all(float(text) < 0.5 for text in column(shown, 3))
    shown.get_by_label("Search the rows").fill("")
    loss.click()
    shown.get_by_role("button", name="Next rows").click()
    shown.get_by_text("Rows 26–50 of 5,000").wait_for()
    assert column(shown, 1)[0] == "25"
    assert column(shown, 2)[1:3] == ["<b>cat</b>", "dog"]


def test_a_small_table_is_sorted_without_a_data_file(open_table):
    shown = open_table("few.csv")
    shown.get_by_role("button", name="id").click()
    shown.get_by_role("button", name="id").click()
    shown.locator("th[aria-sort=descending]").wait_for()
    assert column(shown, 1) == [str(i) for i in range(9, -1, -1)]
    assert column(shown, 3)[-1] == "–"
    shown.get_by_label("Search the rows").fill("dog")
    shown.get_by_text("4 of 10 rows").wait_for()
    assert shown.locator("tbody tr").count() == 4


def test_a_column_of_a_thousand_is_found(open_table):
    shown = open_table("wide.csv")
    assert shown.locator("thead th").count() == 30
    shown.get_by_label("Find a column").fill("c777")
    shown.get_by_label("Find a column").press("Enter")
    heading = shown.get_by_role("columnheader", name="c777")
    heading.wait_for()
    place = shown.locator("thead tr:first-child th").all_inner_texts().index(heading.inner_text())
    assert column(shown, place + 1) == ["777", "1777"]
    assert shown.locator("td, th").count() < 200


@pytest.fixture
def open_joined(tables, place, open_page):
    (path,) = (tables / "experiment").glob("*/index.html")
    link = path.relative_to(tables).as_posix()

    def open_(view: str = ""):
        page = open_page(place, f"{link}#v=1&tab=images{view}")
        page.locator("[data-role=joined-table] tbody tr").first.wait_for()
        return page

    return open_


def test_runs_stand_side_by_side_matched_by_what_was_asked(open_joined):
    page = open_joined()
    table = page.locator("[data-role=joined-table]")
    assert [text.split("\n")[0] for text in table.locator("thead th").all_inner_texts()] == [
        "question", "model 0", "model 1", "model 2",
    ]  # fmt: skip
    assert page.get_by_text("60 rows, 6 differ").count() == 1
    page.get_by_role("button", name="Only differing").click()
    page.get_by_text("6 of 60 rows").wait_for()
    assert table.locator("tbody tr").first.locator("td").all_inner_texts() == [
        "7 + 0?",
        "7",
        "8",
        "7",
    ]
    assert table.locator("td.differs").count() == 6
    assert "tbldiff=1" in page.evaluate("location.hash")


def test_what_is_compared_is_in_the_link(open_joined):
    page = open_joined("&tblshow=sure&tblby=question,answer&tblq=7 %2B 0")
    table = page.locator("[data-role=joined-table]")
    rows = [row.locator("td").all_inner_texts() for row in table.locator("tbody tr").all()]
    assert rows == [["7 + 0?", "7", "0.500", "–", "0.700"], ["7 + 0?", "8", "–", "0.600", "–"]]
    assert "mean 0.500" in table.locator("thead").inner_text()
    page.get_by_label("Column to compare").select_option("answer")
    page.wait_for_function("() => location.hash.includes('tblshow=answer')")


def test_selected_runs_alone_are_compared(open_joined, tables):
    names = sorted(page.stem for page in (tables / "run").glob("*.html"))
    page = open_joined(f"&sel={names[0][:8]},{names[1][:8]}")
    assert page.locator("[data-role=joined-table] th[data-run-id]").count() == 2
