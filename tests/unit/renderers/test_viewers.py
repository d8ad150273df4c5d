"""What each kind shows of an ordinary file."""

from __future__ import annotations

import io
import json
import struct

import numpy as np
import pandas as pd
import pytest

from reporter.renderers.mlmodel import read_outline
from reporter.renderers.table_data import MAX_READ_COLUMNS, MAX_READ_ROWS


def test_lines_are_numbered_by_the_style_sheet(draw, to_html):
    html = to_html(draw("a.txt", "one\n<two>\n\nfour"))
    assert html.count("<span>") == 4
    assert "&lt;two&gt;" in html


def test_a_log_reads_as_a_terminal_left_it(draw, to_html):
    html = to_html(draw("a.log", "\x1b[31mred\x1b[0m\r\n 10%\r 99%\r100%\nbell\x07"))
    assert "red\n" in html
    assert "99%" not in html
    assert "100%" in html
    assert "\x07" not in html


def test_a_long_text_brings_its_other_lines_in_a_data_file(draw, to_html):
    text = "".join(f"line {n} </script>\n" for n in range(5000))
    fragment = draw("a.txt", text)
    html = to_html(fragment)
    assert "line 99 " in html
    assert "line 100 " not in html
    assert "Show 4,900 more lines" in html
    (content,) = fragment.files.values()
    assert b"line 4999 &lt;/script&gt;" in content


def test_a_text_beyond_the_limit_says_so(draw, to_html):
    html = to_html(draw("a.txt", "0123456789\n" * 29_999 + "the end"))
    assert "11,759 lines left out; the last 60:" in html
    assert 'class="lines tail" tabindex="0" data-first="29941"' in html
    assert html.endswith("<span>the end\n</span></pre>\n</div>\n")


def test_lines_of_a_huge_text_are_not_counted(draw, to_html):
    html = to_html(draw("a.log", "0123456789\n" * 300_000))
    assert "Lines left out; the last 60:" in html
    assert 'data-first="0"' in html


def test_a_text_a_little_too_long_repeats_no_line(draw):
    lines = [f"{n:06}" for n in range(200_000 // 7 + 20)]
    view = draw("a.txt", "\n".join(lines)).context
    assert view.gap == ""
    assert list(view.tail) == lines[view.tail_first - 1 :]
    assert 0 < len(view.tail) < 30


@pytest.mark.parametrize("name", ["a.txt", "a.py"])
def test_code_and_text_too_long_show_their_end(name, draw):
    text = "x = 1\n" * 40_000 + "raise SystemExit\n"
    assert draw(name, text).context.tail[-1] == "raise SystemExit"


def test_one_endless_line_is_cut(draw, to_html):
    assert len(to_html(draw("a.txt", "x" * 150_000))) < 6_000


def test_an_empty_text_says_so(draw, to_html):
    assert "Empty file" in to_html(draw("a.txt", ""))


@pytest.mark.parametrize(
    ("name", "text", "token"),
    [
        ("train.py", "def f():\n    return '<b>'\n", '<span class="p-k">def</span>'),
        ("conf.ini", "[a]\nlr = 0.1\n", "p-na"),
        ("a.sql", "select 1", "p-k"),
    ],
)
def test_code_is_coloured(name, text, token, draw, to_html):
    html = to_html(draw(name, text))
    assert token in html
    assert "<b>" not in html


def test_code_that_could_take_for_ever_is_plain(draw, to_html):
    assert "p-" not in to_html(draw("a.py", "x = '" + "a" * 3000))


def test_json_folds(draw, to_html):
    html = to_html(draw("a.json", json.dumps({"lr": 0.1, "net": {"layers": [1, 2]}, "on": None})))
    assert html.count("<details") == 3
    assert "2 items" in html
    assert "null" in html


def test_a_wide_tree_is_cut_and_says_so(draw, to_html):
    html = to_html(draw("a.json", json.dumps([list(range(10))] * 1000)))
    assert "more in the file" in html
    assert len(html) < 120_000


def test_logged_tables_are_tables(draw, to_html):
    table = {"columns": ["q", "score"], "data": [["a", 1.5], ["b", None]]}
    html = to_html(draw("eval.json", json.dumps(table)))
    assert "2 rows, 2 columns" in html
    assert '<th scope="col" data-type="float" class="num"><bdi>score</bdi>' in html


def test_records_are_tables_in_json_and_json_lines(draw, to_html):
    records = [{"a": 1, "b": "x"}, {"a": 2, "c": [1]}]
    assert "2 rows, 3 columns" in to_html(draw("a.json", json.dumps(records)))
    lines = "\n".join(json.dumps(record) for record in records * 100)
    assert "200 rows, 3 columns" in to_html(draw("a.jsonl", lines))


@pytest.mark.parametrize(
    ("name", "text", "note"),
    [
        ("a.csv", "a,b\n1,2\n", "1 row, 2 columns"),
        ("a.csv", "a;b\n1,5;2\n", "1 row, 2 columns"),
        ("a.tsv", "a\tb\n1\t2\n3\t4\n", "2 rows, 2 columns"),
        ("a.csv", 'a,b\n"x\ny",2\n', "1 row, 2 columns"),
        ("a.csv", "a\n" + "1\n" * 120, "120 rows, 1 column"),
        ("a.csv", "a,b\n1\n1,2,3\n", "2 rows, 3 columns"),
        ("a.csv", "", "0 rows, 0 columns"),
        ("a.csv", "a,b", "0 rows, 2 columns"),
    ],
)
def test_delimited_tables(name, text, note, draw, to_html):
    assert note in to_html(draw(name, text))


def test_a_long_table_is_counted_without_being_kept(draw, to_html):
    text = "a,b\n" + "123456,7890\n" * 200_000
    assert f"First {MAX_READ_ROWS:,} of 200,000 rows, 2 columns" in to_html(draw("a.csv", text))


def test_parquet_and_arrow_tables(draw, to_html):
    frame = pd.DataFrame({"x": range(80), "y": ["<b>"] * 80, "when": pd.Timestamp("2026-01-01")})
    for name, write in (("a.parquet", frame.to_parquet), ("a.feather", frame.to_feather)):
        buffer = io.BytesIO()
        write(buffer)
        html = to_html(draw(name, buffer.getvalue()))
        assert "80 rows, 3 columns" in html
        assert "int64" in html
        assert "&lt;b&gt;" in html


def test_a_wide_table_is_a_small_page_and_a_data_file(draw, to_html):
    n = MAX_READ_COLUMNS + 40
    text = ",".join(f"c{i}" for i in range(n)) + "\n" + (",".join("7" * n) + "\n") * 300
    fragment = draw("a.csv", text)
    html = to_html(fragment)
    assert f"First 100 of 300 rows, first {MAX_READ_COLUMNS:,} of {n:,} columns" in html
    assert html.count('scope="col"') == 30
    assert len(html) < 60_000
    (path,) = fragment.files
    assert fragment.context.cells == path
    assert len(fragment.files[path]) < 1_500_000


def test_markdown_is_prose_below_the_headings_of_the_page(draw, to_html):
    html = to_html(draw("a.md", "# Title\n\n|a|b|\n|-|-|\n|1|2|\n\n~~gone~~"))
    assert "<h3>Title</h3>" in html
    assert "<table>" in html
    assert "<s>gone</s>" in html


def test_arrays_say_shape_and_type(draw, to_html):
    buffer = io.BytesIO()
    np.save(buffer, np.zeros((1797, 64), dtype="f4", order="F"))
    html = to_html(draw("a.npy", buffer.getvalue()))
    assert "1,797 × 64" in html
    assert "float32" in html
    assert "Fortran" in html
    buffer = io.BytesIO()
    np.savez_compressed(buffer, weights=np.zeros((3, 4)), bias=np.int8(1))
    html = to_html(draw("a.npz", buffer.getvalue()))
    assert "3 × 4" in html
    assert "scalar" in html
    assert "int8" in html


def test_tensors_say_shape_and_type(draw, to_html):
    header = {"__metadata__": {"format": "pt"}, "w": {"dtype": "F16", "shape": [2, 3]}}
    text = json.dumps(header).encode()
    html = to_html(draw("a.safetensors", struct.pack("<Q", len(text)) + text))
    assert "2 × 3" in html
    assert "F16" in html


MLMODEL = """\
artifact_path: model
flavors:
  python_function:
    env:
      conda: conda.yaml
    loader_module: mlflow.sklearn
  sklearn:
    pickled_model: model.pkl
    sklearn_version: 1.5.0
run_id: 0123456789abcdef
signature:
  inputs: '[{"type": "double", "name": "age", "required": true},
    {"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 64]}}]'
  outputs: null
utc_time_created: '2026-11-21 05:15:00'
"""


def test_mlmodel_says_flavours_and_signature(draw, to_html):
    html = to_html(draw("model/MLmodel", MLMODEL))
    for words in ("sklearn_version 1.5.0", "age", "double", "float64 [-1, 64]", "2026-11-21"):
        assert words in html


def test_an_outline_passes_over_what_it_cannot_read():
    text = "a: 'it''s'\n  continued\n- list\nc:\n  d: 1\n  e:\nplain\n"
    assert read_outline(text) == {"a": "'it''s' continued", "c": {"d": "1", "e": {}}}


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.mp4", "a.webm"])
def test_players_load_nothing_by_themselves(name, draw, to_html):
    html = to_html(draw(name, b""))
    assert "controls" in html
    assert 'preload="none"' in html


def test_what_no_browser_plays_is_a_download(draw):
    assert draw("a.avi", b"RIFF0000AVI ").template == "fragments/binary.html.j2"


def test_a_pdf_opens_in_the_browser(draw, to_html):
    fragment = draw("a.pdf", b"%PDF-1.7 ...")
    assert fragment.page == f"artifacts/{'a' * 32}/a.pdf"
    assert "PDF 1.7" in to_html(fragment)
    assert draw("a.pdf", b"words").problem.what == "Not a PDF"
    assert draw("noext", b"%PDF-1.7").page == ""


def test_unknown_bytes_show_as_in_a_hex_editor(draw, to_html):
    html = to_html(draw("a.bin", bytes(range(256)) * 2))
    assert "First 256 bytes" in html
    assert "000000f0" in html
    assert "30 31 32" in html


def test_what_is_left_out_of_the_site_says_so_where_it_cannot_be_shown(draw, to_html):
    png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1"
    for name, data in (("a.png", png), ("a.mp4", b"")):
        fragment = draw(name, data, site_path="")
        assert fragment.problem is None
        assert "left out" in to_html(fragment).lower()
