"""Comparisons that the configuration declares: groups by filters, verdicts, slips as problems."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest
from scipy import stats

from reporter.config import read_config
from reporter.site.verdicts import tell
from reporter.statistics import contrast

CASES = json.loads((Path(__file__).parents[2] / "shared" / "verdict_cases.json").read_text("utf-8"))
OLD = [0.93, 0.95, 0.94, 0.92]
NEW = [0.96, 0.97, 0.966, 0.98]

DECLARED = """
[[comparisons]]
name = "Is <b>tuned</b> better?"
metric = "acc"
direction = "max"
groups = [
  { name = "plain", query = "params.model = 'plain'" },
  { name = "tuned", query = "params.model = 'tuned'" },
]
"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["wanted"]["claim"])
def test_verdicts_have_the_words_of_the_page(case):
    how = case["how"]
    found = contrast(case["base"], case["values"], how["direction"])
    rest = {key: how[key] for key in ("unit", "p", "compared") if key in how}
    told = tell(found, how["name"], how["direction"], **rest)
    assert dataclasses.asdict(told) == case["wanted"]


@pytest.fixture
def store(memory_store):
    runs = {
        f"{model} {i}": {
            "params": {"model": model, "seed": str(i)},
            "metrics": {"acc": [0.5, acc]},
        }
        for model, values in (("plain", OLD), ("tuned", NEW))
        for i, acc in enumerate(values)
    }
    return memory_store(runs)


def answers(site):
    page = site.text("experiment/7/index.html")
    return re.sub(r"\s+", " ", page[page.index('id="comparisons"') :])


def test_a_declared_comparison_is_answered_on_the_page(store, built):
    site = built(store, config=read_config(DECLARED))
    page = answers(site)
    assert "Is &lt;b&gt;tuned&lt;/b&gt; better?" in page
    p = stats.ttest_ind(NEW, OLD, equal_var=False).pvalue
    assert "<b>Probably.</b> The mean is 0.0340 higher, 95% CI " in page
    assert f"Welch t: p = {p:.3f}." in page
    assert "Four runs a side is few" in page
    assert page.count('<td class="num">4</td>') == 2
    iqm = stats.trim_mean(NEW, 0.25)
    assert f'<td class="num">{iqm:.3f}</td>' in page
    assert page.count("<circle") == len(NEW) + len(OLD)
    assert page.count('class="interval"') == page.count('class="middle"') == 2
    assert not site.result.problems


def test_another_value_of_each_run_can_decide(store, built):
    text = DECLARED.replace('direction = "max"', 'direction = "max"\nvalue = "min"')
    page = answers(built(store, config=read_config(text)))
    assert "acc (min)" in page
    assert "<b>No claim.</b> All runs of each side have one value" in page


def test_the_page_is_made_again_when_the_question_is_another(store, built):
    first = built(store, config=read_config(DECLARED))
    again = built(store, first, config=read_config(DECLARED.replace("tuned</b>", "new</b>")))
    assert "Is &lt;b&gt;new&lt;/b&gt; better?" in answers(again)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"acc"', '"ac"', "no run logged the metric 'ac'"),
        ("params.model = 'plain'", "params.model =", "the query of 'plain' cannot be read: Column"),
        ("params.model = 'plain'", "params.model = 'x'", "no run fits the query of 'plain'"),
        ("[[comparisons]]", "[[comparisons]]\nexperiment = 'digit'", "no experiment 'digit'"),
        ('{ name = "tuned", query = "params.model = \'tuned\'" },', "", "needs two groups"),
    ],
)
def test_a_slip_is_a_problem_and_stops_nothing(store, built, old, new, said):
    assert old in DECLARED
    site = built(store, config=read_config(DECLARED.replace(old, new), "report.toml"))
    (problem,) = site.result.problems
    assert (problem.what, problem.where) == ("Comparison left out", "report.toml comparisons[1]")
    assert said in problem.detail


def test_runs_without_the_metric_are_counted(memory_store, built):
    runs = {f"a{i}": {"params": {"m": "a"}, "metrics": {"acc": [v]}} for i, v in enumerate(OLD)}
    runs |= {f"b{i}": {"params": {"m": "b"}, "metrics": {"acc": [v]}} for i, v in enumerate(NEW)}
    runs["b9"] = {"params": {"m": "b"}}
    text = DECLARED.replace("params.model = 'plain'", "params.m = 'a'")
    text = text.replace("params.model = 'tuned'", "params.m = 'b'")
    assert "4 of 5" in answers(built(memory_store(runs), config=read_config(text)))
