"""Who draws which kind of artifact: an ordered mapping from media-type pattern to render function.

A renderer takes an :class:`ArtifactRequest` and gives back a :class:`Fragment`: a template, a
record for it, and the extra files it needs in the site. It writes nothing and knows no page. The
most specific pattern wins, of equally specific ones the later, and ``*/*`` is a download, so there
is no unsupported kind. Other packages add theirs through the entry-point group
``reporter.renderers``: each entry point names a module (or a callable without arguments) that
registers renderers when it is loaded.

Everything a run logged is hostile, so :func:`render` never raises: a renderer that fails becomes
a placeholder with a problem.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from importlib import metadata
from typing import BinaryIO
from urllib.parse import quote

from reporter.mediatypes import OCTET_STREAM
from reporter.model import Artifact, Problem
from reporter.plugins import load_plugins

__all__ = [
    "ENTRY_POINTS",
    "RENDERERS",
    "ArtifactRequest",
    "FileContent",
    "Fragment",
    "Renderer",
    "environment",
    "load_entry_points",
    "render",
    "renderer",
    "renderer_for",
]

ENTRY_POINTS = "reporter.renderers"

LIBRARIES = (
    "markdown-it-py",
    "nh3",
    "pillow",
    "plotly",
    "pyarrow",
    "pygments",
    "vl-convert-python",
)
"""Distributions whose presence or version changes what a fragment says."""


@dataclass(frozen=True, kw_only=True)
class ArtifactRequest:
    """One artifact to draw, and what a renderer may know of its surroundings.

    Parameters
    ----------
    run_id : str
    artifact : Artifact
    media_type : str
        As :func:`reporter.mediatypes.detect` found it, not as the log declared it.
    open : callable returning BinaryIO
        Opens the artifact's bytes; only called when they are needed.
    site_path : str
        Where the builder puts the raw bytes, below the site's root and not percent-encoded, the
        inert suffix (:func:`reporter.mediatypes.inert_suffix`) included. Empty when the bytes are
        left out of the site.
    thumbnail : str
        Site path of a small copy of a large picture; empty where there is none.
    root : str
        Prefix from the page that shows the fragment to the site's root, e.g. ``"../"``.
    find : callable
        Turns the path of another artifact of the run into its href on the page, or into ``""``.
    """

    run_id: str
    artifact: Artifact
    media_type: str
    open: Callable[[], BinaryIO]
    site_path: str
    thumbnail: str = ""
    root: str = "../"
    find: Callable[[str], str] = lambda path: ""  # noqa: ARG005

    @property
    def name(self) -> str:
        """Last part of the artifact's path: the name offered for a download."""
        return self.artifact.path.rsplit("/", 1)[-1]

    @property
    def href(self) -> str:
        """Link from the page to the raw bytes; empty when they are left out."""
        return self.url(self.site_path) if self.site_path else ""

    @property
    def base_path(self) -> str:
        """Site path that files written for this artifact begin with, e.g. ``….view.html``."""
        return self.site_path or f"artifacts/{self.run_id}/{self.artifact.path}"

    def url(self, site_path: str) -> str:
        """Link from the page to a file of the site, percent-encoded."""
        return self.root + quote(site_path)

    def read(self, limit_bytes: int) -> bytes:
        """Read the first `limit_bytes` bytes, or all there are."""
        with self.open() as stream:
            return stream.read(limit_bytes)

    def problem(self, what: str, detail: str = "", hint: str = "") -> Problem:
        """Record something wrong with this artifact."""
        where = f"{self.run_id}/{self.artifact.path}"
        return Problem(what=what, where=where, detail=detail, hint=hint)


FileContent = bytes | Callable[[], bytes]
"""Bytes of a site file, or a function that makes them when the file is written."""


@dataclass(frozen=True, kw_only=True)
class Fragment:
    """How an artifact is shown.

    Parameters
    ----------
    template : str
        Template of the fragment, below ``templates/``.
    context : object
        The renderer's own frozen record; the template sees it as ``view``.
    files : mapping of str to FileContent
        Further files of the site, by site path. Equal paths hold equal bytes: a runtime that
        several figures need is named by its digest and may be written once.
    is_figure : bool
        Whether it belongs into the gallery.
    is_inline : bool
        Whether it is worth opening in the page; otherwise it is a row with a download link.
    page : str
        Site path of the page that the artifact's link opens. Empty when the link leads to the raw
        bytes, which are then offered as a download.
    width, height : int
        Natural size in CSS pixels, 0 when unknown.
    caption : str
        One short text for the gallery, e.g. ``480 × 360``.
    problem : Problem or None
        What could not be read; it belongs on the list of problems.
    """

    template: str
    context: object
    files: Mapping[str, FileContent] = field(default_factory=dict)
    is_figure: bool = False
    is_inline: bool = True
    page: str = ""
    width: int = 0
    height: int = 0
    caption: str = ""
    problem: Problem | None = None


Renderer = Callable[[ArtifactRequest], Fragment]

RENDERERS: dict[str, Renderer] = {}
"""Media-type pattern to renderer, in the order of registration."""


def renderer(*patterns: str) -> Callable[[Renderer], Renderer]:
    """Register a function for media-type patterns such as ``image/png`` or ``text/*``.

    Parameters
    ----------
    *patterns : str
        Shell-style patterns over lower-case media types.

    Returns
    -------
    callable
        A decorator that returns the function unchanged.
    """

    def register(function: Renderer) -> Renderer:
        for pattern in patterns:
            RENDERERS.pop(pattern, None)
            RENDERERS[pattern] = function
        return function

    return register


def renderer_for(media_type: str) -> Renderer:
    """Find the renderer whose pattern says most about this media type.

    Parameters
    ----------
    media_type : str

    Returns
    -------
    Renderer

    Raises
    ------
    LookupError
        When nothing matches, which the pattern ``*/*`` prevents.
    """
    wanted = media_type.lower()
    matching = [pattern for pattern in RENDERERS if fnmatchcase(wanted, pattern)]
    if not matching:
        raise LookupError(f"no renderer for media type {media_type!r}")
    return RENDERERS[max(reversed(matching), key=_specificity)]


def render(request: ArtifactRequest) -> Fragment:
    """Draw an artifact; never raises.

    Parameters
    ----------
    request : ArtifactRequest

    Returns
    -------
    Fragment
        A placeholder with a problem when the renderer failed.
    """
    try:
        return renderer_for(request.media_type or OCTET_STREAM)(request)
    except Exception as error:  # noqa: BLE001  (recorded; hostile bytes must not stop a build)
        return _fallback(request, error)


def environment() -> str:
    """Name the installed libraries that decide how artifacts look.

    Returns
    -------
    str
        A page that was drawn in another environment must be drawn again: its placeholder may say
        that a library is missing.
    """
    return " ".join(f"{name} {_version(name)}" for name in LIBRARIES)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"


def load_entry_points() -> None:
    """Let installed packages register theirs; once a process, before the first build."""
    load_plugins(ENTRY_POINTS)


def _specificity(pattern: str) -> int:
    """Count the characters that a pattern fixes."""
    return len(pattern) - pattern.count("*")


def _fallback(request: ArtifactRequest, error: Exception) -> Fragment:
    from reporter.renderers.placeholder import placeholder

    if isinstance(error, FileNotFoundError):
        problem = request.problem("Missing artifact", "listed by the run, not in the store")
        return placeholder(request, replace(problem, severity="error"))
    detail = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    return placeholder(request, request.problem("Artifact not shown", detail))
