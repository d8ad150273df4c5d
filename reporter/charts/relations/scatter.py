"""Two columns against each other, one point a run; the runs that no other beats in both."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt

from reporter.charts.relations.encoding import (
    as_given,
    axis_x,
    axis_y,
    chart,
    finish,
    legend,
    ordered,
)
from reporter.charts.relations.registry import AltairChart, Option, Scale, Slot, relation

__all__ = ["scatter"]

_RING_PX = 2


@relation(
    "scatter",
    title="Scatter",
    place=10,
    note="One point a run. A click keeps its values in sight.",
    slots=(
        Slot(name="x", label="x", default="param", axis="x"),
        Slot(name="y", label="y", default="goal", axis="y"),
        Slot(name="color", label="colour"),
        Slot(name="size", label="size", takes="number"),
    ),
    options=(
        Option(
            name="front",
            label="Pareto front",
            note="Runs that no other run beats in both x and y, in the directions beside them",
        ),
    ),
    axes={
        "x": ("linear", "log", "time", "category"),
        "y": ("linear", "log", "category"),
    },
)
def scatter(scales: Mapping[str, Scale]) -> AltairChart:
    """Draw points, the front through some of them, and what colours and sizes mean.

    Rows of ``points``: x, y, run, color, area, opacity, shift_x and shift_y (pixels that keep runs
    of equal value apart). Of ``front``: x, y; the corners of its line. Of ``best``: as points. Of
    ``order``: x and y, categories in their order.
    """
    x, y = axis_x(scales["x"]), axis_y(scales["y"])
    shifts = _shifts(scales)
    line = chart("front").mark_line(aria=False, strokeWidth=1.5, strokeDash=[4, 3])
    points = chart("points").mark_point(aria=False, filled=True, strokeWidth=1)
    rings = chart("best").mark_point(aria=False, filled=False, opacity=1, strokeWidth=_RING_PX)
    return finish(
        alt.layer(
            ordered(x, y),
            line.encode(x=x, y=y, order="order:Q", color=as_given(alt.Color, "color:N")),
            points.encode(
                x=x,
                y=y,
                fill=as_given(alt.Fill, "color:N"),
                size=as_given(alt.Size, "area:Q"),
                fillOpacity=as_given(alt.FillOpacity, "opacity:Q"),
                **shifts,
            ),
            rings.encode(
                x=x,
                y=y,
                stroke=as_given(alt.Stroke, "ink:N"),
                size=as_given(alt.Size, "area:Q"),
                **shifts,
            ),
            legend(),
        )
    )


def _shifts(scales: Mapping[str, Scale]) -> dict[str, object]:
    shifts: dict[str, object] = {}
    if scales["x"] == "category":
        shifts["xOffset"] = as_given(alt.XOffset, "shift_x:Q")
    if scales["y"] == "category":
        shifts["yOffset"] = as_given(alt.YOffset, "shift_y:Q")
    return shifts
