"""The logging API: MLflow's names over journals. Never meets the builder."""

from reporter.tracking.client import MlflowClient

Client = MlflowClient

__all__ = ["Client", "MlflowClient"]
