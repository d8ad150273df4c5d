"""Autolog PyTorch Lightning: ``mlflow.pytorch.autolog`` under this package's name."""

from reporter.integrations.lightning import autolog

__all__ = ["autolog"]
