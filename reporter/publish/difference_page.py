"""A difference between two states of a store as one page: no script, everything inside.

The same tables as the Markdown's. Knows no store.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reporter.model import Run
from reporter.publish.difference import (
    BestChange,
    Comparison,
    Difference,
    ExperimentDifference,
    RunChange,
)
from reporter.publish.difference_text import MARKS, headline, noise_note, number_pair
from reporter.site.cells import plural
from reporter.site.numbers import format_number
from reporter.site.theme import STYLES, Theme, templates_dir
from reporter.site.writing.whole_file import write_whole

__all__ = ["DifferencePage", "Heading", "PageTable", "difference_page", "write_page"]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell of a table."""

    text: str
    kind: str = ""
    """``num`` for a number, ``good`` or ``bad`` for a verdict, ``na`` for nothing."""


@dataclass(frozen=True, kw_only=True)
class Heading:
    """Heading of a column."""

    text: str
    is_numeric: bool = False


@dataclass(frozen=True, kw_only=True)
class PageTable:
    """One table."""

    title: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Section:
    """One experiment."""

    name: str
    state: str
    """``new``, ``removed`` or empty."""
    tables: tuple[PageTable, ...]


@dataclass(frozen=True, kw_only=True)
class DifferencePage:
    """difference.html: everything that the template sees."""

    old: str
    new: str
    headline: str
    sections: tuple[Section, ...]
    """Experiments in which something changed."""
    unchanged: tuple[str, ...]
    style: Markup
    """The style sheet of the site, which is ours."""


def write_page(difference: Difference, path: str) -> None:
    """Write a difference as a page.

    Parameters
    ----------
    difference : Difference
    path : str
        File; folders above it are made.

    Raises
    ------
    BuildError
        It cannot be written.
    """
    data = Theme().render("difference.html.j2", difference_page(difference))
    write_whole(path, data)


def difference_page(difference: Difference) -> DifferencePage:
    """Make the context of the page.

    Parameters
    ----------
    difference : Difference

    Returns
    -------
    DifferencePage
    """
    folder = templates_dir()
    return DifferencePage(
        old=difference.old,
        new=difference.new,
        headline=headline(difference),
        sections=tuple(_section(item) for item in difference.experiments if not item.is_same),
        unchanged=tuple(item.name for item in difference.experiments if item.is_same),
        style=Markup("\n").join(  # our own files, with nothing logged in them
            Markup((folder / name).read_text(encoding="utf-8"))  # noqa: S704
            for name in STYLES
        ),
    )


def _section(item: ExperimentDifference) -> Section:
    state = "" if item.state == "both" else item.state
    return Section(name=item.name, state=state, tables=tuple(_tables(item)))


def _tables(item: ExperimentDifference) -> Iterator[PageTable]:
    bests = [best for best in item.bests if best.verdict != "same"]
    if bests:
        yield _table("Best of all runs", "metric|was#|is#|change#|verdict|run", map(_best, bests))
    if item.comparisons:
        order = ("worse", "better", "within noise", "unknown", "same")
        ranked = sorted(item.comparisons, key=lambda found: order.index(found.change.verdict))
        headings = "configuration|metric|was#|n#|is#|n#|change#|±#|verdict"
        note = noise_note(item.comparisons)
        yield _table("Run again", headings, map(_comparison, ranked), note)
    for runs, word in ((item.added, "new run"), (item.removed, "removed run")):
        if runs:
            yield _table(plural(len(runs), word), "run|id|status", map(_run, runs))
    if item.changed:
        rows = (row for change in item.changed for row in _changed(change))
        yield _table(plural(len(item.changed), "changed run"), "run|what|was|is", rows)


def _table(
    title: str, headings: str, rows: Iterator[tuple[Cell, ...]] | Sequence[tuple[Cell, ...]],
    note: str = "",
) -> PageTable:  # fmt: skip
    """Make a table; a ``#`` after a heading makes it one of numbers."""
    found = (Heading(text=t.rstrip("#"), is_numeric=t.endswith("#")) for t in headings.split("|"))
    return PageTable(title=title, headings=tuple(found), rows=tuple(rows), note=note)


def _best(item: BestChange) -> tuple[Cell, ...]:
    if item.old and item.new:
        numbers = number_pair(item.old.value, item.new.value)
    else:
        numbers = (
            format_number(item.old.value) if item.old else "–",
            format_number(item.new.value) if item.new else "–",
            "",
        )
    best = item.new or item.old
    run = best.run.info.run_name or best.run.info.run_id[:8] if best else ""
    return (_metric(item), *map(_number, numbers), _verdict(item.verdict), Cell(text=run))


def _comparison(item: Comparison) -> tuple[Cell, ...]:
    change = item.change
    old, new, delta = number_pair(change.old, change.new)
    margin = "–" if change.margin is None else format_number(change.margin)
    return (
        Cell(text=item.configuration or "all"),
        _metric(item),
        *map(_number, (old, str(change.n_old), new, str(change.n_new), delta, margin)),
        _verdict(change.verdict),
    )


def _run(run: Run) -> tuple[Cell, ...]:
    info = run.info
    texts = (info.run_name or info.run_id[:8], info.run_id[:8], info.status.lower())
    return tuple(Cell(text=text) for text in texts)


def _changed(change: RunChange) -> Iterator[tuple[Cell, ...]]:
    info = change.run.info
    for field in change.fields:
        name = Cell(text=info.run_name or info.run_id[:8])
        yield name, Cell(text=field.name), _value(field.old), _value(field.new)


def _metric(item: BestChange | Comparison) -> Cell:
    arrow = {"min": "↓", "max": "↑"}.get(item.facts.sense, "")
    return Cell(text=f"{item.facts.key} {arrow}")


def _number(text: str) -> Cell:
    return Cell(text=text, kind="num")


def _verdict(verdict: str) -> Cell:
    return Cell(text=MARKS[verdict], kind={"better": "good", "worse": "bad"}.get(verdict, ""))


def _value(text: str | None) -> Cell:
    return Cell(text="–", kind="na") if text is None else Cell(text=text)
