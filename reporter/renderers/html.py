"""HTML: a page of ours that holds the logged page in a sandbox.

The logged bytes are in the site twice: as they are, under an inert name, for saving; and inside the
``srcdoc`` of a sandboxed frame in a page of ours, for looking at. That page runs nothing itself, so
opening it directly is safe, over HTTP as well as from a folder: the frame has an origin of its
own, may run its own scripts, and its policy lets it load nothing. The page's own policy allows no
frame to be navigated, which closes the last way to send something out.

Addresses outside the file are taken out of elements that would load them. The policy refuses
them anyway; this keeps the console quiet.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

from reporter.renderers.placeholder import placeholder
from reporter.renderers.registry import ArtifactRequest, Fragment, renderer

__all__ = ["FRAME_POLICY", "HtmlView", "render_html", "wrap"]

HTML_BYTES = 12_000_000
"""A page with a plotting library inside has 3 to 8 MB; more does not open well in a frame."""

FRAME_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob: data:; "
    "style-src 'unsafe-inline' data:; img-src data: blob:; font-src data:; media-src data: blob:; "
    "worker-src blob:; form-action 'none'"
)
"""Of the logged page: whatever it carries within itself, and nothing else."""

PAGE_POLICY = f"{FRAME_POLICY}; frame-src 'none'"
"""Of the page around it. A ``srcdoc`` inherits this policy, so it must allow what the frame needs;
``srcdoc`` itself does not count as a frame source, but navigating away from it does."""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>
html, body {{ margin: 0; height: 100% }}
iframe {{ display: block; width: 100%; height: 100%; border: 0; background: #fff }}
</style>
</head>
<body>
<iframe sandbox="allow-scripts" title="{title}" srcdoc="{document}"></iframe>
</body>
</html>
"""

_DOCUMENT = (
    '<!doctype html><meta http-equiv="Content-Security-Policy" content="{policy}">'
    '<meta http-equiv="x-dns-prefetch-control" content="off"><base href="about:srcdoc">'
)
"""Comes before the logged page. The base makes links to parts of the page work in a ``srcdoc``, and
relative addresses lead nowhere."""

_LOADING = re.compile(
    r"<(?:script|link|img|image|use|iframe|frame|source|video|audio|track|embed|object|input)\b"
    r"[^<>]*>",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"""(?<=[\s"'/])(src|href|xlink:href|srcset|poster|data)(\s*=\s*["']?\s*)(?=(?:https?:|wss?:|ftp:)?//)""",
    re.IGNORECASE,
)
_REFRESH = re.compile(r"<meta\b[^<>]*http-equiv\s*=\s*[\"']?\s*refresh[^<>]*>", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class HtmlView:
    """A page in a frame."""

    src: str
    """href from the page that shows the frame."""
    path: str
    """Site path: the script knows the site's root."""
    title: str
    size_bytes: int


@renderer("text/html", "application/xhtml+xml")
def render_html(request: ArtifactRequest) -> Fragment:
    """Show a page in a sandbox."""
    if request.artifact.size_bytes > HTML_BYTES:
        detail = f"Larger than {HTML_BYTES // 1_000_000} MB"
        return placeholder(request, request.problem("Page too large to show", detail))
    page = f"{request.base_path}.view.html"
    return Fragment(
        template="fragments/html.html.j2",
        context=HtmlView(
            src=request.url(page),
            path=page,
            title=request.name,
            size_bytes=request.artifact.size_bytes,
        ),
        files={page: _writer(request)},
        is_figure=request.artifact.kind == "figure",
        page=page,
    )


def wrap(data: bytes, title: str) -> bytes:
    """Put a logged page into a page of ours.

    Parameters
    ----------
    data : bytes
        The logged page.
    title : str

    Returns
    -------
    bytes
        A page that may be opened from anywhere.
    """
    text = _LOADING.sub(_without_addresses, _REFRESH.sub("", _decode(data)))
    document = _DOCUMENT.format(policy=FRAME_POLICY) + text
    page = _PAGE.format(
        policy=PAGE_POLICY, title=html.escape(title), document=html.escape(document)
    )
    return page.encode("utf-8", "replace")


def _writer(request: ArtifactRequest) -> Callable[[], bytes]:
    def write() -> bytes:
        try:
            data = request.read(HTML_BYTES)
        except OSError as error:
            data = html.escape(f"{request.artifact.path}: {error.strerror}").encode()
        return wrap(data, request.name)

    return write


def _without_addresses(match: re.Match[str]) -> str:
    return _ADDRESS.sub(r"data-left-out-\1\2", match[0])


def _decode(data: bytes) -> str:
    """Read UTF-8, with or without its mark, UTF-16 by its mark, else what old tools write."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
