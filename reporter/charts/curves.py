"""Learning curves for print: means and their intervals against steps, as SVG and PDF.

Everything is in the drawing (names in a legend, no hover), and its size is that of the column it
will stand in. Knows no run: lines come with their names and points.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np

from reporter.charts.spec import VEGA_LITE_VERSION
from reporter.charts.theme import PALETTE, config

__all__ = ["FORMATS", "Curve", "draw_curves"]

FORMATS = ("svg", "pdf")

PX_PER_CM = 96 / 2.54
"""Of CSS and of SVG."""

PT_PER_PX = 72 / 96

_SIZE = re.compile(r'\b(width|height)="([\d.]+)"')
"""The first two in an SVG of Vega's are those of the drawing."""

_BAND_OPACITY = 0.18
_ROW_PX = 15
_SYMBOL_PX = 40
"""Of the legend: a row, and what stands beside a name."""

_CHAR_PX = 6.0
"""Mean width of a character of 11 px, rounded up."""

_DASHES: tuple[list[int], ...] = ([], [6, 3], [2, 2])
"""The ninth line takes the first colour again, and another dash."""


@dataclass(frozen=True, kw_only=True)
class Curve:
    """One line.

    Parameters
    ----------
    name : str
        Unique in its chart.
    steps : ndarray of float64, shape (n,)
        Ascending.
    values : ndarray of float64, shape (n,)
        NaN breaks the line.
    margins : ndarray of float64, shape (n,), optional
        Half of the interval at each step, NaN where there is none.
    """

    name: str
    steps: np.ndarray
    values: np.ndarray
    margins: np.ndarray | None = None


def draw_curves(
    curves: Sequence[Curve], file_format: str, *, metric: str, x_title: str, width_cm: float
) -> bytes:
    """Draw lines.

    Parameters
    ----------
    curves : sequence of Curve
        In the order of the legend.
    file_format : {"svg", "pdf"}
    metric : str
        Title of the y axis.
    x_title : str
    width_cm : float
        Of the whole drawing; it is half as high, and the legend stands below.

    Returns
    -------
    bytes
    """
    import vl_convert

    chart = _chart(curves, metric, x_title, width_cm * PX_PER_CM)
    svg: str = vl_convert.vegalite_to_svg(
        json.dumps(chart.to_dict()), vl_version=VEGA_LITE_VERSION, config=config("light")
    )
    if file_format == "pdf":
        return bytes(vl_convert.svg_to_pdf(_SIZE.sub(_in_points, svg, count=2)))
    return svg.encode()


def _in_points(found: re.Match[str]) -> str:
    """Say the size in points: the converter takes a pixel for one."""
    return f'{found[1]}="{float(found[2]) * PT_PER_PX:g}"'


def _chart(curves: Sequence[Curve], metric: str, x_title: str, width_px: float) -> Any:  # Altair's
    names = [curve.name for curve in curves]
    colors = [PALETTE["light"][place % len(PALETTE["light"])] for place in range(len(names))]
    dashes = [_DASHES[place // len(PALETTE["light"]) % len(_DASHES)] for place in range(len(names))]
    n_columns = _legend_columns(names, width_px)
    legend = alt.Legend(
        title=None,
        orient="bottom",
        offset=4,
        columns=n_columns,
        symbolType="stroke",
        symbolOpacity=1,
        labelLimit=width_px / n_columns - _SYMBOL_PX,
    )
    color = alt.Color(
        "name:N", sort=None, scale=alt.Scale(domain=names, range=colors), legend=legend
    )
    dash = alt.StrokeDash(
        "name:N", sort=None, scale=alt.Scale(domain=names, range=dashes), legend=None
    )
    rows = alt.InlineData(values=[row for curve in curves for row in _rows(curve)])
    x = alt.X("x:Q", title=x_title, scale=alt.Scale(nice=False, zero=False))
    y = alt.Y("y:Q", title=metric, scale=alt.Scale(zero=False))
    lines = (
        alt.Chart(rows).mark_line(strokeWidth=1.5).encode(x=x, y=y, color=color, strokeDash=dash)
    )
    bands = (
        alt.Chart(rows)
        .mark_area(opacity=_BAND_OPACITY)
        .encode(x=x, y=alt.Y("low:Q", title=metric), y2="high:Q", color=color)
    )
    has_bands = any(curve.margins is not None for curve in curves)
    chart = alt.layer(bands, lines) if has_bands else alt.layer(lines)
    fit = alt.AutoSizeParams(type="fit", contains="padding")
    height_px = width_px * 0.56 + _ROW_PX * -(-len(names) // n_columns)
    return chart.properties(width=width_px, height=height_px, autosize=fit)


def _legend_columns(names: Sequence[str], width_px: float) -> int:
    """Choose as many columns as the longest name allows, up to three."""
    longest_px = max(map(len, names), default=1) * _CHAR_PX + _SYMBOL_PX
    return int(min(3, max(1, width_px // longest_px)))


def _rows(curve: Curve) -> Iterator[dict[str, object]]:
    margins = np.full(len(curve.steps), np.nan) if curve.margins is None else curve.margins
    for step, value, margin in zip(curve.steps, curve.values, margins, strict=True):
        low, high = value - margin, value + margin
        yield {
            "name": curve.name,
            "x": float(step),
            "y": _number(value),
            "low": _number(low),
            "high": _number(high),
        }


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
