"""Keep what takes long to make in the user's cache folder; without one it is made again.

Knows nothing of what it keeps. Names carry the versions of whatever the content depends on.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from reporter.store.user_cache import user_cache_folder

__all__ = ["cached"]


def cached(name: str, make: Callable[[], bytes], is_whole: Callable[[bytes], bool]) -> bytes:
    """Return a file of the cache, made when it is missing.

    Parameters
    ----------
    name : str
        Different for different content.
    make : callable
        Makes the content.
    is_whole : callable
        Tells a whole file from one that a full disk or another program cut.

    Returns
    -------
    bytes
    """
    path = Path(user_cache_folder()) / name
    found = _read(path)
    if found is not None and is_whole(found):
        return found
    data = make()
    _write(path, data)
    return data


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _write(path: Path, data: bytes) -> None:
    """Keep a file if that can be done: written beside its place and renamed."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.replace(temporary, path)
        except OSError:
            os.unlink(temporary)
            raise
