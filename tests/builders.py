"""Stores for tests, written through the real writer with a chosen clock and chosen ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from reporter.events import (
    ArtifactLogged,
    Event,
    ExperimentCreated,
    MetricsLogged,
    ParamsLogged,
    RunEnded,
    RunStarted,
    TagsSet,
)
from reporter.model import Artifact
from reporter.store import layout
from reporter.store.writer import ExperimentWriter, FolderWriter

# 21 November 2026, 03:52 UTC
START_MS = 1_795_233_120_000


def run_id_of(name: str) -> str:
    """Derive a run id from a readable name, so that tests say which run they mean."""
    return sha256(name.encode()).hexdigest()[:32]


def make_store(path: Path, experiments: Mapping[str, str] | None = None) -> str:
    """Create a store with experiments (id to name); Default alone when none is given."""
    layout.create_store(str(path))
    for experiment_id, name in (experiments or {"0": "Default"}).items():
        event = ExperimentCreated(at_ms=START_MS, experiment_id=experiment_id, name=name)
        ExperimentWriter(str(path), experiment_id).append(event)
    return str(path)


def run_events(
    name: str,
    *,
    experiment_id: str = "0",
    metrics: Mapping[str, Sequence[float]] | None = None,
    params: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
    status: str | None = "FINISHED",
    start_ms: int = START_MS,
    duration_ms: int = 60_000,
) -> list[Event]:
    """Write down what happens in a run: points a second apart, one step each."""
    events: list[Event] = [
        RunStarted(
            at_ms=start_ms, run_id=run_id_of(name), experiment_id=experiment_id, run_name=name
        )
    ]
    if params:
        events.append(ParamsLogged(at_ms=start_ms, params=dict(params)))
    if tags:
        events.append(TagsSet(at_ms=start_ms, tags=dict(tags)))
    for key, values in (metrics or {}).items():
        steps = list(range(len(values)))
        times = [start_ms + 1_000 * step for step in steps]
        events.append(
            MetricsLogged(
                at_ms=start_ms, key=key, values=list(values), steps=steps, timestamps_ms=times
            )
        )
    if status:
        end = start_ms + duration_ms
        events.append(RunEnded(at_ms=end, status=status, end_time=end))
    return events


def make_run(
    store: str,
    name: str,
    *,
    experiment_id: str = "0",
    artifacts: Mapping[str, bytes] | None = None,
    fold: bool = True,
    close: bool = True,
    **options: object,
) -> str:
    """Write a run into a store and return its id; see :func:`run_events` for the options."""
    events = run_events(name, experiment_id=experiment_id, **options)  # type: ignore[arg-type]
    writer = FolderWriter(store, experiment_id, run_id_of(name), now_ms=lambda: START_MS)
    writer.append(events[0])
    for path, data in (artifacts or {}).items():
        size_bytes, digest = writer.put_artifact(path, data)
        artifact = Artifact(path=path, size_bytes=size_bytes, sha256=digest)
        writer.append(ArtifactLogged(at_ms=START_MS, artifact=artifact))
    writer.append(*events[1:])
    if close:
        writer.close()
    if close and fold:
        writer.compact()
    return writer.run_id
