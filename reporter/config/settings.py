"""What ``report.toml`` may say: frozen records, one field a key, each with its help and an example.

The reader, the commented file that ``report init`` writes and the page of documentation are all
made from these fields, so that they cannot disagree. Knows nothing of TOML, stores or pages.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reporter.errors import InvalidInputError
from reporter.model import MetricDefinition

__all__ = [
    "ArtifactRule",
    "ArtifactSettings",
    "ChartSettings",
    "Config",
    "MetricSettings",
    "PublishSettings",
    "ThemeSettings",
    "View",
    "parse_size",
]

_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(B|kB|KB|MB|GB|KiB|MiB|GiB)?\s*")
_UNIT_BYTES = {
    "B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9,
    "KiB": 2**10, "MiB": 2**20, "GiB": 2**30,
}  # fmt: skip
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


def parse_size(text: str) -> int:
    """Read a size as people write it.

    Parameters
    ----------
    text : str
        A number and B, kB, MB, GB (of 1000) or KiB, MiB, GiB (of 1024); bytes without a unit.

    Returns
    -------
    int
        Bytes.

    Raises
    ------
    InvalidInputError
        It is no size.

    Examples
    --------
    >>> parse_size("25 MB"), parse_size("1.5KiB"), parse_size("800")
    (25000000, 1536, 800)
    """
    found = _SIZE.fullmatch(text)
    if found is None:
        raise InvalidInputError(f"{text!r} is no size.", 'Write it like "25 MB" or "512 kB".')
    return int(float(found[1]) * _UNIT_BYTES[found[2] or "B"])


def _check_color(text: str) -> None:
    if not _COLOR.fullmatch(text):
        raise InvalidInputError(f"{text!r} is no colour.", 'Write it like "#1d5bb8".')


def _one_of(*words: str) -> Callable[[str], None]:
    def check(text: str) -> None:
        if text not in words:
            known = ", ".join(f'"{word}"' for word in words if word)
            raise InvalidInputError(f"{text!r} is none of {known}.")

    return check


def _check_link(text: str) -> None:
    if "#" not in text:
        raise InvalidInputError(
            f"{text!r} has no '#'.", "Copy the link of a view out of the page, or its part from #."
        )


def _key(
    help_text: str,
    example: object,
    *,
    default: Any = None,  # Any: of the field's own type
    check: Callable[[str], object] | None = None,
    is_required: bool = False,
) -> Any:  # Any: dataclasses type fields so
    """Declare a key of the file: its help, an example, and a check of each text in it."""
    metadata = {"help": help_text, "example": example, "check": check}
    if is_required:
        return field(metadata=metadata)
    empties: dict[type, Any] = {str: "", list: (), dict: {}}  # Any: see default
    empty = empties[type(example)] if default is None else default
    if isinstance(empty, dict):
        return field(default_factory=dict, metadata=metadata)
    return field(default=empty, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class ThemeSettings:
    """Colours and pictures of the site. Colours too weak to read are made stronger, and said."""

    accent: str = _key("Links, focus and pressed buttons.", "#1d5bb8", check=_check_color)
    accent_dark: str = _key(
        "The same on dark pages; a lighter `accent` by default.", "#82b1ff", check=_check_color
    )
    colors: tuple[str, ...] = _key(
        "Colours of runs, up to eight; the rest are the usual ones.",
        ["#045694", "#d95f26"],
        check=_check_color,
    )
    colors_dark: tuple[str, ...] = _key(
        "The same on dark pages; lighter `colors` by default.",
        ["#4e6cdd", "#f78c09"],
        check=_check_color,
    )
    logo: str = _key("Picture at the left of the bar (SVG, PNG, JPEG, WebP).", "logo.svg")
    favicon: str = _key("Picture of the browser's tab; the logo by default.", "favicon.png")


@dataclass(frozen=True, kw_only=True)
class View:
    """A named view of an experiment: a tab on its page that leads to what a link would show."""

    name: str = _key("What the tab is called.", "Best by loss", is_required=True)
    experiment: str = _key("Name or id of the experiment; every one by default.", "digits-mlp")
    description: str = _key("One sentence, shown when the pointer rests on the tab.", "Top ten")
    link: str = _key(
        "A link copied out of the page, or its part from `#`; the keys below go over it.",
        "#v=1&q=params.lr%20%3C%200.1",
        check=_check_link,
    )
    tab: str = _key(
        "Part of the page to open.",
        "runs",
        check=_one_of("", "runs", "charts", "relations", "images", "comparisons", "notes", "about"),
    )
    query: str = _key("Filter, as typed into the search field.", "metrics.val_loss < 0.2")
    sort: tuple[str, ...] = _key(
        "Columns to sort by, the first wins; a minus sorts downwards.", ["-metrics.val_acc"]
    )
    columns: tuple[str, ...] = _key(
        "Columns to show, in this order.", ["params.lr", "metrics.val_loss"]
    )
    group: tuple[str, ...] = _key("Columns to group the runs by.", ["params.model"])
    state: Mapping[str, str] = _key(
        "Anything else that a link of the page carries, by its name there.", {"smooth": "0.6"}
    )


@dataclass(frozen=True, kw_only=True)
class MetricSettings:
    """What a metric means, for all runs. It goes over what runs declared by `define_metric`."""

    direction: str = _key(
        '"min" when lower is better, "max" when higher is.', "min", check=_one_of("", "min", "max")
    )
    unit: str = _key("Unit, shown in headings.", "s")
    description: str = _key("One sentence, shown with the name.", "Mean over the validation set")
    best: str = _key(
        'Which value stands for a run: "last", "min", "max" or "mean".',
        "min",
        check=_one_of("", "last", "min", "max", "mean"),
    )

    def definition(self, key: str) -> MetricDefinition:
        """Return the declaration as the store has them."""
        return MetricDefinition(
            key=key,
            direction=self.direction,
            unit=self.unit,
            description=self.description,
            best=self.best,
        )


@dataclass(frozen=True, kw_only=True)
class ComparisonGroup:
    """The runs of one group of a comparison. The first group is the baseline."""

    name: str = _key("What the group is called.", "hidden 32", is_required=True)
    query: str = _key(
        "Filter that finds its runs, as typed into the search field.",
        "params.hidden = '32'",
        is_required=True,
    )


@dataclass(frozen=True, kw_only=True)
class ComparisonSettings:
    """A question to groups of runs: is one better than the first? Its tab is *Comparisons*."""

    name: str = _key("The question.", "Is a wider net better?", is_required=True)
    metric: str = _key("Metric that decides.", "val_acc", is_required=True)
    description: str = _key("One sentence below it.", "Five seeds each")
    experiment: str = _key("Name or id of the experiment; every one by default.", "digits-mlp")
    direction: str = _key(
        '"min" when lower is better, "max" when higher is; as declared by default.',
        "max",
        check=_one_of("", "min", "max"),
    )
    value: str = _key(
        'Which value of each run: "last" (the default), "min", "max" or "mean".',
        "last",
        check=_one_of("", "last", "min", "max", "mean"),
    )
    groups: tuple[ComparisonGroup, ...] = field(
        default_factory=tuple, metadata={"help": "Its groups, the baseline first."}
    )


@dataclass(frozen=True, kw_only=True)
class ArtifactRule:
    """An exception for some artifacts: the first rule whose `path` fits decides."""

    path: str = _key("Pattern of paths.", "models/**", is_required=True)
    experiment: str = _key("Only in this experiment (name or id).", "digits-mlp")
    publish: bool = _key("Whether they go into the site.", True, default=True)
    max_size: str = _key("Larger ones are left out all the same.", "500 MB", check=parse_size)

    @property
    def max_size_bytes(self) -> int | None:
        """The limit in bytes; None when there is none."""
        return parse_size(self.max_size) if self.max_size else None


@dataclass(frozen=True, kw_only=True)
class ArtifactSettings:
    """Which artifacts go into the site. What is left out is listed with its size and place.

    In patterns `*` stands for anything but `/`, `**` for anything, `?` for one character; a
    pattern without `/` is matched against the file's name alone.
    """

    include: tuple[str, ...] = _key(
        "Patterns of paths that go into the site; all by default.", ["**/*.png", "reports/**"]
    )
    exclude: tuple[str, ...] = _key("Patterns of paths that do not.", ["*.ckpt", "cache/**"])
    max_size: str = _key("Larger files are left out.", "100 MB", check=parse_size)
    rules: tuple[ArtifactRule, ...] = field(
        default_factory=tuple, metadata={"help": "Exceptions, asked before the keys above."}
    )

    @property
    def max_size_bytes(self) -> int | None:
        """The limit in bytes; None when there is none."""
        return parse_size(self.max_size) if self.max_size else None


@dataclass(frozen=True, kw_only=True)
class ChartSettings:
    """Charts of your own, and how far charts of metrics can be zoomed."""

    file: str = _key(
        "Python file whose functions, marked `@reporter.chart`, return charts. It runs during the "
        "build: use none that you do not trust.",
        "charts.py",
    )
    max_seconds: int = _key(
        "How long one of its functions may take; 0 is without limit.", 60, default=60
    )
    zoom_points: int = _key(
        "The most points of one series that zooming in shows; beyond it every other one, and so "
        "on, and the chart says so. 0: what is drawn without zooming.",
        100_000,
        default=100_000,
    )
    zoom_total: int = _key(
        "The most points of all series together that the site carries for zooming, about 10 bytes "
        "each.",
        16_000_000,
        default=16_000_000,
    )


@dataclass(frozen=True, kw_only=True)
class PublishSettings:
    """Where `report publish` puts the site when it is not told."""

    target: str = _key(
        '"github" (a workflow deploys), "gh-pages" (a branch is pushed) or "gitlab".',
        "github",
        check=_one_of("", "github", "gh-pages", "gitlab"),
    )
    branch: str = _key("Branch that is pushed to.", "gh-pages")
    remote: str = _key("Git remote that is pushed to.", "origin")


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything that `report.toml` says. Files it names are looked for beside it."""

    title: str = _key("Title of the site; the store's name by default.", "Digits and wine")
    description: str = _key("A sentence or two below the title, in Markdown.", "Small **models**.")
    home: str = _key(
        "Text of the home page in Markdown, or the name of a file that ends in `.md`.", "home.md"
    )
    columns: tuple[str, ...] = _key(
        "Columns that every runs table shows first, in this order.",
        ["params.lr", "metrics.val_loss"],
    )
    theme: ThemeSettings = field(
        default_factory=ThemeSettings, metadata={"help": "Colours and pictures."}
    )
    views: tuple[View, ...] = field(default_factory=tuple, metadata={"help": "Named views."})
    comparisons: tuple[ComparisonSettings, ...] = field(
        default_factory=tuple, metadata={"help": "Questions to groups of runs."}
    )
    metrics: Mapping[str, MetricSettings] = field(
        default_factory=dict, metadata={"help": "What metrics mean, by their names."}
    )
    artifacts: ArtifactSettings = field(
        default_factory=ArtifactSettings, metadata={"help": "Which artifacts go into the site."}
    )
    charts: ChartSettings = field(
        default_factory=ChartSettings,
        metadata={"help": "Charts of your own, and how far charts can be zoomed."},
    )
    publish: PublishSettings = field(
        default_factory=PublishSettings, metadata={"help": "Where the site goes."}
    )
    path: str = ""
    """The file that was read, empty when there was none; not a key of the file."""
    may_run_code: bool = False
    """Whether somebody at the keyboard named the file, so that the Python file it names may run."""

    def file(self, name: str) -> str:
        """Return where a file lies that the configuration names.

        Parameters
        ----------
        name : str
            As it stands in the configuration.

        Returns
        -------
        str
        """
        return os.path.join(os.path.dirname(self.path), name)

    def definitions(self) -> dict[str, MetricDefinition]:
        """Return what is declared of metrics, by key."""
        return {key: settings.definition(key) for key, settings in self.metrics.items()}
