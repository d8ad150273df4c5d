"""Interactive figures: drawn by their own library in a sandboxed frame of ours.

A figure's JSON is data to us and a program to the library that draws it, and such libraries have
had holes. So it is never drawn in the page: the page's script makes a frame with an origin of its
own, loads library and figure as data files, and hands them to the frame by message, because a
sandboxed frame in a folder can load nothing that lies beside it. See ``frame.html`` for
the inside and ``templates/js/ui/framed_figures.js`` for the outside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from reporter.renderers.data_files import DataFile, data_file, digest
from reporter.renderers.registry import ArtifactRequest, FileContent, Fragment

__all__ = ["FramedView", "framed_figure"]


@dataclass(frozen=True, kw_only=True)
class FramedView:
    """A figure that a script draws. Paths are site paths: the script knows the site's root."""

    kind: str
    """``plotly`` or ``vega``: data-role, and which library the frame calls."""
    title: str
    """Name for screen readers."""
    frame: str
    """Page for the sandboxed frame."""
    library: str
    """Data file that registers the library's source text."""
    library_name: str
    figures: str
    """Data file that registers the figures."""
    figures_name: str
    width: int
    height: int
    """Natural size in CSS pixels; 0 when the figure takes any size."""
    poster: str
    """href of a still picture that stands until the figure is drawn; empty when there is none."""
    poster_path: str
    """Its site path."""


def framed_figure(
    request: ArtifactRequest,
    kind: str,
    library: Callable[[], str],
    figures: Sequence[Any],
    *,
    width: int = 0,
    height: int = 0,
    poster: bytes = b"",
) -> Fragment:
    """Show figures in a sandboxed frame.

    Parameters
    ----------
    request : ArtifactRequest
    kind : {"plotly", "vega"}
    library : callable
        Returns the source text of the library; called once a process.
    figures : sequence
        Values that JSON can hold, one per figure; NaN is allowed.
    width, height : int
        Natural size in CSS pixels, 0 when the figure takes any size.
    poster : bytes
        A PNG of the figure, empty when nothing can draw one.

    Returns
    -------
    Fragment
    """
    drawn_from = data_file("figure", figures)
    source = _library_file(kind, library)
    frame_path, frame_page = _frame_file()
    poster_path = f"data/figure-{digest(poster)}.png"
    files: dict[str, FileContent] = {
        drawn_from.path: drawn_from.content,
        source.path: source.content,
        frame_path: frame_page,
    }
    if poster:
        files[poster_path] = poster
    view = FramedView(
        kind=kind,
        title=request.name,
        frame=frame_path,
        library=source.path,
        library_name=source.name,
        figures=drawn_from.path,
        figures_name=drawn_from.name,
        width=width,
        height=height,
        poster=request.url(poster_path) if poster else "",
        poster_path=poster_path if poster else "",
    )
    return Fragment(
        template="fragments/framed.html.j2",
        context=view,
        files=files,
        is_figure=True,
        width=width,
        height=height,
    )


@cache
def _library_file(kind: str, library: Callable[[], str]) -> DataFile:
    """Make the data file that registers a library's source text."""
    return data_file(f"{kind}-source", library(), "assets")


@cache
def _frame_file() -> tuple[str, bytes]:
    page = Path(__file__).with_name("frame.html").read_bytes()
    return f"assets/figure-frame-{digest(page)}.html", page
