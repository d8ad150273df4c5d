"""Pictures, sounds, texts and distributions of event files as files of a run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reporter import mediatypes
from reporter.importers.figures import (
    Curve,
    Histogram,
    bytes_artifact,
    curve_artifacts,
    file_name,
    histogram_artifacts,
)
from reporter.importers.records import ArtifactSource
from reporter.importers.tfevents import (
    AUDIO,
    HISTOGRAM,
    IMAGE,
    PR_CURVE,
    TEXT,
    LoggedValue,
)

__all__ = ["MEDIA", "MediaCollector", "markdown_of", "suffix_of_bytes"]

MEDIA = frozenset({IMAGE, AUDIO, TEXT, HISTOGRAM, PR_CURVE})
"""Kinds of values that become files."""

_SUFFIXES = {"image/jpeg": "jpg", "image/svg+xml": "svg", "audio/mpeg": "mp3"}
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)", re.MULTILINE)

Texts = tuple[int, Sequence[str], tuple[int, ...]]


class MediaCollector:
    """Makes files of values: pictures and sounds at once, the rest when all steps have come."""

    def __init__(self) -> None:
        self._histograms: dict[str, list[Histogram]] = {}
        self._curves: dict[str, list[Curve]] = {}
        self._texts: dict[str, list[Texts]] = {}
        self._paths: set[str] = set()

    def add(self, key: str, value: LoggedValue) -> Iterator[ArtifactSource]:
        """Take a value of a kind of :data:`MEDIA`, and yield the files that are whole."""
        if value.kind == IMAGE:
            yield from self._each(key, value, value.pictures(), "images", "image")
        elif value.kind == AUDIO:
            yield from self._each(key, value, value.sounds(), "audio", "file")
        elif value.kind == TEXT:
            self._texts.setdefault(key, []).append((value.step, *value.texts()))
        elif value.kind == HISTOGRAM and (histogram := value.histogram()):
            self._histograms.setdefault(key, []).append(histogram)
        elif value.kind == PR_CURVE and (curve := value.pr_curve()):
            self._curves.setdefault(key, []).append(curve)

    def rest(self) -> Iterator[ArtifactSource]:
        """Yield the files that hold all steps of a tag."""
        for key, histograms in self._histograms.items():
            yield from histogram_artifacts("histograms", key, histograms)
        for key, curves in self._curves.items():
            yield from curve_artifacts("pr_curves", key, curves)
        for key, texts in self._texts.items():
            name = key.removesuffix("/text_summary")  # tensorboardX appends it
            data = markdown_of(texts).encode()
            yield bytes_artifact(f"text/{file_name(name)}.md", data, kind="text", key=name)

    def _each(
        self, key: str, value: LoggedValue, items: Sequence[bytes], folder: str, kind: str
    ) -> Iterator[ArtifactSource]:
        for number, data in enumerate(items):
            name = key if len(items) == 1 else f"{key}/{number}"
            stem = f"{folder}/{file_name(name)}+step+{value.step}+timestamp+{value.time_ms}"
            path = self._unused(stem, suffix_of_bytes(data))
            yield bytes_artifact(path, data, kind=kind, key=name, step=value.step)

    def _unused(self, stem: str, suffix: str) -> str:
        path, number = f"{stem}.{suffix}", 1
        while path in self._paths:
            number += 1
            path = f"{stem}+{number}.{suffix}"
        self._paths.add(path)
        return path


def suffix_of_bytes(data: bytes) -> str:
    """Name the kind of a picture or sound as the suffix of a file."""
    found = mediatypes.detect("", data[: mediatypes.HEAD_BYTES])
    return _SUFFIXES.get(found) or (found.partition("/")[2] if "/" in found else "bin")


def markdown_of(texts: Sequence[Texts]) -> str:
    r"""Write what a tag said, step by step, as one page.

    Parameters
    ----------
    texts : sequence of (step, texts, shape)

    Examples
    --------
    >>> print(markdown_of([(3, ["*hi*"], ()), (4, ["a", "b"], (1, 2))]))
    ## Step 3
    <BLANKLINE>
    *hi*
    <BLANKLINE>
    ## Step 4
    <BLANKLINE>
    | 1 | 2 |
    |---|---|
    | a | b |
    <BLANKLINE>
    """
    parts = []
    for step, found, shape in texts:
        body = _table(found, shape[1]) if len(shape) == 2 and shape[1] else _closed(found)
        parts.append(f"## Step {step}\n\n{body}\n")
    return "\n".join(parts)


def _closed(texts: Sequence[str]) -> str:
    """Join texts; a code block that one leaves open must not swallow what follows."""
    text = "\n\n".join(texts).rstrip()
    fences = _FENCE.findall(text)
    return f"{text}\n{fences[-1]}" if len(fences) % 2 else text


def _table(texts: Sequence[str], n_columns: int) -> str:
    cells = [" ".join(text.replace("|", "\\|").split()) for text in texts]
    rows = [cells[at : at + n_columns] for at in range(0, len(cells), n_columns)]
    head = [[str(n + 1) for n in range(n_columns)], ["---"] * n_columns]
    lines = ["| " + " | ".join(row) + " |" for row in [head[0], *rows]]
    return "\n".join([lines[0], "|" + "|".join(head[1]) + "|", *lines[1:]])
