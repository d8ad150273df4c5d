"""The best value so far, run by run: whether the search still finds anything."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt

from reporter.charts.relations.encoding import as_given, axis_x, axis_y, chart, finish
from reporter.charts.relations.registry import AltairChart, Scale, Slot, relation

__all__ = ["progress"]


@relation(
    "progress",
    title="Best so far",
    place=15,
    note="Every run, and the best up to it.",
    slots=(
        Slot(name="y", label="of", takes="number", default="goal", axis="y"),
        Slot(name="x", label="against", takes="number", default="time", axis="x"),
    ),
    axes={"x": ("linear", "time"), "y": ("linear", "log")},
)
def progress(scales: Mapping[str, Scale]) -> AltairChart:
    """Draw points, the line of the best so far, and the runs that set it.

    Rows of ``points``: x, y, run, color, opacity. Of ``best``: x, y, run; in order, a corner each.
    Of ``records``: x, y, run.
    """
    x, y = axis_x(scales["x"]), axis_y(scales["y"])
    points = chart("points").mark_point(aria=False, filled=True, size=34, strokeWidth=0.5)
    line = chart("best").mark_line(aria=False, interpolate="step-after", strokeWidth=2)
    records = chart("records").mark_point(aria=False, filled=False, size=70, strokeWidth=2)
    return finish(
        alt.layer(
            points.encode(
                x=x,
                y=y,
                fill=as_given(alt.Fill, "color:N"),
                fillOpacity=as_given(alt.FillOpacity, "opacity:Q"),
            ),
            line.encode(x=x, y=y, color=as_given(alt.Color, "ink:N")),
            records.encode(x=x, y=y, stroke=as_given(alt.Stroke, "ink:N")),
        )
    )
