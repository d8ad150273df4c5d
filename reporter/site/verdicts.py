"""Whether a difference is real, in words: the twin of ``templates/js/lib/verdict.js``.

``tests/shared/verdict_cases.json`` holds the words together. Pure; knows no page.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from reporter.site.numbers import column_decimals, format_count, format_number
from reporter.statistics import ENOUGH_RUNS, LEAST_RUNS, SEED, Contrast, claim, draws_for

__all__ = ["Verdict", "signed", "tell"]

_COUNTS = {3: "Three", 4: "Four", 5: "Five", 6: "Six", 7: "Seven", 8: "Eight", 9: "Nine"}
"""From the least of which anything is claimed to the most that are few."""

_YES = "Yes, as far as these runs tell."
_SHORT = {
    "few": ("No claim.", "No claim."),
    "constant": ("No claim.", "No claim."),
    "open": ("Not shown.", "Not shown."),
    "unclear": ("Unclear.", "Unclear."),
    "better": ("Probably.", _YES),
    "worse": ("Probably worse.", "No, it is worse."),
    "other": ("Probably.", _YES),
}
"""Of few runs and of enough."""

_SMALL_P = 0.001
_FINE_P = 0.1


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What may be said of a difference.

    Parameters
    ----------
    claim : str
        As :func:`reporter.statistics.claim` has it.
    question, short, text : str
    """

    claim: str
    question: str
    short: str
    text: str


def tell(
    found: Contrast,
    name: str,
    direction: str = "",
    *,
    unit: str = "",
    p: float | None = None,
    compared: int = 1,
) -> Verdict:
    """Put a contrast into words.

    Parameters
    ----------
    found : Contrast
    name : str
        Of the group.
    direction : str
        ``"min"``, ``"max"`` or empty.
    unit : str
    p : float, optional
        Of Welch's test, where it was adjusted for `compared` comparisons.
    compared : int

    Returns
    -------
    Verdict

    Examples
    --------
    >>> from reporter.statistics import contrast
    >>> found = contrast([1.0, 1.1, 0.9], [2.0, 2.1, 1.9], "max")
    >>> tell(found, "lr 0.1", "max").short
    'Probably.'
    """
    p = found.p if p is None else p
    what = claim(found, direction, p)
    parts = [_reason(found, what)]
    if what not in ("few", "constant"):
        adjusted = f" (Holm, {compared} comparisons)" if compared > 1 else ""
        chance = (
            "beats a run of the baseline"
            if direction
            else "has a larger value than one of the baseline"
        )
        parts += [
            f"{_mean_text(found, unit)}, {_interval_text(found)}.",
            f"Welch t: {_p_text(p)}{adjusted}.",
            f"Chance that a run of it {chance}: {format_number(found.improvement, 2)}.",
            _closing(found),
        ]
    return Verdict(
        claim=what,
        question=f"Is {name} {'better' if direction else 'different'}?",
        short=_SHORT[what][not _is_few(found)],
        text=" ".join(filter(None, parts)),
    )


def signed(value: float, decimals: int | None = None) -> str:
    """Print a change: with its sign, whichever it is."""
    return ("+" if value > 0 else "") + format_number(value, decimals)


def _is_few(found: Contrast) -> bool:
    return min(found.n, found.n_base) < ENOUGH_RUNS


def _decimals(found: Contrast) -> int | None:
    ends = (found.difference, found.low, found.high)
    return column_decimals([value for value in ends if math.isfinite(value)])


def _p_text(p: float) -> str:
    """Print a p of 0.0004 as a bound: its digits mean nothing."""
    if math.isnan(p):
        return "not defined"
    return "p < 0.001" if p < _SMALL_P else f"p = {format_number(p, 3 if p < _FINE_P else 2)}"


def _mean_text(found: Contrast, unit: str) -> str:
    if found.difference == 0:
        return "The means are equal"
    size = format_number(abs(found.difference), _decimals(found))
    side = "lower" if found.difference < 0 else "higher"
    return f"The mean is {size}{f' {unit}' if unit else ''} {side}"


def _interval_text(found: Contrast) -> str:
    low, high = (signed(end, _decimals(found)) for end in (found.low, found.high))
    draws = format_count(draws_for(found.n + found.n_base))
    return f"95% CI {low} to {high} (bootstrap, {draws} draws, seed {SEED})"


def _closing(found: Contrast) -> str:
    if not _is_few(found):
        return ""
    side = "a side" if found.n == found.n_base else "on one side"
    least = _COUNTS[min(found.n, found.n_base)]
    return f"{least} runs {side} is few: do not claim more than the interval."


def _reason(found: Contrast, what: str) -> str:
    few = f"A comparison needs {LEAST_RUNS} runs a side, and here are {found.n} against "
    return {
        "few": f"{few}{found.n_base}.",
        "constant": "All runs of each side have one value, so nothing is known of how much they "
        "scatter. Were they repetitions with the same seed?",
        "open": "These runs do not tell the two apart.",
        "unclear": "The interval and the test do not agree.",
    }.get(what, "")
