"""Log, load and autolog LightGBM models: ``mlflow.lightgbm`` under this package's name."""

from reporter.integrations.lightgbm import autolog, load_model, log_model, save_model

__all__ = ["autolog", "load_model", "log_model", "save_model"]
