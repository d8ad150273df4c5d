"""What the tests of integrations share: cases, MLflow's answers to them, a store of their own."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

import reporter
from reporter.tracking import experiments

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def cases():
    """The examples and trainings of ``cases.py``."""
    pytest.importorskip("sklearn")
    spec = importlib.util.spec_from_file_location("integration_cases", HERE / "cases.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def mlflow_answers():
    """What a real MLflow answered to the cases."""
    path = HERE.parents[1] / "shared" / "model_mlflow.json"
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture
def store(tmp_path, monkeypatch):
    """An empty store, chosen; no run is active before or after."""
    monkeypatch.setattr(experiments, "_experiment_id", None)
    reporter.set_tracking_uri(tmp_path / "runs")
    yield tmp_path / "runs"
    while reporter.active_run():
        reporter.end_run()


@pytest.fixture
def runs(store):
    """All runs of the store, newest first."""
    return lambda: reporter.search_runs(search_all_experiments=True, output_format="list")
