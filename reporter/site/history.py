"""How a report changed from build to build: what its manifest remembers, as rows of the home page.

A build is known by the digest of its data, so building the same runs again adds nothing. Pure.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reporter.site.cells import ARROWS, plural
from reporter.site.contexts import BuildRow
from reporter.site.numbers import column_decimals, format_count, format_number, format_time
from reporter.site.numbers import format_time_exact as exact
from reporter.site.plan import PlannedExperiment, SitePlan
from reporter.site.summaries import standing_value

__all__ = ["BuildRecord", "build_rows", "next_history", "read_history", "record_build"]

MAX_BUILDS = 50
"""Remembered: a page a day for weeks, in a few kilobytes."""
MAX_ROWS = 8
MAX_BESTS = 4
"""Shown of one build."""


@dataclass(frozen=True, kw_only=True)
class BuildRecord:
    """One state of the data that was built.

    Parameters
    ----------
    digest : str
        Of the data.
    newest_ms : int or None
        Time of the newest event.
    n_runs : int
    bests : mapping of str to (str, str, float)
        By experiment name: leading metric, which way is better, best value.
    """

    digest: str
    newest_ms: int | None
    n_runs: int
    bests: Mapping[str, tuple[str, str, float]] = field(default_factory=dict)


def record_build(plan: SitePlan, digest: str) -> BuildRecord:
    """Say what is remembered of this build.

    Parameters
    ----------
    plan : SitePlan
    digest : str
        Of the data.

    Returns
    -------
    BuildRecord
    """
    bests = {
        experiment.name: best for experiment in plan.experiments if (best := _best(experiment))
    }
    return BuildRecord(digest=digest, newest_ms=plan.newest_ms, n_runs=plan.n_runs, bests=bests)


def read_history(records: Sequence[Mapping[str, Any]]) -> tuple[BuildRecord, ...]:
    """Read what a manifest remembers.

    Parameters
    ----------
    records : sequence of mapping
        From JSON, so from outside: what cannot be read is forgotten.

    Returns
    -------
    tuple of BuildRecord
    """
    found = []
    for record in records:
        try:
            bests = {
                str(name): (str(key), str(sense), float(value))
                for name, (key, sense, value) in record["bests"].items()
            }
            newest = record["newest_ms"]
            found.append(
                BuildRecord(
                    digest=str(record["digest"]),
                    newest_ms=None if newest is None else int(newest),
                    n_runs=int(record["n_runs"]),
                    bests=bests,
                )
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
    return tuple(found)


def next_history(previous: Sequence[BuildRecord], latest: BuildRecord) -> tuple[BuildRecord, ...]:
    """Add a build to those remembered, unless its data is that of the last one.

    Parameters
    ----------
    previous : sequence of BuildRecord
        Oldest first.
    latest : BuildRecord

    Returns
    -------
    tuple of BuildRecord
    """
    kept = [*previous]
    if kept and kept[-1].digest == latest.digest:
        kept.pop()
    return (*kept, latest)[-MAX_BUILDS:]


def build_rows(history: Sequence[BuildRecord], year_of_newest: int | None) -> tuple[BuildRow, ...]:
    """Print the latest builds, the newest first.

    Parameters
    ----------
    history : sequence of BuildRecord
    year_of_newest : int or None

    Returns
    -------
    tuple of BuildRow
        Empty for a first build: there is nothing to compare it with.
    """
    if len(history) < 2:
        return ()
    pairs = list(itertools.pairwise(history))
    rows = [_row(old, new, year_of_newest) for old, new in reversed(pairs)]
    return tuple(rows[:MAX_ROWS])


def _best(experiment: PlannedExperiment) -> tuple[str, str, float] | None:
    facts = experiment.leading_facts
    if facts is None or not experiment.ranked:
        return None
    run = next(item.run for item in experiment.runs if item.run_id == experiment.ranked[0])
    value = standing_value(facts, run.data.summaries.get(facts.key))
    return (facts.key, facts.sense, value) if value is not None else None


def _row(old: BuildRecord, new: BuildRecord, year_of_newest: int | None) -> BuildRow:
    more = new.n_runs - old.n_runs
    changed = [
        text for name in new.bests if (text := _changed_best(name, old.bests.get(name), new))
    ]
    hidden = len(changed) - MAX_BESTS
    if hidden > 0:
        changed = [*changed[:MAX_BESTS], f"{plural(hidden, 'more change')}"]
    return BuildRow(
        digest=new.digest[:8],
        newest=format_time(new.newest_ms, year_of_newest),
        newest_exact=exact(new.newest_ms),
        n_runs=format_count(new.n_runs),
        more=f"{'+' if more > 0 else '−'}{format_count(abs(more))}" if more else "",
        changes=tuple(changed),
    )


def _changed_best(name: str, before: tuple[str, str, float] | None, new: BuildRecord) -> str:
    key, sense, value = new.bests[name]
    if before is None:
        return f"{name}: {key} {format_number(value)}"
    if before[0] != key or before[2] == value or not math.isfinite(value):
        return ""
    decimals = column_decimals([before[2], value, value - before[2]])
    was, now = (format_number(number, decimals) for number in (before[2], value))
    return f"{name}: {key} {ARROWS[sense]} {was} → {now}"
