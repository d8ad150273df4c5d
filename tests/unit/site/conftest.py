"""What the builder's tests share: stores in memory, and sites built from them in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from reporter.events import Event, ExperimentCreated
from reporter.site.build import BuildResult, build
from reporter.site.writing.output import MemoryOutput
from reporter.store.memory import MemoryStore
from tests.builders import run_events, run_id_of


@dataclass
class Built:
    """A site in memory and what its build said."""

    files: dict[str, bytes]
    result: BuildResult

    def text(self, path: str) -> str:
        return self.files[path].decode()


@pytest.fixture
def memory_store():
    """Make a store in memory: name of a run to options of ``run_events``."""

    def make(runs: Mapping[str, Mapping[str, object]], *, name: str = "digits", into=None):
        store = into or MemoryStore()
        if into is None:
            created = ExperimentCreated(at_ms=1, experiment_id="7", name=name)
            store.append_experiment("7", created)
        for run_name, options in runs.items():
            add_run(store, run_name, **options)
        return store

    return make


def add_run(store: MemoryStore, name: str, *, artifacts=None, events=(), **options) -> None:
    writer = store.writer("7", run_id_of(name))
    for path, data in (artifacts or {}).items():
        writer.put_artifact(path, data)
    logged: list[Event] = run_events(name, experiment_id="7", **options)
    for event in [*logged, *events]:
        writer.append(event)


@pytest.fixture
def built():
    """Build a store into memory, over an earlier site when one is given."""

    def make(store: MemoryStore, earlier: Built | None = None, **options: object) -> Built:
        output = MemoryOutput(earlier.files if earlier else None)
        return Built(output.files, build(store, output, **options))

    return make
