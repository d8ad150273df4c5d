"""MLflow's own answers to every behaviour script, frozen by ``freeze_behaviours.py``.

An answer that differs on purpose is named in the script, with a reason that `docs/api.md` gives
too; where such an answer no longer differs, the test says so.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import reporter
from reporter.tracking import active, experiments, location, system_metrics
from tests.differential.differences import DIFFERENCES
from tests.differential.recorder import agree, load, quiet_script

ROOT = Path(__file__).resolve().parents[2]
FROZEN = json.loads((ROOT / "tests" / "shared" / "behaviour_mlflow.json").read_text("utf-8"))
CASES = load()


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """Nothing chosen, nothing active; returns the folder of the script."""
    for owner, name in ((location, "_uri"), (experiments, "_experiment_id")):
        monkeypatch.setattr(owner, name, None)
    monkeypatch.setattr(active.current, "last_run_id", None)
    monkeypatch.setattr(system_metrics, "_choices", system_metrics._Choices())
    yield tmp_path.resolve()
    while reporter.active_run():
        reporter.end_run()


@pytest.mark.parametrize("name", sorted(CASES))
def test_we_answer_as_mlflow(fresh, name, environment, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", environment["PYTHONPATH"])
    case, theirs = CASES[name], FROZEN["answers"][name]
    with quiet_script(fresh) as see:
        reporter.set_tracking_uri(fresh / "runs")
        case.run(reporter, see)
        while reporter.active_run():
            reporter.end_run()
    assert see.answers.keys() == theirs.keys(), "freeze the answers anew"
    other = {
        step: {"ours": ours, "mlflow": theirs[step]}
        for step, ours in see.answers.items()
        if not agree(ours, theirs[step])
    }
    assert {step: answer for step, answer in other.items() if step not in case.differs} == {}
    assert set(case.differs) == set(other), "a difference that is none any more"


def test_every_difference_has_a_reason_that_is_documented():
    used = {key for case in CASES.values() for key in case.differs.values()}
    assert used == set(DIFFERENCES)
    page = " ".join((ROOT / "docs" / "api.md").read_text(encoding="utf-8").split())
    assert [text for text in DIFFERENCES.values() if text not in page] == []


def test_the_answers_are_of_a_known_mlflow():
    assert FROZEN["mlflow"] == "3.17.2"
    assert set(FROZEN["answers"]) == set(CASES)
    assert len(CASES) > 100
