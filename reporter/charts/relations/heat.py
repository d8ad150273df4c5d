"""The mean of a metric for each pair of values of two columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from reporter.charts.relations.encoding import as_given, chart, finish, ordered
from reporter.charts.relations.registry import AltairChart, Scale, Slot, relation

__all__ = ["heat"]

_LABEL_LIMIT_PX = 110

_IN_LINES = (
    "length(datum.label) > 12 ? split(replace(datum.label, ' – ', ' –\\n'), '\\n') : datum.label"
)
"""The two ends of a span below each other: columns are narrow."""


@relation(
    "heat",
    title="Heat map",
    place=90,
    note="Mean for each pair of values; deeper is better where a direction is known, else larger.",
    slots=(
        Slot(name="value", label="of", takes="number", default="goal"),
        Slot(name="x", label="x", takes="group", default="param"),
        Slot(name="y", label="y", takes="group", default="param2"),
    ),
)
def heat(scales: Mapping[str, Scale]) -> AltairChart:
    """Draw cells and their texts.

    Rows of ``cells``: x, y, mean, n, text, ink. Of ``order``: x, y. Signals:
    ``is_reversed``, ``low``, ``high``.
    """
    del scales
    axis: dict[str, Any] = {"labelLimit": _LABEL_LIMIT_PX, "grid": False, "domain": False}
    gaps = alt.Scale(paddingInner=0.04, paddingOuter=0)
    x = alt.X(
        "x:N",
        sort=None,
        title="x_title",
        scale=gaps,
        axis=alt.Axis(labelAngle=0, titleAnchor="end", labelExpr=_IN_LINES, **axis),
    )
    y = alt.Y("y:N", sort=None, title="y_title", scale=gaps, axis=alt.Axis(**axis))
    color = alt.Color(
        "mean:Q",
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
    cells = chart("cells").mark_rect(aria=False).encode(x=x, y=y, color=color)
    texts = chart("cells").mark_text(aria=False, baseline="middle", lineBreak="\n", dy=-6)
    texts = texts.encode(x=x, y=y, text="text:N", fill=as_given(alt.Fill, "ink:N"))
    return finish(
        alt.layer(ordered(x, y), cells, texts),
        is_reversed=False,
        low=None,
        high=None,
    )
