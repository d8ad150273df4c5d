"""Plotly figures, from their JSON or from HTML that Plotly wrote.

The library comes out of the installed plotly package, which this module finds without importing it.
HTML is never run: the figures are cut out of its text, so a page that would load its library from
the network draws without one.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from reporter.mediatypes import PLOTLY, PLOTLY_HTML
from reporter.renderers.frames import framed_figure
from reporter.renderers.html import render_html
from reporter.renderers.json_tree import parse_json, render_json
from reporter.renderers.placeholder import placeholder
from reporter.renderers.registry import ArtifactRequest, Fragment, renderer
from reporter.renderers.text import decode

__all__ = ["find_figures", "render_plotly_html", "render_plotly_json"]

FIGURE_BYTES = 12_000_000
"""Of JSON; with more points a browser no longer follows the mouse."""

PAGE_BYTES = 24_000_000
"""Of HTML, whose greater part may be the library."""

MAX_FIGURES = 12

Figure = dict[str, Any]  # data, layout and config, as JSON has them

_CALL = re.compile(r"Plotly\.(?:newPlot|react)\(\s*(?:\"[^\"]*\"|'[^']*'|[\w.$]+)\s*,\s*(?=\[)")
_COMMA = re.compile(r"\s*,\s*(?=\{)")
_MAPS = re.compile(r"(?:scatter|density|choropleth)(?:geo|map|mapbox)|choropleth")


@renderer(PLOTLY)
def render_plotly_json(request: ArtifactRequest) -> Fragment:
    """Show a figure that was logged as JSON."""
    if request.artifact.size_bytes > FIGURE_BYTES:
        return render_json(request)
    try:
        value = parse_json(request.read(FIGURE_BYTES))
    except ValueError:
        return render_json(request)
    figure = _as_figure(value)
    return _fragment(request, [figure]) if figure else render_json(request)


@renderer(PLOTLY_HTML)
def render_plotly_html(request: ArtifactRequest) -> Fragment:
    """Show the figures of a page that Plotly wrote."""
    if request.artifact.size_bytes > PAGE_BYTES:
        return render_html(request)
    figures = find_figures(decode(request.read(PAGE_BYTES)))
    return _fragment(request, figures) if figures else render_html(request)


def find_figures(text: str) -> list[Figure]:
    """Cut figures out of a page's text.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of dict
        With ``data``, ``layout`` and ``config``; at most :data:`MAX_FIGURES`.

    Examples
    --------
    >>> find_figures('Plotly.newPlot("a", [{"y": [1]}], {"title": "t"}, {"responsive": true})')
    [{'data': [{'y': [1]}], 'layout': {'title': 't'}}]
    """
    figures = (
        figure for match in _CALL.finditer(text) if (figure := _read_call(text, match.end()))
    )
    return [figure for figure, _ in zip(figures, range(MAX_FIGURES), strict=False)]


def _read_call(text: str, at: int) -> Figure | None:
    """Read the arguments that follow the element: JSON, since Plotly writes them so."""
    decoder = json.JSONDecoder()
    try:
        data, at = decoder.raw_decode(text, at)
        comma = _COMMA.match(text, at)
        layout = decoder.raw_decode(text, comma.end())[0] if comma else {}
    except (ValueError, RecursionError):
        return None
    return _as_figure({"data": data, "layout": layout})


def _as_figure(value: object) -> Figure | None:
    if not isinstance(value, dict) or not isinstance(value.get("data"), list):
        return None
    layout = value.get("layout", {})
    traces = value["data"]
    if not isinstance(layout, dict) or not all(isinstance(trace, dict) for trace in traces):
        return None
    return {"data": traces, "layout": _without_remote_images(layout)}


def _without_remote_images(layout: dict[str, Any]) -> dict[str, Any]:
    images = layout.get("images")
    if not isinstance(images, list):
        return layout
    kept = [image for image in images if str(_source(image)).startswith("data:")]
    return {**layout, "images": kept}


def _source(image: object) -> object:
    return image.get("source") if isinstance(image, dict) else None


def _fragment(request: ArtifactRequest, figures: list[Figure]) -> Fragment:
    library = _library_path()
    if library is None:
        problem = request.problem(
            "Plotly figure not drawn",
            "Its library is not installed where this site was built",
            "Install plotly, then build again",
        )
        return placeholder(request, problem, is_figure=True)
    if any(_MAPS.fullmatch(kind) for kind in _trace_types(figures)):
        problem = request.problem(
            "Map not drawn", "It would load outlines or tiles from the network"
        )
        return placeholder(request, problem, is_figure=True, is_reported=False)
    fragment = framed_figure(request, "plotly", _library_text, figures)
    n = len(figures)
    return fragment if n == 1 else replace(fragment, caption=f"{n} figures")


def _trace_types(figures: list[Figure]) -> Iterator[str]:
    return (str(trace.get("type", "")) for figure in figures for trace in figure["data"])


@cache
def _library_path() -> Path | None:
    spec = importlib.util.find_spec("plotly")
    folders = (spec.submodule_search_locations or ()) if spec else ()
    paths = (Path(folder) / "package_data" / "plotly.min.js" for folder in folders)
    return next((path for path in paths if path.is_file()), None)


def _library_text() -> str:
    path = _library_path()
    return path.read_text("utf-8") if path else ""
