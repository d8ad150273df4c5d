"""A run's files on its page: the gallery of figures and the tree of artifacts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from reporter.renderers.data_files import DataFile, data_file
from reporter.site import links
from reporter.site.artifacts import Exhibit, ShippedFile
from reporter.site.cells import plural
from reporter.site.console import is_console
from reporter.site.contexts import FigureCard, FigureStep, Link, Viewer
from reporter.site.figures import series_of, without_steps
from reporter.site.numbers import format_bytes
from reporter.site.run_contexts import ArtifactRow

__all__ = ["artifact_rows", "cut_rows", "figure_card", "figure_cards", "late_frames"]

MAX_FRAMES = 50
"""Of a series, in the page."""

_WORDS = re.compile(r"[0-9]{1,18}|[^0-9]+")

MAX_ROWS = 200
MAX_PREVIEWS = 40
"""Of the tree in the page: what a person scrolls through. All files have their own page."""


def figure_cards(exhibits: Iterable[Exhibit], page: str) -> tuple[FigureCard, ...]:
    """Choose the gallery of a run's page: what its renderer calls a figure, and missing figures.

    Parameters
    ----------
    exhibits : iterable of Exhibit
    page : str
        Site path of the run's page.

    Returns
    -------
    tuple of FigureCard
        One for all pictures of a series, which shows the last.
    """
    shown = [exhibit for exhibit in exhibits if is_shown_as_figure(exhibit)]
    frames = _frames(shown, page)
    kept = {id(file) for file in without_steps([exhibit.file for exhibit in shown])}
    return tuple(
        figure_card(exhibit, frames=frames.get(_series_key(exhibit), ()))
        for exhibit in shown
        if id(exhibit.file) in kept
    )


def _frames(exhibits: Iterable[Exhibit], page: str) -> dict[str, tuple[FigureStep, ...]]:
    """Return each series of several pictures, by step."""
    found: dict[str, dict[int, FigureStep]] = {}
    for exhibit in exhibits:
        series = series_of(exhibit.file.artifact)
        if series and exhibit.fragment.page:
            href = links.href(page, exhibit.fragment.page)
            small = exhibit.file.thumbnail
            src = links.href(page, small) if small else href
            step = FigureStep(step=series.step, href=href, src=src)
            found.setdefault(series.key, {})[series.step] = step
    return {
        key: tuple(steps[step] for step in sorted(steps))
        for key, steps in found.items()
        if len(steps) > 1
    }


def late_frames(card: FigureCard) -> tuple[FigureCard, DataFile | None]:
    """Leave a choice of a long series in the page; the others arrive when they are asked for.

    Parameters
    ----------
    card : FigureCard

    Returns
    -------
    (FigureCard, DataFile or None)
        The card as it was and None, when its series is short.
    """
    if len(card.frames) <= MAX_FRAMES:
        return card, None
    data = data_file("frames", [[frame.step, frame.href, frame.src] for frame in card.frames])
    last = len(card.frames) - 1
    chosen = sorted({round(place * last / (MAX_FRAMES - 1)) for place in range(MAX_FRAMES)})
    shown = tuple(card.frames[place] for place in chosen)
    return replace(card, frames=shown, late_frames=data.path, late_frames_name=data.name), data


def _series_key(exhibit: Exhibit) -> str:
    series = series_of(exhibit.file.artifact)
    return series.key if series else ""


def figure_card(
    exhibit: Exhibit,
    *,
    run: Link | None = None,
    color: int = 0,
    frames: tuple[FigureStep, ...] = (),
) -> FigureCard:
    """Make a card of a gallery.

    Parameters
    ----------
    exhibit : Exhibit
    run : Link or None
        Whose figure it is, where that is not plain from the page.
    color : int
        Colour of that run, 1 to 8.
    frames : tuple of FigureStep
        The series that it is the last picture of.

    Returns
    -------
    FigureCard
    """
    file, fragment = exhibit.file, exhibit.fragment
    return FigureCard(
        path=file.artifact.path,
        name=file.name,
        size=format_bytes(file.artifact.size_bytes) if file.site_path else "missing",
        viewer=Viewer(template=fragment.template, context=fragment.context),
        caption=_series_key(exhibit) if frames else fragment.caption,
        frames=frames,
        n_frames=plural(len(frames), "step") if frames else "",
        run=run,
        color=color,
    )


def is_shown_as_figure(exhibit: Exhibit) -> bool:
    """Tell whether an artifact belongs into the gallery; a missing figure leaves a visible hole."""
    return exhibit.fragment.is_figure or not exhibit.file.site_path


def artifact_rows(
    files: Sequence[ShippedFile], exhibits: Iterable[Exhibit], page: str
) -> tuple[ArtifactRow, ...]:
    """Make the tree of artifacts: folders first where they begin, files below them.

    Parameters
    ----------
    files : sequence of ShippedFile
        By path.
    exhibits : iterable of Exhibit
    page : str
        Site path of the run's page.

    Returns
    -------
    tuple of ArtifactRow
    """
    drawn = {exhibit.file.artifact.path: exhibit for exhibit in exhibits}
    counts = _folder_counts(files)
    rows: list[ArtifactRow] = []
    opened: set[str] = set()
    for file in sorted(files, key=lambda item: _reading_order(item.artifact.path)):
        for folder in _folders(file.artifact.path):
            if folder not in opened:
                opened.add(folder)
                rows.append(_folder_row(folder, counts[folder]))
        rows.append(_file_row(file, drawn.get(file.artifact.path), page))
    return tuple(rows)


def _reading_order(path: str) -> list[list[tuple[int, int, str]]]:
    """Order names as people do: by part, and ``step 9`` before ``step 10``."""
    return [
        [(0, int(word), "") if word.isdecimal() else (1, 0, word) for word in _WORDS.findall(part)]
        for part in path.split("/")
    ]


def cut_rows(rows: Sequence[ArtifactRow]) -> tuple[ArtifactRow, ...]:
    """Leave of the tree what a page can hold.

    Parameters
    ----------
    rows : sequence of ArtifactRow

    Returns
    -------
    tuple of ArtifactRow
        All of them when they are few; of many files the first have previews.
    """
    n_previews = 0
    kept = []
    for row in rows[:MAX_ROWS]:
        n_previews += row.viewer is not None
        kept.append(replace(row, viewer=None) if row.viewer and n_previews > MAX_PREVIEWS else row)
    return tuple(kept)


def _file_row(file: ShippedFile, exhibit: Exhibit | None, page: str) -> ArtifactRow:
    artifact = file.artifact
    depth = artifact.path.count("/")
    if not file.site_path:
        size = format_bytes(artifact.size_bytes)
        why = file.problem.what.lower() if file.problem else f"{size}, {file.left_out}"
        return ArtifactRow(
            name=file.name,
            depth=depth,
            is_folder=False,
            aside=why,
            path=artifact.path,
            place=file.place,
            is_missing=file.problem is not None,
        )
    target = exhibit.fragment.page if exhibit else ""
    return ArtifactRow(
        name=file.name,
        depth=depth,
        is_folder=False,
        aside=format_bytes(artifact.size_bytes),
        path=artifact.path,
        href=links.href(page, target or file.site_path),
        download="" if target else file.name,
        viewer=_preview(exhibit),
        digest=f"sha256 {file.sha256[:4]}…{file.sha256[-2:]}",
    )


def _preview(exhibit: Exhibit | None) -> Viewer | None:
    """Show in the tree what the page does not show already, among figures or as output."""
    if exhibit is None or not exhibit.fragment.is_inline or exhibit.fragment.is_figure:
        return None
    if is_console(exhibit.file.artifact.path):
        return None
    return Viewer(template=exhibit.fragment.template, context=exhibit.fragment.context)


def _folder_row(folder: str, n_files: int) -> ArtifactRow:
    return ArtifactRow(
        name=folder.rsplit("/", 1)[-1],
        depth=folder.count("/"),
        is_folder=True,
        aside=plural(n_files, "file"),
        path=folder,
    )


def _folder_counts(files: Iterable[ShippedFile]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for file in files:
        for folder in _folders(file.artifact.path):
            counts[folder] = counts.get(folder, 0) + 1
    return counts


def _folders(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts))]
