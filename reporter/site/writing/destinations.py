"""Where a site can be written: a folder, memory, or a zip file; three small ports to one shape.

A destination stores bytes under site paths and says what is there. What is ours, what is
unchanged and what must go is decided in :mod:`reporter.site.writing.output`. A file is complete
under its name or not there at all, and nothing outside the destination is ever touched.
"""

from __future__ import annotations

import contextlib
import io
import os
import zipfile
from collections.abc import Callable, Iterable
from typing import BinaryIO, Protocol

from reporter.errors import BuildError, OutputConflictError
from reporter.site import links
from reporter.site.writing.lock import BuildLock
from reporter.site.writing.manifest import Manifest, ManifestError, NewerManifestError

__all__ = [
    "Destination",
    "FolderDestination",
    "MemoryDestination",
    "ZipDestination",
    "prepare_file",
]

MAX_ZIP_PATH_CHARS = 180
"""Windows limits a whole path to 260 characters; 80 are left for where someone unzips a report."""

_PACKED = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif", ".mp4", ".webm", ".mp3", ".ogg",
           ".zip", ".gz", ".npz", ".parquet", ".pdf")  # fmt: skip
"""Endings of files that are compressed within; doing it again takes time and no room off."""

PART = ".report.part"
"""Name under which a file is written before it gets its own."""


class Destination(Protocol):
    """Something that keeps files under site paths."""

    @property
    def location(self) -> str:
        """Where the site is, for messages."""

    def begin(self) -> tuple[Manifest, set[str]]:
        """Take possession; return the last build's manifest and paths left by an unfinished one."""

    def is_there(self, path: str) -> bool:
        """Tell whether anything stands at this path."""

    def has_size(self, path: str, size_bytes: int) -> bool:
        """Tell whether a file of this size stands at this path."""

    def put(self, path: str, data: bytes) -> None:
        """Store a file, whole or not at all."""

    def put_stream(self, path: str, fill: Callable[[BinaryIO], None]) -> None:
        """Store a file that `fill` writes, whole or not at all."""

    def delete(self, path: str) -> None:
        """Remove a file, and the folders that this leaves empty."""

    def end(self, manifest: bytes) -> None:
        """Write the manifest, last of all, and let go."""

    def abandon(self) -> None:
        """Let go without a manifest: the next build will mend what this one left."""


class MemoryDestination:
    """A site in memory: for tests, and to see what a build would write.

    Parameters
    ----------
    files : dict of str to bytes, optional
        An earlier site, its manifest included.
    """

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        self.files = dict(files or {})

    @property
    def location(self) -> str:
        """Always ``memory``."""
        return "memory"

    def begin(self) -> tuple[Manifest, set[str]]:
        """Read the manifest, if there is one."""
        return _read_manifest(self.files.get(links.MANIFEST), self.location), set()

    def is_there(self, path: str) -> bool:
        """Tell whether a file has this path."""
        return path in self.files

    def has_size(self, path: str, size_bytes: int) -> bool:
        """Tell whether a file of this size has this path."""
        return len(self.files.get(path, b"")) == size_bytes and path in self.files

    def put(self, path: str, data: bytes) -> None:
        """Keep a file."""
        self.files[path] = data

    def put_stream(self, path: str, fill: Callable[[BinaryIO], None]) -> None:
        """Keep a file that `fill` writes."""
        stream = io.BytesIO()
        fill(stream)
        self.files[path] = stream.getvalue()

    def delete(self, path: str) -> None:
        """Forget a file."""
        self.files.pop(path, None)

    def end(self, manifest: bytes) -> None:
        """Keep the manifest."""
        self.files[links.MANIFEST] = manifest

    def abandon(self) -> None:
        """Do nothing."""


class ZipDestination:
    """A site in one zip file, the same bytes for the same site.

    Parameters
    ----------
    path : str
        The zip file; replaced when all is written.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._part = path + PART
        self._open_zip: zipfile.ZipFile | None = None
        self._sizes: dict[str, int] = {}
        self._folded: dict[str, str] = {}

    @property
    def location(self) -> str:
        """The zip file, as it was given."""
        return self._path

    def begin(self) -> tuple[Manifest, set[str]]:
        """Start an empty zip beside the one that may be there."""
        prepare_file(self._path)
        try:
            self._open_zip = zipfile.ZipFile(self._part, "w", zipfile.ZIP_DEFLATED)
        except OSError as error:
            raise _unwritable(self._path, error, "choose another file") from error
        return Manifest(), set()

    def is_there(self, path: str) -> bool:
        """Tell whether the zip has this path by now."""
        return path in self._sizes

    def has_size(self, path: str, size_bytes: int) -> bool:
        """Tell whether the zip has a file of this size by now."""
        return self._sizes.get(path) == size_bytes

    def put(self, path: str, data: bytes) -> None:
        """Add a file."""
        self.put_stream(path, lambda stream: _write_all(stream, data))

    def put_stream(self, path: str, fill: Callable[[BinaryIO], None]) -> None:
        """Add a file that `fill` writes."""
        self._check_portable(path)
        info = zipfile.ZipInfo(path)  # 1980-01-01: a site holds no time of building
        info.compress_type = _compression(path)
        info.external_attr = 0o644 << 16
        try:
            with self._zip.open(info, "w", force_zip64=True) as stream:
                fill(stream)  # type: ignore[arg-type]  # zipfile types its stream as IO[bytes]
        except OSError as error:
            raise _unwritable(self._path, error, "choose another file") from error
        self._sizes[path] = self._zip.getinfo(path).file_size

    def delete(self, path: str) -> None:
        """Do nothing: an old zip is replaced as a whole."""

    def end(self, manifest: bytes) -> None:
        """Add the manifest and give the zip its name."""
        self.put(links.MANIFEST, manifest)
        self._zip.close()
        os.replace(self._part, self._path)

    def abandon(self) -> None:
        """Remove the unfinished zip."""
        if self._open_zip is None:
            return
        with contextlib.suppress(OSError, ValueError):  # a full disk, a file half written
            self._open_zip.close()
        os.unlink(self._part)

    def _check_portable(self, path: str) -> None:
        """Raise when some system could not unpack a file under this path."""
        if len(path) > MAX_ZIP_PATH_CHARS:
            raise BuildError(
                f"'{path}' is too long for a zip that opens everywhere.",
                "Leave that artifact out ([artifacts] in report.toml).",
            )
        other = self._folded.setdefault(path.casefold(), path)
        if other != path:
            raise BuildError(
                f"'{path}' and '{other}' are one file on Windows and macOS.",
                "Publish the folder instead, or leave one of them out.",
            )

    @property
    def _zip(self) -> zipfile.ZipFile:
        if self._open_zip is None:
            raise BuildError(f"'{self._path}' was not begun.")
        return self._open_zip


def prepare_file(path: str) -> None:
    """Make the folder of a file that is to be written.

    Parameters
    ----------
    path : str

    Raises
    ------
    BuildError
        The folder cannot be made, or a folder stands where the file must go.
    """
    if os.path.isdir(path):
        raise BuildError(f"'{path}' is a folder, not a file.", "Name the file itself.")
    if os.path.exists(path) and not os.path.isfile(path):  # a device, which would be replaced
        raise BuildError(f"'{path}' is no ordinary file.", "Choose another place.")
    folder = os.path.dirname(path) or os.curdir
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        reason = "a file stands there" if os.path.isfile(folder) else error.strerror or error
        raise BuildError(
            f"The folder '{folder}' cannot be made: {reason}.", "Choose another place."
        ) from error


def _compression(path: str) -> int:
    return zipfile.ZIP_STORED if path.lower().endswith(_PACKED) else zipfile.ZIP_DEFLATED


class FolderDestination:
    """A site in a folder, made when it is not there.

    Parameters
    ----------
    path : str
    store : str
        Folder that is read from; empty when there is none.
    """

    def __init__(self, path: str, store: str = "") -> None:
        self._path = path
        self._store = store
        self._root = os.path.realpath(path)
        self._taken: BuildLock | None = None
        self._folders = {""}

    @property
    def location(self) -> str:
        """The folder, as it was given."""
        return self._path

    def begin(self) -> tuple[Manifest, set[str]]:
        """Make the folder, lock it and read the manifest.

        Raises
        ------
        BuildError
            It cannot be written, another build is at work in it, or a newer version made it.
        """
        _check_apart(self._path, self._store)
        try:
            os.makedirs(self._root, exist_ok=True)
            self._taken = BuildLock.take(os.path.join(self._root, links.LOCK), self._path)
        except OSError as error:
            raise _unwritable(self._path, error) from error
        try:
            manifest = _read_manifest(self._read(links.MANIFEST), self._path)
        except BaseException:
            self.abandon()
            raise
        return manifest, {path for path in self._lock.suspects if links.is_safe(path)}

    def is_there(self, path: str) -> bool:
        """Tell whether anything stands at this path, or a file in the way of its folder."""
        self._check_folders(path)
        return os.path.lexists(self._full(path))

    def has_size(self, path: str, size_bytes: int) -> bool:
        """Tell whether a plain file of this size stands at this path."""
        try:
            found = os.lstat(self._full(path))
        except OSError:
            return False
        return found.st_size == size_bytes and (found.st_mode & 0o170000) == 0o100000

    def put(self, path: str, data: bytes) -> None:
        """Write a file beside its place and rename it."""
        self.put_stream(path, lambda stream: _write_all(stream, data))

    def put_stream(self, path: str, fill: Callable[[BinaryIO], None]) -> None:
        """Write a file that `fill` fills beside its place and rename it.

        Raises
        ------
        BuildError
            The disk refuses.
        OutputConflictError
            A folder stands where the file must go.
        """
        part, full = self._full(PART), self._full(path)
        self._lock.note(path)
        try:
            self._make_folders(path)
            with open(part, "wb", buffering=0) as stream:
                fill(stream)
            os.replace(part, full)
        except (IsADirectoryError, NotADirectoryError) as error:
            raise self._conflict(path) from error
        except OSError as error:
            if os.path.isdir(full):
                raise self._conflict(path) from error
            raise _unwritable(os.path.join(self._path, path), error) from error

    def delete(self, path: str) -> None:
        """Remove a file; never through a link, and never what has become a folder."""
        if self._leads_out(path):
            return
        full = self._full(path)
        if os.path.lexists(full) and not (os.path.isdir(full) and not os.path.islink(full)):
            os.unlink(full)
        self._delete_empty_folders(os.path.dirname(path))

    def end(self, manifest: bytes) -> None:
        """Write the manifest when it is another than before, and release the folder."""
        if self._read(links.MANIFEST) != manifest:
            self.put(links.MANIFEST, manifest)
        if os.path.lexists(self._full(PART)):
            os.unlink(self._full(PART))
        self._lock.release()

    def abandon(self) -> None:
        """Release the folder, but leave the list of what was written to the next build."""
        if self._taken is not None:
            self._taken.abandon()

    @property
    def _lock(self) -> BuildLock:
        if self._taken is None:
            raise BuildError(f"'{self._path}' was not begun.")
        return self._taken

    def _full(self, path: str) -> str:
        return os.path.join(self._root, *path.split("/"))

    def _read(self, path: str) -> bytes | None:
        try:
            with open(self._full(path), "rb") as stream:
                return stream.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise OutputConflictError(
                f"'{os.path.join(self._path, path)}' cannot be read: {error.strerror}.",
                "Choose another folder with -o.",
            ) from error

    def _make_folders(self, path: str) -> None:
        folder = path.rpartition("/")[0]
        if folder not in self._folders:
            self._check_folders(path)
            os.makedirs(self._full(folder), exist_ok=True)
            self._folders.add(folder)

    def _check_folders(self, path: str) -> None:
        """Raise when a file, or a link that leads elsewhere, stands where a folder must be."""
        if path.rpartition("/")[0] in self._folders:
            return
        for folder in _parents(path):
            full = self._full(folder)
            if os.path.lexists(full) and (os.path.islink(full) or not os.path.isdir(full)):
                raise self._conflict(folder)

    def _leads_out(self, path: str) -> bool:
        return any(os.path.islink(self._full(folder)) for folder in _parents(path))

    def _delete_empty_folders(self, folder: str) -> None:
        while folder:
            try:
                os.rmdir(self._full(folder))
            except OSError:
                return  # not empty, or gone
            self._folders.discard(folder)
            folder = os.path.dirname(folder)

    def _conflict(self, path: str) -> OutputConflictError:
        return conflict(self._path, path)


def _check_apart(path: str, store: str) -> None:
    """Raise when a site at `path` would be written into the store, or over it."""
    if not store:
        return
    root, kept = os.path.realpath(path), os.path.realpath(store)
    is_inside = root == kept or _lies_in(root, kept)
    taken = [os.path.join(root, name) for name in links.FOLDERS]
    if is_inside or any(kept == name or _lies_in(kept, name) for name in taken):
        raise BuildError(
            f"The site cannot be written to '{path}': it would overlap the store '{store}'.",
            "Choose a folder beside the store with -o.",
        )


def _lies_in(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def conflict(location: str, path: str) -> OutputConflictError:
    """Make the error for something foreign at a place where a file of the site must go."""
    return OutputConflictError(
        f"'{os.path.join(location, path)}' stands where the site needs a file, and no earlier "
        "build wrote it.",
        "Move it away, or choose another folder with -o.",
    )


def _parents(path: str) -> Iterable[str]:
    parts = path.split("/")
    return ("/".join(parts[:n]) for n in range(1, len(parts)))


def _write_all(stream: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[stream.write(view) :]


def _read_manifest(text: bytes | None, location: str) -> Manifest:
    if text is None:
        return Manifest()
    where = f"'{os.path.join(location, links.MANIFEST)}'"
    try:
        return Manifest.from_json(text)
    except NewerManifestError as error:
        raise BuildError(
            f"{where} was written by a newer version ({error}).",
            "Upgrade with 'pip install -U runpages', or choose another folder with -o.",
        ) from error
    except ManifestError as error:
        raise OutputConflictError(
            f"{where} is no manifest of a site: {error}.",
            "Move the folder away and build again, or choose another folder with -o.",
        ) from error


def _unwritable(
    where: str, error: OSError, else_do: str = "choose another folder with -o"
) -> BuildError:
    is_taken = isinstance(error, FileExistsError | NotADirectoryError)
    if is_taken and os.path.exists(where) and not os.path.isdir(where):
        return BuildError(f"'{where}' is a file, not a folder.", "Choose another place with -o.")
    reason = error.strerror or str(error)
    return BuildError(
        f"Cannot write '{where}': {reason}.",
        f"Free or permit the place and build again, or {else_do}.",
    )
