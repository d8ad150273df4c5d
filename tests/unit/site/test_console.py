"""Captured output: what went wrong is found, the end is kept, colours become classes."""

from __future__ import annotations

import io
import json

import pytest

from reporter.renderers.ansi import PLAIN, Style, styled_line
from reporter.site.run.console import (
    READ_BYTES,
    TAIL_LINES,
    find_trouble,
    is_console,
    read_console,
    shown_lines,
)

TRACEBACK = [
    "Traceback (most recent call last):",
    '  File "train.py", line 8, in <module>',
    "    raise ValueError('ERROR: not this line')",
    "ValueError: loss is <NaN>",
]


def console(text: str | bytes, **options):
    data = text.encode() if isinstance(text, str) else text
    said = {
        "id_": "out", "path": "output.log", "size_bytes": len(data), "href": "../o.log",
        "download": "o.log", "has_failed": False,
    }  # fmt: skip
    return read_console(lambda: io.BytesIO(data), **(said | options))


def kinds(lines: list[str]) -> list[tuple[str, int, int]]:
    return [(one.kind, one.first, one.last) for one in find_trouble(lines)]


def test_a_traceback_is_one_error_called_by_its_last_line():
    (found,) = find_trouble(["start", *TRACEBACK, "end"])
    assert (found.kind, found.first, found.last) == ("error", 1, 4)
    assert found.text == "ValueError: loss is <NaN>"


def test_a_chained_traceback_is_two():
    said = "During handling of the above exception, another exception occurred:"
    assert kinds([*TRACEBACK, "", said, "", *TRACEBACK]) == [("error", 0, 3), ("error", 7, 10)]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("2026-11-21 03:52 ERROR worker 3 is gone", "error"),
        ("RuntimeError: CUDA error", "error"),
        ("torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate", "error"),
        ("fatal: not a git repository", "error"),
        ("Segmentation fault (core dumped)", "error"),
        ("[WARN] slow disk", "warning"),
        ("x.py:3: UserWarning: deprecated", "warning"),
        ("WARNING:root:clipped", "warning"),
        ("val_error: 0.03, 0 errors", ""),
        ("ERROR_RATE=0.1", ""),
        ("mean absolute error 0.2", ""),
        ("raise ValueError", ""),
    ],
)
def test_trouble_is_told_from_words_that_look_like_it(line, kind):
    assert [found.kind for found in find_trouble([line])] == ([kind] if kind else [])


def test_a_traceback_that_never_ends_is_still_found():
    assert kinds(["Traceback (most recent call last):", "  File"]) == [("error", 0, 0)]


def test_beginning_end_and_what_lies_around_errors_stand_in_the_page():
    lines = ["ok"] * 5_000
    lines[2_000:2_004] = TRACEBACK
    places = shown_lines(lines, find_trouble(lines))
    assert places[:3] == [0, 1, 2]
    assert {1_998, 2_000, 2_003, 2_006} <= set(places)
    assert places[-TAIL_LINES:] == list(range(5_000 - TAIL_LINES, 5_000))
    assert len(places) < 120


def test_a_thousand_errors_do_not_fill_the_page():
    lines = [f"ERROR {n}" if n % 5 == 0 else "ok" for n in range(5_000)]
    assert len(shown_lines(lines, find_trouble(lines))) < 200


def test_a_short_output_is_shown_whole_with_its_findings():
    card = console("\n".join(["<b>start</b>", *TRACEBACK]) + "\n").card
    assert [line.number for line in card.lines] == ["1", "2", "3", "4", "5"]
    assert card.lines[0].html == "&lt;b&gt;start&lt;/b&gt;"
    assert card.lines[1].kind == card.lines[4].kind == "error"
    assert card.counts == ("1 error",)
    assert (card.findings[0].line, card.findings[0].text) == ("2", "ValueError: loss is <NaN>")
    assert card.rest == ""
    assert card.note.startswith("5 lines, ")


def test_a_long_output_has_gaps_and_a_file_with_everything():
    text = "\n".join(f"line {n}" for n in range(1, 1_001))
    made = console(text)
    gaps = [str(line.html) for line in made.card.lines if not line.number]
    assert gaps == ["912 lines not shown"]
    assert made.card.rest_label == "Show all 1,000 lines"
    (file,) = made.files
    body = json.loads(file.content.split(b",", 1)[1].rstrip(b");\n"))
    assert (body["first"], len(body["lines"]), body["lines"][-1]) == (1, 1_000, "line 1000")
    assert made.card.rest == file.path


def test_like_findings_are_listed_once_with_how_often():
    card = console("".join(f"WARNING step {n} clipped\n" for n in range(12)) + "ERROR x\n").card
    assert [(f.kind, f.line, f.times) for f in card.findings] == [
        ("error", "13", ""), ("warning", "1", "× 12"),
    ]  # fmt: skip
    assert card.counts == ("1 error", "12 warnings")


def test_of_a_huge_output_the_end_is_read_and_lines_keep_their_numbers():
    line = b"x" * 99 + b"\n"
    n = READ_BYTES // 100 + 5_000
    card = console(line * n + b"ValueError: at the end\n").card
    assert card.findings[0].line == f"{n + 1}"
    assert card.lines[-1].number == f"{n + 1}"
    assert str(card.lines[0].html).endswith("lines not shown")
    assert card.note.startswith(f"{n + 1:,} lines")


def test_progress_bars_leave_their_last_state_and_colours_become_classes():
    card = console("\x1b[31mred\n 0%\r50%\r99%\nstill\x1b[0m plain\x1b[2K\x1b]0;title\x07!\n").card
    assert [str(line.html) for line in card.lines] == [
        '<span class="a-red">red</span>',
        '<span class="a-red">99%</span>',
        '<span class="a-red">still</span> plain!',
    ]


@pytest.mark.parametrize(
    ("codes", "style"),
    [
        ("1;31", Style("red", is_bold=True)),
        ("38;5;196", Style("red")),
        ("38;5;2", Style("green")),
        ("38;2;10;20;250", Style("blue")),
        ("38;2;90;90;95", Style()),
        ("48;5;196", Style()),
        ("38;5", Style()),
        ("92", Style("green")),
        ("31;39", Style()),
        ("999999999999", Style()),
    ],
)
def test_colours_of_every_form_are_understood(codes, style):
    assert styled_line(f"\x1b[{codes}mx", PLAIN)[1] == style


def test_no_sequence_reaches_the_page():
    line = (
        "a\x1b]8;;http://x\x1b\\b\x1b]8;;\x1b\\c\x1b[?25l\x1b[10;20Hd\x1bPq\x1b\\e\x9b31mf\x00\x1b"
    )
    html, _ = styled_line(line)
    assert "\x1b" not in html
    assert "http" not in html
    assert html.startswith("abcde")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("output.log", True),
        ("logs/stderr.txt", True),
        ("STDOUT.log", True),
        ("train.log", False),
        ("a/b/c/output.log", False),
        ("output.logs", False),
    ],
)
def test_output_is_told_by_its_name(path, expected):
    assert is_console(path) is expected


def test_an_output_of_nothing_is_nothing():
    assert console("").card.lines == ()
