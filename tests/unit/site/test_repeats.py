"""Which runs repeat one another: the rule that the page's groups share, and their statistics."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from reporter.model import Run, RunData, RunInfo
from reporter.site.repeats import configurations, repetition_params

SHARED = Path(__file__).resolve().parents[2] / "shared"
REPETITIONS = json.loads((SHARED / "repetition_cases.json").read_text("utf-8"))
STATISTICS = json.loads((SHARED / "statistics_cases.json").read_text("utf-8"))


@pytest.mark.parametrize("case", REPETITIONS, ids=lambda case: str(case["params"])[:40])
def test_everything_but_the_seed_is_found_as_the_page_finds_it(case):
    runs = [
        Run(info=RunInfo(run_id=f"{i:032x}", experiment_id="0"), data=RunData(params=params))
        for i, params in enumerate(case["params"])
    ]
    places = {id(run): place for place, run in enumerate(runs)}
    assert sorted(repetition_params(runs)) == case["repetitions"]
    groups = configurations(runs).values()
    assert [[places[id(run)] for run in group] for group in groups] == case["groups"]


@pytest.mark.parametrize("case", STATISTICS["cases"], ids=lambda case: str(case["values"])[:30])
def test_the_statistics_of_groups_are_those_of_numpy_and_scipy(case):
    stats = pytest.importorskip("scipy.stats")
    values = np.array([float(value) for value in case["values"]])
    finite = values[np.isfinite(values)]
    assert (case["n"], case["left"]) == (len(finite), len(values) - len(finite))
    found = {"mean": math.nan, "std": math.nan, "ci": math.nan}
    if len(finite):
        found["mean"] = float(np.mean(finite))
    if len(finite) > 1:
        found["std"] = float(np.std(finite, ddof=1))
        found["ci"] = float(stats.t.ppf(0.975, len(finite) - 1) * stats.sem(finite))
    for name, value in found.items():
        wanted = math.nan if case[name] is None else case[name]
        assert value == pytest.approx(wanted, rel=1e-12, nan_ok=True), name


def test_quantiles_of_students_t_are_those_of_scipy():
    stats = pytest.importorskip("scipy.stats")
    for freedom, value in STATISTICS["t"].items():
        assert stats.t.ppf(0.975, int(freedom)) == pytest.approx(value, rel=1e-12)
