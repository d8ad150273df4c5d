"""What happened to a run, one record per call: the vocabulary that journals are written in.

A run is the fold over its events (:mod:`reporter.store.fold`). The logging API appends them,
importers replay other tools' histories as them, and compaction turns them into tables. An event
is a frozen record with a line form: :func:`to_line` and :func:`from_line` are inverse. Metric
points have a binary journal of their own and take line form only when someone asks for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar

from reporter.model import (
    Artifact,
    Dataset,
    DatasetInput,
    MetricDefinition,
    Problem,
    Record,
)

__all__ = [
    "ArtifactLogged",
    "DatasetsLogged",
    "Event",
    "ExperimentCreated",
    "ExperimentRenamed",
    "Imported",
    "LifecycleChanged",
    "MetricDefined",
    "MetricsLogged",
    "ParamsLogged",
    "ProblemFound",
    "RunEnded",
    "RunStarted",
    "TagsDeleted",
    "TagsSet",
    "WriterClosed",
    "WriterOpened",
    "from_line",
    "from_lines",
    "to_line",
]

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: object) -> Callable[[type], type]:
        """Say nothing at run time; type checkers take subclasses for dataclasses."""
        return _unchanged

    def _unchanged(cls: type) -> type:
        return cls


_TYPES: dict[str, Any] = {}  # Any: classes of events, called with what a line holds


@dataclass_transform(kw_only_default=True, frozen_default=True)
class _Frozen(Record):
    """Makes its subclasses frozen records with keyword arguments.

    As ``dataclass`` would, but without the code that it generates and compiles for each of fifteen
    kinds whenever a script imports the library.
    """

    type: ClassVar[str] = ""
    _names: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        cls._names = (*cls._names, *(name for name in cls.__annotations__ if name != "type"))
        _TYPES[cls.type] = cls

    if not TYPE_CHECKING:  # a type checker reads the fields and knows better than this

        def __init__(self, **values: object) -> None:
            for name in self._names:
                if name not in values and not hasattr(type(self), name):
                    raise TypeError(f"{type(self).__name__} needs {name}")
                self.__dict__[name] = values.pop(name, getattr(type(self), name, None))
            if values:
                raise TypeError(f"{type(self).__name__} has no {', '.join(values)}")

        def __setattr__(self, name: str, value: object) -> None:
            raise AttributeError(f"{type(self).__name__} is frozen")


class Event(_Frozen):
    """Something that happened at `at_ms` (milliseconds since 1970 UTC)."""

    at_ms: int


class WriterOpened(Event):
    """A process opened the run: first event of every journal."""

    type: ClassVar[str] = "writer_opened"
    host: str = ""
    pid: int = 0
    process_start: str = ""


class WriterClosed(Event):
    """The process closed its journal and will append nothing more."""

    type: ClassVar[str] = "writer_closed"


class RunStarted(Event):
    """The run began, or was taken up again (then only `status` is taken from this event)."""

    type: ClassVar[str] = "run_started"
    run_id: str
    experiment_id: str
    run_name: str = ""
    user_id: str = ""
    start_time: int | None = None
    status: str = "RUNNING"


class ParamsLogged(Event):
    """Params were logged; a param keeps its first value for ever."""

    type: ClassVar[str] = "params"
    params: Mapping[str, str]


class TagsSet(Event):
    """Tags were set; the later value wins."""

    type: ClassVar[str] = "tags"
    tags: Mapping[str, str]


class TagsDeleted(Event):
    """Tags were removed."""

    type: ClassVar[str] = "tags_deleted"
    keys: Sequence[str]


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


class MetricDefined(Event):
    """A metric's direction, unit or description was declared; fields left empty keep theirs."""

    type: ClassVar[str] = "metric_defined"
    definition: MetricDefinition


class ArtifactLogged(Event):
    """A file was put into the run's artifact folder; the same path again replaces it."""

    type: ClassVar[str] = "artifact"
    artifact: Artifact


class DatasetsLogged(Event):
    """Data sets were recorded as inputs."""

    type: ClassVar[str] = "datasets"
    inputs: Sequence[DatasetInput]


class RunEnded(Event):
    """The run ended in `status` at `end_time` (ms)."""

    type: ClassVar[str] = "run_ended"
    status: str
    end_time: int | None = None


class LifecycleChanged(Event):
    """A run or an experiment was deleted or restored."""

    type: ClassVar[str] = "lifecycle"
    lifecycle_stage: str


class ExperimentCreated(Event):
    """An experiment was created."""

    type: ClassVar[str] = "experiment_created"
    experiment_id: str
    name: str
    artifact_location: str = ""


class ExperimentRenamed(Event):
    """An experiment got another name; its id stays."""

    type: ClassVar[str] = "experiment_renamed"
    name: str


class Imported(Event):
    """The run was read out of another tool's files, which then looked like `fingerprint`."""

    type: ClassVar[str] = "imported"
    source: str
    fingerprint: str


class ProblemFound(Event):
    """Something of the run, or of the experiment, could not be read when it was imported."""

    type: ClassVar[str] = "problem"
    problem: Problem


def to_line(event: Event) -> bytes:
    r"""Write an event as one line of JSON, newline included.

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
    b'{"type":"params","at_ms":5,"params":{"lr":"0.1"}}\n'
    """
    record = {"type": event.type, **vars(event)}
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
    return _from_record(json.loads(line))


def from_lines(lines: Sequence[bytes]) -> list[Event]:
    """Read many lines at once, which costs a third of reading them one by one.

    Parameters
    ----------
    lines : sequence of bytes

    Returns
    -------
    list of Event
        Those of kinds that this version does not know left out.

    Raises
    ------
    ValueError, KeyError, TypeError, AttributeError, RecursionError
        One of the lines cannot be read: :func:`from_line` tells which.
    """
    records = json.loads((b"[" + b",".join(lines) + b"]").decode())
    if len(records) != len(lines):
        raise ValueError("a line holds no or several values")
    return [event for event in map(_from_record, records) if event is not None]


def _from_record(record: Any) -> Event | None:  # Any: whatever JSON holds
    if not isinstance(record, dict) or "at_ms" not in record:
        raise ValueError("not an event: expected a JSON object with 'type' and 'at_ms'")
    cls = _TYPES.get(record.pop("type", ""))
    if cls is None:
        return None
    values = {name: _rich(name, value) for name, value in record.items() if name in cls._names}
    try:
        event: Event = cls(**values)
    except TypeError as error:
        raise ValueError(f"not a complete '{cls.type}' event: {error}") from error
    return event


def _plain(value: object) -> object:
    """Turn a nested record into a dictionary without its empty fields."""
    if isinstance(value, Mapping):
        return dict(value)
    return {name: item for name, item in vars(value).items() if item not in ("", None)}


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


_NESTED: dict[str, Callable[[Any], Any]] = {
    "artifact": lambda value: _known(Artifact, value),
    "definition": lambda value: _known(MetricDefinition, value),
    "inputs": lambda value: tuple(_dataset_input(item) for item in value),
    "problem": lambda value: _known(Problem, value),
}
