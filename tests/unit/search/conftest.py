"""The shared filter cases, with their runs built as records."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from reporter.model import (
    Dataset,
    DatasetInput,
    MetricDefinition,
    MetricSummary,
    Run,
    RunData,
    RunInfo,
    RunInputs,
)

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def cases():
    return json.loads((SHARED / "filter_cases.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def mlflow_answers():
    return json.loads((SHARED / "filter_mlflow.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def runs(cases):
    """Runs by the letter that the cases know them by."""
    return {written["letter"]: build(written) for written in cases["runs"]}


def build(written):
    return Run(
        info=RunInfo(
            run_id=written["run_id"],
            experiment_id=written["experiment_id"],
            run_name=written["name"],
            user_id=written["user"],
            status=written["status"],
            start_time=written["start_time"],
            end_time=written["end_time"],
            artifact_uri=written["artifact_uri"],
        ),
        data=RunData(
            params=written["params"],
            tags=written["tags"],
            summaries={
                key: summary(key, float(value), written["summaries"].get(key))
                for key, value in written["metrics"].items()
            },
            definitions={
                key: MetricDefinition(key=key, direction=direction)
                for key, direction in written["directions"].items()
            },
        ),
        inputs=RunInputs(dataset_inputs=tuple(map(dataset_input, written["datasets"]))),
        is_live=written["is_live"],
    )


def summary(key, last, aggregates):
    finite = last if math.isfinite(last) else None
    step = None if finite is None else 0
    aggregates = aggregates or {
        "count": 1,
        "min": finite,
        "max": finite,
        "mean": finite,
        "min_step": step,
        "max_step": step,
        "last_step": 0,
    }
    return MetricSummary(
        key=key,
        last=last,
        last_timestamp=0,
        first_step=0,
        max_step_logged=aggregates["last_step"],
        nonfinite=0,
        **aggregates,
    )


def dataset_input(written):
    dataset = Dataset(name=written["name"], digest=written["digest"])
    return DatasetInput(dataset=dataset, tags={"mlflow.data.context": written["context"]})
