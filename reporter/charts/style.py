"""What distinguishes one kind of metric chart from another: one record, and the list of all kinds.

A chart's data are bound in the browser, so a kind is a specification that is compiled once however
many metrics a store holds. This module knows no chart library.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["STYLES", "TITLE", "ChartStyle", "Mark", "Scale"]

TITLE = "x_title"
"""Name of the signal for the title of x, and the placeholder where a chart is to read it."""

Mark = Literal["line", "bar"]
Scale = Literal["linear", "log"]


@dataclass(frozen=True, kw_only=True)
class ChartStyle:
    """A kind of metric chart.

    Parameters
    ----------
    name : str
        Key in the data file of compiled charts.
    mark : {"line", "bar"}
        ``line``: a metric's history, one line a run. ``bar``: a metric logged once a run, one
        horizontal bar a run.
    x, y : {"linear", "log"}
        Scales of the axes of values. On a logarithmic x zero keeps its place, because runs begin
        at step 0; on a logarithmic y the page leaves out what is not positive, and says so.
    """

    name: str
    mark: Mark
    x: Scale = "linear"
    y: Scale = "linear"


STYLES: tuple[ChartStyle, ...] = (
    ChartStyle(name="line-linear", mark="line"),
    ChartStyle(name="line-log", mark="line", y="log"),
    ChartStyle(name="line-linear-x-log", mark="line", x="log"),
    ChartStyle(name="line-log-x-log", mark="line", x="log", y="log"),
    ChartStyle(name="bar", mark="bar"),
)
"""Every kind a site carries. The page chooses by name."""
