"""Errors under MLflow's names: ``except reporter.exceptions.MlflowException`` catches them all."""

from reporter.errors import ReporterError

MlflowException = ReporterError

__all__ = ["MlflowException"]
