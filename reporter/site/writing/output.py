"""The one way out: every byte of the site passes here, and nothing else writes.

Decides what to write, what to leave and what to delete, by the ledger of the last build; the
destination does it. A file whose inputs are unchanged is not made again, a file whose bytes are
unchanged is not written again, and what is not ours is never replaced or deleted. The manifest
comes last, so a build that is interrupted leaves a site that works and that the next one mends.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from reporter.errors import BuildError
from reporter.model import Problem
from reporter.site import links
from reporter.site.writing.destinations import (
    Destination,
    FolderDestination,
    MemoryDestination,
    ZipDestination,
    conflict,
)
from reporter.site.writing.manifest import FileEntry, Ledger, Manifest

__all__ = ["FolderOutput", "MemoryOutput", "OutputTotals", "SiteOutput", "ZipOutput", "sha256_of"]

COPY_BYTES = 1 << 20
N_LARGEST = 10


@dataclass(frozen=True, kw_only=True)
class OutputTotals:
    """What a finished build came to.

    Parameters
    ----------
    n_files, size_bytes : int
        Of the whole site, the manifest and files kept from the last build not counted.
    n_written, n_unchanged, n_deleted : int
    n_artifacts, artifact_bytes : int
    largest : tuple of (str, int)
        The ten largest artifacts: site path and size in bytes.
    """

    n_files: int
    size_bytes: int
    n_written: int
    n_unchanged: int
    n_deleted: int
    n_artifacts: int
    artifact_bytes: int
    largest: tuple[tuple[str, int], ...]


class SiteOutput:
    """A build's view of the place it writes to.

    Parameters
    ----------
    destination : Destination

    Notes
    -----
    Used as a context: entering it takes possession of the destination (and raises BuildError when
    that cannot be had), leaving it unfinished lets go without a manifest.
    """

    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        self._ledger = Ledger(Manifest())
        self._n_written = 0
        self._is_finished = False

    def __enter__(self) -> SiteOutput:  # noqa: PYI034  # typing.Self came with Python 3.11
        self._ledger = Ledger(*self._destination.begin())
        self._n_written = 0
        self._is_finished = False
        return self

    def __exit__(self, *_: object) -> None:
        if not self._is_finished:
            self._destination.abandon()

    @property
    def location(self) -> str:
        """Where the site is, for messages."""
        return self._destination.location

    def check_free(self, paths: Iterable[str]) -> None:
        """Raise OutputConflictError when something foreign stands at one of these paths."""
        for path in paths:
            if not self._ledger.owns(path) and self._destination.is_there(path):
                raise conflict(self.location, path)

    def reuse(self, inputs: str) -> tuple[str, FileEntry] | None:
        """Keep the file that the last build made from the same inputs, and what it needs.

        Parameters
        ----------
        inputs : str
            Digest of everything the file would be made from, its kind included.

        Returns
        -------
        (str, FileEntry) or None
            Its path and entry; None when it has to be made.
        """
        path = self._ledger.find(inputs)
        entry = self._ledger.last(path) if path is not None else None
        if path is None or entry is None:
            return None
        needed = {need: self._ledger.last(need) for need in entry.needs}
        found = {path: entry, **{need: item for need, item in needed.items() if item is not None}}
        is_whole = len(found) == len(needed) + 1 and all(
            self._destination.has_size(name, item.size_bytes) for name, item in found.items()
        )
        if not is_whole:
            return None
        for name, item in found.items():
            self._record(name, item)
        return path, entry

    def write(
        self,
        path: str,
        data: bytes,
        *,
        inputs: str = "",
        needs: Sequence[str] = (),
        problems: Sequence[Problem] = (),
    ) -> None:
        """Put a file into the site.

        Parameters
        ----------
        path : str
            Site path.
        data : bytes
        inputs : str
            Digest for :meth:`reuse`; empty when the file is made anew each time.
        needs : sequence of str
            Files that must stay as long as this one does.
        problems : sequence of Problem
            Found while making it.

        Raises
        ------
        OutputConflictError
            Something foreign stands there.
        BuildError
            It cannot be written.
        """
        entry = FileEntry(
            sha256=hashlib.sha256(data).hexdigest(),
            size_bytes=len(data),
            inputs=inputs,
            needs=tuple(sorted(set(needs))),
            problems=tuple(problems),
        )
        self.check_free((path,))
        if self._record(path, entry) and not self._is_unchanged(path, entry):
            self._destination.put(path, data)
            self._n_written += 1

    def write_stream(
        self, path: str, fill: Callable[[BinaryIO], None], *, inputs: str = ""
    ) -> FileEntry:
        """Put a file into the site that is too large to hold.

        Parameters
        ----------
        path : str
        fill : callable
            Writes the bytes into the stream it is given.
        inputs : str
            Digest for :meth:`reuse`.

        Returns
        -------
        FileEntry
        """
        self.check_free((path,))
        meter = _Meter()
        self._destination.put_stream(path, lambda stream: fill(meter.through(stream)))
        entry = FileEntry(sha256=meter.sha256, size_bytes=meter.size_bytes, inputs=inputs)
        self._record(path, entry)
        self._n_written += 1
        return entry

    def annotate(self, path: str, *, inputs: str, needs: Sequence[str] = ()) -> None:
        """Say from what a file of this build was made, and what must stay along with it."""
        entries = self._ledger.entries
        entries[path] = replace(entries[path], inputs=inputs, needs=tuple(needs))

    def write_unless_there(self, path: str, data: bytes) -> None:
        """Put a file into the site, unless someone else's stands there and will do as well."""
        if self._ledger.owns(path) or not self._destination.is_there(path):
            self.write(path, data)

    def size_of(self, path: str) -> int:
        """Return the size of a file of this build, in bytes; 0 when there is none."""
        entry = self._ledger.entries.get(path)
        return entry.size_bytes if entry else 0

    def scanned(self) -> set[str]:
        """Return the digests of files that the last build looked through for secrets."""
        return self._ledger.scanned()

    @property
    def history(self) -> tuple[dict[str, Any], ...]:  # Any: what JSON holds
        """What earlier builds came to, oldest first."""
        return self._ledger.history

    def forget_old(self) -> None:
        """Keep no data file of the last build: it may say what this one must not."""
        self._ledger.keeps_old = False

    def finish(
        self,
        report_id: str,
        *,
        is_scanned: bool = False,
        history: Sequence[Mapping[str, Any]] = (),  # Any: what JSON holds
    ) -> OutputTotals:
        """Delete what has no place any more, write the manifest and let go.

        Parameters
        ----------
        report_id : str
        is_scanned : bool
            Whether everything was looked through for secrets.
        history : sequence of mapping
            What this build and earlier ones came to, oldest first.

        Returns
        -------
        OutputTotals
        """
        entries, outdated = self._ledger.entries, self._ledger.outdated()
        for path in outdated:
            self._destination.delete(path)
        manifest = Manifest(
            report_id=report_id,
            files=entries,
            old=self._ledger.old(),
            is_scanned=is_scanned,
            history=tuple(dict(item) for item in history),
        )
        self._destination.end(manifest.to_json())
        self._is_finished = True
        artifacts = [(p, e.size_bytes) for p, e in entries.items() if p.startswith("artifacts/")]
        return OutputTotals(
            n_files=len(entries),
            size_bytes=sum(entry.size_bytes for entry in entries.values()),
            n_written=self._n_written,
            n_unchanged=len(entries) - self._n_written,
            n_deleted=len(outdated),
            n_artifacts=len(artifacts),
            artifact_bytes=sum(size for _, size in artifacts),
            largest=tuple(sorted(artifacts, key=lambda item: (-item[1], item[0]))[:N_LARGEST]),
        )

    def _record(self, path: str, entry: FileEntry) -> bool:
        if not links.is_safe(path):
            raise BuildError(f"'{path}' is no path inside of a site.")
        try:
            return self._ledger.add(path, entry)
        except ValueError as error:
            raise BuildError(f"The builder made {error}.", "Report this as a bug.") from error

    def _is_unchanged(self, path: str, entry: FileEntry) -> bool:
        last = self._ledger.last(path)
        return (
            last is not None
            and last.sha256 == entry.sha256
            and self._destination.has_size(path, entry.size_bytes)
        )


class FolderOutput(SiteOutput):
    """Output into a folder.

    Parameters
    ----------
    path : str
        Made when it is not there.
    store : str
        Folder that is read from, and that must not be written into.
    """

    def __init__(self, path: str, store: str = "") -> None:
        super().__init__(FolderDestination(path, store))


class MemoryOutput(SiteOutput):
    """Output into memory; `files` holds the site when the build is done.

    Parameters
    ----------
    files : dict of str to bytes, optional
        An earlier site, its manifest included.
    """

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        destination = MemoryDestination(files)
        super().__init__(destination)
        self.files = destination.files


class ZipOutput(SiteOutput):
    """Output into a zip file, which is replaced when the build is done.

    Parameters
    ----------
    path : str
    """

    def __init__(self, path: str) -> None:
        super().__init__(ZipDestination(path))


def sha256_of(stream: BinaryIO) -> str:
    """Read a stream to its end and return its digest in hex."""
    digest = hashlib.sha256()
    while block := stream.read(COPY_BYTES):
        digest.update(block)
    return digest.hexdigest()


class _Meter:
    """Counts and digests what passes through."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self.size_bytes = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def through(self, stream: BinaryIO) -> BinaryIO:
        return _Metered(stream, self)  # type: ignore[return-value]  # all of it that is written to

    def count(self, block: bytes) -> None:
        self._digest.update(block)
        self.size_bytes += len(block)


class _Metered:
    """A stream for writing that tells a meter what it was given."""

    closed = False

    def __init__(self, stream: BinaryIO, meter: _Meter) -> None:
        self._stream = stream
        self._meter = meter

    def write(self, block: bytes) -> int:
        self._meter.count(block)
        view = memoryview(block)
        while view:
            view = view[self._stream.write(view) :]
        return len(block)

    def flush(self) -> None:
        """Nothing is held back."""
