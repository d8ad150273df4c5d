"""The only things a template sees: one frozen record per page, every text ready to print.

Templates contain no arithmetic, no number formats and no path joins, so what they need is here.
Each field is documented; a contract test holds templates and records together. Every `href` is
relative to the page that shows it and already percent-encoded. Every `*_html` field is
:class:`markupsafe.Markup` that has been sanitised; all other text is escaped by the template. The
records of a run's page are in :mod:`reporter.site.run.contexts`.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

__all__ = [
    "BuildRow",
    "ChartCard",
    "ChartSection",
    "ComparePage",
    "ComparisonCard",
    "ComparisonRow",
    "Count",
    "ExperimentPage",
    "ExperimentRow",
    "Fact",
    "FigureCard",
    "FigureStep",
    "Frame",
    "IndexPage",
    "LatestRun",
    "Link",
    "ProblemRow",
    "RunsTable",
    "Status",
    "Strip",
    "TableCell",
    "TableColumn",
    "TableRow",
    "Viewer",
]


@dataclass(frozen=True, kw_only=True)
class Link:
    """A place to go."""

    text: str
    href: str
    """Relative to the page."""


@dataclass(frozen=True, kw_only=True)
class Status:
    """A run's state as a shape, a colour and a word."""

    state: str
    """finished, failed, killed, running, unfinished or scheduled: CSS class ``st-<state>``."""
    word: str
    """``Finished``, ``Failed``, ..."""
    detail: str = ""
    """What follows the word, e.g. ``since 12 Nov, 09:14``; may be empty."""


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many runs are in a state."""

    status: Status
    number: str
    share: int
    """Of all runs, in whole percent from 0 to 100, for the status bar."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What every page has around its content."""

    page_title: str
    """For the ``title`` element, e.g. ``digits-mlp · My report``."""
    site_title: str
    root: str
    """Prefix from this page to the site's root: ``""``, ``"../"`` or ``"../../"``."""
    crumbs: tuple[Link, ...]
    """From the home page to this one; the last is the page itself."""
    stylesheet: str
    """href of the one CSS file."""
    script: str
    """href of the one JavaScript file of ours (classic, deferred)."""
    catalog: str
    """href of ``data/catalog.js`` (classic, deferred, after `script`)."""
    csp: str
    """Content of the Content-Security-Policy meta element."""
    report_id: str
    """Prefix for keys in the browser's local storage."""
    runs_text: str
    """Footer, e.g. ``54 runs in 3 experiments``."""
    downloads: tuple[Link, ...]
    """Footer: runs.parquet, metrics.parquet, runs.csv."""
    problems: Link | None
    """Footer: ``3 problems``; None when there are none."""
    built_with: str
    """Footer, e.g. ``Built with runpages 0.1.0 · store format 1``."""
    all_runs: Link
    """Where the bar's search leads: the first page that has a runs table."""
    compare: str
    """href of compare.html from this page."""
    logo: str
    """href of the report's own logo; empty for ours."""
    icon: str
    """href of the report's own icon; empty for ours."""


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """A column of the runs table, as the first rows show it."""

    id: str
    """``attributes.start_time``, ``params.lr``, ``metrics.val_loss``, ``tags.team``."""
    label: str
    group: str
    """Heading above a group of columns: ``Run``, ``Params``, ``Metrics``, ``Tags``."""
    is_numeric: bool
    """Aligned right, with a slot for what follows the value."""
    unit: str = ""
    direction: str = ""
    """``↓``, ``↑`` or empty."""
    starts_group: bool = False
    """First of its group: gets the hairline on its left, and `group_span` counts the group."""
    group_span: int = 1
    sort: str = ""
    """``ascending`` or ``descending`` when the first rows are sorted by it, else empty."""
    description: str = ""
    aggregate: str = ""
    """What of a metric it shows, ``min`` or ``step of best``; empty for the last value."""


@dataclass(frozen=True, kw_only=True)
class TableCell:
    """One value of a row."""

    text: str
    """Formatted; ``–`` when nothing was logged."""
    exact: str
    """The value as logged, for the title; empty when nothing was logged."""
    kind: str = ""
    """``na``, ``nan`` (NaN and infinities), ``best`` or empty: a CSS class."""


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """One run in the runs table."""

    run_id: str
    name: str
    href: str
    """Its page; empty when it has none (then the row only peeks)."""
    status: Status
    color: int
    """1 to 8, CSS class ``k<color>``."""
    cells: tuple[TableCell, ...]
    """One per column, the name not included."""


@dataclass(frozen=True, kw_only=True)
class RunsTable:
    """The runs table: its first rows, readable without JavaScript, and where the rest is."""

    experiment_id: str
    """Key into the catalog."""
    n_runs: int
    columns: tuple[TableColumn, ...]
    """Without the name column, which is always first."""
    rows: tuple[TableRow, ...]
    """The first rows, at most 50."""
    n_columns: int
    """How many columns exist in all, for the button ``Columns 11 of 63``."""
    more_text: str
    """Shown without JavaScript when rows are missing, e.g. ``50 of 10,000 runs shown``."""


@dataclass(frozen=True, kw_only=True)
class ChartCard:
    """An empty box that the charts script fills when it nears the viewport."""

    metric: str
    """data-metric"""
    kind: str
    """data-kind: ``line`` for series, ``bar`` when every run logged the metric once."""
    x: str
    """data-x: ``step``, ``index`` (points logged without steps) or ``time``."""
    experiment_id: str
    run_id: str = ""
    """Only this run's series; empty on the experiment page."""
    note: str = ""
    """Grey, after the name: ``lower is better``."""
    aside: str = ""
    """At the right: ``best 0.0941`` or ``last 0.0183``."""
    x_title: str = "step"
    color: int = 0
    """With `run_id`: the run's colour, 1 to 8, so that its page need not load the runs table."""
    status: str = ""
    """With `run_id`: the run's state; a failed run's line ends in a cross."""


@dataclass(frozen=True, kw_only=True)
class ChartSection:
    """Charts whose metrics share a prefix."""

    title: str
    count_text: str
    cards: tuple[ChartCard, ...]


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """An artifact shown in the page by its renderer."""

    template: str
    """Name of the fragment, e.g. ``fragments/image.html.j2``."""
    context: object
    """The renderer's own record; the fragment sees it as ``view``."""


@dataclass(frozen=True, kw_only=True)
class FigureStep:
    """One picture of a series."""

    step: int
    href: str
    src: str
    """What stands on the page: a small copy of a large picture."""


@dataclass(frozen=True, kw_only=True)
class FigureCard:
    """A picture in a gallery."""

    path: str
    name: str
    size: str
    """``11.4 kB``"""
    viewer: Viewer
    caption: str = ""
    """Instead of the name: which series it belongs to, and which step."""
    detail: str = ""
    """``480 × 360``, ``3 figures``"""
    frames: tuple[FigureStep, ...] = ()
    """Of an image logged by key and step: all of them, when there are several, or a choice."""
    n_frames: str = ""
    """``12 steps``: how many there are in all."""
    late_frames: str = ""
    """Site path of the data file with all of them, when only a choice stands in the page."""
    late_frames_name: str = ""
    run: Link | None = None
    """On the experiment page: whose figure it is."""
    color: int = 0
    """Colour of that run, 1 to 8; 0 on the run page."""


@dataclass(frozen=True, kw_only=True)
class ProblemRow:
    """One line of the list of problems."""

    severity: str
    """``warning`` or ``error``."""
    what: str
    where: str
    detail: str
    hint: str
    href: str = ""
    """The page of the run concerned, if it has one."""


@dataclass(frozen=True, kw_only=True)
class ExperimentRow:
    """One line of the table of experiments."""

    name: str
    href: str
    description: str
    n_runs: str
    counts: tuple[Count, ...]
    counts_text: str
    """For screen readers: ``40 finished, 2 failed``."""
    metric: str
    """Name and direction of the leading metric; empty when none was logged."""
    best: str
    best_exact: str
    best_so_far: str
    """The best value up to each run, in the order of their starts, as an SVG path."""
    last_run: str
    """When the newest run began, relative to the newest event of the report."""
    last_run_exact: str
    size: str


@dataclass(frozen=True, kw_only=True)
class LatestRun:
    """One line of the list of latest runs."""

    run: Link
    status: Status
    experiment: Link
    value: TableCell
    duration: str
    started: str
    started_exact: str


@dataclass(frozen=True, kw_only=True)
class ViewLink:
    """A named view: a link that carries all of its state."""

    name: str
    href: str
    description: str
    experiment: str
    """Name of the experiment it is a view of."""


@dataclass(frozen=True, kw_only=True)
class BuildRow:
    """One line of the list of builds: what was new in it."""

    digest: str
    """First digits of the digest of its data."""
    newest: str
    """When its newest event was."""
    newest_exact: str
    n_runs: str
    more: str
    """``+3``: runs more than in the build before; empty when as many."""
    changes: tuple[str, ...]
    """``digits: val_loss ↓ 0.094 → 0.091``: bests that are new or other than before."""


@dataclass(frozen=True, kw_only=True)
class IndexPage:
    """index.html: experiments, and the runs table when there is only one experiment."""

    frame: Frame
    title: str
    lede_html: Markup
    """One paragraph, may be empty."""
    n_runs: str
    counts: tuple[Count, ...]
    dates: str
    """``12–21 Nov 2026``; empty without runs."""
    experiments: tuple[ExperimentRow, ...]
    table: RunsTable | None
    """Takes the place of the experiments when there is exactly one."""
    chart: ChartCard | None
    """A leading metric's chart; None when nothing has a history."""
    chart_experiment: Link | None
    latest: tuple[LatestRun, ...]
    problems: tuple[ProblemRow, ...]
    problems_note: str
    """When the list is cut: ``200 of 1,312 shown``; else empty."""
    data_text: str
    """``This report is itself a store: 54 runs, 312,480 metric points, 27.7 MB.``"""
    data_snippet: str
    """A query that runs on the files offered for download; empty when there are none."""
    store: str
    """Where the store is, for the empty state."""
    builds: tuple[BuildRow, ...]
    """What earlier builds changed, the newest first; empty for a first build."""
    description_html: Markup
    """From the configuration, rendered Markdown; may be empty."""
    home_html: Markup
    """Text of the home page from the configuration, rendered Markdown; may be empty."""
    own_charts: tuple[FigureCard, ...]
    """What functions of the user's made."""
    views: tuple[ViewLink, ...]
    """Named views of all experiments."""


@dataclass(frozen=True, kw_only=True)
class Strip:
    """A drawing of a group's values on a line, in the units of its view box."""

    dots: tuple[float, ...]
    middle: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True, kw_only=True)
class ComparisonRow:
    """A group of a declared comparison; what is not known is a dash."""

    name: str
    n: str
    """Runs with a value: ``5``, or ``4 of 5`` where some logged none."""
    middle: str
    """Interquartile mean."""
    strip: Strip | None
    """Every run, the interquartile mean and its 95 % interval; all groups on one scale."""
    is_baseline: bool = False
    difference: str = ""
    """Of the means, from the baseline; like all that follows empty for the baseline itself."""
    interval: str = ""
    """95 % bootstrap interval of the difference."""
    p: str = ""
    """Of Welch's t test, adjusted where several groups are compared."""
    u_p: str = ""
    """Of Mann and Whitney's U."""
    improvement: str = ""
    """Probability that a run is better than one of the baseline."""
    effect: str = ""
    """Hedges' g."""
    question: str = ""
    short: str = ""
    text: str = ""
    claim: str = ""


@dataclass(frozen=True, kw_only=True)
class ComparisonCard:
    """A comparison that the configuration declares, computed when the site was built."""

    title: str
    description: str
    metric: str
    sense: str
    """``lower is better``, or empty without a direction."""
    rows: tuple[ComparisonRow, ...]
    """The baseline first."""


@dataclass(frozen=True, kw_only=True)
class ExperimentPage:
    """experiment/<id>/index.html: tabs Runs, Charts, Images, Notes, About."""

    frame: Frame
    experiment_id: str
    name: str
    n_runs: str
    counts: tuple[Count, ...]
    dates: str
    best: Link | None
    """The best run by the leading metric."""
    best_text: str
    """``val_loss 0.0941``"""
    table: RunsTable
    sections: tuple[ChartSection, ...]
    own_charts: tuple[FigureCard, ...]
    """Charts tab: what functions of the user's made."""
    n_charts: str
    figures: tuple[FigureCard, ...]
    """Images tab: every run's figures, by name and then by run, at most 200."""
    figures_note: str
    """When the list is cut: ``200 of 1,312 shown``; else empty."""
    n_figures: str
    """Figures and comparable tables, for the tab."""
    n_tables: int
    """Tables that several runs logged, which can be compared."""
    note_html: Markup
    """The experiment's note, rendered Markdown; empty when there is none."""
    views: tuple[ViewLink, ...]
    """Named views: a tab each."""
    comparisons: tuple[ComparisonCard, ...]
    """About tab: what was declared to be compared."""
    facts: tuple[Fact, ...]
    """About tab: id, created, artifact location, size, params and metrics logged, tags."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A label and a value."""

    label: str
    value: str
    aside: str = ""
    href: str = ""
    exact: str = ""
    """For the title; empty when `value` is exact."""
    is_small: bool = False
    """Text rather than a number: set in the smaller size."""
    is_code: bool = False
    """Set in the typeface of code."""


@dataclass(frozen=True, kw_only=True)
class AllRunsPage:
    """runs.html: every run of every experiment, where there are several."""

    frame: Frame
    n_runs: str
    counts: tuple[Count, ...]
    dates: str
    n_experiments: str
    table: RunsTable


@dataclass(frozen=True, kw_only=True)
class ComparePage:
    """compare.html: filled by the script from the address (``#runs=<id>,<id>``)."""

    frame: Frame
