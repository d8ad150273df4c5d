"""What an editor for Vega-Lite makes of a specification: whether it is valid, and what it draws."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert
from jsonschema.validators import validator_for

VERSION = "6.4"


@cache
def _validator() -> Any:  # jsonschema's protocol
    folder = Path(alt.__file__).parent / "vegalite" / "v6" / "schema"
    schema = json.loads((folder / "vega-lite-schema.json").read_text("utf-8"))
    return validator_for(schema)(schema)


def marks_of(text: str) -> dict[str, int]:
    """Validate a specification, draw it, and count its items by kind of mark, guides left out.

    A line and an area count once, whatever their points.
    """
    spec = json.loads(text)
    wrong = [f"{list(error.path)[:6]}: {error.message[:200]}" for error in _problems(spec)]
    assert not wrong, wrong
    found = vl_convert.vegalite_to_scenegraph(text, vl_version=VERSION)
    counts: Counter[str] = Counter()
    for kind, n in _walk(found["scenegraph"]):
        counts[kind] += n
    return dict(counts)


def _problems(spec: dict[str, Any]) -> Iterator[Any]:
    return iter(_validator().iter_errors(_without_rows(spec)))


def _without_rows(spec: dict[str, Any]) -> dict[str, Any]:
    """Leave ten rows of each data set: the schema asks the same of every one."""
    short = {name: rows[:10] for name, rows in spec.get("datasets", {}).items()}
    kept = {**spec, "datasets": short} if short else dict(spec)
    if "values" in kept.get("data", {}):
        kept["data"] = {"values": kept["data"]["values"][:10]}
    return kept


def _walk(mark: dict[str, Any]) -> Iterator[tuple[str, int]]:
    if any(guide in mark.get("role", "") for guide in ("axis", "legend", "title")):
        return
    kind, items = mark["marktype"], mark.get("items", [])
    if kind != "group":
        yield kind, 1 if kind in {"line", "area"} else len(items)
    for item in items:
        for inner in item.get("items", []):
            yield from _walk(inner)
