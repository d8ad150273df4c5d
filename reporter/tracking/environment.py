"""What MLflow's environment variables mean here, where they mean something."""

from __future__ import annotations

import os
import warnings
from functools import lru_cache

from reporter.store.layout import is_foreign, local_folder
from reporter.store.uris import is_remote

__all__ = ["SERVERS", "tracking_uri_of_mlflow"]

# How the URIs of tracking servers and databases begin, which are no folders.
SERVERS = ("http:", "https:", "databricks", "sqlite:", "postgresql", "mysql", "mssql", "uc:")
# What the MLflow plugin of this package puts before a store.
_PLUGIN = "reporter:"


def tracking_uri_of_mlflow() -> str:
    """Return the store that ``MLFLOW_TRACKING_URI`` names; empty when it names none of ours.

    A server, a database or a folder in which MLflow keeps runs warns once, and the default is used.
    """
    return _followed(os.environ.get("MLFLOW_TRACKING_URI", ""))


@lru_cache(maxsize=8)
def _followed(uri: str) -> str:
    uri = uri.removeprefix(_PLUGIN)
    if uri.startswith(SERVERS):
        _warn(f"MLFLOW_TRACKING_URI names a server or database ('{uri.split('@')[-1]}')")
        return ""
    folder = uri if is_remote(uri) else local_folder(uri)
    if folder and not is_remote(folder) and os.path.isdir(folder) and is_foreign(folder):
        _warn(f"MLFLOW_TRACKING_URI names a folder with MLflow's own runs ('{folder}')")
        return ""
    return folder


def _warn(what: str) -> None:
    warnings.warn(
        f"{what}, which is not logged to from here. Runs go to './runs'; choose another folder "
        "with set_tracking_uri() or REPORTER_TRACKING_URI.",
        stacklevel=6,
    )
