"""Pictures in the cells of a logged table: files beside it, named in the cell, as MLflow does.

A cell becomes ``{"type": "image", "filepath": …, "compressed_filepath": …}``. Knows no run: whoever
calls says how a file is kept.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import Any

from reporter.errors import InvalidInputError

__all__ = ["keep_images"]

FOLDER = "table_images"
DIGEST_CHARS = 16


def keep_images(frame: Any, artifact_file: str, keep: Callable[[str, bytes], None]) -> Any:
    """Put the pictures of a table into files, and their places into its cells.

    Parameters
    ----------
    frame : pandas.DataFrame
    artifact_file : str
        Of the table.
    keep : callable
        Called with path and PNG of each picture; equal pictures have equal paths.

    Returns
    -------
    pandas.DataFrame
        The same when there are no pictures.

    Raises
    ------
    InvalidInputError
        A column has pictures and other values.
    """
    stem = os.path.splitext(artifact_file)[0]

    def place(image: object) -> dict[str, str]:
        from reporter.tracking.serializers import serialize_image

        data = serialize_image(image, "cell.png")
        path = f"{FOLDER}/{stem}/{hashlib.sha256(data).hexdigest()[:DIGEST_CHARS]}.png"
        keep(path, data)
        return {"type": "image", "filepath": path, "compressed_filepath": path}

    changed = {}
    for name in frame.columns:
        are_images = [_is_image(value) for value in frame[name]]
        if any(are_images) and not all(are_images):
            raise InvalidInputError(
                f"Column '{name}' of table '{artifact_file}' holds images and other values.",
                "Give images alone, or leave those rows out.",
            )
        if any(are_images):
            changed[name] = [place(value) for value in frame[name]]
    return frame.assign(**changed) if changed else frame


def _is_image(value: object) -> bool:
    """Tell pictures of Pillow and of ours, without importing Pillow."""
    return all(callable(getattr(value, name, None)) for name in ("save", "resize")) and hasattr(
        value, "size"
    )
