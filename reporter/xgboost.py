"""Log, load and autolog XGBoost models: ``mlflow.xgboost`` under this package's name."""

from reporter.integrations.xgboost import autolog, load_model, log_model, save_model

__all__ = ["autolog", "load_model", "log_model", "save_model"]
