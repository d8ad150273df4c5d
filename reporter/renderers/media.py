"""Sound and moving pictures: the browser's own player, which loads nothing until it is asked to.

Kinds that no browser plays are left to the download fallback.
"""

from __future__ import annotations

from dataclasses import dataclass

from reporter.renderers.placeholder import placeholder
from reporter.renderers.registry import ArtifactRequest, Fragment, renderer

__all__ = ["MediaView", "render_media"]


@dataclass(frozen=True, kw_only=True)
class MediaView:
    """A player."""

    src: str
    element: str
    """``audio`` or ``video``."""
    label: str
    """Name for screen readers."""


@renderer("audio/*", "video/mp4", "video/webm", "video/ogg", "video/quicktime")
def render_media(request: ArtifactRequest) -> Fragment:
    """Show a player."""
    if not request.site_path:
        return placeholder(request, request.problem("Left out of the site"), is_reported=False)
    element = request.media_type.partition("/")[0]
    view = MediaView(src=request.href, element=element, label=request.name)
    return Fragment(template="fragments/media.html.j2", context=view)
