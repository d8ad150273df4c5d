"""A table in LaTeX, with booktabs: means with their margins, the best in bold. Pure.

Text becomes text: whatever was logged is escaped.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from reporter.site.numbers import column_decimals, format_number

__all__ = ["Column", "Value", "escape", "table"]

_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", "–": "--",
}  # fmt: skip
_MAX_DECIMALS = 6
"""More would widen the whole column for one margin; what is smaller becomes a power of ten."""
_ARROWS = {"min": r" $\downarrow$", "max": r" $\uparrow$", "": ""}


@dataclass(frozen=True, kw_only=True)
class Value:
    """A number of the table.

    Parameters
    ----------
    mean : float or None
        None where nothing was logged.
    margin : float or None
        Half of its interval; None where there is none.
    """

    mean: float | None
    margin: float | None = None


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column.

    Parameters
    ----------
    heading : str
    cells : tuple of str or Value
        Texts are set at the left, numbers at the right.
    direction : {"min", "max", ""}
        Which number is the best; none when empty.
    unit : str
    """

    heading: str
    cells: tuple[str | Value, ...]
    direction: str = ""
    unit: str = ""

    @property
    def is_numeric(self) -> bool:
        """Whether it is set at the right."""
        return any(isinstance(cell, Value) for cell in self.cells)


def escape(text: str) -> str:
    r"""Escape what LaTeX would read as its own.

    Examples
    --------
    >>> print(escape("val_loss 5 % & more"))
    val\_loss 5 \% \& more
    """
    plain = "".join(char if char.isprintable() else " " for char in text)
    return "".join(_ESCAPES.get(char, char) for char in plain)


def table(columns: Sequence[Column], *, caption: str, label: str) -> str:
    r"""Set a table.

    Parameters
    ----------
    columns : sequence of Column
        Of equally many cells.
    caption : str
        LaTeX: escape what was logged.
    label : str
        For ``\ref``.

    Returns
    -------
    str
        A ``table`` environment; it needs the package booktabs.
    """
    alignment = "".join("r" if column.is_numeric else "l" for column in columns)
    heads = " & ".join(_heading(column) for column in columns)
    printed = [_printed(column) for column in columns]
    rows = [" & ".join(cells) + r" \\" for cells in zip(*printed, strict=True)]
    lines = [
        r"% Needs \usepackage{booktabs} in the preamble.",
        r"\begin{table}",
        r"  \centering",
        rf"  \caption{{{caption}}}",
        rf"  \label{{{label}}}",
        rf"  \begin{{tabular}}{{{alignment}}}",
        r"    \toprule",
        rf"    {heads} \\",
        r"    \midrule",
        *(f"    {row}" for row in rows),
        r"    \bottomrule",
        r"  \end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _heading(column: Column) -> str:
    unit = f" ({escape(column.unit)})" if column.unit else ""
    return f"{escape(column.heading)}{unit}{_ARROWS[column.direction]}"


def _printed(column: Column) -> list[str]:
    numbers = [cell for cell in column.cells if isinstance(cell, Value)]
    decimals = max(column_decimals(value.mean for value in numbers), _margin_decimals(numbers))
    best = _best(numbers, column.direction, decimals)
    return [
        escape(cell) if isinstance(cell, str) else _number(cell, decimals, best)
        for cell in column.cells
    ]


def _margin_decimals(values: Sequence[Value]) -> int:
    """Return the digits that the smallest margin needs, so that none becomes a power of ten."""
    margins = [v.margin for v in values if v.margin is not None and math.isfinite(v.margin)]
    least = min((margin for margin in margins if margin > 0), default=1.0)
    return min(max(0, -math.floor(math.log10(least))), _MAX_DECIMALS)


def _best(values: Sequence[Value], direction: str, decimals: int) -> str:
    """Return the best mean as it is printed: what looks the same is equally good."""
    means = [v.mean for v in values if v.mean is not None and math.isfinite(v.mean)]
    if not means or not direction:
        return ""
    return format_number(min(means) if direction == "min" else max(means), decimals)


def _number(value: Value, decimals: int, best: str) -> str:
    if value.mean is None:
        return "--"
    text = format_number(value.mean, decimals)
    if not math.isfinite(value.mean):
        return {"NaN": "NaN", "+∞": r"$\infty$"}.get(text, r"$-\infty$")
    math_text = _in_math(text)
    shown = rf"\mathbf{{{math_text}}}" if text == best else math_text
    margin = ""
    if value.margin is not None:
        margin = rf" \pm {_in_math(format_number(value.margin, decimals))}"
    return f"${shown}{margin}$"


def _in_math(text: str) -> str:
    """Set a number as the pages print it: its minus, its thousands, its powers of ten."""
    mantissa, _, power = text.replace("−", "-").replace(",", "{,}").partition("e")
    return rf"{mantissa} \times 10^{{{power}}}" if power else mantissa
