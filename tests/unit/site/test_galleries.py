"""A run's figures: by folder when they are many, and no more in the page than it can hold."""

from __future__ import annotations

import json

from reporter.renderers.image import TEMPLATE, ImageView
from reporter.site.contexts import FigureCard, FigureStep, Viewer
from reporter.site.run.galleries import (
    FEW_CARDS,
    FOLDER_CARDS,
    LATE_CARDS,
    PAGE_CARDS,
    make_gallery,
)
from reporter.site.run.gallery import MAX_FRAMES
from reporter.site.theme import Theme

THEME = Theme()


def card(path: str, n_frames: int = 0) -> FigureCard:
    view = ImageView(src=f"../{path}", href=f"../{path}", alt="<b>", width=4, height=3)
    frames = tuple(
        FigureStep(step=10 * n, href=f"../s/{n}.png", src=f"../s/{n}.png") for n in range(n_frames)
    )
    viewer = Viewer(template=TEMPLATE, context=view)
    return FigureCard(path=path, name=path, size="1 B", viewer=viewer, frames=frames)


def values(gallery) -> dict[str, object]:
    """Return what each data file registers."""
    texts = (content.decode() for content in gallery.files.values())
    pairs = (text.removeprefix("reporter.register(").rstrip(");\n").split(",", 1) for text in texts)
    return {json.loads(name): json.loads(value) for name, value in pairs}


def test_few_figures_need_no_folders():
    gallery = make_gallery([card(f"{n}/a.png") for n in range(FEW_CARDS)], THEME)
    (group,) = gallery.groups
    assert len(group.cards) == gallery.n_figures == FEW_CARDS
    assert (group.late, gallery.files) == ((), {})


def test_many_are_divided_by_folder_with_images_by_step_first():
    cards = [card(f"b/{n}.png") for n in range(12)] + [card("a/x.png"), card("top.png")]
    gallery = make_gallery([*cards, card("images/k.png", n_frames=3)], THEME)
    titles = [(group.title, group.count, len(group.cards)) for group in gallery.groups]
    assert titles == [
        ("By step", "1 figure", 1),
        ("Top folder", "1 figure", 1),
        ("a", "1 figure", 1),
        ("b", "12 figures", FOLDER_CARDS),
    ]
    assert gallery.groups[3].late_text == "2 figures more among the artifacts"


def test_five_thousand_figures_leave_a_page_small_and_none_out():
    cards = [card(f"f{n % 10}/{n:04}.png") for n in range(5_000)]
    gallery = make_gallery(cards, THEME)
    shown = [c.path for group in gallery.groups for c in group.cards]
    late = values(gallery)
    html = "".join(str(late[part.name]) for group in gallery.groups for part in group.late)
    assert len(shown) == PAGE_CARDS
    assert [group.is_open for group in gallery.groups] == [True] * 6 + [False] * 4
    assert all(f'data-path="{c.path}"' in html or c.path in shown for c in cards)
    assert html.count("<figure") == 5_000 - PAGE_CARDS
    assert max(str(text).count("<figure") for text in late.values()) == LATE_CARDS
    assert 'alt="&lt;b&gt;"' in html


def test_a_long_series_stands_in_the_page_as_a_choice_of_its_steps():
    gallery = make_gallery([card("s.png", n_frames=2_000)], THEME)
    (shown,) = gallery.groups[0].cards
    steps = [frame.step for frame in shown.frames]
    assert (len(steps), steps[0], steps[-1]) == (MAX_FRAMES, 0, 19_990)
    rows = values(gallery)[shown.late_frames_name]
    assert (len(rows), rows[7]) == (2_000, [70, "../s/7.png", "../s/7.png"])
