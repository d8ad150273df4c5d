"""What every page has around its content: breadcrumbs, footer, links to assets. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import reporter
from reporter.site import links
from reporter.site.cells import plural
from reporter.site.contexts import Frame, Link
from reporter.site.names import without_marks
from reporter.site.plan import PlannedExperiment, SitePlan
from reporter.site.theme import CSP, Assets

__all__ = ["FrameMaker"]

STORE_FORMAT = 1
MAX_NAMED_PARTS = 4
"""Of the points for download; more are listed on the experiment's page."""


@dataclass(frozen=True, kw_only=True)
class FrameMaker:
    """Makes the frame of any page of one site.

    Parameters
    ----------
    plan : SitePlan
    assets : Assets
    downloads : tuple of str
        Site paths of the tables offered for download.
    n_problems : int
    digest : str
        Of the data, so that a report can be cited; empty before all runs were read.
    """

    plan: SitePlan
    assets: Assets
    downloads: tuple[str, ...] = ()
    n_problems: int = 0
    digest: str = ""

    def frame(self, page: str, trail: Sequence[tuple[str, str]] = ()) -> Frame:
        """Make the frame of a page that counts what is in the site.

        Parameters
        ----------
        page : str
            Site path.
        trail : sequence of (str, str)
            Text and site path of each crumb after the home page, the page itself included.

        Returns
        -------
        Frame
        """
        n_experiments = len(self.plan.experiments)
        counted = f"{plural(self.plan.n_runs, 'run')} in {plural(n_experiments, 'experiment')}"
        problems = plural(self.n_problems, "problem") if self.n_problems else ""
        parts = [counted, *_left_out(self.plan), *([f"data {self.digest}"] if self.digest else [])]
        return self._frame(page, trail, " · ".join(parts), problems)

    def lasting_frame(self, page: str, trail: Sequence[tuple[str, str]]) -> Frame:
        """Make the frame of a page that must not change when other runs are added.

        It counts nothing and does not name parts of the points, which come and go.
        """
        return self._frame(page, trail, "", "")

    def _frame(
        self, page: str, trail: Sequence[tuple[str, str]], runs_text: str, problems: str
    ) -> Frame:
        title = self.plan.title
        trail = [(without_marks(text), target) for text, target in trail]
        names = [text for text, _ in reversed(trail)]
        return Frame(
            page_title=" · ".join([*names[:1], title]),
            site_title=title,
            root=links.root_of(page),
            crumbs=tuple(
                Link(text=text, href=links.href(page, target))
                for text, target in ((title, links.INDEX), *trail)
            ),
            stylesheet=links.href(page, self.assets.stylesheet),
            script=links.href(page, self.assets.script),
            catalog=links.href(page, links.CATALOG),
            csp=CSP,
            report_id=self.plan.report_id,
            runs_text=runs_text,
            downloads=self._downloads(page),
            problems=_problems(page, problems),
            built_with=f"Built with runpages {reporter.__version__} · store format {STORE_FORMAT}",
            all_runs=all_runs_link(page, self.plan.experiments),
            compare=links.href(page, links.COMPARE),
            logo=links.href(page, self.assets.logo) if self.assets.logo else "",
            icon=links.href(page, self.assets.icon) if self.assets.icon else "",
        )

    def _downloads(self, page: str) -> tuple[Link, ...]:
        parts = [path for path in self.downloads if path.startswith("data/metrics")]
        hidden = parts if len(parts) > MAX_NAMED_PARTS else []
        return tuple(
            Link(text=path.rsplit("/", 1)[-1], href=links.href(page, path))
            for path in self.downloads
            if path not in hidden
        )


def all_runs_link(page: str, experiments: Sequence[PlannedExperiment]) -> Link:
    """Link to the page whose table has every run: the first one, if there is but one experiment."""
    target = links.ALL_RUNS if len(experiments) > 1 else links.INDEX
    return Link(text="All runs", href=links.href(page, target))


def _left_out(plan: SitePlan) -> list[str]:
    parts = []
    if plan.n_deleted:
        parts.append(f"{plural(plan.n_deleted, 'deleted run')} left out")
    if plan.n_deleted_experiments:
        parts.append(f"{plural(plan.n_deleted_experiments, 'deleted experiment')} left out")
    return parts


def _problems(page: str, text: str) -> Link | None:
    if not text:
        return None
    return Link(text=text, href=links.href(page, links.INDEX) + "#problems")
