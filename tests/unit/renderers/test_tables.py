"""What a page knows of a logged table: its columns in figures, its cells, where the rest lies."""

from __future__ import annotations

import io
import json
import re

import pandas as pd
import pytest

from reporter.renderers import read_table
from reporter.renderers.table_summary import summarise
from tests.unit.renderers.conftest import RUN_ID, make_request


def shipped(fragment) -> dict:
    """Return what the one data file of a fragment registers."""
    (content,) = fragment.files.values()
    return json.loads(re.search(rb"\",(.*)\);\n\Z", content, re.DOTALL)[1])


def test_numbers_are_counted_and_spread():
    facts = summarise(["1", "2.5", "", "nan", 4, None, "inf"], is_numeric=True)
    assert (facts.n, facts.missing, facts.nan, facts.distinct) == (7, 2, 1, 5)
    assert (facts.min, facts.median, facts.max) == (1, 2.5, 4)
    assert facts.path.count("M") == 3


@pytest.mark.parametrize("cells", [[], ["", None], ["nan"], [5, 5], [-1e308, 1e308], ["1e999", 1]])
def test_numbers_without_a_spread_have_no_histogram(cells):
    assert summarise(cells, is_numeric=True).path == ""


def test_texts_are_counted_by_how_often_they_occur():
    facts = summarise(["b", "a", "b", True, True, None, "NA"], is_numeric=False)
    assert (facts.missing, facts.distinct) == (2, 3)
    assert facts.top == (("b", 2), ("true", 2))
    assert summarise(["a", "b"], is_numeric=False).top == ()


def test_a_column_says_what_it_holds(draw, to_html):
    text = "lr,word\n" + "".join(f"{i / 8},w{i % 2}\n" for i in range(8)) + ",\n"
    html = to_html(draw("a.csv", text))
    assert "0 … 0.875" in html
    assert "median 0.4375" in html
    assert "1 missing" in html
    assert "2 different" in html
    assert '<td class="num" title="0.125">0.125</td>' in html


def test_whole_numbers_stay_as_they_were_logged(draw, to_html):
    html = to_html(draw("a.csv", "year,share\n2026,0.123456\n2027,0.5\n"))
    assert "<bdi>2026</bdi>" in html
    assert '<td class="num" title="0.123456">0.123</td>' in html


def test_a_small_table_needs_no_data_file_and_a_long_one_has_all_rows_in_it(draw):
    small = draw("a.csv", "a\n" + "1\n" * 25)
    assert (small.files, small.context.cells) == ({}, "")
    long = draw("a.csv", "a,b\n" + "".join(f"{i},x{i}\n" for i in range(3000)))
    data = shipped(long)
    assert [len(cells) for cells in data["cells"]] == [3000, 3000]
    assert data["cells"][0][-1] == 2999
    assert (data["rows"], data["columns"][0]["summary"]["max"]) == (3000, 2999)
    assert len(long.context.rows) == 25


def test_numbers_travel_as_they_were_written(draw):
    cells = ["1.50", "007", "1e5", "-0", "0.1", str(2**60), "nan"]
    rows = "".join(f"{cell},x\n" for cell in cells) * 5
    assert shipped(draw("a.csv", f"a,b\n{rows}"))["cells"][0][:7] == [*cells[:4], 0.1, *cells[5:]]


def test_a_long_text_is_whole_in_the_data_file(draw):
    fragment = draw("a.jsonl", json.dumps({"prompt": "x" * 1000}))
    assert fragment.context.rows[0][0].text == "x" * 200 + "…"
    assert shipped(fragment)["cells"] == [["x" * 1000]]


def test_bytes_of_all_cells_are_capped(draw):
    fragment = draw("a.jsonl", (json.dumps({"t": "y" * 9000}) + "\n") * 400)
    assert len(next(iter(fragment.files.values()))) < 2_000_000
    assert "of 400 rows" in fragment.context.note


def test_all_row_groups_and_batches_count(draw):
    frame = pd.DataFrame({"x": range(400)})
    for name, write in (
        ("a.parquet", lambda out: frame.to_parquet(out, row_group_size=30)),
        ("a.arrow", lambda out: frame.to_feather(out, chunksize=30)),
    ):
        out = io.BytesIO()
        write(out)
        fragment = draw(name, out.getvalue())
        assert fragment.context.note == "400 rows, 1 column"
        assert shipped(fragment)["cells"][0] == list(range(400))


IMAGE_CELL = {"type": "image", "filepath": "t/a b.png", "compressed_filepath": "t/c.webp"}


def test_pictures_in_cells_are_shown_when_they_are_the_runs_own(draw, to_html):
    table = json.dumps({"columns": ["i", "n"], "data": [[IMAGE_CELL, 1]]})
    base = f"artifacts/{RUN_ID}/"
    places = {"t/a b.png": f"../{base}t/a%20b.png", "t/c.webp": f"../{base}t/c.webp"}
    html = to_html(draw("e.json", table, kind="table", find=lambda path: places.get(path, "")))
    assert f'src="../{base}t/c.webp"' in html
    assert f'href="../{base}t/a%20b.png"' in html
    alone = to_html(draw("e.json", table, kind="table"))
    assert "<img" not in alone
    assert "compressed_filepath" in alone


@pytest.mark.parametrize("path", ["t/x.svg", "../../x.png", "https://evil.test/a.png"])
def test_other_pictures_stay_text(draw, to_html, path):
    cell = {"type": "image", "filepath": path}
    table = json.dumps({"columns": ["i"], "data": [[cell]]})
    known = {"t/x.svg": "../artifacts/x.svg"}
    assert "<img" not in to_html(draw("e.json", table, find=lambda p: known.get(p, "")))


def test_a_large_logged_table_is_parsed_whole(draw):
    rows = [[i, "some words that fill a line of this table"] for i in range(60_000)]
    table = json.dumps({"columns": ["n", "t"], "data": rows})
    assert len(table) > 2_000_000
    assert draw("e.json", table, kind="table").context.note.startswith("First 5,000 of 60,000 rows")


def test_tables_of_every_kind_can_be_read_for_comparison():
    frame = pd.DataFrame({"q": ["a", "b"], "n": [1, 2]})
    out = io.BytesIO()
    frame.to_parquet(out)
    split = json.loads(frame.to_json(orient="split", index=False))
    for name, data in (
        ("a.csv", frame.to_csv(index=False).encode()),
        ("a.parquet", out.getvalue()),
        ("a.json", json.dumps(split).encode()),
        ("a.jsonl", frame.to_json(orient="records", lines=True).encode()),
    ):
        table = read_table(make_request(name, data))
        assert (table.names, table.n_rows) == (("q", "n"), 2), name
    for name, data in (("a.json", b"{}"), ("a.csv", b""), ("a.parquet", b"PAR1xx"), ("a.png", b"")):
        assert read_table(make_request(name, data)) is None
