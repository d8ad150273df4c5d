"""Log, load and autolog scikit-learn models: ``mlflow.sklearn`` under this package's name."""

from reporter.integrations.sklearn import autolog, load_model, log_model, save_model

__all__ = ["autolog", "load_model", "log_model", "save_model"]
