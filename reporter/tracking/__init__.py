"""The logging API: MLflow's names over journals. Never meets the builder."""

from reporter.tracking.client import MlflowClient
from reporter.tracking.location import get_tracking_uri, is_tracking_uri_set, set_tracking_uri

Client = MlflowClient

__all__ = [
    "Client",
    "MlflowClient",
    "get_tracking_uri",
    "is_tracking_uri_set",
    "set_tracking_uri",
]
