"""Small copies of pictures, made by Pillow: the one place where a picture is decoded on purpose.

Bounded by what the header says before anything is decoded, and by Pillow's own limits after it.
"""

from __future__ import annotations

import io
import warnings
from functools import cache
from importlib import metadata
from typing import BinaryIO

from reporter.renderers.image import Size

__all__ = ["MAX_PIXELS", "MIN_BYTES", "SIDE_PX", "is_worth_it", "shrink", "shrinks_with"]

SIDE_PX = 640
"""A card of the gallery is at most 340 px wide, and screens have up to two pixels for one."""

MIN_SIDE_PX = 800
MIN_BYTES = 100_000
"""Smaller pictures are their own thumbnails."""

MAX_PIXELS = 64_000_000
"""Decoded, 256 MB. Below the size from which Pillow warns of decompression bombs."""

QUALITY = 80
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF")
_EIGHT_BITS = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "YCbCr"})


def is_worth_it(size: Size | None, size_bytes: int) -> bool:
    """Tell whether a picture is large enough for a small copy, and small enough to be decoded.

    Examples
    --------
    >>> is_worth_it(Size(3000, 2000), 4_000_000), is_worth_it(Size(30_000, 20_000), 4_000_000)
    (True, False)
    """
    if size is None or size_bytes <= MIN_BYTES:
        return False
    return max(size) > MIN_SIDE_PX and size.width * size.height <= MAX_PIXELS


def shrink(stream: BinaryIO) -> bytes:
    """Make the small copy of a picture.

    Parameters
    ----------
    stream : binary file
        That can seek.

    Returns
    -------
    bytes
        WebP; empty for what moves, what has more than eight bits a channel, and what cannot be
        read.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a picture with odd metadata is a picture all the same
        try:
            return _shrink(stream)
        except Exception:  # noqa: BLE001  (hostile bytes; the picture itself is shown and judged)
            return b""


def _shrink(stream: BinaryIO) -> bytes:
    from PIL import Image, ImageOps

    with Image.open(stream, formats=_FORMATS) as image:
        is_too_large = image.width * image.height > MAX_PIXELS  # the header may say otherwise
        if is_too_large or getattr(image, "is_animated", False) or image.mode not in _EIGHT_BITS:
            return b""
        image.draft("RGB", (SIDE_PX, SIDE_PX))
        profile = image.info.get("icc_profile") or b""
        has_alpha = image.has_transparency_data
        upright = ImageOps.exif_transpose(image).convert("RGBA" if has_alpha else "RGB")
        upright.thumbnail((SIDE_PX, SIDE_PX), reducing_gap=3.0)
        out = io.BytesIO()
        upright.save(out, "WEBP", quality=QUALITY, icc_profile=profile)
    return out.getvalue()


@cache
def shrinks_with() -> str:
    """Say what small copies are made with and how; empty where they cannot be made."""
    try:
        from PIL import features

        if not features.check("webp"):
            return ""
        return f"pillow {metadata.version('pillow')}, {SIDE_PX} px, {QUALITY}"
    except (ImportError, metadata.PackageNotFoundError):
        return ""
