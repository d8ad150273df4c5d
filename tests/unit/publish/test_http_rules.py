"""What the server decides, without a server."""

from __future__ import annotations

import pytest

from reporter.publish.http_rules import (
    cache_rule,
    content_type,
    find_range,
    is_host_allowed,
    live_script,
    site_path,
    with_live_script,
)

HOSTS = {"localhost", "workstation"}
PAGE = (
    b'<!doctype html>\n<html lang="en" data-root="" data-report="ab">\n<head>\n'
    b'<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; '
    b'script-src &#39;self&#39;">\n</head>\n<body></head></body>'
)


@pytest.mark.parametrize(
    ("header", "is_allowed"),
    [
        ("localhost", True),
        ("LOCALHOST:8000", True),
        ("workstation.:8000", True),
        ("127.0.0.1:8000", True),
        ("10.1.2.3", True),
        ("[::1]:8000", True),
        ("", False),
        ("example.org", False),
        ("localhost.example.org:8000", False),
        ("127.0.0.1.example.org", False),
        ("127.0.0.1:8000@example.org", False),
        ("[::1].example.org", False),
        ("localhost:80:90", False),
    ],
)
def test_hosts(header, is_allowed):
    assert is_host_allowed(header, HOSTS) is is_allowed


@pytest.mark.parametrize(
    "target",
    [
        "/../x", "/a/../../x", "/%2e%2e/x", "/..%2fx", "/a/%2e/x", "//etc/passwd", "/a//b",
        "/C:/x", "/a%5c..%5cx", "/a%00", "/%ff", "/.git/config", "/.report.lock",
    ],
)  # fmt: skip
def test_targets_that_lead_nowhere(target):
    assert site_path(target) is None


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("", "index.html"),
        ("/", "index.html"),
        ("/experiment/7/", "experiment/7/index.html"),
        ("/artifacts/ab/100%25%20%231.png", "artifacts/ab/100% #1.png"),
        ("/artifacts/ab/.hidden", "artifacts/ab/.hidden"),
        ("/%E3%82%B9", "ス"),
    ],
)
def test_targets(target, path):
    assert site_path(target) == path


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", None),
        ("bytes=0-", (0, 10)),
        ("bytes=2-4", (2, 5)),
        ("bytes=2-400", (2, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-300", (0, 10)),
        ("bytes=5-2", None),
        ("bytes=-", None),
        ("bytes=0-1,3-4", None),
        ("lines=0-1", None),
    ],
)
def test_ranges(header, expected):
    assert find_range(header, 10) == expected


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_ranges_that_a_file_has_not(header):
    with pytest.raises(ValueError, match="no bytes"):
        find_range(header, 10)


def test_types_are_those_that_browsers_need():
    assert content_type("data/catalog.js") == "text/javascript; charset=utf-8"
    assert content_type("index.html") == "text/html; charset=utf-8"
    assert content_type("assets/site-0123456789.css") == "text/css; charset=utf-8"
    assert content_type("artifacts/a/movie.mp4") == "video/mp4"
    assert content_type("artifacts/a/page.html.txt") == "text/plain; charset=utf-8"
    assert content_type("artifacts/a/unknown") == "application/octet-stream"


def test_only_names_that_tell_their_content_are_kept():
    assert "immutable" in cache_rule("assets/site-0123456789.js")
    assert "immutable" in cache_rule("data/runs-7-0-0123456789.js")
    assert cache_rule("data/catalog.js") == "no-cache"
    assert cache_rule("artifacts/ab/model-0123456789.js") == "no-cache"
    assert cache_rule("index.html") == "no-cache"


def test_a_page_gets_the_script_and_may_listen():
    page = with_live_script(PAGE, 'run/"a".html', "d1").decode()
    assert "default-src &#39;none&#39;; connect-src &#39;self&#39;; script-src" in page
    assert page.count("live.js") == 1
    assert 'data-path="run/&quot;a&quot;.html" data-digest="d1"' in page
    assert page.index("live.js") < page.index("</head>")


def test_a_logged_page_stays_as_it_is():
    logged = b"<html><head></head><body>data-report=</body>"
    assert with_live_script(logged, "artifacts/a/x.html", "d") == logged


def test_the_script_comes_along():
    assert b"EventSource" in live_script()
