"""Read ``report.toml``: find it, check every key and value, and say where something is wrong.

The records in :mod:`reporter.config.settings` are the schema. Knows nothing of what a setting is
good for.
"""

from __future__ import annotations

import os
import re
import sys
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from typing import Any, TypeVar

from reporter.config.settings import Config
from reporter.errors import ConfigError, InvalidInputError, did_you_mean

__all__ = ["FILE_NAME", "find_config", "load_config", "read_config"]

FILE_NAME = "report.toml"

_Place = tuple[str | int, ...]
_T = TypeVar("_T")
_WORDS = {str: "a text in quotes", bool: "true or false", int: "a whole number"}


def find_config(store: str | None = None, folder: str | None = None) -> str:
    """Look for ``report.toml`` in the store, then in the working directory.

    Parameters
    ----------
    store : str, optional
        Folder of the store.
    folder : str, optional
        The working directory by default.

    Returns
    -------
    str
        Its path; empty when there is none.
    """
    places = [store or "", folder if folder is not None else os.curdir]
    paths = (os.path.normpath(os.path.join(place, FILE_NAME)) for place in places if place)
    return next((path for path in paths if os.path.isfile(path)), "")


def load_config(
    explicit: str | None = None, store: str | None = None, folder: str | None = None
) -> Config:
    """Read the configuration that holds for a store.

    Parameters
    ----------
    explicit : str, optional
        The file to read, from ``--config``.
    store : str, optional
        Folder of the store, where it is looked for first.
    folder : str, optional
        Where it is looked for next; the working directory by default.

    Returns
    -------
    Config
        All defaults when there is no file. Python files that it names may run only when it was
        named itself, or lies in the working directory and not in the store.

    Raises
    ------
    ConfigError
        The file cannot be read or says something that means nothing.
    """
    path = explicit or find_config(store, folder)
    if not path:
        return Config()
    try:
        with open(path, "rb") as stream:
            text = stream.read().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(
            f"'{path}' cannot be read: {error.strerror or error}.",
            "Write one with 'report init', or name another with --config.",
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"'{path}' is not UTF-8 at byte {error.start}.", "Save it as UTF-8."
        ) from error
    may_run_code = bool(explicit) or not _lies_in(path, store)
    return replace(read_config(text, path), may_run_code=may_run_code)


def _lies_in(path: str, store: str | None) -> bool:
    """Tell whether a file came with the store, so that whoever made the store may have written it.

    Also when the store is the working directory: what lies in a folder that was fetched from
    elsewhere must not become a program because somebody went there.
    """
    if not store:
        return False
    folder, root = (os.path.realpath(place) for place in (os.path.dirname(path) or ".", store))
    return os.path.join(folder, "").startswith(os.path.join(root, ""))


def read_config(text: str, path: str = FILE_NAME) -> Config:
    r"""Read a configuration from its text.

    Parameters
    ----------
    text : str
        TOML.
    path : str
        Where it stands, for messages and for the files it names.

    Returns
    -------
    Config

    Raises
    ------
    ConfigError

    Examples
    --------
    >>> read_config('[metrics."val_loss"]\ndirection = "min"').metrics["val_loss"].direction
    'min'
    """
    toml = _toml()
    try:
        table = toml.loads(text)
    except toml.TOMLDecodeError as error:
        raise ConfigError(f"'{path}' is not TOML: {error}.") from error
    return replace(_Reader(path, text).record(Config, table, ()), path=path)


def _toml() -> Any:  # Any: one module under two names
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib


class _Reader:
    """Turns tables into records, and knows where in the file each value stands."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text

    def record(self, kind: type[_T], table: object, place: _Place) -> _T:
        if not isinstance(table, dict):
            raise self._error(f"{_name(place)} must be a table, not {_show(table)}.", place)
        known = _keys(kind)
        for key in table:
            if key not in known:
                hint = did_you_mean(key, known) or _elsewhere(key) or _listed(known)
                raise self._error(f"Unknown key {_name((*place, key))}.", (*place, key), hint)
        for key, item in known.items():
            is_needed = item.default is MISSING and item.default_factory is MISSING
            if is_needed and key not in table:
                raise self._error(f"{_name(place)} needs the key '{key}'.", place)
        types = _types(kind)
        values = {
            key: self._value(types[key], known[key], value, (*place, key))
            for key, value in table.items()
        }
        return kind(**values)

    def _value(self, kind: Any, item: Field[Any], value: object, place: _Place) -> object:
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if origin is tuple:
            return tuple(self._items(arguments[0], item, value, place))
        if origin is not None:  # a mapping of names to something
            return dict(self._named(arguments[1], item, value, place))
        if is_dataclass(kind):
            return self.record(kind, value, place)  # type: ignore[arg-type]  # mypy sees an instance
        if type(value) is not kind:
            raise self._error(f"{_name(place)} must be {_WORDS[kind]}, not {_show(value)}.", place)
        self._check(item, value, place)
        return value

    def _items(self, kind: Any, item: Field[Any], value: object, place: _Place) -> Iterator[object]:
        if not isinstance(value, list):
            heading = ".".join(str(part) for part in place)
            what = f"headed [[{heading}]]" if is_dataclass(kind) else "a list in brackets"
            raise self._error(f"{_name(place)} must be {what}, not {_show(value)}.", place)
        for number, element in enumerate(value):
            yield self._value(kind, item, element, (*place, number))

    def _named(
        self, kind: Any, item: Field[Any], value: object, place: _Place
    ) -> Iterator[tuple[str, object]]:
        if not isinstance(value, dict):
            raise self._error(f"{_name(place)} must be a table, not {_show(value)}.", place)
        for key, element in value.items():
            yield key, self._value(kind, item, element, (*place, key))

    def _check(self, item: Field[Any], value: object, place: _Place) -> None:
        check = item.metadata.get("check")
        if check is None or value == "":
            return
        try:
            check(value)
        except InvalidInputError as error:
            raise self._error(f"{_name(place)}: {error.message}", place, error.hint) from error

    def _error(self, message: str, place: _Place, hint: str = "") -> ConfigError:
        line = _find_line(self._text, place)
        where = f"'{self._path}', line {line}" if line else f"'{self._path}'"
        return ConfigError(f"{where}: {message}", hint)


def _elsewhere(key: str) -> str:
    """Say in which table of the file a key belongs that stands above or below it."""
    tables = {name: kind for name, kind in _types(Config).items() if is_dataclass(kind)}
    homes = [name for name, kind in tables.items() if key in _keys(kind)]
    return f"It belongs under {' or '.join(f'[{name}]' for name in homes)}." if homes else ""


def _listed(known: Iterable[str]) -> str:
    return f"Known: {', '.join(known)}."


def _keys(kind: Any) -> dict[str, Field[Any]]:  # Any: a dataclass
    """Return the fields that are keys of the file: those with a help."""
    return {item.name: item for item in fields(kind) if "help" in item.metadata}


def _types(kind: Any) -> Mapping[str, Any]:
    return typing.get_type_hints(kind)


def _name(place: _Place) -> str:
    """Name a place as a person would: ``views[1].sort``, ``metrics."a/b".unit``."""
    text = ""
    for part in place:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            plain = part if re.fullmatch(r"[\w-]+", part) else f'"{part}"'
            text += f".{plain}" if text else plain
    return f"'{text}'" if text else "The file"


def _show(value: object) -> str:
    names = {dict: "a table", list: "a list", bool: str(value).lower()}
    text = names.get(type(value), repr(value))
    return text if len(text) <= 40 else text[:37] + "..."


# Where a value stands: TOML parsers keep no lines, so headings and keys are read once more.

_HEAD = re.compile(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(#.*)?")
_ASSIGNMENT = re.compile(
    r"""\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*="""
)


def _find_line(text: str, place: _Place) -> int:
    """Return the line, from 1, on which a place is named, or the nearest that is; 0 if none is."""
    lines = list(_named_lines(text))
    for length in range(len(place), 0, -1):
        for number, named in lines:
            if named[:length] == place[:length]:
                return number
    return 0


def _named_lines(text: str) -> Iterator[tuple[int, _Place]]:
    counts: dict[tuple[str, ...], int] = {}
    table: _Place = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if head := _HEAD.fullmatch(line):
            keys = _split(head[2])
            if head[1] == "[[":
                counts[keys] = counts.get(keys, -1) + 1
            table = tuple(_numbered(keys, counts))
            yield number, table
        elif assignment := _ASSIGNMENT.match(line):
            yield number, (*table, *_split(assignment[1]))


def _numbered(keys: Sequence[str], counts: Mapping[tuple[str, ...], int]) -> Iterator[str | int]:
    for length, key in enumerate(keys, start=1):
        yield key
        if tuple(keys[:length]) in counts:
            yield counts[tuple(keys[:length])]


def _split(dotted: str) -> tuple[str, ...]:
    parts = re.findall(r'"([^"]*)"|\'([^\']*)\'|([\w-]+)', dotted)
    return tuple(next(part for part in found if part) for found in parts if any(found))
