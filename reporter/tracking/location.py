"""Which store is logged to: the tracking URI and the settings that go with it."""

from __future__ import annotations

import os

from reporter.errors import InvalidInputError
from reporter.store.layout import create_store, local_folder

__all__ = [
    "Settings",
    "configure",
    "get_tracking_uri",
    "is_tracking_uri_set",
    "set_tracking_uri",
    "settings",
    "store_folder",
]

ENVIRONMENT_VARIABLE = "REPORTER_TRACKING_URI"
DEFAULT_STORE = "runs"
_SERVERS = ("http:", "https:", "databricks", "sqlite:", "postgresql", "mysql", "mssql", "uc:")


class Settings:
    """How runs are recorded.

    Parameters
    ----------
    durability : {"power", "process", "fsync"}
        What an acknowledged call survives: a power failure half a second later, the end of the
        process, or a power failure at once (60 times slower).
    on_error : {"warn", "raise"}
        What a disk that refuses does to training.
    """

    def __init__(self, durability: str = "power", on_error: str = "warn") -> None:
        self.durability = durability
        self.on_error = on_error


settings = Settings()
_uri: str | None = None


def configure(durability: str | None = None, on_error: str | None = None) -> None:
    """Choose how runs started from now on are recorded; see :class:`Settings`.

    Raises
    ------
    InvalidInputError
        There is no such choice.
    """
    choices = {"durability": ("power", "process", "fsync"), "on_error": ("warn", "raise")}
    for name, value in (("durability", durability), ("on_error", on_error)):
        if value is None:
            continue
        if value not in choices[name]:
            raise InvalidInputError(f"{name} cannot be {value!r}.", f"Choose of {choices[name]}.")
        setattr(settings, name, value)


def set_tracking_uri(uri: str | os.PathLike[str]) -> None:
    """Choose the store that is logged to and read from.

    Parameters
    ----------
    uri : str or path-like
        A folder, or its ``file:`` URI. Subprocesses inherit it. Nothing is created until
        something is logged.

    Raises
    ------
    InvalidInputError
        It names a server or a database.
    """
    global _uri
    text = os.fspath(uri)
    if not isinstance(text, str):
        raise InvalidInputError(f"Tracking URI {uri!r} is not text or a path.")
    if text.startswith(_SERVERS):
        raise InvalidInputError(
            f"'{text}' is a tracking server or database, and runs are logged to a folder here.",
            "Give a folder, such as set_tracking_uri('runs').",
        )
    _uri = local_folder(text)
    os.environ[ENVIRONMENT_VARIABLE] = os.path.abspath(_uri)


def get_tracking_uri() -> str:
    """Return the store's folder: what was set, else ``REPORTER_TRACKING_URI``, else ``runs``."""
    return _uri or local_folder(os.environ.get(ENVIRONMENT_VARIABLE, "")) or DEFAULT_STORE


def is_tracking_uri_set() -> bool:
    """Tell whether a store was chosen, by call or environment."""
    return bool(_uri or os.environ.get(ENVIRONMENT_VARIABLE))


def store_folder(uri: str | None = None, *, create: bool = True) -> str:
    """Return the absolute folder of a store, made when it is missing.

    Absolute, so that a script that changes its working directory goes on in the same store.
    """
    path = os.path.abspath(local_folder(uri) if uri else get_tracking_uri())
    if create and path not in _created:
        create_store(path)
        _created.add(path)
    return path


_created: set[str] = set()
