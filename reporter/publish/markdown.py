"""Markdown as GitHub and GitLab show it: tables, and text that cannot become anything else.

Everything logged is hostile: a name must not open a tag, mention a person or break a table. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

__all__ = ["code", "link", "sparkline", "table"]

_BLOCKS = "▁▂▃▄▅▆▇█"
SPARK_CHARS = 16


def code(text: str, limit: int = 80) -> str:
    r"""Set a text as code, which shows it as it is.

    Parameters
    ----------
    text : str
    limit : int
        Longer texts are cut in the middle.

    Returns
    -------
    str
        In one line; safe inside a table's cell.

    Examples
    --------
    >>> code("lr | <b>"), code("a`b"), code("")
    ('`lr \\| <b>`', '``a`b``', '')
    """
    plain = " ".join(_printable(text).split())
    if len(plain) > limit:
        half = (limit - 1) // 2
        plain = f"{plain[:half]}…{plain[-half:]}"
    if not plain:
        return ""
    longest = max((len(ticks) for ticks in re.findall("`+", plain)), default=0)
    fence = "`" * (longest + 1)
    space = " " if plain[0] == "`" or plain[-1] == "`" else ""
    return f"{fence}{space}{plain}{space}{fence}".replace("|", "\\|")


def link(text: str, href: str) -> str:
    """Link a text set as code; without an address, the text alone."""
    return f"[{code(text)}]({href})" if href and text else code(text)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], aligned: str = "") -> str:
    """Write a table.

    Parameters
    ----------
    headings : sequence of str
        Markdown.
    rows : iterable of sequence of str
        Markdown, each in one line.
    aligned : str
        ``l`` or ``r`` for each column; what is missing is ``l``.

    Returns
    -------
    str

    Examples
    --------
    >>> print(table(["run", "loss"], [["`a`", "0.1"]], "lr"))
    | run | loss |
    | :-- | --: |
    | `a` | 0.1 |
    """
    sides = aligned.ljust(len(headings), "l")
    rule = ["--:" if side == "r" else ":--" for side in sides]
    lines = [headings, rule, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def sparkline(values: np.ndarray, width: int = SPARK_CHARS) -> str:
    """Draw a series in block characters.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        In the order of steps; what is not finite is left out.
    width : int
        Characters at most; longer series are averaged in pieces.

    Returns
    -------
    str
        Empty below two finite values.

    Examples
    --------
    >>> sparkline(np.array([0.0, 1.0, 2.0, 7.0]))
    '▁▂▃█'
    """
    finite = values[np.isfinite(values)]
    if len(finite) < 2:
        return ""
    pieces = np.array([piece.mean() for piece in np.array_split(finite, min(width, len(finite)))])
    low, high = pieces.min() / 2, pieces.max() / 2  # halves: their difference never overflows
    share = np.full(len(pieces), 0.5) if low == high else (pieces / 2 - low) / (high - low)
    return "".join(_BLOCKS[round(x * (len(_BLOCKS) - 1))] for x in share.clip(0, 1).tolist())


def _printable(text: str) -> str:
    """Leave out what has no shape: control characters, lone surrogates, marks of direction."""
    return "".join(c if c.isprintable() else " " for c in text)
