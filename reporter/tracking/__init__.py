"""The logging API: MLflow's names over journals. Standard library alone; never meets the builder."""

from reporter.tracking.client import MlflowClient

Client = MlflowClient

__all__ = ["Client", "MlflowClient"]
