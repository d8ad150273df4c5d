"""Log and load XGBoost models: ``mlflow.xgboost`` under this package's name."""

from reporter.integrations.xgboost import load_model, log_model, save_model

__all__ = ["load_model", "log_model", "save_model"]
