"""How the sample store's figures look: small, plain, in the colours of the site's charts."""

from __future__ import annotations

from typing import TypeVar

import altair as alt
import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure

AltairChart = TypeVar("AltairChart", alt.Chart, alt.LayerChart)

__all__ = ["COLORS", "altair_style", "axes", "plotly_style", "tiles"]

COLORS = ("#045694", "#d95f26", "#2d996d", "#8e255f", "#a068f2", "#665801", "#1d7a99", "#bd2647")

mpl.rcParams.update(
    {
        "axes.prop_cycle": cycler(color=COLORS),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 9,
        "axes.labelsize": 8,
        "xtick.labelsize": 7,
        "ytick.labelsize": 7,
        "legend.fontsize": 7,
        "legend.frameon": False,
        "svg.hashsalt": "sample_runs",
    }
)


def axes(title: str, x: str, y: str, size: tuple[float, float] = (4, 3)) -> tuple[Figure, Axes]:
    """Open a small figure with one pair of labelled axes."""
    figure = Figure(figsize=size, dpi=90, layout="constrained")
    ax = figure.subplots()
    ax.set(title=title, xlabel=x, ylabel=y)
    return figure, ax


def tiles(pictures: npt.ArrayLike, columns: int = 8, rows: int = 1) -> npt.NDArray[np.uint8]:
    """Lay pictures of 8 × 8 values in 0…1 out as one contact sheet, dark on white.

    Parameters
    ----------
    pictures : array_like, shape (n, 64)
    columns : int
    rows : int
        At least; more when the pictures need them. Equal sheets make a series easy to compare.

    Returns
    -------
    ndarray of uint8, shape (rows · 36, columns · 36)
    """
    squares = np.asarray(pictures, float).reshape(-1, 8, 8)
    rows = max(rows, -(-len(squares) // columns))
    sheet = np.ones((rows * 9, columns * 9))
    for i, square in enumerate(squares):
        top, left = i // columns * 9, i % columns * 9
        sheet[top : top + 8, left : left + 8] = 1 - square
    return np.kron((sheet * 255).round(), np.ones((4, 4))).astype(np.uint8)


def plotly_style(figure: go.Figure, title: str) -> go.Figure:
    """Give a plotly figure our colours and margins, without the 7 kB of its default template."""
    return figure.update_layout(
        template="none",
        title={"text": title, "font": {"size": 14}},
        colorway=list(COLORS),
        margin={"l": 56, "r": 16, "t": 44, "b": 44},
        font={"family": "sans-serif", "size": 12},
    )


def altair_style(chart: AltairChart, title: str) -> AltairChart:
    """Give an Altair chart its title, size and our colours."""
    return (
        chart.properties(title=title, width=360, height=220)
        .configure_range(category=list(COLORS))
        .configure_view(stroke=None)
    )
