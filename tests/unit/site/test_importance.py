"""What params matter to a forest: found, refused where it is not, and not computed twice."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace

import numpy as np
import pytest

from reporter.site.importance import (
    LEAST_RUNS,
    ImportanceTable,
    importance_table,
    permutation_importance,
)
from reporter.site.plan import SiteSettings, gather

needs_sklearn = pytest.mark.skipif(
    importlib.util.find_spec("sklearn") is None, reason="scikit-learn is not installed"
)


def planned(store):
    return gather(store, SiteSettings(), lambda *_: None).experiments[0]


def runs(n, *, loss=lambda i: (i % 5) + 0.01 * (i % 3)):
    """Make runs whose loss depends on `lr` alone; every fourth lacks `width`."""
    return {
        f"run-{i:04}": {
            "params": {
                "lr": f"1e-{i % 5}",
                "optimizer": ("adam", "sgd")[i % 2],
                **({"width": str(16 * (i % 7))} if i % 4 else {}),
            },
            "metrics": {"loss": [9.0, loss(i)]},
            "start_ms": 1_000 + i,
        }
        for i in range(n)
    }


def test_texts_become_numbers_and_what_is_missing_lies_below_all(memory_store):
    table = importance_table(planned(memory_store(runs(40))), "loss")
    columns = dict(zip(table.params, table.values.T, strict=True))
    assert sorted(set(columns["lr"])) == [1e-4, 1e-3, 1e-2, 1e-1, 1]
    assert set(columns["optimizer"]) == {0, 1}
    assert columns["width"].min() == -1
    assert len(table.target) == 40


def test_too_few_runs_and_no_differing_param_give_nothing(memory_store):
    assert importance_table(planned(memory_store(runs(LEAST_RUNS - 1))), "loss") is None
    same = {name: {**options, "params": {"lr": "1"}} for name, options in runs(30).items()}
    assert importance_table(planned(memory_store(same)), "loss") is None


def test_runs_without_a_finite_value_do_not_count(memory_store):
    made = runs(30, loss=lambda i: float("nan") if i < 5 else i)
    for options in made.values():
        options["metrics"] = {"loss": options["metrics"]["loss"][1:]}
    table = importance_table(planned(memory_store(made)), "loss")
    assert len(table.target) == 25
    assert np.isfinite(table.target).all()


@pytest.mark.parametrize(("n", "taken"), [(24, 20), (25, 25), (99, 95), (104, 100)])
def test_one_more_run_does_not_change_what_is_computed(memory_store, n, taken):
    table = importance_table(planned(memory_store(runs(n))), "loss")
    assert len(table.target) == taken


@needs_sklearn
def test_the_param_that_decides_is_found():
    values = np.random.default_rng(1).random((200, 3))
    target = 3 * values[:, 1] + 0.01 * values[:, 0]
    table = ImportanceTable(metric="m", params=("a", "b", "c"), values=values, target=target)
    score, found = permutation_importance(table)
    by_label = {one.label: one.value for one in found}
    assert score > 0.95
    assert by_label["b"] > 1
    assert abs(by_label["a"]) < 0.05
    assert abs(by_label["c"]) < 0.05
    again = permutation_importance(replace(table, values=values.copy()))
    assert again == (score, found)


def read(site, path):
    """Read what a data file registers."""
    return json.loads(site.text(path).partition(",")[2].rstrip().removesuffix(");"))


def record_of(site):
    name = read(site, "data/catalog.js")["experiments"][0]["importance"]
    return read(site, f"data/{name}")[0] if name else None


@needs_sklearn
def test_a_site_says_the_score_and_how_many_runs(memory_store, built):
    record = record_of(built(memory_store(runs(32))))
    assert (record["metric"], record["n"]) == ("loss", 30)
    assert record["score"] > 0.9
    largest = max(record["params"], key=lambda one: one["value"])
    assert largest["label"] == "lr"


@needs_sklearn
def test_a_metric_that_nothing_predicts_is_refused(memory_store, built):
    noise = np.random.default_rng(3).random(60)
    record = record_of(built(memory_store(runs(60, loss=lambda i: float(noise[i])))))
    assert "no better than its mean" in record["refused"]
    assert "params" not in record


@needs_sklearn
def test_the_next_build_computes_nothing_anew(memory_store, built, monkeypatch):
    store = memory_store(runs(30))
    first = built(store)
    monkeypatch.setattr(
        "reporter.site.importance.permutation_importance", lambda _: pytest.fail("computed again")
    )
    extra = memory_store({"later": {"params": {"lr": "1"}, "metrics": {"loss": [1.0]},
                                    "start_ms": 999_999}}, into=store)  # fmt: skip
    second = built(extra, first)
    assert record_of(second) == record_of(first)


def test_a_small_experiment_has_no_file(memory_store, built):
    site = built(memory_store(runs(6)))
    assert record_of(site) is None
    assert not [path for path in site.files if "importance" in path]


def test_where_scikit_learn_is_missing_nothing_is_said(memory_store, built, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == "sklearn" else found(name)
    )
    assert record_of(built(memory_store(runs(30)))) is None
