"""The explicit client: MLflow's `MlflowClient`, each call naming the run it means."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reporter.errors import (
    AlreadyExistsError,
    ExperimentNotFoundError,
    InvalidInputError,
    NotFoundError,
    RunNotFoundError,
    RunStateError,
    did_you_mean,
)
from reporter.events import (
    DatasetsLogged,
    Event,
    ExperimentCreated,
    ExperimentRenamed,
    LifecycleChanged,
    RunStarted,
    TagsDeleted,
    TagsSet,
)
from reporter.model import (
    DatasetInput,
    Experiment,
    LifecycleStage,
    Metric,
    Run,
    RunStatus,
    ViewType,
)
from reporter.store import layout
from reporter.store.places import absolute, below
from reporter.store.writer import ExperimentWriter
from reporter.tracking import clock
from reporter.tracking.files import ArtifactCalls
from reporter.tracking.live import LiveRun, find_live, register
from reporter.tracking.location import (
    check_artifact_location,
    get_tracking_uri,
    is_inside_store,
    open_reader,
    open_writer,
    settings,
    store_folder,
)
from reporter.tracking.operations import RunOperations, operations
from reporter.tracking.pages import PagedList, page
from reporter.tracking.validation import (
    check_experiment_name,
    check_key,
    check_status,
    check_view_type,
)

if TYPE_CHECKING:
    from reporter.store.reader import FolderReader

__all__ = ["MlflowClient"]


def _as_of(experiment: Experiment | None, run: Run) -> Run:
    """Show a run of a deleted experiment as deleted; its own stage stays as it is."""
    stage = run.info.lifecycle_stage if experiment is None else experiment.lifecycle_stage
    if stage in (LifecycleStage.ACTIVE, run.info.lifecycle_stage):
        return run
    return replace(run, info=replace(run.info, lifecycle_stage=stage))


def _now_ms() -> int:
    """Ask the clock that is in use now, not the one that was when a writer was opened."""
    return clock.now_ms()


class MlflowClient(ArtifactCalls):
    """Reads and writes one store; MLflow's classic tracking client over a folder.

    Parameters
    ----------
    tracking_uri : str, optional
        The store's folder; that of :func:`reporter.get_tracking_uri` when None.
    registry_uri : str, optional
        Accepted for compatibility; there is no model registry.
    """

    def __init__(self, tracking_uri: str | None = None, registry_uri: str | None = None) -> None:
        self._uri = tracking_uri

    def __getattr__(self, name: str) -> Any:  # Any: it always raises
        from reporter.tracking.absent import reason_for

        known = [one for one in dir(type(self)) if not one.startswith("_")]
        hint = "" if name.startswith("_") else reason_for(name) or did_you_mean(name, known)
        raise AttributeError(f"MlflowClient has no attribute {name!r}. {hint}".rstrip())

    @property
    def tracking_uri(self) -> str:
        """The store's folder."""
        return self._uri or get_tracking_uri()

    @property
    def _folder(self) -> str:
        return store_folder(self._uri)

    @property
    def _reader(self) -> FolderReader:
        return open_reader(self._uri)

    # Experiments

    def create_experiment(
        self,
        name: str,
        artifact_location: str | os.PathLike[str] | None = None,
        tags: Mapping[str, object] | None = None,
    ) -> str:
        """Create an experiment.

        Parameters
        ----------
        name : str
        artifact_location : str, optional
            Folder, ``file:`` URI or object store's URI below which the runs' artifacts go; in the
            store by default. Nothing is asked of it before an artifact is logged.
        tags : mapping, optional

        Returns
        -------
        str
            Its id: derived from the name, the same on every machine.

        Raises
        ------
        InvalidInputError
            The name is taken, perhaps by a deleted experiment, or the place names credentials.
        """
        check_experiment_name(name)
        # A folder that nothing names yet is being made by somebody else, for the same name.
        known = [found for found in self._reader.experiments() if found.creation_time is not None]
        for found in known:
            if found.name == name:
                is_active = found.lifecycle_stage == LifecycleStage.ACTIVE
                raise AlreadyExistsError(
                    f"Experiment {name!r} exists already{'' if is_active else ', deleted'}.",
                    "Use set_experiment() for it."
                    if is_active
                    else f"Use restore_experiment('{found.experiment_id}'), or another name.",
                )
        taken = {found.experiment_id for found in known}
        attempt = 0
        while (experiment_id := layout.derive_experiment_id(name, attempt)) in taken:
            attempt += 1
        self._record_experiment(experiment_id, name, artifact_location, tags)
        return experiment_id

    def _record_experiment(
        self,
        experiment_id: str,
        name: str,
        artifact_location: str | os.PathLike[str] | None,
        tags: Mapping[str, object] | None,
    ) -> None:
        now = clock.now_ms()
        events: list[Event] = [
            ExperimentCreated(
                at_ms=now,
                experiment_id=experiment_id,
                name=name,
                artifact_location=check_artifact_location(os.fspath(artifact_location or "")),
            )
        ]
        if tags:
            events.append(TagsSet(at_ms=now, tags={k: str(v) for k, v in tags.items()}))
        ExperimentWriter(self._folder, experiment_id).append(*events)

    def get_experiment(self, experiment_id: str) -> Experiment:
        """Return an experiment; ``"0"`` is Default, made when it is missing.

        Raises
        ------
        ExperimentNotFoundError
        """
        wanted = str(experiment_id)
        found = self._reader.find_experiment(wanted)
        if found is not None and found.creation_time is not None:
            return found
        if wanted == layout.DEFAULT_EXPERIMENT_ID:
            self._record_experiment(wanted, layout.DEFAULT_EXPERIMENT_NAME, None, None)
            return self.get_experiment(wanted)
        raise ExperimentNotFoundError(
            f"No experiment with id '{wanted}' in '{self._folder}'.",
            path=self._folder,
            hint=did_you_mean(wanted, layout.list_experiment_ids(self._folder)),
        )

    def get_experiment_by_name(self, name: str) -> Experiment | None:
        """Return the experiment of this name, deleted or not, or None."""
        for found in self._reader.experiments():
            if found.name == name:
                return found
        if name == layout.DEFAULT_EXPERIMENT_NAME:
            return self.get_experiment(layout.DEFAULT_EXPERIMENT_ID)
        return None

    def search_experiments(
        self,
        view_type: int = ViewType.ACTIVE_ONLY,
        max_results: int | None = 1000,
        filter_string: str | None = None,
        order_by: Sequence[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[Experiment]:
        """Return the experiments of a view, the latest changed first."""
        from reporter.search.select import select_experiments

        check_view_type(view_type)
        self.get_experiment(layout.DEFAULT_EXPERIMENT_ID)
        found = [
            item
            for item in self._reader.experiments()
            if ViewType.includes(view_type, item.lifecycle_stage)
        ]
        return page(select_experiments(found, filter_string, order_by), max_results, page_token)

    def list_experiments(
        self, view_type: int = ViewType.ACTIVE_ONLY, max_results: int | None = None
    ) -> list[Experiment]:
        """Return experiments, under the name that MLflow 1.x used."""
        return self.search_experiments(view_type, max_results)

    def delete_experiment(self, experiment_id: str) -> None:
        """Hide an experiment and its runs; :meth:`restore_experiment` brings them back.

        Raises
        ------
        ExperimentNotFoundError
            There is none, or it is deleted already.
        """
        self._change_lifecycle(experiment_id, LifecycleStage.DELETED)

    def restore_experiment(self, experiment_id: str) -> None:
        """Bring a deleted experiment back; raises ExperimentNotFoundError as above."""
        self._change_lifecycle(experiment_id, LifecycleStage.ACTIVE)

    def _change_lifecycle(self, experiment_id: str, stage: str) -> None:
        found = self.get_experiment(experiment_id)
        if found.lifecycle_stage == stage:
            raise ExperimentNotFoundError(
                f"Experiment {found.name!r} is {stage} already.", path=self._folder
            )
        event = LifecycleChanged(at_ms=clock.now_ms(), lifecycle_stage=stage)
        ExperimentWriter(self._folder, found.experiment_id).append(event)

    def rename_experiment(self, experiment_id: str, new_name: str) -> None:
        """Give an experiment another name; its id stays."""
        check_experiment_name(new_name)
        taken = self.get_experiment_by_name(new_name)
        if taken is not None and taken.experiment_id != str(experiment_id):
            raise InvalidInputError(f"Experiment {new_name!r} exists already.")
        self._edit_experiment(experiment_id, ExperimentRenamed(at_ms=clock.now_ms(), name=new_name))

    def set_experiment_tag(self, experiment_id: str, key: str, value: object) -> None:
        """Set a tag of an experiment."""
        check_key(key, "Tag key")
        self._edit_experiment(experiment_id, TagsSet(at_ms=clock.now_ms(), tags={key: str(value)}))

    def delete_experiment_tag(self, experiment_id: str, key: str) -> None:
        """Remove a tag of an experiment; raises NotFoundError when it has none of this key."""
        found = self.get_experiment(experiment_id)
        if key not in found.tags:
            raise NotFoundError(
                f"Experiment {found.name!r} has no tag {key!r}.", did_you_mean(key, found.tags)
            )
        self._edit_experiment(experiment_id, TagsDeleted(at_ms=clock.now_ms(), keys=[key]))

    def _edit_experiment(self, experiment_id: str, event: Event) -> None:
        found = self._active_experiment(experiment_id)
        ExperimentWriter(self._folder, found.experiment_id).append(event)

    def _active_experiment(self, experiment_id: str) -> Experiment:
        found = self.get_experiment(experiment_id)
        if found.lifecycle_stage != LifecycleStage.ACTIVE:
            raise RunStateError(
                f"Experiment {found.name!r} is deleted.",
                f"Bring it back with restore_experiment('{found.experiment_id}').",
            )
        return found

    # Runs

    def create_run(
        self,
        experiment_id: str,
        start_time: int | None = None,
        tags: Mapping[str, object] | None = None,
        run_name: str | None = None,
    ) -> Run:
        """Create a run without making it the active one.

        Parameters
        ----------
        experiment_id : str
        start_time : int, optional
            Milliseconds since 1970 UTC; now when None.
        tags : mapping, optional
        run_name : str, optional
            A readable one is invented when None.

        Returns
        -------
        Run
        """
        tagged = (tags or {}).get("mlflow.runName", run_name)
        if run_name and tagged != run_name:
            raise InvalidInputError(
                f"The run's name is {run_name!r} and its tag 'mlflow.runName' {tagged!r}.",
                "Give one of them.",
            )
        chosen = layout.DEFAULT_EXPERIMENT_ID if experiment_id is None else experiment_id
        _, run = self._start(chosen, run_name, tags, start_time=start_time, is_owner=False)
        return run

    def _start(
        self,
        experiment_id: str,
        run_name: str | None,
        tags: Mapping[str, object] | None,
        *,
        start_time: int | None = None,
        is_owner: bool = True,
    ) -> tuple[LiveRun, Run]:
        """Begin a run; returns the way into it and its state."""
        experiment = self._active_experiment(experiment_id)
        # Of keys given here MLflow checks none, and nothing of ours depends on what they hold.
        texts = {str(key): str(value) for key, value in (tags or {}).items()}
        name = run_name or texts.get("mlflow.runName") or clock.new_run_name()
        now = clock.now_ms()
        live = self._open(experiment, clock.new_run_id(), {}, is_owner=is_owner)
        started = RunStarted(
            at_ms=now,
            run_id=live.run_id,
            experiment_id=experiment.experiment_id,
            run_name=name,
            user_id=texts.get("mlflow.user", ""),
            start_time=now if start_time is None else start_time,
        )
        tagged = TagsSet(at_ms=now, tags={**texts, "mlflow.runName": name})
        live.append(started, tagged)
        from reporter.store.fold import fold

        run = fold(live.run_id, experiment.experiment_id, [started, tagged])
        uri = absolute(live.writer.artifact_uri)
        return live, replace(run, info=replace(run.info, artifact_uri=uri))

    def _open(
        self,
        experiment: Experiment,
        run_id: str,
        params: Mapping[str, str],
        *,
        is_owner: bool,
        on_error: str = "",
    ) -> LiveRun:
        location = layout.local_folder(experiment.artifact_location)
        is_inside = is_inside_store(self._uri, location, experiment.experiment_id)
        writer = open_writer(
            self._uri,
            experiment.experiment_id,
            run_id,
            now_ms=_now_ms,
            artifact_folder="" if is_inside else below(location, run_id, layout.ARTIFACTS),
            durability=settings.durability,
            on_error=on_error or settings.on_error,
            check_key=check_key,
        )
        return register(LiveRun(writer, params, is_owner=is_owner))

    def _live(self, run_id: str, *, is_owner: bool = False) -> LiveRun:
        """Return a way into a run: the one that is open here, or a new one.

        Raises
        ------
        RunNotFoundError
        RunStateError
            The run is deleted.
        """
        if (found := find_live(self._folder, run_id)) is not None:
            return found
        run = self._active_run(run_id)
        experiment = self.get_experiment(run.info.experiment_id)
        return self._open(experiment, run_id, run.data.params, is_owner=is_owner)

    def _active_run(self, run_id: str) -> Run:
        run = self.get_run(run_id)
        if run.info.lifecycle_stage != LifecycleStage.ACTIVE:
            raise RunStateError(
                f"Run {run_id} is deleted.", f"Bring it back with restore_run('{run_id}')."
            )
        return run

    def _edit(self, run_id: str, *events: Event, is_lifecycle: bool = False) -> None:
        """Append events to a run; one that nobody here has open is closed and folded again.

        There a disk that refuses is an error: no training hangs on it, and nothing would be there
        to write later.
        """
        run = self._reader.run(run_id) if is_lifecycle else self._active_run(run_id)
        open_here = find_live(self._folder, run_id)
        experiment = self.get_experiment(run.info.experiment_id)
        live = open_here or self._open(
            experiment, run_id, run.data.params, is_owner=False, on_error="raise"
        )
        try:
            for event in events:
                live.append(event)
        finally:
            if open_here is None:
                live.close(fold=RunStatus.is_terminated(run.info.status))

    def get_run(self, run_id: str) -> Run:
        """Return a run as it stands now; one of a deleted experiment is deleted too.

        Raises
        ------
        RunNotFoundError
        """
        if not run_id:
            raise InvalidInputError("A run's id is needed, of 32 hex digits.")
        reader = self._reader
        run = reader.run(run_id)
        return _as_of(reader.find_experiment(run.info.experiment_id), run)

    def get_parent_run(self, run_id: str) -> Run | None:
        """Return the run that this one is nested in, or None."""
        parent = self.get_run(run_id).data.tags.get("mlflow.parentRunId")
        return self.get_run(parent) if parent else None

    def search_runs(
        self,
        experiment_ids: Sequence[str] | str,
        filter_string: str = "",
        run_view_type: int = ViewType.ACTIVE_ONLY,
        max_results: int = 1000,
        order_by: Sequence[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[Run]:
        """Return the runs that match; see :func:`reporter.search_runs`.

        The list has a ``token`` when there are more; give it as `page_token` for the next page.
        """
        from reporter.search.select import named_run_ids, select_runs

        check_view_type(run_view_type)
        ids = [experiment_ids] if isinstance(experiment_ids, (str, int)) else experiment_ids
        runs = (
            run
            for run in self._runs_of(map(str, ids), named_run_ids(filter_string))
            if ViewType.includes(run_view_type, run.info.lifecycle_stage)
        )
        return page(select_runs(runs, filter_string, order_by), max_results, page_token)

    def _runs_of(
        self, experiment_ids: Iterable[str], run_ids: Iterable[str] | None = None
    ) -> Iterator[Run]:
        """Yield the runs of these experiments, or those of them that are named."""
        reader = self._reader
        named = None if run_ids is None else [*self._found(run_ids)]
        for experiment_id in dict.fromkeys(experiment_ids):
            experiment = reader.find_experiment(experiment_id)
            for run in reader.runs([experiment_id]) if named is None else named:
                if run.info.experiment_id == experiment_id:
                    yield _as_of(experiment, run)

    def _found(self, run_ids: Iterable[str]) -> Iterator[Run]:
        for run_id in run_ids:
            with contextlib.suppress(RunNotFoundError):
                yield self._reader.run(run_id)

    def delete_run(self, run_id: str) -> None:
        """Hide a run; :meth:`restore_run` brings it back."""
        self._change_stage(run_id, LifecycleStage.DELETED)

    def restore_run(self, run_id: str) -> None:
        """Bring a deleted run back."""
        self._change_stage(run_id, LifecycleStage.ACTIVE)

    def _change_stage(self, run_id: str, stage: str) -> None:
        event = LifecycleChanged(at_ms=clock.now_ms(), lifecycle_stage=stage)
        self._edit(run_id, event, is_lifecycle=True)

    def set_terminated(
        self, run_id: str, status: str | None = None, end_time: int | None = None
    ) -> None:
        """End a run.

        Parameters
        ----------
        run_id : str
        status : str, optional
            ``FINISHED`` when None.
        end_time : int, optional
            Milliseconds since 1970 UTC; now when None.
        """
        self._live(run_id).end(check_status(status or RunStatus.FINISHED), end_time)

    def update_run(self, run_id: str, status: str | None = None, name: str | None = None) -> None:
        """Change a run's status or name."""
        if name:
            self.set_tag(run_id, "mlflow.runName", name)
        if status and RunStatus.is_terminated(check_status(status)):
            self.set_terminated(run_id, status)
        elif status:
            run = self.get_run(run_id)
            self._edit(
                run_id,
                RunStarted(
                    at_ms=clock.now_ms(),
                    run_id=run_id,
                    experiment_id=run.info.experiment_id,
                    status=check_status(status),
                ),
            )

    # What runs log

    def log_param(
        self, run_id: str, key: str, value: Any, synchronous: bool | None = None
    ) -> Any:  # Any: whatever the user logs is handed back, as MLflow does
        """Log a param of a run; returns `value`."""
        self._live(run_id).log_params({key: value})
        return operations(synchronous) or value

    def log_metric(
        self,
        run_id: str,
        key: str,
        value: float,
        timestamp: int | None = None,
        step: int | None = None,
        synchronous: bool | None = None,
        dataset_name: str | None = None,
        dataset_digest: str | None = None,
        model_id: str | None = None,
    ) -> RunOperations | None:
        """Log a point of a metric; `timestamp` in milliseconds since 1970 UTC.

        What comes after `step` is accepted for compatibility.
        """
        self._live(run_id).log_point(key, value, step, timestamp)
        return operations(synchronous)

    def log_batch(
        self,
        run_id: str,
        metrics: Iterable[Metric] = (),
        params: Iterable[Any] = (),  # Any: objects with key and value, ours or MLflow's
        tags: Iterable[Any] = (),
        synchronous: bool | None = None,
    ) -> RunOperations | None:
        """Log metrics, params and tags together; there is no limit to their number."""
        live = self._live(run_id)
        listed = list(params)
        keys = {param.key for param in listed}
        if len(keys) < len(listed):
            raise InvalidInputError("A batch may hold each param once.", "Nothing was logged.")
        live.log_params({param.key: param.value for param in listed})
        for metric in metrics:
            live.log_point(metric.key, metric.value, metric.step, metric.timestamp)
        live.set_tags({tag.key: tag.value for tag in tags})
        return operations(synchronous)

    def log_inputs(
        self,
        run_id: str,
        datasets: Sequence[DatasetInput] | None = None,
        models: Sequence[object] | None = None,
    ) -> None:
        """Record data sets that a run read; `models` is accepted for compatibility."""
        inputs = tuple(datasets or ())
        self._live(run_id).append(DatasetsLogged(at_ms=clock.now_ms(), inputs=inputs))

    def set_tag(
        self, run_id: str, key: str, value: object, synchronous: bool | None = None
    ) -> RunOperations | None:
        """Set a tag of a run, ended or not."""
        check_key(key, "Tag key")
        self._edit(run_id, TagsSet(at_ms=clock.now_ms(), tags={key: str(value)}))
        return operations(synchronous)

    def delete_tag(self, run_id: str, key: str) -> None:
        """Remove a tag of a run."""
        tags = self.get_run(run_id).data.tags
        if key not in tags:
            raise NotFoundError(f"Run {run_id} has no tag {key!r}.", did_you_mean(key, tags))
        self._edit(run_id, TagsDeleted(at_ms=clock.now_ms(), keys=[key]))

    def get_metric_history(self, run_id: str, key: str) -> list[Metric]:
        """Return every point of a metric, in the order it was logged."""
        return [
            Metric(key=key, value=value, timestamp=time, step=step)
            for series in self._reader.history([run_id], [key])
            for value, time, step in zip(
                series.values.tolist(),
                series.timestamps_ms.tolist(),
                series.steps.tolist(),
                strict=True,
            )
        ]
