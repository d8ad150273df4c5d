"""Other tools' nested configurations as flat params of text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

__all__ = ["flatten_params", "param_text"]

# A configuration nested deeper than this is kept as text from there on.
_MAX_DEPTH = 16


def flatten_params(config: Mapping[object, object]) -> dict[str, str]:
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
    config: Mapping[object, object], above: tuple[str, ...], depth: int
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
