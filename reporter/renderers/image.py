"""Pictures: size from the header, so that the page does not jump while they arrive.

Only headers are read and nothing is ever decoded, so a picture that would fill the memory costs
nothing here; above :data:`MAX_PIXELS` the page does not load it either.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from reporter.image_names import ImageName, parse_image_name
from reporter.model import Artifact
from reporter.renderers.placeholder import placeholder
from reporter.renderers.registry import ArtifactRequest, Fragment, renderer

__all__ = ["TEMPLATE", "ImageView", "Size", "image_fragment", "measure", "render_image"]

TEMPLATE = "fragments/image.html.j2"

HEADER_BYTES = 262_144
"""The size stands within the first 64 bytes of most kinds; in a JPEG it comes after metadata that
may hold a thumbnail and a colour profile of up to 64 kB a segment."""

MAX_PIXELS = 100_000_000
"""Decoded, 400 MB: about what a phone's browser gives up at."""


class Size(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class ImageView:
    """A picture in the page."""

    src: str
    href: str
    """What a click opens without JavaScript."""
    alt: str
    width: int
    height: int
    """Natural size in CSS pixels; 0 when unknown."""


@renderer("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp")
def render_image(request: ArtifactRequest) -> Fragment:
    """Show a picture that browsers decode themselves."""
    size = measure(request.media_type, request.read(HEADER_BYTES))
    if size is None:
        kind = request.media_type.removeprefix("image/").upper()
        detail = f"The bytes of {request.artifact.path} are not {kind}"
        return placeholder(request, request.problem("Not an image", detail))
    if size.width * size.height > MAX_PIXELS:
        detail = f"{size.width:,} × {size.height:,} pixels would fill a browser's memory"
        return placeholder(request, request.problem("Image too large to show", detail))
    if not request.site_path:
        left_out = request.problem("Image left out of the site")
        return placeholder(request, left_out, is_reported=False)
    return image_fragment(request, request.site_path, size)


def image_fragment(request: ArtifactRequest, site_path: str, size: Size) -> Fragment:
    """Show the picture that lies at a site path, whatever kind the artifact is."""
    name = parse_image_name(request.artifact.path)
    caption = _caption(request.artifact, name)
    view = ImageView(
        src=request.url(request.thumbnail or site_path),
        href=request.url(site_path),
        alt=caption or request.name,
        width=size.width,
        height=size.height,
    )
    return Fragment(
        template=TEMPLATE,
        context=view,
        is_figure=not (name and name.is_small),
        page=site_path,
        width=size.width,
        height=size.height,
        caption=caption,
    )


def _caption(artifact: Artifact, name: ImageName | None) -> str:
    if artifact.key and artifact.step is not None:
        return f"{artifact.key}, step {artifact.step}"
    return f"{name.key}, step {name.step}" if name else ""


def measure(media_type: str, data: bytes) -> Size | None:
    """Read a picture's size from its header.

    Parameters
    ----------
    media_type : str
    data : bytes
        The beginning of the file.

    Returns
    -------
    Size or None
        None when the bytes are no such picture, the header is cut off, or the kind is another.

    Examples
    --------
    >>> measure("image/gif", b"GIF89a" + bytes([64, 0, 48, 0]))
    Size(width=64, height=48)
    """
    read_size = _MEASURES.get(media_type)
    try:
        size = read_size(data) if read_size else None
    except (struct.error, IndexError):
        return None
    return size if size and min(size) > 0 else None


def _measure_png(data: bytes) -> Size | None:
    if not data.startswith(b"\x89PNG\r\n\x1a\n") or data[12:16] != b"IHDR":
        return None
    return Size(*struct.unpack_from(">II", data, 16))


def _measure_gif(data: bytes) -> Size | None:
    if not data.startswith((b"GIF87a", b"GIF89a")):
        return None
    return Size(*struct.unpack_from("<HH", data, 6))


def _measure_bmp(data: bytes) -> Size | None:
    if not data.startswith(b"BM"):
        return None
    header_bytes = struct.unpack_from("<I", data, 14)[0]
    if header_bytes == 12:
        return Size(*struct.unpack_from("<HH", data, 18))
    width, height = struct.unpack_from("<ii", data, 18)
    return Size(width, abs(height))  # a negative height means that rows run downwards


def _measure_webp(data: bytes) -> Size | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    kind, at = data[12:16], 20
    if kind == b"VP8X":
        return Size(1 + _u24(data, at + 4), 1 + _u24(data, at + 7))
    if kind == b"VP8L":
        bits = struct.unpack_from("<I", data, at + 1)[0]
        return Size(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    if kind == b"VP8 " and data[at + 3 : at + 6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, at + 6)
        return Size(width & 0x3FFF, height & 0x3FFF)
    return None


def _u24(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 3], "little") if len(data) >= at + 3 else 0


def _measure_avif(data: bytes) -> Size | None:
    """Take the largest of the spatial extents: tiles and alpha planes have theirs as well."""
    starts = (match.end() + 4 for match in re.finditer(b"ispe", data[:HEADER_BYTES]))
    sizes = [Size(*struct.unpack_from(">II", data, at)) for at in starts if at + 8 <= len(data)]
    return max(sizes, key=lambda size: size.width * size.height) if sizes else None


_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_ALONE = frozenset((0x01, *range(0xD0, 0xD8)))


def _measure_jpeg(data: bytes) -> Size | None:
    """Walk from segment to segment to the start of the frame."""
    if not data.startswith(b"\xff\xd8"):
        return None
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return Size(width, height)
        if marker == 0xFF:
            at += 1
        elif marker in _JPEG_ALONE:
            at += 2
        else:
            at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return None


_MEASURES: dict[str, Callable[[bytes], Size | None]] = {
    "image/png": _measure_png,
    "image/jpeg": _measure_jpeg,
    "image/gif": _measure_gif,
    "image/webp": _measure_webp,
    "image/avif": _measure_avif,
    "image/bmp": _measure_bmp,
}
