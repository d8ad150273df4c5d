"""What the modules of experiment charts share: axes by scale, and values that are taken as given.

Signals
    ``x_title``, ``y_title``: texts at the ends of the axes. ``x_ticks``, ``y_ticks``: values on
    axes of times and on logarithmic ones, null for Vega's own. ``x_format``: how such times are
    printed, in UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import altair as alt

from reporter.charts.labels import LOG_NUMBER, NUMBER
from reporter.charts.relations.registry import AltairChart, Scale

__all__ = ["PX", "as_given", "axis_x", "axis_y", "chart", "finish", "groups_y", "legend", "ordered"]

PX = {"left": 2, "top": 10, "right": 12, "bottom": 3}
"""Padding: half a label above, where the topmost stands at the edge."""

_LABEL_LIMIT_PX = 150
_MANY_TICKS = 20
"""Vega takes every other of more values than this; the page has chosen them already."""

_DAY = "%-d %b %Y"
"""Of a time that stands alone."""

_LEGEND_PX = 26
"""How far above the plot the legend stands: higher than the title of y."""


def chart(data: str) -> AltairChart:
    """Start a layer over a named data set."""
    return alt.Chart(alt.NamedData(name=data))


def as_given(channel: Callable[..., Any], name: str) -> Any:  # any of Altair's channel classes
    """Take a field as it is, without a scale."""
    return channel(name, scale=None)


def axis_x(scale: Scale, name: str = "x", **settings: Any) -> alt.X:  # of alt.Axis
    """Make the horizontal axis of a scale.

    Parameters
    ----------
    scale : Scale
    name : str
        Of the field.
    **settings
        Of the axis.

    Returns
    -------
    altair.X
    """
    axis = alt.Axis(titleAnchor="end", **_axis(scale, "x_ticks"), **settings)
    x = alt.X(_typed(name, scale), title="x_title", scale=_scale(scale), axis=axis)
    return x.sort(None) if scale == "category" else x


def axis_y(scale: Scale, name: str = "y", **settings: Any) -> alt.Y:  # of alt.Axis
    """Make the vertical axis of a scale; see :func:`axis_x`."""
    axis = alt.Axis(**_axis(scale, "y_ticks"), **settings)
    y = alt.Y(_typed(name, scale), title="y_title", scale=_scale(scale), axis=axis)
    return y.sort(None) if scale == "category" else y


def ordered(x: alt.X | None = None, y: alt.Y | None = None) -> AltairChart:
    """Settle the order of categories, by marks that nobody sees in the lowest layer.

    Rows of ``order``: whatever the axes read.
    """
    encoded = {name: axis for name, axis in (("x", x), ("y", y)) if axis is not None}
    return chart("order").mark_point(aria=False, opacity=0, size=0).encode(**encoded)


def groups_y(name: str = "label") -> alt.Y:
    """Make a vertical axis of groups, one band each, in the order of the rows."""
    axis = alt.Axis(labelLimit=_LABEL_LIMIT_PX, labelOverlap=False, grid=False, domain=False)
    return alt.Y(f"{name}:N", title="y_title", sort=None, axis=axis, scale=alt.Scale(padding=0.3))


def legend(above_px: int = _LEGEND_PX) -> AltairChart:
    """Draw what the page says of colours and sizes, so far above the plot.

    Rows of ``legend``: left (pixels), color, area, text.
    """
    rows = chart("legend")
    top = alt.value(-above_px)
    left = as_given(alt.X, "left:Q")
    swatches = rows.mark_point(aria=False, filled=True, opacity=1, strokeWidth=0).encode(
        x=left, y=top, color=as_given(alt.Color, "color:N"), size=as_given(alt.Size, "area:Q")
    )
    texts = rows.mark_text(aria=False, align="left", baseline="middle").encode(
        x=left, y=top, text="text:N"
    )
    return alt.layer(swatches, texts)


def finish(layers: AltairChart, **signals: object) -> AltairChart:
    """Give a chart its size, the titles of its axes, and other signals with their first values."""
    fit = alt.AutoSizeParams(type="fit", contains="padding")
    named = {
        **dict.fromkeys(("x_title", "y_title"), ""),
        **dict.fromkeys(("x_ticks", "y_ticks")),
        "x_format": _DAY,
        **signals,
    }
    params = [alt.param(name=name, value=value) for name, value in named.items()]
    return layers.properties(width=400, height=220, autosize=fit, padding=PX).add_params(*params)


def _typed(name: str, scale: Scale) -> str:
    return f"{name}:{ {'category': 'N', 'time': 'T'}.get(scale, 'Q') }"


def _scale(scale: Scale) -> alt.Scale:
    if scale == "log":
        return alt.Scale(type="log", nice=False, padding=8)
    if scale == "time":
        return alt.Scale(type="utc", padding=8)
    if scale == "category":
        return alt.Scale(type="point", padding=0.5)
    return alt.Scale(type="linear", nice=True, zero=scale == "zero")


def _axis(scale: Scale, ticks: str) -> dict[str, Any]:
    if scale == "log":
        return {
            "values": alt.ExprRef(ticks),
            "tickCount": _MANY_TICKS,
            "labelExpr": LOG_NUMBER,
            "labelOverlap": "greedy",
            "labelBound": False,
        }
    if scale == "category":
        return {"labelLimit": _LABEL_LIMIT_PX, "labelAngle": 0}
    if scale == "time":
        return {"values": alt.ExprRef(ticks), "labelExpr": "utcFormat(datum.value, x_format)"}
    return {"labelExpr": NUMBER, "labelBound": False}
