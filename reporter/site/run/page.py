"""run/<run_id>.html: everything about one run, as a context. Pure.

What a run's page says of other runs (neighbours, rank, parent, children) is gathered in a small
record of its own, :class:`RunPlace`: together with the run it is all that the page is made of, so
a page is made again exactly when one of the two changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reporter.model import MetricSummary, Problem
from reporter.site import links
from reporter.site.cells import ARROWS, metric_cell, plural, run_link, status_of
from reporter.site.contexts import FigureCard, Frame, Link, ProblemRow
from reporter.site.curves.charts import own_decimals, run_charts
from reporter.site.lookup import ExperimentLookup
from reporter.site.names import without_marks
from reporter.site.numbers import (
    MISSING,
    format_bytes,
    format_count,
    format_time,
    format_time_exact,
)
from reporter.site.plan import PlannedRun
from reporter.site.run.artifact_tree import ArtifactTree
from reporter.site.run.children import child_table
from reporter.site.run.contexts import (
    ChildTable,
    ConsoleCard,
    FigureGroup,
    FilesPage,
    MetricRow,
    ModelCard,
    ParamRow,
    RunPage,
    TagRow,
)
from reporter.site.run.datasets import dataset_cards
from reporter.site.run.environment import environment_facts
from reporter.site.run.facts import run_facts
from reporter.site.run.packages import package_card
from reporter.site.run.reproduce import diff_lines, error_html, recipe
from reporter.site.summaries import MetricFacts
from reporter.site.table.columns import is_user_tag

__all__ = ["RunPlace", "files_context", "place_run", "problem_rows", "run_context"]

MAX_CHIPS = 6
MAX_CHIP_CHARS = 28
MAX_LEFT_OUT = 100
"""Lines of what was left out."""

MAX_RANK = 10
"""Ranks beyond are not said: they would change with every run that is added."""


@dataclass(frozen=True, kw_only=True)
class RunPlace:
    """What a run's page says of the runs around it.

    Parameters
    ----------
    previous, next : Link or None
        By time of starting.
    parent : Link or None
    children : ChildTable or None
    rank : str
        ``best of 42 by val_loss`` or empty.
    differing : tuple of str
        Those of its params that differ in the experiment.
    metrics : tuple of MetricFacts
        What is known of each metric it logged, in the order of the page.
    """

    previous: Link | None
    next: Link | None
    parent: Link | None
    children: ChildTable | None
    rank: str
    differing: tuple[str, ...]
    metrics: tuple[MetricFacts, ...]


def place_run(lookup: ExperimentLookup, item: PlannedRun) -> RunPlace:
    """Gather what a run's page says of the runs around it.

    Parameters
    ----------
    lookup : ExperimentLookup
    item : PlannedRun

    Returns
    -------
    RunPlace
    """
    page = links.run_page(item.run_id)
    experiment = lookup.experiment
    parent = lookup.by_id.get(item.parent_id)
    home = links.experiment_page(experiment.id)
    return RunPlace(
        previous=_neighbour(lookup, page, item.ordinal - 1),
        next=_neighbour(lookup, page, item.ordinal + 1),
        parent=run_link(page, parent, fallback=home) if parent else None,
        children=child_table(lookup, page, lookup.children.get(item.run_id, ())),
        rank=_rank(lookup, item),
        differing=tuple(key for key in experiment.differing if key in item.run.data.params),
        metrics=tuple(lookup.metrics_of(item)),
    )


def run_context(
    lookup: ExperimentLookup,
    item: PlannedRun,
    place: RunPlace,
    *,
    frame: Frame,
    sparks: Mapping[str, str],
    figures: Sequence[FigureGroup],
    n_figures: int,
    tree: ArtifactTree,
    note_html: Markup,
    problems: Sequence[Problem],
    year_of_newest: int | None,
    own_charts: Sequence[FigureCard] = (),
    models: Sequence[ModelCard] = (),
    consoles: Sequence[ConsoleCard] = (),
    diff_href: str = "",
) -> RunPage:
    """Make the context of a run's page.

    Parameters
    ----------
    lookup : ExperimentLookup
    item : PlannedRun
    place : RunPlace
    frame : Frame
    sparks : mapping of str to str
        SVG path of each metric's history.
    figures, own_charts
        As the page shows them.
    n_figures : int
        How many figures there are.
    tree : ArtifactTree
        Its artifacts.
    note_html : Markup
        The run's note.
    problems : sequence of Problem
        All of this run's.
    year_of_newest : int or None
    models, consoles
        As the page shows them.
    diff_href : str
        Link to the file of uncommitted changes.

    Returns
    -------
    RunPage
    """
    run = item.run
    reproduction = recipe(run)
    page = links.run_page(item.run_id)
    return RunPage(
        frame=frame,
        run_id=item.run_id,
        experiment_id=lookup.experiment.id,
        name=without_marks(item.name),
        status=status_of(item, year_of_newest),
        when=_when(item),
        when_exact=_when_exact(item),
        color=item.color,
        rank=place.rank,
        chips=_chips(run.data.tags),
        error_html=error_html(run.data.tags.get("reporter.error", "")),
        previous=place.previous,
        next=place.next,
        facts=run_facts(item, place.metrics),
        params=_params(item, place),
        params_note=_params_note(item, place),
        metrics=tuple(
            _metric_row(facts, run.data.summaries[facts.key], sparks) for facts in place.metrics
        ),
        charts=run_charts(lookup.experiment.id, item, place.metrics),
        n_figures=format_count(n_figures),
        figures=tuple(figures),
        own_charts=tuple(own_charts),
        artifacts=tree.shown,
        left_out=tree.left_out[:MAX_LEFT_OUT],
        left_out_note=_left_out_note(len(tree.left_out)),
        late_artifacts=tree.late,
        artifacts_note=artifacts_note(item),
        all_files=_all_files(item, tree),
        commands=reproduction.commands,
        diff=diff_lines(reproduction.diff),
        diff_href=diff_href,
        reproduce_note=reproduction.note,
        parent=place.parent,
        children=place.children,
        note_html=note_html,
        tags=_tags(run.data.tags),
        environment=environment_facts(run.data.tags),
        packages=package_card(run.data.tags),
        datasets=dataset_cards(run.inputs.dataset_inputs, page, lookup.experiment.id),
        models=tuple(models),
        consoles=tuple(consoles),
        problems=problem_rows(problems, where=item.name),
    )


def problem_rows(
    problems: Sequence[Problem], *, where: str = "", href: str = ""
) -> tuple[ProblemRow, ...]:
    """Print problems.

    Parameters
    ----------
    problems : sequence of Problem
    where : str
        What to call the place instead of its path in the store, which then leads the detail.
    href : str
        The page of the run concerned.

    Returns
    -------
    tuple of ProblemRow
    """
    return tuple(
        ProblemRow(
            severity=problem.severity,
            what=problem.what,
            where=where or problem.where,
            detail=_detail(problem) if where else problem.detail,
            hint=problem.hint,
            href=href,
        )
        for problem in problems
    )


def _detail(problem: Problem) -> str:
    """Say which file of the run it is, then what was found."""
    parts = problem.where.replace("\\", "/").split("/")
    ids = [place for place, part in enumerate(parts) if len(part) == 32]
    file = "/".join(parts[ids[-1] + 1 :]) if ids else parts[-1]
    return ", ".join(part for part in (file, problem.detail) if part)


def _neighbour(lookup: ExperimentLookup, page: str, ordinal: int) -> Link | None:
    runs = lookup.experiment.runs
    if not 0 <= ordinal < len(runs) or not runs[ordinal].has_page:
        return None
    return run_link(page, runs[ordinal])


def _rank(lookup: ExperimentLookup, item: PlannedRun) -> str:
    place = lookup.ranks.get(item.run_id)
    if place is None or place > MAX_RANK or len(lookup.ranks) < 2:
        return ""
    word = "best" if place == 1 else f"{place}{_ORDINAL_ENDINGS.get(place, 'th')}"
    return f"{word} of {format_count(len(lookup.ranks))} by {lookup.experiment.leading}"


_ORDINAL_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


def _when(item: PlannedRun) -> str:
    """Say when and by whom: ``21 Nov 2026, 03:52 to 03:57 UTC by ana on node-07``."""
    info, tags = item.run.info, item.run.data.tags
    parts = []
    if info.start_time is not None:
        parts.append(_span(info.start_time, info.end_time))
    if user := info.user_id or tags.get("mlflow.user", ""):
        parts.append(f"by {user}")
    if host := tags.get("reporter.host", ""):
        parts.append(f"on {host}")
    return " ".join(parts)


def _span(start_ms: int, end_ms: int | None) -> str:
    first_day, first_time = _day_and_time(start_ms)
    if end_ms is None:
        return f"{first_day}, {first_time} UTC"
    last_day, last_time = _day_and_time(end_ms)
    if (first_day, first_time) == (last_day, last_time):
        return f"{first_day}, {first_time} UTC"
    end = last_time if last_day == first_day else f"{last_day}, {last_time}"
    return f"{first_day}, {first_time} to {end} UTC"


def _day_and_time(time_ms: int) -> tuple[str, str]:
    day, _, time = format_time(time_ms).rpartition(" ")
    return day, time


def _when_exact(item: PlannedRun) -> str:
    times = (item.run.info.start_time, item.run.info.end_time)
    return " to ".join(format_time_exact(time) for time in times if time is not None)


def _chips(tags: Mapping[str, str]) -> tuple[str, ...]:
    texts = (f"{key} {value}".strip() for key, value in sorted(tags.items()) if is_user_tag(key))
    short = [text for text in texts if len(text) <= MAX_CHIP_CHARS and "\n" not in text]
    return tuple(short[:MAX_CHIPS])


def _params(item: PlannedRun, place: RunPlace) -> tuple[ParamRow, ...]:
    """List params, those that differ first, else as they were logged."""
    params, differing = item.run.data.params, set(place.differing)
    keys = [*place.differing, *(key for key in params if key not in differing)]
    return tuple(ParamRow(key=k, value=params[k], differs=k in differing) for k in keys)


def _params_note(item: PlannedRun, place: RunPlace) -> str:
    count = format_count(len(item.run.data.params))
    if not place.differing:
        return count if item.run.data.params else ""
    verb = "differs" if len(place.differing) == 1 else "differ"
    return f"{count}, of which {len(place.differing)} {verb} in this experiment"


def _metric_row(facts: MetricFacts, summary: MetricSummary, sparks: Mapping[str, str]) -> MetricRow:
    decimals = own_decimals(facts, summary)
    value = {"min": summary.min, "max": summary.max}.get(facts.sense)
    step = {"min": summary.min_step, "max": summary.max_step}.get(facts.sense)
    return MetricRow(
        key=facts.key,
        direction=ARROWS[facts.direction],
        unit=facts.unit,
        best=metric_cell(value, decimals),
        last=metric_cell(summary.last, decimals),
        value_exact=repr(float(summary.last)),
        best_at=format_count(step) if step is not None else MISSING,
        spark=sparks.get(facts.key, ""),
    )


def files_context(item: PlannedRun, *, frame: Frame, tree: ArtifactTree) -> FilesPage | None:
    """Make the context of the page that lists all files of a run.

    Parameters
    ----------
    item : PlannedRun
    frame : Frame
    tree : ArtifactTree

    Returns
    -------
    FilesPage or None
        None when the run's page has room for all.
    """
    if tree.late is None:
        return None
    here = links.run_files(item.run_id)
    return FilesPage(
        frame=frame,
        name=without_marks(item.name),
        run=run_link(here, item),
        artifacts=tree.rows,
        artifacts_note=artifacts_note(item),
    )


def _all_files(item: PlannedRun, tree: ArtifactTree) -> Link | None:
    if tree.late is None:
        return None
    href = links.href(links.run_page(item.run_id), links.run_files(item.run_id))
    return Link(text=f"All {plural(len(item.artifacts), 'file')}", href=href)


def _left_out_note(n_files: int) -> str:
    first = f", the first {MAX_LEFT_OUT}" if n_files > MAX_LEFT_OUT else ""
    return f"{plural(n_files, 'file')} left out{first}" if n_files else ""


def artifacts_note(item: PlannedRun) -> str:
    """Say how many files a run left and how large they are together."""
    if not item.artifacts:
        return ""
    size_bytes = sum(artifact.size_bytes for artifact in item.artifacts)
    return f"{plural(len(item.artifacts), 'file')}, {format_bytes(size_bytes)}"


def _tags(tags: Mapping[str, str]) -> tuple[TagRow, ...]:
    """List what a person said of the run; what the library recorded has places of its own."""
    return tuple(
        TagRow(key=key, value=value) for key, value in sorted(tags.items()) if is_user_tag(key)
    )
