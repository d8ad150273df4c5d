"""Log machine-learning runs to plain folders, and compile them into a static site.

``import reporter`` is a drop-in for the tracking part of ``import mlflow``. Logging needs the
standard library alone; everything heavier is imported when it is used.
"""

from reporter.errors import (
    BuildError,
    ExperimentNotFoundError,
    FilterSyntaxError,
    InvalidInputError,
    NotAStoreError,
    ReporterError,
    RunNotFoundError,
    RunStateError,
    StoreError,
    StoreVersionError,
)
from reporter.integrations.switch import autolog
from reporter.model import (
    Dataset,
    Experiment,
    LifecycleStage,
    Metric,
    Run,
    RunStatus,
    ViewType,
)
from reporter.tracking import Client, MlflowClient
from reporter.tracking.fluent import (
    ActiveRun,
    active_run,
    create_experiment,
    define_metric,
    delete_experiment,
    delete_run,
    delete_tag,
    end_run,
    get_artifact_uri,
    get_experiment,
    get_experiment_by_name,
    get_parent_run,
    get_run,
    last_active_run,
    list_experiments,
    log_artifact,
    log_artifacts,
    log_dict,
    log_figure,
    log_image,
    log_input,
    log_metric,
    log_metric_history,
    log_metrics,
    log_param,
    log_params,
    log_stream,
    log_table,
    log_text,
    rename_experiment,
    restore_experiment,
    restore_run,
    search_experiments,
    search_runs,
    set_experiment,
    set_experiment_tag,
    set_experiment_tags,
    set_tag,
    set_tags,
    start_run,
)
from reporter.tracking.location import (
    configure,
    get_tracking_uri,
    is_tracking_uri_set,
    set_tracking_uri,
)
from reporter.tracking.system_metrics import (
    disable_system_metrics_logging,
    enable_system_metrics_logging,
    set_system_metrics_node_id,
    set_system_metrics_samples_before_logging,
    set_system_metrics_sampling_interval,
)

__version__ = "0.1.0"

_SUBMODULES = (
    "artifacts",
    "data",
    "keras",
    "lightgbm",
    "models",
    "pytorch",
    "sklearn",
    "xgboost",
)


def __getattr__(name: str) -> object:
    """Import submodules when they are first used; explain names that only MLflow has."""
    if name in _SUBMODULES:
        import importlib

        return importlib.import_module(f"reporter.{name}")
    from reporter.errors import did_you_mean
    from reporter.tracking.absent import reason_for

    hint = reason_for(name) or did_you_mean(name, __all__)
    raise AttributeError(f"module 'reporter' has no attribute {name!r}. {hint}".rstrip())


__all__ = [
    "ActiveRun",
    "BuildError",
    "Client",
    "Dataset",
    "Experiment",
    "ExperimentNotFoundError",
    "FilterSyntaxError",
    "InvalidInputError",
    "LifecycleStage",
    "Metric",
    "MlflowClient",
    "NotAStoreError",
    "ReporterError",
    "Run",
    "RunNotFoundError",
    "RunStateError",
    "RunStatus",
    "StoreError",
    "StoreVersionError",
    "ViewType",
    "active_run",
    "autolog",
    "configure",
    "create_experiment",
    "define_metric",
    "delete_experiment",
    "delete_run",
    "delete_tag",
    "disable_system_metrics_logging",
    "enable_system_metrics_logging",
    "end_run",
    "get_artifact_uri",
    "get_experiment",
    "get_experiment_by_name",
    "get_parent_run",
    "get_run",
    "get_tracking_uri",
    "is_tracking_uri_set",
    "last_active_run",
    "list_experiments",
    "log_artifact",
    "log_artifacts",
    "log_dict",
    "log_figure",
    "log_image",
    "log_input",
    "log_metric",
    "log_metric_history",
    "log_metrics",
    "log_param",
    "log_params",
    "log_stream",
    "log_table",
    "log_text",
    "rename_experiment",
    "restore_experiment",
    "restore_run",
    "search_experiments",
    "search_runs",
    "set_experiment",
    "set_experiment_tag",
    "set_experiment_tags",
    "set_system_metrics_node_id",
    "set_system_metrics_samples_before_logging",
    "set_system_metrics_sampling_interval",
    "set_tag",
    "set_tags",
    "set_tracking_uri",
    "start_run",
]
