"""Every kind of experiment chart compiled for the page, with what its controls are made from.

Knows nothing of data files; Altair is imported only when nothing is cached.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from reporter.charts.cache import cached
from reporter.charts.spec import code_digest, compile_themed, take_titles
from reporter.charts.theme import THEMES, config

if TYPE_CHECKING:
    from reporter.charts.relations.registry import AltairChart, Relation

__all__ = ["compiled_relations"]

_TITLES = ("x_title", "y_title")


def compiled_relations() -> dict[str, Any]:
    """Compile every kind of experiment chart.

    Returns
    -------
    dict
        ``kinds``: records in the order of the page, with title, note, maker, slots, options, axes,
        width and ``variants``: by scales the Vega specifications ``light`` and ``dark``, and
        ``lite``, the Vega-Lite that they are made from. ``config``: by theme what belongs to it.
    """
    data = cached(f"relations-{code_digest()}.json", _compile_all, _is_whole)
    found: dict[str, Any] = json.loads(data)
    return found


def _is_whole(data: bytes) -> bool:
    return data.endswith(b"}\n")


def _compile_all() -> bytes:
    from reporter.charts.relations import RELATIONS

    kinds = [_kind(kind) for kind in sorted(RELATIONS.values(), key=lambda kind: kind.place)]
    themes = {theme: config(theme) for theme in THEMES}
    return json.dumps({"kinds": kinds, "config": themes}).encode() + b"\n"


def _kind(kind: Relation) -> dict[str, Any]:
    return {
        "name": kind.name,
        "title": kind.title,
        "note": kind.note,
        "maker": kind.maker,
        "slots": [asdict(slot) for slot in kind.slots],
        "options": [asdict(option) for option in kind.options],
        "axes": {axis: list(scales) for axis, scales in kind.axes.items()},
        "width": kind.width,
        "variants": {scales: _variant(chart) for scales, chart in kind.variants()},
    }


def _variant(chart: AltairChart) -> dict[str, Any]:
    lite = chart.to_dict()
    lite.pop("config", None)
    variant = {"lite": lite}
    for theme in THEMES:
        variant[theme] = compile_themed(lite, theme)
        take_titles(variant[theme], _TITLES)
    return variant
