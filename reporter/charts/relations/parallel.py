"""Parallel coordinates: one line a run through an axis for each column.

The page places values on the axes, since each axis has a scale of its own, and lets a reader drag
over an axis to filter, and its name to move it.
"""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt

from reporter.charts.relations.encoding import as_given, chart, finish, legend
from reporter.charts.relations.registry import AltairChart, Scale, Slot, relation

__all__ = ["parallel"]

_NAME_PX = -14
_LEGEND_PX = 44
"""Where names stand and, above them, the legend."""

_TICK_PX = 6
_AXIS = "height / (1 - at_least)"
"""Where an axis ends: runs without a value pass below."""


@relation(
    "parallel",
    title="Parallel coordinates",
    place=20,
    note="One line a run. Drag over an axis to filter the runs, drag its name to move it.",
    slots=(
        Slot(name="axes", label="axes", takes="many", default="params"),
        Slot(name="color", label="colour", default="goal"),
    ),
    width="full",
)
def parallel(scales: Mapping[str, Scale]) -> AltairChart:
    """Draw lines over axes, and behind them the runs that a filter on an axis leaves out.

    Rows of ``lines`` and ``context``: axis (place, from 0), at (0 to 1, below where nothing was
    logged), run, color. Of ``axes``: axis, name. Of ``ticks``: axis, at, text, ground.
    Signal: ``at_least``, the lower end.
    """
    del scales
    x = alt.X("axis:Q", title=None, axis=None, scale=alt.Scale(nice=False, zero=False))
    ends = alt.Scale(domainMin=alt.ExprRef("at_least"), domainMax=1, nice=False, zero=False)
    y = alt.Y("at:Q", title=None, axis=None, scale=ends)
    context = chart("context").mark_line(aria=False, strokeWidth=1, strokeOpacity=0.35)
    lines = chart("lines").mark_line(aria=False, strokeWidth=1.4)
    rules = chart("axes").mark_rule(aria=False, strokeWidth=1)
    names = chart("axes").mark_text(aria=False, fontWeight=600, baseline="bottom")
    text = {"aria": False, "baseline": "middle", "align": "right", "dx": -_TICK_PX}
    ticks = chart("ticks").mark_text(**text)
    halo = chart("ticks").mark_text(strokeWidth=3, opacity=0.85, **text)
    drawn = {"x": x, "y": y, "detail": "run:N", "color": as_given(alt.Color, "color:N")}
    texts = {"x": x, "y": y, "text": "text:N"}
    halo_ink = {name: as_given(kind, "ground:N") for name, kind in _HALO.items()}
    return finish(
        alt.layer(
            context.encode(**drawn),
            lines.encode(**drawn, strokeOpacity=as_given(alt.StrokeOpacity, "opacity:Q")),
            rules.encode(x=x, y=alt.value(0), y2=alt.value(alt.ExprRef(_AXIS))),
            names.encode(x=x, y=alt.value(_NAME_PX), text="name:N"),
            halo.encode(**texts, **halo_ink),
            ticks.encode(**texts),
            legend(_LEGEND_PX),
        ),
        at_least=0,
    )


_HALO = {"fill": alt.Fill, "stroke": alt.Stroke}
