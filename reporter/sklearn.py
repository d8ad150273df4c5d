"""Log and load scikit-learn models: ``mlflow.sklearn`` under this package's name."""

from reporter.integrations.sklearn import load_model, log_model, save_model

__all__ = ["load_model", "log_model", "save_model"]
