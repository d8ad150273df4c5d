"""Files that are described and never loaded: models, arrays, archives.

A pickle runs code when it is loaded, so nothing here loads anything: headers that are plain data
are parsed, everything else is named. All these renderers share one view: a few facts and, where
there is one, a listing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reporter.model import Problem
from reporter.renderers.image import ImageView
from reporter.renderers.registry import ArtifactRequest, FileContent, Fragment, renderer

__all__ = ["FactsView", "Histogram", "Listing", "facts_fragment", "render_model_file"]

_KINDS = {
    "application/x-python-pickle": "Python pickle",
    "application/x-pytorch": "PyTorch checkpoint",
    "application/x-keras": "Keras model",
    "application/x-skops": "skops model",
    "application/x-hdf5": "HDF5 file",
    "application/x-tflite": "TensorFlow Lite model",
    "application/x-protobuf": "Protocol buffer",
    "application/x-model": "Model file",
}


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A table of what is inside."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    """Per column, whether it is aligned right."""
    note: str = ""
    """When rows are left out."""


class Histogram(NamedTuple):
    """How the numbers inside spread."""

    path: str
    """``d`` in a box of 60 by 16."""
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class FactsView:
    """A description of a file."""

    title: str
    """What it is, e.g. ``Python pickle``."""
    note: str
    facts: tuple[tuple[str, str], ...]
    """Label and value."""
    listings: tuple[Listing, ...]
    digest: str
    """SHA-256 in full; empty when it was never taken."""
    histogram: Histogram | None = None
    pictures: tuple[ImageView, ...] = ()


@renderer(*_KINDS)
def render_model_file(request: ArtifactRequest) -> Fragment:
    """Name a file that is never loaded."""
    return facts_fragment(request, _KINDS[request.media_type], note="Never loaded by this report")


def facts_fragment(
    request: ArtifactRequest,
    title: str,
    *,
    note: str = "",
    facts: Sequence[tuple[str, str]] = (),
    listings: Sequence[Listing] = (),
    problem: Problem | None = None,
    histogram: Histogram | None = None,
    pictures: Sequence[ImageView] = (),
    files: Mapping[str, FileContent] | None = None,
) -> Fragment:
    """Describe a file.

    Parameters
    ----------
    request : ArtifactRequest
    title : str
        What it is.
    note : str
        One short sentence without a full stop.
    facts : sequence of (str, str)
        Labels and values.
    listings : sequence of Listing
    problem : Problem, optional
    histogram : Histogram, optional
    pictures : sequence of ImageView
        Of what is inside, each with what it shows as its alternative text.
    files : mapping of str to FileContent, optional
        Those pictures.

    Returns
    -------
    Fragment
    """
    view = FactsView(
        title=title,
        note=problem.what if problem and not note else note,
        facts=tuple(facts),
        listings=tuple(listings),
        digest=request.artifact.sha256,
        histogram=histogram,
        pictures=tuple(pictures),
    )
    return Fragment(
        template="fragments/facts.html.j2", context=view, files=files or {}, problem=problem
    )
