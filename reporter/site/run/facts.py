"""The few facts that stand at the top of a run's page. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from reporter.model import MetricSummary
from reporter.site.cells import ARROWS, metric_cell, plural
from reporter.site.contexts import Fact
from reporter.site.curves.charts import own_decimals
from reporter.site.numbers import format_count, format_duration
from reporter.site.plan import PlannedRun
from reporter.site.run.environment import remote_of
from reporter.site.run.remotes import commit_url
from reporter.site.run.reproduce import count_changed_lines
from reporter.site.summaries import MetricFacts, standing_value

__all__ = ["run_facts"]

MAX_FACTS = 6
"""One row of a page of common width."""


def run_facts(item: PlannedRun, metrics: Iterable[MetricFacts]) -> tuple[Fact, ...]:
    """Choose what a reader wants to know first: three metrics, time, code, data.

    Parameters
    ----------
    item : PlannedRun
    metrics : iterable of MetricFacts
        Those that the run logged, in the order of the page.

    Returns
    -------
    tuple of Fact
    """
    summaries = item.run.data.summaries
    shown = [found for found in metrics if not found.is_system][:3]
    facts = [_metric_fact(found, summaries[found.key]) for found in shown]
    duration = item.run.duration_ms
    if duration is not None:
        exact = f"{format_count(int(duration))} ms"
        facts.append(Fact(label="Duration", value=format_duration(duration), exact=exact))
    facts += [*_code_facts(item), *_data_facts(item), *_source_facts(item)]
    return tuple(facts[:MAX_FACTS])


def _metric_fact(facts: MetricFacts, summary: MetricSummary) -> Fact:
    word = facts.standing_word if facts.sense and summary.count > 1 else ""
    value = standing_value(facts, summary) if word else summary.last
    step = {"min": summary.min_step, "max": summary.max_step}.get(facts.rule) if word else None
    at = f"at {format_count(step)}" if step is not None else ""
    cell = metric_cell(value, own_decimals(facts, summary))
    label = " ".join(filter(None, [facts.key, ARROWS[facts.direction], word]))
    aside = " ".join(filter(None, [facts.unit, at]))
    return Fact(label=label, value=cell.text, aside=aside, exact=cell.exact)


def _code_facts(item: PlannedRun) -> list[Fact]:
    tags = item.run.data.tags
    commit = tags.get("mlflow.source.git.commit", "")
    if not commit:
        return []
    n_lines = count_changed_lines(tags.get("mlflow.source.git.diff", ""))
    is_dirty = tags.get("mlflow.source.git.dirty", "").lower() == "true"
    changed = f"+{plural(n_lines, 'line')}" if n_lines else ("+ changes" if is_dirty else "")
    return [
        Fact(
            label="Commit",
            value=commit[:7],
            aside=changed,
            exact=commit,
            href=commit_url(remote_of(tags), commit),
            is_small=True,
        )
    ]


def _data_facts(item: PlannedRun) -> list[Fact]:
    inputs = item.run.inputs.dataset_inputs
    if not inputs:
        return []
    first = inputs[0].dataset
    more = f"and {len(inputs) - 1} more" if len(inputs) > 1 else f"#{first.digest[:6]}"
    aside = more if first.digest or len(inputs) > 1 else ""
    return [Fact(label="Data", value=first.name, aside=aside, exact=first.digest, is_small=True)]


def _source_facts(item: PlannedRun) -> list[Fact]:
    source = item.run.data.tags.get("mlflow.source.name", "")
    if not source:
        return []
    name = source.replace("\\", "/").rsplit("/", 1)[-1]
    return [Fact(label="Source", value=name, exact=source, is_small=True)]
