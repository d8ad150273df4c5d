"""Plain text and logs: the first lines, numbered, as a terminal would have left them.

A page carries only as many lines as a person sees at a glance; more come from a data file when
they are asked for, so a run with a hundred logs is still a small page. Of a text too long for that
the last lines are shown as well: how something ended stands there.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from markupsafe import Markup, escape

from reporter.renderers.data_files import data_file
from reporter.renderers.registry import ArtifactRequest, FileContent, Fragment, renderer

__all__ = [
    "NO_TAIL",
    "Tail",
    "TextView",
    "decode",
    "late_text",
    "plain_lines",
    "read_tail",
    "read_text",
    "render_text",
    "text_fragment",
]

TEMPLATE = "fragments/text.html.j2"

TEXT_BYTES = 200_000
"""What a person reads in a page; some 4,000 lines. The rest is in the file."""

TAIL_BYTES = 24_000
TAIL_LINES = 60
"""The end of a text that is longer than :data:`TEXT_BYTES`."""

COUNTED_BYTES = 2_000_000
"""Above, lines are not counted: a run may have left hundreds of logs."""

BLOCK_BYTES = 1_000_000

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
    tail: tuple[Markup, ...] = ()
    """The last lines of a text that is longer than what can be shown."""
    tail_first: int = 0
    """Number of the first of them; 0 when nobody counted."""
    gap: str = ""
    """What stands between: ``26,120 lines left out``."""


@renderer("text/*")
def render_text(request: ArtifactRequest) -> Fragment:
    """Show the first lines of a text."""
    text, is_whole = read_text(request)
    tail = NO_TAIL if is_whole else read_tail(request)
    return text_fragment([escape(line) for line in plain_lines(text)], is_whole=is_whole, tail=tail)


class Tail(NamedTuple):
    """The end of a long text."""

    lines: tuple[str, ...] = ()
    n_lines: int = 0
    """Of the whole text; 0 when nobody counted."""


NO_TAIL = Tail()


def read_tail(request: ArtifactRequest) -> Tail:
    """Read the last lines of a text, and count all unless it is huge."""
    with request.open() as stream:
        size_bytes = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size_bytes - TAIL_BYTES))
        data = stream.read(TAIL_BYTES)
        n_lines = 0
        if size_bytes <= COUNTED_BYTES:
            stream.seek(0)
            blocks = iter(lambda: stream.read(BLOCK_BYTES), b"")
            n_lines = sum(block.count(b"\n") for block in blocks) + (not data.endswith(b"\n"))
    lines = plain_lines(data.decode("utf-8", "replace"))[1:]
    return Tail(tuple(lines[-TAIL_LINES:]), n_lines)


def text_fragment(lines: list[Markup], *, is_whole: bool, tail: Tail = NO_TAIL) -> Fragment:
    """Show lines, and say when they are not all.

    Parameters
    ----------
    lines : list of Markup
    is_whole : bool
        Whether they are the whole file; otherwise the last line was cut through and is left out.
    tail : Tail
        The end of the file, when it is not whole.

    Returns
    -------
    Fragment
    """
    kept = lines if is_whole else lines[:-1] or lines
    note = "" if is_whole else f"First {len(kept):,} lines; the file has more"
    tail, gap = _after(len(kept), tail)
    n_shown = _count_shown(kept)
    n_more = len(kept) - n_shown
    rest = data_file("text", "\n".join(kept[n_shown:]))
    view = TextView(
        lines=tuple(kept[:n_shown]),
        note=note if kept else "Empty file",
        rest=rest.path if n_more else "",
        rest_name=rest.name,
        rest_label=f"Show {n_more:,} more {'line' if n_more == 1 else 'lines'}",
        tail=tuple(escape(line) for line in tail.lines),
        tail_first=tail.n_lines - len(tail.lines) + 1 if tail.n_lines else 0,
        gap=gap,
    )
    files = {rest.path: rest.content} if n_more else {}
    return Fragment(template=TEMPLATE, context=view, files=files)


def _after(n_before: int, tail: Tail) -> tuple[Tail, str]:
    """Leave out of a tail what stands before it already; say how much is between."""
    n_lines, n_tail = tail.n_lines, len(tail.lines)
    n_left = n_lines - n_before
    if n_lines and n_left <= n_tail:
        return Tail(tail.lines[n_tail - n_left :] if n_left > 0 else (), n_lines), ""
    left = f"{n_left - n_tail:,} lines" if n_lines else "Lines"
    return tail, f"{left} left out; the last {n_tail}:" if n_tail else ""


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
