"""The pages that show several runs: index, experiment, compare. Plan in, contexts out; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from heapq import nsmallest

import numpy as np
from markupsafe import Markup

from reporter.model import Problem
from reporter.site import links
from reporter.site.cells import (
    ARROWS,
    counts_of,
    counts_text,
    dates_text,
    duration_text,
    metric_cell,
    plural,
    run_link,
    status_of,
)
from reporter.site.comparisons import comparison_cards
from reporter.site.contexts import (
    ComparePage,
    ExperimentPage,
    ExperimentRow,
    Fact,
    FigureCard,
    Frame,
    IndexPage,
    LatestRun,
    Link,
    ProblemRow,
    ViewLink,
)
from reporter.site.curves.charts import chart_sections, index_chart
from reporter.site.curves.sparkline import spark_paths
from reporter.site.history import BuildRecord, build_rows
from reporter.site.lookup import ExperimentLookup
from reporter.site.names import without_marks
from reporter.site.notes import NOTE_TAG
from reporter.site.numbers import (
    format_bytes,
    format_count,
    format_time,
    format_time_exact,
)
from reporter.site.plan import PlannedExperiment, PlannedRun, SitePlan
from reporter.site.run.page import problem_rows
from reporter.site.summaries import standing_value
from reporter.site.table.columns import is_user_tag
from reporter.site.table.tables import runs_table
from reporter.site.view_state import view_hash

__all__ = [
    "MAX_FIGURES",
    "compare_context",
    "experiment_context",
    "index_context",
    "site_problem_rows",
]

MAX_LATEST = 6
MAX_PROBLEMS = 200
MAX_FIGURES = 200
"""A gallery of more is slow on a phone; the run pages show all."""


def index_context(
    plan: SitePlan,
    lookups: Sequence[ExperimentLookup],
    frame: Frame,
    problems: Sequence[ProblemRow],
    metrics_glob: str,
    store: str,
    *,
    description_html: Markup,
    home_html: Markup,
    history: Sequence[BuildRecord] = (),
    own_charts: Sequence[FigureCard] = (),
) -> IndexPage:
    """Make the context of the first page.

    Parameters
    ----------
    plan : SitePlan
    lookups : sequence of ExperimentLookup
        One for each of the plan's experiments.
    frame : Frame
    problems : sequence of ProblemRow
        All of them; the page shows the first 200.
    metrics_glob : str
        What names the points for download in a query; empty when none are offered.
    store : str
        Where the store is, for the page without runs.
    description_html, home_html : Markup
        From the configuration.
    history : sequence of BuildRecord
        Builds of this report, oldest first.
    own_charts : sequence of FigureCard
        What functions of the user's made for this page.

    Returns
    -------
    IndexPage
    """
    runs = [item for experiment in plan.experiments for item in experiment.runs]
    chart = _chart_of(lookups)
    only = plan.experiments[0] if len(plan.experiments) == 1 else None
    is_cut = len(problems) > MAX_PROBLEMS
    has_title = plan.settings.title or plan.settings.config.title
    return IndexPage(
        frame=frame,
        title=only.name if only and not has_title else plan.title,
        lede_html=_lede(only) if only else Markup(),
        n_runs=format_count(len(runs)),
        counts=counts_of(runs),
        dates=dates_text(runs),
        experiments=tuple(_experiment_row(plan, lookup) for lookup in lookups),
        table=runs_table(only, links.INDEX, plan.year_of_newest) if only else None,
        chart=index_chart(chart.experiment, chart.decimals) if chart else None,
        chart_experiment=_experiment_link(links.INDEX, chart.experiment) if chart else None,
        latest=_latest(plan, lookups) if len(lookups) > 1 else (),
        problems=tuple(problems[:MAX_PROBLEMS]),
        problems_note=f"{MAX_PROBLEMS} of {format_count(len(problems))} shown" if is_cut else "",
        data_text=_data_text(plan, runs),
        data_snippet=_snippet(metrics_glob),
        store=store,
        builds=build_rows(history, plan.year_of_newest),
        description_html=description_html,
        home_html=home_html,
        own_charts=tuple(own_charts),
        views=tuple(v for e in plan.experiments for v in _views(plan, e, links.INDEX)),
    )


def experiment_context(
    plan: SitePlan,
    lookup: ExperimentLookup,
    frame: Frame,
    *,
    figures: Sequence[FigureCard],
    n_figures: int,
    n_tables: int,
    note_html: Markup,
    parts: Sequence[str],
    own_charts: Sequence[FigureCard] = (),
) -> ExperimentPage:
    """Make the context of an experiment's page.

    Parameters
    ----------
    plan : SitePlan
    lookup : ExperimentLookup
    frame : Frame
    figures : sequence of FigureCard
        Those that are shown.
    n_figures : int
        How many there are.
    n_tables : int
        How many tables several runs logged.
    note_html : Markup
    parts : sequence of str
        Site paths of the experiment's own files of points, where one file would be too large.
    own_charts : sequence of FigureCard
        What functions of the user's made for this experiment.

    Returns
    -------
    ExperimentPage
    """
    experiment = lookup.experiment
    page = links.experiment_page(experiment.id)
    best, best_text = _best(lookup, page)
    sections = chart_sections(experiment, lookup.decimals)
    is_cut = n_figures > len(figures)
    return ExperimentPage(
        frame=frame,
        experiment_id=experiment.id,
        name=without_marks(experiment.name),
        n_runs=format_count(len(experiment.runs)),
        counts=counts_of(experiment.runs),
        dates=dates_text(experiment.runs),
        best=best,
        best_text=best_text,
        table=runs_table(experiment, page, plan.year_of_newest),
        sections=sections,
        own_charts=tuple(own_charts),
        n_charts=format_count(sum(len(section.cards) for section in sections) + len(own_charts)),
        figures=tuple(figures),
        figures_note=f"{len(figures)} of {format_count(n_figures)} shown" if is_cut else "",
        n_figures=format_count(n_figures + n_tables),
        n_tables=n_tables,
        note_html=note_html,
        views=tuple(_views(plan, experiment, page)),
        comparisons=comparison_cards(plan.settings.config, experiment),
        facts=tuple(_about(experiment, page, parts)),
    )


def _views(plan: SitePlan, experiment: PlannedExperiment, page: str) -> Iterator[ViewLink]:
    """Turn the named views of an experiment into links."""
    target = links.experiment_page(experiment.id)
    base = "" if page == target else links.href(page, target)
    for view in plan.settings.config.views:
        if view.experiment in ("", experiment.name, experiment.id):
            yield ViewLink(
                name=view.name,
                href=base + (view_hash(view) or "#runs"),
                description=view.description,
                experiment=experiment.name,
            )


def compare_context(frame: Frame) -> ComparePage:
    """Make the context of the compare page, which the browser fills."""
    return ComparePage(frame=frame)


def site_problem_rows(
    page: str,
    plan: SitePlan,
    by_run: Mapping[str, Sequence[Problem]],
) -> tuple[ProblemRow, ...]:
    """Print all problems of a site: those of the store, then run by run.

    Parameters
    ----------
    page : str
        Site path of the page that lists them.
    plan : SitePlan
    by_run : mapping of str to sequence of Problem
        By run id.

    Returns
    -------
    tuple of ProblemRow
        What lost something first.
    """
    rows = list(problem_rows(plan.problems))
    for experiment in plan.experiments:
        for item in experiment.runs:
            where = f"{experiment.name} / {item.name}"
            target = run_link(page, item).href
            rows += problem_rows(by_run.get(item.run_id, ()), where=where, href=target)
    return tuple(sorted(rows, key=lambda row: row.severity != "error"))


def _chart_of(lookups: Sequence[ExperimentLookup]) -> ExperimentLookup | None:
    """Choose whose chart the first page shows: the newest experiment's that has a history."""
    return next((item for item in lookups if index_chart(item.experiment, item.decimals)), None)


def _lede(experiment: PlannedExperiment) -> Markup:
    """Lead from the first page, which is its only experiment's table, to the rest of it."""
    described = _first_line(experiment.experiment.tags.get(NOTE_TAG, ""))
    target = links.href(links.INDEX, links.experiment_page(experiment.id))
    link = Markup('<a href="{}#charts">{}</a>').format(target, "Charts, images and notes")
    return Markup("{} {}").format(described, link) if described else link


def _experiment_row(plan: SitePlan, lookup: ExperimentLookup) -> ExperimentRow:
    experiment = lookup.experiment
    facts = experiment.leading_facts
    _, best, exact = _best_value(lookup)
    counts = counts_of(experiment.runs)
    starts = [item.run.info.start_time for item in experiment.runs if item.run.info.start_time]
    last = max(starts, default=None)
    return ExperimentRow(
        name=experiment.name,
        href=links.href(links.INDEX, links.experiment_page(experiment.id)),
        description=_first_line(experiment.experiment.tags.get(NOTE_TAG, "")),
        n_runs=format_count(len(experiment.runs)),
        counts=counts,
        counts_text=counts_text(counts),
        metric=f"{facts.key} {ARROWS[facts.sense]}".strip() if facts else "",
        best=best,
        best_exact=exact,
        best_so_far=_best_so_far(experiment),
        last_run=format_time(last, plan.year_of_newest) if last is not None else "",
        last_run_exact=format_time_exact(last),
        size=format_bytes(_size_bytes(experiment)),
    )


def _best_so_far(experiment: PlannedExperiment) -> str:
    """Draw the best value of the leading metric up to each run."""
    facts = experiment.leading_facts
    if facts is None or not facts.sense:
        return ""
    runs = sorted(experiment.runs, key=lambda item: item.run.info.start_time or 0)
    found = (standing_value(facts, item.run.data.summaries.get(facts.key)) for item in runs)
    values = np.array([value for value in found if value is not None and np.isfinite(value)])
    best = (np.maximum if facts.sense == "max" else np.minimum).accumulate(values)
    return spark_paths([(np.arange(len(best)), best)])[0]


def _first_line(note: str) -> str:
    """Take the first paragraph of a note, without marks of Markdown, as a description."""
    lines = (line.strip().lstrip("#>*- ").strip() for line in note.splitlines())
    first = next((line for line in lines if line), "")
    return first.replace("**", "").replace("`", "")


def _size_bytes(experiment: PlannedExperiment) -> int:
    """Sum up the artifacts: what an experiment weighs."""
    return sum(artifact.size_bytes for item in experiment.runs for artifact in item.artifacts)


def _best_value(lookup: ExperimentLookup) -> tuple[PlannedRun | None, str, str]:
    """Return the best run by the leading metric, and its value as printed and exact."""
    facts = lookup.experiment.leading_facts
    if facts is None or not lookup.experiment.ranked:
        return None, "", ""
    item = lookup.by_id[lookup.experiment.ranked[0]]
    value = standing_value(facts, item.run.data.summaries.get(facts.key))
    cell = metric_cell(value, lookup.decimals[facts.key])
    return item, f"{cell.text}{' ' if facts.unit else ''}{facts.unit}", cell.exact


def _best(lookup: ExperimentLookup, page: str) -> tuple[Link | None, str]:
    item, text, _ = _best_value(lookup)
    if item is None or not item.has_page:
        return None, ""
    return run_link(page, item), f"{lookup.experiment.leading} {text}"


def _latest(plan: SitePlan, lookups: Sequence[ExperimentLookup]) -> tuple[LatestRun, ...]:
    everything = ((lookup, item) for lookup in lookups for item in lookup.experiment.runs)
    newest = nsmallest(
        MAX_LATEST,
        everything,
        key=lambda pair: (-(pair[1].run.info.start_time or 0), pair[1].run_id),
    )
    return tuple(_latest_run(plan, lookup, item) for lookup, item in newest)


def _latest_run(plan: SitePlan, lookup: ExperimentLookup, item: PlannedRun) -> LatestRun:
    facts = lookup.experiment.leading_facts
    summary = item.run.data.summaries.get(facts.key) if facts else None
    value = standing_value(facts, summary) if facts else None
    start = item.run.info.start_time
    return LatestRun(
        run=run_link(links.INDEX, item, fallback=links.experiment_page(lookup.experiment.id)),
        status=status_of(item, plan.year_of_newest),
        experiment=_experiment_link(links.INDEX, lookup.experiment),
        value=metric_cell(value, lookup.decimals[facts.key] if facts else None),
        duration=duration_text(item),
        started=format_time(start, plan.year_of_newest),
        started_exact=format_time_exact(start),
    )


def _experiment_link(page: str, experiment: PlannedExperiment) -> Link:
    target = links.experiment_page(experiment.id)
    return Link(text=experiment.name, href=links.href(page, target))


def _data_text(plan: SitePlan, runs: Sequence[PlannedRun]) -> str:
    if not runs or not plan.settings.full_data:
        return ""
    points = plural(plan.n_points, "metric point")
    return f"All of it as plain files: {plural(len(runs), 'run')}, {points}."


def _snippet(metrics_glob: str) -> str:
    if not metrics_glob:
        return ""
    query = f"select key, min(value), max(value)\nfrom '{metrics_glob}' group by key"
    loaded = '# Python: a folder, a zip or an address\nruns = reporter.load("https://...").runs'
    return f"-- DuckDB, in this folder\n{query}\n\n{loaded}"


def _about(experiment: PlannedExperiment, page: str, parts: Sequence[str]) -> list[Fact]:
    record = experiment.experiment
    tags = sorted(record.tags.items())
    facts = [Fact(label="Experiment id", value=experiment.id, is_small=True)]
    if record.creation_time:
        exact = format_time_exact(record.creation_time)
        created = f"{format_time(record.creation_time)} UTC"
        facts.append(Fact(label="Created", value=created, exact=exact))
    if record.artifact_location:
        facts.append(Fact(label="Artifact location", value=record.artifact_location))
    n_artifacts = sum(len(item.artifacts) for item in experiment.runs)
    size = format_bytes(_size_bytes(experiment))
    params = {key for item in experiment.runs for key in item.run.data.params}
    differ = f"{format_count(len(experiment.differing))} differ" if experiment.differing else ""
    facts += [
        Fact(label="Artifacts", value=plural(n_artifacts, "file"), aside=size),
        Fact(label="Params", value=format_count(len(params)), aside=differ),
        Fact(
            label="Metrics",
            value=format_count(len(experiment.metrics)),
            aside=plural(experiment.n_points, "point"),
        ),
    ]
    facts += [Fact(label=key, value=value) for key, value in tags if is_user_tag(key)]
    facts += [
        Fact(label="Points", value=path.rsplit("/", 1)[-1], href=links.href(page, path))
        for path in parts
    ]
    return facts
