"""YAML, TOML and XML as a tree that folds, with the coloured text behind a button.

What cannot be parsed, and what is too long to be, is shown as text. Only plain data is made:
YAML's tags make no objects, its aliases are not followed a million times, and XML's entities stay
closed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from reporter.plain_yaml import load_documents
from reporter.renderers.code import highlight_lines, render_code
from reporter.renderers.json_tree import json_fragment
from reporter.renderers.registry import ArtifactRequest, Fragment, renderer
from reporter.renderers.text import decode

__all__ = ["render_toml", "render_xml", "render_yaml"]

PARSED_BYTES = 90_000
"""YAML is parsed at about 1 MB a second, and nobody folds and unfolds more."""
MAX_VALUES = 100_000
"""In one file: a kilobyte of YAML can name itself a billion times through aliases."""
MAX_XML_DEPTH = 200

Json = Any  # dictionaries, lists, texts, numbers, booleans, None


@renderer("application/yaml", "application/*+yaml")
def render_yaml(request: ArtifactRequest) -> Fragment:
    """Show YAML as a tree; several documents as a list."""
    return _tree(request, _parse_yaml)


@renderer("application/toml")
def render_toml(request: ArtifactRequest) -> Fragment:
    """Show TOML as a tree."""
    return _tree(request, _parse_toml)


@renderer("application/xml")
def render_xml(request: ArtifactRequest) -> Fragment:
    """Show XML as a tree."""
    return _tree(request, _parse_xml)


def _tree(request: ArtifactRequest, parse: Callable[[str], Json]) -> Fragment:
    data = request.read(PARSED_BYTES + 1)
    if len(data) > PARSED_BYTES:
        return render_code(request)
    text = decode(data)
    try:
        value = parse(text)
    except (ValueError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else str(error)
        detail = " ".join(reason.split())[:200]
        return replace(render_code(request), problem=request.problem("Not readable", detail))
    if not isinstance(value, (dict, list)):
        return render_code(request)  # a text, or nothing: no tree
    return json_fragment(request, value, highlight_lines(text, request.name))


def _parse_yaml(text: str) -> Json:
    documents = load_documents(text)
    return _Plain().value(documents[0] if len(documents) == 1 else documents)


def _parse_toml(text: str) -> Json:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    return _Plain().value(tomllib.loads(text))


def _parse_xml(text: str) -> Json:
    from xml.parsers import expat

    builder = _XmlBuilder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.EntityDeclHandler = builder.refuse
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from error
    return builder.root


class _XmlBuilder:
    """Elements as objects: attributes as ``@name``, text as ``text``, children in lists by name."""

    def __init__(self) -> None:
        self.root: dict[str, Json] = {}
        self._open: list[dict[str, Json]] = [self.root]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) > MAX_XML_DEPTH:
            raise ValueError("nested too deep")
        element: dict[str, Json] = {f"@{key}": value for key, value in attributes.items()}
        self._open[-1].setdefault(name, []).append(element)
        self._open.append(element)

    def end(self, name: str) -> None:
        element = self._open.pop()
        for key, value in element.items():
            if isinstance(value, list) and len(value) == 1:
                element[key] = value[0]
        if set(element) == {"text"}:
            self._open[-1][name][-1] = element["text"]
        if len(self._open) == 1:
            self.root[name] = self.root[name][0]

    def text(self, data: str) -> None:
        if data.strip():
            element = self._open[-1]
            element["text"] = f"{element.get('text', '')} {data.strip()}".strip()

    def refuse(self, *_: object) -> None:
        raise ValueError("it declares entities, which are not opened")


class _Plain:
    """Turns what YAML and TOML have beyond JSON (dates, sets, keys of any kind) into text."""

    def __init__(self) -> None:
        self._left = MAX_VALUES

    def value(self, value: Json) -> Json:
        self._left -= 1
        if self._left < 0:
            raise ValueError(f"more than {MAX_VALUES:,} values")
        if isinstance(value, dict):
            return {str(key): self.value(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(item) for item in value]
        is_json = value is None or isinstance(value, (str, int, float))
        return value if is_json else str(value)
