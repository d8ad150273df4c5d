"""The model registry beside a store: MLflow's own files, in a folder that readers ignore."""

from __future__ import annotations

import os
from typing import Any

from mlflow.store.model_registry.abstract_store import AbstractStore
from mlflow.store.model_registry.file_store import FileStore

from reporter.adapters.mlflow.places import folder_of_uri

__all__ = ["RegistryStore"]

FOLDER = "mlflow-registry"


class RegistryStore(FileStore):
    """MLflow's registry in files, in a store's folder.

    Parameters
    ----------
    store_uri : str
        ``reporter:<folder>``.
    tracking_uri : str, optional

    Notes
    -----
    MLflow 3.13 and later refuse to open such a registry for folders of their own; its class is
    otherwise unchanged.
    """

    def __init__(self, store_uri: str, tracking_uri: str | None = None) -> None:
        try:
            AbstractStore.__init__(self, store_uri=store_uri, tracking_uri=tracking_uri)
        except TypeError:  # before MLflow 2.6 it took none
            AbstractStore.__init__(self)
        self.root_directory = os.path.join(folder_of_uri(store_uri), FOLDER)

    def _check_root_dir(self) -> None:
        """Make the folder when something is first asked of it; a read-only store has none."""
        os.makedirs(self.models_directory, exist_ok=True)

    def _get_all_registered_model_paths(self) -> Any:
        if not os.path.isdir(self.models_directory):
            return []
        return super()._get_all_registered_model_paths()
