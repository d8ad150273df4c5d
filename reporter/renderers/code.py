"""Code and configuration, coloured by Pygments while the site is built.

The language is taken from the file's name. Pygments matches with regular expressions, some of
which take quadratic time on text made for it, hence the limits; above them code is plain text.
"""

from __future__ import annotations

from markupsafe import Markup, escape

from reporter.renderers.registry import ArtifactRequest, Fragment, renderer
from reporter.renderers.text import NO_TAIL, plain_lines, read_tail, read_text, text_fragment

__all__ = ["highlight_lines", "render_code"]

MAX_CHARS = 100_000
MAX_LINE_CHARS = 2_000
CLASS_PREFIX = "p-"


@renderer(
    "text/x-*",
    "text/javascript",
    "text/css",
)
def render_code(request: ArtifactRequest) -> Fragment:
    """Show the first lines of code."""
    text, is_whole = read_text(request)
    tail = NO_TAIL if is_whole else read_tail(request)
    return text_fragment(highlight_lines(text, request.name), is_whole=is_whole, tail=tail)


def highlight_lines(text: str, name: str) -> list[Markup]:
    """Colour code.

    Parameters
    ----------
    text : str
    name : str
        The file's name, which tells the language.

    Returns
    -------
    list of Markup
        One a line, escaped.
    """
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import find_lexer_class_for_filename

    lines = plain_lines(text)
    lexer = find_lexer_class_for_filename(name)
    if lexer is None or not _is_tame(lines):
        return [escape(line) for line in lines]
    formatter = HtmlFormatter(nowrap=True, classprefix=CLASS_PREFIX)
    colored = highlight("\n".join(lines), lexer(stripnl=False), formatter)
    html = colored.removesuffix("\n").split("\n")
    if len(html) != len(lines):
        return [escape(line) for line in lines]
    return [Markup(line) for line in html]  # noqa: S704  (Pygments escapes)


def _is_tame(lines: list[str]) -> bool:
    return sum(map(len, lines)) <= MAX_CHARS and max(map(len, lines), default=0) <= MAX_LINE_CHARS
