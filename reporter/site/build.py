"""The build, as a script: gather, plan, then write data, pages and manifest, in this order.

Everything that decides something is elsewhere and pure; this is the order of steps. Data files
come before the catalog and the pages that name them, the manifest last, so that a build killed at
any instruction leaves a site that works.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from reporter import renderers
from reporter.config import Config
from reporter.model import Problem
from reporter.site import links
from reporter.site.branding import Branding, make_branding
from reporter.site.curves.charts import chart_sections
from reporter.site.curves.histories import PartsPass
from reporter.site.curves.points import plan_parts
from reporter.site.history import next_history, read_history, record_build
from reporter.site.job import Job
from reporter.site.lookup import ExperimentLookup
from reporter.site.own.charts import load_own_charts
from reporter.site.page_writer import (
    draw_shared_charts,
    write_catalog,
    write_downloads,
    write_pages,
)
from reporter.site.plan import Progress, SitePlan, SiteSettings, gather
from reporter.site.run.writer import RunWriter
from reporter.site.secret_scan import refuse_secrets
from reporter.site.theme import Theme
from reporter.site.writing.output import SiteOutput
from reporter.store.ports import StoreReader

__all__ = ["BuildResult", "build"]


@dataclass(frozen=True, kw_only=True)
class BuildResult:
    """What a build came to.

    Parameters
    ----------
    location : str
        Where the site is, as the user wrote it.
    n_runs, n_experiments, n_charts, n_pages : int
    n_run_pages : int
        Runs that have a page of their own.
    size_bytes : int
        Of the whole site.
    problems : tuple of Problem
    n_artifacts, artifact_bytes : int
        Files of runs in the site: equal bytes count once.
    n_left_out, left_out_bytes : int
        Artifacts that rules keep out of the site.
    largest : tuple of (str, int)
        The ten largest artifacts: path in the site and size in bytes.
    files_written, files_unchanged, files_deleted : int
    """

    location: str
    n_runs: int
    n_experiments: int
    n_charts: int
    n_pages: int
    n_run_pages: int
    size_bytes: int
    problems: tuple[Problem, ...]
    n_artifacts: int
    artifact_bytes: int
    n_left_out: int
    left_out_bytes: int
    largest: tuple[tuple[str, int], ...]
    files_written: int
    files_unchanged: int
    files_deleted: int


def build(
    reader: StoreReader,
    output: SiteOutput,
    *,
    config: Config | None = None,
    title: str = "",
    full_data: bool = True,
    run_pages: int = 5_000,
    max_artifact_bytes: int | None = None,
    allow_secrets: bool = False,
    keep_old: bool = True,
    progress: Progress | None = None,
) -> BuildResult:
    """Compile a store into a site.

    Parameters
    ----------
    reader : StoreReader
    output : SiteOutput
        Where the site goes, e.g. ``FolderOutput("site")``.
    config : Config, optional
        What ``report.toml`` says; nothing by default.
    title : str
        Of the site; goes over the configuration's.
    full_data : bool
        Whether all runs and points are offered as Parquet and CSV.
    run_pages : int
        How many runs get a page of their own.
    max_artifact_bytes : int, optional
        Larger artifacts are left out; goes over the limits of the configuration.
    allow_secrets : bool
        Whether to go on without looking for keys and passwords.
    keep_old : bool
        Whether data files of the build before stay for pages that a browser still holds.
    progress : callable, optional
        Told (phase, done, total) as the work goes on.

    Returns
    -------
    BuildResult
        Damage found on the way is in its problems; it stopped nothing.

    Raises
    ------
    BuildError
        The site cannot be written, or another build is writing it.
    OutputConflictError
        Something that no build wrote stands where a file must go.
    SecretsFoundError
        Params, tags or text artifacts hold what looks like a secret; nothing was written.
    """
    settings = SiteSettings(
        title=title,
        full_data=full_data,
        run_pages=run_pages,
        config=config or Config(),
        max_artifact_bytes=max_artifact_bytes,
    )
    branding = make_branding(settings.config)
    tell = progress or _tell_nobody
    renderers.load_entry_points()
    with output:
        plan = gather(reader, settings, tell)
        plan = replace(plan, problems=(*branding.problems, *plan.problems))
        pages = _page_paths(plan)
        output.check_free(pages)
        if not keep_old:
            output.forget_old()
        if not allow_secrets:
            refuse_secrets(reader, plan, settings.artifact_rules, output.scanned())
        job = _begin(reader, output, plan, branding, tell)
        _write_runs(job)
        draw_shared_charts(job)
        write_downloads(job)
        write_catalog(job)
        latest = record_build(plan, job.digest)
        job.history = next_history(read_history(output.history), latest)
        write_pages(job)
        totals = output.finish(
            plan.report_id,
            is_scanned=not allow_secrets,
            history=[vars(record) for record in job.history],
        )
    return BuildResult(
        location=output.location,
        n_runs=plan.n_runs,
        n_experiments=len(plan.experiments),
        n_charts=sum(map(_count_charts, job.lookups)),
        n_pages=len(pages),
        n_run_pages=sum(item.has_page for e in plan.experiments for item in e.runs),
        size_bytes=totals.size_bytes,
        problems=tuple(job.all_problems()),
        n_artifacts=totals.n_artifacts,
        artifact_bytes=totals.artifact_bytes,
        n_left_out=len(job.left_out),
        left_out_bytes=sum(job.left_out),
        largest=totals.largest,
        files_written=totals.n_written,
        files_unchanged=totals.n_unchanged,
        files_deleted=totals.n_deleted,
    )


def _tell_nobody(phase: str, done: int, total: int) -> None:
    """Take a report of progress that nobody asked for."""


def _begin(
    reader: StoreReader, output: SiteOutput, plan: SitePlan, branding: Branding, tell: Progress
) -> Job:
    theme = Theme()
    return Job(
        reader=reader,
        output=output,
        plan=plan,
        theme=theme,
        version=theme.version,
        assets=theme.write_assets(output, branding),
        lookups=tuple(ExperimentLookup(experiment) for experiment in plan.experiments),
        tell=tell,
        own=load_own_charts(plan.settings.config),
    )


def _write_runs(job: Job) -> None:
    """Write what belongs to single runs, and settle what is offered for download."""
    has_data = job.plan.settings.full_data and job.plan.n_runs > 0
    planned = plan_parts(job.plan) if has_data else []
    parts = PartsPass(job.output, planned)
    tables = (links.RUNS_PARQUET, links.RUNS_CSV) if has_data else ()
    job.downloads = (*tables, *(part.path for part in planned))
    writer = RunWriter(job, parts)
    for lookup in job.lookups:
        writer.write_experiment(lookup)
    job.downloads = (*tables, *sorted(parts.paths))


def _page_paths(plan: SitePlan) -> list[str]:
    runs = (item for experiment in plan.experiments for item in experiment.runs if item.has_page)
    return [
        links.INDEX,
        links.COMPARE,
        *([links.ALL_RUNS] if len(plan.experiments) > 1 else []),
        *(links.experiment_page(experiment.id) for experiment in plan.experiments),
        *(links.run_page(item.run_id) for item in runs),
    ]


def _count_charts(lookup: ExperimentLookup) -> int:
    sections = chart_sections(lookup.experiment, lookup.decimals)
    return sum(len(section.cards) for section in sections)
