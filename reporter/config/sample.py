"""The commented file that ``report init`` writes, and the tables of the documentation.

Both are made from the records in :mod:`reporter.config.settings`, so they name every key there is.
"""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Iterator, Mapping
from dataclasses import Field, fields, is_dataclass
from typing import Any

from reporter.config.settings import Config

__all__ = ["reference", "sample"]

_HEAD = """\
# What this report is called and shows. Every setting is optional: take away the # before those you
# want. 'report build' looks for this file in the store, then in the working directory.
"""
_METRIC = "val_loss"


def sample() -> str:
    """Write a configuration in which every setting is explained and commented out.

    Returns
    -------
    str
        TOML; without the marks before its settings it is valid, too.
    """
    sections = [_HEAD, *(_section(head, kind) for head, kind in _tables())]
    return "\n".join(sections)


def reference() -> str:
    """Write the tables of the documentation: every key with its help and an example.

    Returns
    -------
    str
        Markdown.
    """
    return "\n".join(_reference(head, kind) for head, kind in _tables())


def _tables() -> Iterator[tuple[str, type]]:
    """Yield each table's heading and record, the file's top first."""
    yield "", Config
    yield from _inner(Config, "")


def _inner(kind: type, prefix: str) -> Iterator[tuple[str, type]]:
    types = typing.get_type_hints(kind)
    for item in _keys(kind):
        name, hint = f"{prefix}{item.name}", types[item.name]
        origin = typing.get_origin(hint)
        heads = {tuple: f"[[{name}]]", None: f"[{name}]"}
        records = (each for each in (hint, *typing.get_args(hint)) if isinstance(each, type))
        for record in records:
            if not is_dataclass(record):
                continue
            yield heads.get(origin, f'[{name}."{_METRIC}"]'), record
            yield from _inner(record, f"{name}.")


def _keys(kind: type) -> Iterator[Field[Any]]:
    return (item for item in fields(kind) if "help" in item.metadata)


def _section(head: str, kind: type) -> str:
    lines = [f"# {line}".rstrip() for line in _about(kind)] if head else []
    if head:
        lines.append(f"#{head}")
    for item in _keys(kind):
        if "example" in item.metadata:
            example = _literal(item.metadata["example"])
            lines += [*_wrapped(item.metadata["help"]), f"#{item.name} = {example}"]
    return "\n".join(lines) + "\n"


def _about(kind: type) -> list[str]:
    doc = (kind.__doc__ or "").split("\n\n")
    return [line.strip() for part in doc for line in part.strip().splitlines()]


def _wrapped(text: str) -> list[str]:
    import textwrap

    return [f"# {line}" for line in textwrap.wrap(text, 97)]


def _reference(head: str, kind: type) -> str:
    title = f"### `{head}`\n\n" if head else "### At the top\n\n"
    about = " ".join(_about(kind))
    rows = "".join(
        f"| `{item.name}` | {_in_cell(item.metadata['help'])} | "
        f"`{_in_cell(_literal(item.metadata['example']))}` |\n"
        for item in _keys(kind)
        if "example" in item.metadata
    )
    return f"{title}{about}\n\n| key | what it does | example |\n|---|---|---|\n{rows}"


def _in_cell(text: str) -> str:
    return re.sub(r"\|", r"\\|", text)


def _literal(value: object) -> str:
    """Print a value as TOML."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_literal(item)}" for key, item in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
