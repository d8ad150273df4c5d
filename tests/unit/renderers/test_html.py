"""A logged page lives in a sandbox inside a page of ours."""

from __future__ import annotations

import html
import re

import pytest

from reporter.renderers.html import FRAME_POLICY, PAGE_POLICY, wrap

PAGE = b"<!DOCTYPE html><html><head><title>t</title></head><body onload='go()'>x</body></html>"


def inside(page: bytes) -> str:
    """Return the document in the frame."""
    return html.unescape(re.search(r'srcdoc="([^"]*)"', page.decode())[1])


def test_the_page_holds_nothing_but_a_sandboxed_frame():
    page = wrap(PAGE, 'a"><script>alert(1)</script>').decode()
    assert "<script" not in page.replace("&lt;script", "")
    assert page.count("<iframe") == 1
    assert 'sandbox="allow-scripts"' in page
    assert "allow-same-origin" not in page
    assert "default-src 'none'" in page


def test_the_frame_begins_with_its_policy():
    document = inside(wrap(PAGE, "t"))
    assert document.startswith(
        f'<!doctype html><meta http-equiv="Content-Security-Policy" content="{FRAME_POLICY}">'
    )
    assert document.endswith(PAGE.decode())


def test_the_page_forbids_the_frame_to_be_navigated():
    assert "frame-src 'none'" in PAGE_POLICY
    assert "'self'" not in PAGE_POLICY
    assert "http" not in PAGE_POLICY


@pytest.mark.parametrize(
    "tag",
    [
        "<script src=https://cdn.test/x.js></script>",
        '<script type="module" src="//cdn.test/x.js"></script>',
        "<link rel='preconnect' HREF='http://cdn.test'>",
        '<img alt="a" srcset="https://cdn.test/a.png 2x" src="https://cdn.test/a.png">',
        "<video poster = 'https://cdn.test/p.png'></video>",
        "<object data=https://cdn.test/o></object>",
        '<image xlink:href="https://cdn.test/i"/>',
        "<img/src='https://cdn.test/a.png'>",
    ],
)
def test_addresses_elsewhere_are_taken_out(tag):
    document = inside(wrap(tag.encode(), "t"))
    assert "cdn.test" in document  # still to be read
    for attribute in re.findall(
        r"[\s'\"/]((?:xlink:)?(?:src|href|srcset|poster|data))\s*=", document
    ):
        assert attribute.startswith("data-left-out") or "about:srcdoc" in document


def test_what_the_page_carries_itself_is_kept():
    tags = '<img src="data:image/png;base64,AA"><a href="https://x.test">x</a><script>1</script>'
    assert tags in inside(wrap(tags.encode(), "t"))


def test_a_page_cannot_send_itself_elsewhere():
    document = inside(wrap(b'<META http-equiv="refresh" content="0;url=https://x.test">hi', "t"))
    assert document.endswith(">hi")
    assert "refresh" not in document


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("é".encode(), "é"),
        (b"\xef\xbb\xbf\xc3\xa9", "é"),
        ("é".encode("utf-16"), "é"),
        (b"caf\xe9", "café"),
    ],
)
def test_old_encodings_are_read(data, text):
    assert inside(wrap(data, "t")).endswith(text)


def test_the_fragment_shows_the_page_and_links_to_it(draw, to_html):
    fragment = draw("report.html", PAGE)
    page = f"artifacts/{'a' * 32}/report.html.txt.view.html"
    assert fragment.page == page
    assert fragment.files[page]() == wrap(PAGE, "report.html")
    assert f'data-frame="{page}"' in to_html(fragment)
    assert "without network" in to_html(fragment)
    assert "<iframe" not in to_html(fragment).partition("<noscript>")[0]
    assert not fragment.is_figure
    assert draw("report.html", PAGE, kind="figure").is_figure


def test_a_page_that_vanishes_while_it_is_built_stops_nothing(draw):
    def gone():
        raise FileNotFoundError(2, "No such file or directory")

    fragment = draw("report.html", PAGE, open=gone)
    (write,) = fragment.files.values()
    assert b"No such file" in write()


def test_a_huge_page_is_a_download(draw):
    assert draw("report.html", b"<p>" + b"x" * 13_000_000).problem.what == "Page too large to show"
