"""MLflow's tracking store and model registry over a folder of ours: the entry points.

``mlflow.set_tracking_uri("reporter:./runs")`` makes MLflow look these functions up. MLflow loads
every installed plugin whenever it is used, for whatever store, so nothing is imported here before
a URI of ours is opened.
"""

from __future__ import annotations

from typing import Any

__all__ = ["registry_store", "tracking_store"]


def tracking_store(store_uri: str | None = None, artifact_uri: str | None = None) -> Any:
    """Open the store that a URI names.

    Parameters
    ----------
    store_uri : str
        ``reporter:<folder>``, e.g. ``reporter:./runs`` or ``reporter:/data/runs``.
    artifact_uri : str, optional
        Where a server wants new experiments' artifacts; inside the store when not given.

    Returns
    -------
    reporter.adapters.mlflow.store.TrackingStore
        Any, since this module must not import MLflow to name it.
    """
    from reporter.adapters.mlflow.store import TrackingStore

    return TrackingStore(store_uri or "", artifact_uri)


def registry_store(store_uri: str | None = None, tracking_uri: str | None = None) -> Any:
    """Open the model registry that belongs to a store; see :func:`tracking_store`."""
    from reporter.adapters.mlflow.registry import RegistryStore

    return RegistryStore(store_uri or "", tracking_uri)
