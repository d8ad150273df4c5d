"""What the builder wrote into a site, from which inputs: the memory from one build to the next.

The manifest is the only list of what may ever be deleted, and the only reason not to make a file
again. It lies in the site, so a site that was published and fetched back can be built on. It is
data from outside all the same: paths in it are checked before they are believed. Knows nothing of
how files are written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reporter.model import Problem
from reporter.site import links

__all__ = [
    "FORMAT",
    "FileEntry",
    "Ledger",
    "Manifest",
    "ManifestError",
    "NewerManifestError",
    "inputs_digest",
]

FORMAT = 1


def inputs_digest(*parts: object) -> str:
    """Digest what a file is made from.

    Parameters
    ----------
    *parts : object
        Plain values and frozen records of them: what their ``repr`` does not show does not count.

    Returns
    -------
    str
        32 hex digits.
    """
    text = repr(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).hexdigest()


class ManifestError(ValueError):
    """A text that is no manifest of ours."""


class NewerManifestError(ManifestError):
    """A manifest that a newer version of this package wrote."""


@dataclass(frozen=True, kw_only=True)
class FileEntry:
    """One file of the site.

    Parameters
    ----------
    sha256 : str
        Digest of its bytes.
    size_bytes : int
    inputs : str
        Digest of everything it was made from; empty when it is cheaper to make it again.
    needs : tuple of str
        Site paths of files made along with it.
    problems : tuple of Problem
        Found while it was made, to be told again when it is not made again.
    """

    sha256: str
    size_bytes: int
    inputs: str = ""
    needs: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """All files of a site.

    Parameters
    ----------
    report_id : str
    files : mapping of str to FileEntry
        By site path.
    old : mapping of str to int
        Site path to size in bytes: files of the build before, kept for pages that a browser or
        a proxy still holds.
    is_scanned : bool
        Whether every file was looked through for secrets and none was found.
    history : tuple of dict
        What earlier builds came to, oldest first; see :mod:`reporter.site.history`.
    """

    report_id: str = ""
    files: Mapping[str, FileEntry] = field(default_factory=dict)
    old: Mapping[str, int] = field(default_factory=dict)
    is_scanned: bool = False
    history: tuple[dict[str, Any], ...] = ()  # Any: what JSON holds

    def to_json(self) -> bytes:
        """Write the manifest: sorted, one file a line."""
        files = ",\n".join(
            f"{_dump(path)}:{_dump(_entry_record(self.files[path]))}" for path in sorted(self.files)
        )
        old = dict(sorted(self.old.items()))
        head = {
            "format": FORMAT,
            "report_id": self.report_id,
            "is_scanned": self.is_scanned,
            "history": self.history,
            "old": old,
        }
        return f'{_dump(head)[:-1]},"files":{{\n{files}\n}}}}\n'.encode()

    @staticmethod
    def from_json(text: bytes) -> Manifest:
        """Read a manifest.

        Raises
        ------
        ManifestError
            It is no manifest of ours, or names a path outside of the site.
        NewerManifestError
        """
        try:
            record = json.loads(text)
            version = int(record["format"])
            if version > FORMAT:
                raise NewerManifestError(f"format {version}")
            files = {path: _entry(item) for path, item in record["files"].items()}
            old = {path: int(size) for path, size in record["old"].items()}
            report_id = str(record["report_id"])
            is_scanned = record.get("is_scanned") is True
            history = tuple(dict(item) for item in record.get("history", ()))
        except ManifestError:
            raise
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise ManifestError(f"{type(error).__name__}: {error}") from error
        if unsafe := [path for path in (*files, *old) if not links.is_safe(path)]:
            raise ManifestError(f"path {unsafe[0]!r} leads out of the site")
        return Manifest(
            report_id=report_id, files=files, old=old, is_scanned=is_scanned, history=history
        )


class Ledger:
    """What the last build wrote against what this one writes; decides, and touches no file.

    Parameters
    ----------
    previous : Manifest
    suspects : iterable of str
        Paths that a build which did not finish may have written: ours, but to be made again.
    """

    def __init__(self, previous: Manifest, suspects: Iterable[str] = ()) -> None:
        self._suspects = set(suspects)
        self._previous = previous
        self._known = {p: e for p, e in previous.files.items() if p not in self._suspects}
        self._by_inputs = {e.inputs: p for p, e in self._known.items() if e.inputs}
        self.entries: dict[str, FileEntry] = {}
        self.keeps_old = True

    @property
    def report_id(self) -> str:
        """Id under which the last build went, empty when there was none."""
        return self._previous.report_id

    def scanned(self) -> set[str]:
        """Return the digests of files that were looked through for secrets."""
        if not self._previous.is_scanned:
            return set()
        return {entry.sha256 for entry in self._known.values()}

    @property
    def history(self) -> tuple[dict[str, Any], ...]:  # Any: what JSON holds
        """What earlier builds came to; nothing when this build must not tell."""
        return self._previous.history if self.keeps_old else ()

    def owns(self, path: str) -> bool:
        """Tell whether a file at this path is ours."""
        previous = self._previous
        is_known = path in previous.files or path in previous.old
        return is_known or path in self._suspects or path in self.entries

    def find(self, inputs: str) -> str | None:
        """Return the file that the last build made from these inputs, if it made one."""
        return self._by_inputs.get(inputs)

    def last(self, path: str) -> FileEntry | None:
        """Return what the last build wrote at this path."""
        return self._known.get(path)

    def add(self, path: str, entry: FileEntry) -> bool:
        """Record a file; return False when the very same file was recorded before.

        Raises
        ------
        ValueError
            Another file was recorded at this path.
        """
        known = self.entries.get(path)
        if known is not None and known.sha256 != entry.sha256:
            raise ValueError(f"two different files for '{path}'")
        self.entries[path] = entry
        return known is None

    def old(self) -> dict[str, int]:
        """Return the hashed files of the last build that this one has no use for: kept once."""
        previous = self._previous.files if self.keeps_old else {}
        return {
            path: entry.size_bytes
            for path, entry in previous.items()
            if path not in self.entries and _is_hashed(path)
        }

    def outdated(self) -> list[str]:
        """Return the files of ours that have no place in the site any more."""
        kept = {*self.entries, *self.old()}
        return sorted({*self._previous.files, *self._previous.old, *self._suspects} - kept)


def _is_hashed(path: str) -> bool:
    """Tell whether a page that was loaded before this build may still ask for the file."""
    return path.startswith(("data/", "assets/")) and path.endswith((".js", ".css"))


def _dump(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _entry_record(entry: FileEntry) -> dict[str, object]:
    record: dict[str, object] = {"sha256": entry.sha256, "size_bytes": entry.size_bytes}
    if entry.inputs:
        record["inputs"] = entry.inputs
    if entry.needs:
        record["needs"] = entry.needs
    if entry.problems:
        record["problems"] = [vars(problem) for problem in entry.problems]
    return record


def _entry(record: Mapping[str, Any]) -> FileEntry:  # Any: whatever JSON holds
    return FileEntry(
        sha256=str(record["sha256"]),
        size_bytes=int(record["size_bytes"]),
        inputs=str(record.get("inputs", "")),
        needs=tuple(str(path) for path in record.get("needs", ())),
        problems=tuple(Problem(**item) for item in record.get("problems", ())),
    )
