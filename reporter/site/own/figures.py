"""What a chart function returned, as a fragment: drawn by the renderers that draw logged figures.

Figures are recognised by the names of their classes, so no library is imported that the user's file
has not imported. Knows no file and no page but the way from it to the site's root.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from reporter import renderers
from reporter.errors import ChartError
from reporter.mediatypes import PLOTLY, VEGA_LITE
from reporter.model import Artifact, Problem
from reporter.renderers.data_files import digest
from reporter.renderers.placeholder import placeholder

__all__ = ["OwnFigure", "draw_figure", "draw_hole", "read_figures"]

FIGURE_BYTES = 8_000_000
"""What the renderers draw; a page with more is no longer read by anybody."""

_DPI = 144
_Value = Any  # a figure of one of three libraries


@dataclass(frozen=True, kw_only=True)
class OwnFigure:
    """A figure's bytes, and what they are.

    Parameters
    ----------
    data : bytes
    media_type : str
    """

    data: bytes
    media_type: str


def read_figures(value: object) -> list[OwnFigure]:
    """Turn what a chart function returned into bytes.

    Parameters
    ----------
    value : object
        A figure, or a list or tuple of them.

    Returns
    -------
    list of OwnFigure

    Raises
    ------
    ChartError
        It is something else, or too large to be shown.
    """
    values = value if isinstance(value, (list, tuple)) else [value]
    return [_checked(_read_figure(one)) for one in values]


def _read_figure(value: _Value) -> OwnFigure:
    kinds = set(_kinds(value))
    if "altair.TopLevelMixin" in kinds:
        return OwnFigure(data=_altair_bytes(value), media_type=VEGA_LITE)
    if "plotly.BaseFigure" in kinds:
        return OwnFigure(data=str(value.to_json()).encode(), media_type=PLOTLY)
    if "matplotlib.FigureBase" in kinds:
        return OwnFigure(data=_matplotlib_bytes(value), media_type="image/png")
    around = getattr(value, "figure", None)  # of matplotlib's axes and of seaborn's grids
    if "matplotlib.FigureBase" in set(_kinds(around)):
        return _read_figure(around)
    if value is None:
        raise ChartError("It returned nothing.", "End it with 'return chart', or with 'return []'.")
    raise ChartError(
        f"It returned a value of type {type(value).__name__}, which is no figure.",
        "Return an altair.Chart, a plotly figure, a matplotlib figure, or a list of these.",
    )


def _kinds(value: object) -> Iterator[str]:
    """Name the classes that a value is of, each after its library."""
    for kind in type(value).__mro__:
        yield f"{kind.__module__.partition('.')[0]}.{kind.__name__}"


def _altair_bytes(chart: _Value) -> bytes:
    import altair as alt

    # Rows stand in the chart, whatever the file has set: a page makes no requests. How many there
    # may be is a question of bytes.
    with alt.data_transformers.enable("default", max_rows=None):
        return json.dumps(chart.to_dict(), sort_keys=True).encode()


def _matplotlib_bytes(figure: _Value) -> bytes:
    buffer = io.BytesIO()
    no_version = {"Software": None}  # equal figures are equal bytes
    figure.savefig(buffer, format="png", dpi=_DPI, bbox_inches="tight", metadata=no_version)
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close(figure)
    return buffer.getvalue()


def _checked(figure: OwnFigure) -> OwnFigure:
    if len(figure.data) > FIGURE_BYTES:
        size = f"{len(figure.data) / 1e6:.1f} MB"
        limit = f"{FIGURE_BYTES / 1e6:.0f} MB"
        raise ChartError(
            f"The figure holds {size}, more than the {limit} that a page can show.",
            "Aggregate its rows, or take a sample of them and the columns it needs.",
        )
    return figure


def draw_figure(figure: OwnFigure, title: str, root: str) -> renderers.Fragment:
    """Draw a figure as if a run had logged it.

    Parameters
    ----------
    figure : OwnFigure
    title : str
    root : str
        Prefix from the page to the site's root.

    Returns
    -------
    Fragment
        A placeholder with a problem when it cannot be drawn.
    """
    is_picture = figure.media_type.startswith("image/")
    path = f"data/figure-{digest(figure.data)}.png" if is_picture else ""
    request = replace(
        _request(title, root, figure.media_type, path),
        artifact=Artifact(path=_one_name(title), size_bytes=len(figure.data)),
        open=lambda: io.BytesIO(figure.data),
    )
    fragment = renderers.render(request)
    return replace(fragment, files={**fragment.files, path: figure.data}) if path else fragment


def draw_hole(problem: Problem, title: str, root: str) -> renderers.Fragment:
    """Leave a visible place for a chart that could not be made.

    Parameters
    ----------
    problem : Problem
    title, root : str
        As for :func:`draw_figure`.

    Returns
    -------
    Fragment
    """
    return placeholder(_request(title, root, "", ""), problem, is_figure=True)


def _request(title: str, root: str, media_type: str, path: str) -> renderers.ArtifactRequest:
    return renderers.ArtifactRequest(
        run_id="",
        artifact=Artifact(path=_one_name(title), size_bytes=0),
        media_type=media_type,
        open=io.BytesIO,
        site_path=path,
        root=root,
    )


def _one_name(title: str) -> str:
    """Keep slashes of a title from dividing it: the part after the last would be its name."""
    return title.replace("/", "\N{DIVISION SLASH}")
