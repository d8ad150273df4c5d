"""The pages over all runs, once every run is done: experiments, index, compare, and the catalog."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace

from reporter.site import downloads, links
from reporter.site.artifacts import ShippedFile, draw, write_files, write_fragments
from reporter.site.catalog import catalog_file
from reporter.site.cells import run_link
from reporter.site.contexts import FigureCard
from reporter.site.frames import FrameMaker
from reporter.site.home import home_texts
from reporter.site.importance import write_importances
from reporter.site.job import Job
from reporter.site.lookup import ExperimentLookup
from reporter.site.notes import NOTE_TAG, render_note
from reporter.site.own.charts import Subject
from reporter.site.pages import (
    MAX_FIGURES,
    compare_context,
    experiment_context,
    index_context,
    site_problem_rows,
)
from reporter.site.plan import PlannedExperiment
from reporter.site.run.gallery import figure_card, is_shown_as_figure
from reporter.site.table.all_runs import all_runs_context
from reporter.site.wall.figures import without_steps
from reporter.site.writing.manifest import inputs_digest

__all__ = ["draw_shared_charts", "write_catalog", "write_downloads", "write_pages"]


def write_downloads(job: Job) -> None:
    """Write the runs as tables for download, and as the events that make the site a store.

    Parameters
    ----------
    job : Job
    """
    digests = [
        (experiment.id, experiment.name, [job.run_digests[item.run_id] for item in experiment.runs])
        for experiment in job.plan.experiments
    ]
    for path, make in _tables(job).items():
        inputs = inputs_digest(path, job.version, digests)
        if job.output.reuse(inputs) is None:
            job.output.write(path, make(), inputs=inputs)


def _tables(job: Job) -> dict[str, Callable[[], bytes]]:
    plan = job.plan
    made = {links.EVENTS_PARQUET: functools.partial(downloads.events_parquet, plan, job.places)}
    if links.RUNS_PARQUET in job.downloads:
        made[links.RUNS_PARQUET] = functools.partial(downloads.runs_parquet, plan)
        made[links.RUNS_CSV] = functools.partial(downloads.runs_csv, plan)
    return {**made}


def draw_shared_charts(job: Job) -> None:
    """Let the user's functions draw for experiments and the first page, and list what failed.

    They are called in every build: nobody knows what else they read.

    Parameters
    ----------
    job : Job
    """
    pairs = [(lookup.experiment, item) for lookup in job.lookups for item in lookup.experiment.runs]
    subjects = [
        Subject(
            page=links.experiment_page(experiment.id),
            kind="experiment",
            name=experiment.name,
            runs=[pair for pair in pairs if pair[0] is experiment],
        )
        for experiment in (lookup.experiment for lookup in job.lookups)
    ]
    subjects.append(Subject(page=links.INDEX, kind="index", name="the first page", runs=pairs))
    problems = [*job.own.problems]
    for subject in subjects if job.own.functions else ():
        job.own_charts[subject.page], found = job.own.draw(job.reader, subject)
        problems += found
    job.plan = replace(job.plan, problems=(*job.plan.problems, *problems))


def write_catalog(job: Job) -> None:
    """Write the catalog, which makes the data files known.

    Parameters
    ----------
    job : Job
    """
    experiments = [lookup.experiment for lookup in job.lookups]
    importances = write_importances(job.output, experiments)
    data = catalog_file(
        job.plan,
        job.assets,
        job.tables,
        job.aggregates,
        job.series,
        job.zooms,
        importances,
        job.figure_files,
        job.table_lists,
        job.details,
        job.live_lists,
    )
    job.output.write(links.CATALOG, data)


def write_pages(job: Job) -> None:
    """Write the pages that show several runs.

    Parameters
    ----------
    job : Job
    """
    frames = FrameMaker(
        plan=job.plan,
        assets=job.assets,
        downloads=job.downloads,
        n_problems=len(job.all_problems()),
        digest=job.digest,
    )
    for lookup in job.lookups:
        _write_experiment(job, lookup, frames)
    compare = compare_context(frames.frame(links.COMPARE, [("Compare", links.COMPARE)]))
    job.output.write(links.COMPARE, job.theme.render("compare.html.j2", compare))
    if len(job.plan.experiments) > 1:
        frame = frames.frame(links.ALL_RUNS, [("All runs", links.ALL_RUNS)])
        every = all_runs_context(job.plan, frame)
        job.output.write(links.ALL_RUNS, job.theme.render("runs.html.j2", every))
    own = job.own_charts.get(links.INDEX, [])
    write_fragments(job.output, [chart.fragment for chart in own])
    description_html, home_html = home_texts(job.plan.settings.config, job.output)
    index = index_context(
        job.plan,
        job.lookups,
        frames.frame(links.INDEX),
        site_problem_rows(links.INDEX, job.plan, job.problems),
        _metrics_glob(job.downloads),
        job.reader.location,
        description_html=description_html,
        home_html=home_html,
        history=job.history,
        own_charts=[chart.card for chart in own],
    )
    job.output.write(links.INDEX, job.theme.render("index.html.j2", index))
    job.output.write_unless_there(links.NOJEKYLL, b"")


def _write_experiment(job: Job, lookup: ExperimentLookup, frames: FrameMaker) -> None:
    experiment = lookup.experiment
    page = links.experiment_page(experiment.id)
    frame = frames.frame(page, [(experiment.name, page)])
    parts = [path for path in job.downloads if path.startswith(f"data/metrics/{experiment.id}")]
    own = job.own_charts.get(page, [])
    inputs = inputs_digest(
        "experiment",
        job.version,
        frame,
        job.plan.year_of_newest,
        job.plan.settings.full_data,
        job.plan.settings.config.views,
        job.plan.settings.config.comparisons,
        experiment.first_columns,
        sorted(vars(experiment.experiment).items()),
        list(experiment.metrics.values()),
        [job.run_digests[item.run_id] for item in experiment.runs],
        parts,
        [chart.card for chart in own],
    )  # fmt: skip
    if job.output.reuse(inputs) is not None:
        return
    found = _figures_in_order(experiment, job.figures.get(experiment.id, ()))
    files = without_steps(found)
    figures, needs = _draw_figures(job, lookup, files[:MAX_FIGURES])
    context = experiment_context(
        job.plan,
        lookup,
        frame,
        figures=figures,
        n_figures=len(figures) + max(0, len(files) - MAX_FIGURES),
        n_tables=job.table_lists.get(experiment.id, ("", 0))[1],
        note_html=render_note(experiment.experiment.tags.get(NOTE_TAG, "")),
        parts=parts,
        own_charts=[chart.card for chart in own],
    )
    needs += write_fragments(job.output, [chart.fragment for chart in own])
    data = job.theme.render("experiment.html.j2", context)
    job.output.write(page, data, inputs=inputs, needs=needs)


def _figures_in_order(
    experiment: PlannedExperiment, files: Sequence[ShippedFile]
) -> list[ShippedFile]:
    """Order figures by name, then by run: the same figure of all runs side by side."""
    ordinals = {item.run_id: item.ordinal for item in experiment.runs}
    return sorted(files, key=lambda file: (file.artifact.path, ordinals[file.run_id]))


def _draw_figures(
    job: Job, lookup: ExperimentLookup, files: Sequence[ShippedFile]
) -> tuple[list[FigureCard], list[str]]:
    page = links.experiment_page(lookup.experiment.id)
    exhibits = draw(job.reader, files, page)
    cards = []
    for exhibit in filter(is_shown_as_figure, exhibits):
        item = lookup.by_id[exhibit.file.run_id]
        run = run_link(page, item, fallback=page)
        cards.append(figure_card(exhibit, run=run, color=item.color))
    return cards, write_files(job.output, exhibits)


def _metrics_glob(paths: Sequence[str]) -> str:
    parts = [path for path in paths if path.startswith("data/metrics")]
    if not parts:
        return ""
    return parts[0] if parts == [links.METRICS_PARQUET] else "data/metrics/*.parquet"
