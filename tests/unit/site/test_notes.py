from __future__ import annotations

import pytest

from reporter.site.notes import render_note


def find(path):
    return f"../artifacts/x/{path}" if path == "plots/roc.png" else ""


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))",
        "![x](http://evil/x.png)", "![x](//evil/x.png)", "![x](data:image/svg+xml,<svg>)",
        "[x](vbscript:1)", "<a href='javascript:1'>x</a>", "[x](JaVaScRiPt:alert(1))",
        '[x](http://a "onmouseover=alert(1)")', "<style>*{}</style>", "<iframe src=//evil>",
    ],
)  # fmt: skip
def test_nothing_in_a_note_runs_or_loads(text):
    html = str(render_note(text, find)).lower()
    for forbidden in ("<script", "<img", "<iframe", "<style", " onmouseover=", 'href="javascript'):
        assert forbidden not in html


def test_markdown_becomes_html_below_the_pages_own_headings():
    html = render_note("# One\n\n- **b**\n\n| a |\n|---|\n| 1 |\n")
    assert "<h3>One</h3>" in html
    assert "<strong>b</strong>" in html
    assert "<td>1</td>" in html


def test_pictures_and_links_lead_to_the_runs_own_files():
    html = render_note("![roc](plots/roc.png) [roc](plots/roc.png) [no](plots/no.png)", find)
    assert '<img src="../artifacts/x/plots/roc.png" alt="roc">' in html
    assert '<a href="../artifacts/x/plots/roc.png"' in html
    assert "no.png" not in html


def test_a_picture_that_is_not_there_leaves_its_words():
    assert "[the curve]" in render_note("![the curve](plots/no.png)", find)


def test_links_out_tell_nobody_where_they_come_from():
    assert 'rel="noopener noreferrer"' in render_note("[x](https://example.org)")


def test_an_empty_note_is_nothing():
    assert render_note(" \n") == ""
