"""A run's figures by folder: the first of them in its page, all others when they are asked for.

A page with five thousand pictures would be five megabytes of HTML, before the first picture. So
what does not fit is rendered into data files, so many cards at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from reporter.renderers.data_files import DataFile, data_file
from reporter.site.cells import plural
from reporter.site.contexts import FigureCard
from reporter.site.run.contexts import FigureGroup, LatePart
from reporter.site.run.gallery import late_frames
from reporter.site.theme import Theme

__all__ = ["Gallery", "make_gallery"]

FEW_CARDS = 12
"""So many need no headings."""

STEPS = " "
"""Stands for the folder of images by step, which is no folder's name."""

PAGE_CARDS = 60
"""Of all folders together, in the page."""

FOLDER_CARDS = 10
"""Of one folder of several."""

LATE_CARDS = 120
"""In a data file: about 80 kB."""

TEMPLATE = "fragments/late_figures.html.j2"


@dataclass(frozen=True, kw_only=True)
class Gallery:
    """The figures of a run's page.

    Parameters
    ----------
    groups : tuple of FigureGroup
        Images by step, then by folder.
    n_figures : int
    files : dict of str to bytes
        By site path, what the page may ask for.
    """

    groups: tuple[FigureGroup, ...]
    n_figures: int
    files: dict[str, bytes] = field(default_factory=dict)


def make_gallery(cards: Iterable[FigureCard], theme: Theme) -> Gallery:
    """Divide a run's figures among its page and data files.

    Parameters
    ----------
    cards : iterable of FigureCard
        In the order of paths.
    theme : Theme
        Renders the cards that arrive late.

    Returns
    -------
    Gallery
    """
    files: dict[str, bytes] = {}

    def keep(made: DataFile | None) -> None:
        if made:
            files[made.path] = made.content

    all_cards = list(cards)
    folders: dict[str, list[FigureCard]] = {}
    for card in all_cards:
        short, frames = late_frames(card)
        keep(frames)
        folder = _folder(card) if len(all_cards) > FEW_CARDS else ""
        folders.setdefault(folder, []).append(short)
    left, groups = PAGE_CARDS, []
    for folder in sorted(folders, key=lambda name: (name != STEPS, name)):
        found = folders[folder]
        n_shown = min(left, len(found), FOLDER_CARDS if len(folders) > 1 else PAGE_CARDS)
        late = _late(found[n_shown:], theme)
        for made in late:
            keep(made)
        groups.append(_group(folder, found, n_shown, late))
        left -= n_shown
    return Gallery(groups=tuple(groups), n_figures=len(all_cards), files=files)


def _folder(card: FigureCard) -> str:
    """Images logged by key and step stand together, whatever their files are called."""
    return STEPS if card.frames else card.path.rpartition("/")[0]


def _late(cards: Sequence[FigureCard], theme: Theme) -> list[DataFile]:
    chunks = (cards[start : start + LATE_CARDS] for start in range(0, len(cards), LATE_CARDS))
    return [data_file("figures-late", theme.render(TEMPLATE, chunk).decode()) for chunk in chunks]


def _group(
    folder: str, cards: Sequence[FigureCard], n_shown: int, late: Sequence[DataFile]
) -> FigureGroup:
    n_late = len(cards) - n_shown
    return FigureGroup(
        folder=folder,
        title={"": "Top folder", STEPS: "By step"}.get(folder, folder),
        count=plural(len(cards), "figure"),
        cards=tuple(cards[:n_shown]),
        late=tuple(LatePart(path=made.path, name=made.name) for made in late),
        late_text=f"{plural(n_late, 'figure')} more among the artifacts" if n_late else "",
        is_open=n_shown > 0,
    )
