"""Charts of what other tools log as numbers without a picture: distributions and curves over steps.

Each becomes a Vega-Lite figure, which the site draws like any figure a user logged, and a table
with every number, since a figure shows fewer.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reporter.importers.records import ArtifactSource

__all__ = [
    "Curve",
    "Histogram",
    "bytes_artifact",
    "curve_artifacts",
    "figure_artifact",
    "file_name",
    "histogram_artifacts",
]

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_WIDTH_PX, _HEIGHT_PX = 460, 260
# As many ridges as can be told apart in that height, and as fine as a screen shows.
_MAX_RIDGES = 24
_BINS = 60
# How many distances between base lines the highest ridge rises; TensorBoard's own overlap.
_OVERLAP = 3.0

Spec = dict[str, Any]  # as JSON has it


@dataclass(frozen=True)
class Histogram:
    """A distribution at one step: `counts`, shape (n,), between `edges`, shape (n + 1,)."""

    step: int
    time_ms: int
    edges: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class Curve:
    """Columns of equal length that belong to one step; the first two are drawn, x and y."""

    step: int
    time_ms: int
    columns: Mapping[str, np.ndarray]


def bytes_artifact(path: str, data: bytes, **facts: Any) -> ArtifactSource:  # Any: its own fields
    """Make an artifact of bytes that no plain file holds."""
    return ArtifactSource(path=path, size_bytes=len(data), open=lambda: io.BytesIO(data), **facts)


def histogram_artifacts(
    folder: str, key: str, histograms: Sequence[Histogram]
) -> list[ArtifactSource]:
    """Draw distributions over steps as ridges, one behind the other.

    Parameters
    ----------
    folder : str
        Where among the run's artifacts.
    key : str
    histograms : sequence of Histogram
        In the order logged.

    Returns
    -------
    list of ArtifactSource
        A table with every count, and a chart unless no edge is finite.
    """
    stem = f"{folder}/{file_name(key)}"
    rows = _histogram_rows(histograms)
    out = [_table(f"{stem}.parquet", rows)]
    spec = _ridges(key, histograms)
    if spec is not None:
        out.append(_figure(f"{stem}.vl.json", spec))
    return out


def curve_artifacts(folder: str, key: str, curves: Sequence[Curve]) -> list[ArtifactSource]:
    """Draw one line a step.

    Parameters
    ----------
    folder, key
        As in :func:`histogram_artifacts`.
    curves : sequence of Curve
        With the same columns.
    """
    stem = f"{folder}/{file_name(key)}"
    names = list(curves[0].columns)
    counts = [len(curve.columns[names[0]]) for curve in curves]
    rows = {
        **_step_columns(curves, counts),
        **{name: np.concatenate([curve.columns[name] for curve in curves]) for name in names},
    }
    spec = _lines(key, _spread(curves, _MAX_RIDGES), names[0], names[1])
    return [_table(f"{stem}.parquet", rows), _figure(f"{stem}.vl.json", spec)]


def file_name(key: str) -> str:
    """Make one part of a path of a key, as images logged by key are named."""
    return "".join("~" if c in '/\\:*?"<>|' or c < " " else c for c in key).strip(". ") or "~"


def _table(path: str, columns: Mapping[str, np.ndarray]) -> ArtifactSource:
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), buffer, compression="zstd")
    return bytes_artifact(path, buffer.getvalue(), kind="table")


def figure_artifact(
    path: str, title: str, rows: Sequence[Mapping[str, Any]], spec: Spec
) -> ArtifactSource:
    """Make a figure of rows.

    Parameters
    ----------
    path, title : str
    rows : sequence of mapping
        As JSON has them.
    spec : dict
        Marks and encodings in Vega-Lite.
    """
    size = {"width": _WIDTH_PX, "height": _HEIGHT_PX}
    return _figure(path, {"title": title, **size, "data": {"values": rows}, **spec})


def _figure(path: str, spec: Spec) -> ArtifactSource:
    text = json.dumps({"$schema": _SCHEMA, **spec}, ensure_ascii=False, separators=(",", ":"))
    return bytes_artifact(path, text.encode("utf-8", "replace"), kind="figure")


def _histogram_rows(histograms: Sequence[Histogram]) -> dict[str, np.ndarray]:
    counts = [len(histogram.counts) for histogram in histograms]
    return {
        **_step_columns(histograms, counts),
        "left": np.concatenate([item.edges[:-1] for item in histograms]),
        "right": np.concatenate([item.edges[1:] for item in histograms]),
        "count": np.concatenate([item.counts for item in histograms]),
    }


def _step_columns(
    items: Sequence[Histogram] | Sequence[Curve], counts: Sequence[int]
) -> dict[str, np.ndarray]:
    return {
        "step": np.repeat([item.step for item in items], counts),
        "timestamp_ms": np.repeat([item.time_ms for item in items], counts),
    }


def _spread(items: Sequence[Any], limit: int) -> list[Any]:  # Any: what goes in comes out
    """Choose at most `limit` items evenly, the first and the last among them."""
    if len(items) <= limit:
        return list(items)
    places = np.linspace(0, len(items) - 1, limit).round().astype(int)
    return [items[place] for place in places]


def _ridges(key: str, histograms: Sequence[Histogram]) -> Spec | None:
    shown = sorted(_spread(histograms, _MAX_RIDGES), key=lambda item: item.step)
    low, high = _extent(shown)
    if low is None or high is None:
        return None
    grid = np.linspace(low, high, _BINS + 1)
    densities = [_rebin(item, grid) for item in shown]
    top = max((float(density.max()) for density in densities), default=0.0) or 1.0
    centres = (grid[:-1] + grid[1:]) / 2
    values = [
        {"x": _short(x), "base": -n, "top": _short(_OVERLAP * d / top - n), "step": item.step}
        for n, (item, density) in enumerate(zip(shown, densities, strict=True))
        for x, d in zip(centres.tolist(), density.tolist(), strict=True)
    ]
    return {
        "title": key,
        "width": _WIDTH_PX,
        "height": _HEIGHT_PX,
        "data": {"values": values},
        "mark": {
            "type": "area",
            "interpolate": "monotone",
            "opacity": 0.8,
            "line": {"strokeWidth": 1},
            "tooltip": False,
        },
        "encoding": {
            "x": {"field": "x", "type": "quantitative", "title": "value", "scale": {"nice": False}},
            "y": {
                "field": "top",
                "type": "quantitative",
                "title": "step",
                "stack": None,
                "scale": {"domain": [1 - len(shown) - 0.2, _OVERLAP], "nice": False},
                "axis": _step_axis(shown),
            },
            "y2": {"field": "base"},
            "color": _step_color(shown),
            "detail": {"field": "base"},
            # painted from the back, so that a later step stands before an earlier one
            "order": {"field": "base", "sort": "descending"},
        },
    }


def _extent(histograms: Sequence[Histogram]) -> tuple[float | None, float | None]:
    """Say between which finite values something was counted."""
    low: float | None = None
    high: float | None = None
    for item in histograms:
        is_filled = item.counts > 0
        ends = np.concatenate([item.edges[:-1][is_filled], item.edges[1:][is_filled]])
        ends = ends[np.isfinite(ends) & (np.abs(ends) < _OUTERMOST)]
        if len(ends):
            low = float(ends.min()) if low is None else min(low, float(ends.min()))
            high = float(ends.max()) if high is None else max(high, float(ends.max()))
    if low is not None and low == high:
        margin = abs(low) / 2 or 0.5
        return low - margin, low + margin
    return low, high


# The last bucket of TensorFlow's histograms ends at the largest double.
_OUTERMOST = 1e300


def _rebin(histogram: Histogram, grid: np.ndarray) -> np.ndarray:
    """Spread counts over a common grid, evenly within a bin; returns shape (len(grid) - 1,)."""
    edges = np.clip(np.nan_to_num(histogram.edges), grid[0], grid[-1])
    counts = np.nan_to_num(histogram.counts, posinf=0, neginf=0)
    cumulated = np.concatenate([[0.0], np.cumsum(counts)])
    edges = np.maximum.accumulate(edges)
    # A bin without width is a step of the cumulated counts, which interpolation takes as it is.
    return np.asarray(np.maximum(np.diff(np.interp(grid, edges, cumulated)), 0.0))


def _step_axis(histograms: Sequence[Histogram]) -> Spec:
    places = _spread(range(len(histograms)), 6)
    labels = {str(-n): f"{histograms[n].step:,}" for n in places}
    return {
        "values": [-n for n in places],
        "labelExpr": f"{json.dumps(labels)}[datum.value]",
        "grid": False,
    }


def _step_color(histograms: Sequence[Histogram]) -> Spec:
    """Colour by step; the first is not as pale as the page."""
    low, high = histograms[0].step, histograms[-1].step
    domain = [low - 0.5 * (high - low), high] if high > low else [low - 1, low + 1]
    scale = {"domain": domain}
    return {"field": "step", "type": "quantitative", "legend": None, "scale": scale}


def _lines(key: str, curves: Sequence[Curve], x: str, y: str) -> Spec:
    values = [
        {"x": _short(a), "y": _short(b), "step": curve.step, "n": n}
        for curve in curves
        for n, (a, b) in enumerate(zip(curve.columns[x], curve.columns[y], strict=True))
    ]
    encoding: Spec = {
        "x": {"field": "x", "type": "quantitative", "title": x},
        "y": {"field": "y", "type": "quantitative", "title": y},
        "order": {"field": "n"},
    }
    if len(curves) > 1:
        encoding["color"] = {"field": "step", "type": "quantitative"}
        encoding["detail"] = {"field": "step"}
    return {
        "title": key,
        "width": _WIDTH_PX,
        "height": _HEIGHT_PX,
        "data": {"values": values},
        "mark": {"type": "line", "strokeWidth": 1.5},
        "encoding": encoding,
    }


def _short(number: float) -> float | None:
    """Round for a picture; None where there is no number."""
    return float(f"{number:.5g}") if np.isfinite(number) else None
