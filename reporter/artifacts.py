"""Read files back by run or URI: MLflow's ``mlflow.artifacts``, over a folder of runs."""

from __future__ import annotations

import json
import os
from typing import Any

from reporter.errors import InvalidInputError, NotFoundError
from reporter.store.layout import local_folder
from reporter.tracking.client import MlflowClient
from reporter.tracking.files import FileInfo
from reporter.tracking.location import open_reader

__all__ = ["download_artifacts", "list_artifacts", "load_dict", "load_image", "load_text"]

_SCHEME = "runs:/"


def download_artifacts(
    artifact_uri: str | None = None,
    run_id: str | None = None,
    artifact_path: str | None = None,
    dst_path: str | None = None,
    tracking_uri: str | None = None,
    registry_uri: str | None = None,  # noqa: ARG001  # MLflow's
) -> str:
    """Copy an artifact, or a folder of them, to a local folder.

    Parameters
    ----------
    artifact_uri : str, optional
        ``runs:/<run_id>/<path>``; instead of `run_id` and `artifact_path`. A local path, or its
        ``file:`` URI, is taken as it is.
    run_id, artifact_path : str, optional
    dst_path : str, optional
        A folder, made when it is missing; a temporary one when None.
    tracking_uri : str, optional
        The store; that of :func:`reporter.get_tracking_uri` when None.
    registry_uri : str, optional
        Accepted for compatibility.

    Returns
    -------
    str
        Where it was copied to.

    Raises
    ------
    InvalidInputError
        Neither or both ways of naming it were used.
    NotFoundError
        The run has no such artifact.
    """
    if run_id is None and artifact_uri and (local := _local(artifact_uri)):
        return _copied(local, dst_path) if dst_path else local
    run, path = _resolve(artifact_uri, run_id, artifact_path)
    return MlflowClient(tracking_uri).download_artifacts(run, path, dst_path)


def list_artifacts(
    artifact_uri: str | None = None,
    run_id: str | None = None,
    artifact_path: str | None = None,
    tracking_uri: str | None = None,
) -> list[FileInfo]:
    """Return files and folders directly in a folder of a run's artifacts."""
    run, path = _resolve(artifact_uri, run_id, artifact_path)
    return MlflowClient(tracking_uri).list_artifacts(run, path)


def load_text(artifact_uri: str) -> str:
    """Return a text artifact, ``runs:/<run_id>/<path>``."""
    return _read(artifact_uri).decode("utf-8", "surrogatepass")


def load_dict(artifact_uri: str) -> Any:  # Any: what the JSON holds
    """Return a JSON artifact, ``runs:/<run_id>/<path>``."""
    try:
        return json.loads(_read(artifact_uri))
    except ValueError as error:
        raise InvalidInputError(f"'{artifact_uri}' holds no JSON: {error}.") from error


def load_image(artifact_uri: str) -> Any:  # Any: a PIL image
    """Return an image artifact as a PIL image, ``runs:/<run_id>/<path>``."""
    import io

    from PIL import Image

    return Image.open(io.BytesIO(_read(artifact_uri)))


def _read(artifact_uri: str) -> bytes:
    run_id, path = _resolve(artifact_uri, None, None)
    try:
        with open_reader().open_artifact(run_id, path) as file:
            return file.read()
    except FileNotFoundError as error:
        raise NotFoundError(f"Run {run_id} has no artifact '{path}'.") from error


def _local(uri: str) -> str:
    """Return the path of a local file or folder, empty when the URI names none."""
    path = local_folder(uri)
    return os.path.abspath(path) if path and os.path.exists(path) else ""


def _copied(path: str, folder: str) -> str:
    import shutil

    target = os.path.join(os.path.abspath(folder), os.path.basename(path))
    if os.path.isdir(path):
        return shutil.copytree(path, target, dirs_exist_ok=True)
    os.makedirs(folder, exist_ok=True)
    return shutil.copyfile(path, target)


def _resolve(uri: str | None, run_id: str | None, path: str | None) -> tuple[str, str]:
    if (uri is None) == (run_id is None):
        raise InvalidInputError("Give either artifact_uri or run_id.")
    if uri is None:
        return str(run_id), path or ""
    if not uri.startswith(_SCHEME):
        raise InvalidInputError(
            f"'{uri}' is no URI of a run's artifact.", "Write runs:/<run_id>/<path>."
        )
    found, _, inside = uri.removeprefix(_SCHEME).lstrip("/").partition("/")
    return found, os.path.normpath(inside).replace(os.sep, "/") if inside else ""
