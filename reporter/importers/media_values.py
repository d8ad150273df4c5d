"""Logged values that stand for a picture, a table or a distribution: JSON with a ``_type``.

W&B began to write them and Trackio followed: most name a file, some hold what they are about. How
the tools name their files on disk is not known here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from reporter.importers.event_media import markdown_of
from reporter.importers.figures import Histogram, bytes_artifact, file_name, histogram_artifacts
from reporter.importers.records import ArtifactSource

__all__ = ["MediaFile", "MediaValues"]

_KINDS = {
    "image": "image",
    "table": "table",
    "plotly": "figure",
    "partitioned-table": "table",
    "joined-table": "table",
}
_PATHS = ("path", "file_path")
_MAX_BINS = 1 << 16

Value = Mapping[str, Any]  # Any: as JSON has it


@dataclass(frozen=True)
class MediaFile:
    """What a value says of a file; see :class:`reporter.model.Artifact`."""

    kind: str
    key: str
    step: int


class MediaValues:
    """Collects such values of one run.

    Parameters
    ----------
    prefix : str
        What the tool puts before its types, e.g. ``"trackio."``.

    Attributes
    ----------
    files : dict of str to MediaFile
        By the path that the tool wrote.
    """

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self.files: dict[str, MediaFile] = {}
        self._histograms: dict[str, list[Histogram]] = {}
        self._texts: dict[str, list[tuple[int, list[str], tuple[int, ...]]]] = {}
        self._tables: dict[str, bytes] = {}

    def add(self, key: str, value: Value, step: int, time_ms: int) -> bool:
        """Take a value; false when it is of no kind that is known."""
        kind = str(value.get("_type", "")).removeprefix(self._prefix).removesuffix("-file")
        path = next((value[name] for name in _PATHS if isinstance(value.get(name), str)), "")
        if path:
            self.files[path] = MediaFile(_KINDS.get(kind, "file"), key, step)
        elif kind == "histogram":
            histogram = _histogram(value, step, time_ms)
            if histogram is None:
                return False
            self._histograms.setdefault(key, []).append(histogram)
        elif kind == "markdown" and isinstance(value.get("_value"), str):
            self._texts.setdefault(key, []).append((step, [value["_value"]], ()))
        elif kind == "table" and isinstance(value.get("_value"), list):
            self._tables[f"tables/{file_name(key)}+step+{step}.json"] = _table(value["_value"])
        else:
            return self._add_parts(key, value, step, time_ms)
        return True

    def artifacts(self) -> Iterator[ArtifactSource]:
        """Yield what the values themselves hold."""
        for key, histograms in self._histograms.items():
            yield from histogram_artifacts("histograms", key, histograms)
        for key, texts in self._texts.items():
            data = markdown_of(texts).encode("utf-8", "replace")
            yield bytes_artifact(f"text/{file_name(key)}.md", data, kind="text", key=key)
        for path, data in self._tables.items():
            yield bytes_artifact(path, data, kind="table")

    def _add_parts(self, key: str, value: Value, step: int, time_ms: int) -> bool:
        """Take a value that stands for several files."""
        is_known = False
        for name, part in value.items():
            for number, item in enumerate(part if isinstance(part, list) else ()):
                if name == "filenames" and isinstance(item, str):
                    self.files[item] = MediaFile("image", f"{key}/{number}", step)
                    is_known = True
                elif isinstance(item, Mapping):
                    inner = {"_type": value.get("_type"), **item}
                    if next((True for name in _PATHS if name in item), False):
                        is_known |= self.add(f"{key}/{number}", inner, step, time_ms)
        return is_known


def _histogram(value: Value, step: int, time_ms: int) -> Histogram | None:
    packed = value.get("packedBins")
    try:
        counts = np.asarray(value["values"], dtype=np.float64)
        if isinstance(packed, Mapping):
            places = np.arange(min(int(packed["count"]), _MAX_BINS) + 1)
            edges = float(packed["min"]) + float(packed["size"]) * places
        else:
            edges = np.asarray(value["bins"], dtype=np.float64)
    except (KeyError, TypeError, ValueError):
        return None
    is_whole = counts.ndim == 1 and len(counts) > 0 and edges.shape == (len(counts) + 1,)
    return Histogram(step, time_ms, edges, counts) if is_whole else None


def _table(rows: list[Any]) -> bytes:  # Any: rows as JSON has them
    columns = list(dict.fromkeys(name for row in rows if isinstance(row, Mapping) for name in row))
    data = [[row.get(name) for name in columns] for row in rows if isinstance(row, Mapping)]
    table = {"columns": columns, "data": data}
    return json.dumps(table, ensure_ascii=False).encode("utf-8", "replace")
