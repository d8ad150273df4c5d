"""Conditions: what can be written, what they come to, and what is said when they cannot be read."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from reporter.errors import FilterSyntaxError, InvalidInputError
from reporter.publish.difference import ExperimentRuns, read_experiments
from reporter.publish.gate import evaluate, parse_condition
from reporter.store.reader import open_store
from tests.builders import make_run, make_store

Experiments = dict[str, ExperimentRuns]


def runs(path: Path, *values: float, key: str = "val_acc", status: str = "FINISHED") -> Experiments:
    store = make_store(path, {"7": "digits"})
    for place, value in enumerate(values):
        make_run(store, f"run {place}", experiment_id="7", metrics={key: [value]}, status=status)
    return read_experiments(open_store(store))


@pytest.mark.parametrize(
    ("text", "is_met"),
    [
        ("metrics.val_acc < 0.9", True),
        ("val_acc < 0.8", False),
        ("`val_acc` <= 8e-1", True),
        ('metrics."val_acc" != 0.8', False),
        ("val_acc = 0.8", True),
        ("metric.val_acc >= .5", True),
        ("runs < 2", False),
        ("runs==2", True),
        ("failed > 0", False),
        ("val_acc < baseline", True),
        ("val_acc < baseline - 0.05", True),
        ("val_acc < baseline - 0.15", False),
        ("val_acc<baseline*0.95", True),
        ("val_acc < baseline - 20 %", False),
        ("val_acc < baseline - 10%", True),
        ("val_acc > baseline + 1", False),
    ],
)
def test_conditions(text: str, is_met: bool, tmp_path: Path) -> None:
    new, old = runs(tmp_path / "new", 0.7, 0.8), runs(tmp_path / "old", 0.9)
    (finding,) = evaluate(parse_condition(text), new, old)
    assert finding.is_met is is_met, finding.reason


@pytest.mark.parametrize(
    ("text", "position"),
    [("", 0), ("val_acc", 7), ("val_acc ~ 3", 8), ("val_acc < three", 10), ("a < 1 2", 4),
     ("a < baseline - ", 4), ("< 3", 0), ("a < 3%", 4)],
)  # fmt: skip
def test_what_cannot_be_read_is_pointed_at(text: str, position: int) -> None:
    with pytest.raises(FilterSyntaxError, match="expected") as caught:
        parse_condition(text)
    assert caught.value.position == position


def test_nan_meets_any_condition(tmp_path: Path) -> None:
    (finding,) = evaluate(parse_condition("val_acc < 0.1"), runs(tmp_path, math.nan))
    assert finding.is_met
    assert "no finite value" in finding.reason


def test_a_new_metric_cannot_have_become_worse(tmp_path: Path) -> None:
    old = runs(tmp_path / "old", 1.0, key="other")
    (finding,) = evaluate(parse_condition("val_acc < baseline"), runs(tmp_path / "new", 0.1), old)
    assert not finding.is_met
    assert "nothing to compare" in finding.reason


def test_a_metric_nobody_logged_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="Did you mean 'val_acc'"):
        evaluate(parse_condition("val_ac < 1"), runs(tmp_path, 0.5))


def test_a_baseline_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="--baseline"):
        evaluate(parse_condition("val_acc < baseline"), runs(tmp_path, 0.5))


def test_without_a_direction_the_newest_run_counts(tmp_path: Path) -> None:
    store = make_store(tmp_path / "runs", {"7": "digits"})
    for place, value in enumerate((5.0, 1.0)):
        make_run(store, f"run {place}", experiment_id="7", metrics={"thing": [value]},
                 start_ms=1_000_000 * (place + 1))  # fmt: skip
    (finding,) = evaluate(parse_condition("thing < 2"), read_experiments(open_store(store)))
    assert finding.is_met


def test_states_are_counted(tmp_path: Path) -> None:
    found = runs(tmp_path, 1.0, 2.0, status="FAILED")
    assert evaluate(parse_condition("failed > 1"), found)[0].is_met
    assert not evaluate(parse_condition("killed > 0"), found)[0].is_met
