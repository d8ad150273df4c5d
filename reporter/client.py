"""The client under the name of MLflow's module: ``mlflow.client``."""

from reporter.tracking.client import MlflowClient

__all__ = ["MlflowClient"]
