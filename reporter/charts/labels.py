"""How axes of charts print numbers, as expressions of Vega: the page's own number format.

Knows no chart.
"""

from __future__ import annotations

__all__ = ["LOG_NUMBER", "NUMBER"]

_IS_PLAIN = "abs(datum.value) >= 1e-4 && abs(datum.value) < 1e9"
_POWER = "replace(format(datum.value, '~e'), '+', '')"

NUMBER = f"datum.value === 0 ? '0' : {_IS_PLAIN} ? datum.label : {_POWER}"
"""Powers of ten exactly where the page's own numbers have them."""

LOG_NUMBER = f"datum.value === 0 ? '0' : {_IS_PLAIN} ? format(datum.value, ',~r') : {_POWER}"
"""The same where the ticks were chosen by the page."""
