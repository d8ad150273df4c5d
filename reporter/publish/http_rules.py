"""What a server of ours decides about a request, apart from sockets and files. Pure.

Which hosts may be named, which file a path means, which bytes are wanted, what may be kept, and
what a page gets on its way.
"""

from __future__ import annotations

import html
import ipaddress
import re
from collections.abc import Collection
from functools import cache
from importlib import resources
from urllib.parse import unquote

from reporter import mediatypes
from reporter.site import links

__all__ = [
    "EVENTS",
    "SCRIPT",
    "cache_rule",
    "content_type",
    "find_range",
    "is_host_allowed",
    "live_script",
    "site_path",
    "with_live_script",
]

SCRIPT = "/_served/live.js"
EVENTS = "/_served/events"

_HASHED = re.compile(r"(assets|data)/.*-[0-9a-f]{10}\.(js|css|html)")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_TEXTS = {"application/javascript", "application/json", "application/xml"}
# Pages of ours name the report they belong to; what was logged never gets a script.
_OURS = re.compile(rb"<html[^>]* data-report=")
_HEAD_BYTES = 4_096
# The policy stands in an attribute, with its quotes escaped.
_POLICY = re.compile(rb"default-src ('|&#39;)none\1;")
_LISTENING = rb"\g<0> connect-src \1self\1;"


def is_host_allowed(header: str, known: Collection[str]) -> bool:
    """Tell whether a request names a host that can only mean this machine.

    Parameters
    ----------
    header : str
        The request's ``Host``.
    known : collection of str
        Names, in small letters, that are served under.

    Returns
    -------
    bool
        An address in figures passes: no name of a stranger's leads there.

    Examples
    --------
    >>> is_host_allowed("127.0.0.1:8000", ["localhost"]), is_host_allowed("[::1]", ["localhost"])
    (True, True)
    >>> is_host_allowed("rebound.example.org:8000", ["localhost"])
    False
    """
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]]+))(?::\d+)?", header.strip())
    if found is None:
        return False
    host = (found.group(1) or found.group(2)).lower().rstrip(".")
    if host in known:
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def site_path(target: str) -> str | None:
    """Return which file of the site a request's path means.

    Parameters
    ----------
    target : str
        Path of the request, percent-encoded, without what follows ``?``.

    Returns
    -------
    str or None
        None when it means none: it leads out of the site, or names what is hidden.

    Examples
    --------
    >>> site_path("/"), site_path("/experiment/7/"), site_path("/artifacts/a%20b.png")
    ('index.html', 'experiment/7/index.html', 'artifacts/a b.png')
    >>> site_path("/../secret"), site_path("/%2e%2e/secret"), site_path("/.report.lock")
    (None, None, None)
    """
    try:
        path = unquote(target, errors="strict").removeprefix("/")
    except UnicodeDecodeError:
        return None
    if path == "" or path.endswith("/"):
        path += links.INDEX
    hides = any(part.startswith(".") for part in path.split("/")[:1])
    return path if links.is_safe(path) and not hides else None


def find_range(header: str, size_bytes: int) -> tuple[int, int] | None:
    """Read which bytes of a file are wanted.

    Parameters
    ----------
    header : str
        The request's ``Range``.
    size_bytes : int
        Of the file.

    Returns
    -------
    (int, int) or None
        First byte and the one behind the last; None when the whole file is to be sent, since
        the header is missing or asks for what is not offered (several ranges).

    Raises
    ------
    ValueError
        The file has no such bytes.

    Examples
    --------
    >>> find_range("bytes=0-99", 1000), find_range("bytes=900-", 1000), find_range("bytes=-1", 9)
    ((0, 100), (900, 1000), (8, 9))
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None or found.group(0) == "bytes=-":
        return None
    first, last = found.groups()
    if first == "":
        start, end = max(0, size_bytes - int(last)), size_bytes
    else:
        start, end = int(first), min(size_bytes, int(last) + 1 if last else size_bytes)
        if last and int(last) < start:
            return None
    if start >= end:
        raise ValueError(f"no bytes {header!r} in a file of {size_bytes}")
    return start, end


def content_type(path: str) -> str:
    """Return the type under which a file is served; texts are UTF-8."""
    kind = mediatypes.guess(path)
    is_text = kind.startswith("text/") or kind in _TEXTS
    return f"{kind}; charset=utf-8" if is_text else kind


def cache_rule(path: str) -> str:
    """Say how long a browser may keep a file: for ever when its name tells its content."""
    return "public, max-age=31536000, immutable" if _HASHED.fullmatch(path) else "no-cache"


def with_live_script(page: bytes, path: str, digest: str) -> bytes:
    """Put the script that follows rebuilds into a page of ours, and let it listen.

    Parameters
    ----------
    page : bytes
    path : str
        The page's site path.
    digest : str
        What the page shows, as :class:`reporter.publish.bulletin.Bulletin` says it.

    Returns
    -------
    bytes
        The page as it is when it is none of ours.
    """
    head, rest = page[:_HEAD_BYTES], page[_HEAD_BYTES:]
    if _OURS.search(head) is None or b"</head>" not in head:
        return page
    tag = (
        f'<script src="{SCRIPT}" defer data-path="{html.escape(path)}" '
        f'data-digest="{digest}" data-events="{EVENTS}"></script>\n</head>'
    ).encode()
    return _POLICY.sub(_LISTENING, head, count=1).replace(b"</head>", tag, 1) + rest


@cache
def live_script() -> bytes:
    """Return the script that :func:`with_live_script` names."""
    return resources.files("reporter.publish").joinpath("live.js").read_bytes()
