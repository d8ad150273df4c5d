"""Log and load LightGBM models: ``mlflow.lightgbm`` under this package's name."""

from reporter.integrations.lightgbm import load_model, log_model, save_model

__all__ = ["load_model", "log_model", "save_model"]
