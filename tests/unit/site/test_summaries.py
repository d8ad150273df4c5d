from __future__ import annotations

import math

import pytest

from reporter.model import MetricDefinition, MetricSummary, Run, RunData, RunInfo
from reporter.site import summaries


def summary(key, *values):
    finite = [v for v in values if math.isfinite(v)]
    return MetricSummary(
        key=key, count=len(values), last=values[-1], last_step=len(values) - 1, last_timestamp=0,
        min=min(finite, default=None), min_step=values.index(min(finite)) if finite else None,
        max=max(finite, default=None), max_step=values.index(max(finite)) if finite else None,
        mean=sum(finite) / len(finite) if finite else None, first_step=0,
        max_step_logged=len(values) - 1, nonfinite=len(values) - len(finite),
    )  # fmt: skip


def run(name, metrics=None, params=None, definitions=()):
    data = RunData(
        params=params or {},
        summaries={key: summary(key, *values) for key, values in (metrics or {}).items()},
        definitions={item.key: item for item in definitions},
    )
    return Run(info=RunInfo(run_id=name, experiment_id="0"), data=data)


@pytest.mark.parametrize(
    ("key", "direction"),
    [
        ("val_loss", "min"), ("test/rmse", "min"), ("valAccuracy", "max"), ("f1", "max"),
        ("val_r2", "max"), ("silhouette", "max"), ("lr", ""), ("epoch_time", ""),
        ("error_score", ""), ("neg_mean_squared_error", "max"), ("glossary", ""), ("", ""),
    ],
)  # fmt: skip
def test_directions_are_guessed_by_whole_words(key, direction):
    assert summaries.guess_direction(key) == direction


def leading(*runs):
    return summaries.leading_metric(summaries.summarise_metrics(runs))


def test_a_declared_direction_leads_over_a_name_that_tells_one():
    declared = MetricDefinition(key="profit", direction="max")
    assert leading(run("a", {"val_loss": [1], "profit": [2]}, definitions=[declared])) == "profit"


def test_held_out_metrics_lead_over_those_of_training():
    assert leading(run("a", {"train_loss": [1], "loss": [1], "val_loss": [2]})) == "val_loss"


def test_a_rare_metric_does_not_lead():
    common = [run(f"r{i}", {"loss": [1]}) for i in range(5)]
    assert leading(*common, run("x", {"test_loss": [1]})) == "loss"


def test_without_any_direction_the_most_common_leads():
    assert leading(run("a", {"x": [1], "y": [1]}), run("b", {"y": [1]})) == "y"


def test_the_machine_never_leads():
    assert leading(run("a", {"system/gpu_error": [1]})) == ""


def test_ranks_follow_the_best_value_and_leave_out_what_is_not_finite():
    runs = [
        run("a", {"loss": [3, 1, 2]}),
        run("b", {"loss": [0.5]}),
        run("c", {"loss": [math.nan]}),
    ]
    facts = summaries.summarise_metrics(runs)["loss"]
    assert summaries.rank_runs(facts, runs) == ["b", "a"]


def test_no_direction_no_rank():
    runs = [run("a", {"x": [3]}), run("b", {"x": [1]})]
    assert summaries.rank_runs(summaries.summarise_metrics(runs)["x"], runs) == []


def test_a_declared_rule_says_which_value_stands_for_the_run():
    declared = MetricDefinition(key="acc", direction="max", best="last")
    runs = [run("a", {"acc": [0.9, 0.5]}, definitions=[declared]), run("b", {"acc": [0.6]})]
    assert summaries.rank_runs(summaries.summarise_metrics(runs)["acc"], runs) == ["b", "a"]


def test_the_later_declaration_stands_where_it_says_something():
    first = MetricDefinition(key="x", direction="min", unit="s")
    second = MetricDefinition(key="x", direction="max")
    runs = [run("a", {"x": [1]}, definitions=[first]), run("b", {"x": [1]}, definitions=[second])]
    facts = summaries.summarise_metrics(runs)["x"]
    assert (facts.direction, facts.unit) == ("max", "s")


def test_params_differ_by_value_not_by_being_there():
    runs = [
        run("a", params={"lr": "1", "same": "x", "only": "1"}),
        run("b", params={"lr": "2", "same": "x"}),
    ]
    assert summaries.differing_params(runs) == ("lr",)


def test_nothing_differs_in_one_run():
    assert summaries.differing_params([run("a", params={"lr": "1"})]) == ()
