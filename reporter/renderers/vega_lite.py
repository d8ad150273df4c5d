"""Altair's figures, logged as Vega-Lite JSON or as HTML that Altair wrote.

They are compiled while the site is built, so a mistake is found then, and a still picture is made
of each, which the gallery shows and which needs no JavaScript. The live figure is drawn in a
sandboxed frame. A figure that would load data from elsewhere is refused.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from reporter.errors import ChartError
from reporter.mediatypes import VEGA_LITE, VEGA_LITE_HTML
from reporter.renderers.frames import framed_figure
from reporter.renderers.html import render_html
from reporter.renderers.image import measure
from reporter.renderers.json_tree import parse_json, render_json
from reporter.renderers.placeholder import placeholder
from reporter.renderers.registry import ArtifactRequest, Fragment, renderer
from reporter.renderers.text import decode

__all__ = ["chart_fragment", "find_spec", "render_vega_lite", "render_vega_lite_html"]

SPEC_BYTES = 8_000_000
PAGE_BYTES = 12_000_000

POSTER_SCALE = 2
"""Device pixels a CSS pixel: sharp on the screens of today."""

MAX_NUMBER = 20_000
"""Pixels of a side and rows of a generated sequence; the rasteriser would try any."""

Spec = dict[str, Any]  # as JSON has it

_CALL = re.compile(r"\}\)\s*\(\s*(?=\{)|(?:var|const|let)\s+spec\s*=\s*(?=\{)")


@renderer(VEGA_LITE, "application/vnd.vegalite.*+json")
def render_vega_lite(request: ArtifactRequest) -> Fragment:
    """Show a figure that was logged as JSON."""
    if request.artifact.size_bytes > SPEC_BYTES:
        return render_json(request)
    try:
        value = parse_json(request.read(SPEC_BYTES))
    except ValueError:
        return render_json(request)
    return chart_fragment(request, value) if isinstance(value, dict) else render_json(request)


@renderer(VEGA_LITE_HTML)
def render_vega_lite_html(request: ArtifactRequest) -> Fragment:
    """Show the figure of a page that Altair wrote."""
    is_small = request.artifact.size_bytes <= PAGE_BYTES
    spec = find_spec(decode(request.read(PAGE_BYTES))) if is_small else None
    return chart_fragment(request, spec) if spec else render_html(request)


def find_spec(text: str) -> Spec | None:
    """Cut the one Vega-Lite specification out of a page's text.

    Examples
    --------
    >>> find_spec('var spec = {"$schema": "https://vega.github.io/schema/vega-lite/v6.json"};')
    {'$schema': 'https://vega.github.io/schema/vega-lite/v6.json'}
    """
    for match in _CALL.finditer(text):
        try:
            value = json.JSONDecoder().raw_decode(text, match.end())[0]
        except (ValueError, RecursionError):
            continue
        if "/vega-lite/" in str(value.get("$schema", "")):
            return dict(value)
    return None


def chart_fragment(request: ArtifactRequest, spec: Spec) -> Fragment:
    """Show a Vega-Lite specification.

    Parameters
    ----------
    request : ArtifactRequest
    spec : dict
        Loads nothing: its data stand in it.

    Returns
    -------
    Fragment
        A placeholder with a problem when it cannot be compiled.
    """
    try:
        figure = _compile(json.dumps(spec))
    except ChartError as error:
        problem = request.problem("Chart not drawn", error.message, error.hint)
        return placeholder(request, problem, is_figure=True)
    except RecursionError:
        problem = request.problem("Chart not drawn", "It is nested too deep")
        return placeholder(request, problem, is_figure=True)
    size = measure("image/png", figure.poster)
    width, height = (side // POSTER_SCALE for side in size) if size else (0, 0)
    return framed_figure(
        request,
        "vega",
        _library_text,
        [{"spec": figure.vega}],
        width=width,
        height=height,
        poster=figure.poster,
    )


class _Figure(NamedTuple):
    vega: Spec
    poster: bytes


@lru_cache(maxsize=128)
def _compile(text: str) -> _Figure:
    """Compile a specification and draw it, once for a run's page and its experiment's."""
    from reporter.charts import compile_vega_lite

    compiled = compile_vega_lite(json.loads(text))
    vega = compiled["light"]
    for data in vega.get("data", []):
        if data.get("name") in compiled["values"]:
            data["values"] = compiled["values"][data["name"]]
    if any("url" in data and not _is_inline(data["url"]) for data in _find(vega, "data")):
        raise ChartError("The chart loads data from elsewhere, and a report makes no requests.")
    return _Figure(vega, _draw(vega))


def _draw(vega: Spec) -> bytes:
    """Draw a still picture; empty when it cannot be drawn without risk, or not at all.

    The rasteriser opens files that image marks name, so a chart with such marks gets no picture;
    neither does one that would generate rows or pixels without end.
    """
    import vl_convert

    if any(mark.get("type") == "image" for mark in _find(vega, "marks")) or _is_boundless(vega):
        return b""
    try:
        return vl_convert.vega_to_png(vega, scale=POSTER_SCALE, allowed_base_urls=[])
    except ValueError:
        return b""


def _is_inline(url: object) -> bool:
    return isinstance(url, str) and url.startswith("data:")


def _is_boundless(vega: Spec) -> bool:
    sides = [vega.get("width"), vega.get("height")]
    sides += [signal.get("value") for signal in _find(vega, "signals")]
    if any(isinstance(side, (int, float)) and abs(side) > MAX_NUMBER for side in sides):
        return True
    return any(
        transform.get("type") in {"sequence", "graticule"}
        and not (
            isinstance(transform.get("stop"), (int, float)) and _n_rows(transform) <= MAX_NUMBER
        )
        for transform in _find(vega, "transform")
    )


def _n_rows(sequence: Spec) -> float:
    step = sequence.get("step", 1)
    start = sequence.get("start", 0)
    if not all(isinstance(number, (int, float)) for number in (start, step)) or not step:
        return math.inf
    return abs(float(sequence["stop"] - start) / float(step))


def _find(node: object, name: str) -> Iterator[Spec]:
    """Yield the objects in every list of this name, outside of rows."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == name and isinstance(value, list):
                yield from (item for item in value if isinstance(item, dict))
            if key != "values":
                yield from _find(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from _find(value, name)


def _library_text() -> str:
    from reporter.charts import vega_script

    return vega_script().decode()
