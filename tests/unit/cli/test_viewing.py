"""Links to views, as the command prints them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reporter.cli import main
from reporter.site.view_state import parse_hash
from tests.builders import make_run, make_store


@pytest.fixture
def store(tmp_path: Path) -> str:
    """One experiment of one run."""
    path = make_store(tmp_path / "runs")
    make_run(path, "good", params={"lr": "0.1"}, metrics={"loss": [2.0, 1.0]})
    return path


def _view(*arguments: str) -> Result:
    return CliRunner().invoke(main, ("view", *arguments), prog_name="report")


def test_a_link_says_all_that_was_asked_for(store: str) -> None:
    done = _view(
        store, "--columns", "params.lr,metrics.loss:min", "--sort=-metrics.loss", "--query",
        "lr < 1 & more", "--group", "repeats", "--site", "https://example.org/r/",
    )  # fmt: skip
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("https://example.org/r/experiment/0/index.html#v=1&")
    assert parse_hash(done.stdout.strip()) == {
        "cols": ["params.lr", "metrics.loss:min"],
        "sort": "-metrics.loss",
        "q": "lr < 1 & more",
        "group": "repeats",
    }


def test_names_that_no_run_has_are_told_and_linked_all_the_same(store: str) -> None:
    done = _view(store, "--columns", "params.rl", "--json")
    found = json.loads(done.stdout)
    assert found["link"].endswith("#v=1&cols=params.rl")
    assert found["notes"] == ["No run has a column 'params.rl'. Did you mean 'params.lr'?"]


def test_experiments_are_chosen_by_name(store: str) -> None:
    assert _view(store).stdout == "site/experiment/0/index.html\n"
    done = _view(store, "--experiment", "absent")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "no experiment 'absent'" in done.stderr
