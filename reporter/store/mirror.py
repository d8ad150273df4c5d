"""A local copy of what was fetched from a bucket, in the user's cache: one reader at a time.

A second reader that comes meanwhile is given a temporary folder, which is removed after it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from hashlib import sha256

from reporter.store import layout
from reporter.store.exclusive import exclusive
from reporter.store.remote import RemoteFile
from reporter.store.user_cache import user_cache_folder

__all__ = ["Mirror"]

# Inside a store's folder, where everybody else ignores it.
_LOCK = ".mirror.lock"


class Mirror:
    """Files fetched from below one URI, under the paths they have there.

    Parameters
    ----------
    location : str
        The URI, without credentials.
    """

    def __init__(self, location: str) -> None:
        self._held = ExitStack()
        self.folder = self._kept(location) or self._temporary()
        layout.create_store(self.folder)

    def _kept(self, location: str) -> str | None:
        """Return the folder that lasts, or None when another reader has it or there is none."""
        if location.startswith("memory:"):
            return None  # each process has another memory
        name = sha256(location.encode()).hexdigest()[:16]
        folder = os.path.join(user_cache_folder(), "mirrors", name)
        try:
            os.makedirs(folder, exist_ok=True)
            is_ours = self._held.enter_context(exclusive(os.path.join(folder, _LOCK)))
        except OSError:
            return None
        return folder if is_ours else None

    def _temporary(self) -> str:
        folder = tempfile.mkdtemp(prefix="runpages-")
        self._held.callback(shutil.rmtree, folder, ignore_errors=True)
        return folder

    def close(self) -> None:
        """Let another reader have the folder."""
        self._held.close()

    def has(self, path: str, file: RemoteFile) -> bool:
        """Tell whether a file is here as it is there."""
        try:
            found = os.stat(os.path.join(self.folder, path))
        except OSError:
            return False
        return (found.st_size, found.st_mtime_ns) == (file.size_bytes, file.mark_ns)

    def keep(self, path: str, data: bytes, file: RemoteFile) -> None:
        """Write a file, whole, and remember which state of it this is."""
        target = os.path.join(self.folder, *path.split("/"))
        folder, name = os.path.split(target)
        os.makedirs(folder, exist_ok=True)
        temporary = os.path.join(folder, f"{layout.TEMPORARY_PREFIX}{name}")
        with open(temporary, "wb") as stream:
            stream.write(data)
        if len(data) == file.size_bytes:  # else it grew since it was listed: fetched again then
            os.utime(temporary, ns=(file.mark_ns, file.mark_ns))
        os.replace(temporary, target)

    def keep_folder(self, path: str) -> None:
        """Have a folder although nothing in it was fetched."""
        os.makedirs(os.path.join(self.folder, *path.split("/")), exist_ok=True)

    def drop_folders(self, below: str, gone: Iterable[str]) -> None:
        """Remove folders directly below a path, and the artifacts that were kept for them."""
        for name in gone:
            shutil.rmtree(os.path.join(self.folder, below, name))
            shutil.rmtree(os.path.join(self.folder, ".artifacts", below, name), ignore_errors=True)

    def drop_files(self, below: str, listed: Mapping[str, RemoteFile]) -> None:
        """Remove the files directly below a path that are gone there."""
        folder = os.path.join(self.folder, below)
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            path = os.path.join(folder, name)
            if f"{below}/{name}" not in listed and os.path.isfile(path):
                os.unlink(path)
