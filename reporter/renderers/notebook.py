"""Jupyter notebooks: cells and outputs as they were saved; nothing runs.

Of an output the richest kind that can be shown safely is taken: pictures as files of the site,
figures of Plotly and Vega-Lite by name, text and errors as text, HTML as its text alone (tables of
pandas keep theirs in ``text/plain``).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from reporter.renderers.code import highlight_lines
from reporter.renderers.data_files import digest
from reporter.renderers.json_tree import parse_json
from reporter.renderers.markdown import to_html
from reporter.renderers.registry import ArtifactRequest, FileContent, Fragment, renderer
from reporter.renderers.text import plain_lines, render_text

__all__ = ["NotebookCell", "NotebookOutput", "NotebookView", "render_notebook"]

NOTEBOOK_BYTES = 20_000_000
"""Parsed; pictures inside are text of a third more than they weigh."""
MAX_CELLS = 200
MAX_LINES = 200
"""Of one cell or output."""
MAX_PICTURES = 60
PICTURES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
FIGURES = {
    "application/vnd.plotly.v1+json": "An interactive Plotly figure",
    "application/vnd.vegalite.v5+json": "An interactive Vega-Lite figure",
    "application/vnd.vegalite.v6+json": "An interactive Vega-Lite figure",
    "application/vnd.jupyter.widget-view+json": "A widget, which needs a kernel",
}

Json = Any  # dictionaries, lists, texts, numbers, booleans, None


@dataclass(frozen=True, kw_only=True)
class NotebookOutput:
    """What a cell left behind."""

    kind: str
    """``text``, ``error``, ``picture`` or ``note``."""
    lines: tuple[Markup, ...] = ()
    src: str = ""
    """Of a picture."""
    text: str = ""
    """Of a note, or the picture's alternative."""


@dataclass(frozen=True, kw_only=True)
class NotebookCell:
    """One cell."""

    kind: str
    """``markdown``, ``code`` or ``raw``."""
    label: str
    """``[12]`` for code that was run; empty otherwise."""
    html: Markup
    """Of Markdown, sanitised."""
    lines: tuple[Markup, ...]
    """Of code, coloured."""
    outputs: tuple[NotebookOutput, ...]


@dataclass(frozen=True, kw_only=True)
class NotebookView:
    """A notebook."""

    cells: tuple[NotebookCell, ...]
    note: str
    """``python3, 14 cells``, and what was left out."""


@renderer("application/x-ipynb+json")
def render_notebook(request: ArtifactRequest) -> Fragment:
    """Show a notebook's cells and outputs."""
    data = request.read(NOTEBOOK_BYTES + 1)
    reason = f"larger than {NOTEBOOK_BYTES // 1_000_000} MB"
    if len(data) <= NOTEBOOK_BYTES:
        try:
            return _fragment(request, parse_json(data))
        except (ValueError, TypeError, AttributeError, LookupError) as error:
            reason = f"{type(error).__name__}: {error}"[:200]
    fragment = render_text(request)
    problem = request.problem("Not readable as a notebook", reason)
    return Fragment(
        template=fragment.template, context=fragment.context, files=fragment.files, problem=problem
    )


def _fragment(request: ArtifactRequest, notebook: Json) -> Fragment:
    cells = _cells_of(notebook)
    drawing = _Drawing(request, _language(notebook))
    shown = tuple(drawing.cell(cell) for cell in cells[:MAX_CELLS])
    hidden = len(cells) - len(shown)
    more = f", of which {hidden:,} are left out" if hidden else ""
    count = f"{len(cells):,} cell{'' if len(cells) == 1 else 's'}"
    view = NotebookView(cells=shown, note=f"{drawing.language}, {count}{more}")
    return Fragment(template="fragments/notebook.html.j2", context=view, files=drawing.files)


def _cells_of(notebook: Json) -> Sequence[Json]:
    """Return the cells; those of version 3 lie in worksheets."""
    if "cells" in notebook:
        return list(notebook["cells"])
    return [cell for sheet in notebook["worksheets"] for cell in sheet["cells"]]


def _language(notebook: Json) -> str:
    metadata = notebook.get("metadata", {})
    info = metadata.get("language_info", {}).get("name")
    return str(info or metadata.get("kernelspec", {}).get("language") or "python")


class _Drawing:
    """Draws cells, and collects the files of their pictures."""

    def __init__(self, request: ArtifactRequest, language: str) -> None:
        self.language = language
        self.files: dict[str, FileContent] = {}
        self._request = request
        self._code_name = f"cell.{_SUFFIXES.get(language.lower(), 'py')}"

    def cell(self, cell: Json) -> NotebookCell:
        source = _joined(cell.get("source", cell.get("input", "")))
        kind = str(cell.get("cell_type", "raw"))
        is_prose = kind in ("markdown", "heading")
        count = cell.get("execution_count", cell.get("prompt_number"))
        lines = [] if is_prose else highlight_lines(source, self._code_name)[:MAX_LINES]
        return NotebookCell(
            kind="markdown" if is_prose else kind,
            label=f"[{count}]" if kind == "code" and isinstance(count, int) else "",
            html=to_html(source.encode("utf-8", "replace").decode()) if is_prose else Markup(),
            lines=tuple(lines),
            outputs=tuple(self._outputs(cell.get("outputs") or ())),
        )

    def _outputs(self, outputs: Sequence[Json]) -> Iterator[NotebookOutput]:
        for output in outputs:
            kind = output.get("output_type")
            if kind == "stream":
                yield _text(_joined(output.get("text", "")))
            elif kind in ("error", "pyerr"):
                trace = "\n".join(map(str, output.get("traceback") or ()))
                name = f"{output.get('ename', 'Error')}: {output.get('evalue', '')}"
                yield _text(trace or name, "error")
            else:
                yield self._rich(output.get("data", output))

    def _rich(self, data: Mapping[str, Json]) -> NotebookOutput:
        for media_type, suffix in PICTURES.items():
            content = data.get(media_type, data.get(suffix))
            if content is not None and len(self.files) < MAX_PICTURES:
                return self._picture(_joined(content), suffix)
        for media_type, note in FIGURES.items():
            if media_type in data:
                return NotebookOutput(kind="note", text=note)
        for media_type in ("text/plain", "text", "application/json"):
            if media_type in data:
                value = data[media_type]
                is_text = isinstance(value, (str, list))
                return _text(_joined(value) if is_text else json.dumps(value, indent=1))
        kinds = ", ".join(sorted(map(str, data)))[:200]
        return NotebookOutput(kind="note", text=f"Not shown here: {kinds}")

    def _picture(self, text: str, suffix: str) -> NotebookOutput:
        try:
            content = base64.b64decode(text, validate=False)
        except (binascii.Error, ValueError):
            return NotebookOutput(kind="note", text="A picture that cannot be read")
        path = f"data/notebook-{digest(content)}.{suffix}"
        self.files[path] = content
        return NotebookOutput(kind="picture", src=self._request.url(path), text="output")


_SUFFIXES = {"python": "py", "r": "r", "julia": "jl", "scala": "scala", "javascript": "js"}


def _text(text: str, kind: str = "text") -> NotebookOutput:
    lines = [escape(line) for line in plain_lines(text)]
    hidden = len(lines) - MAX_LINES
    more = [Markup("… and {:,} more lines").format(hidden)] if hidden > 0 else []
    return NotebookOutput(kind=kind, lines=(*lines[:MAX_LINES], *more))


def _joined(value: Json) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)
