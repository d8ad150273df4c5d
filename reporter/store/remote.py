"""Object stores, reached through fsspec: what lies below a URI, its bytes, and clear errors.

Knows nothing of runs. fsspec and the packages of the clouds are imported when a bucket is first
asked for something, so that whoever logs to a folder does without them. Credentials come from the
environment (``AWS_*``, ``GOOGLE_*``, ``AZURE_*``, ``FSSPEC_*``) and stand in no text made here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO
from zlib import crc32

from reporter.errors import StoreUnreachableError
from reporter.store.uris import USER, check_packages, extra_for, join, public_uri

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["RemoteFile", "RemoteFolder"]

_SECRET_NAMES = ("KEY", "SECRET", "TOKEN", "PASSWORD", "CREDENTIAL", "CONNECTION_STRING")
# How much is asked for at once: many small files together, and few enough to fit in memory.
_BATCH_FILES = 256
_BATCH_BYTES = 32 << 20


@dataclass(frozen=True)
class RemoteFile:
    """An object of a bucket.

    Parameters
    ----------
    size_bytes : int
    mark_ns : int
        Changes whenever the object does: the time of its last change in seconds, with a checksum
        of its identity below; fits a file's modification time in nanoseconds.
    """

    size_bytes: int
    mark_ns: int


class RemoteFolder:
    """What lies below a URI, by paths relative to it.

    Parameters
    ----------
    uri : str
        Nothing is asked for until a method is called.

    Raises
    ------
    StoreUnreachableError
        From every method: a package is missing, there is no such bucket, no permission, or no
        answer.
    """

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self.location = public_uri(uri)
        self._opened: tuple[int, Any, str] | None = None  # Any: fsspec ships no types

    def _open(self) -> tuple[Any, str]:  # Any: fsspec ships no types
        """Return the file system and the root in it, made anew in a forked child."""
        if self._opened is None or self._opened[0] != os.getpid():
            check_packages(self._uri)
            from fsspec.core import url_to_fs

            uri = self._uri.rstrip("/")
            files, root = url_to_fs(uri, use_listings_cache=False)
            self._opened = (os.getpid(), files, root.rstrip("/"))
        return self._opened[1:]

    def files(self, below: str = "") -> dict[str, RemoteFile]:
        """Return every object below a path, at any depth, but those no disk could hold so."""
        with self._explained("read"):
            files, root = self._open()
            files.invalidate_cache()
            found = files.find(join(root, below), detail=True)
            paths = {name[len(root) :].lstrip("/"): info for name, info in found.items()}
            return {
                path: _remote_file(info)
                for path, info in paths.items()
                if info.get("type") == "file" and _is_plain(path)
            }

    def children(self, below: str = "") -> tuple[dict[str, RemoteFile], list[str]]:
        """Return the objects directly below a path, and the names of the folders there."""
        with self._explained("read"):
            files, root = self._open()
            files.invalidate_cache()
            try:
                entries = files.ls(join(root, below), detail=True)
            except FileNotFoundError as error:
                if _is_no_bucket(error):
                    raise
                return {}, []
            objects, folders = {}, []
            for info in entries:
                path = info["name"][len(root) :].strip("/")
                if not _is_plain(path):
                    continue
                if info.get("type") == "directory":
                    folders.append(path.rpartition("/")[2])
                elif path != below.strip("/"):
                    objects[path] = _remote_file(info)
            return objects, sorted(folders)

    def read(self, sizes: Mapping[str, int]) -> Iterator[tuple[str, bytes]]:
        """Yield (path, content) of several objects, many at a time; those gone are left out.

        Parameters
        ----------
        sizes : mapping of str to int
            Paths, and about how many bytes each has.
        """
        for batch in _batches(sizes):
            with self._explained("read"):
                files, root = self._open()
                names = [join(root, path) for path in batch]
                found = files.cat_ranges(names, None, None, on_error="return")
                for data in found:
                    if isinstance(data, Exception) and not isinstance(data, FileNotFoundError):
                        raise data
            for path, data in zip(batch, found, strict=True):
                if not isinstance(data, Exception):
                    yield path, bytes(data)

    def open(self, path: str) -> BinaryIO:
        """Open one object for reading; raises FileNotFoundError."""
        with self._explained("read", FileNotFoundError):
            files, root = self._open()
            opened: BinaryIO = files.open(join(root, path), "rb")
            return opened

    def write(self, contents: Mapping[str, bytes]) -> None:
        """Write several objects, each whole."""
        with self._explained("write"):
            files, root = self._open()
            files.pipe({join(root, path): data for path, data in contents.items()})

    def upload(self, path: str, local: str) -> None:
        """Write one object from a local file."""
        with self._explained("write"):
            files, root = self._open()
            target = join(root, path)
            files.makedirs(target.rpartition("/")[0], exist_ok=True) if _has_folders(
                files
            ) else None
            files.put_file(local, target)

    def delete(self, paths: Iterable[str]) -> None:
        """Delete objects; those gone are no error."""
        with self._explained("write"):
            files, root = self._open()
            for path in paths:
                try:
                    files.rm_file(join(root, path))
                except FileNotFoundError:
                    continue

    @contextmanager
    def _explained(self, verb: str, *passing: type[Exception]) -> Iterator[None]:
        """Turn whatever a cloud's package raises into one sentence without credentials."""
        known: tuple[type[Exception], ...] = (StoreUnreachableError, *passing)
        try:
            yield
        except known:
            raise
        except Exception as error:  # noqa: BLE001  # each cloud has errors of its own; all end here
            raise _explain(error, self.location, verb) from None


def _is_plain(path: str) -> bool:
    """Tell whether a key can be a path below a folder: it is fetched to the same path here."""
    text = path.replace("\\", "/") if os.sep == "\\" else path
    parts = text.split("/")
    is_drive = os.sep == "\\" and ":" in text
    return not is_drive and "\0" not in text and not any(part in ("", ".", "..") for part in parts)


def _has_folders(files: Any) -> bool:  # Any: fsspec ships no types
    """Tell file systems that want folders made before files from buckets, which have none."""
    return not hasattr(files, "_put_file") or "sftp" in str(files.protocol)


def _batches(sizes: Mapping[str, int]) -> Iterator[list[str]]:
    batch: list[str] = []
    n_bytes = 0
    for path, size_bytes in sizes.items():
        if batch and (len(batch) >= _BATCH_FILES or n_bytes + size_bytes > _BATCH_BYTES):
            yield batch
            batch, n_bytes = [], 0
        batch.append(path)
        n_bytes += size_bytes
    if batch:
        yield batch


_IDENTITY = ("ETag", "etag", "md5Hash", "generation", "checksum")
_CHANGED = ("LastModified", "last_modified", "updated", "mtime", "modified", "created")


def _remote_file(info: Mapping[str, Any]) -> RemoteFile:  # Any: what each cloud says
    changed = next((info[name] for name in _CHANGED if info.get(name) is not None), None)
    identity = "|".join(str(info.get(name)) for name in (*_IDENTITY, *_CHANGED, "size"))
    seconds = int(_seconds(changed))
    return RemoteFile(int(info["size"] or 0), seconds * 10**9 + crc32(identity.encode()) % 10**9)


def _seconds(moment: datetime | float | str | None) -> float:
    if isinstance(moment, (int, float)):
        return moment
    timestamp = getattr(moment, "timestamp", None)
    return float(timestamp()) if timestamp is not None else 0.0


def _is_no_bucket(error: BaseException) -> bool:
    """Tell a bucket that is not there from a folder that is not there in one."""
    return "NoSuchBucket" in type(error.__cause__).__name__ or "bucket does not exist" in str(error)


def _explain(error: Exception, location: str, verb: str) -> StoreUnreachableError:
    bucket = location.partition("://")[2].partition("/")[0]
    name = type(error).__name__
    if isinstance(error, ImportError):
        return StoreUnreachableError(
            f"'{location}' needs a package that is not installed: {_plain(error)}.",
            path=location,
            hint=f"Install it with \"pip install 'runpages[{extra_for(location)[1]}]'\".",
        )
    if isinstance(error, FileNotFoundError):
        return StoreUnreachableError(
            f"There is no bucket '{bucket}' at '{location}'.",
            path=location,
            hint="Check its name, or make it first: buckets are never made here.",
        )
    if isinstance(error, PermissionError):
        return StoreUnreachableError(
            f"No permission to {verb} '{location}': {_plain(error)}.",
            path=location,
            hint="Check the credentials in the environment and the bucket's policy.",
        )
    if "Credentials" in name:
        return StoreUnreachableError(
            f"No credentials for '{location}': {_plain(error)}.",
            path=location,
            hint="Set those of your cloud in the environment (for S3 AWS_ACCESS_KEY_ID, "
            "AWS_SECRET_ACCESS_KEY).",
        )
    return StoreUnreachableError(
        f"Cannot {verb} '{location}': {name}: {_plain(error)}.",
        path=location,
        hint="Check the network, the endpoint and the credentials.",
    )


def _plain(error: Exception) -> str:
    """Return the first line of an error, with nothing in it that logs one in."""
    text = USER.sub("", str(error).strip().partition("\n")[0][:300]).rstrip(".")
    for name, value in os.environ.items():
        if len(value) > 5 and any(word in name.upper() for word in _SECRET_NAMES):
            text = text.replace(value, "***")
    return text
