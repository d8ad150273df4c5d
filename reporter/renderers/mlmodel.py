"""MLflow's ``MLmodel`` files: flavours, versions and signature of a model.

They are YAML, written by a machine in one narrow form, so a reader of indented ``key: value`` lines
is enough: no YAML library, and nothing in the file can ask for more than text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from reporter.renderers.code import highlight_lines
from reporter.renderers.facts import Listing, facts_fragment
from reporter.renderers.registry import ArtifactRequest, Fragment, renderer
from reporter.renderers.text import read_text, text_fragment

__all__ = ["MODEL_BYTES", "read_outline", "render_mlmodel", "signature_fields"]

MODEL_BYTES = 100_000
MAX_FIELDS = 200

_FACTS = {
    "model_id": "Model id",
    "run_id": "Run",
    "utc_time_created": "Created",
    "mlflow_version": "MLflow",
    "model_size_bytes": "Bytes",
}

Outline = dict[str, Any]  # texts and further outlines


@renderer("application/x-mlmodel+yaml")
def render_mlmodel(request: ArtifactRequest) -> Fragment:
    """Show flavours and signature of a model."""
    text, is_whole = read_text(request, MODEL_BYTES)
    outline = read_outline(text)
    flavors = outline.get("flavors")
    if not isinstance(flavors, Mapping) or not flavors:
        return text_fragment(highlight_lines(text, "MLmodel.yaml"), is_whole=is_whole)
    facts = [(label, outline[key]) for key, label in _FACTS.items() if _is_text(outline.get(key))]
    listings = [_flavor_listing(flavors), *_signature_listings(outline.get("signature"))]
    return facts_fragment(request, "Model", facts=facts, listings=listings)


def read_outline(text: str) -> Outline:
    r"""Read indented ``key: value`` lines.

    Parameters
    ----------
    text : str

    Returns
    -------
    dict
        Texts by key, nested as the lines are indented. Lines of other forms continue the value
        above them when they are indented, and are passed over otherwise.

    Examples
    --------
    >>> read_outline("flavors:\n  sklearn:\n    code: null\nrun_id: '7'\n")
    {'flavors': {'sklearn': {'code': 'null'}}, 'run_id': '7'}
    """
    root: Outline = {}
    open_levels: list[tuple[int, Outline]] = [(-1, root)]
    last: tuple[int, Outline, str] | None = None
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip(" "))
        key, colon, value = line.strip().partition(":")
        if last and indent > last[0] and _is_text(last[1].get(last[2])):
            last[1][last[2]] += " " + line.strip()
        elif colon and not key.startswith(("-", "#", "'", '"', "{")):
            while open_levels[-1][0] >= indent:
                open_levels.pop()
            parent = open_levels[-1][1]
            child: Outline = {}
            parent[key] = value.strip() or child
            if not value.strip():
                open_levels.append((indent, child))
            last = (indent, parent, key)
    return _unquoted(root)


def _unquoted(outline: Outline) -> Outline:
    return {
        key: _unquoted(value) if isinstance(value, dict) else _unquote(value)
        for key, value in outline.items()
    }


def _unquote(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    return value[1:-1] if len(value) >= 2 and value[0] == value[-1] == '"' else value


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _flavor_listing(flavors: Mapping[str, Any]) -> Listing:
    rows = tuple((name, _describe(details)) for name, details in list(flavors.items())[:MAX_FIELDS])
    return Listing(columns=("Flavour", "Details"), rows=rows, numeric=(False, False))


def _describe(details: object) -> str:
    if not isinstance(details, Mapping):
        return str(details)
    said = [(key, value) for key, value in details.items() if _is_text(value) and value != "null"]
    return ", ".join(f"{key} {value}" for key, value in said)[:400]


def signature_fields(signature: object) -> list[tuple[str, str, str]]:
    """Read what a model takes and gives.

    Parameters
    ----------
    signature : object
        That part of an outline, or whatever stands in its place.

    Returns
    -------
    list of (str, str, str)
        Part (``inputs``, ``outputs`` or ``params``), name and type; empty without a signature.
    """
    if not isinstance(signature, Mapping):
        return []
    parts = {part: _fields(signature.get(part)) for part in ("inputs", "outputs", "params")}
    return [(part, *field) for part, fields in parts.items() for field in fields]


def _signature_listings(signature: object) -> list[Listing]:
    rows = signature_fields(signature)
    if not rows:
        return []
    columns = ("Signature", "Name", "Type")
    return [Listing(columns=columns, rows=tuple(rows[:MAX_FIELDS]), numeric=(False,) * 3)]


def _fields(text: object) -> list[tuple[str, str]]:
    try:
        fields = json.loads(text) if isinstance(text, str) else []
    except (ValueError, RecursionError):
        return []
    known = fields if isinstance(fields, list) else []
    return [_field(field) for field in known[:MAX_FIELDS] if isinstance(field, dict)]


def _field(field: Mapping[str, Any]) -> tuple[str, str]:  # as JSON has it
    tensor = field.get("tensor-spec")
    if isinstance(tensor, dict):
        return str(field.get("name", "")), f"{tensor.get('dtype')} {tensor.get('shape')}"
    return str(field.get("name", "")), str(field.get("type", ""))
