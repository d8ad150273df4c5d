"""Write ``tests/shared/comparison_cases.json``: what scipy and rliable say of some groups.

    pip install rliable      # in an environment of its own; this package on the path
    python -m tests.unit.statistics.freeze_cases

Tests read the table and need neither this script nor rliable. What both of our implementations
must give to the last digits but no other library can (intervals of our own draws) is taken from the
one in Python, and beside it stands what scipy's own bootstrap gives, with other draws.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
from rliable import metrics
from scipy import special, stats

from reporter import statistics

TABLE = Path(__file__).parents[2] / "shared" / "comparison_cases.json"
_RNG = np.random.default_rng(20_261_121)


def _normal(n: int, mean: float = 0.0, spread: float = 1.0, digits: int = 4) -> list[float]:
    return [round(float(x), digits) for x in _RNG.normal(mean, spread, n)]


PAIRS: list[tuple[str, str, list[float], list[float]]] = [
    ("three a side", "max", [0.93, 0.95, 0.94], [0.96, 0.97, 0.965]),
    ("four a side", "min", [0.1102, 0.1031, 0.1128, 0.1075], [0.0975, 0.0941, 0.1010, 0.0990]),
    ("overlapping", "max", [0.5, 0.7, 0.61, 0.58, 0.66], [0.55, 0.72, 0.63, 0.6]),
    ("worse", "min", [1.0, 1.1, 0.9, 1.05], [2.0, 2.2, 1.9, 2.1]),
    ("no direction", "", [1.0, 1.1, 0.9, 1.05], [2.0, 2.2, 1.9, 2.1]),
    ("ties", "max", [1, 2, 2, 3, 3, 3], [2, 3, 3, 4, 4]),
    ("one side constant", "max", [5.0, 5.0, 5.0], [5.5, 5.6, 5.8]),
    ("both constant", "max", [5.0, 5.0, 5.0], [6.0, 6.0, 6.0]),
    ("equal constants", "max", [5.0, 5.0, 5.0], [5.0, 5.0, 5.0]),
    ("two a side", "max", [0.5, 0.6], [0.7, 0.9]),
    ("one against four", "max", [0.5], [0.7, 0.9, 0.8, 0.75]),
    ("not finite", "max", [0.5, math.nan, 0.6, 0.55], [0.7, math.inf, 0.9, 0.85]),
    ("large numbers", "max", [1e9 + 1, 1e9 + 2, 1e9 + 4], [1e9 + 3, 1e9 + 7, 1e9 + 8]),
    ("tiny numbers", "min", [3e-12, 2e-12, 2.5e-12], [1e-12, 0.5e-12, 1.2e-12]),
    ("ten a side", "max", _normal(10, 0.80, 0.02), _normal(10, 0.83, 0.02)),
    ("eight and many", "min", _normal(8, 1, 0.3), _normal(40, 0.7, 0.2)),
    ("large", "max", _normal(60), _normal(45, 0.4)),
    ("skewed", "min", [round(x, 4) for x in _RNG.lognormal(size=25)], [0.2, 0.4, 9.5, 0.3, 0.25]),
]

MANY: list[tuple[str, str, list[list[float]]]] = [
    ("one task", "max", [_normal(12, 0.8, 0.05)]),
    ("three tasks", "max", [_normal(5, 1, 0.2), _normal(5, 0.5, 0.1), _normal(5, 2, 0.5)]),
    ("lower is better", "min", [_normal(9, 0.3, 0.1)]),
    ("few", "max", [[0.1, 0.5, 0.3]]),
    ("with an outlier", "max", [[0.9, 0.91, 0.92, 0.93, 0.1, 0.94, 0.95, 0.9]]),
]


def _plain(value: float) -> float | str | None:
    """Return a number as JSON can hold it."""
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else ("inf" if value > 0 else "-inf")


def _logged(values: list[float]) -> list[float | str]:
    return ["nan" if math.isnan(value) else _plain(value) for value in values]  # type: ignore[misc]  # no None is left


def _reference(a: np.ndarray, b: np.ndarray, direction: str) -> dict[str, float]:
    """Ask the libraries."""
    found: dict[str, float] = {}
    has_spread = len(a) > 1 and len(b) > 1 and bool(np.ptp(a) or np.ptp(b))
    if has_spread:
        welch = stats.ttest_ind(b, a, equal_var=False)
        found |= {"t": welch.statistic, "degrees": welch.df, "p": welch.pvalue}
        pooled = ((len(a) - 1) * a.var(ddof=1) + (len(b) - 1) * b.var(ddof=1)) / (
            len(a) + len(b) - 2
        )
        found["d"] = (b.mean() - a.mean()) / math.sqrt(pooled)
        half = (len(a) + len(b) - 2) / 2
        found["g"] = found["d"] * float(special.poch(half - 0.5, 0.5)) / math.sqrt(half)
    whitney = stats.mannwhitneyu(b, a, method="auto")
    found |= {"u": whitney.statistic, "uP": whitney.pvalue if np.ptp([*a, *b]) else 1.0}
    larger = metrics.probability_of_improvement(b[:, None], a[:, None])
    found |= {"delta": 2 * larger - 1, "improvement": 1 - larger if direction == "min" else larger}
    if has_spread:
        drawn = stats.bootstrap(
            (a, b),
            lambda x, y, axis: y.mean(axis=axis) - x.mean(axis=axis),
            n_resamples=100_000,
            method="percentile",
            random_state=np.random.default_rng(1),
        ).confidence_interval
        found |= {"scipyLow": drawn.low, "scipyHigh": drawn.high}
    return found


OURS = {"low": "low", "high": "high", "improvementLow": "improvement_low"}
OURS |= {"improvementHigh": "improvement_high", "mean": "mean", "meanBase": "mean_base"}


def _pair(name: str, direction: str, base: list[float], values: list[float]) -> dict[str, object]:
    found = statistics.contrast(base, values, direction)
    a, b = (np.array([x for x in side if math.isfinite(x)]) for side in (base, values))
    ours = {name: getattr(found, of) for name, of in OURS.items()}
    wanted = {**ours, **_reference(a, b, direction)}
    return {
        "name": name,
        "direction": direction,
        "base": _logged(base),
        "values": _logged(values),
        "n": [len(a), len(b)],
        "claim": statistics.claim(found, direction),
        "wanted": {key: _plain(float(value)) for key, value in wanted.items()},
    }


def _many(name: str, direction: str, tasks: list[list[float]]) -> dict[str, object]:
    flat = [value for task in tasks for value in task]
    low, high = min(flat), max(flat)
    taus = [round(low + (high - low) * k / 8, 6) for k in range(9)]
    iqm = statistics.stratified_iqm(tasks)
    profile = statistics.performance_profile(tasks, taus, direction)
    scores = np.array(tasks).T
    drawn = stats.bootstrap(
        tuple(np.array(task) for task in tasks),
        lambda *drawn, axis: stats.trim_mean(np.concatenate(drawn, axis=axis), 0.25, axis=axis),
        n_resamples=50_000,
        method="percentile",
        random_state=np.random.default_rng(1),
    ).confidence_interval
    reached = np.array([[np.mean(scores < t if direction == "min" else scores > t)] for t in taus])
    return {
        "name": name,
        "direction": direction,
        "tasks": tasks,
        "iqm": metrics.aggregate_iqm(scores),
        "low": iqm.low,
        "high": iqm.high,
        "scipyLow": drawn.low,
        "scipyHigh": drawn.high,
        "scores": taus,
        "shares": reached[:, 0].tolist(),
        "bandLow": list(profile.low),
        "bandHigh": list(profile.high),
    }


def main() -> None:
    """Write the table."""
    means = [PAIRS[k][3] for k in (0, 1, 5, 14)]
    table = {
        "draws": [
            {
                "seed": seed,
                "stream": number,
                "n": n,
                "places": statistics.draw_indices(statistics.stream(seed, number), 3, n)
                .ravel()
                .tolist(),
            }
            for seed, number, n in ((0, 0, 4), (0, 1, 7), (5, 2, 23))
        ],
        "pairs": [_pair(*pair) for pair in PAIRS],
        "many": [_many(*many) for many in MANY],
        "means": [
            {"values": values, "low": found.low, "high": found.high}
            for values in means
            for found in [statistics.bootstrap_mean(values)]
        ],
        "holm": [  # worked by hand: steps of 3, 2 and 1 times p, never falling
            {"ps": [0.01, 0.04, 0.03], "adjusted": [0.03, 0.06, 0.06]},
            {"ps": [0.5, None, 0.2], "adjusted": [0.5, None, 0.4]},
            {"ps": [0.0001, 0.9, 0.9], "adjusted": [0.0003, 1.0, 1.0]},
        ],
    }
    rows = {key: [json.dumps(row) for row in rows] for key, rows in table.items()}
    parts = [f' "{key}": [\n  ' + ",\n  ".join(lines) + "\n ]" for key, lines in rows.items()]
    TABLE.write_text("{\n" + ",\n".join(parts) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main()
