"""Comparisons that ``report.toml`` declares: groups of runs by filters, held against the first.

Computed with scipy when the site is built, so that a claim stands in the page whatever a reader's
browser does; the compare page computes the same for groups chosen there. Runs in, contexts out;
pure.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reporter.config import ComparisonSettings, Config
from reporter.errors import FilterSyntaxError, did_you_mean
from reporter.model import MetricSummary, Problem, Run
from reporter.search import compile_filter, parse_filter
from reporter.site.contexts import ComparisonCard, ComparisonRow, Strip
from reporter.site.numbers import MISSING, column_decimals, format_number
from reporter.site.strips import Scale, strip
from reporter.site.summaries import MetricFacts
from reporter.site.verdicts import Verdict, signed, tell
from reporter.statistics import Contrast, Estimate, contrast, holm, stratified_iqm

if TYPE_CHECKING:
    from reporter.site.plan import PlannedExperiment

__all__ = ["Group", "comparison_cards", "comparison_problems", "hold", "read_groups"]

MIN_GROUPS = 2


@dataclass(frozen=True, kw_only=True)
class Group:
    """A declared group and its runs' values.

    Parameters
    ----------
    name : str
    n_runs : int
        Runs that its filter finds.
    values : tuple of float
        One of each that logged the metric.
    """

    name: str
    n_runs: int
    values: tuple[float, ...]


def comparison_cards(config: Config, experiment: PlannedExperiment) -> tuple[ComparisonCard, ...]:
    """Compute what is declared for an experiment.

    Parameters
    ----------
    config : Config
    experiment : PlannedExperiment

    Returns
    -------
    tuple of ComparisonCard
        Those whose filters can be read and whose metric some run logged; the others are problems.
    """
    runs = [item.run for item in experiment.runs]
    cards = []
    for declared in config.comparisons:
        facts = experiment.metrics.get(declared.metric)
        if facts and _is_meant(declared, experiment) and not list(_syntax(declared)):
            cards.append(_card(declared, facts, read_groups(declared, runs)))
    return tuple(cards)


def comparison_problems(config: Config, planned: Sequence[PlannedExperiment]) -> Iterator[Problem]:
    """Find what is declared and cannot be compared.

    Parameters
    ----------
    config : Config
    planned : sequence of PlannedExperiment

    Yields
    ------
    Problem
    """
    for place, declared in enumerate(config.comparisons, start=1):
        where = f"{os.path.basename(config.path)} comparisons[{place}]"
        for detail, hint in _slips(declared, planned):
            yield Problem(what="Comparison left out", where=where, detail=detail, hint=hint)


def _slips(
    declared: ComparisonSettings, planned: Sequence[PlannedExperiment]
) -> Iterator[tuple[str, str]]:
    meant = [item for item in planned if _is_meant(declared, item)]
    if not meant:
        names = (item.name for item in planned)
        hint = did_you_mean(declared.experiment, names)
        yield f"there is no experiment '{declared.experiment}'", hint
        return
    metrics = {key for item in meant for key in item.metrics}
    if declared.metric not in metrics:
        hint = did_you_mean(declared.metric, metrics)
        yield f"no run logged the metric '{declared.metric}'", hint
    if len(declared.groups) < MIN_GROUPS:
        yield "it needs two groups or more", "Add [[comparisons.groups]] with a name and a query."
    yield from _syntax(declared)
    runs = [item.run for experiment in meant for item in experiment.runs]
    if not list(_syntax(declared)):
        for group in read_groups(declared, runs):
            if not group.n_runs:
                yield f"no run fits the query of '{group.name}'", "Try it in the search field."


def _syntax(declared: ComparisonSettings) -> Iterator[tuple[str, str]]:
    for group in declared.groups:
        try:
            parse_filter(group.query)
        except FilterSyntaxError as error:
            yield f"the query of '{group.name}' cannot be read: {error.message}", error.hint


def _is_meant(declared: ComparisonSettings, experiment: PlannedExperiment) -> bool:
    return declared.experiment in ("", experiment.name, experiment.id)


def read_groups(declared: ComparisonSettings, runs: Sequence[Run]) -> list[Group]:
    """Find the runs of each declared group and their values.

    Parameters
    ----------
    declared : ComparisonSettings
    runs : sequence of Run

    Returns
    -------
    list of Group
        In the order declared; the first is the baseline.

    Raises
    ------
    FilterSyntaxError
    """
    found = []
    for group in declared.groups:
        is_wanted = compile_filter(parse_filter(group.query))
        own = [run for run in runs if is_wanted(run)]
        summaries = [run.data.summaries.get(declared.metric) for run in own]
        values = tuple(_value(summary, declared.value) for summary in summaries if summary)
        found.append(Group(name=group.name, n_runs=len(own), values=values))
    return found


def hold(
    groups: Sequence[Group], direction: str, unit: str = ""
) -> list[tuple[Group, Contrast, float, Verdict]]:
    """Hold each group against the first.

    Parameters
    ----------
    groups : sequence of Group
        At least one.
    direction : str
    unit : str

    Returns
    -------
    list of (Group, Contrast, float, Verdict)
        For each but the first; the number is Welch's p, adjusted where there are several.
    """
    base, *others = groups
    found = [contrast(base.values, group.values, direction) for group in others]
    compared = sum(not math.isnan(item.p) for item in found)
    ps = holm([item.p for item in found]) if compared > 1 else [item.p for item in found]
    return [
        (group, item, p, tell(item, group.name, direction, unit=unit, p=p, compared=compared))
        for group, item, p in zip(others, found, ps, strict=True)
    ]


def _value(summary: MetricSummary, value: str) -> float:
    found = {"min": summary.min, "max": summary.max, "mean": summary.mean}.get(value)
    return summary.last if found is None else found


def _card(
    declared: ComparisonSettings, facts: MetricFacts, groups: Sequence[Group]
) -> ComparisonCard:
    direction = declared.direction or facts.direction
    means = {group.name: stratified_iqm([group.values]) for group in groups}
    finite = [found.value for found in means.values() if math.isfinite(found.value)]
    decimals = column_decimals(finite)
    middles = {name: format_number(found.value, decimals) for name, found in means.items()}
    strips = _strips(groups, means)
    first = groups[0]
    base = ComparisonRow(
        name=first.name,
        n=_count_text(first),
        middle=middles[first.name],
        strip=strips.get(first.name),
        is_baseline=True,
    )
    rows = [
        _row(group, found, p, verdict, middles[group.name], strips.get(group.name))
        for group, found, p, verdict in hold(groups, direction, facts.unit)
    ]
    sense = {"min": "lower is better", "max": "higher is better"}.get(direction, "")
    value = "" if declared.value in ("", "last") else f" ({declared.value})"
    return ComparisonCard(
        title=declared.name,
        description=declared.description,
        metric=f"{facts.key}{value}",
        sense=sense,
        rows=(base, *rows),
    )


def _strips(groups: Sequence[Group], means: Mapping[str, Estimate]) -> dict[str, Strip]:
    ends = [end for found in means.values() for end in (found.low, found.high)]
    scale = Scale.over([*ends, *(value for group in groups for value in group.values)])
    if scale is None:
        return {}
    about = ((group, means[group.name]) for group in groups)
    return {
        group.name: strip(scale, group.values, found.value, found.low, found.high)
        for group, found in about
    }


def _row(
    group: Group,
    found: Contrast,
    p: float,
    verdict: Verdict,
    middle: str,
    drawing: Strip | None,
) -> ComparisonRow:
    ends = [found.difference, found.low, found.high]
    decimals = column_decimals([value for value in ends if math.isfinite(value)])
    has_interval = math.isfinite(found.low)
    return ComparisonRow(
        name=group.name,
        n=_count_text(group),
        middle=middle,
        strip=drawing,
        difference=_known(signed(found.difference, decimals), found.difference),
        interval=f"{signed(found.low, decimals)} to {signed(found.high, decimals)}"
        if has_interval
        else MISSING,
        p=_known(format_number(p, 3), p),
        u_p=_known(format_number(found.u_p, 3), found.u_p),
        improvement=_known(format_number(found.improvement, 2), found.improvement),
        effect=_known(signed(found.g, 2), found.g),
        question=verdict.question,
        short=verdict.short,
        text=verdict.text,
        claim=verdict.claim,
    )


def _known(text: str, value: float) -> str:
    return text if math.isfinite(value) else MISSING


def _count_text(group: Group) -> str:
    """Count the runs that have a finite value, and those that were found beside them."""
    n = sum(map(math.isfinite, group.values))
    return str(n) if n == group.n_runs else f"{n} of {group.n_runs}"
