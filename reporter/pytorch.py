"""Log, load and autolog PyTorch (Lightning): ``mlflow.pytorch`` under this package's name."""

from reporter.integrations.lightning import autolog
from reporter.integrations.torch_models import (
    load_model,
    load_state_dict,
    log_model,
    log_state_dict,
    save_model,
)

__all__ = [
    "autolog",
    "load_model",
    "load_state_dict",
    "log_model",
    "log_state_dict",
    "save_model",
]
