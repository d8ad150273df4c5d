"""Conditions on which a check fails: ``metrics.val_acc < baseline - 0.01``. Pure.

One comparison a condition. On its left a metric (its best value over the runs of an experiment) or
a count; on its right a number, or the same thing of the baseline, with something added, taken away
or multiplied.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from reporter.errors import FilterSyntaxError, InvalidInputError, did_you_mean
from reporter.publish.difference import ExperimentRuns, best_of

__all__ = ["COUNTS", "Condition", "Finding", "evaluate", "parse_condition"]

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
    "==": operator.eq,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_LEFT = re.compile(r"\s*(?:metrics?\.)?(?:`([^`]+)`|\"([^\"]+)\"|([^\s<>=!`\"]+))\s*")
_OPERATOR = re.compile(r"(<=|>=|!=|==|=|<|>)\s*")
_RIGHT = re.compile(
    rf"(?:(?P<base>baseline)\s*(?:(?P<sign>[+*-])\s*(?P<amount>{_NUMBER})(?P<percent>\s*%)?)?"
    rf"|(?P<number>[+-]?{_NUMBER}))\s*$"
)

COUNTS = ("runs", "failed", "killed", "unfinished")
"""What can be counted instead of measured."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One condition.

    Parameters
    ----------
    text : str
        As it was written.
    name : str
        Metric key, or one of :data:`COUNTS`.
    is_count : bool
    symbol : str
    number : float
        To compare with, or to change the baseline by.
    sign : str
        ``+``, ``-`` or ``*`` when the right side is the baseline, ``""`` when it is a number.
    is_percent : bool
        Whether `number` is a share of the baseline's size.
    """

    text: str
    name: str
    is_count: bool
    symbol: str
    number: float
    sign: str = ""
    is_percent: bool = False

    def bound(self, baseline: float | None) -> float:
        """Return what the left side is compared with."""
        if not self.sign:
            return self.number
        base = math.nan if baseline is None else baseline
        if self.sign == "*":
            return base * self.number
        amount = self.number / 100 * abs(base) if self.is_percent else self.number
        return base + amount if self.sign == "+" else base - amount


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a condition came to in one experiment.

    Parameters
    ----------
    condition : Condition
    experiment : str
    is_met : bool
        Whether the check fails by it.
    reason : str
        The numbers, as a sentence.
    """

    condition: Condition
    experiment: str
    is_met: bool
    reason: str


def parse_condition(text: str) -> Condition:
    """Read a condition.

    Parameters
    ----------
    text : str

    Returns
    -------
    Condition

    Raises
    ------
    FilterSyntaxError
        It cannot be read; says where and what was expected.

    Examples
    --------
    >>> parse_condition("metrics.val_acc < baseline - 1%").is_percent
    True
    >>> parse_condition("failed > 0").is_count
    True
    """
    left = _LEFT.match(text)
    if left is None:
        raise _cannot_read(text, 0, "a metric or one of " + ", ".join(COUNTS))
    symbol = _OPERATOR.match(text, left.end())
    if symbol is None:
        raise _cannot_read(text, left.end(), "one of < <= > >= = !=")
    right = _RIGHT.match(text, symbol.end())
    if right is None:
        raise _cannot_read(text, symbol.end(), "a number, 'baseline', or 'baseline - 0.01'")
    name = left[1] or left[2] or left[3]
    is_base = right["base"] is not None
    return Condition(
        text=text.strip(),
        name=name,
        is_count=left[3] in COUNTS and "." not in left[0],
        symbol=symbol[1],
        number=float(right["amount"] or 0) if is_base else float(right["number"]),
        sign=(right["sign"] or "+") if is_base else "",
        is_percent=right["percent"] is not None,
    )


def evaluate(
    condition: Condition,
    runs: Mapping[str, ExperimentRuns],
    baseline: Mapping[str, ExperimentRuns] | None = None,
) -> list[Finding]:
    """Hold a condition against every experiment that it speaks of.

    Parameters
    ----------
    condition : Condition
    runs, baseline : mapping of str to ExperimentRuns
        By experiment name.

    Returns
    -------
    list of Finding
        One for each experiment that logged the metric. A metric without a finite value meets any
        condition, since nothing good can be said of it. Where the baseline has no such metric,
        the condition is not met and the reason says so: what is new cannot have become worse.

    Raises
    ------
    InvalidInputError
        No experiment logged the metric, or the condition needs a baseline and there is none.
    """
    if condition.sign and baseline is None:
        raise InvalidInputError(
            f"'{condition.text}' needs a baseline.", "Give one with --baseline STORE."
        )
    speaking = {
        name: item for name, item in runs.items() if condition.is_count or _logged(condition, item)
    }
    if not speaking:
        known = sorted({key for item in runs.values() for key in item.metrics})
        raise InvalidInputError(
            f"No run logged the metric '{condition.name}'.", did_you_mean(condition.name, known)
        )
    return [
        _find(condition, name, item, (baseline or {}).get(name)) for name, item in speaking.items()
    ]


def _cannot_read(text: str, position: int, expected: str) -> FilterSyntaxError:
    found = repr(text[position:].strip()[:20]) if text[position:].strip() else "the end"
    message = f"Cannot read '{text}': found {found} at character {position}, expected {expected}."
    return FilterSyntaxError(message, text=text, position=position, expected=expected)


def _logged(condition: Condition, item: ExperimentRuns) -> bool:
    return condition.name in item.metrics


def _find(
    condition: Condition, name: str, item: ExperimentRuns, before: ExperimentRuns | None
) -> Finding:
    value, base = _measure(condition, item), _measure(condition, before)
    if value is None:
        return _finding(condition, name, f"{condition.name} has no finite value", is_met=True)
    if condition.sign and base is None:
        reason = f"the baseline has no {condition.name} in '{name}': nothing to compare with"
        return _finding(condition, name, reason, is_met=False)
    bound = condition.bound(base)
    is_met = _COMPARE[condition.symbol](value, bound)
    against = f"{bound:.6g}" + (f" (baseline {base:.6g})" if condition.sign else "")
    word = "" if is_met else "not "
    reason = f"{condition.name} {value:.6g} is {word}{condition.symbol} {against}"
    return _finding(condition, name, reason, is_met=is_met)


def _finding(condition: Condition, name: str, reason: str, *, is_met: bool) -> Finding:
    return Finding(condition=condition, experiment=name, is_met=is_met, reason=reason)


def _measure(condition: Condition, item: ExperimentRuns | None) -> float | None:
    """Return the best value of the metric, or the newest run's when no direction is known."""
    if item is None:
        return None
    if condition.is_count:
        return float(_count(condition.name, item))
    facts = item.metrics.get(condition.name)
    if facts is None:
        return None
    if facts.sense:
        best = best_of(facts, item.runs)
        return best.value if best else None
    return _newest([run.data.metrics.get(condition.name) for run in item.runs])


def _newest(values: Sequence[float | None]) -> float | None:
    logged = [value for value in values if value is not None]
    return logged[-1] if logged and math.isfinite(logged[-1]) else None


def _count(name: str, item: ExperimentRuns) -> int:
    wanted = {
        "failed": ("FAILED",),
        "killed": ("KILLED",),
        "unfinished": ("RUNNING", "SCHEDULED"),
    }.get(name)
    return sum(wanted is None or run.info.status in wanted for run in item.runs)
