"""Ask a real MLflow what it answers to the shared filter cases, and freeze that.

MLflow is not a dependency, not even of the tests: run this by hand where it is installed, with
``python tests/differential/freeze_filter_answers.py``, and commit the JSON file it writes.
``tests/unit/search/test_mlflow_answers.py`` holds us to the answers. Runs without a start are left
out: MLflow has none.
"""

from __future__ import annotations

import json
from pathlib import Path

import mlflow
from mlflow.entities import (
    Dataset,
    DatasetInput,
    InputTag,
    Metric,
    Param,
    Run,
    RunData,
    RunInfo,
    RunInputs,
    RunTag,
)
from mlflow.exceptions import MlflowException
from mlflow.utils.search_utils import SearchUtils

SHARED = Path(__file__).parent.parent / "shared"


def main() -> None:
    cases = json.loads((SHARED / "filter_cases.json").read_text(encoding="utf-8"))
    runs = {run["run_id"]: build(run) for run in cases["runs"] if run["start_time"] is not None}
    letters = {run["run_id"]: run["letter"] for run in cases["runs"]}
    texts = [case["text"] for case in cases["filters"] + cases["errors"]]
    orders = [case["by"] for case in cases["order"]]
    orders += [[case["text"]] for case in cases["order_errors"]]
    frozen = {
        "mlflow": mlflow.__version__,
        "filters": {text: answer(SearchUtils.filter, runs, letters, text) for text in texts},
        "order": [{"by": by, "runs": answer(SearchUtils.sort, runs, letters, by)} for by in orders],
    }
    text = json.dumps(frozen, ensure_ascii=False, indent=1)
    (SHARED / "filter_mlflow.json").write_text(text + "\n", encoding="utf-8")


def answer(function, runs, letters, argument):
    """Return the letters of the runs, or None where MLflow refuses."""
    try:
        found = function(list(runs.values()), argument)
    except (MlflowException, KeyError, TypeError, ValueError, AttributeError, IndexError):
        return None
    return "".join(letters[run.info.run_id] for run in found)


def build(run):
    tags = {
        "mlflow.runName": run["name"],
        "mlflow.user": run["user"],
        **run["tags"],
    }
    metrics = [Metric(key, float(value), 0, 0) for key, value in run["metrics"].items()]
    data = RunData(
        metrics=metrics,
        params=[Param(key, value) for key, value in run["params"].items()],
        tags=[RunTag(key, value) for key, value in tags.items()],
    )
    info = RunInfo(
        run_id=run["run_id"],
        experiment_id=run["experiment_id"],
        user_id=run["user"],
        status=run["status"],
        start_time=run["start_time"],
        end_time=run["end_time"],
        lifecycle_stage="active",
        artifact_uri=run["artifact_uri"],
        run_name=run["name"],
    )
    inputs = [dataset_input(one) for one in run["datasets"]]
    return Run(info, data, RunInputs(dataset_inputs=inputs))


def dataset_input(one):
    dataset = Dataset(one["name"], one["digest"], "local", "{}")
    return DatasetInput(dataset, [InputTag("mlflow.data.context", one["context"])])


if __name__ == "__main__":
    main()
