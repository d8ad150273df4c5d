"""JSON as a tree that folds, without a script; tables in JSON become tables.

Depth and number of nodes are capped. The standard parser recurses, so what is nested too deep for
it is shown as text with a problem, as is what is no JSON at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from markupsafe import Markup, escape

from reporter.model import Problem
from reporter.renderers.registry import ArtifactRequest, Fragment, renderer
from reporter.renderers.table import (
    TABLE_JSON_BYTES,
    site_places,
    table_of_records,
    table_of_split,
)
from reporter.renderers.table_view import table_fragment
from reporter.renderers.text import TextView, decode, late_text, plain_lines, text_fragment

__all__ = ["JsonNode", "JsonView", "json_fragment", "parse_json", "render_json"]

JSON_BYTES = 2_000_000
"""Parsed; longer files are shown as text."""

MAX_NODES = 600
MAX_DEPTH = 12
MAX_CHILDREN = 100
MAX_TEXT_CHARS = 400
SHOWN_TEXT_BYTES = 200_000
OPEN_CHILDREN = 40
"""A node with more children starts folded."""

Json = Any  # dictionaries, lists, texts, numbers, booleans, None


@dataclass(frozen=True, kw_only=True)
class JsonNode:
    """A value and what it is called."""

    key: str
    """Name in an object, index in a list, empty at the top."""
    kind: str
    """``object``, ``list``, ``text``, ``number``, ``constant`` or ``more`` (values left out)."""
    text: str
    """The value, or how many values there are inside."""
    children: tuple[JsonNode, ...] = ()
    is_open: bool = False


@dataclass(frozen=True, kw_only=True)
class JsonView:
    """A tree."""

    root: JsonNode
    raw: TextView | None = None
    """The text that it was made from, behind a button."""


@renderer("application/json", "application/*+json")
def render_json(request: ArtifactRequest) -> Fragment:
    """Show JSON as a tree, or as a table when it is one."""
    limit = TABLE_JSON_BYTES if request.artifact.kind == "table" else JSON_BYTES
    data = request.read(limit + 1)
    if len(data) > limit:
        return _as_text(data, None)
    try:
        value = parse_json(data)
    except ValueError as error:
        return _as_text(data, request.problem("Not readable as JSON", str(error)[:200]))
    raw = [escape(line) for line in plain_lines(decode(data))] if len(data) <= JSON_BYTES else None
    return json_fragment(request, value, raw)


def json_fragment(
    request: ArtifactRequest, value: Json, raw: list[Markup] | None = None
) -> Fragment:
    """Show a parsed value.

    Parameters
    ----------
    request : ArtifactRequest
    value : object
        What JSON can hold.
    raw : list of Markup, optional
        Lines that it was made from, offered behind a button.

    Returns
    -------
    Fragment
        A table when it is one, else a tree.
    """
    place = site_places(request)
    table = table_of_split(value, place) or table_of_records(value, place)
    if table:
        return table_fragment(request, table)
    late, files = late_text(raw, "Show as text") if raw else (None, {})
    view = JsonView(root=_node("", value, 0, _Budget(MAX_NODES)), raw=late)
    return Fragment(template="fragments/json_tree.html.j2", context=view, files=files)


def parse_json(data: bytes | str) -> Json:
    """Parse JSON.

    Raises
    ------
    ValueError
        It is none, or is nested too deep.
    """
    try:
        return json.loads(decode(data) if isinstance(data, bytes) else data)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _as_text(data: bytes, problem: Problem | None) -> Fragment:
    lines = [escape(line) for line in plain_lines(decode(data[:SHOWN_TEXT_BYTES]))]
    fragment = text_fragment(lines, is_whole=len(data) <= SHOWN_TEXT_BYTES)
    return Fragment(template=fragment.template, context=fragment.context, problem=problem)


class _Budget:
    """How many nodes may still be made."""

    def __init__(self, nodes: int) -> None:
        self.nodes = nodes


def _node(key: str, value: Json, depth: int, budget: _Budget) -> JsonNode:
    budget.nodes -= 1
    if isinstance(value, dict):
        return _branch(key, "object", iter(value.items()), len(value), depth, budget)
    if isinstance(value, list):
        numbered = ((str(index), item) for index, item in enumerate(value))
        return _branch(key, "list", numbered, len(value), depth, budget)
    kind, text = _leaf(value)
    return JsonNode(key=key, kind=kind, text=text)


def _branch(
    key: str, kind: str, items: Iterator[tuple[str, Json]], size: int, depth: int, budget: _Budget
) -> JsonNode:
    word = {"object": ("key", "keys"), "list": ("item", "items")}[kind][size != 1]
    limit = MAX_CHILDREN if depth < MAX_DEPTH and budget.nodes > 0 else 0
    children = []
    for name, item in islice(items, limit):
        if budget.nodes <= 0:
            break
        children.append(_node(_shorten(name), item, depth + 1, budget))
    if len(children) < size:
        text = f"{size - len(children):,} more in the file"
        children.append(JsonNode(key="", kind="more", text=text))
    is_open = depth == 0 or (depth == 1 and size <= OPEN_CHILDREN)
    return JsonNode(
        key=key, kind=kind, text=f"{size:,} {word}", children=tuple(children), is_open=is_open
    )


def _leaf(value: Json) -> tuple[str, str]:
    if isinstance(value, str):
        return "text", _shorten(json.dumps(value, ensure_ascii=False))
    if value is None or isinstance(value, bool):
        return "constant", json.dumps(value)
    return "number", _shorten(json.dumps(value))


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_TEXT_CHARS else f"{text[:MAX_TEXT_CHARS]}…"
