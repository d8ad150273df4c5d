"""One build while it goes on: what its steps share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from reporter.model import Problem
from reporter.site.artifacts import ShippedFile
from reporter.site.curves.series import Shard
from reporter.site.history import BuildRecord
from reporter.site.lookup import ExperimentLookup
from reporter.site.own.charts import OwnChart, OwnCharts
from reporter.site.plan import Progress, SitePlan
from reporter.site.theme import Assets, Theme
from reporter.site.writing.manifest import inputs_digest
from reporter.site.writing.output import SiteOutput
from reporter.store.ports import StoreReader

__all__ = ["Job"]


@dataclass(kw_only=True)
class Job:
    """What the steps of a build share, and what they tell each other.

    Parameters
    ----------
    reader : StoreReader
    output : SiteOutput
    plan : SitePlan
    theme : Theme
    version : str
        Digest of templates and code: part of every page's inputs.
    assets : Assets
    lookups : tuple of ExperimentLookup
        One for each experiment of the plan.
    tell : Progress
    own : OwnCharts
        Chart functions of the user's.
    own_charts : dict of str to list of OwnChart
        By site path of an experiment's page or the first one: what they made for it.
    downloads : tuple of str
        Site paths of the tables offered for download.
    left_out : list of int
        Sizes in bytes of the artifacts that rules keep out of the site.
    problems : dict of str to list of Problem
        By run id.
    run_digests : dict of str to str
        By run id: digest of everything known of the run.
    history : tuple of BuildRecord
        This build and those before it, once all runs are written.
    places : dict of str to dict of str to str
        By run id: artifact path to site path, of the artifacts that are in the site.
    figures : dict of str to list of ShippedFile
        By experiment id: files that are probably figures.
    live : dict of str to list of ShippedFile
        By experiment id: files that may be interactive figures or pages.
    live_lists : dict of str to str
        By experiment id: name of the list of its interactive figures.
    logged : dict of str to list of ShippedFile
        By experiment id: files that are probably tables.
    texts : dict of str to list of ShippedFile
        By experiment id, while it is written: files that are probably texts to compare.
    details : dict of str to str
        By experiment id: name of the list of what the compare page asks of single runs.
    table_lists : dict of str to (str, int)
        By experiment id: name of the list of tables that several runs logged, and how many.
    figure_files : dict of str to str
        By experiment id: name of the data file of its pictures.
    tables : dict of str to list of str
        By experiment id: names of the data files of its table.
    aggregates : dict of str to list of (str, list of str)
        By experiment id: names of the data files of aggregates, and the metrics in each.
    series : dict of str to list of (Shard, str)
        By experiment id: what the series files hold, and their names.
    zooms : dict of str to str
        By experiment id: the name of the file that lists its finer series files.
    """

    reader: StoreReader
    output: SiteOutput
    plan: SitePlan
    theme: Theme
    version: str
    assets: Assets
    lookups: tuple[ExperimentLookup, ...]
    tell: Progress
    own: OwnCharts = field(default_factory=OwnCharts)
    own_charts: dict[str, list[OwnChart]] = field(default_factory=dict)
    downloads: tuple[str, ...] = ()
    left_out: list[int] = field(default_factory=list)
    problems: dict[str, list[Problem]] = field(default_factory=dict)
    run_digests: dict[str, str] = field(default_factory=dict)
    history: tuple[BuildRecord, ...] = ()
    places: dict[str, dict[str, str]] = field(default_factory=dict)
    figures: dict[str, list[ShippedFile]] = field(default_factory=dict)
    live: dict[str, list[ShippedFile]] = field(default_factory=dict)
    live_lists: dict[str, str] = field(default_factory=dict)
    logged: dict[str, list[ShippedFile]] = field(default_factory=dict)
    texts: dict[str, list[ShippedFile]] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    table_lists: dict[str, tuple[str, int]] = field(default_factory=dict)
    figure_files: dict[str, str] = field(default_factory=dict)
    tables: dict[str, list[str]] = field(default_factory=dict)
    aggregates: dict[str, list[tuple[str, list[str]]]] = field(default_factory=dict)
    series: dict[str, list[tuple[Shard, str]]] = field(default_factory=dict)
    zooms: dict[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Digest of the data, once all runs are written: the same runs give the same one."""
        return inputs_digest(sorted(self.run_digests.items()))[:12]

    def add_problems(self, run_id: str, problems: Iterator[Problem] | list[Problem]) -> None:
        """Record a run's problems, each once."""
        known = self.problems.setdefault(run_id, [])
        known += [problem for problem in problems if problem not in known]

    def all_problems(self) -> list[Problem]:
        """Return every problem found so far: the store's, then run by run."""
        runs = (item for experiment in self.plan.experiments for item in experiment.runs)
        by_run = (problem for item in runs for problem in self.problems.get(item.run_id, ()))
        return [*self.plan.problems, *by_run]
