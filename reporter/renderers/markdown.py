"""Markdown as HTML that is safe to show.

Raw HTML is text. What Markdown makes is filtered once more by an allow-list, links open web and
mail addresses or the run's own artifacts, and pictures come from the site alone, because a page
must send no request elsewhere.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from markupsafe import Markup

from reporter.renderers.registry import ArtifactRequest, Fragment, renderer
from reporter.renderers.text import read_text

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

__all__ = ["MarkdownView", "render_markdown", "to_html"]

MARKDOWN_BYTES = 100_000
"""Some patterns of nested marks take quadratic time."""

_TAG_NAMES = (
    "a abbr b blockquote br code dd del dl dt em h3 h4 h5 h6 hr i img li ol p pre s strong sub sup"
    " table tbody td th thead tr ul"
)
_TAGS = frozenset(_TAG_NAMES.split())
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "code": {"class"},
}
_SCHEMES = {"http", "https", "mailto"}
_DEEPEST_HEADING = 6
_HEADING_SHIFT = 2
"""What is rendered stands below a page's own first and second headings."""


@dataclass(frozen=True, kw_only=True)
class MarkdownView:
    """Prose."""

    html: Markup
    """Sanitised."""
    note: str
    """What was left out; empty when this is the whole file."""


@renderer("text/markdown")
def render_markdown(request: ArtifactRequest) -> Fragment:
    """Show a Markdown file."""
    text, is_whole = read_text(request, MARKDOWN_BYTES)
    folder = posixpath.dirname(request.artifact.path)

    def find_file(path: str) -> str:
        return request.find(posixpath.normpath(posixpath.join(folder, path)))

    note = "" if is_whole else f"First {MARKDOWN_BYTES // 1000} kB; the file has more"
    view = MarkdownView(html=to_html(text, find_file), note=note)
    return Fragment(template="fragments/markdown.html.j2", context=view)


def to_html(text: str, find_file: Callable[[str], str] | None = None) -> Markup:
    r"""Render Markdown.

    Parameters
    ----------
    text : str
        Markdown (CommonMark with tables and strikethrough), without lone surrogates.
    find_file : callable, optional
        Turns a relative path in the text into the href of that artifact, or into ``""``.

    Returns
    -------
    Markup
        Empty for an empty text.

    Examples
    --------
    >>> to_html("**bold** <script>")
    Markup('<p><strong>bold</strong> &lt;script&gt;</p>\n')
    """
    if not text.strip():
        return Markup()
    import nh3

    parser = _parser()
    tokens = parser.parse(text)
    for token in tokens:
        _shift_heading(token)
        for child in token.children or ():
            _resolve(child, find_file or _find_nothing)
    html = parser.renderer.render(tokens, parser.options, {})
    clean = nh3.clean(
        html,
        tags=set(_TAGS),
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
    )
    return Markup(clean)  # noqa: S704  (sanitised in the line above)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def _shift_heading(token: Token) -> None:
    if token.type in {"heading_open", "heading_close"}:
        level = min(_DEEPEST_HEADING, int(token.tag[1]) + _HEADING_SHIFT)
        token.tag = f"h{level}"


def _resolve(token: Token, find_file: Callable[[str], str]) -> None:
    """Point links and pictures to where they may lead, or nowhere."""
    if token.type == "link_open":
        _resolve_link(token, find_file)
    elif token.type == "image":
        _resolve_image(token, find_file)


def _resolve_link(token: Token, find_file: Callable[[str], str]) -> None:
    target = str(token.attrGet("href") or "")
    if _scheme(target) in _SCHEMES:
        return
    token.attrs.pop("href", None)
    if found := _find(target, find_file):
        token.attrSet("href", found)


def _resolve_image(token: Token, find_file: Callable[[str], str]) -> None:
    target = str(token.attrGet("src") or "")
    if found := _find(target, find_file):
        token.attrSet("src", found)
    else:
        token.type, token.tag, token.content = "text", "", f"[{token.content or target}]"


def _find_nothing(_path: str) -> str:
    return ""


def _find(target: str, find_file: Callable[[str], str]) -> str:
    return "" if _scheme(target) or target.startswith("//") else find_file(unquote(target))


def _scheme(target: str) -> str:
    try:
        return urlsplit(target).scheme
    except ValueError:
        return "invalid"
