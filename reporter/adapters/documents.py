"""What a tool keeps about an experiment that a run's record has no place for: small documents.

Logged models, traces and their links are JSON documents of a kind and an id. Each change is a
merge patch (RFC 7386: a null removes) in one line of a journal of its own process, so that nothing
is locked and stores merge by copying; a document is the fold over its patches. Readers of runs
ignore these files. Knows nothing of the tool it serves.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Mapping
from typing import Any

from reporter.store import layout
from reporter.store.journal import Journal

__all__ = ["Documents", "merge_patch"]

# Any: JSON values throughout.
Document = dict[str, Any]
# Time, journal, place in it, record: the first three order the patches.
_Line = tuple[int, str, int, Document]


def merge_patch(target: Any, patch: Any) -> Any:  # Any: JSON
    """Apply a JSON merge patch.

    Parameters
    ----------
    target, patch : JSON value
        `target` is not changed.

    Returns
    -------
    JSON value

    Examples
    --------
    >>> merge_patch({"a": 1, "tags": {"x": "1"}}, {"a": None, "tags": {"y": "2"}})
    {'tags': {'x': '1', 'y': '2'}}
    """
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


class Documents:
    """The documents of one experiment.

    Parameters
    ----------
    folder : str
        The experiment's folder.
    on_error : {"warn", "raise"}
        What a disk that refuses does to the caller.
    """

    def __init__(self, folder: str, on_error: str = "warn") -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._journal = Journal(
            lambda writer: os.path.join(folder, layout.documents_journal(writer)),
            on_error=on_error,
        )
        self._read: dict[str, int] = {}
        self._listed: tuple[int, list[str]] = -1, []
        self._lines: list[_Line] = []
        self._folded: dict[tuple[str, str], Document] = {}

    def patch(
        self, at_ms: int, kind: str, document_id: str, patch: Mapping[str, Any] | None
    ) -> None:
        """Change a document; None removes it."""
        record = {"at_ms": at_ms, "kind": kind, "id": document_id, "patch": patch}
        self._journal.write(json.dumps(record, separators=(",", ":")).encode() + b"\n")

    def get(self, kind: str, document_id: str) -> Document | None:
        """Return a document, or None."""
        return self._fold().get((kind, document_id))

    def all(self, kind: str) -> dict[str, Document]:
        """Return every document of a kind by its id."""
        return {key[1]: found for key, found in self._fold().items() if key[0] == kind}

    def _fold(self) -> dict[tuple[str, str], Document]:
        """Read what was appended since the last time, and fold it."""
        with self._lock:
            fresh = sorted(
                (line for name in self._names() for line in self._read_on(name)),
                key=lambda line: line[:3],
            )
            if fresh and self._lines and fresh[0][:3] < self._lines[-1][:3]:
                # Another process's clock is behind: begin again, in the right order.
                fresh = sorted([*self._lines, *fresh], key=lambda line: line[:3])
                self._lines, self._folded = [], {}
            for line in fresh:
                self._apply(line[3])
            self._lines += fresh
            return self._folded

    def _apply(self, record: Document) -> None:
        key = record["kind"], record["id"]
        if record["patch"] is None:
            self._folded.pop(key, None)
        else:
            self._folded[key] = merge_patch(self._folded.get(key), record["patch"])

    def _names(self) -> list[str]:
        """List the journals; anew when the folder's time says that a file came or went."""
        try:
            changed_ns = os.stat(self._folder).st_mtime_ns
            if self._listed[0] != changed_ns:
                names = sorted(filter(layout.is_documents_journal, os.listdir(self._folder)))
                is_sure = time.time_ns() - changed_ns > layout.CLOCK_TICK_NS
                self._listed = changed_ns if is_sure else -1, names
        except FileNotFoundError:
            return []
        return self._listed[1]

    def _read_on(self, name: str) -> list[_Line]:
        """Return the whole lines behind what was read of a journal."""
        start, path = self._read.get(name, 0), os.path.join(self._folder, name)
        try:
            if os.stat(path).st_size <= start:
                return []
            with open(path, "rb") as file:
                file.seek(start)
                data = file.read()
        except OSError:
            return []
        end = data.rfind(b"\n") + 1
        found = []
        for number, line in enumerate(data[:end].splitlines()):
            try:
                record = json.loads(line)
                entry = int(record["at_ms"]), name, start + number, record
                hash((record["kind"], record["id"], record["patch"] is None))
            except (ValueError, KeyError, TypeError):
                continue  # a torn line in the middle: a full disk, and the rest went elsewhere
            found.append(entry)
        self._read[name] = start + end
        return found
