"""Gather everything first: what runs there are, in which order, and which pages they get.

A build is gather, plan, make contexts, render, write. This is the first two: it reads the store's
runs (never their histories), leaves out what was deleted, and settles what every later step must
agree on: order, colour, state, leading metric, which runs have a page. Knows no template, no path
and no format.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from reporter.config import Config
from reporter.model import Artifact, Experiment, LifecycleStage, Problem, Run, RunStatus
from reporter.site.artifact_rules import ArtifactRules
from reporter.site.config_check import config_problems
from reporter.site.summaries import (
    MetricFacts,
    differing_params,
    leading_metric,
    rank_runs,
    summarise_metrics,
)
from reporter.store.ports import StoreReader

__all__ = [
    "N_COLORS",
    "PlannedExperiment",
    "PlannedRun",
    "Progress",
    "SitePlan",
    "SiteSettings",
    "gather",
    "run_state",
]

N_COLORS = 8
_RUN_ID = re.compile(r"[0-9a-f]{32}")
_EXPERIMENT_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
DEFAULT_EXPERIMENT_ID = "0"
PARENT_TAG = "mlflow.parentRunId"

Progress = Callable[[str, int, int], None]
"""Told of each step: phase, how many are done, how many there are (0 when nobody knows)."""


@dataclass(frozen=True, kw_only=True)
class SiteSettings:
    """What a person may choose about a site.

    Parameters
    ----------
    title : str
    full_data : bool
        Whether all runs and points are offered as Parquet and CSV.
    run_pages : int
        How many runs get a page. Beyond it the newest, the best and the parents do, since 5,000
        pages are what a web host takes without complaint.
    config : Config
        What ``report.toml`` says.
    max_artifact_bytes : int or None
        Larger artifacts are left out, whatever the configuration says.
    """

    title: str = ""
    full_data: bool = True
    run_pages: int = 5_000
    config: Config = field(default_factory=Config)
    max_artifact_bytes: int | None = None

    @property
    def artifact_rules(self) -> ArtifactRules:
        """Which artifacts go into the site."""
        return ArtifactRules(settings=self.config.artifacts, max_size_bytes=self.max_artifact_bytes)


@dataclass(frozen=True, kw_only=True)
class PlannedRun:
    """One run and its place.

    Parameters
    ----------
    run : Run
    ordinal : int
        Its place in the experiment by time of starting, from 0: row of the table, and colour.
    state : str
        ``finished``, ``failed``, ``killed``, ``running``, ``unfinished`` or ``scheduled``.
    has_page : bool
    artifacts : tuple of Artifact
        Logged ones and files that simply lie in its folder.
    """

    run: Run
    ordinal: int
    state: str
    has_page: bool = True
    artifacts: tuple[Artifact, ...] = ()

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.run.info.run_id

    @property
    def name(self) -> str:
        """The run's name, or the beginning of its id."""
        return self.run.info.run_name or self.run_id[:8]

    @property
    def color(self) -> int:
        """1 to 8, the same on every page and in every chart."""
        return self.ordinal % N_COLORS + 1

    @property
    def parent_id(self) -> str:
        """Id of the run that this one is a child of, or empty."""
        return self.run.data.tags.get(PARENT_TAG, "")


@dataclass(frozen=True, kw_only=True)
class PlannedExperiment:
    """One experiment and what its runs say together.

    Parameters
    ----------
    experiment : Experiment
    runs : tuple of PlannedRun
        By ordinal.
    metrics : mapping of str to MetricFacts
    leading : str
        Key of the leading metric; empty when nothing was logged.
    differing : tuple of str
        Params that differ, the most telling first.
    ranked : tuple of str
        Run ids by the leading metric, the best first; empty when no direction is known.
    first_columns : tuple of str
        Ids of the columns that its table begins with, as configured.
    """

    experiment: Experiment
    runs: tuple[PlannedRun, ...]
    metrics: Mapping[str, MetricFacts] = field(default_factory=dict)
    leading: str = ""
    differing: tuple[str, ...] = ()
    ranked: tuple[str, ...] = ()
    first_columns: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The experiment's id."""
        return self.experiment.experiment_id

    @property
    def name(self) -> str:
        """The experiment's name, or its id."""
        return self.experiment.name or self.id

    @property
    def leading_facts(self) -> MetricFacts | None:
        """What is known of the leading metric."""
        return self.metrics.get(self.leading)

    @property
    def newest_start_ms(self) -> int:
        """When the newest run began, 0 when that is not known."""
        return max((item.run.info.start_time or 0 for item in self.runs), default=0)

    @property
    def n_points(self) -> int:
        """How many metric points the runs logged."""
        return sum(s.count for item in self.runs for s in item.run.data.summaries.values())


@dataclass(frozen=True, kw_only=True)
class SitePlan:
    """Everything that is in the site.

    Parameters
    ----------
    title : str
    report_id : str
        The same as long as the report is: prefix of what a browser remembers of it.
    experiments : tuple of PlannedExperiment
        The one with the newest run first.
    newest_ms : int or None
        Time of the newest event: what "ago" is relative to.
    problems : tuple of Problem
        Of the store as a whole and of experiments; those of a run are with the run.
    settings : SiteSettings
    n_deleted : int
        Runs of these experiments that are left out because they are deleted.
    n_deleted_experiments : int
        Experiments that are left out with all their runs.
    """

    title: str
    report_id: str
    experiments: tuple[PlannedExperiment, ...]
    newest_ms: int | None
    problems: tuple[Problem, ...]
    settings: SiteSettings
    n_deleted: int = 0
    n_deleted_experiments: int = 0

    @property
    def n_runs(self) -> int:
        """How many runs there are."""
        return sum(len(experiment.runs) for experiment in self.experiments)

    @property
    def n_points(self) -> int:
        """How many metric points there are."""
        return sum(experiment.n_points for experiment in self.experiments)

    @property
    def year_of_newest(self) -> int | None:
        """Year of the newest event, the only one that times do not name."""
        if self.newest_ms is None:
            return None
        try:
            return datetime.fromtimestamp(self.newest_ms / 1000, timezone.utc).year
        except (OverflowError, ValueError, OSError):
            return None


def gather(reader: StoreReader, settings: SiteSettings, progress: Progress) -> SitePlan:
    """Read a store's runs and settle the site's order.

    Parameters
    ----------
    reader : StoreReader
    settings : SiteSettings
    progress : Progress

    Returns
    -------
    SitePlan
    """
    listed = reader.experiments()
    experiments = {e.experiment_id: _portable(e, reader.location) for e in listed if _is_active(e)}
    problems = [problem for item in experiments.values() for problem in item.problems]
    runs: dict[str, list[Run]] = {experiment_id: [] for experiment_id in experiments}
    artifacts: dict[str, tuple[Artifact, ...]] = {}
    n_deleted = 0
    for count, run in enumerate(reader.runs(list(experiments))):
        progress("Reading", count, 0)
        if run.info.lifecycle_stage == LifecycleStage.DELETED:
            n_deleted += 1
            continue
        if problem := _unusable(run):
            problems.append(problem)
        else:
            runs[run.info.experiment_id].append(run)
            found = reader.artifacts([run.info.run_id])  # now, while the reader knows the run
            artifacts[run.info.run_id] = tuple(artifact for _, artifact in found)
    config = settings.config
    planned = [_plan_experiment(experiments[key], found, config) for key, found in runs.items()]
    planned = [item for item in planned if item.runs or item.id != DEFAULT_EXPERIMENT_ID]
    planned.sort(key=lambda item: (-item.newest_start_ms, item.id))
    title = settings.title or config.title
    return SitePlan(
        title=title or _store_name(reader.location),
        report_id=_report_id(title, planned),
        experiments=tuple(_complete(planned, settings.run_pages, artifacts)),
        newest_ms=_newest(planned),
        problems=(*config_problems(config, planned), *problems),
        settings=settings,
        n_deleted=n_deleted,
        n_deleted_experiments=sum(e.lifecycle_stage == LifecycleStage.DELETED for e in listed),
    )


def run_state(run: Run) -> str:
    """Name the state of a run as the site shows it.

    Parameters
    ----------
    run : Run

    Returns
    -------
    str
        A run that never ended and whose process is not seen alive is ``unfinished``.
    """
    if run.info.status == RunStatus.RUNNING:
        return "running" if run.is_live else "unfinished"
    return run.info.status.lower()


def _store_name(location: str) -> str:
    """Call a site like its store's folder, unless that has a name that everyone's has."""
    is_folder = "://" not in location and os.path.isdir(location)
    path = os.path.abspath(location) if is_folder else location.partition("://")[2]
    name = os.path.basename(path.rstrip("/"))
    return "Runs" if name in ("", "runs", "mlruns") else name


def _is_active(experiment: Experiment) -> bool:
    is_named_safely = _EXPERIMENT_ID.fullmatch(experiment.experiment_id) is not None
    return experiment.lifecycle_stage != LifecycleStage.DELETED and is_named_safely


def _portable(experiment: Experiment, store: str) -> Experiment:
    """Forget where artifacts lie on this disk, or in the store, wherever that is."""
    if experiment.artifact_location == f"{store.rstrip('/')}/{experiment.experiment_id}":
        return replace(experiment, artifact_location="")
    scheme, colon, _ = experiment.artifact_location.partition("://")
    is_public = bool(colon) and scheme != "file"
    return experiment if is_public else replace(experiment, artifact_location="")


def _unusable(run: Run) -> Problem | None:
    if _RUN_ID.fullmatch(run.info.run_id):
        return None
    where = f"{run.info.experiment_id}/{run.info.run_id}"
    return Problem(what="Run left out", where=where, detail="its id is not 32 hex digits")


def _plan_experiment(
    experiment: Experiment, found: Sequence[Run], config: Config
) -> PlannedExperiment:
    runs = sorted(found, key=lambda run: (run.info.start_time or 0, run.info.run_id))
    metrics = summarise_metrics(runs, experiment.definitions, config.definitions())
    leading = leading_metric(metrics)
    return PlannedExperiment(
        experiment=experiment,
        runs=tuple(
            PlannedRun(run=run, ordinal=place, state=run_state(run))
            for place, run in enumerate(runs)
        ),
        metrics=metrics,
        leading=leading,
        differing=differing_params(runs),
        ranked=tuple(rank_runs(metrics.get(leading), runs)),
        first_columns=config.columns,
    )


def _complete(
    planned: Sequence[PlannedExperiment],
    limit: int,
    artifacts: Mapping[str, tuple[Artifact, ...]],
) -> Iterator[PlannedExperiment]:
    """Say of each run whether it has a page, and what it left behind."""
    paged = _paged_runs(planned, limit)
    for experiment in planned:
        runs = (
            replace(item, has_page=item.run_id in paged, artifacts=artifacts[item.run_id])
            for item in experiment.runs
        )
        yield replace(experiment, runs=tuple(runs))


def _paged_runs(planned: Sequence[PlannedExperiment], limit: int) -> set[str]:
    """Choose the runs that get a page: parents, the best of each experiment, then the newest."""
    everything = [item for experiment in planned for item in experiment.runs]
    if len(everything) <= limit:
        return {item.run_id for item in everything}
    known = {item.run_id for item in everything}
    parents = sorted({item.parent_id for item in everything} & known)
    share = max(1, limit // (10 * len(planned)))
    best = [run_id for experiment in planned for run_id in experiment.ranked[:share]]
    newest = sorted(everything, key=lambda item: (-(item.run.info.start_time or 0), item.run_id))
    ordered = dict.fromkeys([*parents, *best, *(item.run_id for item in newest)])
    return set(list(ordered)[:limit])


def _newest(planned: Sequence[PlannedExperiment]) -> int | None:
    times = (
        time
        for experiment in planned
        for item in experiment.runs
        for time in (item.run.last_event_time, item.run.info.end_time, item.run.info.start_time)
        if time is not None
    )
    return max(times, default=None)


def _report_id(title: str, planned: Sequence[PlannedExperiment]) -> str:
    """Derive an id from what stays when more is logged: the title and the oldest experiment."""
    oldest = min(
        ((item.experiment.creation_time or 0, item.id) for item in planned), default=(0, "")
    )
    text = repr((title, oldest)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:12]
