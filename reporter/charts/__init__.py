"""Charts: what they look like, how they are drawn, how many points they need.

Altair makes the specifications, they are compiled to Vega while the site is built, and the page
binds data to them. Knows nothing of stores, pages or files of a site.
"""

from __future__ import annotations

from reporter.charts.downsample import MAX_POINTS, downsample, downsample_many, order
from reporter.charts.relation_specs import compiled_relations
from reporter.charts.runtime import vega_script
from reporter.charts.spec import compile_vega_lite, compiled_charts
from reporter.charts.style import STYLES, ChartStyle
from reporter.charts.theme import PALETTE

__all__ = [
    "MAX_POINTS",
    "PALETTE",
    "STYLES",
    "ChartStyle",
    "compile_vega_lite",
    "compiled_charts",
    "compiled_relations",
    "downsample",
    "downsample_many",
    "order",
    "vega_script",
]
