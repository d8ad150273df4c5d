"""What happened to a run, one record per call: the vocabulary that journals are written in.

A run is the fold over its events (:mod:`reporter.store.fold`). The logging API appends them,
importers replay other tools' histories as them, and compaction turns them into tables. An event
is a frozen record with a line form: :func:`to_line` and :func:`from_line` are inverse. Metric
points have a binary journal of their own and take line form only when someone asks for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from reporter.model import Artifact, Dataset, DatasetInput, MetricDefinition, Record

__all__ = [
    "ArtifactLogged",
    "DatasetsLogged",
    "Event",
    "ExperimentCreated",
    "ExperimentRenamed",
    "LifecycleChanged",
    "MetricDefined",
    "MetricsLogged",
    "ParamsLogged",
    "RunEnded",
    "RunStarted",
    "TagsDeleted",
    "TagsSet",
    "WriterClosed",
    "WriterOpened",
    "from_line",
    "to_line",
]

_TYPES: dict[str, type[Event]] = {}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Event(Record):
    """Something that happened at `at_ms` (milliseconds since 1970 UTC)."""

    type: ClassVar[str] = ""
    at_ms: int

    def __init_subclass__(cls) -> None:
        _TYPES[cls.type] = cls


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class WriterOpened(Event):
    """A process opened the run: first event of every journal."""

    type: ClassVar[str] = "writer_opened"
    host: str = ""
    pid: int = 0
    process_start: str = ""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class WriterClosed(Event):
    """The process closed its journal and will append nothing more."""

    type: ClassVar[str] = "writer_closed"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class RunStarted(Event):
    """The run began, or was taken up again (then only `status` is taken from this event)."""

    type: ClassVar[str] = "run_started"
    run_id: str
    experiment_id: str
    run_name: str = ""
    user_id: str = ""
    start_time: int | None = None
    status: str = "RUNNING"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ParamsLogged(Event):
    """Params were logged; a param keeps its first value for ever."""

    type: ClassVar[str] = "params"
    params: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class TagsSet(Event):
    """Tags were set; the later value wins."""

    type: ClassVar[str] = "tags"
    tags: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class TagsDeleted(Event):
    """Tags were removed."""

    type: ClassVar[str] = "tags_deleted"
    keys: Sequence[str]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class MetricsLogged(Event):
    """Points of one metric, in the order they were logged.

    Parameters
    ----------
    key : str
    values : sequence of float, shape (n,)
    steps : sequence of int, shape (n,)
    timestamps_ms : sequence of int, shape (n,)
    """

    type: ClassVar[str] = "metrics"
    key: str
    values: Sequence[float]
    steps: Sequence[int]
    timestamps_ms: Sequence[int]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class MetricDefined(Event):
    """A metric's direction, unit or description was declared; fields left empty keep theirs."""

    type: ClassVar[str] = "metric_defined"
    definition: MetricDefinition


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ArtifactLogged(Event):
    """A file was put into the run's artifact folder; the same path again replaces it."""

    type: ClassVar[str] = "artifact"
    artifact: Artifact


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class DatasetsLogged(Event):
    """Data sets were recorded as inputs."""

    type: ClassVar[str] = "datasets"
    inputs: Sequence[DatasetInput]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class RunEnded(Event):
    """The run ended in `status` at `end_time` (ms)."""

    type: ClassVar[str] = "run_ended"
    status: str
    end_time: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class LifecycleChanged(Event):
    """A run or an experiment was deleted or restored."""

    type: ClassVar[str] = "lifecycle"
    lifecycle_stage: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ExperimentCreated(Event):
    """An experiment was created."""

    type: ClassVar[str] = "experiment_created"
    experiment_id: str
    name: str
    artifact_location: str = ""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ExperimentRenamed(Event):
    """An experiment got another name; its id stays."""

    type: ClassVar[str] = "experiment_renamed"
    name: str


def to_line(event: Event) -> bytes:
    """Write an event as one line of JSON, newline included.

    Parameters
    ----------
    event : Event

    Returns
    -------
    bytes
        UTF-8. Lone surrogates survive, since JSON escapes all that is not ASCII.

    Examples
    --------
    >>> to_line(ParamsLogged(at_ms=5, params={"lr": "0.1"}))
    b'{"type":"params","at_ms":5,"params":{"lr":"0.1"}}\\n'
    """
    record = {"type": event.type, "at_ms": event.at_ms}
    for spec in fields(event):
        record[spec.name] = getattr(event, spec.name)
    text = json.dumps(record, separators=(",", ":"), default=_plain)
    return text.encode() + b"\n"


def from_line(line: bytes) -> Event | None:
    """Read one line back.

    Parameters
    ----------
    line : bytes
        One line of JSON, with or without its newline.

    Returns
    -------
    Event or None
        None for an event of a kind that this version does not know: a newer writer's.

    Raises
    ------
    ValueError
        When the line is no JSON object or lacks a field that its kind needs.
    """
    record = json.loads(line)
    if not isinstance(record, dict) or "at_ms" not in record:
        raise ValueError("not an event: expected a JSON object with 'type' and 'at_ms'")
    cls = _TYPES.get(record.pop("type", ""))
    if cls is None:
        return None
    known = {spec.name for spec in fields(cls)}
    values = {name: _rich(name, value) for name, value in record.items() if name in known}
    try:
        return cls(**values)
    except TypeError as error:
        raise ValueError(f"not a complete '{cls.type}' event: {error}") from error


def _plain(value: object) -> object:
    """Turn a nested record into a dictionary without its empty fields."""
    if isinstance(value, Mapping):
        return dict(value)
    return {f.name: v for f in fields(value) if (v := getattr(value, f.name)) not in ("", None)}  # type: ignore[arg-type]


def _rich(name: str, value: Any) -> Any:  # Any: whatever JSON holds
    """Turn a nested dictionary back into its record."""
    builder = _NESTED.get(name)
    return builder(value) if builder else value


def _dataset_input(value: Mapping[str, Any]) -> DatasetInput:
    return DatasetInput(dataset=_known(Dataset, value["dataset"]), tags=value.get("tags", {}))


def _known(cls: type[Any], value: Mapping[str, Any]) -> Any:  # Any: one of our own records
    """Build a record from the fields this version knows."""
    names = {spec.name for spec in fields(cls)}
    return cls(**{key: item for key, item in value.items() if key in names})


_NESTED = {
    "artifact": lambda value: _known(Artifact, value),
    "definition": lambda value: _known(MetricDefinition, value),
    "inputs": lambda value: tuple(_dataset_input(item) for item in value),
}
