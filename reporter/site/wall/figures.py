"""Figures over many runs: the pictures of an experiment's wall, and which of them are one series.

Images that were logged by key and step are one series, whatever their files are called. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reporter import mediatypes
from reporter.image_names import parse_image_name
from reporter.model import Artifact
from reporter.site import payload
from reporter.site.artifacts import ShippedFile
from reporter.site.lookup import ExperimentLookup
from reporter.site.wall.thumbnails import SUFFIX

__all__ = ["ImageSeries", "figures_file", "series_of", "without_steps"]

_SHOWN_AS_THEY_ARE = frozenset(
    f"image/{kind}" for kind in ("png", "jpeg", "gif", "webp", "avif", "bmp")
)


@dataclass(frozen=True)
class ImageSeries:
    """Which picture of which series an artifact is."""

    key: str
    step: int


def series_of(artifact: Artifact) -> ImageSeries | None:
    """Tell which series an image belongs to.

    Parameters
    ----------
    artifact : Artifact

    Returns
    -------
    ImageSeries or None
        None for a picture that stands alone.
    """
    if artifact.key and artifact.step is not None:
        return ImageSeries(artifact.key, artifact.step)
    found = parse_image_name(artifact.path)
    return ImageSeries(found.key, found.step) if found else None


def figures_file(
    lookup: ExperimentLookup, files: Iterable[ShippedFile]
) -> tuple[str, bytes] | None:
    """Write the data file of an experiment's pictures.

    Parameters
    ----------
    lookup : ExperimentLookup
    files : iterable of ShippedFile
        Likely figures of its runs.

    Returns
    -------
    (str, bytes) or None
        Name and content; None when no picture can be shown in a wall. Four columns of equal
        length: place of the name among ``names``, run's ordinal, step (null for a picture that
        stands alone) and site path without what every artifact of the run begins with (a path
        that begins otherwise is whole, after a slash). ``small`` has the places of the pictures
        that have a small copy, whose path is theirs with `suffix` at its end.
    """
    rows = sorted(_rows(lookup, files))
    if not rows:
        return None
    names = list(dict.fromkeys(row.name for row in rows))
    places = {name: place for place, name in enumerate(names)}
    record = {
        "names": names,
        "name": [places[row.name] for row in rows],
        "run": [row.ordinal for row in rows],
        "step": [row.step if row.has_step else None for row in rows],
        "path": [row.path for row in rows],
        "small": [place for place, row in enumerate(rows) if row.has_small],
        "suffix": SUFFIX,
    }
    return payload.data_file(f"figures-{lookup.experiment.id}", record)


class _Row(NamedTuple):
    """A picture, in the order in which they are listed."""

    name: str
    ordinal: int
    has_step: bool
    step: int
    path: str
    has_small: bool


def _rows(lookup: ExperimentLookup, files: Iterable[ShippedFile]) -> Iterable[_Row]:
    for file in files:
        item = lookup.by_id[file.run_id]
        path = _picture(file, has_page=item.has_page)
        if not path or _is_thumbnail(file.artifact):
            continue
        series = series_of(file.artifact)
        prefix = f"artifacts/{file.run_id}/"
        short = path.removeprefix(prefix) if path.startswith(prefix) else f"/{path}"
        name = series.key if series else file.artifact.path
        yield _Row(
            name=name,
            ordinal=item.ordinal,
            has_step=series is not None,
            step=series.step if series else 0,
            path=short,
            has_small=bool(file.thumbnail) and path == file.site_path,
        )


def _picture(file: ShippedFile, *, has_page: bool) -> str:
    """Return the site path of what an ``<img>`` can show; an SVG's copy is made with the page."""
    guessed = file.artifact.media_type or mediatypes.guess(file.artifact.path)
    if not file.site_path:
        return ""
    if guessed in _SHOWN_AS_THEY_ARE:
        return file.site_path
    return f"{file.site_path}.view.svg" if guessed == "image/svg+xml" and has_page else ""


def _is_thumbnail(artifact: Artifact) -> bool:
    found = parse_image_name(artifact.path)
    return found is not None and found.is_small


def without_steps(files: Sequence[ShippedFile]) -> list[ShippedFile]:
    """Leave of each run's series only the last picture: the wall and the player show the rest.

    Parameters
    ----------
    files : sequence of ShippedFile

    Returns
    -------
    list of ShippedFile
        In the order given.
    """
    latest: dict[tuple[str, str], tuple[int, int]] = {}
    for place, file in enumerate(files):
        series = series_of(file.artifact)
        if series and not _is_thumbnail(file.artifact):
            known = latest.get((file.run_id, series.key))
            if known is None or series.step >= known[0]:
                latest[file.run_id, series.key] = (series.step, place)
    kept = {place for _, place in latest.values()}
    return [f for place, f in enumerate(files) if place in kept or not series_of(f.artifact)]
