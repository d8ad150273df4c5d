"""A second copy of what ended runs are, all in one file, so that looking costs two `stat` a run.

Lies in the store's ``.cache/`` and may be deleted at any time. It is keyed by what the file system
says of a run's folder and table, so an entry that does not fit is simply not used; a file that is
damaged, of another version or gone is made anew. Whoever cannot write it reads without it.
Everybody replaces the whole file and nobody waits: of two writers the later one wins. Standard
library alone.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

from reporter.model import (
    Artifact,
    Dataset,
    DatasetInput,
    MetricDefinition,
    MetricSummary,
    Run,
    RunData,
    RunInfo,
    RunInputs,
)
from reporter.store import layout

__all__ = ["DerivedRuns", "Stamp", "is_settled", "stamp_of", "stamp_text", "write_derived"]

# Raise it when the same run is to give another entry.
FORMAT = 1
# Reading so few runs one by one takes 5 ms; a file for them would be no gain.
MIN_RUNS = 32
# A file is written anew when this share of it is missing: reading the others costs less than that.
MIN_SHARE = 0.05
# Two changes within one tick of a file system's clock look like one. None ticks slower than FAT.
SETTLED_NS = 2_000_000_000

_INFO = tuple(RunInfo.__dataclass_fields__)
_SUMMARY = tuple(MetricSummary.__dataclass_fields__)

_NO_INPUTS = RunInputs()
_FOLDERS_HAVE_TIMES = os.name == "posix"

Stamp = tuple[int, int, int]
"""Time of the last change of a run's folder, then size and time of its table: ns and bytes."""


def stamp_of(folder: str, table: str) -> Stamp | None:
    """Ask the file system about a run's folder and one of its tables.

    Parameters
    ----------
    folder : str
    table : str
        Name of the table.

    Returns
    -------
    Stamp or None
        None when there is no such table, or when the run goes on beside it where that would not
        be seen: not every file system of Windows changes the time of a folder with what is in it.
    """
    try:
        whole, one = os.stat(folder), os.stat(f"{folder}{os.sep}{table}")
        if not _FOLDERS_HAVE_TIMES and any(map(_is_journal, os.listdir(folder))):
            return None
    except OSError:
        return None
    return (whole.st_mtime_ns, one.st_size, one.st_mtime_ns)


def _is_journal(name: str) -> bool:
    return layout.is_events_journal(name) or layout.is_metrics_journal(name)


def stamp_text(stamp: Stamp) -> str:
    """Write a stamp as one text."""
    return "%d %d %d" % stamp  # noqa: UP031  # half the time of the other ways, for every run


def is_settled(stamp: Stamp) -> bool:
    """Tell whether any later change would give another stamp."""
    return max(stamp[0], stamp[-1]) < time.time_ns() - SETTLED_NS


class Summaries(Mapping[str, MetricSummary]):
    """A run's summaries, decoded when one of them is asked for.

    Parameters
    ----------
    latest : dict of str to float
        Latest value of each metric: all that most tables show.
    text : str
        JSON of the fields of each.
    """

    __slots__ = ("_found", "_text", "latest")

    def __init__(self, latest: dict[str, float], text: str) -> None:
        self.latest = latest
        self._text = text
        self._found: dict[str, MetricSummary] | None = None

    def __getitem__(self, key: str) -> MetricSummary:
        return self._all()[key]

    def _all(self) -> dict[str, MetricSummary]:
        if self._found is None:
            rows = json.loads(self._text)
            found = (MetricSummary(**dict(zip(_SUMMARY, row, strict=True))) for row in rows)
            self._found = {item.key: item for item in found}
        return self._found

    # Asked for by every column of every table: the mixins would go over each key by itself.
    def get(self, key: str, default: Any = None) -> Any:  # Any: as Mapping has it
        """Return a summary, or `default`."""
        return self._all().get(key, default)

    def items(self) -> ItemsView[str, MetricSummary]:
        """Return pairs of key and summary."""
        return self._all().items()

    def values(self) -> ValuesView[MetricSummary]:
        """Return the summaries."""
        return self._all().values()

    def __iter__(self) -> Iterator[str]:
        return iter(self.latest)

    def __len__(self) -> int:
        return len(self.latest)

    def __contains__(self, key: object) -> bool:
        return key in self.latest

    def __repr__(self) -> str:
        return repr(dict(self))


@dataclass
class DerivedRuns:
    """The runs of one experiment as its derived file has them.

    Parameters
    ----------
    path : str
        Of the file.
    entries : dict of str to list
        Run id to its stamp and the fields of its run.
    fresh : dict of str to list
        Entries that the file does not have.
    """

    path: str
    entries: dict[str, list[Any]]  # Any: what JSON holds
    fresh: dict[str, list[Any]]

    @classmethod
    def load(cls, store: str, experiment_id: str) -> DerivedRuns:
        """Read the file of an experiment; one that cannot be used has no entries."""
        path = os.path.join(store, layout.CACHE, f"runs-{experiment_id}.json")
        entries: dict[str, list[Any]] = {}
        with suppress(OSError, ValueError), open(path, "rb") as file:
            head, _, body = file.read().partition(b"\n")
            if head == _head(body):
                found = json.loads(body)
                entries = found if isinstance(found, dict) else {}
        return cls(path, entries, {})

    def find(self, run_id: str, stamp: Stamp | None, artifact_uri: str) -> Run | None:
        """Return a run if nothing has changed in its folder since it was added."""
        entry = self.entries.get(run_id)
        if entry is None or stamp is None:
            return None
        try:
            return _decode(entry, artifact_uri) if entry[0] == stamp_text(stamp) else None
        except (ValueError, TypeError, LookupError):  # somebody else's idea of such a file
            return None

    def add(self, run: Run, stamp: Stamp | None) -> None:
        """Take a run that was read from its folder, if it may be kept."""
        if stamp is not None and not run.problems and is_settled(stamp):
            self.fresh[run.info.run_id] = _encode(run, stamp)

    def save(self, run_ids: list[str]) -> None:
        """Write the file anew if that is worth it; `run_ids` are those that there are."""
        if len(self.fresh) < max(MIN_RUNS, MIN_SHARE * len(self.entries)):
            return
        known = set(run_ids)
        entries = {key: item for key, item in self.entries.items() if key in known} | self.fresh
        body = json.dumps(entries, separators=(",", ":")).encode()
        write_derived(self.path, _head(body) + b"\n" + body)


def _head(body: bytes) -> bytes:
    return f"runpages derived runs {FORMAT} {len(body)} {crc32(body):08x}".encode()


def write_derived(path: str, data: bytes) -> bool:
    """Write a file of the cache whole or not at all; False where that cannot be."""
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f"{layout.TEMPORARY_PREFIX}{os.urandom(6).hex()}-{name}")
    try:
        _make_cache(folder)
        with open(temporary, "xb") as file:
            file.write(data)
        os.replace(temporary, path)
    except OSError:  # read-only, full, or another one's: nobody needs the file
        with suppress(OSError):
            os.unlink(temporary)
        return False
    return True


def _make_cache(folder: str) -> None:
    """Make the folder, and have version control leave it alone."""
    if os.path.isdir(folder):
        return
    os.mkdir(folder)
    with open(os.path.join(folder, ".gitignore"), "wb") as file:
        file.write(b"*\n")


def _encode(run: Run, stamp: Stamp) -> list[Any]:
    data = run.data
    more: dict[str, Any] = {
        "definitions": [vars(item) for item in data.definitions.values()],
        "artifacts": [vars(item) for item in run.artifacts],
        "inputs": [
            {"dataset": vars(item.dataset), "tags": dict(item.tags)}
            for item in run.inputs.dataset_inputs
        ],
    }
    rows = [list(vars(item).values()) for item in data.summaries.values()]
    # No list or dictionary that need not be: thousands of them are what the collector walks over.
    return [
        stamp_text(stamp),
        list(vars(replace(run.info, artifact_uri="")).values()),
        run.last_event_time,
        dict(data.params),
        dict(data.tags),
        data.metrics,
        json.dumps(rows, separators=(",", ":")),
        {name: items for name, items in more.items() if items} or None,
    ]


def _decode(entry: list[Any], artifact_uri: str) -> Run:
    _, values, last_event_time, params, tags, latest, text, more = entry
    info = RunInfo.__new__(RunInfo)
    # At once: setting the fields of a frozen record one by one is what reading would spend most on.
    vars(info).update(zip(_INFO, values, strict=True), artifact_uri=artifact_uri)
    run = Run(
        info=info,
        data=RunData(params=params, tags=tags, summaries=Summaries(latest, text)),
        inputs=_NO_INPUTS,
        last_event_time=last_event_time,
    )
    return _with_more(run, more) if more else run


def _with_more(run: Run, more: dict[str, Any]) -> Run:
    definitions = [MetricDefinition(**item) for item in more.get("definitions", ())]
    inputs = tuple(
        DatasetInput(dataset=Dataset(**item["dataset"]), tags=item["tags"])
        for item in more.get("inputs", ())
    )
    return replace(
        run,
        data=replace(run.data, definitions={item.key: item for item in definitions}),
        inputs=RunInputs(dataset_inputs=inputs),
        artifacts=tuple(Artifact(**item) for item in more.get("artifacts", ())),
    )
