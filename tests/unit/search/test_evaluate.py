from __future__ import annotations

import subprocess
import sys

from reporter.model import Experiment
from reporter.search import (
    compile_filter,
    keys_asked_for,
    keys_of,
    matches,
    parse_filter,
    unknown_keys,
)
from reporter.search.select import select_experiments


def test_an_experiment_without_a_known_name_is_called_by_its_id(runs):
    assert matches(parse_filter("attributes.experiment = '2'"), runs["G"])
    assert not matches(parse_filter("attributes.experiment = '2'"), runs["G"], {"2": "second"})


def test_compile_filter_gives_a_function_for_many_runs(runs):
    is_wanted = compile_filter(parse_filter("experiment = 'second'"), {"2": "second"})
    assert [letter for letter, run in runs.items() if is_wanted(run)] == ["G", "H"]


def test_unknown_keys_names_what_no_run_has_and_what_is_near(runs):
    node = parse_filter("params.lrr > 1 AND los < 1 AND tags.team = 'x' AND duration > 1")
    assert unknown_keys(keys_of(node), runs.values()) == [
        "No run has a param 'params.lrr'. Did you mean 'lr'?",
        "No run has a param, metric, tag or attribute 'los'. Did you mean 'loss'?",
    ]


def test_unknown_keys_trusts_attributes_and_their_tags(runs):
    node = parse_filter("status = 'FAILED' OR tags.mlflow.parentRunId = 'x' OR datasets.name = 'y'")
    assert unknown_keys(keys_of(node), runs.values()) == []


def test_keys_asked_for_are_those_of_the_filter_and_of_the_order(runs):
    keys = keys_asked_for("lr > 1", ["metrics.los DESC", "lr"])
    assert unknown_keys(keys, runs.values()) == [
        "No run has a metric 'metrics.los'. Did you mean 'loss'?"
    ]
    assert unknown_keys(keys, []) == []


def test_keys_of_lists_each_key_once():
    node = parse_filter("lr > 1 AND NOT (lr < 3 OR metrics.loss IS NULL)")
    assert [key.name for key in keys_of(node)] == ["lr", "loss"]


def test_searching_needs_the_standard_library_alone():
    code = (
        "import sys; from reporter.search import parse_filter; parse_filter('a > 1');"
        "print([m for m in ('pandas', 'numpy', 'pyarrow', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_experiments_are_found_by_their_own_words_and_quoted_text_is_left_alone():
    found = [
        Experiment(experiment_id="1", name="name = x", creation_time=1, last_update_time=9),
        Experiment(experiment_id="2", name="b", creation_time=2, last_update_time=8),
    ]

    def ids(*arguments):
        return [item.experiment_id for item in select_experiments(found, *arguments)]

    assert ids("name = 'name = x'") == ["1"]
    assert ids("name LIKE '%creation_time%'") == []
    assert ids("attributes.creation_time < 2") == ["1"]
    assert ids("", ["creation_time DESC"]) == ["2", "1"]
    assert ids() == ["1", "2"]
