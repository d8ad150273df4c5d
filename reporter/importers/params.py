"""Other tools' nested configurations as flat params of text."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from typing import Any

from reporter.model import Problem
from reporter.plain_yaml import load_documents

__all__ = ["flatten_params", "param_text", "read_yaml"]

# A configuration nested deeper than this is kept as text from there on.
_MAX_DEPTH = 16
_MAX_LEAVES = 100_000
_MAX_BYTES = 16_000_000  # of a file of params; a parser of YAML takes 1 s for 100 kB


# Any: keys are texts in JSON, and whatever YAML allows
def flatten_params(config: Mapping[Any, object]) -> dict[str, str]:
    """Name each leaf of a configuration by its path.

    Parameters
    ----------
    config : mapping
        As JSON or YAML gives it.

    Returns
    -------
    dict of str to str
        Parts of a path are joined by dots. Lists and empty mappings are kept as JSON. Of two
        leaves with one path (``{"a": {"b": 1}, "a.b": 2}``) the first stays.

    Examples
    --------
    >>> flatten_params({"lr": 0.1, "model": {"layers": [1, 2], "bias": True}, "note": None})
    {'lr': '0.1', 'model.layers': '[1, 2]', 'model.bias': 'True', 'note': 'None'}
    """
    flat: dict[str, str] = {}
    for path, value in _leaves(config, (), _MAX_DEPTH):
        flat.setdefault(".".join(path), param_text(value))
    return flat


def _leaves(
    config: Mapping[Any, object], above: tuple[str, ...], depth: int
) -> Iterator[tuple[tuple[str, ...], object]]:
    for key, value in config.items():
        path = (*above, str(key))
        if isinstance(value, Mapping) and value and depth:
            yield from _leaves(value, path, depth - 1)
        else:
            yield path, value


def param_text(value: object) -> str:
    """Write a value as ``log_param`` would, and what is made of parts as JSON."""
    if isinstance(value, (Mapping, list, tuple)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def read_yaml(path: str, where: str) -> dict[object, object] | Problem:
    """Read a file of params in YAML.

    Parameters
    ----------
    path, where : str
        The file, and what a problem calls it.

    Returns
    -------
    dict or Problem
        Nothing is constructed but plain values; a file that asks for more is a problem.
    """
    try:
        if os.path.getsize(path) > _MAX_BYTES:
            return _unread(where, "it is larger than 16 MB")
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            documents = load_documents(file.read())
    except OSError as error:
        return _unread(where, str(error.strerror))
    except ValueError as error:
        return _unread(where, str(error))
    found = documents[0] if documents else None
    if found is None:
        return {}
    if _count_leaves(found, {}) > _MAX_LEAVES:
        return _unread(where, "its references stand for too much")
    return found if isinstance(found, dict) else _unread(where, "it holds no names with values")


def _count_leaves(value: object, known: dict[int, float]) -> float:
    """Count what a value holds, written out: references make much of little, or go in circles."""
    if not isinstance(value, (dict, list)):
        return 1
    if id(value) not in known:
        known[id(value)] = math.inf  # met again inside itself
        parts = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_count_leaves(part, known) for part in parts)
    return known[id(value)]


def _unread(where: str, detail: str) -> Problem:
    return Problem(what="Params not read", where=where, detail=detail, severity="error")
