"""Where the files of a moved MLflow store are: beside it, whatever its addresses say."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from urllib.parse import unquote, urlsplit

__all__ = ["ARTIFACT_FOLDERS", "find_folder", "first_names"]

ARTIFACT_FOLDERS = ("mlruns", "mlartifacts")
"""What MLflow calls folders of artifacts when nobody says otherwise."""


def find_folder(uri: str, folders: Sequence[str]) -> str:
    """Find the folder that an artifact address meant, among folders that are here.

    Parameters
    ----------
    uri : str
        A path, a ``file:`` or a ``mlflow-artifacts:`` address as MLflow noted it. Only its end is
        believed: what lies before is another machine's.
    folders : sequence of str
        Where to look, the likeliest first.

    Returns
    -------
    str
        Empty when nothing is found, or when the address is that of a bucket.

    Examples
    --------
    >>> find_folder("s3://bucket/1/abc/artifacts", ["."])
    ''
    """
    names = _names_in(uri)
    for folder in folders:
        # At least the run (or model) and the word "artifacts" must be there.
        for start in range(max(0, len(names) - 1)):
            found = os.path.join(folder, *names[start:])
            if os.path.isdir(found):
                return found
    return ""


def first_names(uris: Iterable[str], folder: str) -> set[str]:
    """Return what lies in a folder and is, or holds, one of the places that addresses mean.

    Parameters
    ----------
    uris : iterable of str
        Of experiments.
    folder : str
    """
    found = set()
    for uri in uris:
        names = _names_in(uri)
        for start in range(len(names)):
            if os.path.isdir(os.path.join(folder, *names[start:])):
                found.add(names[start])
                break
    return found


def _names_in(uri: str) -> list[str]:
    """Return the parts of an address's path; none of a bucket's."""
    parts = urlsplit(uri.replace("\\", "/"))
    # A letter is a drive of Windows.
    if len(parts.scheme) > 1 and parts.scheme not in ("file", "mlflow-artifacts"):
        return []
    path = unquote(parts.path) if len(parts.scheme) > 1 else uri.replace("\\", "/")
    return [name for name in path.split("/") if name not in ("", ".", "..")]
