"""A metric over two numeric columns as a landscape, smoothed between the runs."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt

from reporter.charts.relations.encoding import as_given, axis_x, axis_y, chart, finish
from reporter.charts.relations.registry import AltairChart, Scale, Slot, relation

__all__ = ["contour"]


@relation(
    "contour",
    title="Contour",
    place=100,
    note="Smoothed between runs, each of which is a point; blank where none is near.",
    slots=(
        Slot(name="value", label="of", takes="number", default="goal"),
        Slot(name="x", label="x", takes="number", default="param", axis="x"),
        Slot(name="y", label="y", takes="number", default="param2", axis="y"),
    ),
    axes={"x": ("linear", "log"), "y": ("linear", "log")},
)
def contour(scales: Mapping[str, Scale]) -> AltairChart:
    """Draw a smoothed surface in steps, the lines between them, and the runs.

    Rows of ``cells``: x, x2, y, y2, value. Of ``lines``: x, y, x2, y2. Of ``points``: x, y, run,
    ink. Signals: ``is_reversed``; ``low``, ``high``, the ends of the colours.
    """
    x, y = axis_x(scales["x"]), axis_y(scales["y"])
    color = alt.Color(
        "value:Q",
        title=None,
        scale=alt.Scale(
            type="linear",
            range="ramp",
            reverse=alt.ExprRef("is_reversed"),
            domainMin=alt.ExprRef("low"),
            domainMax=alt.ExprRef("high"),
            zero=False,
            nice=False,
        ),
        legend=alt.Legend(gradientLength=160, gradientThickness=8, offset=32, tickCount=4),
    )
    cells = chart("cells").mark_rect(aria=False, strokeWidth=0)
    lines = chart("lines").mark_rule(aria=False, strokeWidth=1)
    points = chart("points").mark_point(aria=False, filled=True, size=30, opacity=1)
    return finish(
        alt.layer(
            cells.encode(x=x, x2="x2:Q", y=y, y2="y2:Q", color=color),
            lines.encode(
                x=x,
                x2="x2:Q",
                y=y,
                y2="y2:Q",
                stroke=as_given(alt.Stroke, "ink:N"),
            ),
            points.encode(x=x, y=y, fill=as_given(alt.Fill, "ink:N")),
        ),
        is_reversed=False,
        low=None,
        high=None,
    )
