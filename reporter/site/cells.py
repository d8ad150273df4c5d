"""Values as pages print them: cells, states, counts and dates. Pure; knows no page.

What a number, time or size looks like is decided in :mod:`reporter.site.numbers`; this turns the
plan's records into the small pieces that contexts are made of.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone

from reporter.site import links
from reporter.site.contexts import Count, Link, Status, TableCell
from reporter.site.names import without_marks
from reporter.site.numbers import (
    MISSING,
    MONTHS,
    format_count,
    format_duration,
    format_number,
    format_time,
    format_time_exact,
)
from reporter.site.plan import PlannedRun
from reporter.site.table.columns import Column

__all__ = [
    "ARROWS",
    "column_cell",
    "counts_of",
    "counts_text",
    "dates_text",
    "duration_text",
    "metric_cell",
    "plural",
    "run_link",
    "status_of",
]

ARROWS = {"min": "↓", "max": "↑", "": ""}
"""Direction of a metric as a mark: which way is better."""

_WORDS = {
    "finished": "Finished",
    "running": "Running",
    "unfinished": "Unfinished",
    "failed": "Failed",
    "killed": "Killed",
    "scheduled": "Scheduled",
}
"""States in the order in which they are counted, and the words for them."""

_DIGESTS = frozenset({"attributes.run_id", "attributes.commit", "attributes.parent"})
"""Columns of digests: their first digits tell them apart."""
_DIGEST = re.compile(r"[0-9a-f]{32,64}")
_ID_DIGITS = 8

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def plural(n: int, noun: str) -> str:
    """Count things: ``1 run``, ``1,234 runs``."""
    return f"{format_count(n)} {noun}{'' if n == 1 else 's'}"


def metric_cell(value: float | None, decimals: int | None, *, is_best: bool = False) -> TableCell:
    """Print a metric's value.

    Parameters
    ----------
    value : float or None
        None is what was not logged.
    decimals : int or None
        Of its column.
    is_best : bool
        Whether no run of the table has a better one.

    Returns
    -------
    TableCell
    """
    if value is None:
        return TableCell(text=MISSING, exact="", kind="na")
    kind = ("best" if is_best else "") if math.isfinite(value) else "nan"
    return TableCell(text=format_number(value, decimals), exact=repr(float(value)), kind=kind)


def column_cell(
    column: Column,
    item: PlannedRun,
    *,
    year_of_newest: int | None,
    decimals: int | None = None,
    best: float | None = None,
) -> TableCell:
    """Print what a run has in a column.

    Parameters
    ----------
    column : Column
    item : PlannedRun
    year_of_newest : int or None
        The only year that times do not name.
    decimals : int or None
        Of a column of numbers.
    best : float or None
        Best value of a column with a direction.

    Returns
    -------
    TableCell
    """
    value = column.get(item)
    if value is None:
        return TableCell(text=MISSING, exact="", kind="na")
    if isinstance(value, str):
        is_digest = column.id in _DIGESTS and _DIGEST.fullmatch(value)
        return TableCell(text=value[:_ID_DIGITS] if is_digest else value or '""', exact=value)
    if column.kind == "time":
        return TableCell(text=format_time(value, year_of_newest), exact=format_time_exact(value))
    if column.kind == "duration":
        return TableCell(text=format_duration(value), exact=f"{int(value)} ms")
    return metric_cell(value, decimals, is_best=best is not None and value == best)


def status_of(item: PlannedRun, year_of_newest: int | None) -> Status:
    """Say how a run stands; an unfinished one since when nothing was heard of it."""
    detail = ""
    if item.state == "unfinished" and item.run.last_event_time is not None:
        detail = f"since {format_time(item.run.last_event_time, year_of_newest)}"
    return Status(state=item.state, word=_word(item.state), detail=detail)


def counts_of(runs: Sequence[PlannedRun]) -> tuple[Count, ...]:
    """Count runs by state, in a fixed order; states that do not occur are left out."""
    found = Counter(item.state for item in runs)
    ordered = sorted(found, key=lambda state: (_place(state), state))
    return tuple(
        Count(
            status=Status(state=state, word=_word(state)),
            number=format_count(found[state]),
            share=round(100 * found[state] / len(runs)),
        )
        for state in ordered
    )


def counts_text(counts: Iterable[Count]) -> str:
    """Say counts in words: ``40 finished, 2 failed``."""
    return ", ".join(f"{count.number} {count.status.word.lower()}" for count in counts)


def duration_text(item: PlannedRun) -> str:
    """Print how long a run took, or until its last event when it has not ended."""
    return format_duration(item.run.duration_ms)


def dates_text(runs: Iterable[PlannedRun]) -> str:
    """Say on which days runs began: ``12–21 Nov 2026``; empty when that is not known."""
    starts = [item.run.info.start_time for item in runs if item.run.info.start_time is not None]
    if not starts:
        return ""
    try:
        first, last = (_EPOCH + timedelta(milliseconds=ms) for ms in (min(starts), max(starts)))
    except OverflowError:
        return ""
    return _date_range(first, last)


def run_link(page: str, item: PlannedRun, *, fallback: str = "") -> Link:
    """Link to a run's page, or to `fallback` (a site path) when it has none."""
    target = links.run_page(item.run_id) if item.has_page else fallback
    return Link(text=without_marks(item.name), href=links.href(page, target) if target else "")


def _word(state: str) -> str:
    return _WORDS.get(state, state.capitalize())


def _place(state: str) -> int:
    known: Mapping[str, int] = {name: place for place, name in enumerate(_WORDS)}
    return known.get(state, len(known))


def _date_range(first: datetime, last: datetime) -> str:
    end = f"{last.day} {MONTHS[last.month - 1]} {last.year}"
    if first.date() == last.date():
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {MONTHS[first.month - 1]}{year} – {end}"
