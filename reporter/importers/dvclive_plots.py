"""Charts of the plots that DVCLive writes as data and leaves DVC to draw."""

from __future__ import annotations

import json
import posixpath
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from reporter.importers.figures import figure_artifact
from reporter.importers.files import FoundFile
from reporter.importers.records import ArtifactSource

__all__ = ["plot_artifacts"]

_FOLDERS = ("plots/sklearn/", "plots/custom/")
_MAX_BYTES = 2_000_000  # as much as a chart can show
_LINES = (("fpr", "tpr"), ("recall", "precision"), ("prob_pred", "prob_true"))

Spec = dict[str, Any]  # as JSON has it


def plot_artifacts(file: FoundFile) -> Iterator[ArtifactSource]:
    """Yield the chart of a file of a plot's data; nothing when it is none that can be told."""
    if not file.path.startswith(_FOLDERS) or not file.path.endswith(".json"):
        return
    if file.size_bytes > _MAX_BYTES:
        return
    try:
        with open(file.file, "rb") as stream:
            rows = json.loads(stream.read())
    except (OSError, ValueError, RecursionError):
        return
    stem = file.path.removesuffix(".json")
    if isinstance(rows, dict):  # scikit-learn's curves stand under their kind
        rows = next((value for value in rows.values() if isinstance(value, list)), [])
    if isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows):
        spec = _spec(rows)
        if spec is not None:
            title = posixpath.basename(stem)
            yield figure_artifact(f"{stem}.vl.json", title, rows, spec)


def _spec(rows: Sequence[Spec]) -> Spec | None:
    names = list(rows[0])
    if {"actual", "predicted"} <= set(names):
        return _confusion(rows)
    for x, y in _LINES:
        if {x, y} <= set(names):
            return _drawn("line", x, y)
    numeric = [name for name in names if all(_is_number(row.get(name)) for row in rows)]
    if len(names) == 2 and len(numeric) == 2:
        return _drawn("point", *numeric)
    return None


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _drawn(mark: str, x: str, y: str) -> Spec:
    order = {"order": {"field": x}} if mark == "line" else {}
    return {
        "mark": {"type": mark},
        "encoding": {
            "x": {"field": x, "type": "quantitative"},
            "y": {"field": y, "type": "quantitative"},
            **order,
        },
    }


def _confusion(rows: Sequence[Spec]) -> Spec:
    counts = Counter((str(row.get("actual")), str(row.get("predicted"))) for row in rows)
    color = {
        "field": "n",
        "type": "quantitative",
        "legend": None,
        # up to half of the ramp: the numbers stand on it in the colour of text
        "scale": {"domain": [0, 2 * max(counts.values())]},
    }
    axis = {"labelAngle": 0}
    return {
        "transform": [
            {"aggregate": [{"op": "count", "as": "n"}], "groupby": ["actual", "predicted"]}
        ],
        "encoding": {
            "x": {"field": "predicted", "type": "nominal", "axis": axis},
            "y": {"field": "actual", "type": "nominal"},
        },
        "layer": [
            {"mark": "rect", "encoding": {"color": color}},
            {"mark": "text", "encoding": {"text": {"field": "n", "type": "quantitative"}}},
        ],
    }
