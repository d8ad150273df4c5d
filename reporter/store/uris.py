"""URIs of object stores: what they are, what of them may be shown, which package speaks them.

Standard library alone, since the logging API asks before it knows where runs go.
"""

from __future__ import annotations

import re

from reporter.errors import StoreUnreachableError

__all__ = ["check_packages", "extra_for", "is_remote", "join", "public_uri"]

# Scheme: the package that speaks it, and the extra of ours that installs it.
_PACKAGES = {
    "s3": ("s3fs", "s3"),
    "s3a": ("s3fs", "s3"),
    "gs": ("gcsfs", "gs"),
    "gcs": ("gcsfs", "gs"),
    "az": ("adlfs", "azure"),
    "abfs": ("adlfs", "azure"),
    "abfss": ("adlfs", "azure"),
    "adl": ("adlfs", "azure"),
}
_URI = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*)://")
# Folders and web servers: fsspec opens them too, but neither is an object store.
_LOCAL = {"file", "http", "https"}
USER = re.compile(r"(?<=://)[^/@\s]*@")


def is_remote(uri: str) -> bool:
    """Tell whether a URI is of an object store, and not a path or a ``file:`` URI.

    Examples
    --------
    >>> is_remote("s3://bucket/runs"), is_remote("runs"), is_remote("file:///runs")
    (True, False, False)
    """
    found = _URI.match(uri)
    return found is not None and found[1].lower() not in _LOCAL


def public_uri(uri: str) -> str:
    """Leave out what nobody else should see: user, password, query.

    Examples
    --------
    >>> public_uri("sftp://me:secret@host/runs/?key=1")
    'sftp://host/runs'
    """
    return USER.sub("", uri.partition("?")[0]).rstrip("/")


def join(*parts: str) -> str:
    """Join parts of a URI or of a path below one, leaving out empty ones."""
    first, *rest = [part for part in parts if part]
    return "/".join([first.rstrip("/"), *(part.strip("/") for part in rest)])


def extra_for(uri: str) -> tuple[str, str]:
    """Name the package that speaks a URI's scheme, and the extra of ours that installs it."""
    return _PACKAGES.get(uri.partition("://")[0].lower(), ("fsspec", "remote"))


def check_packages(uri: str) -> None:
    """Raise unless the packages that speak this scheme are installed; nothing is imported.

    Raises
    ------
    StoreUnreachableError
        It says what to install.
    """
    from importlib.util import find_spec

    package, extra = extra_for(uri)
    for name in ("fsspec", package):
        if find_spec(name) is None:
            raise StoreUnreachableError(
                f"'{public_uri(uri)}' needs the package {name}, which is not installed.",
                path=public_uri(uri),
                hint=f"Install it with \"pip install 'runpages[{extra}]'\".",
            )
