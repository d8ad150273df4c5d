"""Look at a finished site as a browser and a web host would: every link leads somewhere.

Links must be relative and lead to a file that is there; a page may ask for nothing outside of the
site, and holds no inline script and no inline style. Reads pages, changes nothing.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from reporter.model import Problem

__all__ = ["check_pages", "check_site"]

_LOADING = frozenset(
    {"audio", "embed", "iframe", "img", "input", "link", "object", "script", "source", "video"}
)
"""Elements whose address the browser loads by itself; an ``<a>`` only when someone follows it."""

_ADDRESSES = ("data", "href", "poster", "src")
_OUTSIDE_LINKS = ("http", "https", "mailto")
_SAFE_DATA = ("data:image/",)


def check_site(folder: str) -> list[Problem]:
    """Check every page of a site in a folder.

    Parameters
    ----------
    folder : str

    Returns
    -------
    list of Problem
        Empty when all is well.
    """
    paths: set[str] = set()
    for parent, _, names in os.walk(folder):
        relative = os.path.relpath(parent, folder).replace(os.sep, "/")
        paths.update(posixpath.normpath(posixpath.join(relative, name)) for name in names)
    pages = ((path, _read(folder, path)) for path in sorted(paths) if _is_page(path))
    return check_pages(pages, paths)


def check_pages(pages: Iterable[tuple[str, bytes]], paths: Iterable[str]) -> list[Problem]:
    """Check pages against the files of their site.

    Parameters
    ----------
    pages : iterable of (str, bytes)
        Site path and content of each page of ours.
    paths : iterable of str
        Site paths of all files.

    Returns
    -------
    list of Problem
    """
    known = frozenset(paths)
    return [problem for path, data in pages for problem in _check_page(path, data, known)]


def _is_page(path: str) -> bool:
    """Tell our pages from frames around what was logged: those may hold code."""
    return path.endswith(".html") and not path.startswith(("artifacts/", "assets/"))


def _read(folder: str, path: str) -> bytes:
    with open(os.path.join(folder, *path.split("/")), "rb") as stream:
        return stream.read()


def _check_page(path: str, data: bytes, known: frozenset[str]) -> Iterator[Problem]:
    parser = _Reader()
    parser.feed(data.decode())
    parser.close()
    for what in parser.inline:
        yield Problem(what="Inline code", where=path, detail=what, severity="error")
    for tag, address in parser.addresses:
        if fault := _fault(path, tag, address, known):
            yield Problem(what=fault, where=path, detail=address, severity="error")


def _fault(page: str, tag: str, address: str, known: frozenset[str]) -> str:
    """Say what is wrong with an address, if anything is."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        is_link = tag == "a" and parts.scheme in _OUTSIDE_LINKS
        return "" if is_link or address.startswith(_SAFE_DATA) else "Address outside of the site"
    if parts.path.startswith("/"):
        return "Absolute link"
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path)))
    is_here = not parts.path or target in known
    return "" if is_here else "Dead link"


class _Reader(HTMLParser):
    """Collects the addresses of a page, and code that stands in it."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[tuple[str, str]] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of an element."""
        values: Mapping[str, str | None] = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in values):
            self.inline.append(f"<{tag}>")
        self.inline += [
            f"<{tag} {name}>" for name in values if name == "style" or name.startswith("on")
        ]
        if tag == "a" or tag in _LOADING:
            self.addresses += [
                (tag, value) for name in _ADDRESSES if (value := values.get(name)) is not None
            ]
