"""Run by run: artifacts, histories and the run's own page. One pass, in the order of run ids.

A run whose page is made from the same things as before costs a digest. The order is that of run
ids because the data files are divided by them: each is written and dropped as soon as its last
run has passed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reporter.model import Problem
from reporter.site import links
from reporter.site.artifacts import (
    Exhibit,
    Shipment,
    ShippedFile,
    draw,
    is_likely_figure,
    write_files,
    write_fragments,
)
from reporter.site.contexts import FigureCard, Frame
from reporter.site.curves.histories import PartsPass, SeriesPass, read_run
from reporter.site.curves.series import plan_shards
from reporter.site.curves.tiers import Tiers, plan_tiers
from reporter.site.curves.zoom_index import zoom_index
from reporter.site.details import is_likely_text, write_details
from reporter.site.frames import FrameMaker
from reporter.site.job import Job
from reporter.site.lookup import ExperimentLookup
from reporter.site.notes import NOTE_TAG, render_note
from reporter.site.own.charts import Subject
from reporter.site.plan import PlannedRun, SitePlan
from reporter.site.run.artifact_tree import ArtifactTree, artifact_rows, make_tree, shown_elsewhere
from reporter.site.run.contexts import RunPage
from reporter.site.run.galleries import Gallery, make_gallery
from reporter.site.run.gallery import figure_cards
from reporter.site.run.page import RunPlace, files_context, place_run, run_context
from reporter.site.run.parts import RunParts, read_parts
from reporter.site.table.tables import aggregate_files, table_files
from reporter.site.wall.figures import figures_file
from reporter.site.wall.live_figures import is_likely_live, live_files, write_live_list
from reporter.site.wall.logged_tables import is_likely_table, with_tables, write_tables
from reporter.site.wall.thumbnails import Thumbnails
from reporter.site.writing.manifest import inputs_digest

__all__ = ["RunWriter"]


class RunWriter:
    """Writes everything that belongs to single runs.

    Parameters
    ----------
    job : Job
    parts : PartsPass
        The points for download.
    """

    def __init__(self, job: Job, parts: PartsPass) -> None:
        self._job = job
        self._parts = parts
        self._frames = FrameMaker(plan=job.plan, assets=job.assets, downloads=job.downloads)
        self._shipment = Shipment(
            reader=job.reader, output=job.output, rules=job.plan.settings.artifact_rules
        )
        self._tiers = _tiers_of(job.plan)
        self._thumbnails = Thumbnails(reader=job.reader, output=job.output)
        self._n_done = 0

    def write_experiment(self, lookup: ExperimentLookup) -> None:
        """Write the artifacts, data files and run pages of one experiment.

        Parameters
        ----------
        lookup : ExperimentLookup
        """
        job, experiment = self._job, lookup.experiment
        series = SeriesPass(job.output, plan_shards(experiment, self._tiers))
        for item in sorted(experiment.runs, key=lambda item: item.run_id):
            self._write_run(lookup, item, series)
            self._n_done += 1
            job.tell("Building", self._n_done, job.plan.n_runs)
        shards = series.finish()
        job.series[experiment.id] = [
            (shard, name) for shard, (name, *_) in shards if not shard.tier
        ]
        if zooms := zoom_index(experiment.id, shards, self._tiers):
            job.zooms[experiment.id] = self._write_table(*zooms)
        if figures := figures_file(lookup, job.figures.get(experiment.id, ())):
            job.figure_files[experiment.id] = self._write_table(*figures)
        if live := write_live_list(job, lookup, job.live.pop(experiment.id, ())):
            job.live_lists[experiment.id] = live
        logged = job.logged.pop(experiment.id, ())
        job.table_lists[experiment.id] = write_tables(job, lookup, logged)
        if details := write_details(job, lookup, job.texts.pop(experiment.id, ())):
            job.details[experiment.id] = details
        job.tables[experiment.id] = [
            self._write_table(name, data) for name, data in table_files(experiment)
        ]
        job.aggregates[experiment.id] = [
            (self._write_table(name, data), keys)
            for name, data, keys in aggregate_files(experiment)
        ]

    def _write_table(self, name: str, data: bytes) -> str:
        self._job.output.write(links.data_path(name), data)
        return name

    def _write_run(self, lookup: ExperimentLookup, item: PlannedRun, series: SeriesPass) -> None:
        job = self._job
        shipped = self._shipment.ship(lookup.experiment.experiment, item)
        files = with_tables(item, self._thumbnails.add(shipped))
        job.left_out += [file.artifact.size_bytes for file in files if file.left_out]
        found = [*item.run.problems, *(file.problem for file in files if file.problem)]
        job.add_problems(item.run_id, found)
        job.run_digests[item.run_id] = inputs_digest(_run_facts(item, files))
        job.places[item.run_id] = {f.artifact.path: f.site_path for f in files if f.site_path}
        likely = [f for f in files if is_likely_figure(f.artifact) and not f.left_out]
        job.figures.setdefault(lookup.experiment.id, []).extend(likely)
        job.logged.setdefault(lookup.experiment.id, []).extend(filter(is_likely_table, files))
        job.texts.setdefault(lookup.experiment.id, []).extend(filter(is_likely_text, files))
        job.live.setdefault(lookup.experiment.id, []).extend(filter(is_likely_live, files))
        if not item.has_page:
            reading = read_run(job.reader, item, series, self._parts, needs_sparks=False)
            job.add_problems(item.run_id, reading.problems)
            return
        place = place_run(lookup, item)
        inputs = self._page_inputs(lookup, item, place)
        is_kept = self._keep(item, inputs)
        reading = read_run(job.reader, item, series, self._parts, needs_sparks=not is_kept)
        job.add_problems(item.run_id, reading.problems)
        if not is_kept:
            trusted = "" if reading.problems else inputs
            self._write_page(lookup, item, place, files, reading.sparks, trusted)

    def _keep(self, item: PlannedRun, inputs: str) -> bool:
        """Keep the page of the last build, and tell its problems again."""
        kept = self._job.output.reuse(inputs)
        if kept is not None:
            self._job.add_problems(item.run_id, list(kept[1].problems))
        return kept is not None

    def _page_inputs(self, lookup: ExperimentLookup, item: PlannedRun, place: RunPlace) -> str:
        frame = self._frame(lookup, item)
        year = self._job.plan.year_of_newest
        facts = self._job.run_digests[item.run_id]
        name = lookup.experiment.name
        own = self._job.own.digest_for("run")
        return inputs_digest("run", self._job.version, frame, year, name, facts, place, own)

    def _frame(self, lookup: ExperimentLookup, item: PlannedRun, files_page: str = "") -> Frame:
        page = links.run_page(item.run_id)
        experiment = lookup.experiment
        trail = [(experiment.name, links.experiment_page(experiment.id)), (item.name, page)]
        if files_page:
            return self._frames.lasting_frame(files_page, [*trail, ("Files", files_page)])
        return self._frames.lasting_frame(page, trail)

    def _write_page(
        self,
        lookup: ExperimentLookup,
        item: PlannedRun,
        place: RunPlace,
        files: Sequence[ShippedFile],
        sparks: Mapping[str, str],
        inputs: str,
    ) -> None:
        job, page = self._job, links.run_page(item.run_id)
        exhibits = draw(job.reader, files, page)
        needs = write_files(job.output, exhibits)
        parts = read_parts(job.reader, item, files)
        gallery = make_gallery(figure_cards(exhibits, page), job.theme)
        rows = artifact_rows(files, exhibits, page)
        tree = make_tree(rows, job.theme, shown_elsewhere(exhibits))
        needs += self._write_parts({**parts.files, **gallery.files, **tree.files})
        for live in live_files(job, exhibits):
            job.output.write(live.path, live.content)
            needs.append(live.path)
        subject = Subject(page=page, kind="run", name=item.name, runs=[(lookup.experiment, item)])
        own, own_problems = job.own.draw(job.reader, subject)
        needs += write_fragments(job.output, [chart.fragment for chart in own])
        problems = [*_drawing_problems(exhibits), *own_problems]
        job.add_problems(item.run_id, problems)
        cards = [chart.card for chart in own]
        needs += self._write_files_page(lookup, item, tree)
        context = self._context(lookup, item, place, files, sparks, cards, parts, gallery, tree)
        data = job.theme.render("run.html.j2", context)
        job.output.write(page, data, inputs=inputs, needs=needs, problems=problems)

    def _write_parts(self, files: Mapping[str, bytes]) -> list[str]:
        for path, content in files.items():
            self._job.output.write(path, content)
        return list(files)

    def _write_files_page(
        self, lookup: ExperimentLookup, item: PlannedRun, tree: ArtifactTree
    ) -> list[str]:
        """List all files on a page of their own, when they are too many for the run's."""
        path = links.run_files(item.run_id)
        frame = self._frame(lookup, item, path)
        context = files_context(item, frame=frame, tree=tree)
        if context is None:
            return []
        self._job.output.write(path, self._job.theme.render("files.html.j2", context))
        return [path]

    def _context(
        self,
        lookup: ExperimentLookup,
        item: PlannedRun,
        place: RunPlace,
        files: Sequence[ShippedFile],
        sparks: Mapping[str, str],
        own_charts: Sequence[FigureCard],
        parts: RunParts,
        gallery: Gallery,
        tree: ArtifactTree,
    ) -> RunPage:
        page = links.run_page(item.run_id)
        by_path = {file.artifact.path: file.site_path for file in files if file.site_path}

        def find_file(path: str) -> str:
            target = by_path.get(path.removeprefix("./").removeprefix("artifacts/"))
            return links.href(page, target) if target else ""

        return run_context(
            lookup,
            item,
            place,
            frame=self._frame(lookup, item),
            sparks=sparks,
            figures=gallery.groups,
            n_figures=gallery.n_figures,
            own_charts=own_charts,
            tree=tree,
            note_html=render_note(item.run.data.tags.get(NOTE_TAG, ""), find_file),
            problems=self._job.problems[item.run_id],
            year_of_newest=self._job.plan.year_of_newest,
            models=parts.models,
            consoles=parts.consoles,
            diff_href=parts.diff_href,
        )


def _tiers_of(plan: SitePlan) -> Tiers:
    """Choose how fine the site's series are; a metric that every run logged once is none."""
    runs = (item.run for experiment in plan.experiments for item in experiment.runs)
    counts = (one.count for run in runs for one in run.data.summaries.values() if one.count > 1)
    settings = plan.settings.config.charts
    return plan_tiers(counts, most_points=settings.zoom_points, most_total=settings.zoom_total)


def _run_facts(item: PlannedRun, files: Sequence[ShippedFile]) -> tuple[object, ...]:
    """Gather everything known of a run but where its store lies."""
    run, info = item.run, item.run.info
    return (
        (info.run_id, info.run_name, info.user_id, info.status, info.start_time, info.end_time),
        (item.ordinal, item.state, item.has_page, run.last_event_time),
        list(run.data.params.items()),
        sorted(run.data.tags.items()),
        [tuple(vars(summary).values()) for _, summary in sorted(run.data.summaries.items())],
        run.inputs,
        run.problems,
        [tuple(vars(file).values()) for file in files],
    )


def _drawing_problems(exhibits: Sequence[Exhibit]) -> list[Problem]:
    """Collect what renderers found; that a file is missing was said when it was shipped."""
    return [
        exhibit.fragment.problem
        for exhibit in exhibits
        if exhibit.fragment.problem and exhibit.file.site_path
    ]
