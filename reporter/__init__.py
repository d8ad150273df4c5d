"""Log machine-learning runs to plain folders, and compile them into a static site.

``import reporter`` is a drop-in for the tracking part of ``import mlflow``. Logging needs the
standard library alone; everything heavier is imported when it is used.
"""

import typing as _typing

from reporter.errors import (
    AlreadyExistsError,
    BuildError,
    ExperimentNotFoundError,
    FilterSyntaxError,
    InvalidInputError,
    MissingFileError,
    NotAStoreError,
    NotFoundError,
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
    Param,
    Run,
    RunStatus,
    RunTag,
    ViewType,
)
from reporter.tracking import Client, MlflowClient
from reporter.tracking import fluent as _fluent
from reporter.tracking.fluent import *  # noqa: F403  # its __all__ is the list of names
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
    "client",
    "data",
    "entities",
    "exceptions",
    "keras",
    "lightgbm",
    "models",
    "pytorch",
    "sklearn",
    "xgboost",
)
# Names that few scripts use, and where they are.
_LATE = {
    "Image": "reporter.tracking.image",
    "MlflowException": "reporter.exceptions",
    "chart": "reporter.chart_functions",
    "load": "reporter.publish.loading",
    "show": "reporter.notebook",
}
if _typing.TYPE_CHECKING:  # type checkers are told where these names are
    from reporter.chart_functions import chart as chart
    from reporter.notebook import show as show
    from reporter.publish.loading import load as load


def __getattr__(name: str) -> object:
    """Import submodules when they are first used; explain names that only MLflow has."""
    if name in _SUBMODULES or name in _LATE:
        import importlib

        if name in _LATE:
            return getattr(importlib.import_module(_LATE[name]), name)
        return importlib.import_module(f"reporter.{name}")
    from reporter.errors import did_you_mean
    from reporter.tracking.absent import reason_for

    hint = reason_for(name) or did_you_mean(name, __all__)
    raise AttributeError(f"module 'reporter' has no attribute {name!r}. {hint}".rstrip())


def __dir__() -> list[str]:
    """List what there is, names that are imported late included."""
    return sorted({*globals(), *_LATE})


__all__ = [
    "AlreadyExistsError",
    "BuildError",
    "Client",
    "Dataset",
    "Experiment",
    "ExperimentNotFoundError",
    "FilterSyntaxError",
    "InvalidInputError",
    "LifecycleStage",
    "Metric",
    "MissingFileError",
    "MlflowClient",
    "NotAStoreError",
    "NotFoundError",
    "Param",
    "ReporterError",
    "Run",
    "RunNotFoundError",
    "RunStateError",
    "RunStatus",
    "RunTag",
    "StoreError",
    "StoreVersionError",
    "ViewType",
    "autolog",
    "configure",
    "disable_system_metrics_logging",
    "enable_system_metrics_logging",
    "get_tracking_uri",
    "is_tracking_uri_set",
    "set_system_metrics_node_id",
    "set_system_metrics_samples_before_logging",
    "set_system_metrics_sampling_interval",
    "set_tracking_uri",
]
__all__ += _fluent.__all__
