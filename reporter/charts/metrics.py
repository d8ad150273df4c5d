"""Metric charts as Altair charts without data: what is drawn, from which fields of which data set.

The page binds rows to the named data sets and so decides what is seen; colours, dashes and widths
come with the rows, because a run keeps its look in every chart. Knows neither theme nor compiler.

Data sets of a line chart
    ``points``: x, y, run, color, dash, width, opacity; in step order, a null y breaks the line.
    ``breaks``: x, color; a tick at the top edge where a run logged NaN or an infinity.
    ``dots``: x, y, shape, fill, stroke; points that have no line to be part of, and the cross at
    the end of a failed run.
    ``labels``: text, top (pixels below the plot's upper edge), color; names right of the plot.
Data set of a bar chart
    ``points``: label, value, color; in the order of the bars.
Signals
    ``x_title``: text at the end of the x axis. ``x_ticks``: values on a logarithmic x.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import altair as alt

from reporter.charts.style import ChartStyle, Mark

__all__ = ["TITLE", "AltairChart", "metric_chart"]

AltairChart = Any
"""A chart of one layer or of several. How precisely Altair types its methods changes by version."""

TITLE = "x_title"
"""Name of the signal, and the placeholder where the compiled chart is to read it."""

_BREAK_HEIGHT_PX = 6
_LABEL_GAP_PX = 6
_BAR_LABEL_LIMIT_PX = 160

_PADDING_PX = {"left": 2, "top": 8, "right": 8, "bottom": 0}
"""Half a label's height above, where the topmost one stands at the edge."""

_NUMBER = (
    "datum.label === '' || datum.value === 0"
    " || (abs(datum.value) >= 1e-4 && abs(datum.value) < 1e9)"
    " ? datum.label : replace(format(datum.value, '~e'), '+', '')"
)
"""Powers of ten exactly where the page's own numbers have them; labels that a logarithmic axis
leaves empty stay so."""


def metric_chart(style: ChartStyle) -> AltairChart:
    """Build the chart of a style.

    Parameters
    ----------
    style : ChartStyle

    Returns
    -------
    altair.Chart or altair.LayerChart
        Without data and without theme.

    Examples
    --------
    >>> from reporter.charts.style import STYLES
    >>> metric_chart(STYLES[0]).to_dict()["layer"][0]["data"]["name"]
    'points'
    """
    fit = alt.AutoSizeParams(type="fit", contains="padding")
    chart = _CHARTS[style.mark](style)
    return chart.properties(width=400, height=180, autosize=fit, padding=_PADDING_PX)


def _line_chart(style: ChartStyle) -> AltairChart:
    x, y = _x(style), _y(style)
    title, ticks = alt.param(name=TITLE, value="step"), alt.param(name="x_ticks", value=[])
    layers = alt.layer(_lines(x, y), _breaks(x), _dots(x, y), _labels())
    return layers.add_params(title, *([ticks] if style.x == "log" else []))


def _x(style: ChartStyle) -> alt.X:
    if style.x == "log":
        scale, axis = alt.Scale(type="symlog", nice=False), alt.Axis(values=alt.ExprRef("x_ticks"))
    else:
        scale, axis = alt.Scale(type="linear", nice=False, zero=False), alt.Axis()
    return alt.X("x:Q", title=TITLE, scale=scale, axis=axis)


def _y(style: ChartStyle) -> alt.Y:
    scale = (
        alt.Scale(type="log", nice=False)
        if style.y == "log"
        else alt.Scale(type="linear", nice=True, zero=False)
    )
    return alt.Y("y:Q", title=None, scale=scale, axis=alt.Axis(labelExpr=_NUMBER))


def _lines(x: alt.X, y: alt.Y) -> AltairChart:
    return (
        _chart("points")
        .mark_line(aria=False)
        .encode(
            x=x,
            y=y,
            detail="run:N",
            color=_as_given(alt.Color, "color:N"),
            strokeDash=_as_given(alt.StrokeDash, "dash:N"),
            size=_as_given(alt.Size, "width:Q"),
            strokeOpacity=_as_given(alt.StrokeOpacity, "opacity:Q"),
        )
    )


def _breaks(x: alt.X) -> AltairChart:
    return (
        _chart("breaks")
        .mark_rule(aria=False, strokeWidth=1.5)
        .encode(
            x=x,
            y=alt.value(0),
            y2=alt.value(_BREAK_HEIGHT_PX),
            color=_as_given(alt.Color, "color:N"),
        )
    )


def _dots(x: alt.X, y: alt.Y) -> AltairChart:
    return (
        _chart("dots")
        .mark_point(aria=False, size=30, opacity=1, strokeWidth=1.6)
        .encode(
            x=x,
            y=y,
            shape=_as_given(alt.Shape, "shape:N"),
            fill=_as_given(alt.Fill, "fill:N"),
            stroke=_as_given(alt.Stroke, "stroke:N"),
        )
    )


def _labels() -> AltairChart:
    return (
        _chart("labels")
        .mark_text(aria=False, align="left", baseline="middle", fontWeight=600)
        .encode(
            x=alt.value(alt.ExprRef(f"width + {_LABEL_GAP_PX}")),
            y=_as_given(alt.Y, "top:Q"),
            text="text:N",
            color=_as_given(alt.Color, "color:N"),
        )
    )


def _bar_chart(style: ChartStyle) -> AltairChart:
    del style  # its values always start at zero, on a linear scale
    x = alt.X(
        "value:Q",
        title=TITLE,
        stack=None,
        axis=alt.Axis(grid=True, domain=False, labelExpr=_NUMBER),
    )
    labels = alt.Axis(grid=False, labelLimit=_BAR_LABEL_LIMIT_PX, labelOverlap=False)
    y = alt.Y("label:N", title=None, sort=None, axis=labels)
    color = _as_given(alt.Color, "color:N")
    bars = _chart("points").mark_bar(aria=False).encode(x=x, y=y, color=color)
    return bars.add_params(alt.param(name=TITLE, value=""))


def _chart(data: str) -> AltairChart:
    return alt.Chart(alt.NamedData(name=data))


def _as_given(channel: Callable[..., Any], field: str) -> Any:  # any of Altair's channel classes
    """Take a field as it is, without a scale."""
    return channel(field, scale=None)


_CHARTS: dict[Mark, Callable[[ChartStyle], AltairChart]] = {"line": _line_chart, "bar": _bar_chart}
