"""Terminal colours as markup: what escape sequences say about colour and weight, and nothing else.

Every other sequence is taken out, so text cannot move a cursor, set a title or hide a line. Colours
become classes, and the style sheet decides how they look in either theme.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

__all__ = ["PLAIN", "Style", "styled_line"]

_COLORS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_SGR = re.compile(r"\x1b\[([0-9;:]*)m")
_OTHERS = re.compile(
    r"\x1b(?:\[[0-9;:?<=>]*[ -/]*[@-ln-~]|\[[0-9;:?<=>]*[ -/]+m|\[[<=>?][0-9;:?<=>]*m"
    r"|\][^\x07\x1b]*(?:\x07|\x1b\\|$)|[PX^_][^\x1b]*(?:\x1b\\|$)|[()*+][ -~]|[ -/]*[0-Z\\^-~])"
)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_CUBE = (0, 95, 135, 175, 215, 255)
"""Levels of a channel among the 216 colours of the xterm palette."""


@dataclass(frozen=True)
class Style:
    """How text is set from here on.

    Parameters
    ----------
    color : str
        Name of one of the eight colours; empty for that of text.
    is_bold, is_dim : bool
    """

    color: str = ""
    is_bold: bool = False
    is_dim: bool = False

    @property
    def classes(self) -> str:
        """Names for the style sheet; empty for plain text."""
        names = [f"a-{self.color}"] if self.color else []
        return " ".join(names + ["a-bold"] * self.is_bold + ["a-dim"] * self.is_dim)


PLAIN = Style()


def styled_line(line: str, style: Style = PLAIN) -> tuple[Markup, Style]:
    r"""Turn a line with escape sequences into markup.

    Parameters
    ----------
    line : str
        Without its end.
    style : Style
        As the line before left it.

    Returns
    -------
    (Markup, Style)
        The line, and how the next one begins.

    Examples
    --------
    >>> styled_line("\x1b[31mloss <nan>\x1b[0m at 3")[0]
    Markup('<span class="a-red">loss &lt;nan&gt;</span> at 3')
    """
    parts = _SGR.split(_OTHERS.sub("", line))
    html = _span(parts[0], style)
    for codes, text in zip(parts[1::2], parts[2::2], strict=True):
        style = _change(style, codes)
        html += _span(text, style)
    return html, style


def _span(text: str, style: Style) -> Markup:
    shown = escape(_UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text))
    if not shown or not style.classes:
        return shown
    return Markup('<span class="{}">{}</span>').format(style.classes, shown)


def _change(style: Style, codes: str) -> Style:
    """Apply one sequence: numbers in their order, of which some take the next ones with them."""
    numbers = [int(code[:4]) if code else 0 for code in re.split("[;:]", codes)]
    while numbers:
        number = numbers.pop(0)
        if number in (38, 48):
            color, n_taken = _extended(numbers)
            del numbers[:n_taken]
            style = replace(style, color=color) if number == 38 else style
        else:
            style = _simple(style, number)
    return style


def _simple(style: Style, number: int) -> Style:
    if number == 0:
        return PLAIN
    if 30 <= number <= 37 or 90 <= number <= 97:
        return replace(style, color=_COLORS[number % 10])
    changed = {
        1: replace(style, is_bold=True),
        2: replace(style, is_dim=True),
        22: replace(style, is_bold=False, is_dim=False),
        39: replace(style, color=""),
    }
    return changed.get(number, style)


def _extended(numbers: list[int]) -> tuple[str, int]:
    """Return the nearest of the eight colours, and how many numbers named it."""
    if numbers[:1] == [5] and len(numbers) > 1:
        return _of_palette(numbers[1]), 2
    if numbers[:1] == [2] and len(numbers) > 3:
        return _nearest(*numbers[1:4]), 4
    return "", len(numbers)


def _of_palette(number: int) -> str:
    if number < 16:
        return _COLORS[number % 8]
    if number < 232:
        red, rest = divmod(number - 16, 36)
        return _nearest(*(_CUBE[min(5, n)] for n in (red, rest // 6, rest % 6)))
    return ""


def _nearest(red: int, green: int, blue: int) -> str:
    """Name a colour by the channels that are above its middle; grey is the colour of text."""
    low, high = min(red, green, blue), max(red, green, blue)
    if high - low < 32:
        return ""
    middle = (low + high) / 2
    return _COLORS[(red > middle) + 2 * (green > middle) + 4 * (blue > middle)]
