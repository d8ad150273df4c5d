"""The hole where something should be: says which file, what is wrong and what can be done.

Nothing hides a problem: a picture that is none, a figure without its library, a file that is gone
each keep their place on the page.
"""

from __future__ import annotations

from dataclasses import dataclass

from reporter.mediatypes import guess
from reporter.model import Problem
from reporter.renderers.registry import ArtifactRequest, Fragment

__all__ = ["TEMPLATE", "PlaceholderView", "is_meant_as_figure", "placeholder"]

TEMPLATE = "fragments/placeholder.html.j2"


@dataclass(frozen=True, kw_only=True)
class PlaceholderView:
    """What stands in the hole."""

    path: str
    """The artifact's, as it was logged."""
    what: str
    detail: str
    hint: str
    href: str
    """Of the raw bytes; empty when they are not in the site."""
    download: str
    """Name to save them under."""


def placeholder(
    request: ArtifactRequest,
    problem: Problem,
    *,
    is_figure: bool | None = None,
    is_reported: bool = True,
) -> Fragment:
    """Show a hole.

    Parameters
    ----------
    request : ArtifactRequest
    problem : Problem
        What is wrong; `what`, `detail` and `hint` are shown.
    is_figure : bool, optional
        Whether the hole is one in the gallery; decided by kind and name when not given.
    is_reported : bool
        False when nothing is wrong with the file and the hole only explains itself.

    Returns
    -------
    Fragment
    """
    view = PlaceholderView(
        path=request.artifact.path,
        what=problem.what,
        detail=problem.detail,
        hint=problem.hint,
        href=request.href,
        download=request.name,
    )
    return Fragment(
        template=TEMPLATE,
        context=view,
        is_figure=is_meant_as_figure(request) if is_figure is None else is_figure,
        problem=problem if is_reported else None,
    )


def is_meant_as_figure(request: ArtifactRequest) -> bool:
    """Tell from kind and name whether whoever logged it wanted to show it."""
    artifact = request.artifact
    return artifact.kind in {"figure", "image"} or guess(artifact.path).startswith("image/")
