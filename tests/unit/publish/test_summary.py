"""A store in one page of Markdown, and a check that may fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from reporter.config import read_config
from reporter.publish.gate import parse_condition
from reporter.publish.markdown import code, link, sparkline, table
from reporter.publish.summary import MAX_CHARS, summarise
from reporter.store.reader import open_store
from tests.builders import make_run, make_store, run_id_of


@pytest.fixture
def store(tmp_path: Path) -> str:
    path = make_store(tmp_path / "runs", {"7": "digits"})
    for name, lr, loss in (("slow", "0.1", [3.0, 2.0, 1.5]), ("fast", "0.2", [3.0, 1.0, 0.5])):
        make_run(path, name, experiment_id="7", params={"lr": lr, "same": "1"},
                 metrics={"val_loss": loss})  # fmt: skip
    make_run(path, "bad", experiment_id="7", status="FAILED",
             tags={"reporter.error": "Traceback\nValueError: lr < 0"})  # fmt: skip
    return path


def test_it_names_the_best_with_its_curve(store: str) -> None:
    text = summarise(open_store(store), n_best=1, site="https://x.io/r/").markdown
    row = next(line for line in text.splitlines() if "fast" in line)
    address = f"https://x.io/r/run/{run_id_of('fast')}.html"
    assert row == f"| [`fast`]({address}) | 0.500 | `0.2` | 1:00 | █▂▁ |"
    assert "slow" not in text
    assert "The 1 best of 3." in text
    assert "**3 runs in 1 experiment**: 2 finished, 1 failed." in text
    assert "(`ValueError: lr < 0`)" in text


def test_it_says_what_changed(store: str, tmp_path: Path) -> None:
    old = make_store(tmp_path / "old", {"7": "digits"})
    make_run(old, "slow", experiment_id="7", params={"lr": "0.1", "same": "1"},
             metrics={"val_loss": [3.0, 2.0, 1.5]})  # fmt: skip
    conditions = [parse_condition("val_loss > baseline"), parse_condition("failed > 0")]
    found = summarise(open_store(store), open_store(old), conditions)
    assert [finding.condition.name for finding in found.failures] == ["failed"]
    assert "2 runs new" in found.markdown
    assert "▲ better" in found.markdown


def test_it_answers_declared_comparisons(store: str) -> None:
    for i in range(4):
        for model, acc in (("a", 0.9), ("b|c", 0.95)):
            make_run(store, f"{model}{i}", experiment_id="7", params={"model": model},
                     metrics={"acc": [acc + i / 1000]})  # fmt: skip
    text = """
    [[comparisons]]
    name = "Is *b* better?"
    metric = "acc"
    direction = "max"
    groups = [
      { name = "a", query = "params.model = 'a'" },
      { name = "b|c", query = "params.model = 'b|c'" },
    ]
    """
    told = summarise(open_store(store), config=read_config(text)).markdown
    assert "**`Is *b* better?`** `acc` against `a`:" in told
    assert "- `b\\|c`: Probably. The mean is 0.05" in told
    assert "(n = 4 against 4)" in told
    assert "Is *b*" not in summarise(open_store(store)).markdown


def test_an_empty_store_says_so(tmp_path: Path) -> None:
    assert summarise(open_store(make_store(tmp_path / "runs"))).markdown == "**No runs.**\n"


def test_it_fits_into_a_comment(tmp_path: Path) -> None:
    names = {str(n): f"experiment {n} " + "x" * 60 for n in range(1, 300)}
    store = make_store(tmp_path / "runs", names)
    for number in names:
        make_run(store, f"run {number} " + "y" * 80, experiment_id=number,
                 metrics={"loss": [1.0, 0.5]}, fold=False)  # fmt: skip
    text = summarise(open_store(store)).markdown
    assert len(text) <= MAX_CHARS
    assert "more experiments, too long for a comment." in text


def test_text_stays_text() -> None:
    assert code("a\n|b` <@ana>") == "``a \\|b` <@ana>``"
    assert code("`x`") == "`` `x` ``"
    assert len(code("x" * 500)) <= 82
    assert link("a", "") == "`a`"
    assert table(["a"], [["1"]], "r") == "| a |\n| --: |\n| 1 |"


def test_curves_survive_anything() -> None:
    import numpy as np

    assert sparkline(np.array([np.nan, 1.0])) == ""
    assert sparkline(np.array([1.0, 1.0])) == "▅▅"
    assert sparkline(np.array([-1.7e308, np.inf, 1.7e308])) == "▁█"
    assert len(sparkline(np.arange(10_000.0))) == 16


def test_the_commands(store: str, tmp_path: Path, report: Callable[..., object]) -> None:
    failed = report("summary", store, "--fail-if", "val_loss < 1")
    assert failed.returncode == 1
    assert "Failed: val_loss < 1: val_loss 0.5 is < 1 in 'digits'." in failed.stderr
    record = json.loads(report("summary", store, "--fail-if", "val_loss > 1", "--json").stdout)
    assert record["experiments"] == [{"name": "digits", "runs": 3, "failed": 1}]
    assert record["checks"][0]["failed"] is False
    assert report("summary", store, "--fail-if", "nothing < 1").returncode == 2
    site = str(tmp_path / "site")
    report("build", store, "-o", site)
    make_run(store, "new", experiment_id="7", metrics={"val_loss": [0.1]})
    assert "1 run new" in report("diff", site, store).stdout
    assert json.loads(report("diff", site, store, "--json").stdout)["regressions"] == 0
    assert (
        report("diff", site, store, "--html", str(tmp_path / "d.html"), "--strict").returncode == 0
    )
    assert (tmp_path / "d.html").exists()
