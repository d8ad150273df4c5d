"""Plain text and logs: the first lines, numbered, as a terminal would have left them.

A page carries only as many lines as a person sees at a glance; more come from a data file when
they are asked for, so a run with a hundred logs is still a small page.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from markupsafe import Markup, escape

from reporter.renderers.data_files import data_file
from reporter.renderers.registry import ArtifactRequest, FileContent, Fragment, renderer

__all__ = [
    "TextView",
    "decode",
    "late_text",
    "plain_lines",
    "read_text",
    "render_text",
    "text_fragment",
]

TEMPLATE = "fragments/text.html.j2"

TEXT_BYTES = 200_000
"""What a person reads in a page; some 4,000 lines. The rest is in the file."""

PAGE_LINES = 100
PAGE_CHARS = 8_000
"""What stands in the page itself."""

MAX_LINE_CHARS = 4_000
"""Of one line; minified scripts have none longer that anybody reads."""

_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
_ESCAPES = re.compile(r"\x1b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
_LINE_END = re.compile(r"\r\n|\n")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, kw_only=True)
class TextView:
    """Lines of text."""

    lines: tuple[Markup, ...]
    """Escaped; highlighted ones hold spans with classes that begin with ``p-``."""
    note: str
    """What was left out; empty when this is the whole file."""
    rest: str
    """Site path of the data file with the lines that follow; empty when there are none."""
    rest_name: str
    """What it registers: those lines as one text."""
    rest_label: str
    """For the button that shows them, e.g. ``Show 3,900 more lines``."""


@renderer("text/*")
def render_text(request: ArtifactRequest) -> Fragment:
    """Show the first lines of a text."""
    text, is_whole = read_text(request)
    return text_fragment([escape(line) for line in plain_lines(text)], is_whole=is_whole)


def text_fragment(lines: list[Markup], *, is_whole: bool) -> Fragment:
    """Show lines, and say when they are not all.

    Parameters
    ----------
    lines : list of Markup
    is_whole : bool
        Whether they are the whole file; otherwise the last line was cut through and is left out.

    Returns
    -------
    Fragment
    """
    kept = lines if is_whole else lines[:-1] or lines
    note = "" if is_whole else f"First {len(kept):,} lines; the file has more"
    n_shown = _count_shown(kept)
    n_more = len(kept) - n_shown
    rest = data_file("text", "\n".join(kept[n_shown:]))
    view = TextView(
        lines=tuple(kept[:n_shown]),
        note=note if kept else "Empty file",
        rest=rest.path if n_more else "",
        rest_name=rest.name,
        rest_label=f"Show {n_more:,} more {'line' if n_more == 1 else 'lines'}",
    )
    files = {rest.path: rest.content} if n_more else {}
    return Fragment(template=TEMPLATE, context=view, files=files)


def late_text(lines: list[Markup], label: str) -> tuple[TextView, dict[str, FileContent]]:
    """Offer lines that stand behind a button, so that they cost the page nothing.

    Parameters
    ----------
    lines : list of Markup
    label : str
        What the button says, e.g. ``Show as text``.

    Returns
    -------
    (TextView, dict of str to FileContent)
        The view, and the data file with the lines.
    """
    rest = data_file("text", "\n".join(lines))
    view = TextView(lines=(), note="", rest=rest.path, rest_name=rest.name, rest_label=label)
    return view, {rest.path: rest.content}


def _count_shown(lines: list[Markup]) -> int:
    """Count the first lines that fit into a page; at least one."""
    n_chars = list(accumulate(map(len, lines[:PAGE_LINES])))
    n_fitting = bisect_right(n_chars, PAGE_CHARS)
    return min(len(lines), max(1, n_fitting))


def read_text(request: ArtifactRequest, limit_bytes: int = TEXT_BYTES) -> tuple[str, bool]:
    """Read the beginning of a text; tell whether it is all there is."""
    data = request.read(limit_bytes + 1)
    return decode(data[:limit_bytes]), len(data) <= limit_bytes


def decode(data: bytes) -> str:
    r"""Turn bytes into text; what cannot be decoded becomes U+FFFD.

    Examples
    --------
    >>> decode(b"\xef\xbb\xbfa"), decode("é".encode("utf-16")), decode(b"\xff!")
    ('a', 'é', '�!')
    """
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8")
    return data.decode(encoding, "replace")


def plain_lines(text: str) -> list[str]:
    r"""Split text into lines as a terminal shows them.

    Escape sequences are taken out, and of a line that was drawn over again and again (a progress
    bar) the last state stays.

    Examples
    --------
    >>> plain_lines("a\r\nb" + chr(27) + "[31m red\n 0%\r50%\r99%\n")
    ['a', 'b red', '99%']
    """
    lines = _LINE_END.split(_ESCAPES.sub("", text))
    if lines and not lines[-1]:
        lines.pop()
    return [_UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", _last_state(line)) for line in lines]


def _last_state(line: str) -> str:
    state = line.rstrip("\r").rpartition("\r")[2]
    return state if len(state) <= MAX_LINE_CHARS else f"{state[:MAX_LINE_CHARS]}…"
