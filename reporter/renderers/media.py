"""Sound and moving pictures: the browser's own player, which loads nothing until it is asked to.

Kinds that no browser plays are left to the download fallback.
"""

from __future__ import annotations

from dataclasses import dataclass

from reporter.renderers.placeholder import placeholder
from reporter.renderers.registry import ArtifactRequest, Fragment, renderer
from reporter.renderers.waveform import draw_path, read_waveform

__all__ = ["MediaView", "render_media"]


@dataclass(frozen=True, kw_only=True)
class MediaView:
    """A player."""

    src: str
    element: str
    """``audio`` or ``video``."""
    label: str
    """Name for screen readers."""
    wave: str = ""
    """``d`` of a drawing of a sound, in a box of 240 by 48; empty when it cannot be drawn."""
    note: str = ""
    """``0:03, 44.1 kHz, stereo``; empty when it is not known."""


@renderer("audio/*", "video/mp4", "video/webm", "video/ogg", "video/quicktime")
def render_media(request: ArtifactRequest) -> Fragment:
    """Show a player."""
    if not request.site_path:
        return placeholder(request, request.problem("Left out of the site"), is_reported=False)
    element = request.media_type.partition("/")[0]
    wave, note = _describe(request) if element == "audio" else ("", "")
    view = MediaView(src=request.href, element=element, label=request.name, wave=wave, note=note)
    return Fragment(template="fragments/media.html.j2", context=view)


def _describe(request: ArtifactRequest) -> tuple[str, str]:
    """Draw a sound, and say how long it is."""
    with request.open() as stream:
        found = read_waveform(request.media_type, stream)
    if found is None:
        return "", ""
    minutes, seconds = divmod(round(found.seconds), 60)
    length = f"{minutes}:{seconds:02}" if found.seconds >= 1 else f"{found.seconds * 1000:.0f} ms"
    channels = {1: "mono", 2: "stereo"}.get(found.n_channels, f"{found.n_channels} channels")
    return draw_path(found.peaks), f"{length}, {found.rate_hz / 1000:g} kHz, {channels}"
