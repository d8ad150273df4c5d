"""A run's tree of files: what of it stands in the page, and what arrives when it is asked for."""

from __future__ import annotations

import json

import pytest

from reporter.site.contexts import Viewer
from reporter.site.run import artifact_tree
from reporter.site.run.artifact_tree import MAX_PREVIEWS, MAX_ROWS, ArtifactTree, make_tree
from reporter.site.run.contexts import ArtifactRow, LatePart
from reporter.site.theme import Theme

THEME = Theme()
TEMPLATE = "fragments/placeholder.html.j2"


def line(path: str) -> ArtifactRow:
    problem = {"what": "<seen>", "detail": path, "hint": "", "path": path, "href": ""}
    return ArtifactRow(
        name=path.rpartition("/")[2],
        depth=path.count("/"),
        is_folder=False,
        aside="1 B",
        path=path,
        href=f"../artifacts/r/{path}",
        download="x",
        viewer=Viewer(template="fragments/late_rows.html.j2", context=problem),
    )


def folder(path: str) -> ArtifactRow:
    return ArtifactRow(name=path, depth=path.count("/"), is_folder=True, aside="", path=path)


def value(tree: ArtifactTree, part: LatePart | None) -> object:
    assert part is not None
    text = tree.files[part.path].decode()
    assert text.startswith(f'reporter.register("{part.name}",')
    return json.loads(text[text.index(",") + 1 : text.rindex(")")])


@pytest.fixture(autouse=True)
def plain_previews(monkeypatch):
    """Print of a preview no more than its path."""
    monkeypatch.setattr(artifact_tree, "PREVIEW_TEMPLATE", "preview")
    render = THEME.render

    def printed(template: str, page: object) -> bytes:
        return f"<p>{page.path}</p>".encode() if template == "preview" else render(template, page)

    monkeypatch.setattr(Theme, "render", lambda _, template, page: printed(template, page))


def test_a_small_tree_stands_in_the_page():
    rows = [folder("a"), line("a/x.txt"), line("y.txt")]
    tree = make_tree(rows, THEME)
    assert (tree.rows, tree.shown, tree.late, tree.files) == (tree.rows, tuple(rows), None, {})


def test_what_the_page_shows_elsewhere_is_shown_in_the_tree_when_asked_for():
    tree = make_tree([line("x.txt"), line("plot.png")], THEME, {"plot.png"})
    text, plot = tree.shown
    assert (text.viewer is None, plot.viewer) == (False, None)
    assert value(tree, plot.late) == [["plot.png", "<p>plot.png</p>"]]


def test_a_large_tree_shows_what_lies_near_the_top_and_keeps_the_order():
    rows = [row for n in range(150) for row in (folder(f"g{n}"), line(f"g{n}/a"), line(f"g{n}/b"))]
    tree = make_tree([*rows, line("last.txt")], THEME)
    assert len(tree.shown) == MAX_ROWS
    assert [row.path for row in tree.shown if row.is_folder] == [f"g{n}" for n in range(150)]
    assert tree.shown[-1].path == "last.txt"
    assert [tree.rows.index(row) for row in tree.shown if not row.viewer] == sorted(
        tree.rows.index(row) for row in tree.shown if not row.viewer
    )
    html = str(value(tree, tree.late))
    assert html.count("<li") == 451
    assert html.count("data-preview") == 301


def test_every_file_of_a_large_tree_can_be_seen(monkeypatch):
    monkeypatch.setattr(artifact_tree, "CHUNK_CHARS", 100)
    rows = [line(f"{n}.txt") for n in range(MAX_ROWS + 50)]
    tree = make_tree(rows, THEME)
    assert [row.viewer is not None for row in tree.shown].count(True) == MAX_PREVIEWS
    for row in tree.rows:
        assert [row.path, f"<p>{row.path}</p>"] in value(tree, row.late)
    assert len({row.late for row in tree.rows}) > 20


def test_previews_end_somewhere(monkeypatch):
    monkeypatch.setattr(artifact_tree, "MAX_LATE_CHARS", 1_000)
    rows = [line(f"{n:03}.txt") for n in range(200)]
    tree = make_tree(rows, THEME, {row.path for row in rows})
    seen = [row.late is not None for row in tree.shown]
    assert seen == sorted(seen, reverse=True)
    assert 60 < seen.count(True) < 80
    assert all(row.href for row in tree.shown)
