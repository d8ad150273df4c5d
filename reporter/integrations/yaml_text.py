"""Write and read the small YAML of ``MLmodel`` files, without a YAML library.

Writing quotes whatever another reader could take for something else than text. Reading returns the
``key: value`` pairs below one flavour and nothing more, as text: a file cannot ask for objects.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["read_flavors", "write_yaml"]

# Texts that need no quotes: words, paths and dotted names that no YAML reader takes for a number,
# a date, a boolean or null.
_PLAIN = re.compile(r"[A-Za-z_][\w./]*")
_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
_UNPRINTABLE = re.compile("[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_LINE = re.compile(r"(?P<indent> *)(?P<key>[^\s:'\"#-][^:]*):(?: +(?P<value>.*))?$")


def write_yaml(outline: Mapping[str, object], indent: int = 0) -> str:
    r"""Write a mapping of texts, numbers, booleans, None and further mappings.

    Parameters
    ----------
    outline : mapping
        Keys are plain words; other values are written as their ``str()``.
    indent : int
        Spaces before each line.

    Returns
    -------
    str

    Examples
    --------
    >>> print(write_yaml({"flavors": {"sklearn": {"code": None}}, "run_id": "12"}), end="")
    flavors:
      sklearn:
        code: null
    run_id: '12'
    """
    lines = []
    for key, value in outline.items():
        name = " " * indent + _scalar(str(key)) + ":"
        if isinstance(value, Mapping) and value:
            lines.append(f"{name}\n{write_yaml(value, indent + 2)}")
        else:
            lines.append(f"{name} {_scalar(value)}\n")
    return "".join(lines)


def _scalar(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return _quoted(str(value))


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    if _UNPRINTABLE.search(text):
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + _UNPRINTABLE.sub(lambda found: f"\\U{ord(found[0]):08X}", escaped) + '"'
    return "'" + text.replace("'", "''") + "'"


def read_flavors(text: str) -> dict[str, dict[str, str]]:
    r"""Return what an ``MLmodel`` file says of each flavour.

    Parameters
    ----------
    text : str

    Returns
    -------
    dict of str to dict of str to str
        By flavour; deeper levels are left out.

    Examples
    --------
    >>> read_flavors("flavors:\n  sklearn:\n    pickled_model: model.pkl\nrun_id: '1'\n")
    {'sklearn': {'pickled_model': 'model.pkl'}}
    """
    flavors: dict[str, dict[str, str]] = {}
    path: list[tuple[int, str]] = []
    for line in text.splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        indent = len(found["indent"])
        path = [level for level in path if level[0] < indent]
        names = [name for _, name in path]
        value = (found["value"] or "").strip()
        if names == ["flavors"]:
            flavors[found["key"]] = {}
        elif len(names) == 2 and names[0] == "flavors" and value:
            flavors[names[1]][found["key"]] = _unquoted(value)
        path.append((indent, found["key"]))
    return flavors


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1].replace("''", "'") if value[0] == "'" else value[1:-1]
    return value
