"""A run's figures as cards of a gallery. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reporter.renderers import Fragment
from reporter.renderers.data_files import DataFile, data_file
from reporter.site import links
from reporter.site.artifacts import Exhibit
from reporter.site.cells import plural
from reporter.site.contexts import FigureCard, FigureStep, Link, Viewer
from reporter.site.numbers import format_bytes
from reporter.site.wall.figures import series_of, without_steps

__all__ = ["figure_card", "figure_cards", "late_frames"]

MAX_FRAMES = 50
"""Of a series, in the page."""


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
    series = series_of(file.artifact)
    return FigureCard(
        path=file.artifact.path,
        name=file.name,
        size=format_bytes(file.artifact.size_bytes) if file.site_path else "missing",
        viewer=Viewer(template=fragment.template, context=fragment.context),
        caption=_series_key(exhibit) if frames else fragment.caption if series else "",
        detail=fragment.caption if fragment.caption and not series else _size_of(fragment),
        frames=frames,
        n_frames=plural(len(frames), "step") if frames else "",
        run=run,
        color=color,
    )


def _size_of(fragment: Fragment) -> str:
    return f"{fragment.width:,} × {fragment.height:,}" if fragment.width else ""


def is_shown_as_figure(exhibit: Exhibit) -> bool:
    """Tell whether an artifact belongs into the gallery; a missing figure leaves a visible hole."""
    return exhibit.fragment.is_figure or not exhibit.file.site_path
