"""A store in memory: the test double of the folder, public because users' tests want one too."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from reporter.errors import RunNotFoundError, RunStateError
from reporter.events import Event, MetricsLogged
from reporter.model import Artifact, Experiment, Run
from reporter.store.fold import fold, fold_experiment
from reporter.store.layout import safe_artifact_path
from reporter.store.ports import History

__all__ = ["MemoryStore", "MemoryWriter"]


@dataclass
class _Slot:
    experiment_id: str
    events: list[Event] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)


class MemoryStore:
    """A store that is gone with the process; implements the reader's port.

    Examples
    --------
    >>> from reporter.events import ParamsLogged
    >>> store = MemoryStore()
    >>> writer = store.writer("0", "a" * 32)
    >>> writer.append(ParamsLogged(at_ms=0, params={"lr": "0.1"}))
    >>> store.run("a" * 32).data.params
    {'lr': '0.1'}
    """

    def __init__(self) -> None:
        self._runs: dict[str, _Slot] = {}
        self._experiments: dict[str, list[Event]] = {}

    @property
    def location(self) -> str:
        """Always ``memory``."""
        return "memory"

    def append_experiment(self, experiment_id: str, *events: Event) -> None:
        """Record changes to an experiment."""
        self._experiments.setdefault(experiment_id, []).extend(events)

    def writer(self, experiment_id: str, run_id: str) -> MemoryWriter:
        """Open a run for writing, a new one or one that is here."""
        self._experiments.setdefault(experiment_id, [])
        slot = self._runs.setdefault(run_id, _Slot(experiment_id))
        return MemoryWriter(slot)

    def experiments(self) -> list[Experiment]:
        """Return every experiment, deleted ones too, by creation time and then id."""
        found = [fold_experiment(name, events) for name, events in self._experiments.items()]
        return sorted(found, key=lambda item: (item.creation_time or 0, int(item.experiment_id)))

    def runs(self, experiment_ids: Iterable[str] | None = None) -> Iterator[Run]:
        """Yield every run of these experiments (all when None), deleted ones too."""
        known = sorted(self._experiments, key=int)
        for experiment_id in known if experiment_ids is None else experiment_ids:
            for run_id in sorted(self._runs):
                if self._runs[run_id].experiment_id == experiment_id:
                    yield self.run(run_id)

    def run(self, run_id: str) -> Run:
        """Return one run; raises RunNotFoundError."""
        slot = self._slot(run_id)
        run = fold(run_id, slot.experiment_id, slot.events)
        return replace(run, info=replace(run.info, artifact_uri=f"memory:/{run_id}"))

    def history(
        self, run_ids: Sequence[str], keys: Sequence[str] | None = None
    ) -> Iterator[History]:
        """Yield the series of these runs, run by run as given, keys sorted within a run."""
        for run_id in run_ids:
            chunks: dict[str, list[MetricsLogged]] = {}
            for event in self._slot(run_id).events:
                if isinstance(event, MetricsLogged) and (keys is None or event.key in keys):
                    chunks.setdefault(event.key, []).append(event)
            for key in sorted(chunks):
                yield _history(run_id, key, chunks[key])

    def artifacts(self, run_ids: Sequence[str]) -> Iterator[tuple[str, Artifact]]:
        """Yield (run_id, artifact): what was logged and what was only put here."""
        for run_id in run_ids:
            files = self._slot(run_id).files
            found = {path: Artifact(path=path, size_bytes=len(files[path])) for path in files}
            found |= {item.path: item for item in self.run(run_id).artifacts}
            for path in sorted(found):
                yield run_id, found[path]

    def open_artifact(self, run_id: str, path: str) -> BinaryIO:
        """Open one artifact for reading; raises FileNotFoundError."""
        files = self._slot(run_id).files
        if path not in files:
            raise FileNotFoundError(f"Run {run_id} has no artifact file '{path}'.")
        return io.BytesIO(files[path])

    def _slot(self, run_id: str) -> _Slot:
        if run_id not in self._runs:
            raise RunNotFoundError(f"Run '{run_id}' not found in memory.", path="memory")
        return self._runs[run_id]


class MemoryWriter:
    """A writer of one run in memory; implements the writer's port."""

    def __init__(self, slot: _Slot) -> None:
        self._slot = slot
        self.is_closed = False

    def append(self, *events: Event) -> None:
        """Record events."""
        if self.is_closed:
            raise RunStateError("This run is not being logged to any more.")
        self._slot.events.extend(events)

    def put_artifact(self, path: str, data: bytes | BinaryIO) -> tuple[int, str]:
        """Store a file; return its size in bytes and its SHA-256 in hex."""
        content = bytes(data) if isinstance(data, (bytes, bytearray)) else data.read()
        self._slot.files[safe_artifact_path(path)] = content
        return len(content), hashlib.sha256(content).hexdigest()

    def flush(self) -> None:
        """Do nothing: memory cannot be made safer."""

    def close(self) -> None:
        """Append nothing more."""
        self.is_closed = True


def _history(run_id: str, key: str, chunks: Sequence[MetricsLogged]) -> History:
    import numpy as np

    return History(
        run_id=run_id,
        key=key,
        steps=np.array([step for chunk in chunks for step in chunk.steps], dtype=np.int64),
        timestamps_ms=np.array(
            [time for chunk in chunks for time in chunk.timestamps_ms], dtype=np.int64
        ),
        values=np.array([value for chunk in chunks for value in chunk.values], dtype=np.float64),
    )
