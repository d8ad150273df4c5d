"""A difference between two states of a store, told as Markdown and as plain records for JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from reporter.model import Run
from reporter.publish.difference import (
    Best,
    BestChange,
    Comparison,
    Difference,
    ExperimentDifference,
    RunChange,
)
from reporter.publish.markdown import code, table
from reporter.publish.noise import CONFIDENCE
from reporter.site.cells import plural
from reporter.site.numbers import column_decimals, format_number

__all__ = [
    "MARKS",
    "bests_table",
    "comparisons_table",
    "difference_markdown",
    "difference_record",
    "headline",
    "noise_note",
    "number_pair",
]

MAX_ROWS = 20
"""Of any one table; the JSON has all."""

MARKS = {
    "better": "▲ better",
    "worse": "▼ worse",
    "within noise": "within noise",
    "same": "same",
    "unknown": "too few repetitions",
    "new": "new",
    "gone": "gone",
}


def difference_markdown(difference: Difference) -> str:
    """Tell a difference as Markdown.

    Parameters
    ----------
    difference : Difference

    Returns
    -------
    str
        Experiments with changes in full, the others in one line.
    """
    lines = [f"## {code(difference.old)} → {code(difference.new)}", "", headline(difference)]
    same = [item.name for item in difference.experiments if item.is_same]
    for item in difference.experiments:
        if not item.is_same:
            lines += ["", *_experiment(item)]
    if same:
        lines += ["", f"Unchanged: {', '.join(map(code, same))}."]
    return "\n".join(lines) + "\n"


def headline(difference: Difference) -> str:
    """Say in one sentence what changed.

    Parameters
    ----------
    difference : Difference

    Returns
    -------
    str
    """
    counts = [
        (sum(len(item.added) for item in difference.experiments), "new"),
        (sum(len(item.removed) for item in difference.experiments), "removed"),
        (sum(len(item.changed) for item in difference.experiments), "changed"),
    ]
    parts = [f"{plural(n, 'run')} {word}" for n, word in counts if n]
    if not parts:
        return "Nothing changed."
    n_worse = len(difference.regressions)
    n_better = sum(len(item.with_verdict("better")) for item in difference.experiments)
    if n_worse or n_better:
        parts.append(f"beyond noise {n_worse} worse and {n_better} better")
    return ", ".join(parts) + "."


def noise_note(comparisons: Sequence[Comparison]) -> str:
    """Say what "beyond noise" means here.

    Parameters
    ----------
    comparisons : sequence of Comparison

    Returns
    -------
    str
        Empty when nothing was compared.
    """
    if not comparisons:
        return ""
    if all(item.change.verdict in ("unknown", "same") for item in comparisons):
        return (
            "No configuration was repeated often enough to know the noise; "
            "log the same params with several seeds."
        )
    return (
        "Beyond noise: outside the two-sample t interval at "
        f"{CONFIDENCE:.0%} over all configurations together, with the spread of repetitions "
        "pooled. Of single runs nothing is said."
    )


def number_pair(old: float, new: float) -> tuple[str, str, str]:
    """Print two numbers and their difference with as many decimals as tell them apart.

    Examples
    --------
    >>> number_pair(0.94, 0.9433)
    ('0.940', '0.943', '+0.003')
    """
    decimals = column_decimals([old, new, new - old])
    sign = "+" if new > old else ""
    delta = sign + format_number(new - old, decimals)
    return format_number(old, decimals), format_number(new, decimals), delta


def difference_record(difference: Difference) -> dict[str, object]:
    """Turn a difference into plain values for JSON.

    Parameters
    ----------
    difference : Difference

    Returns
    -------
    dict
    """
    return {
        "old": difference.old,
        "new": difference.new,
        "regressions": len(difference.regressions),
        "experiments": [_experiment_record(item) for item in difference.experiments],
    }


def _experiment(item: ExperimentDifference) -> Iterator[str]:
    state = {"new": " (new)", "removed": " (removed)"}.get(item.state, "")
    yield f"### {code(item.name)}{state}"
    yield from _section("Best of all runs", bests_table(item.bests))
    yield from _section("Run again", comparisons_table(item.comparisons))
    if note := noise_note(item.comparisons):
        yield from ("", f"_{note}_")
    yield from _section(plural(len(item.added), "new run"), _runs(item.added))
    yield from _section(plural(len(item.removed), "removed run"), _runs(item.removed))
    yield from _section(plural(len(item.changed), "changed run"), _changed(item.changed))


def _section(title: str, text: str) -> Iterator[str]:
    if text:
        yield from ("", f"**{title}**", "", text)


def bests_table(bests: Iterable[BestChange]) -> str:
    """Write the bests that changed as a table; empty when none did."""
    rows = [_best_row(item) for item in bests if item.verdict != "same"]
    headings = ("metric", "was", "is", "change", "", "run")
    return _cut(headings, rows, "lrrrll") if rows else ""


def _best_row(item: BestChange) -> list[str]:
    arrow = "↓" if item.facts.sense == "min" else "↑"
    name = f"{code(item.facts.key)} {arrow}"
    if item.old and item.new:
        old, new, delta = number_pair(item.old.value, item.new.value)
        return [name, old, new, delta, MARKS[item.verdict], _run_name(item.new.run)]
    best = item.new or item.old
    value = format_number(best.value) if best else "–"
    cells = ["–", value] if item.new else [value, "–"]
    return [name, *cells, "", MARKS[item.verdict], _run_name(best.run) if best else ""]


def comparisons_table(comparisons: Sequence[Comparison]) -> str:
    """Write comparisons as a table, the worse first; empty when there are none."""
    order = ("worse", "better", "within noise", "unknown", "same")
    ranked = sorted(comparisons, key=lambda item: order.index(item.change.verdict))
    rows = [_comparison_row(item) for item in ranked]
    headings = ("configuration", "metric", "was", "is", "change", "±", "")
    return _cut(headings, rows, "llrrrrl") if rows else ""


def _comparison_row(item: Comparison) -> list[str]:
    change, facts = item.change, item.facts
    old, new, delta = number_pair(change.old, change.new)
    margin = "–" if change.margin is None else format_number(change.margin)
    return [
        code(item.configuration) or "all",
        f"{code(facts.key)} {'↓' if facts.sense == 'min' else '↑'}",
        f"{old} (n={change.n_old})",
        f"{new} (n={change.n_new})",
        delta,
        margin,
        MARKS[change.verdict],
    ]


def _runs(runs: Sequence[Run]) -> str:
    rows = [(_run_name(run), code(run.info.run_id[:8]), run.info.status.lower()) for run in runs]
    return _cut(("run", "id", "status"), rows) if rows else ""


def _changed(changes: Sequence[RunChange]) -> str:
    rows = [
        (_run_name(change.run), code(field.name), _value(field.old), _value(field.new))
        for change in changes
        for field in change.fields
    ]
    return _cut(("run", "what", "was", "is"), rows) if rows else ""


def _value(text: str | None) -> str:
    return "–" if text is None else code(text, 40)


def _run_name(run: Run) -> str:
    return code(run.info.run_name or run.info.run_id[:8])


def _cut(headings: Sequence[str], rows: Sequence[Sequence[str]], aligned: str = "") -> str:
    text = table(headings, rows[:MAX_ROWS], aligned)
    hidden = len(rows) - MAX_ROWS
    return f"{text}\n\n… and {hidden:,} more." if hidden > 0 else text


def _experiment_record(item: ExperimentDifference) -> dict[str, object]:
    return {
        "name": item.name,
        "state": item.state,
        "added": [_run_record(run) for run in item.added],
        "removed": [_run_record(run) for run in item.removed],
        "changed": [
            {**_run_record(change.run), "fields": [dict(vars(field)) for field in change.fields]}
            for change in item.changed
        ],
        "bests": [_best_record(best) for best in item.bests],
        "comparisons": [_comparison_record(found) for found in item.comparisons],
    }


def _run_record(run: Run) -> dict[str, object]:
    return {"run_id": run.info.run_id, "name": run.info.run_name, "status": run.info.status}


def _best_record(item: BestChange) -> dict[str, object]:
    def record(best: Best | None) -> dict[str, object] | None:
        return {"value": best.value, **_run_record(best.run)} if best else None

    return {
        "metric": item.facts.key,
        "direction": item.facts.sense,
        "is_declared": bool(item.facts.direction),
        "old": record(item.old),
        "new": record(item.new),
        "verdict": item.verdict,
    }


def _comparison_record(item: Comparison) -> dict[str, object]:
    change = {
        key: value
        for key, value in vars(item.change).items()
        if not isinstance(value, float) or math.isfinite(value)
    }
    return {
        "metric": item.facts.key,
        "direction": item.facts.sense,
        "configuration": item.configuration,
        **change,
        "delta": item.change.delta,
    }
