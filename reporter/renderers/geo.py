"""GeoJSON as a map without a background: shapes and points as Altair draws them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from reporter.renderers.json_tree import parse_json, render_json
from reporter.renderers.registry import ArtifactRequest, Fragment, renderer
from reporter.renderers.vega_lite import chart_fragment

__all__ = ["render_geojson"]

MAP_BYTES = 3_000_000
MAX_FEATURES = 5_000
MAX_HINTS = 6
"""Properties shown when the pointer rests on a feature."""
WIDTH_PX, HEIGHT_PX = 560, 360

Json = Any  # dictionaries, lists, texts, numbers, booleans, None

_GEOMETRIES = frozenset(
    {
        *("Point", "LineString", "Polygon", "GeometryCollection"),
        *("MultiPoint", "MultiLineString", "MultiPolygon"),
    }
)


@renderer("application/geo+json")
def render_geojson(request: ArtifactRequest) -> Fragment:
    """Draw the features of a file; a tree when there are none, or too many."""
    if request.artifact.size_bytes > MAP_BYTES:
        return render_json(request)
    try:
        features = list(_features(parse_json(request.read(MAP_BYTES))))
    except (ValueError, TypeError, AttributeError):
        return render_json(request)
    if not 0 < len(features) <= MAX_FEATURES:
        return render_json(request)
    return chart_fragment(request, _spec(features))


def _features(value: Json) -> Iterator[Json]:
    kind = value.get("type")
    if kind == "FeatureCollection":
        for feature in value["features"]:
            yield from _features(feature)
    elif kind == "Feature" and value.get("geometry"):
        yield value
    elif kind in _GEOMETRIES:
        yield {"type": "Feature", "properties": {}, "geometry": value}


def _spec(features: list[Json]) -> dict[str, Json]:
    import altair as alt

    names = list(dict.fromkeys(key for f in features for key in (f.get("properties") or {})))
    hints = [
        alt.Tooltip(f"properties.{_escape(name)}:N", title=name)
        for name in names[:MAX_HINTS]
        if isinstance(name, str)
    ]
    is_plane = _is_plane(features)
    shown = features if is_plane else [_rewound(feature) for feature in features]
    chart = (
        alt.Chart(alt.Data(values=shown))  # type: ignore[no-untyped-call]
        .mark_geoshape(stroke="white", strokeWidth=0.5, fill="#4c78a8", fillOpacity=0.75)
        .encode(tooltip=hints)
        .properties(width=WIDTH_PX, height=HEIGHT_PX)
    )
    on_plane = chart.project(type="identity", reflectY=True)
    drawn = on_plane if is_plane else chart.project(type="mercator")
    spec: dict[str, Json] = drawn.to_dict(validate=False)
    return spec


def _rewound(feature: Json) -> Json:
    """Turn rings the way that the globe's drawing expects: outer ones clockwise.

    The standard's own order is the other one, and most files keep neither; drawn as they are, a
    small polygon would be all the world but itself.
    """
    geometry = feature["geometry"]
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Polygon":
        coordinates = _turned(coordinates)
    elif kind == "MultiPolygon":
        coordinates = [_turned(polygon) for polygon in coordinates]
    else:
        return feature
    return {**feature, "geometry": {**geometry, "coordinates": coordinates}}


def _turned(rings: list[Json]) -> list[Json]:
    """Turn the first ring clockwise, and the holes after it the other way."""
    outer = [ring if _is_clockwise(ring) else ring[::-1] for ring in rings[:1]]
    holes = [ring[::-1] if _is_clockwise(ring) else ring for ring in rings[1:]]
    return outer + holes


def _is_clockwise(ring: Json) -> bool:
    pairs = itertools.pairwise(ring)
    return bool(sum((x1 - x0) * (y1 + y0) for (x0, y0, *_), (x1, y1, *_) in pairs) > 0)


def _escape(name: str) -> str:
    """Protect what Vega-Lite reads as a path or a type in a field's name."""
    return "".join(f"\\\\{c}" if c in ".[]:'\\\"" else c for c in name)


def _is_plane(features: list[Json]) -> bool:
    """Tell metres of a plane from degrees of the globe."""
    return any(
        abs(x) > 180 or abs(y) > 90 for feature in features for x, y in _points(feature["geometry"])
    )


def _points(geometry: Json) -> Iterator[tuple[float, float]]:
    stack = [geometry.get("coordinates", geometry.get("geometries", []))]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack.append(item.get("coordinates", []))
        elif item and isinstance(item[0], (int, float)):
            yield float(item[0]), float(item[1])
        else:
            stack.extend(item)
