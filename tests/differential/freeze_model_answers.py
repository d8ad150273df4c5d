"""Ask a real MLflow what signatures it tells and what its autologging records, and freeze that.

MLflow is not a dependency, not even of the tests: run this by hand where ``mlflow-skinny``,
scikit-learn, pandas and matplotlib are installed, with
``python tests/differential/freeze_model_answers.py``, and commit the JSON file it writes.
``tests/unit/integrations`` holds us to the answers. The same cases are built in
``tests/unit/integrations/cases.py``, which both sides read.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"

import matplotlib as mpl

mpl.use("Agg")

import mlflow
import mlflow.sklearn
import sklearn
from mlflow import MlflowClient
from mlflow.models import infer_signature

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS / "unit" / "integrations"))

import cases  # noqa: E402  # beside the tests that use them

# Times differ from machine to machine.
TIMES = ("mean_fit_time", "std_fit_time", "mean_score_time", "std_score_time")


def record(run) -> dict[str, object]:
    metrics = {key: value for key, value in run.data.metrics.items() if key not in TIMES}
    tags = {key: value for key, value in run.data.tags.items() if key.startswith("estimator_")}
    names = sorted(item.path for item in MlflowClient().list_artifacts(run.info.run_id))
    return {
        "is_child": "mlflow.parentRunId" in run.data.tags,
        "params": run.data.params,
        "metrics": metrics,
        "tags": tags,
        "artifacts": names,
        "contexts": [item.tags[0].value for item in run.inputs.dataset_inputs],
    }


def autologged() -> dict[str, object]:
    mlflow.sklearn.autolog(log_models=False, silent=True)
    found = {}
    for name, train in cases.TRAININGS.items():
        chosen = mlflow.set_experiment(name)
        train()
        runs = mlflow.search_runs([chosen.experiment_id], output_format="list")
        found[name] = sorted(map(record, runs), key=lambda item: json.dumps(item, sort_keys=True))
    return found


def main() -> None:
    signatures = {
        name: infer_signature(value, value).to_dict() for name, value in cases.examples().items()
    }
    with tempfile.TemporaryDirectory() as folder:
        mlflow.set_tracking_uri(f"file:{folder}/mlruns")
        answers = {
            "mlflow": mlflow.__version__,
            "sklearn": sklearn.__version__,
            "signatures": signatures,
            "autologged": autologged(),
        }
    target = TESTS / "shared" / "model_mlflow.json"
    target.write_text(json.dumps(answers, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
