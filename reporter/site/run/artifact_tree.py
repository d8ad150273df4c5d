"""The tree of a run's artifacts: its lines, and what is seen of each file when it is chosen.

A page holds the upper part of a large tree and the first previews. All other lines and previews are
rendered into data files that the page asks for, so that everything a run left behind can be looked
at without leaving its page, and the page stays small.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reporter.renderers.data_files import data_file
from reporter.site import links
from reporter.site.artifacts import Exhibit, ShippedFile
from reporter.site.cells import plural
from reporter.site.contexts import Viewer
from reporter.site.numbers import format_bytes
from reporter.site.run.console import is_console
from reporter.site.run.contexts import ArtifactRow, LatePart
from reporter.site.theme import Theme

__all__ = ["ArtifactTree", "artifact_rows", "make_tree", "shown_elsewhere"]

MAX_ROWS = 200
MAX_PREVIEWS = 40
"""In the page: what a person scrolls through, and what may be read without waiting."""

CHUNK_CHARS = 100_000
"""Of previews in one data file, which is read when one of them is wanted."""

MAX_LATE_CHARS = 5_000_000
"""Of all previews of a run; what is beyond can be downloaded."""

ROWS_TEMPLATE = "fragments/late_rows.html.j2"
PREVIEW_TEMPLATE = "fragments/late_preview.html.j2"

_WORDS = re.compile(r"[0-9]{1,18}|[^0-9]+")


@dataclass(frozen=True, kw_only=True)
class ArtifactTree:
    """The artifacts of a run's page.

    Parameters
    ----------
    rows : tuple of ArtifactRow
        All of them.
    shown : tuple of ArtifactRow
        Those that stand in the page.
    late : LatePart or None
        All lines as HTML, when the page does not hold them.
    files : dict of str to bytes
        By site path, what the page may ask for.
    """

    rows: tuple[ArtifactRow, ...]
    shown: tuple[ArtifactRow, ...]
    late: LatePart | None = None
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def left_out(self) -> tuple[ArtifactRow, ...]:
        """Files that are not in the site by the report's rules."""
        return tuple(row for row in self.rows if row.place)


def shown_elsewhere(exhibits: Iterable[Exhibit]) -> set[str]:
    """Name the files that a run's page shows already, among figures or as output."""
    paths = {(exhibit.file.artifact.path, exhibit.fragment.is_figure) for exhibit in exhibits}
    return {path for path, is_figure in paths if is_figure or is_console(path)}


def make_tree(
    rows: Sequence[ArtifactRow], theme: Theme, elsewhere: Collection[str] = ()
) -> ArtifactTree:
    """Divide a run's tree among its page and data files.

    Parameters
    ----------
    rows : sequence of ArtifactRow
        With all their previews.
    theme : Theme
        Renders what arrives late.
    elsewhere : collection of str
        Paths that the page shows already, whose previews arrive late.

    Returns
    -------
    ArtifactTree
    """
    in_page = _upper(rows)
    is_cut = len(in_page) < len(rows)
    opened = [
        place for place in in_page if rows[place].viewer and rows[place].path not in elsewhere
    ]
    at_once = set(opened[:MAX_PREVIEWS])
    files: dict[str, bytes] = {}
    # the page that lists all files of a large tree holds no previews of its own
    places = [n for n, row in enumerate(rows) if row.viewer and (is_cut or n not in at_once)]
    parts = _late_previews([rows[place] for place in places], theme, files)
    late_of = dict(zip(places, parts, strict=False))
    whole = [replace(row, viewer=None, late=late_of.get(n)) for n, row in enumerate(rows)]
    late = None
    if is_cut:
        made = data_file("files", theme.render(ROWS_TEMPLATE, whole).decode())
        files[made.path] = made.content
        late = LatePart(path=made.path, name=made.name)
    shown = tuple(rows[place] if place in at_once else whole[place] for place in in_page)
    return ArtifactTree(rows=tuple(whole), shown=shown, late=late, files=files)


def _upper(rows: Sequence[ArtifactRow]) -> list[int]:
    """Choose the lines of the page: all folders and files near the top before deeper ones."""
    by_depth = sorted(range(len(rows)), key=lambda place: (rows[place].depth, place))
    return sorted(by_depth[:MAX_ROWS])


def _late_previews(
    rows: Sequence[ArtifactRow], theme: Theme, files: dict[str, bytes]
) -> list[LatePart]:
    """Render previews into data files, many in each; return where each lies, as far as they go."""
    parts: list[LatePart] = []
    chunk: dict[str, str] = {}
    total = size = 0

    def close() -> None:
        made = data_file("previews", list(chunk.items()))
        files[made.path] = made.content
        parts.extend([LatePart(path=made.path, name=made.name)] * len(chunk))

    for row in rows:
        html = theme.render(PREVIEW_TEMPLATE, row).decode()
        total += len(html)
        if total > MAX_LATE_CHARS:
            break
        if chunk and size + len(html) > CHUNK_CHARS:
            close()
            chunk, size = {}, 0
        chunk[row.path] = html
        size += len(html)
    if chunk:
        close()
    return parts


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
    if exhibit is None or not exhibit.fragment.is_inline:
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
