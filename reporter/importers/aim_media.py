"""Pictures, sounds, texts, figures and distributions of a run of Aim's as files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from reporter.importers.event_media import markdown_of, suffix_of_bytes
from reporter.importers.figures import Histogram, bytes_artifact, file_name, histogram_artifacts
from reporter.importers.records import ArtifactSource
from reporter.importers.times import ms_of_seconds

__all__ = ["AimMedia"]

_FOLDERS = {"aim.image": ("images", "image"), "aim.audio": ("audio", "file")}
_CONSOLE = "output.log"  # what our own capture of printed text is called too
_MAX_BINS = 1 << 16

Place = tuple[int | str, ...]


class AimMedia:
    """Takes the objects of sequences; their content comes before what describes it."""

    def __init__(self) -> None:
        self._texts: dict[str, list[tuple[int, list[str], tuple[int, ...]]]] = {}
        self._lines: list[tuple[int, str]] = []
        self._counts: dict[tuple[str, int], bytes] = {}
        self._times: dict[tuple[str, int], int] = {}
        self._shapes: dict[tuple[str, int], dict[Place, Any]] = {}  # Any: what Aim's values are

    def add_content(
        self, name: str, kind: str, step: int, place: Place, value: object
    ) -> Iterator[ArtifactSource]:
        """Take an object's content, and yield the files that are whole.

        Parameters
        ----------
        name, kind : str
            Of the sequence; `kind` as Aim calls it, e.g. ``aim.image``.
        step : int
        place : tuple
            Among several objects of one step; empty for a single one.
        value : object
        """
        if kind in _FOLDERS and isinstance(value, bytes):
            folder, what = _FOLDERS[kind]
            key = "/".join(str(part) for part in (name, *place))
            path = f"{folder}/{file_name(key)}+step+{step}.{suffix_of_bytes(value)}"
            yield bytes_artifact(path, value, kind=what, key=key, step=step)
        elif kind == "aim.figure" and isinstance(value, (str, bytes)):
            data = value.encode() if isinstance(value, str) else value
            path = f"figures/{file_name(name)}+step+{step}.plotly.json"
            yield bytes_artifact(path, data, kind="figure", key=name, step=step)
        elif kind == "aim.log_line" and isinstance(value, str):
            self._lines.append((step, value))
        elif kind == "aim.text" and isinstance(value, str):
            self._texts.setdefault(name, []).append((step, [value], ()))
        elif kind == "aim.distribution" and isinstance(value, bytes):
            self._counts[name, step] = value

    def add_time(self, name: str, step: int, seconds: object) -> None:
        """Take when the objects of a step were logged."""
        if (name, step) in self._counts:
            self._times[name, step] = ms_of_seconds(seconds)

    def add_field(self, name: str, step: int, field: Place, value: object) -> None:
        """Take what describes an object."""
        if (name, step) in self._counts:
            self._shapes.setdefault((name, step), {})[field] = value

    def rest(self) -> Iterator[ArtifactSource]:
        """Yield the files that hold all steps of a sequence."""
        found: dict[str, list[Histogram]] = {}
        for (name, step), content in sorted(self._counts.items()):
            time_ms = self._times.get((name, step), 0)
            histogram = _histogram(step, time_ms, content, self._shapes.get((name, step), {}))
            if histogram is not None:
                found.setdefault(name, []).append(histogram)
        for name, histograms in found.items():
            yield from histogram_artifacts("histograms", name, histograms)
        for name, texts in self._texts.items():
            page = markdown_of(sorted(texts, key=lambda item: item[0]))
            data = page.encode("utf-8", "replace")
            yield bytes_artifact(f"text/{file_name(name)}.md", data, kind="text", key=name)
        if self._lines:
            text = "\n".join(line for _, line in sorted(self._lines))
            yield bytes_artifact(_CONSOLE, text.encode("utf-8", "replace"), kind="text")


def _histogram(
    step: int, time_ms: int, content: bytes, shape: dict[Place, Any]
) -> Histogram | None:
    try:
        counts = np.frombuffer(content, dtype=np.dtype(str(shape["dtype",]))).astype(np.float64)
        low, high = float(shape["range", 0]), float(shape["range", 1])
    except (KeyError, TypeError, ValueError):
        return None
    if not 0 < len(counts) <= _MAX_BINS:
        return None
    return Histogram(step, time_ms, np.linspace(low, high, len(counts) + 1), counts)
