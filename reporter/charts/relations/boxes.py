"""How a metric scatters for each value of a column: its quartiles, and every run beside them."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt

from reporter.charts.relations.encoding import as_given, axis_x, chart, finish, groups_y, ordered
from reporter.charts.relations.registry import AltairChart, Scale, Slot, relation

__all__ = ["boxes"]

_BOX_PX = 14
_MEDIAN_PX = 18


@relation(
    "boxes",
    title="Distribution by value",
    place=80,
    note="Median, quartiles, and the furthest run within 1.5 box lengths; one point a run.",
    slots=(
        Slot(name="x", label="of", takes="number", default="goal", axis="x"),
        Slot(name="group", label="by", takes="group", default="param"),
    ),
    axes={"x": ("linear", "log")},
)
def boxes(scales: Mapping[str, Scale]) -> AltairChart:
    """Draw whiskers, boxes, medians and points.

    Rows of ``groups``: label, low, q1, median, q3, high, n; of three runs or more. Of ``points``:
    label, x, run, color, shift (-0.5 to 0.5 of the band). Of ``order``: label.
    """
    x, y = axis_x(scales["x"], "x", grid=True, domain=False), groups_y()
    rows = chart("groups")
    ink = as_given(alt.Color, "ink:N")
    whiskers = rows.mark_rule(aria=False, strokeWidth=1.2)
    box = rows.mark_bar(aria=False, size=_BOX_PX, fillOpacity=0.2, strokeWidth=1.2, cornerRadius=2)
    median = rows.mark_tick(aria=False, size=_MEDIAN_PX, thickness=2)
    points = chart("points").mark_point(aria=False, filled=True, size=26, strokeWidth=0.5)
    return finish(
        alt.layer(
            ordered(y=y),
            whiskers.encode(x=alt.X("low:Q"), x2="high:Q", y=y, color=ink),
            points.encode(
                x=x,
                y=y,
                yOffset=alt.YOffset("shift:Q", scale=alt.Scale(domain=[-0.5, 0.5])),
                fill=as_given(alt.Fill, "color:N"),
                fillOpacity=as_given(alt.FillOpacity, "opacity:Q"),
            ),
            box.encode(
                x=alt.X("q1:Q"),
                x2="q3:Q",
                y=y,
                fill=as_given(alt.Fill, "color:N"),
                stroke=as_given(alt.Stroke, "ink:N"),
            ),
            median.encode(x=alt.X("median:Q"), y=y, color=ink),
        )
    )
