"""Which store is logged to: the tracking URI, how it is opened, and the settings that go with it.

The only module of the logging API that tells folders from object stores.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from reporter.errors import InvalidInputError
from reporter.store.layout import create_store, local_folder
from reporter.store.uris import check_packages, is_remote, join, public_uri
from reporter.store.writer import FolderWriter
from reporter.tracking.environment import SERVERS, tracking_uri_of_mlflow

if TYPE_CHECKING:
    from reporter.store.reader import FolderReader

__all__ = [
    "Settings",
    "check_artifact_location",
    "configure",
    "get_tracking_uri",
    "is_inside_store",
    "is_tracking_uri_set",
    "open_reader",
    "open_writer",
    "set_tracking_uri",
    "settings",
    "store_folder",
]

ENVIRONMENT_VARIABLE = "REPORTER_TRACKING_URI"
DEFAULT_STORE = "runs"
_HALF_URI = re.compile(r"^(s3a?|gc?s|az|abfss?|adl):/(?!/)")


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
            hint = f"Choose one of {', '.join(choices[name])}."
            raise InvalidInputError(f"{name} cannot be {value!r}.", hint)
        setattr(settings, name, value)


def set_tracking_uri(uri: str | os.PathLike[str] | None) -> None:
    """Choose the store that is logged to and read from.

    Parameters
    ----------
    uri : str, path-like or None
        A folder, its ``file:`` URI, or an object store's (``s3://bucket/prefix``, ``gs://``,
        ``az://``, ...). Subprocesses inherit it. Nothing is created until something is logged.
        None or an empty text forgets what was chosen.

    Raises
    ------
    InvalidInputError
        It names a server or a database.
    StoreUnreachableError
        A package that the object store needs is missing.
    """
    global _uri
    if uri is None or uri == "":
        _uri = None
        os.environ.pop(ENVIRONMENT_VARIABLE, None)
        return
    text = os.fspath(uri)
    if not isinstance(text, str):
        raise InvalidInputError(f"Tracking URI {uri!r} is not text or a path.")
    text = text.removeprefix("reporter:")  # so names MLflow's plugin a store
    if text.startswith(SERVERS):
        raise InvalidInputError(
            f"'{public_uri(text)}' is a tracking server or database; here runs go to a folder.",
            "Give a folder, such as set_tracking_uri('runs'); runs that are there come over with "
            "'report import', and MLflow itself writes into such a folder with the plugin of "
            "'runpages[mlflow]'.",
        )
    if _HALF_URI.match(text):
        raise InvalidInputError(
            f"'{text}' was an object store's URI before pathlib took a slash away.",
            "Give it as text, such as set_tracking_uri('s3://bucket/runs').",
        )
    if is_remote(text):
        check_packages(text)
    _uri = local_folder(text)
    os.environ[ENVIRONMENT_VARIABLE] = text if is_remote(text) else os.path.abspath(_uri)


def get_tracking_uri() -> str:
    """Return the store: what was set, else what the environment names, else ``runs``.

    ``REPORTER_TRACKING_URI`` goes before ``MLFLOW_TRACKING_URI``, which is followed when it names a
    folder that MLflow keeps no runs in.
    """
    return _uri or _uri_of_environment() or DEFAULT_STORE


def _uri_of_environment() -> str:
    ours = local_folder(os.environ.get(ENVIRONMENT_VARIABLE, ""))
    return ours or tracking_uri_of_mlflow()


def is_tracking_uri_set() -> bool:
    """Tell whether a store was chosen, by call or environment."""
    return bool(_uri or _uri_of_environment())


def store_folder(uri: str | None = None, *, create: bool = True) -> str:
    """Return the absolute folder of a store, made when it is missing.

    Absolute, so that a script that changes its working directory goes on in the same store. Of an
    object store, the folder that this process logs into before it is uploaded.
    """
    wanted = local_folder(uri) if uri else get_tracking_uri()
    if is_remote(wanted):
        from reporter.store.remote_spool import spool_of

        return spool_of(wanted).folder
    path = os.path.abspath(wanted)
    if create and path not in _created:
        create_store(path)
        _created.add(path)
    return path


_created: set[str] = set()


def check_artifact_location(place: str) -> str:
    """Return where an experiment's artifacts are to go, if that can be written into the store.

    Raises
    ------
    InvalidInputError
        It names a user or a password.
    """
    if is_remote(place) and public_uri(place) != place.rstrip("/"):
        raise InvalidInputError(
            f"'{public_uri(place)}' was given with credentials, which would end in the store.",
            "Give the place alone, and the credentials in the environment (FSSPEC_..., AWS_...).",
        )
    return place


def is_inside_store(uri: str | None, location: str, experiment_id: str) -> bool:
    """Tell whether an experiment's place for artifacts is the usual one, in the store."""
    wanted = local_folder(uri) if uri else get_tracking_uri()
    if is_remote(wanted) and location == join(public_uri(wanted), experiment_id):
        return True
    inside = os.path.join(store_folder(uri), experiment_id)
    return not location or os.path.abspath(location) == os.path.abspath(inside)


def open_reader(uri: str | None = None) -> FolderReader:
    """Open a store for reading what was logged to it, by this process too."""
    from reporter.store.reader import FolderReader

    wanted = local_folder(uri) if uri else get_tracking_uri()
    if not is_remote(wanted):
        return FolderReader(store_folder(uri))
    from reporter.store.remote_session import SessionReader
    from reporter.store.remote_spool import spool_of

    return SessionReader(spool_of(wanted))


def open_writer(
    uri: str | None,
    experiment_id: str,
    run_id: str,
    **options: Any,  # Any: as FolderWriter takes them
) -> FolderWriter:
    """Open a way into one run of a store; see :class:`FolderWriter`."""
    wanted = local_folder(uri) if uri else get_tracking_uri()
    if not is_remote(wanted):
        return FolderWriter(store_folder(uri), experiment_id, run_id, **options)
    from reporter.store.remote_spool import SpoolWriter, spool_of

    return SpoolWriter(spool_of(wanted), experiment_id, run_id, **options)
