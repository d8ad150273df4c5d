"""What keys, names and values the API accepts: MLflow's rules, but long values are kept."""

from __future__ import annotations

import math
import re
import warnings

from reporter.errors import InvalidInputError
from reporter.model import RunStatus, ViewType

__all__ = [
    "as_number",
    "as_time",
    "check_experiment_name",
    "check_key",
    "check_status",
    "check_view_type",
    "param_text",
]

# MLflow 3.17, mlflow.utils.validation: letters, digits, and these signs.
_KEY = re.compile(r"[/\w.\- :]+")
# MLflow's longest key. Longer ones are kept, since nothing of ours depends on it.
MAX_KEY_CHARACTERS = 250


def check_key(key: str, what: str = "Metric key") -> None:
    """Raise unless a metric, param or tag may have this key.

    Raises
    ------
    InvalidInputError
        It is empty, no text, holds signs that MLflow refuses, or reads as another path than the
        one it names (``a//b``, ``../a``).
    """
    if not isinstance(key, str) or not key:
        raise InvalidInputError(f"{what} {key!r} is not a non-empty string.")
    if not _KEY.fullmatch(key):
        raise InvalidInputError(
            f"{what} {key!r} has characters that are not allowed.",
            "Use letters, digits, underscores, dashes, periods, spaces, colons and slashes.",
        )
    parts = key.split("/")
    if key != "/" and ("" in parts or "." in parts or ".." in parts):
        raise InvalidInputError(
            f"{what} {key!r} is not a clean path.", "Leave out '//', '.' and '..' parts."
        )
    if len(key) > MAX_KEY_CHARACTERS:
        warnings.warn(
            f"{what} {key[:40]!r}... has {len(key)} characters. It is kept, but MLflow would not "
            f"take more than {MAX_KEY_CHARACTERS}.",
            stacklevel=2,
        )


def param_text(value: object) -> str:
    """Write a param's value as text, whole.

    Examples
    --------
    >>> param_text([1, 2])
    '[1, 2]'
    """
    return value if type(value) is str else str(value)


def as_number(value: float) -> float:
    """Return what ``float()`` makes of a metric's value; as it is where that makes nothing.

    MLflow takes all that ``float()`` takes, ``"0.5"`` and arrays of one number among it. What is
    returned as it is, the journal refuses with a sentence that names it.

    Examples
    --------
    >>> as_number("0.5"), as_number("high")
    (0.5, 'high')
    """
    if getattr(value, "size", 0) == 1 and hasattr(value, "item"):
        value = value.item()
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return value


# Seconds from 2001 on, which as milliseconds would be days of 1970 before there was such a thing.
_SECONDS = (1_000_000_000, 10_000_000_000)


def as_time(timestamp_ms: float) -> int:
    """Cut a time in milliseconds off to a whole number, such as that of ``time.time() * 1000``.

    One that looks like seconds is taken as it is, with a warning.
    """
    is_fraction = isinstance(timestamp_ms, float) and math.isfinite(timestamp_ms)
    if isinstance(timestamp_ms, (int, float)) and _SECONDS[0] < timestamp_ms < _SECONDS[1]:
        warnings.warn(
            f"The time {timestamp_ms} looks like seconds; it is taken as milliseconds, in 1970.",
            stacklevel=5,
        )
    return int(timestamp_ms) if is_fraction else timestamp_ms  # type: ignore[return-value]


def check_status(status: str) -> str:
    """Return the status in capitals; raise InvalidInputError for one that does not exist."""
    found = str(status).upper()
    if found not in RunStatus.ALL:
        raise InvalidInputError(f"There is no run status {status!r}.", f"Use {RunStatus.ALL}.")
    return found


def check_view_type(view_type: int) -> None:
    """Raise InvalidInputError unless it is one of :class:`reporter.ViewType`."""
    if view_type not in (ViewType.ACTIVE_ONLY, ViewType.DELETED_ONLY, ViewType.ALL):
        raise InvalidInputError(
            f"There is no view type {view_type!r}.",
            "Use ViewType.ACTIVE_ONLY, DELETED_ONLY or ALL.",
        )


def check_experiment_name(name: object) -> str:
    """Return the name; raise InvalidInputError unless it is text with something in it."""
    if not isinstance(name, str) or not name.strip():
        raise InvalidInputError(f"Experiment name {name!r} is not a non-empty string.")
    return name
