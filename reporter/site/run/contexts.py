"""What the template of a run's page sees: its cards, rows and lines, every text ready to print.

A part of :mod:`reporter.site.contexts`, by the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from reporter.site.contexts import (
    ChartCard,
    Fact,
    FigureCard,
    Frame,
    Link,
    ProblemRow,
    Status,
    TableCell,
    Viewer,
)

__all__ = [
    "ArtifactRow",
    "ChildRow",
    "ChildTable",
    "ConsoleCard",
    "DatasetCard",
    "DiffLine",
    "FieldRow",
    "FigureGroup",
    "FilesPage",
    "Finding",
    "LatePart",
    "LogLine",
    "MetricRow",
    "ModelCard",
    "PackageCard",
    "PackageRow",
    "ParamRow",
    "RunPage",
    "TagRow",
]


@dataclass(frozen=True, kw_only=True)
class ParamRow:
    """data-role=param."""

    key: str
    value: str
    """Exact: shown as logged and in data-value."""
    differs: bool
    """Whether it differs between the runs of the experiment."""


@dataclass(frozen=True, kw_only=True)
class MetricRow:
    """data-role=metric; data-value is `value_exact`."""

    key: str
    direction: str
    """``↓``, ``↑`` or empty."""
    unit: str
    best: TableCell
    last: TableCell
    value_exact: str
    """The latest value, repr of the float64."""
    best_at: str
    """Step of the best value, ``–`` when there is no direction."""
    spark: str
    """``d`` of an SVG path in a box of 84 by 20; empty below two finite points."""


@dataclass(frozen=True, kw_only=True)
class TagRow:
    """A tag that a person set."""

    key: str
    value: str


@dataclass(frozen=True, kw_only=True)
class LatePart:
    """A part of a page that arrives when somebody asks for it."""

    path: str
    """Site path of its data file."""
    name: str


@dataclass(frozen=True, kw_only=True)
class ArtifactRow:
    """One line of the artifact tree: a folder or a file."""

    name: str
    depth: int
    """0 at the top."""
    is_folder: bool
    aside: str
    """Size of a file, ``3 files`` of a folder, or why the file is not here."""
    path: str = ""
    href: str = ""
    """Link to the file or to its safe wrapper; empty when it was left out or is missing."""
    download: str = ""
    """Name for the download attribute; empty when the link opens the file as a page."""
    viewer: Viewer | None = None
    """Preview that stands in the page; None when there is none."""
    late: LatePart | None = None
    """Data file with the preview, by path, when it arrives only when it is asked for."""
    digest: str = ""
    """``sha256 3fd2…91``"""
    place: str = ""
    """Where a file is that was left out."""
    is_missing: bool = False


@dataclass(frozen=True, kw_only=True)
class ChildRow:
    """A child run, or what all of them say together."""

    label: str
    """Of a row of sums: ``Mean ± sd``; else empty."""
    run: Link | None
    status: Status | None
    cells: tuple[TableCell, ...]
    """One for each column of the table."""
    duration: str


@dataclass(frozen=True, kw_only=True)
class PackageRow:
    """A package that was installed where the run ran."""

    name: str
    version: str
    is_imported: bool
    """Whether the run had imported it when it ended."""


@dataclass(frozen=True, kw_only=True)
class PackageCard:
    """What was installed where the run ran."""

    rows: tuple[PackageRow, ...]
    """Imported ones first, each part by name."""
    note: str
    """``14 packages imported, 203 packages installed``"""


@dataclass(frozen=True, kw_only=True)
class FieldRow:
    """A column of a data set or of a model's input or output."""

    part: str
    """``inputs``, ``outputs``, ``params``, ``features``, ``targets`` or empty."""
    name: str
    type: str


@dataclass(frozen=True, kw_only=True)
class DatasetCard:
    """A data set that the run read."""

    name: str
    context: str
    """What it was read for: ``training``; empty when that was not said."""
    facts: tuple[Fact, ...]
    """Digest, source and profile."""
    fields: tuple[FieldRow, ...]
    fields_note: str
    """``12 columns``; empty without a schema."""
    runs: Link | None
    """The runs of the experiment that read a data set of this name."""


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """A model that the run logged."""

    name: str
    """Folder of the model, or its file."""
    flavors: tuple[str, ...]
    facts: tuple[Fact, ...]
    fields: tuple[FieldRow, ...]
    """The signature."""
    fields_note: str
    """``4 inputs, 1 output``; empty without a signature."""


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """One line of captured output, or a gap where lines are not shown."""

    number: str
    """From 1; empty for a gap."""
    html: Markup
    """Escaped and coloured; of a gap how many lines it stands for."""
    kind: str = ""
    """``error``, ``warning`` or empty."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """An error or a warning in captured output."""

    kind: str
    """``error`` or ``warning``."""
    line: str
    """Number of the line where it begins."""
    text: str
    times: str
    """``× 12`` when it occurs more than once; else empty."""


@dataclass(frozen=True, kw_only=True)
class ConsoleCard:
    """What the run printed."""

    id: str
    """Prefix of its lines' anchors, unique on the page."""
    path: str
    note: str
    """``1,204 lines, 81.2 kB``"""
    counts: tuple[str, ...]
    """``3 errors``, ``2 warnings``."""
    findings: tuple[Finding, ...]
    more_findings: str
    """``and 31 more``; empty when all are listed."""
    lines: tuple[LogLine, ...]
    rest: str
    """Site path of the data file with every line; empty when all are shown."""
    rest_name: str
    rest_label: str
    """For the button: ``Show all 1,204 lines``."""
    href: str
    """The file itself."""
    download: str
    is_open: bool
    """Whether it is unfolded: of runs that did not end well."""


@dataclass(frozen=True, kw_only=True)
class DiffLine:
    """One line of uncommitted changes."""

    kind: str
    """``add``, ``del``, ``muted`` (a heading) or empty."""
    text: str


@dataclass(frozen=True, kw_only=True)
class ChildTable:
    """The children of a run and what they say together."""

    note: str
    """``12 runs, 10 finished, 2 failed``"""
    columns: tuple[str, ...]
    """Params that differ between them, then metrics with their direction."""
    n_params: int
    """How many of the columns are params."""
    rows: tuple[ChildRow, ...]
    sums: tuple[ChildRow, ...]
    """Mean and standard deviation, best values, and the best child when the table is cut."""
    more: Link | None
    """Where all of them are, when the table is cut."""


@dataclass(frozen=True, kw_only=True)
class FigureGroup:
    """The figures of one folder."""

    folder: str
    """Empty at the top, a blank for images by step."""
    title: str
    count: str
    """``500 figures``"""
    cards: tuple[FigureCard, ...]
    """The first of them."""
    late: tuple[LatePart, ...]
    """The others, so many at a time."""
    late_text: str
    """Without scripts: where the others are."""
    is_open: bool


@dataclass(frozen=True, kw_only=True)
class FilesPage:
    """run/<run_id>.files.html: every file of a run that has too many for its page."""

    frame: Frame
    name: str
    run: Link
    artifacts: tuple[ArtifactRow, ...]
    """All of them; their previews arrive late."""
    artifacts_note: str


@dataclass(frozen=True, kw_only=True)
class RunPage:
    """run/<run_id>.html."""

    frame: Frame
    run_id: str
    experiment_id: str
    name: str
    status: Status
    when: str
    """``21 Nov 2026, 03:52 to 03:57 UTC by ana on node-07``"""
    when_exact: str
    color: int
    rank: str
    """``best of 42 by val_loss``, ``3rd of 42 by val_loss`` or empty."""
    chips: tuple[str, ...]
    """Short tags that a person set, as ``key value``."""
    error_html: Markup
    """What made the run fail (last lines of the traceback); empty when nothing is known."""
    previous: Link | None
    next: Link | None
    facts: tuple[Fact, ...]
    """Six at most."""
    params: tuple[ParamRow, ...]
    params_note: str
    """``20, of which 3 differ in this experiment``"""
    metrics: tuple[MetricRow, ...]
    charts: tuple[ChartCard, ...]
    own_charts: tuple[FigureCard, ...]
    """What functions of the user's made."""
    n_figures: str
    figures: tuple[FigureGroup, ...]
    artifacts: tuple[ArtifactRow, ...]
    left_out: tuple[ArtifactRow, ...]
    """Files that are not in the site by the report's rules, the first of them."""
    left_out_note: str
    """``5 files left out``"""
    late_artifacts: LatePart | None
    """All lines of the tree, when it is cut."""
    artifacts_note: str
    """``7 files, 145 kB``"""
    all_files: Link | None
    """Page with all of them, when the tree is cut."""
    commands: str
    """Reproduce card: what to type; empty when nothing is known."""
    diff: tuple[DiffLine, ...]
    """Uncommitted changes as a unified diff; empty when there were none or none were recorded."""
    diff_href: str
    """File of the changes for ``git apply``; empty without any."""
    reproduce_note: str
    """``exact but for 3 uncommitted lines``"""
    parent: Link | None
    children: ChildTable | None
    note_html: Markup
    tags: tuple[TagRow, ...]
    """Tags that a person set."""
    environment: tuple[Fact, ...]
    """Where and from what source it ran, and every other tag that the library recorded."""
    packages: PackageCard | None
    datasets: tuple[DatasetCard, ...]
    models: tuple[ModelCard, ...]
    consoles: tuple[ConsoleCard, ...]
    problems: tuple[ProblemRow, ...]
