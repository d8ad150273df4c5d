"""Stores of other tools for tests, and how to hold an import against what that tool itself reads.

Each store is a folder with a ``truth.json`` beside it that the tool's own reader wrote. A small
part of them lies in ``stores/`` as zip files, so that these tests run on any clone; the whole set
is used instead when the environment variable RUNPAGES_FIXTURES names its folder.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reporter.store.ports import History, StoreReader

VARIABLE = "RUNPAGES_FIXTURES"
# Asked for now: tests themselves see no settings of the user.
WHOLE_SET = os.environ.get(VARIABLE, "")
SUBSETS = Path(__file__).parent / "stores"
SECRET = b"SECRET-MUST-NOT-BE-COPIED-DEV"


@dataclass(frozen=True)
class Fixture:
    """A store of another tool: its folder and what that tool says is in it."""

    name: str
    folder: Path
    truth: dict[str, Any]


def get_fixture(name: str, scratch: Path) -> Fixture:
    """Find a store: in the whole set, else among the subsets, unpacked into `scratch`."""
    if WHOLE_SET:
        folder = Path(WHOLE_SET) / name
    else:
        archive = SUBSETS / f"{name}.zip"
        if not archive.exists():
            pytest.skip(f"{name} is not among the subsets; name the whole set in {VARIABLE}")
        folder = scratch / name
        if not folder.exists():
            with zipfile.ZipFile(archive) as file:
                file.extractall(folder)
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return Fixture(name, folder, truth)


def plain(value: float | None) -> float | str | None:
    """Write a number as the truth does: what is not finite as a word."""
    if value is None or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def digest(history: History, *, is_timed: bool = True) -> str:
    """Condense a series as the truth does: SHA-1 over lines "step value millis"."""
    times = history.timestamps_ms if is_timed else [""] * len(history.values)
    rows = zip(history.steps, history.values, times, strict=True)
    lines = (f"{step} {float(value)!r} {time}".rstrip() for step, value, time in rows)
    return hashlib.sha1("\n".join(lines).encode()).hexdigest()


def describe_series(history: History, last: float) -> dict[str, Any]:
    """Everything that the truth says about a series."""
    values = np.asarray(history.values)
    finite = values[np.isfinite(values)]
    points = list(
        zip(history.steps.tolist(), values.tolist(), history.timestamps_ms.tolist(), strict=True)
    )
    return {
        "points": len(values),
        "last_shown": plain(last),
        "first": _point(points[0]),
        "final": _point(points[-1]),
        "min": float(finite.min()) if len(finite) else None,
        "max": float(finite.max()) if len(finite) else None,
        "nonfinite": int(len(values) - len(finite)),
        "min_step": int(history.steps.min()),
        "max_step": int(history.steps.max()),
        "digest": digest(history),
    }


def _point(point: tuple[int, float, int]) -> list[Any]:
    return [point[0], plain(point[1]), point[2]]


def differences(mine: dict[str, Any], truth: dict[str, Any], where: str) -> Iterator[str]:
    """Say where two flat records differ."""
    for key in sorted({*mine, *truth}):
        if mine.get(key) != truth.get(key):
            yield f"{where}: {key} is {mine.get(key)!r}, should be {truth.get(key)!r}"


def everything(reader: StoreReader) -> Iterator[bytes]:
    """Yield every text and every file of a store, to search them for what must not be there."""
    for experiment in reader.experiments():
        yield repr(experiment).encode("utf-8", "surrogatepass")
    for run in list(reader.runs()):
        yield repr(run).encode("utf-8", "surrogatepass")
        yield from _files(reader, run.info.run_id)


def _files(reader: StoreReader, run_id: str) -> Iterable[bytes]:
    for _, artifact in reader.artifacts([run_id]):
        with reader.open_artifact(run_id, artifact.path) as file:
            yield file.read()
