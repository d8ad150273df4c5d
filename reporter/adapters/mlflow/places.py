"""Where a store's URI points, and where artifacts lie as seen by clients and on disk.

Inside a store no absolute path is kept, so the location of an experiment's artifacts is worked out
whenever it is asked for; only a place that the user chose is written down.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from mlflow.store.tracking import DEFAULT_LOCAL_FILE_AND_ARTIFACT_PATH
from mlflow.utils.uri import append_to_uri_path, resolve_uri_if_local

from reporter.store import layout

__all__ = ["SCHEME", "Places", "folder_of_uri"]

SCHEME = "reporter"
# What an MLflow server tells its workers through the environment.
_DESTINATION = "_MLFLOW_SERVER_ARTIFACT_DESTINATION"
_PROXIED = "mlflow-artifacts:"


def folder_of_uri(uri: str) -> str:
    """Return the absolute folder that a URI of ours names.

    Parameters
    ----------
    uri : str
        ``reporter:./runs``, ``reporter:/data/runs``, ``reporter:///data/runs``; percent signs mean
        themselves. ``./runs`` when it names none.

    Returns
    -------
    str
        Absolute, so that a script that changes its working directory goes on in the same store.
    """
    path = uri.removeprefix(f"{SCHEME}:")
    if path.startswith("//"):
        path = path.removeprefix("//")
        path = path.removeprefix("localhost") if path.startswith("localhost/") else path
    return os.path.abspath(layout.local_folder(path) or "runs")


class Places:
    """The places of one store's artifacts.

    Parameters
    ----------
    folder : str
        The store's folder, absolute.
    artifact_uri : str or None
        What the server was told. MLflow's own default, which it gives when nobody chose anything,
        means the store.
    """

    def __init__(self, folder: str, artifact_uri: str | None) -> None:
        self.folder = folder
        chosen = artifact_uri or ""
        is_default = chosen.rstrip("/") in ("", DEFAULT_LOCAL_FILE_AND_ARTIFACT_PATH.rstrip("/"))
        self._root = "" if is_default else resolve_uri_if_local(chosen)
        self._destination = ""
        if self._root.startswith(_PROXIED):
            target = os.environ.get(_DESTINATION, "")
            self._destination = resolve_uri_if_local(target) if target else ""
        elif self._root and _is_same_folder(self._root, folder):
            self._root = ""

    @property
    def root(self) -> str:
        """Below what new experiments' artifacts go, as clients see it."""
        return self._root or self.local("")

    def local(self, *parts: str) -> str:
        """Return a place inside the store, as a URI that clients on this machine can use."""
        path = os.path.join(self.folder, *parts).rstrip(os.sep)
        # MLflow takes a percent sign of a bare path for an escape.
        return path if os.name == "posix" and "%" not in path else Path(path).as_uri()

    def new_location(self, experiment_id: str) -> str:
        """Return what to write down for a new experiment; nothing when it is in the store."""
        if not self._root:
            return ""
        if not self._root.startswith(_PROXIED):
            return str(append_to_uri_path(self._root, experiment_id))
        if not self._destination or _is_same_folder(self._destination, self.folder):
            return ""
        return str(append_to_uri_path(self._destination, experiment_id))

    def noted(self, experiment_id: str, chosen: str | None) -> str:
        """Return what to write down for an experiment whose place the user may have chosen.

        An address of the server's own is noted as the place behind it, which readers can open.
        """
        if not chosen:
            return self.new_location(experiment_id)
        if chosen.startswith(_PROXIED) and self._destination:
            return str(append_to_uri_path(self._destination, urlsplit(chosen).path.strip("/")))
        return str(resolve_uri_if_local(chosen))

    def shown(self, experiment_id: str, stored: str) -> str:
        """Return an experiment's artifact location as clients are told it.

        Parameters
        ----------
        experiment_id : str
        stored : str
            What was written down, or the experiment's folder in the store.
        """
        is_inside = not stored or _is_same_folder(stored, os.path.join(self.folder, experiment_id))
        if is_inside:
            is_served = self._root.startswith(_PROXIED) and (
                not self._destination or _is_same_folder(self._destination, self.folder)
            )
            place = self._root if is_served else self.local("")
            return str(append_to_uri_path(place, experiment_id))
        below = self._destination.rstrip("/") + "/"
        if self._destination and stored.startswith(below):
            return str(append_to_uri_path(self._root, stored.removeprefix(below)))
        return stored

    def below(self, location: str, *parts: str) -> str:
        """Return the URI of something below an experiment's location."""
        return str(append_to_uri_path(location, *parts))

    def folder_on_disk(self, experiment_id: str, stored: str) -> str | None:
        """Return the folder of an experiment's artifacts on this machine; None when remote."""
        if not stored:
            return os.path.join(self.folder, experiment_id)
        path = layout.local_folder(stored)
        return path if os.path.isabs(path) else None


def _is_same_folder(uri: str, folder: str) -> bool:
    path = layout.local_folder(uri)
    return os.path.isabs(path) and os.path.realpath(path) == os.path.realpath(folder)
