"""Where the files of a moved MLflow store are: beside it, whatever its addresses say."""

from __future__ import annotations

import os
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

__all__ = ["ARTIFACT_FOLDERS", "find_folder"]

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
    parts = urlsplit(uri.replace("\\", "/"))
    # A letter is a drive of Windows.
    if len(parts.scheme) > 1 and parts.scheme not in ("file", "mlflow-artifacts"):
        return ""
    path = unquote(parts.path) if len(parts.scheme) > 1 else uri.replace("\\", "/")
    names = [name for name in path.split("/") if name not in ("", ".", "..")]
    for folder in folders:
        # At least the run (or model) and the word "artifacts" must be there.
        for start in range(max(0, len(names) - 1)):
            found = os.path.join(folder, *names[start:])
            if os.path.isdir(found):
                return found
    return ""
