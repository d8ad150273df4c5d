"""Small copies of large pictures, so that a gallery of hundreds loads in a second.

Made once and kept as long as picture and Pillow stay the same. A picture that Pillow cannot read,
or that would fill the memory, has none: the page then shows the picture itself, as it does where
Pillow is not installed.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import metadata
from typing import BinaryIO

from reporter import mediatypes
from reporter.renderers.image import HEADER_BYTES, Size, measure
from reporter.site.artifacts import ShippedFile, is_likely_figure
from reporter.site.manifest import inputs_digest
from reporter.site.output import SiteOutput
from reporter.store.ports import StoreReader

__all__ = ["SUFFIX", "Thumbnails", "is_worth_it", "shrink"]

SUFFIX = ".thumb.webp"
"""After the site path of the picture."""

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


@dataclass(kw_only=True)
class Thumbnails:
    """Makes the small copies of one build.

    Parameters
    ----------
    reader : StoreReader
    output : SiteOutput
    """

    reader: StoreReader
    output: SiteOutput
    _made: dict[str, str] = field(default_factory=dict)
    """Site path of a picture to that of its copy; equal pictures of several runs share theirs."""

    def add(self, files: Iterable[ShippedFile]) -> list[ShippedFile]:
        """Give pictures their small copies.

        Parameters
        ----------
        files : iterable of ShippedFile

        Returns
        -------
        list of ShippedFile
            In the order given; all others as they were.
        """
        if not _pillow_version():
            return list(files)
        return [replace(f, thumbnail=self._of(f)) if _may_need_one(f) else f for f in files]

    def _of(self, file: ShippedFile) -> str:
        if file.site_path not in self._made:
            self._made[file.site_path] = self._kept(file) or self._make(file)
        return self._made[file.site_path]

    def _kept(self, file: ShippedFile) -> str:
        kept = self.output.reuse(_inputs(file))
        return kept[0] if kept else ""

    def _make(self, file: ShippedFile) -> str:
        try:
            with self.reader.open_artifact(file.run_id, file.artifact.path) as stream:
                head = stream.read(HEADER_BYTES)
                media_type = mediatypes.detect(file.artifact.path, head, file.artifact.media_type)
                if not is_worth_it(measure(media_type, head), file.artifact.size_bytes):
                    return ""
                stream.seek(0)
                data = shrink(stream)
        except OSError:
            return ""
        if not data or len(data) >= file.artifact.size_bytes:
            return ""
        path = file.site_path + SUFFIX
        self.output.write(path, data, inputs=_inputs(file))
        return path


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


def _may_need_one(file: ShippedFile) -> bool:
    is_large = file.artifact.size_bytes > MIN_BYTES
    return bool(file.site_path) and is_large and is_likely_figure(file.artifact)


def _inputs(file: ShippedFile) -> str:
    made_like = (SIDE_PX, QUALITY, _pillow_version())
    return inputs_digest("thumbnail", file.site_path, file.sha256, made_like)


@cache
def _pillow_version() -> str:
    """Return Pillow's version; empty when it is not there or cannot write WebP."""
    try:
        from PIL import features

        return metadata.version("pillow") if features.check("webp") else ""
    except (ImportError, metadata.PackageNotFoundError):
        return ""
