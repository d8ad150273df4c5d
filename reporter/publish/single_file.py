"""A built site as one HTML file that opens by double click, from an e-mail or a chat as well.

Every file of the site is a block of text that the browser does not look at: base64, and gzipped
where that pays. A small script (``templates/js/ui/single.js``) finds the page that the address
names, puts it into the document and lets the page's own scripts run; those get their data from the
blocks. The first page stands in the file once more as plain HTML, for readers without JavaScript.

The policy is as strict as the site's: scripts run by their digest alone. It holds for what is
framed, too, so Plotly and Vega figures are drawn (their scripts are ours, and listed), while a
logged page is shown without its scripts.
"""

from __future__ import annotations

import base64
import fnmatch
import gzip
import hashlib
import html
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from reporter import mediatypes
from reporter.publish.built import BuiltSite
from reporter.site import links
from reporter.site.numbers import format_bytes
from reporter.site.theme import SINGLE_SCRIPTS, Theme
from reporter.site.writing.whole_file import open_whole

__all__ = ["WARNING_BYTES", "SingleFile", "write_single_file"]

WARNING_BYTES = 25_000_000
"""What the large mail services take as an attachment."""

_PAGES = ("index.html", "compare.html", "runs.html", "experiment/*/index.html", "run/*.html")
_GZIPPED = (*_PAGES, "data/*.js", "assets/*.js", "assets/*.html", "artifacts/*.view.html")
"""Texts that are asked for with time to unpack them; other files must be ready at a click."""

_LEFT_OUT = (links.NOJEKYLL, links.EVENTS_PARQUET)
"""For hosts and programs: neither gets at what is in one file."""

_FINER = re.compile(r"data/series-.*-t\d+-")
"""Points for zooming in."""

_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_FRAMED_SCRIPT = re.compile(r"&lt;script\b.*?&lt;/script\s*&gt;", re.DOTALL | re.IGNORECASE)
_NOTE = (
    '<p style="margin:0;padding:6px 10px;font:12px sans-serif;background:#fbf2df">'
    "Scripts of this page do not run in a report of one file; the whole report shows it as it is."
    "</p>"
)


_NEEDS_SCRIPTS = (
    '<p class="note">This is the first page of a report in one file. The other pages, charts and '
    "files are shown by JavaScript: open the file in a browser.</p>"
)


@dataclass(frozen=True, kw_only=True)
class SingleFile:
    """What was written.

    Parameters
    ----------
    path : str
    size_bytes : int
    advice : str
        When it is too large for a mail: what weighs most and how to leave it out; else empty.
    """

    path: str
    size_bytes: int
    advice: str


def write_single_file(site: BuiltSite, path: str) -> SingleFile:
    """Write a site as one HTML file.

    Parameters
    ----------
    site : BuiltSite
    path : str
        The file; replaced when all is written, its folder made when it is not there.

    Returns
    -------
    SingleFile

    Raises
    ------
    BuildError
        It cannot be written.
    """
    with open_whole(path) as stream:
        sizes = _write(_Packer(site), stream)
    size_bytes = os.path.getsize(path)
    advice = _advice(size_bytes, sizes) if size_bytes > WARNING_BYTES else ""
    return SingleFile(path=path, size_bytes=size_bytes, advice=advice)


class _Packer:
    """Reads a site's files and makes the parts of the one file."""

    def __init__(self, site: BuiltSite) -> None:
        self._site = site
        self.paths = sorted(
            path
            for path in site.manifest.files
            if path not in _LEFT_OUT and not fnmatch.fnmatch(path, "assets/site-*.css")
        )

    def read(self, path: str) -> bytes:
        with open(self._site.place_of(path), "rb") as stream:
            return stream.read()

    def find(self, pattern: str) -> list[str]:
        return fnmatch.filter(sorted(self._site.manifest.files), pattern)

    def block(self, path: str) -> bytes:
        """Return a file as the text of its block."""
        data = self.read(path)
        if path.endswith(".view.html"):
            data = _without_scripts(data)
        if _fits(path, _GZIPPED):
            data = gzip.compress(data, compresslevel=9, mtime=0)
        return base64.b64encode(data)

    def numbered(self) -> Iterator[tuple[str, int]]:
        """Yield each path with the number of its block; equal files share one."""
        numbers: dict[tuple[str, bool], int] = {}
        for path in self.paths:
            key = self._site.manifest.files[path].sha256, _fits(path, _GZIPPED)
            yield path, numbers.setdefault(key, len(numbers))


def _write(packer: _Packer, stream: BinaryIO) -> dict[str, int]:
    """Write the file; return how many bytes each of its files takes."""
    boot = Theme().script(SINGLE_SCRIPTS).decode()
    sheet = b"\n".join(packer.read(path) for path in packer.find("assets/site-*.css"))
    index = packer.read(links.INDEX).decode()
    numbered = list(packer.numbered())
    policy = _policy([boot, *_framed_scripts(packer)])
    stream.write(_head(index, policy, [*packer.find("assets/site-*.js"), links.CATALOG]).encode())
    stream.write(b"<style>" + sheet + b"</style>\n</head>\n<body>\n")
    stream.write(f"<noscript>{_NEEDS_SCRIPTS}{_body(index)}</noscript>\n".encode())
    sizes: dict[str, int] = {}
    n_written = 0
    for path, number in numbered:
        if number < n_written:
            continue
        block = packer.block(path)
        stream.write(b'<script type="text/plain" class="packed">' + block + b"</script>\n")
        sizes[path] = len(block)
        n_written += 1
    table = json.dumps(dict(_entries(numbered)), separators=(",", ":"), ensure_ascii=True)
    stream.write(f'<script type="application/json" id="packed-files">{_inert(table)}'.encode())
    stream.write(f"</script>\n<script>{boot}</script>\n</body>\n</html>\n".encode())
    return sizes


def _head(index: str, policy: str, scripts: Sequence[str]) -> str:
    title = re.search(r"<title>(.*?)</title>", index, re.DOTALL)
    names = html.escape(json.dumps(scripts))
    return (
        f'<!doctype html>\n<html lang="en" class="no-js" data-scripts="{names}">\n<head>\n'
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{title[1] if title else ''}</title>\n"
        '<link rel="icon" href="data:,">\n'
    )


def _body(page: str) -> str:
    """Return what a page shows, without links and pictures: those need the shell."""
    body = page[page.index("<body>") + len("<body>") : page.rindex("</body>")]
    body = re.sub(r"<noscript>.*?</noscript>", "", body, flags=re.DOTALL)
    return re.sub(r'\s(?:href|src|srcset)="[^"]*"', "", body)


def _policy(scripts: Iterable[str]) -> str:
    digests = " ".join(f"'sha256-{_sha256(text)}'" for text in scripts)
    return (
        f"default-src 'none'; script-src {digests} 'unsafe-eval'; style-src 'unsafe-inline'; "
        "img-src data: blob:; media-src data: blob:; font-src data:; base-uri about:; "
        "form-action 'none'"
    )


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _framed_scripts(packer: _Packer) -> Iterator[str]:
    """Yield the scripts that run in frames of ours: their own, and the libraries that draw."""
    for path in packer.find("assets/figure-frame-*.html"):
        yield from _SCRIPT.findall(packer.read(path).decode())
    for path in packer.find("assets/*-source-*.js"):
        call = packer.read(path).decode()
        yield json.loads(call[call.index(",") + 1 : call.rindex(")")])


def _without_scripts(page: bytes) -> bytes:
    text, n_scripts = _FRAMED_SCRIPT.subn("", page.decode())
    return (text.replace("<body>", f"<body>{_NOTE}", 1) if n_scripts else text).encode()


def _entries(numbered: Iterable[tuple[str, int]]) -> Iterator[tuple[str, dict[str, object]]]:
    for path, number in numbered:
        entry: dict[str, object] = {"b": number, "t": _media_type(path)}
        if _fits(path, _GZIPPED):
            entry["z"] = 1
        if _fits(path, _PAGES):
            entry["p"] = 1
        yield path, entry


def _media_type(path: str) -> str:
    if path.endswith(".view.html"):
        return "text/html;charset=utf-8"
    return mediatypes.guess(path) or "application/octet-stream"


def _fits(path: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def _inert(text: str) -> str:
    """Let nothing in a block end it."""
    return text.replace("<", "\\u003c")


def _advice(size_bytes: int, sizes: dict[str, int]) -> str:
    """Name what weighs most, and how to leave it out."""
    heaviest = sorted(sizes.items(), key=lambda item: (-item[1], item[0]))[:3]
    named = ", ".join(f"{path} ({format_bytes(size)})" for path, size in heaviest)
    artifacts = sum(size for path, size in sizes.items() if path.startswith("artifacts/"))
    tables = sum(size for path, size in sizes.items() if path.endswith((".parquet", ".csv")))
    zooms = sum(size for path, size in sizes.items() if _FINER.match(path))
    ways = {
        "--max-artifact-size '500 kB'": artifacts,
        "--no-full-data": tables,
        "zoom_total = 0 below [charts] in report.toml": zooms,
    }
    found = [f"{way} (up to {format_bytes(size)})" for way, size in ways.items() if size > 10**6]
    how = f" Leave out with {' or '.join(found)}." if found else ""
    return (
        f"The file has {format_bytes(size_bytes)}; many mail services refuse more than "
        f"{format_bytes(WARNING_BYTES)}. The largest parts: {named}.{how}"
    )
