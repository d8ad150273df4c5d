"""Which charts a page has: one box a metric, grouped by the prefix of its name. Pure.

The boxes are filled in the browser; nothing here knows a chart library or a data file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from reporter.model import MetricSummary
from reporter.site.contexts import ChartCard, ChartSection
from reporter.site.numbers import column_decimals, format_count, format_number
from reporter.site.plan import PlannedExperiment, PlannedRun
from reporter.site.summaries import SYSTEM_PREFIX, MetricFacts, standing_value
from reporter.site.table.columns import ordered_metrics

__all__ = ["chart_sections", "index_chart", "own_decimals", "run_charts"]

NOTES = {"min": "lower is better", "max": "higher is better", "": ""}
PLAIN_SECTION = "Metrics"


def chart_sections(
    experiment: PlannedExperiment, decimals: Mapping[str, int]
) -> tuple[ChartSection, ...]:
    """Choose the charts of an experiment's page.

    Parameters
    ----------
    experiment : PlannedExperiment
    decimals : mapping of str to int
        Of each metric.

    Returns
    -------
    tuple of ChartSection
        The leading metric's section first, system metrics last. A metric logged once by a single
        run is a number, not a chart.
    """
    sections: dict[str, list[ChartCard]] = {}
    for facts in ordered_metrics(experiment):
        if facts.is_series or facts.n_runs > 1:
            card = _card(experiment, facts, decimals.get(facts.key))
            sections.setdefault(_section_title(facts), []).append(card)
    return tuple(
        ChartSection(title=title, count_text=format_count(len(cards)), cards=tuple(cards))
        for title, cards in sections.items()
    )


def index_chart(experiment: PlannedExperiment, decimals: Mapping[str, int]) -> ChartCard | None:
    """Choose the one chart that stands for an experiment: a learning curve, or none."""
    series = [facts for facts in ordered_metrics(experiment) if facts.is_series]
    if not series or series[0].is_system:
        return None
    return _card(experiment, series[0], decimals.get(series[0].key))


def run_charts(
    experiment_id: str, item: PlannedRun, metrics: Iterable[MetricFacts]
) -> tuple[ChartCard, ...]:
    """Choose the charts of a run's page: the histories that it logged.

    Parameters
    ----------
    experiment_id : str
    item : PlannedRun
    metrics : iterable of MetricFacts
        The metrics it logged, in the order of the page.

    Returns
    -------
    tuple of ChartCard
    """
    summaries = item.run.data.summaries
    return tuple(
        _run_card(experiment_id, item, facts, summaries[facts.key])
        for facts in metrics
        if summaries[facts.key].count > 1
    )


def own_decimals(facts: MetricFacts, summary: MetricSummary) -> int:
    """Find the digits that a run's own page shows of a metric.

    They come from the run's values alone: those of the experiment's table may change with every
    run that is added, and with them all pages.
    """
    return _decimals_of(standing_value(facts, summary), summary.last)


@lru_cache(maxsize=1 << 12)  # card, row and digest of a run's page ask for the same, one by one
def _decimals_of(standing: float | None, last: float) -> int:
    return column_decimals([standing, last])


def _card(experiment: PlannedExperiment, facts: MetricFacts, decimals: int | None) -> ChartCard:
    return ChartCard(
        metric=facts.key,
        kind="line" if facts.is_series else "bar",
        x=_x(facts),
        x_title=_x_title(facts),
        experiment_id=experiment.id,
        note=NOTES[facts.direction],
        aside=_best_aside(experiment, facts, decimals),
    )


def _run_card(
    experiment_id: str,
    item: PlannedRun,
    facts: MetricFacts,
    summary: MetricSummary,
) -> ChartCard:
    best = {"min": summary.min, "max": summary.max}.get(facts.direction)
    step = {"min": summary.min_step, "max": summary.max_step}.get(facts.direction)
    at = f" at {format_count(step)}" if step is not None else ""
    word, value = ("last", summary.last) if best is None else ("best", best)
    return ChartCard(
        metric=facts.key,
        kind="line",
        x=_x(facts),
        x_title=_x_title(facts),
        experiment_id=experiment_id,
        run_id=item.run_id,
        note=NOTES[facts.direction],
        aside=f"{word} {format_number(value, own_decimals(facts, summary))}{at}",
        color=item.color,
        status=item.state,
    )


def _best_aside(experiment: PlannedExperiment, facts: MetricFacts, decimals: int | None) -> str:
    if not facts.direction:
        return ""
    found = [standing_value(facts, i.run.data.summaries.get(facts.key)) for i in experiment.runs]
    finite = [value for value in found if value is not None and value - value == 0]
    if not finite:
        return ""
    best = min(finite) if facts.direction == "min" else max(finite)
    word = "best" if facts.rule == facts.direction else f"best {facts.rule}"
    return f"{word} {format_number(best, decimals)}"


def _x(facts: MetricFacts) -> str:
    if facts.is_system and facts.is_series:
        return "time"
    return "step" if facts.has_steps or not facts.is_series else "index"


def _x_title(facts: MetricFacts) -> str:
    return {"step": "step", "index": "logged point", "time": "time"}[_x(facts)]


def _section_title(facts: MetricFacts) -> str:
    if facts.key.startswith(SYSTEM_PREFIX):
        return "system"
    prefix, slash, _ = facts.key.partition("/")
    return prefix if slash else PLAIN_SECTION
