"""The fallback: what can be said of bytes that nobody knows how to draw.

Size and digest are columns of the artifact list already; this adds the first bytes as hexadecimal
and text, as a hex editor shows them.
"""

from __future__ import annotations

from dataclasses import dataclass

from reporter.renderers.registry import ArtifactRequest, Fragment, renderer

__all__ = ["BinaryView", "HexLine", "render_binary"]

HEX_BYTES = 256
"""Enough for every magic number and most headers; 16 lines."""

LINE_BYTES = 16


@dataclass(frozen=True, kw_only=True)
class HexLine:
    """Sixteen bytes."""

    offset: str
    """Of the first, as eight hex digits."""
    hex: str
    """Padded to the width of a whole line."""
    text: str
    """The printable ASCII among them, a dot for each other."""


@dataclass(frozen=True, kw_only=True)
class BinaryView:
    """Bytes without a picture."""

    media_type: str
    digest: str
    """SHA-256 in full; empty when it was never taken."""
    lines: tuple[HexLine, ...]
    """The first bytes; empty when there are none."""
    note: str
    """How many bytes are shown."""


@renderer("*/*")
def render_binary(request: ArtifactRequest) -> Fragment:
    """Show the first bytes of a file."""
    data = request.read(HEX_BYTES)
    view = BinaryView(
        media_type=request.media_type,
        digest=request.artifact.sha256,
        lines=tuple(_hex_line(at, data[at : at + LINE_BYTES]) for at in _offsets(data)),
        note=f"First {len(data)} bytes" if data else "Empty file",
    )
    return Fragment(template="fragments/binary.html.j2", context=view, is_inline=bool(data))


def _offsets(data: bytes) -> range:
    return range(0, len(data), LINE_BYTES)


def _hex_line(offset: int, data: bytes) -> HexLine:
    text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in data)
    width = 3 * LINE_BYTES - 1
    return HexLine(offset=f"{offset:08x}", hex=data.hex(" ").ljust(width), text=text)
