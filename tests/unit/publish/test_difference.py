"""What changed between two states of a store, told as text, page and record."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from reporter.publish.difference import Difference, compare, read_experiments
from reporter.publish.difference_page import write_page
from reporter.publish.difference_text import difference_markdown, difference_record
from reporter.store.reader import open_store
from tests.builders import make_run, make_store

HOSTILE = "</style><script>alert(1)</script> | `x` @ana"


def make(path: Path, runs: Mapping[str, tuple[Mapping[str, str], float]]) -> str:
    """A store with one experiment; each run has params and one final accuracy."""
    store = make_store(path, {"7": "digits"})
    for name, (params, accuracy) in runs.items():
        make_run(store, name, experiment_id="7", params=params, metrics={"val_acc": [accuracy]})
    return store


def difference(old: str, new: str) -> Difference:
    before, after = (read_experiments(open_store(path)) for path in (old, new))
    return compare(before, after, (old, new))


def seeds(
    lr: str, values: Sequence[float], first: int = 0
) -> dict[str, tuple[dict[str, str], float]]:
    return {
        f"lr {lr} seed {seed}": ({"lr": lr, "seed": str(seed)}, value)
        for seed, value in enumerate(values, start=first)
    }


@pytest.fixture
def worse(tmp_path: Path) -> Difference:
    old = {**seeds("0.1", [0.90, 0.91, 0.92]), **seeds("0.2", [0.80, 0.81, 0.82])}
    new = {**seeds("0.1", [0.70, 0.71, 0.72], 10), **seeds("0.2", [0.805, 0.81, 0.82], 10)}
    return difference(make(tmp_path / "old", old), make(tmp_path / "new", new))


def test_a_configuration_that_became_worse_is_a_regression(worse: Difference) -> None:
    (only,) = worse.regressions
    assert only.configuration == "lr=0.1"
    assert only.change.delta == pytest.approx(-0.2)
    (item,) = worse.experiments
    assert [c.configuration for c in item.with_verdict("within noise")] == ["lr=0.2"]
    assert (len(item.added), len(item.removed)) == (6, 6)


def test_the_best_is_compared_too(worse: Difference) -> None:
    (best,) = worse.experiments[0].bests
    assert (best.old.value, best.new.value, best.verdict) == (0.92, 0.82, "worse")


def test_the_same_store_has_not_changed(tmp_path: Path) -> None:
    store = make(tmp_path / "runs", seeds("0.1", [0.9, 0.91]))
    found = difference(store, store)
    assert all(item.is_same for item in found.experiments)
    assert "Nothing changed." in difference_markdown(found)


def test_runs_that_were_only_added_to_are_compared_with_those_before(tmp_path: Path) -> None:
    old = seeds("0.1", [0.90, 0.91, 0.92])
    found = difference(
        make(tmp_path / "old", old),
        make(tmp_path / "new", {**old, **seeds("0.1", [0.5, 0.51, 0.52], 10)}),
    )
    assert [c.change.n_new for c in found.regressions] == [3]
    assert not found.experiments[0].removed


def test_changes_of_a_run_are_named(tmp_path: Path) -> None:
    stores = []
    for name, value, params in (
        ("old", 0.5, {"lr": "1"}),
        ("new", math.nan, {"lr": "1", "b": "2"}),
    ):
        store = make_store(tmp_path / name, {"7": "digits"})
        make_run(store, "a", experiment_id="7", params=params, metrics={"m": [value]},
                 artifacts={"x.txt": b"1" * len(params)})  # fmt: skip
        stores.append(store)
    (change,) = difference(*stores).experiments[0].changed
    assert {(f.name, f.old, f.new) for f in change.fields} == {
        ("metrics.m", "0.5", "nan"),
        ("params.b", None, "2"),
        ("artifacts.x.txt", "1 bytes", "2 bytes"),
    }


def test_experiments_come_and_go(tmp_path: Path) -> None:
    old = make_store(tmp_path / "old", {"1": "gone", "3": "empty"})
    new = make_store(tmp_path / "new", {"2": "fresh"})
    make_run(old, "a", experiment_id="1", metrics={"loss": [1.0]})
    make_run(new, "b", experiment_id="2", metrics={"loss": [1.0]})
    found = {item.name: item for item in difference(old, new).experiments}
    assert {name: item.state for name, item in found.items()} == {"gone": "removed", "fresh": "new"}
    assert found["gone"].bests[0].verdict == "gone"


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    old, new = (
        make_store(tmp_path / "old", {"7": HOSTILE}),
        make_store(tmp_path / "new", {"7": HOSTILE}),
    )
    make_run(new, HOSTILE, experiment_id="7", params={HOSTILE: HOSTILE}, metrics={"loss": [1.0]})
    found = difference(old, new)
    rows = [line for line in difference_markdown(found).splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} <= {4, 7}
    page = tmp_path / "deep" / "diff.html"
    write_page(found, str(page))
    text = page.read_text()
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_the_record_is_json(worse: Difference) -> None:
    record = json.loads(json.dumps(difference_record(worse), allow_nan=False))
    assert record["regressions"] == 1
    assert {c["verdict"] for c in record["experiments"][0]["comparisons"]} == {
        "worse",
        "within noise",
    }
