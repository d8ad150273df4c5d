"""Bands around lines of several runs: tests/shared/band_cases.json is what numpy and scipy say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

CASES = json.loads((Path(__file__).parents[2] / "shared" / "band_cases.json").read_text("utf-8"))


def at_steps(line: dict[str, list[float]], steps: np.ndarray) -> np.ndarray:
    """Read a line between its points and nowhere else."""
    x, y = (np.array(line[name], dtype=float) for name in "xy")
    return np.interp(steps, x, y, left=np.nan, right=np.nan)


def band_of(values: np.ndarray, kind: str) -> tuple[float, float, float]:
    n, mean = len(values), float(np.mean(values))
    spread = float(np.std(values, ddof=1)) if n > 1 else np.nan
    around = {
        "ci": stats.t.ppf(0.975, n - 1) * spread / np.sqrt(n) if n > 2 else np.nan,
        "std": spread,
        "se": spread / np.sqrt(n),
    }
    if kind in around:
        return mean, mean - around[kind], mean + around[kind]
    low, high = (np.min(values), np.max(values)) if n > 1 else (np.nan, np.nan)
    if kind == "iqr" and n > 1:
        low, high = np.quantile(values, [0.25, 0.75])
    return (mean if kind == "range" else float(np.median(values))), float(low), float(high)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_bands_are_those_of_numpy_and_scipy(case):
    steps = np.unique(np.concatenate([line["x"] for line in case["lines"]]).astype(float))
    values = np.array([at_steps(line, steps) for line in case["lines"]])
    assert case["x"] == steps.tolist()
    assert case["n"] == np.isfinite(values).sum(axis=0).tolist()
    for kind, wanted in case["bands"].items():
        found = [band_of(column[np.isfinite(column)], kind) for column in values.T]
        for name, numbers in zip(("y", "low", "high"), np.array(found).T, strict=True):
            told = np.array(wanted[name], dtype=float)
            np.testing.assert_allclose(told, numbers, rtol=1e-12, err_msg=f"{kind} {name}")
