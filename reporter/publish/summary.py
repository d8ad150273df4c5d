"""A store told in one page of Markdown: for a pull request, a step summary, a chat.

Readers in, text out; the same bests, ranks and comparisons as the site's. Knows no command line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reporter.config import Config
from reporter.model import Run
from reporter.publish.difference import (
    Difference,
    ExperimentDifference,
    ExperimentRuns,
    compare,
    read_experiments,
)
from reporter.publish.difference_text import (
    MARKS,
    bests_table,
    comparisons_table,
    headline,
    noise_note,
)
from reporter.publish.gate import Condition, Finding, evaluate
from reporter.publish.markdown import code, link, sparkline, table
from reporter.site.cells import plural
from reporter.site.comparisons import hold, read_groups
from reporter.site.numbers import column_decimals, format_duration, format_number
from reporter.site.plan import run_state
from reporter.site.summaries import (
    MetricFacts,
    differing_params,
    leading_metric,
    rank_runs,
    standing_value,
)
from reporter.store.ports import StoreReader

__all__ = ["MAX_CHARS", "Summary", "summarise"]

MAX_CHARS = 65_000
"""GitHub refuses a comment of 65,536 characters."""

_UNDECIDED = ("within noise", "same", "unknown")

MAX_PARAMS = 4
MAX_METRICS = 3
"""A comment is narrow: what does not fit is on the site."""


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What a summary found.

    Parameters
    ----------
    experiments : mapping of str to ExperimentRuns
    difference : Difference or None
        Against the baseline, when there was one.
    findings : tuple of Finding
        What the conditions came to.
    markdown : str
    """

    experiments: Mapping[str, ExperimentRuns]
    difference: Difference | None
    findings: tuple[Finding, ...]
    markdown: str

    @property
    def failures(self) -> tuple[Finding, ...]:
        """Return the conditions by which the check fails."""
        return tuple(finding for finding in self.findings if finding.is_met)


def summarise(
    reader: StoreReader,
    baseline: StoreReader | None = None,
    conditions: Sequence[Condition] = (),
    *,
    experiments: Sequence[str] = (),
    n_best: int = 5,
    site: str = "",
    config: Config | None = None,
) -> Summary:
    """Tell the best runs, what changed, and whether it may pass.

    Parameters
    ----------
    reader : StoreReader
    baseline : StoreReader, optional
        An earlier state to compare with.
    conditions : sequence of Condition
        By which the check fails.
    experiments : sequence of str
        Names of those to tell of; all when empty.
    n_best : int
        Runs in each table.
    site : str
        Address of the published site, for links.
    config : Config, optional
        Whose comparisons are answered.

    Returns
    -------
    Summary
        At most :data:`MAX_CHARS` characters of Markdown; what does not fit is counted.

    Raises
    ------
    InvalidInputError
        A condition speaks of a metric that nobody logged, or the query of a comparison cannot be
        read.
    """
    found = _chosen(read_experiments(reader), experiments)
    before = _chosen(read_experiments(baseline), experiments) if baseline else None
    difference = _difference(found, before, reader, baseline)
    findings = [item for condition in conditions for item in evaluate(condition, found, before)]
    by_name = {item.name: item for item in difference.experiments} if difference else {}
    parts = ["\n".join(_head(found, difference, findings, site))]
    for name, item in found.items():
        changed = by_name.get(name)
        lines = [*_experiment(item, reader, n_best, site)]
        if changed and not changed.is_same:
            lines += _changes(changed)
        lines += _comparisons(config or Config(), item)
        parts.append("\n".join(lines))
    return Summary(
        experiments=found,
        difference=difference,
        findings=tuple(findings),
        markdown=_fit(parts),
    )


def _chosen(found: Mapping[str, ExperimentRuns], names: Sequence[str]) -> dict[str, ExperimentRuns]:
    return {name: item for name, item in found.items() if not names or name in names}


def _difference(
    found: Mapping[str, ExperimentRuns],
    before: Mapping[str, ExperimentRuns] | None,
    reader: StoreReader,
    baseline: StoreReader | None,
) -> Difference | None:
    if before is None or baseline is None:
        return None
    return compare(before, found, (baseline.location, reader.location))


def _head(
    found: Mapping[str, ExperimentRuns],
    difference: Difference | None,
    findings: Sequence[Finding],
    site: str,
) -> Iterator[str]:
    runs = [run for item in found.values() for run in item.runs]
    counted = f"{plural(len(runs), 'run')} in {plural(len(found), 'experiment')}"
    yield f"**{counted}**: {_states(runs)}." if runs else "**No runs.**"
    if site:
        yield f"[Open the report]({site})"
    for finding in findings:
        mark = "❌" if finding.is_met else "✅"
        where = code(finding.experiment)
        yield f"\n{mark} {code(finding.condition.text)} in {where}: {finding.reason}."
    if difference:
        yield f"\nAgainst {code(difference.old)}: {headline(difference)}"


def _states(runs: Sequence[Run]) -> str:
    return ", ".join(f"{n:,} {state}" for state, n in Counter(map(run_state, runs)).most_common())


def _experiment(item: ExperimentRuns, reader: StoreReader, n_best: int, site: str) -> Iterator[str]:
    leading = item.metrics.get(leading_metric(item.metrics))
    ranked = rank_runs(leading, item.runs)
    by_id = {run.info.run_id: run for run in item.runs}
    best = [by_id[run_id] for run_id in ranked[:n_best]]
    shown = best or list(reversed(item.runs))[:n_best]
    yield f"\n### {code(item.experiment.name)}"
    yield f"\n{plural(len(item.runs), 'run')}: {_states(item.runs)}.\n"
    yield _runs_table(item, shown, leading, reader, site)
    if len(item.runs) > len(shown):
        which = "best" if best else "newest"
        yield f"\nThe {len(shown)} {which} of {len(item.runs):,}."
    failed = [run for run in item.runs if run.info.status == "FAILED"]
    if failed:
        yield f"\nFailed: {', '.join(_failure(run, site) for run in failed[:n_best])}" + (
            f" and {len(failed) - n_best:,} more." if len(failed) > n_best else "."
        )


def _runs_table(
    item: ExperimentRuns,
    runs: Sequence[Run],
    leading: MetricFacts | None,
    reader: StoreReader,
    site: str,
) -> str:
    metrics = _shown_metrics(item, leading)
    params = differing_params(item.runs)[:MAX_PARAMS]
    curves = _curves(reader, runs, leading)
    columns = [_metric_column(facts, runs) for facts in metrics]
    headings = ["run", *(_heading(facts) for facts in metrics), *map(code, params), "time"]
    rows = [
        [
            _run_link(run, site),
            *(column[place] for column in columns),
            *(code(run.data.params.get(key, ""), 24) for key in params),
            format_duration(run.duration_ms),
            *([curves.get(run.info.run_id, "")] if curves else []),
        ]
        for place, run in enumerate(runs)
    ]
    headings += [code(leading.key)] if curves and leading else []
    return table(headings, rows, "l" + "r" * (len(metrics) + len(params) + 1))


def _shown_metrics(item: ExperimentRuns, leading: MetricFacts | None) -> list[MetricFacts]:
    """Choose the leading metric and the next that tell something, most common first."""
    others = [facts for facts in item.metrics.values() if not facts.is_system and facts != leading]
    others.sort(key=lambda facts: (not facts.direction, not facts.sense, -facts.n_runs))
    return [*([leading] if leading else []), *others][:MAX_METRICS]


def _heading(facts: MetricFacts) -> str:
    arrow = {"min": " ↓", "max": " ↑"}.get(facts.sense, "")
    return f"{code(facts.key)}{arrow}"


def _metric_column(facts: MetricFacts, runs: Sequence[Run]) -> list[str]:
    values = [standing_value(facts, run.data.summaries.get(facts.key)) for run in runs]
    decimals = column_decimals(values)
    return [format_number(value, decimals) for value in values]


def _curves(
    reader: StoreReader, runs: Sequence[Run], leading: MetricFacts | None
) -> dict[str, str]:
    if leading is None or not leading.is_series:
        return {}
    ids = [run.info.run_id for run in runs]
    series = reader.history(ids, [leading.key])
    lines = {
        item.run_id: sparkline(item.values[item.steps.argsort(kind="stable")]) for item in series
    }
    return lines if any(lines.values()) else {}


def _run_link(run: Run, site: str) -> str:
    address = f"{site.rstrip('/')}/run/{run.info.run_id}.html" if site else ""
    return link(run.info.run_name or run.info.run_id[:8], address)


def _failure(run: Run, site: str) -> str:
    error = run.data.tags.get("reporter.error", "").rstrip().rpartition("\n")[2]
    return _run_link(run, site) + (f" ({code(error)})" if error else "")


def _changes(changed: ExperimentDifference) -> Iterator[str]:
    for title, text in (
        ("Best of all runs", bests_table(changed.bests)),
        ("Beyond noise", comparisons_table(changed.with_verdict("worse", "better"))),
    ):
        if text:
            yield f"\n**{title}**\n\n{text}"
    counts = Counter(item.change.verdict for item in changed.comparisons)
    rest = [f"{counts[word]:,} {MARKS[word]}" for word in _UNDECIDED if counts[word]]
    if rest:
        yield f"\nRun again: {', '.join(rest)}. _{noise_note(changed.comparisons)}_"


def _comparisons(config: Config, item: ExperimentRuns) -> Iterator[str]:
    """Answer the questions that the configuration asks of an experiment."""
    names = ("", item.experiment.name, item.experiment.experiment_id)
    for declared in config.comparisons:
        facts = item.metrics.get(declared.metric)
        if facts is None or declared.experiment not in names or not declared.groups:
            continue
        direction = declared.direction or facts.direction
        held = hold(read_groups(declared, item.runs), direction)
        base = declared.groups[0].name
        yield f"\n**{code(declared.name)}** {code(declared.metric)} against {code(base)}:\n"
        for group, found, _, told in held:
            n = f"n = {found.n} against {found.n_base}"
            yield f"- {code(group.name)}: {told.short} {told.text} ({n})"


def _fit(parts: Sequence[str]) -> str:
    """Join what fits, and count the experiments that do not."""
    kept, room = [], MAX_CHARS - 200
    for part in parts:
        room -= len(part) + 1
        if room < 0:
            break
        kept.append(part)
    hidden = len(parts) - len(kept)
    if hidden:
        kept.append(f"\n… and {plural(hidden, 'more experiment')}, too long for a comment.")
    return "\n".join(kept) + "\n"
