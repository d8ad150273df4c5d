"""Tracking URIs and environment variables."""

from __future__ import annotations

from tests.differential.behaviours.threads import _script
from tests.differential.recorder import behaviour


@behaviour
def uris(mlflow, see):
    see("type", type(mlflow.get_tracking_uri()).__name__)
    see("is set", mlflow.is_tracking_uri_set())
    see("returns", mlflow.set_tracking_uri(mlflow.get_tracking_uri()))
    see("keyword", mlflow.set_tracking_uri(uri=mlflow.get_tracking_uri()))


@behaviour
def run_id_of_the_environment(mlflow, see):
    run = mlflow.MlflowClient().create_run("0", run_name="made")
    text = (
        "with mlflow.start_run() as run:\n    mlflow.log_metric('m', 1)\n    print(run.info.run_id)"
    )
    printed = _script(mlflow, see, text, MLFLOW_RUN_ID=run.info.run_id)
    see("taken up", printed == [run.info.run_id])
    see("status", mlflow.get_run(run.info.run_id).info.status)
    see("metrics", mlflow.get_run(run.info.run_id).data.metrics)


@behaviour
def run_id_is_used_once(mlflow, see):
    run = mlflow.MlflowClient().create_run("0")
    text = (
        "for _ in range(2):\n    with mlflow.start_run() as run:\n        print(run.info.run_id)\n"
    )
    printed = _script(mlflow, see, text, MLFLOW_RUN_ID=run.info.run_id)
    see("same", [one == run.info.run_id for one in printed])


@behaviour
def experiment_name_of_the_environment(mlflow, see):
    made = mlflow.create_experiment("named")
    text = "with mlflow.start_run() as run:\n    print(run.info.experiment_id)"
    see("known", _script(mlflow, see, text, MLFLOW_EXPERIMENT_NAME="named") == [made])
    see("fresh", bool(_script(mlflow, see, text, MLFLOW_EXPERIMENT_NAME="fresh")))
    see("made", mlflow.get_experiment_by_name("fresh") is not None)


@behaviour
def experiment_id_of_the_environment(mlflow, see):
    made = mlflow.create_experiment("named")
    text = "with mlflow.start_run() as run:\n    print(run.info.experiment_id)"
    see("known", _script(mlflow, see, text, MLFLOW_EXPERIMENT_ID=made) == [made])
    see("unknown", _script(mlflow, see, text, MLFLOW_EXPERIMENT_ID="123456"))


@behaviour
def call_before_environment(mlflow, see):
    mlflow.create_experiment("named")
    text = (
        "found = mlflow.set_experiment('called')\n"
        "with mlflow.start_run() as run:\n    print(run.info.experiment_id == found.experiment_id)"
    )
    see("call wins", _script(mlflow, see, text, MLFLOW_EXPERIMENT_NAME="named"))


@behaviour
def system_metrics_settings(mlflow, see):
    for name in ("enable_system_metrics_logging", "disable_system_metrics_logging"):
        see(name, lambda name=name: getattr(mlflow, name)())
    for name, value in (
        ("set_system_metrics_sampling_interval", 1),
        ("set_system_metrics_samples_before_logging", 1),
        ("set_system_metrics_node_id", "n"),
    ):
        see(name, lambda name=name, value=value: getattr(mlflow, name)(value))


@behaviour
def names_that_scripts_import(mlflow, see):
    import importlib

    name = mlflow.__name__
    for module, attribute in (
        ("entities", "Metric"), ("entities", "Param"), ("entities", "RunTag"),
        ("entities", "ViewType"), ("entities", "RunStatus"), ("entities", "Run"),
        ("entities", "Experiment"), ("entities", "RunInfo"), ("entities", "RunData"),
        ("entities", "LifecycleStage"), ("entities", "FileInfo"), ("entities", "Dataset"),
        ("entities", "DatasetInput"), ("entities", "ExperimentTag"), ("entities", "InputTag"),
        ("exceptions", "MlflowException"), ("tracking", "MlflowClient"), ("client", "MlflowClient"),
        ("artifacts", "download_artifacts"), ("data", "from_pandas"), ("models", "infer_signature"),
        ("tracking", "set_tracking_uri"), ("tracking", "get_tracking_uri"),
        ("tracking.fluent", "start_run"), ("tracking.client", "MlflowClient"),
    ):  # fmt: skip
        see(
            f"{module}.{attribute}",
            lambda module=module, attribute=attribute: hasattr(
                importlib.import_module(f"{name}.{module}"), attribute
            ),
        )


@behaviour
def errors_are_of_one_class(mlflow, see):
    kind = mlflow.exceptions.MlflowException
    for name, call in {
        "unknown run": lambda: mlflow.get_run("0" * 32),
        "unknown experiment": lambda: mlflow.get_experiment("123456"),
        "bad filter": lambda: mlflow.search_runs(filter_string="nonsense"),
    }.items():
        try:
            call()
        except Exception as error:  # noqa: BLE001  # its class is the answer
            see(name, isinstance(error, kind))
            see(f"{name} code", error.error_code)
            see(f"{name} message", bool(error.message))
