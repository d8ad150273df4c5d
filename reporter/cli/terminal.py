"""Plain text for terminals: lines that cannot steer them, and rows in columns.

What was logged may hold anything, and a terminal obeys what is written to it. Tables are whole for
programs and as wide as the window for people. East Asian letters take two places, and marks above
none. Knows nothing of runs.
"""

from __future__ import annotations

import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence

import click

__all__ = ["echo", "print_table"]

_GAP = "  "
_MIN_WIDTH = 8
"""No column is cut to less: so much tells most names apart."""


def echo(text: str, *, err: bool = False) -> None:
    """Print lines in which something logged may stand.

    Parameters
    ----------
    text : str
    err : bool
        Print to stderr.
    """
    click.echo(_plain(text, "\n\t"), err=err)


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows, each in one line.

    In a terminal the widest columns are cut until a row fits, but the first, which names the row,
    is not; a file or a pipe gets all of them whole.

    Parameters
    ----------
    headings : sequence of str
    rows : iterable of sequence of str
    """
    lines = [list(headings), *([_plain(cell) for cell in row] for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    if sys.stdout.isatty():
        widths = _fitted(widths, shutil.get_terminal_size().columns)
    for line in lines:
        cells = [_cell(text, width) for text, width in zip(line, widths, strict=True)]
        click.echo(_GAP.join(cells).rstrip())


def _fitted(widths: Sequence[int], room: int) -> list[int]:
    """Take from the widest columns, the first of equal ones last, what the room has too little."""
    first, *fitted = widths
    excess = first + sum(len(_GAP) + width for width in fitted) - room
    while excess > 0 and max(fitted, default=0) > _MIN_WIDTH:
        widest = max(range(len(fitted)), key=lambda place: (fitted[place], place))
        fitted[widest] -= 1
        excess -= 1
    return [first, *fitted]


def _cell(text: str, width: int) -> str:
    """Fill a text up to a width, or cut it."""
    if _width(text) > width:
        kept = text
        while _width(kept) > width - 1:
            kept = kept[:-1]
        text = f"{kept}…"
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(_places(letter) for letter in text)


def _places(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _plain(text: str, kept: str = "") -> str:
    """Escape what would break a line, turn the writing direction or command the terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in kept else ascii(c)[1:-1] for c in text)
