"""What a run printed: errors and warnings found, the rest cut to what a person reads.

The end of an output says how it went, so it is kept, and with it the lines around everything that
went wrong; what lies between stands in a data file. Pure but for reading the one file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from markupsafe import Markup

from reporter.renderers.ansi import PLAIN, styled_line
from reporter.renderers.data_files import DataFile, data_file
from reporter.renderers.text import decode, plain_lines
from reporter.site.cells import plural
from reporter.site.numbers import format_bytes, format_count
from reporter.site.run.contexts import ConsoleCard, Finding, LogLine

__all__ = ["Console", "Found", "find_trouble", "is_console", "read_console", "shown_lines"]

NAMES = frozenset(
    f"{stem}{suffix}"
    for stem in ("output", "console", "stdout", "stderr")
    for suffix in (".log", ".txt")
)
"""Files that hold what a run printed, as this library, W&B and shells call them."""

READ_BYTES = 2_000_000
"""Of the end of a file: what is searched and offered. Some 20,000 lines."""

LINE_CHARS = 1_000
HEAD_LINES = 8
TAIL_LINES = 80
TAIL_CHARS = 6_000
"""What stands in the page besides the lines around errors; a page stays small."""

BEFORE, AFTER = 2, 4
"""Lines of context around an error."""

MAX_FINDINGS = 20
MAX_EXCERPTS = 8
MAX_FRAMES = 12
"""Lines of a traceback in an excerpt: the last ones are those of the user's own code."""

_TRACEBACK = re.compile(r"\s*(?:\[?rank\d+\]?:\s*)?Traceback \(most recent call last\)")
_ERROR = re.compile(
    r"\b(?:ERROR|CRITICAL|FATAL)\b|^\s*(?:[\w.]+\.)?\w*(?:Error|Exception)(?::|$)|^\s*(?:fatal|error):"
    r"|^Segmentation fault|\bcore dumped\b|^Killed$|CUDA out of memory"
)
_WARNING = re.compile(r"\bWARN(?:ING)?\b|\b\w*Warning:|^\s*warning:")
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True)
class Found:
    """Something that went wrong, by the places of its lines.

    Parameters
    ----------
    kind : str
        ``error`` or ``warning``.
    first, last : int
        Places of the lines, from 0.
    text : str
        What to call it.
    """

    kind: str
    first: int
    last: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Console:
    """A card, and the data file that its button asks for.

    Parameters
    ----------
    card : ConsoleCard
    files : list of DataFile
    """

    card: ConsoleCard
    files: list[DataFile] = field(default_factory=list)


def is_console(path: str) -> bool:
    """Tell whether an artifact holds what a run printed."""
    folder, _, name = path.rpartition("/")
    return name.lower() in NAMES and folder.count("/") < 2


def read_console(
    open_file: Callable[[], BinaryIO],
    *,
    id_: str,
    path: str,
    size_bytes: int,
    href: str,
    download: str,
    has_failed: bool,
) -> Console:
    """Make the card of a run's output.

    Parameters
    ----------
    open_file : callable
    id_ : str
        Prefix of anchors.
    path : str
        Of the artifact.
    size_bytes : int
    href, download : str
        Link to the whole file.
    has_failed : bool
        The card is then unfolded.

    Returns
    -------
    Console
    """
    text, n_skipped = _read_end(open_file)
    raw = text.split("\n")
    plain = [line[:LINE_CHARS] for line in _plain(raw)]
    found = find_trouble(plain)
    places = shown_lines(plain, found)
    styled = list(_styled(raw[: len(plain)]))
    rest = _rest_file(styled, n_skipped) if len(places) < len(plain) else None
    trouble = _kinds(found)
    lines = _lines(styled, places, trouble, n_skipped)
    counts = [_count(found, kind) for kind in ("error", "warning")]
    card = ConsoleCard(
        id=id_,
        path=path,
        note=f"{plural(n_skipped + len(plain), 'line')}, {format_bytes(size_bytes)}",
        counts=tuple(text for text in counts if text),
        findings=tuple(_findings(found, n_skipped)[:MAX_FINDINGS]),
        more_findings=_more(len(_findings(found, n_skipped)) - MAX_FINDINGS),
        lines=tuple(lines),
        rest=rest.path if rest else "",
        rest_name=rest.name if rest else "",
        rest_label=_rest_label(len(plain), n_skipped),
        href=href,
        download=download,
        is_open=has_failed,
    )
    return Console(card=card, files=[rest] if rest else [])


def find_trouble(lines: Sequence[str]) -> list[Found]:
    """Find errors and warnings; a traceback is one, called by the line that ends it.

    Parameters
    ----------
    lines : sequence of str
        Without colours.

    Returns
    -------
    list of Found
        In the order of lines.

    Examples
    --------
    >>> find_trouble(["ok", "Traceback (most recent call last):", "  File 'a'", "ValueError: x"])
    [Found(kind='error', first=1, last=3, text='ValueError: x')]
    """
    found = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if _TRACEBACK.match(line):
            end = _end_of_traceback(lines, at)
            found.append(Found("error", at, end, lines[end].strip()[:200]))
            at = end
        elif _ERROR.search(line):
            found.append(Found("error", at, at, line.strip()[:200]))
        elif _WARNING.search(line):
            found.append(Found("warning", at, at, line.strip()[:200]))
        at += 1
    return found


def _end_of_traceback(lines: Sequence[str], at: int) -> int:
    """Return the place of the line that names the exception: the first not indented more."""
    indent = len(lines[at]) - len(lines[at].lstrip())
    for place in range(at + 1, min(len(lines), at + 2_000)):
        line = lines[place]
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            return place
    return at


def shown_lines(lines: Sequence[str], found: Iterable[Found]) -> list[int]:
    """Choose the lines that stand in the page: beginning, end, and around what went wrong.

    Parameters
    ----------
    lines : sequence of str
    found : iterable of Found

    Returns
    -------
    list of int
        Places, ascending.
    """
    chosen = set(range(min(HEAD_LINES, len(lines))))
    n_chars = 0
    for place in range(len(lines) - 1, max(-1, len(lines) - 1 - TAIL_LINES), -1):
        n_chars += len(lines[place])
        if n_chars > TAIL_CHARS and place < len(lines) - 1:
            break
        chosen.add(place)
    for one in _first_of_each(found):
        start = max(one.first, one.last - MAX_FRAMES)
        chosen.update(range(max(0, start - BEFORE), min(len(lines), one.last + AFTER)))
        chosen.add(one.first)
    return sorted(chosen)


def _first_of_each(found: Iterable[Found]) -> list[Found]:
    """Return one of each that look alike, errors before warnings, as many as a page takes."""
    seen: dict[tuple[str, str], Found] = {}
    for one in found:
        seen.setdefault((one.kind, _NUMBERS.sub("0", one.text)), one)
    return sorted(seen.values(), key=lambda one: (one.kind, one.first))[:MAX_EXCERPTS]


def _read_end(open_file: Callable[[], BinaryIO]) -> tuple[str, int]:
    """Read the end of the file; tell how many lines come before it."""
    with open_file() as stream:
        size_bytes = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        n_skipped = 0
        left = max(0, size_bytes - READ_BYTES)
        last = b"\n"
        while left:
            block = stream.read(min(left, 1 << 20))
            if not block:
                break
            left -= len(block)
            n_skipped += block.count(b"\n")
            last = block[-1:]
        data = stream.read(READ_BYTES)
    if last != b"\n":  # begin with a whole line
        data = data.partition(b"\n")[2]
        n_skipped += 1
    return decode(data).replace("\r\n", "\n").removesuffix("\n"), n_skipped


def _plain(raw: Sequence[str]) -> list[str]:
    return plain_lines("\n".join(raw)) if raw != [""] else []


def _styled(raw: Iterable[str]) -> Iterator[Markup]:
    """Colour lines; of one that was drawn over again and again the last state stays."""
    style = PLAIN
    for line in raw:
        last = line.rstrip("\r").rpartition("\r")[2]
        html, style = styled_line(last[:LINE_CHARS], style)
        yield html


def _rest_file(styled: Sequence[Markup], n_skipped: int) -> DataFile:
    return data_file("output", {"first": n_skipped + 1, "lines": [str(line) for line in styled]})


def _rest_label(n_lines: int, n_skipped: int) -> str:
    which = "last" if n_skipped else "all"
    return f"Show {which} {plural(n_lines, 'line')}"


def _kinds(found: Iterable[Found]) -> dict[int, str]:
    return {
        place: one.kind
        for one in found
        for place in ({one.first, one.last} if one.kind == "error" else {one.first})
    }


def _lines(
    styled: Sequence[Markup], places: Sequence[int], kinds: dict[int, str], n_skipped: int
) -> Iterator[LogLine]:
    expected = -n_skipped
    for place in places:
        if place > expected:
            yield _gap(place - expected)
        number = str(n_skipped + place + 1)
        yield LogLine(number=number, html=styled[place], kind=kinds.get(place, ""))
        expected = place + 1


def _gap(n_lines: int) -> LogLine:
    return LogLine(number="", html=Markup.escape(f"{plural(n_lines, 'line')} not shown"))


def _count(found: Iterable[Found], kind: str) -> str:
    n = sum(one.kind == kind for one in found)
    return plural(n, kind) if n else ""


def _findings(found: Sequence[Found], n_skipped: int) -> list[Finding]:
    """List what went wrong once each, errors first, with how often."""
    times: dict[tuple[str, str], int] = {}
    first: dict[tuple[str, str], Found] = {}
    for one in found:
        key = one.kind, _NUMBERS.sub("0", one.text)
        times[key] = times.get(key, 0) + 1
        first.setdefault(key, one)
    ordered = sorted(first.items(), key=lambda item: (item[1].kind, item[1].first))
    return [
        Finding(
            kind=one.kind,
            line=str(n_skipped + one.first + 1),
            text=one.text,
            times=f"× {format_count(times[key])}" if times[key] > 1 else "",
        )
        for key, one in ordered
    ]


def _more(n: int) -> str:
    return f"and {format_count(n)} more" if n > 0 else ""
