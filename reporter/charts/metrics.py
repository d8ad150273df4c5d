"""Metric charts as Altair charts without data: what is drawn, from which fields of which data set.

The page binds rows to the named data sets and so decides what is seen; colours, dashes and widths
come with the rows, because a run keeps its look in every chart. Knows neither theme nor compiler.

Data sets of a line chart
    ``points``: x, y, run, color, dash, width, opacity; in step order, a null y breaks the line.
    ``bands``: x, low, high, run, color; what lies around a line of several runs, below all lines;
    a null low breaks it.
    ``breaks``: x, color; a tick at the top edge where a run logged NaN or an infinity.
    ``dots``: x, y, shape, fill, stroke; points that have no line to be part of, and the cross at
    the end of a failed run.
    ``labels``: text, top (pixels below the plot's upper edge), color; names right of the plot.
Data set of a bar chart
    ``points``: label, value, color, text and edge, the value where the text stands; in the order of
    the bars.
Signals
    ``x_title``: text at the end of the x axis. ``x_ticks``, and ``y_ticks`` on logarithmic axes:
    values, null for Vega's own. ``x_low``, ``x_high``, ``y_low``, ``y_high``: ends of the axes,
    null for those of the data; ``y_is_exact``: no round numbers beyond them. ``x_format``: how x
    is printed as a time in UTC, empty for a number. ``x_min_step``: least distance of ticks.
    ``x_unit``, on a logarithmic x: below it the axis is linear.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import altair as alt

from reporter.charts.labels import LOG_NUMBER, NUMBER
from reporter.charts.style import TITLE, ChartStyle, Mark

__all__ = ["AltairChart", "metric_chart"]

AltairChart = Any
"""A chart of one layer or of several. How precisely Altair types its methods changes by version."""

_BREAK_HEIGHT_PX = 6
_LABEL_GAP_PX = 6
_BAND_OPACITY = 0.18
_BAR_LABEL_LIMIT_PX = 160

_MANY_TICKS = 20
"""Vega takes every other of more values than this; the page has chosen them already."""

_TIME_OR_NUMBER = f"x_format ? utcFormat(datum.value, x_format) : {NUMBER}"

_DOT_SIZE = 40
"""Area in square pixels."""

_PADDING_PX = {"left": 2, "top": 8, "right": 6, "bottom": 3}
"""Half a label's height above, where the topmost one stands at the edge."""


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
    'bands'
    """
    fit = alt.AutoSizeParams(type="fit", contains="padding")
    chart = _CHARTS[style.mark](style)
    return chart.properties(width=400, height=180, autosize=fit, padding=_PADDING_PX)


def _line_chart(style: ChartStyle) -> AltairChart:
    x, y = _x(style), _y(style)
    signals = {
        TITLE: "step",
        **dict.fromkeys(("x_low", "x_high", "y_low", "y_high", "x_ticks")),
        **({"y_ticks": None} if style.y == "log" else {"y_is_exact": False}),
        **({"x_unit": 1} if style.x == "log" else {"x_format": "", "x_min_step": 1}),
    }
    params = [alt.param(name=name, value=value) for name, value in signals.items()]
    layers = (_bands(x, y), _lines(x, y), _breaks(x), _dots(x, y), _labels())
    return alt.layer(*layers).add_params(*params)


def _x(style: ChartStyle) -> alt.X:
    ends = {"domainMin": alt.ExprRef("x_low"), "domainMax": alt.ExprRef("x_high")}
    if style.x == "log":
        scale = alt.Scale(type="symlog", nice=False, **ends)
        axis = _log_axis("x_ticks", is_bound=True)
    else:
        scale = alt.Scale(type="linear", nice=False, zero=False, **ends)
        axis = alt.Axis(
            values=alt.ExprRef("x_ticks"),
            tickMinStep=alt.ExprRef("x_min_step"),
            labelExpr=_TIME_OR_NUMBER,
            labelSeparation=_LABEL_GAP_PX,
        )
    return alt.X("x:Q", title=TITLE, scale=scale, axis=axis)


def _y(style: ChartStyle) -> alt.Y:
    ends = {"domainMin": alt.ExprRef("y_low"), "domainMax": alt.ExprRef("y_high")}
    if style.y == "log":
        scale = alt.Scale(type="log", nice=False, **ends)
        axis = _log_axis("y_ticks", is_bound=False)
    else:
        scale = alt.Scale(type="linear", nice=alt.ExprRef("!y_is_exact"), zero=False, **ends)
        axis = alt.Axis(labelExpr=NUMBER, labelBound=False)
    return alt.Y("y:Q", title=None, scale=scale, axis=axis)


def _log_axis(ticks: str, *, is_bound: bool) -> alt.Axis:
    return alt.Axis(
        values=alt.ExprRef(ticks),
        tickCount=_MANY_TICKS,
        labelExpr=LOG_NUMBER,
        labelOverlap="greedy",
        labelBound=is_bound,
        labelSeparation=_LABEL_GAP_PX if is_bound else 0,
    )


def _lines(x: alt.X, y: alt.Y) -> AltairChart:
    return (
        _chart("points")
        .mark_line(aria=False, clip=True)
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


def _bands(x: alt.X, y: alt.Y) -> AltairChart:
    low = y.copy()
    low.shorthand = "low:Q"
    return (
        _chart("bands")
        .mark_area(aria=False, clip=True, opacity=_BAND_OPACITY)
        .encode(x=x, y=low, y2="high:Q", detail="run:N", fill=_as_given(alt.Fill, "color:N"))
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
        .mark_point(aria=False, size=_DOT_SIZE, opacity=1, strokeWidth=1.6)
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
    axis = alt.Axis(grid=True, domain=False, labelExpr=NUMBER)
    labels = alt.Axis(grid=False, labelLimit=_BAR_LABEL_LIMIT_PX, labelOverlap=False)
    x = alt.X("value:Q", title=TITLE, stack=None, axis=axis)
    y = alt.Y("label:N", title=None, sort=None, axis=labels)
    bars = _chart("points").mark_bar(aria=False)
    texts = _chart("points").mark_text(aria=False, align="left", dx=_LABEL_GAP_PX)
    return alt.layer(
        bars.encode(x=x, y=y, color=_as_given(alt.Color, "color:N")),
        texts.encode(x=alt.X("edge:Q"), y=y, text="text:N"),
    ).add_params(alt.param(name=TITLE, value=""))


def _chart(data: str) -> AltairChart:
    return alt.Chart(alt.NamedData(name=data))


def _as_given(channel: Callable[..., Any], field: str) -> Any:  # any of Altair's channel classes
    """Take a field as it is, without a scale."""
    return channel(field, scale=None)


_CHARTS: dict[Mark, Callable[[ChartStyle], AltairChart]] = {"line": _line_chart, "bar": _bar_chart}
