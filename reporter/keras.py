"""Log, load and autolog Keras models: ``mlflow.keras`` under this package's name."""

from reporter.integrations.keras import autolog, load_model, log_model, save_model

__all__ = ["autolog", "load_model", "log_model", "save_model"]
