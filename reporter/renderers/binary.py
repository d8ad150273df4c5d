"""The fallback: what can be said of bytes that nobody knows how to draw.

Size and digest are columns of the artifact list already; this adds the first bytes as hexadecimal
and text, as a hex editor shows them.
"""

from __future__ import annotations

from dataclasses import dataclass

from reporter.model import Problem
from reporter.renderers.registry import ArtifactRequest, Fragment, renderer

__all__ = ["BinaryView", "HexLine", "render_binary", "render_unreadable"]

HEX_BYTES = 256
"""Enough for every magic number and most headers; 16 lines."""

LINE_BYTES = 16


@dataclass(frozen=True, kw_only=True)
class HexLine:
    """Sixteen bytes."""

    offset: str
    """Of the first, as eight hex digits."""
    hex: str
    text: str
    """The printable ASCII among them, a dot for each other."""


@dataclass(frozen=True, kw_only=True)
class BinaryView:
    """Bytes without a picture."""

    media_type: str
    digest: str
    """``sha256`` in full; empty when it was never taken."""
    lines: tuple[HexLine, ...]
    """The first bytes; empty when they cannot be read or the file is empty."""
    note: str
    """What is shown or why nothing is."""
    href: str
    """Of the raw bytes; empty when they are not in the site."""
    download: str
    """Name to save it under."""


@renderer("*/*")
def render_binary(request: ArtifactRequest) -> Fragment:
    """Show the first bytes of a file."""
    lines = tuple(_hex_lines(request.read(HEX_BYTES)))
    n_bytes = min(HEX_BYTES, request.artifact.size_bytes)
    note = f"First {n_bytes} bytes." if lines else "Empty file."
    return Fragment(template=TEMPLATE, context=_view(request, lines, note), is_inline=bool(lines))


def render_unreadable(request: ArtifactRequest, problem: Problem) -> Fragment:
    """Show a placeholder for a file that cannot be read or drawn."""
    view = _view(request, (), f"{problem.what}. {problem.detail}".strip())
    return Fragment(template=TEMPLATE, context=view, problem=problem)


TEMPLATE = "fragments/binary.html.j2"


def _view(request: ArtifactRequest, lines: tuple[HexLine, ...], note: str) -> BinaryView:
    return BinaryView(
        media_type=request.media_type,
        digest=request.artifact.sha256,
        lines=lines,
        note=note,
        href=request.href,
        download=request.name,
    )


def _hex_lines(data: bytes) -> list[HexLine]:
    return [_hex_line(at, data[at : at + LINE_BYTES]) for at in range(0, len(data), LINE_BYTES)]


def _hex_line(offset: int, data: bytes) -> HexLine:
    text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in data)
    return HexLine(offset=f"{offset:08x}", hex=data.hex(" "), text=text)
