"""The mean of a metric for each value of a column, with its confidence interval and n."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt

from reporter.charts.relations.encoding import axis_x, chart, finish, groups_y
from reporter.charts.relations.registry import AltairChart, Option, Scale, Slot, relation

__all__ = ["means"]

_TEXT_GAP_PX = 8


@relation(
    "means",
    title="Mean by value",
    place=70,
    note="Mean of the runs with one value, and its 95 % interval (Student's t).",
    slots=(
        Slot(name="x", label="of", takes="number", default="goal", axis="x"),
        Slot(name="group", label="by", takes="group", default="param"),
    ),
    options=(Option(name="zero", label="From zero", note="Bars from zero", is_on=None),),
    axes={"x": ("zero", "linear", "log")},
)
def means(scales: Mapping[str, Scale]) -> AltairChart:
    """Draw bars from zero, or points where a bar would have no beginning; intervals; texts.

    Rows of ``groups``: label, mean, low, high (null below two runs), edge (where the text begins),
    text, n, std, color.
    """
    x, y = axis_x(scales["x"], "mean", grid=True, domain=False).stack(None), groups_y()
    color = alt.Color("color:N", scale=None)
    rows = chart("groups")
    if scales["x"] == "zero":
        marks = rows.mark_bar(aria=False, opacity=0.55).encode(x=x, y=y, color=color)
    else:
        marks = rows.mark_point(aria=False, filled=True, size=70, opacity=1).encode(
            x=x, y=y, color=color
        )
    interval = rows.mark_rule(aria=False, strokeWidth=2).encode(
        x=alt.X("low:Q"), x2="high:Q", y=y, color=alt.Color("ink:N", scale=None)
    )
    texts = rows.mark_text(aria=False, align="left", baseline="middle", dx=_TEXT_GAP_PX)
    return finish(alt.layer(marks, interval, texts.encode(x=alt.X("edge:Q"), y=y, text="text:N")))
