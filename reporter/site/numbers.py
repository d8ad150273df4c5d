"""How numbers, times and sizes read on a page.

The runs table is first drawn by the builder and then redrawn by ``templates/js/lib/format.js``.
Both must print the same text, so each rule here has a twin there and both are tested with
``tests/shared/format_cases.json``. Times are in UTC, and "ago" is relative to the newest event of
the report: a page must not change because it is built or read later. This module knows nothing
of runs, columns or templates.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

__all__ = [
    "MISSING",
    "column_decimals",
    "format_bytes",
    "format_count",
    "format_duration",
    "format_number",
    "format_relative",
    "format_time",
    "format_time_exact",
    "truncate_middle",
]

MISSING = "–"
"""Stands for what was not logged."""

MINUS = "\N{MINUS SIGN}"
TINY, HUGE = 1e-4, 1e9
"""Outside these magnitudes a plain decimal is harder to read than a power of ten."""

SIGNIFICANT_DIGITS = 4
"""Of a number that stands alone; a column finds its own precision."""

SAMPLE_SIZE = 1000
"""How many values of a column are looked at: precision must not cost a pass over 100,000."""

DISTINCT_SHARE = 0.9
"""Share of different values that must stay different when rounded; all of them would spend five
digits on any column with two close values."""

SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS = 1000, 60_000, 3_600_000, 86_400_000
ABSURD_MS = 1e15
"""A duration of 30,000 years is a wrong number, and reads as one."""

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def format_number(value: float | None, decimals: int | None = None) -> str:
    """Print a number.

    Parameters
    ----------
    value : float or None
        None is what was not logged; NaN and infinities are values.
    decimals : int, optional
        Digits after the point, from :func:`column_decimals`; without it, four significant digits
        and no trailing zeros. Very small and very large numbers become powers of ten either way,
        and so does a number that `decimals` would print as zero.

    Returns
    -------
    str

    Examples
    --------
    >>> format_number(1234567), format_number(0.0941337), format_number(3.1e-7)
    ('1,234,567', '0.09413', '3.1e-7')
    >>> format_number(0.0941337, 3), format_number(2.0, 3)
    ('0.094', '2.000')
    """
    if value is None:
        return MISSING
    value = float(value)
    if not math.isfinite(value):
        return _non_finite(value)
    sign = MINUS if value < 0 else ""
    return sign + _format_magnitude(abs(value), decimals)


def column_decimals(values: Iterable[float | None]) -> int:
    """Find the digits after the point that tell the values of a column apart.

    Three to five significant digits of the median magnitude, the fewest that keep most different
    values different; none when all are whole. Missing, non-finite and power-of-ten values do not
    count. Of a long column 1,000 evenly spread values are looked at.

    Parameters
    ----------
    values : iterable of float or None

    Returns
    -------
    int

    Examples
    --------
    >>> column_decimals([0.0941, 0.0987, 0.1127])
    4
    >>> column_decimals([1, 20, 300])
    0
    """
    plain = [v for v in _sample(list(values)) if v is not None and _is_plain(v)]
    if all(v == math.floor(v) for v in plain):
        return 0
    fewest, most = _decimals_range(plain)
    wanted = DISTINCT_SHARE * len(set(plain))
    for decimals in range(fewest, most):
        if _count_distinct(plain, decimals) >= wanted:
            return decimals
    return most


def format_duration(duration_ms: float | None) -> str:
    """Print a time span: ``320 ms``, ``0:38``, ``1:02:10``, ``2 d 4 h``.

    Parameters
    ----------
    duration_ms : float or None
        Milliseconds; None or NaN when the run has not ended.

    Returns
    -------
    str
    """
    if duration_ms is None or not math.isfinite(duration_ms):
        return MISSING
    if abs(duration_ms) >= ABSURD_MS:
        return f"{format_number(duration_ms)} ms"
    sign = MINUS if duration_ms < 0 else ""
    span = math.floor(abs(duration_ms))
    if span < SECOND_MS:
        return f"{sign}{span} ms"
    minutes, seconds = divmod(span // SECOND_MS, 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 24:
        return f"{sign}{hours // 24:,} d {hours % 24} h"
    if hours:
        return f"{sign}{hours}:{minutes:02}:{seconds:02}"
    return f"{sign}{minutes}:{seconds:02}"


def format_time(time_ms: float | None, year_of_newest: int | None = None) -> str:
    """Print when something happened: ``21 Nov 03:52``, ``21 Nov 2025 03:52``.

    Parameters
    ----------
    time_ms : float or None
        Milliseconds since 1970 UTC.
    year_of_newest : int, optional
        Year of the report's newest event, the only one that is not printed.

    Returns
    -------
    str
    """
    if time_ms is None or math.isnan(time_ms):
        return MISSING
    when = _datetime(time_ms)
    if when is None:
        return f"{format_number(time_ms)} ms"
    year = "" if when.year == year_of_newest else f" {when.year}"
    return f"{when.day} {MONTHS[when.month - 1]}{year} {when.hour:02}:{when.minute:02}"


def format_time_exact(time_ms: float | None) -> str:
    """Print a time as ISO 8601 with milliseconds and zone: ``2026-11-21T03:52:10.123Z``.

    Parameters
    ----------
    time_ms : float or None
        Milliseconds since 1970 UTC.

    Returns
    -------
    str
        Empty when `time_ms` is None or NaN.
    """
    if time_ms is None or math.isnan(time_ms):
        return ""
    when = _datetime(time_ms)
    if when is None:
        return f"{format_number(time_ms)} ms"
    return when.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def format_relative(time_ms: float | None, newest_ms: float | None) -> str:
    """Print how long before the report's newest event something happened: ``3 min ago``.

    Parameters
    ----------
    time_ms, newest_ms : float or None
        Milliseconds since 1970 UTC.

    Returns
    -------
    str
        The date when it is more than 30 days back.
    """
    if time_ms is None or newest_ms is None:
        return format_time(time_ms)
    span = newest_ms - time_ms
    if span < MINUTE_MS:
        return "just now"
    if span < HOUR_MS:
        return f"{int(span // MINUTE_MS)} min ago"
    if span < DAY_MS:
        return _plural(int(span // HOUR_MS), "hour")
    if span <= 30 * DAY_MS:
        return _plural(int(span // DAY_MS), "day")
    newest = _datetime(newest_ms)
    return format_time(time_ms, newest.year if newest else None)


def format_bytes(n: float) -> str:
    """Print a size in decimal units: ``612 B``, ``11.4 kB``, ``145 kB``.

    Parameters
    ----------
    n : float
        Bytes, not negative.

    Returns
    -------
    str
    """
    if n < 1000:
        return f"{int(n)} B"
    for unit in ("kB", "MB", "GB", "TB"):
        n /= 1000
        if n < 999.5 or unit == "TB":
            break
    return f"{_fixed(n, 1 if n < 99.95 else 0)} {unit}"


def format_count(n: int) -> str:
    """Print a whole number with thousands: ``1,234,567``."""
    return f"{n:,}"


def truncate_middle(text: str, n: int) -> str:
    """Cut a long text in the middle, because names differ at their ends.

    Parameters
    ----------
    text : str
    n : int
        Characters to keep, the mark of the cut included; at least 3.

    Returns
    -------
    str

    Examples
    --------
    >>> truncate_middle("mlp-hidden128-lr3e-3-s2", 12)
    'mlp-hi…-3-s2'
    """
    if len(text) <= n:
        return text
    tail = (n - 1) // 2
    return f"{text[: n - 1 - tail]}…{text[len(text) - tail :]}"


def _non_finite(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return "+∞" if value > 0 else f"{MINUS}∞"


def _format_magnitude(size: float, decimals: int | None) -> str:
    if size != 0 and not _is_plain(size):
        return _scientific(size)
    if decimals is None:
        decimals = 0 if size == math.floor(size) else _decimals_for(size, SIGNIFICANT_DIGITS)
        return _trim(_fixed(size, decimals))
    text = _fixed(size, decimals)
    if size != 0 and not any(digit in text for digit in "123456789"):
        return _scientific(size)
    return text


def _is_plain(value: float) -> bool:
    return value == 0 or TINY <= abs(value) < HUGE


def _fixed(size: float, decimals: int) -> str:
    """Round half away from zero, as JavaScript's toFixed does."""
    return f"{Decimal(size).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,f}"


def _scientific(size: float) -> str:
    exact = Decimal(size)
    exponent = exact.adjusted()
    step = Decimal(1).scaleb(1 - SIGNIFICANT_DIGITS)
    mantissa = exact.scaleb(-exponent).quantize(step, ROUND_HALF_UP)
    if mantissa >= 10:
        mantissa, exponent = mantissa / 10, exponent + 1
    return f"{_trim(f'{mantissa:f}')}e{exponent}"


def _trim(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decimals_for(size: float, digits: int) -> int:
    """Digits after the point that give `size` so many significant ones."""
    return max(0, digits - 1 - Decimal(size).adjusted())


def _decimals_range(plain: Sequence[float]) -> tuple[int, int]:
    sizes = sorted(abs(v) for v in plain if v != 0)
    median = sizes[len(sizes) // 2]
    return _decimals_for(median, 3), _decimals_for(median, 5)


def _count_distinct(plain: Sequence[float], decimals: int) -> int:
    scale = 10.0**decimals
    return len({math.floor(v * scale + 0.5) for v in plain})


def _sample(values: list[float | None]) -> list[float | None]:
    stride = -(-len(values) // SAMPLE_SIZE)
    return values[:: stride or 1]


def _datetime(time_ms: float) -> datetime | None:
    try:
        return EPOCH + timedelta(milliseconds=math.floor(time_ms))
    except (OverflowError, ValueError):
        return None


def _plural(n: int, unit: str) -> str:
    return f"{n} {unit}{'' if n == 1 else 's'} ago"
