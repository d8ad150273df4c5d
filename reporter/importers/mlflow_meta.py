"""Read what MLflow writes as YAML, and its words for states: 1.x, 2.x and 3.x alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reporter.model import Problem, RunStatus
from reporter.plain_yaml import load_documents

__all__ = ["int_of", "load_meta", "status_of", "text_of"]

# MLflow's own are a kilobyte; a data set's schema and profile may take a megabyte.
_MAX_META_BYTES = 1 << 22
_INT64 = range(-(1 << 63), 1 << 63)
_STATUSES = dict(
    enumerate(
        (
            RunStatus.RUNNING,
            RunStatus.SCHEDULED,
            RunStatus.FINISHED,
            RunStatus.FAILED,
            RunStatus.KILLED,
        ),
        start=1,
    )
)


def load_meta(path: str, where: str) -> dict[str, Any] | Problem:  # Any: what YAML holds
    """Read a ``meta.yaml``.

    Parameters
    ----------
    path : str
    where : str
        What a problem calls it.

    Returns
    -------
    dict or Problem
        Nothing in it is deeper than a list or a table of plain values. The problem names the line
        where reading stopped.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(_MAX_META_BYTES + 1)
    except FileNotFoundError:
        return _unreadable(where, "it is not there")
    except OSError as error:
        return _unreadable(where, str(error.strerror))
    if len(data) > _MAX_META_BYTES:
        return _unreadable(where, "it is too large for what it should be")
    try:
        documents = load_documents(data.decode(), is_linked=False)
    except ValueError as error:
        return _unreadable(where, str(error))
    found = documents[0] if documents else None
    if not isinstance(found, dict):
        return _unreadable(where, "it is empty" if found is None else "line 1: no keys and values")
    return {str(key): _simple(value) for key, value in found.items()}


def _simple(value: Any) -> Any:  # Any: what YAML holds
    """Keep text and numbers, lists of them and tables of them; deeper things become None."""
    if isinstance(value, dict):
        return {str(key): item for key, item in value.items() if not _is_nested(item)}
    if isinstance(value, (list, tuple, set)):
        return [item for item in value if not _is_nested(item)]
    return value


def _is_nested(value: object) -> bool:
    return isinstance(value, (dict, list, tuple, set))


def _unreadable(where: str, detail: str) -> Problem:
    return Problem(what="Unreadable meta file", where=where, detail=detail, severity="error")


def text_of(meta: Mapping[str, Any], key: str) -> str:
    """Return a field as text; empty when it is missing or null."""
    value = meta.get(key)
    return "" if value is None or _is_nested(value) else str(value)


def int_of(meta: Mapping[str, Any], key: str) -> int | None:
    """Return a field as a whole number of 64 bits; None when it is none."""
    try:
        number = int(meta[key])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return number if number in _INT64 else None


def status_of(value: object) -> str:
    """Return a run's status from MLflow's number or word for it.

    Examples
    --------
    >>> status_of(3), status_of("KILLED")
    ('FINISHED', 'KILLED')
    """
    if isinstance(value, int):
        return _STATUSES.get(value, RunStatus.RUNNING)
    text = str(value).upper()
    return text if text in RunStatus.ALL else RunStatus.RUNNING
