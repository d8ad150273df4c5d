"""What the columns of a table mean: as the user says, else as their names and values suggest."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from reporter.errors import InvalidInputError, did_you_mean
from reporter.importers.times import ms_of_iso

__all__ = ["Mapped", "check_options", "find_mapping", "read_time", "to_number"]

_OPTIONS = ("step", "time", "run", "params", "metrics", "tags", "key", "value", "rows")
_STEPS = ("step", "global_step", "_step", "iteration", "iter", "epoch", "batch", "update", "round")
_TIMES = ("time", "timestamp", "timestamp_ms", "wall_time", "walltime", "datetime", "date", "ts",
          "_timestamp", "created_at")  # fmt: skip
_RUNS = ("run_id", "run", "run_name", "trial_id", "trial", "run_uuid")
_KEYS = ("key", "metric", "metric_name", "tag", "variable")
_CONFIG = re.compile(r"(config|params?|hparams|hyperparameters|args)\.", re.IGNORECASE)
_METRIC = re.compile(
    r"loss|acc|auc|f1|precision|recall|error|mse|mae|rmse|r2|score|perplexity|bleu|rouge|wer|"
    r"reward|return|iou|metric|val|train|test",
    re.IGNORECASE,
)
# Seconds, milliseconds, microseconds or nanoseconds since 1970, for times from 1973 to 5138.
_UNITS = ((1e8, 1000.0), (1e11, 1.0), (1e14, 1e-3), (1e17, 1e-6))


@dataclass(frozen=True)
class Mapped:
    """Which columns are what; empty where there is none.

    Parameters
    ----------
    step, time, run, key, value : str
        `key` and `value` are those of a table with one point a row.
    params, metrics, tags : frozenset of str
        What the user named; all others are told by their values.
    is_run_a_row : bool
        Whether each row is a run, as in a table of results.
    """

    step: str = ""
    time: str = ""
    run: str = ""
    key: str = ""
    value: str = ""
    params: frozenset[str] = frozenset()
    metrics: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    is_run_a_row: bool = False

    @property
    def special(self) -> frozenset[str]:
        """Columns that are neither param nor metric nor tag."""
        return frozenset({self.step, self.time, self.run, self.key, self.value} - {""})

    @property
    def is_log(self) -> bool:
        """Tell whether the table looks like what a training wrote."""
        return bool(self.step or self.key)

    def is_metric(self, name: str) -> bool:
        """Tell whether a column of numbers is a metric where each row is a run."""
        if name in self.metrics or name in self.params:
            return name in self.metrics
        return bool(_METRIC.search(name))

    def is_config(self, name: str) -> bool:
        """Tell whether a column holds a param, whatever its values are."""
        return name in self.params or bool(_CONFIG.match(name) and name not in self.metrics)


def find_mapping(names: Iterable[str], options: Mapping[str, str]) -> Mapped:
    """Say what a table's columns are.

    Parameters
    ----------
    names : iterable of str
        The columns.
    options : mapping of str to str
        ``step``, ``time``, ``run``, ``key``, ``value``: a column each; ``params``, ``metrics``,
        ``tags``: several, with commas between; ``rows``: ``steps`` or ``runs``.

    Notes
    -----
    What a user says is believed here, and checked by :func:`check_options`.
    """
    columns = list(names)
    by_lower = {name.lower(): name for name in reversed(columns)}

    def guess(option: str, known: Iterable[str]) -> str:
        if option in options:
            return options[option]
        return next((by_lower[name] for name in known if name in by_lower), "")

    key = guess("key", _KEYS)
    value = guess("value", ["value"])
    return Mapped(
        step=guess("step", _STEPS),
        time=guess("time", _TIMES),
        run=guess("run", _RUNS),
        key=key if key and value else "",
        value=value if key and value else "",
        params=_several(options, "params"),
        metrics=_several(options, "metrics"),
        tags=_several(options, "tags"),
        is_run_a_row=options.get("rows") == "runs",
    )


def check_options(columns: list[str], options: Mapping[str, str]) -> None:
    """Raise unless all options are known and name columns of the table.

    Raises
    ------
    InvalidInputError
    """
    for option, value in options.items():
        if option not in _OPTIONS:
            hint = did_you_mean(option, _OPTIONS) or f"Known are: {', '.join(_OPTIONS)}."
            raise InvalidInputError(f"Tables have no option '{option}'.", hint)
        if option == "rows":
            if value not in ("steps", "runs"):
                raise InvalidInputError(f"'{value}' is no kind of rows.", "Write steps or runs.")
            continue
        for name in _split(value):
            if name not in columns:
                hint = did_you_mean(name, columns) or f"There are: {', '.join(columns)}."
                raise InvalidInputError(f"The table has no column '{name}'.", hint)


def _several(options: Mapping[str, str], option: str) -> frozenset[str]:
    return frozenset(_split(options.get(option, "")))


def _split(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def to_number(value: Any) -> float | None:  # Any: what a cell holds
    """Read a cell as a number; None when it is none.

    Examples
    --------
    >>> to_number("1e-3"), to_number("inf"), to_number(True), to_number("fast")
    (0.001, inf, 1.0, None)
    """
    if isinstance(value, (int, float, str)):
        try:
            return float(value) if value != "" and "_" not in str(value) else None
        except (ValueError, OverflowError):
            return None
    return None


def read_time(value: Any) -> int:  # Any: what a cell holds
    """Read a time in any of the usual forms as milliseconds since 1970 UTC; 0 when it is none.

    Examples
    --------
    >>> read_time(1760000000), read_time("1760000000000"), read_time("2025-10-09T08:53:20Z")
    (1760000000000, 1760000000000, 1760000000000)
    """
    if isinstance(value, (datetime, date)):
        value = value.isoformat()
    number = to_number(value)
    if number is not None:
        scales = [scale for least, scale in _UNITS if abs(number) >= least]
        return round(number * scales[-1]) if scales and math.isfinite(number) else 0
    return ms_of_iso(value)
