"""MLflow's own answers, frozen by tests/differential/freeze_filter_answers.py."""

from __future__ import annotations

from reporter.errors import FilterSyntaxError
from reporter.search import matches, parse_filter, sort_runs


def with_start(runs):
    return {letter: run for letter, run in runs.items() if run.info.start_time is not None}


def test_what_mlflow_answers_we_answer(cases, runs, mlflow_answers):
    agreed = 0
    for text, expected in mlflow_answers["filters"].items():
        if expected is None or text in cases["differs_from_mlflow"]:
            continue
        node = parse_filter(text)
        found = [letter for letter, run in with_start(runs).items() if matches(node, run)]
        assert "".join(found) == expected, text
        agreed += 1
    assert agreed > 75


def test_every_difference_is_one(cases, runs, mlflow_answers):
    for text in cases["differs_from_mlflow"]:
        if text not in mlflow_answers["filters"]:
            continue
        try:
            node = parse_filter(text)
        except FilterSyntaxError:
            continue
        found = [letter for letter, run in with_start(runs).items() if matches(node, run)]
        assert "".join(found) != mlflow_answers["filters"][text], text


def test_order_is_mlflows(cases, runs, mlflow_answers):
    letters = {id(run): letter for letter, run in runs.items()}
    checked = 0
    for case in mlflow_answers["order"]:
        is_different = case["by"] and case["by"][0] in cases["differs_from_mlflow"]
        if case["runs"] is None or is_different:
            continue
        ordered = sort_runs(with_start(runs).values(), case["by"])
        assert "".join(letters[id(run)] for run in ordered) == case["runs"], case["by"]
        checked += 1
    assert checked > 12
