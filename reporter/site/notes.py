"""Markdown that someone logged, as HTML that is safe to show.

Raw HTML in a note is text. What Markdown makes is filtered once more by an allow-list, links open
nothing but web and mail addresses or the run's own artifacts, and pictures come from the site
alone, because a page must send no request elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from markupsafe import Markup

from reporter.site.payload import well_formed

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

__all__ = ["NOTE_TAG", "render_note"]

NOTE_TAG = "mlflow.note.content"

_TAGS = frozenset(
    {
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "code",
        "dd",
        "del",
        "dl",
        "dt",
        "em",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    }
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "code": {"class"},
}
_SCHEMES = {"http", "https", "mailto"}
_DEEPEST_HEADING = 6
_HEADING_SHIFT = 2
"""A note stands below a page's own first and second headings."""


def render_note(text: str, find_file: Callable[[str], str] | None = None) -> Markup:
    r"""Render a note.

    Parameters
    ----------
    text : str
        Markdown (CommonMark with tables and strikethrough).
    find_file : callable, optional
        Turns a relative path in the note into the href of that artifact, or into ``""``.

    Returns
    -------
    Markup
        Empty for an empty note.

    Examples
    --------
    >>> render_note("**bold** <script>")
    Markup('<p><strong>bold</strong> &lt;script&gt;</p>\n')
    """
    if not text.strip():
        return Markup()
    import nh3

    parser = _parser()
    tokens = parser.parse(well_formed(text))
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
    return Markup(clean)  # noqa: S704  # sanitised in the line above


def _find_nothing(path: str) -> str:  # noqa: ARG001  # has the shape of those that find
    return ""


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def _shift_heading(token: Token) -> None:
    if token.type in ("heading_open", "heading_close"):
        level = min(_DEEPEST_HEADING, int(token.tag[1]) + _HEADING_SHIFT)
        token.tag = f"h{level}"


def _resolve(token: Token, find_file: Callable[[str], str]) -> None:
    """Point links and pictures to where they may lead, or nowhere."""
    if token.type == "link_open":
        target = str(token.attrGet("href") or "")
        if urlsplit(target).scheme not in _SCHEMES:
            token.attrSet("href", find_file(unquote(target)))
            if not token.attrGet("href"):
                token.attrs.pop("href")
    elif token.type == "image":
        target = str(token.attrGet("src") or "")
        is_elsewhere = bool(urlsplit(target).scheme) or target.startswith("//")
        found = "" if is_elsewhere else find_file(unquote(target))
        if found:
            token.attrSet("src", found)
        else:
            token.type, token.tag, token.content = "text", "", f"[{token.content or target}]"
