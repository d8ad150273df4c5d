"""Which params go along with a metric, by three measures: the same bars for each of them.

None of them is about causes: a param that was only varied together with another one is as long.
"""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt

from reporter.charts.relations.encoding import as_given, axis_x, chart, finish, groups_y
from reporter.charts.relations.registry import AltairChart, Scale, Slot, relation

__all__ = ["correlation", "importance", "information"]

_GOAL = (Slot(name="x", label="of", takes="number", default="goal"),)
_TEXT_GAP_PX = 6


@relation(
    "correlation",
    title="Rank correlation",
    place=30,
    note="Spearman's ρ of each numeric param with the metric and its 95 % interval: an association, not a cause.",  # noqa: E501 - one sentence
    slots=_GOAL,
    width="third",
)
def correlation(scales: Mapping[str, Scale]) -> AltairChart:
    """Draw Spearman's rank correlations; see :func:`_bars`."""
    return _bars(scales)


@relation(
    "information",
    title="Mutual information",
    place=40,
    note="How far a param tells the metric apart, 0 as by chance and 1 wholly, of any shape: an association, not a cause.",  # noqa: E501 - one sentence
    slots=_GOAL,
    width="third",
)
def information(scales: Mapping[str, Scale]) -> AltairChart:
    """Draw mutual information, adjusted for chance; see :func:`_bars`."""
    return _bars(scales)


@relation(
    "importance",
    title="Importance in a model",
    place=50,
    note="How much worse a random forest predicts the metric with one param shuffled; computed by the build over all runs.",  # noqa: E501 - one sentence
    slots=_GOAL,
    width="third",
)
def importance(scales: Mapping[str, Scale]) -> AltairChart:
    """Draw permutation importances; see :func:`_bars`."""
    return _bars(scales)


def _bars(scales: Mapping[str, Scale]) -> AltairChart:
    """Draw bars, intervals and texts.

    Rows of ``bars``: label, value, low, high, edge, text, color, ink. Signals: ``low``, ``high``;
    ends of the axis.
    """
    del scales
    axis = axis_x("linear", "value", grid=True, domain=False)
    scale = alt.Scale(domainMin=alt.ExprRef("low"), domainMax=alt.ExprRef("high"), nice=False)
    x, y = axis.scale(scale).stack(None), groups_y()
    rows = chart("bars")
    bars = rows.mark_bar(aria=False, opacity=0.75)
    intervals = rows.mark_rule(aria=False, strokeWidth=1.5)
    texts = rows.mark_text(aria=False, align="left", baseline="middle", dx=_TEXT_GAP_PX)
    return finish(
        alt.layer(
            bars.encode(x=x, y=y, color=as_given(alt.Color, "color:N")),
            intervals.encode(
                x=alt.X("low:Q"), x2="high:Q", y=y, color=as_given(alt.Color, "ink:N")
            ),
            texts.encode(x=alt.X("edge:Q"), y=y, text="text:N"),
        ),
        low=0,
        high=1,
    )
