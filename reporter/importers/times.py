"""Other tools' times as whole milliseconds since 1970 UTC."""

from __future__ import annotations

from datetime import datetime, timezone

__all__ = ["ms_of_iso", "ms_of_seconds"]

_MAX_SECONDS = 1e11  # the year 5138: what is beyond is no time


def ms_of_seconds(value: object) -> int:
    """Read seconds since 1970; 0 when it is no time.

    Examples
    --------
    >>> ms_of_seconds(1760000000.5), ms_of_seconds(float("nan")), ms_of_seconds(None)
    (1760000000500, 0, 0)
    """
    is_time = isinstance(value, (int, float)) and 0 < value < _MAX_SECONDS
    return round(value * 1000) if is_time else 0  # type: ignore[operator]  # just asked


def ms_of_iso(value: object) -> int:
    """Read a time in ISO's format, which is UTC when it does not say; 0 when it is none.

    Examples
    --------
    >>> ms_of_iso("2025-10-09T08:53:20Z"), ms_of_iso("2025-10-09 10:53:20+02:00"), ms_of_iso("x")
    (1760000000000, 1760000000000, 0)
    """
    try:
        found = datetime.fromisoformat(str(value).strip().replace("Z", "+00:00"))
        aware = found if found.tzinfo else found.replace(tzinfo=timezone.utc)
        return round(aware.timestamp() * 1000)
    except (ValueError, OverflowError):
        return 0
