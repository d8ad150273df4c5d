"""How axes of charts print numbers and times: as the page does, with a day of 24 hours.

Knows no chart.
"""

from __future__ import annotations

__all__ = ["LOG_NUMBER", "NUMBER", "TIME"]

_IS_PLAIN = "abs(datum.value) >= 1e-4 && abs(datum.value) < 1e9"
_POWER = "replace(format(datum.value, '~e'), '+', '')"

NUMBER = f"datum.value === 0 ? '0' : {_IS_PLAIN} ? datum.label : {_POWER}"
"""Powers of ten exactly where the page's own numbers have them."""

LOG_NUMBER = f"datum.value === 0 ? '0' : {_IS_PLAIN} ? format(datum.value, ',~r') : {_POWER}"
"""The same where the ticks were chosen by the page."""

TIME = {
    "milliseconds": "%H:%M:%S.%L",
    "seconds": "%H:%M:%S",
    "minutes": "%H:%M",
    "hours": "%H:%M",
    "day": "%-d %b",
    "week": "%-d %b",
    "month": "%b %Y",
    "quarter": "%b %Y",
    "year": "%Y",
}
"""By the finest unit that is not zero in it, as Vega chooses; its own are English, of 12 hours."""
