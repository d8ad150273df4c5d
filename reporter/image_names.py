"""What the names of images say that MLflow's ``log_image(key=, step=)`` wrote.

Stores are imported, adopted and drawn by parts that may not know each other; all of them have to
read these names alike. Nothing is opened here.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["ImageName", "parse_image_name"]

_NAME = re.compile(
    r"images/(?P<key>.+?)(?P<joint>[%+])step(?P=joint)(?P<step>-?\d+)"
    r"(?P=joint)timestamp(?P=joint)\d+(?P=joint)[^/+%]+(?P<small>(?P=joint)compressed)?\.\w+"
)
"""2.x joins the parts with ``%``, 3.x with ``+``."""

_SLASHES = str.maketrans("#~", "//")
"""What stands for a slash in a key, by 2.x and 3.x; neither sign is allowed in a key."""


class ImageName(NamedTuple):
    """Which picture of which series a file is."""

    key: str
    step: int
    is_small: bool
    """Whether it is the smaller copy that MLflow lays beside each picture."""


def parse_image_name(path: str) -> ImageName | None:
    """Read an artifact's path.

    Parameters
    ----------
    path : str
        Relative to the run's artifacts.

    Returns
    -------
    ImageName or None
        None for every other file.

    Examples
    --------
    >>> parse_image_name("images/val~mask+step+3+timestamp+1795230992916+87fcf85e.png")
    ImageName(key='val/mask', step=3, is_small=False)
    >>> parse_image_name("images/val#mask%step%3%timestamp%1795230992916%87fc%compressed.webp")
    ImageName(key='val/mask', step=3, is_small=True)
    >>> parse_image_name("images/plot.png") is None
    True
    """
    found = _NAME.fullmatch(path)
    if found is None:
        return None
    key = found["key"].translate(_SLASHES)
    return ImageName(key, int(found["step"]), found["small"] is not None)
