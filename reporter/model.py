"""What a run is: frozen records that every layer shares.

Names follow MLflow's entities (``run.info.run_id``, ``run.data.metrics``), so scripts that read
runs need no change. Times are integer milliseconds since 1970 UTC and sizes are bytes. This
module knows nothing of files, tables or pages, and imports the standard library alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

__all__ = [
    "LOGGED_MODELS_TAG",
    "MODELS_TAG",
    "Artifact",
    "Dataset",
    "DatasetInput",
    "Experiment",
    "ExperimentTag",
    "InputTag",
    "KeyValue",
    "LifecycleStage",
    "LoggedModelOutput",
    "Metric",
    "MetricDefinition",
    "MetricSummary",
    "Param",
    "Problem",
    "Record",
    "Run",
    "RunData",
    "RunInfo",
    "RunInputs",
    "RunOutputs",
    "RunStatus",
    "RunTag",
    "ViewType",
    "model_id_of",
]

MODELS_TAG = "mlflow.log-model.history"
"""The tag in which MLflow lists the models among a run's artifacts, as JSON."""
LOGGED_MODELS_TAG = "mlflow.loggedModels"
"""The tag that holds, as JSON, the models of an imported run that MLflow 3 kept beside it."""


class Record:
    """Equality, hash and text of the frozen records, by their fields.

    Written once here rather than generated for each class: generating took a third of the time
    that ``import reporter`` takes.
    """

    def __eq__(self, other: object) -> bool:
        return self.__class__ is other.__class__ and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(tuple(self.__dict__.values()))

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={value!r}" for name, value in sorted(self.__dict__.items()))
        return f"<{self.__class__.__name__}: {inside}>"

    def __iter__(self) -> Iterator[tuple[str, object]]:
        """Yield fields and their values, so that ``dict(run.info)`` works as MLflow's does."""
        yield from sorted(self.__dict__.items())

    def to_dictionary(self) -> dict[str, object]:
        """Convert to plain dictionaries, as MLflow's entities do."""
        return {name: _plain(value) for name, value in self.__dict__.items()}


def _plain(value: object) -> object:
    if isinstance(value, Record):
        return value.to_dictionary()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


class RunStatus:
    """The five states of a run, as MLflow spells them."""

    RUNNING = "RUNNING"
    SCHEDULED = "SCHEDULED"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    KILLED = "KILLED"

    ALL = (RUNNING, SCHEDULED, FINISHED, FAILED, KILLED)

    @staticmethod
    def is_terminated(status: str) -> bool:
        """Tell whether a run in this state will log nothing more by itself."""
        return status in (RunStatus.FINISHED, RunStatus.FAILED, RunStatus.KILLED)


class LifecycleStage:
    """Whether an experiment or a run counts: deleted ones are kept but hidden."""

    ACTIVE = "active"
    DELETED = "deleted"


class ViewType:
    """Which lifecycle stages a search returns (MLflow's numbers)."""

    ACTIVE_ONLY = 1
    DELETED_ONLY = 2
    ALL = 3

    @staticmethod
    def from_string(view: str) -> int:
        """Return the number of ``active_only``, ``deleted_only`` or ``all``."""
        return {"active_only": 1, "deleted_only": 2, "all": 3}[view.lower()]

    @staticmethod
    def includes(view_type: int, lifecycle_stage: str) -> bool:
        """Tell whether a thing in this stage belongs to the view."""
        if view_type == ViewType.ALL:
            return True
        wanted = (
            LifecycleStage.DELETED if view_type == ViewType.DELETED_ONLY else LifecycleStage.ACTIVE
        )
        return lifecycle_stage == wanted


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Problem(Record):
    """Something damaged, missing or left out that did not stop the work.

    Parameters
    ----------
    what : str
        One of a few words for the kind, e.g. ``"Torn last line"``.
    where : str
        The run, file or page concerned, relative to the store.
    detail : str
        What exactly was found, with byte position or size.
    hint : str
        What to do about it; empty when nothing can be done.
    severity : str
        ``"warning"`` when all that could be read was read, ``"error"`` when something is lost.
    """

    what: str
    where: str
    detail: str = ""
    hint: str = ""
    severity: str = "warning"


@dataclass(frozen=True, eq=False, repr=False)
class KeyValue(Record):
    """A param or tag of its own: what a client's ``log_batch`` takes.

    Parameters
    ----------
    key : str
    value : object
        Stored as its ``str()``.
    """

    key: str
    value: object


class Param(KeyValue):
    """A param for ``log_batch``."""


class RunTag(KeyValue):
    """A tag of a run, for ``log_batch``."""


class ExperimentTag(KeyValue):
    """A tag of an experiment."""


class InputTag(KeyValue):
    """A tag of a data set that a run reads."""


@dataclass(frozen=True, eq=False, repr=False)
class Metric(Record):
    """One logged point.

    Parameters
    ----------
    key : str
    value : float
        Any float64, NaN and infinities included.
    timestamp : int
        Milliseconds since 1970 UTC.
    step : int
        Any int64.
    """

    key: str
    value: float
    timestamp: int
    step: int = 0

    @property
    def dataset_name(self) -> None:
        """None: data sets are inputs of the run. MLflow 3's ``Metric`` has the same attribute."""

    @property
    def dataset_digest(self) -> None:
        """None, as `dataset_name`."""

    @property
    def model_id(self) -> None:
        """None, as `dataset_name`."""

    @property
    def run_id(self) -> None:
        """None, as `dataset_name`."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class MetricSummary(Record):
    """What a table needs to know of one series, so that nobody reads the series for it.

    Parameters
    ----------
    key : str
    count : int
        Points logged, at least 1.
    last, last_step, last_timestamp
        The point with the greatest (step, timestamp, value): MLflow's "latest" value.
    min, min_step, max, max_step
        Over the finite values; None when there is none. Of equal values the first step.
    mean : float or None
        Of the finite values.
    first_step : int
        Smallest step.
    max_step_logged : int
        Largest step.
    nonfinite : int
        How many values are NaN or infinite.
    """

    key: str
    count: int
    last: float
    last_step: int
    last_timestamp: int
    min: float | None
    min_step: int | None
    max: float | None
    max_step: int | None
    mean: float | None
    first_step: int
    max_step_logged: int
    nonfinite: int


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class MetricDefinition(Record):
    """What the user declared about a metric.

    Parameters
    ----------
    key : str
    direction : str
        ``"max"``, ``"min"`` or ``""`` when not declared.
    unit : str
    description : str
    best : str
        Which value stands for the run: ``"last"``, ``"min"``, ``"max"``, ``"mean"`` or ``""``.
    """

    key: str
    direction: str = ""
    unit: str = ""
    description: str = ""
    best: str = ""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Artifact(Record):
    """One file that a run left behind; its bytes stay in the store.

    Parameters
    ----------
    path : str
        Relative to the run's artifact folder, with ``/``.
    size_bytes : int
    media_type : str
    sha256 : str
        Hex digest, empty when it was never taken.
    kind : str
        ``"file"``, ``"figure"``, ``"image"``, ``"table"``, ``"text"``, ``"dict"`` or ``"model"``.
    key : str
        Series name of an image logged by key and step, else empty.
    step : int or None
    """

    path: str
    size_bytes: int
    media_type: str = ""
    sha256: str = ""
    kind: str = "file"
    key: str = ""
    step: int | None = None

    @property
    def file_size(self) -> int | None:
        """Size in bytes, under MLflow's name."""
        return self.size_bytes

    @property
    def is_dir(self) -> bool:
        """Tell that this is a file: MLflow's ``FileInfo`` has the same attribute."""
        return False


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Dataset(Record):
    """A data set that a run read."""

    name: str
    digest: str = ""
    source_type: str = ""
    source: str = ""
    schema: str = ""
    profile: str = ""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class DatasetInput(Record):
    """A data set and what the run used it for (``tags["mlflow.data.context"]``)."""

    dataset: Dataset
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class RunInputs(Record):
    """Everything a run read."""

    dataset_inputs: tuple[DatasetInput, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class LoggedModelOutput(Record):
    """A model that a run logged, and the step it was logged at."""

    model_id: str
    step: int = 0


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class RunOutputs(Record):
    """The models that a run logged, in the order of logging."""

    model_outputs: tuple[LoggedModelOutput, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class RunInfo(Record):
    """Who, when and where of a run; `start_time` and `end_time` in milliseconds."""

    run_id: str
    experiment_id: str
    run_name: str = ""
    user_id: str = ""
    status: str = RunStatus.RUNNING
    start_time: int | None = None
    end_time: int | None = None
    artifact_uri: str = ""
    lifecycle_stage: str = LifecycleStage.ACTIVE

    @property
    def run_uuid(self) -> str:
        """The run's id, under the name that MLflow 1.x used."""
        return self.run_id


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class RunData(Record):
    """What a run logged, histories excepted.

    Parameters
    ----------
    params : mapping of str to str
    tags : mapping of str to str
    summaries : mapping of str to MetricSummary
    definitions : mapping of str to MetricDefinition
    """

    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    summaries: Mapping[str, MetricSummary] = field(default_factory=dict)
    definitions: Mapping[str, MetricDefinition] = field(default_factory=dict)

    @property
    def metrics(self) -> dict[str, float]:
        """Latest value of each metric."""
        # Summaries that are decoded only when one is asked for have these at hand.
        latest: dict[str, float] | None = getattr(self.summaries, "latest", None)
        if latest is not None:
            return dict(latest)
        return {key: summary.last for key, summary in self.summaries.items()}

    def to_dictionary(self) -> dict[str, object]:
        """Convert to plain dictionaries: metrics, params and tags."""
        return {
            "metrics": self.metrics,
            "params": dict(self.params),
            "tags": dict(self.tags),
        }


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Run(Record):
    """One run: the fold over everything that was ever logged into it.

    Parameters
    ----------
    info : RunInfo
    data : RunData
    inputs : RunInputs
    artifacts : tuple of Artifact
        Ordered by path.
    last_event_time : int or None
        When something was last logged (ms): where an unfinished run's duration ends.
    is_live : bool
        Whether the process that writes it was seen alive on this machine.
    problems : tuple of Problem
    """

    info: RunInfo
    data: RunData = field(default_factory=RunData)
    inputs: RunInputs = field(default_factory=RunInputs)
    artifacts: tuple[Artifact, ...] = ()
    last_event_time: int | None = None
    is_live: bool = False
    problems: tuple[Problem, ...] = ()

    @property
    def duration_ms(self) -> int | None:
        """Time from start to end, or to the last event while there is no end."""
        end = self.info.end_time if self.info.end_time is not None else self.last_event_time
        if self.info.start_time is None or end is None:
            return None
        return max(0, end - self.info.start_time)

    @property
    def outputs(self) -> RunOutputs:
        """The models that the run logged, as its tags list them."""
        texts = (self.data.tags.get(key, "") for key in (MODELS_TAG, LOGGED_MODELS_TAG))
        found = {output.model_id: output for text in texts for output in _models_of(text)}
        return RunOutputs(model_outputs=tuple(found.values()))

    def to_dictionary(self) -> dict[str, object]:
        """Convert to plain dictionaries in the form MLflow's ``Run.to_dictionary`` has."""
        return {
            "info": self.info.to_dictionary(),
            "data": self.data.to_dictionary(),
            "inputs": self.inputs.to_dictionary(),
            "outputs": self.outputs.to_dictionary(),
        }


def model_id_of(model_uuid: str) -> str:
    """Return the id under which MLflow 3 knows a model: ``m-`` and 32 hexadecimal digits."""
    return f"m-{model_uuid}"


def _models_of(text: str) -> Iterator[LoggedModelOutput]:
    """Read a tag that lists models; it is text that anybody may have set."""
    try:
        entries = json.loads(text) if text else ()
    except (RecursionError, ValueError):
        return
    for entry in entries if isinstance(entries, list) else ():
        facts = entry if isinstance(entry, dict) else {}
        uuid, step = facts.get("model_uuid"), facts.get("step")
        model_id = facts.get("model_id") or (model_id_of(str(uuid)) if uuid else "")
        if model_id:
            yield LoggedModelOutput(
                model_id=str(model_id), step=step if isinstance(step, int) else 0
            )


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Experiment(Record):
    """A named group of runs; times in milliseconds.

    Parameters
    ----------
    experiment_id, name, artifact_location, lifecycle_stage : str
    tags : mapping of str to str
    definitions : mapping of str to MetricDefinition
        What was declared about metrics for all its runs; a run's own declaration wins.
    creation_time, last_update_time : int or None
    problems : tuple of Problem
    """

    experiment_id: str
    name: str
    artifact_location: str = ""
    lifecycle_stage: str = LifecycleStage.ACTIVE
    tags: Mapping[str, str] = field(default_factory=dict)
    definitions: Mapping[str, MetricDefinition] = field(default_factory=dict)
    creation_time: int | None = None
    last_update_time: int | None = None
    problems: tuple[Problem, ...] = ()
