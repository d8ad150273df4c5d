"""Numbers, dates and durations as people write them, read the same way in Python and in the page.

``templates/js/lib/quantity.js`` is the twin; ``tests/shared/filter_cases.json`` holds them
together. That is why nothing here leaves the decision to ``float()`` or ``fromisoformat()``.
"""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta, timezone

__all__ = ["read_duration", "read_number", "read_time"]

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_SPECIAL = re.compile(r"([+-]?)(?:(nan)|inf|infinity)", re.IGNORECASE | re.ASCII)
_TIME = re.compile(
    r"([1-9][0-9]{3})-([0-9]{2})(?:-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})"
    r"(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?)?"
)
_CLOCK = re.compile(r"(?:([0-9]+):([0-5][0-9])|([0-9]+)):([0-5][0-9](?:\.[0-9]+)?)")
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([a-z]+)")
_UNITS_MS = {
    **dict.fromkeys(["ms", "millisecond", "milliseconds"], 1.0),
    **dict.fromkeys(["s", "sec", "secs", "second", "seconds"], 1_000.0),
    **dict.fromkeys(["m", "min", "mins", "minute", "minutes"], 60_000.0),
    **dict.fromkeys(["h", "hr", "hrs", "hour", "hours"], 3_600_000.0),
    **dict.fromkeys(["d", "day", "days"], 86_400_000.0),
    **dict.fromkeys(["w", "week", "weeks"], 604_800_000.0),
}
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def read_number(text: str) -> float | None:
    """Read a number that was logged or written as text.

    Parameters
    ----------
    text : str

    Returns
    -------
    float or None
        None when it is no decimal number, ``inf`` or ``nan``. Underscores, hexadecimal digits,
        ``True`` and thousands separators are not numbers.

    Examples
    --------
    >>> read_number(" 1e-3 "), read_number("-inf"), read_number("1_000"), read_number("True")
    (0.001, -inf, None, None)
    """
    plain = text.strip(" \t\r\n")
    if _NUMBER.fullmatch(plain):
        return float(plain) + 0.0  # + 0.0 turns -0.0 into 0.0
    special = _SPECIAL.fullmatch(plain)
    if special is None:
        return None
    return math.nan if special.group(2) else math.inf * (-1 if special.group(1) == "-" else 1)


def read_time(text: str) -> tuple[int, int] | None:
    """Read a date or a moment: ISO 8601, from a month to a millisecond, UTC unless it says else.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of int or None
        First millisecond since 1970 UTC, and the first that no longer belongs to it.

    Examples
    --------
    >>> read_time("1970-01-02"), read_time("1970-01-01T00:00:01.5Z"), read_time("1970-02-30")
    ((86400000, 172800000), (1500, 1501), None)
    """
    match = _TIME.fullmatch(text.strip(" \t\r\n"))
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        moment = datetime(
            int(year), int(month), int(day or 1), int(hour or 0), int(minute or 0),
            int(second or 0), tzinfo=timezone.utc,
        )  # fmt: skip
        width = _width_ms(match, moment)
    except (ValueError, OverflowError):
        return None
    start = (moment - _EPOCH) // timedelta(milliseconds=1) - _offset_ms(zone)
    start += int(f"{fraction or '':0<3}"[:3])
    return start, start + width


def read_duration(text: str) -> float | None:
    """Read a length of time.

    Parameters
    ----------
    text : str
        ``90s``, ``5 min``, ``2 d 4 h``, ``1h30m``, ``1:02:10``, ``4:49``, ``320 ms``; a number
        alone counts seconds.

    Returns
    -------
    float or None
        Milliseconds.

    Examples
    --------
    >>> read_duration("1:02:10"), read_duration("1h 30m"), read_duration("90"), read_duration("x")
    (3730000.0, 5400000.0, 90000.0, None)
    """
    plain = text.strip(" \t\r\n").lower()
    number = read_number(plain)
    if number is not None:
        return number * 1000.0
    clock = _CLOCK.fullmatch(plain)
    if clock:
        hours, minutes_of_hour, minutes, seconds = clock.groups()
        whole = int(hours or 0) * 60 + int(minutes_of_hour or minutes)
        return whole * 60_000.0 + float(seconds) * 1000.0
    return _sum_of_parts(plain)


def _sum_of_parts(plain: str) -> float | None:
    """Add up ``2 d 4 h``; None when a part has no known unit or something is left over."""
    total, end = 0.0, 0
    for part in _PART.finditer(plain):
        if plain[end : part.start()].strip(" ") or part.group(2) not in _UNITS_MS:
            return None
        total += float(part.group(1)) * _UNITS_MS[part.group(2)]
        end = part.end()
    return total if end and end == len(plain) else None


def _offset_ms(zone: str | None) -> int:
    if zone is None or zone == "Z":
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return (-1 if zone[0] == "-" else 1) * minutes * 60_000


def _width_ms(match: re.Match[str], moment: datetime) -> int:
    """Tell how long the smallest written unit lasts."""
    if match.group(7):
        return 1
    if match.group(6):
        return 1_000
    if match.group(4):
        return 60_000
    if match.group(3):
        return 86_400_000
    next_month = (moment.replace(day=28) + timedelta(days=4)).replace(day=1)
    return (next_month - moment) // timedelta(milliseconds=1)
