"""Runs as MLflow asks for them: made, ended, searched, logged into."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from mlflow.entities import LifecycleStage, RunStatus
from mlflow.store.entities.paged_list import PagedList
from mlflow.store.tracking import SEARCH_MAX_RESULTS_THRESHOLD
from mlflow.utils.mlflow_tags import MLFLOW_LOGGED_MODELS, MLFLOW_RUN_NAME
from mlflow.utils.name_utils import _generate_random_name
from mlflow.utils.search_utils import SearchUtils
from mlflow.utils.validation import (
    _validate_batch_log_data,
    _validate_batch_log_limits,
    _validate_metric_name,
    _validate_param_keys_unique,
    _validate_run_id,
    _validate_tag_name,
)

from reporter.adapters.mlflow.desk import Desk, answers
from reporter.adapters.mlflow.entities import (
    dataset_inputs,
    failure,
    history_entities,
    run_entity,
)
from reporter.adapters.mlflow.images import keyed_images
from reporter.adapters.shelf import OpenRun, now_ms
from reporter.errors import RunNotFoundError
from reporter.events import (
    DatasetsLogged,
    Event,
    LifecycleChanged,
    ParamsLogged,
    RunEnded,
    RunStarted,
    TagsDeleted,
    TagsSet,
)
from reporter.model import Experiment, Run
from reporter.model import RunStatus as Statuses

__all__ = ["LINKS", "Runs"]

# What MLflow calls a run's links to logged models among our documents.
LINKS = "run-models"
# MLflow's own bound for the list of data sets of experiments.
_MAX_DATASETS = 1000


class Runs(Desk):
    """The part of the tracking store that is about runs."""

    # Making and ending

    @answers
    def create_run(
        self, experiment_id: Any, user_id: Any, start_time: Any, tags: Any, run_name: Any
    ) -> Any:
        """Begin a run; one without a name is given a readable one."""
        experiment = self._active_experiment(experiment_id)
        self._write_down(experiment)
        texts = {tag.key: "" if tag.value is None else str(tag.value) for tag in tags or ()}
        for key in texts:
            _validate_tag_name(key)
        tagged = texts.get(MLFLOW_RUN_NAME)
        if run_name and tagged and run_name != tagged:
            raise failure(
                "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with "
                f"different values (run_name='{run_name}', mlflow.runName='{tagged}')."
            )
        name = run_name or tagged or _generate_random_name()
        texts.setdefault(MLFLOW_RUN_NAME, name)
        run_id, now = uuid.uuid4().hex, now_ms()
        started = RunStarted(
            at_ms=now,
            run_id=run_id,
            experiment_id=experiment.experiment_id,
            run_name=name,
            user_id=user_id or "",
            start_time=now if start_time is None else start_time,
        )
        self.shelf.start(started, TagsSet(at_ms=now, tags=texts))
        return self.get_run(run_id)

    @answers
    def update_run_info(self, run_id: str, run_status: Any, end_time: Any, run_name: Any) -> Any:
        """Change a run's status, end and name; return its info."""
        with self._writing(run_id) as opened:
            now = now_ms()
            if run_name:
                opened.append(TagsSet(at_ms=now, tags={MLFLOW_RUN_NAME: run_name}))
            status = _status_name(run_status)
            if status == Statuses.RUNNING and opened.status != status:
                experiment_id = opened.writer.experiment_id
                opened.append(
                    RunStarted(at_ms=now, run_id=run_id, experiment_id=experiment_id, status=status)
                )
        if status and status != Statuses.RUNNING:
            if Statuses.is_terminated(status):
                self._note_images(run_id)
            self.shelf.end(run_id, RunEnded(at_ms=now, status=status, end_time=end_time))
        return self.get_run(run_id).info

    def _note_images(self, run_id: str) -> None:
        """Say which of the files that MLflow stored are pictures of one key at several steps."""
        run = self.shelf.run(run_id)
        folder = self._artifact_folder(run.info.experiment_id)
        known = {artifact.path for artifact in run.artifacts}
        events = [] if folder is None else keyed_images(folder, run_id, known, now_ms())
        if events:
            self.shelf.append(run_id, *events)

    @answers
    def delete_run(self, run_id: str) -> None:
        """Hide a run."""
        self._change_stage(run_id, LifecycleStage.DELETED)

    @answers
    def restore_run(self, run_id: str) -> None:
        """Bring a deleted run back."""
        self._change_stage(run_id, LifecycleStage.ACTIVE)

    def _change_stage(self, run_id: str, stage: str) -> None:
        _validate_run_id(run_id)
        self.shelf.append(run_id, LifecycleChanged(at_ms=now_ms(), lifecycle_stage=stage))

    @answers
    def _get_deleted_runs(self, older_than: int = 0) -> list[str]:
        """Return the ids of runs deleted at least so many milliseconds ago: ``mlflow gc``."""
        latest = now_ms() - older_than
        runs = [run for eid in self._experiment_ids() for run in self._runs(eid)]
        gone = [run for run in runs if run.info.lifecycle_stage == LifecycleStage.DELETED]
        return [
            run.info.run_id
            for run in gone
            if (self.shelf.deleted_ms(run.info.run_id) or 0) <= latest
        ]

    @answers
    def _hard_delete_run(self, run_id: str) -> None:
        """Remove a run for good: ``mlflow gc``."""
        self.shelf.remove(run_id)

    # Reading

    @answers
    def get_run(self, run_id: str) -> Any:
        """Return a run, deleted or not."""
        _validate_run_id(run_id)
        run = self.shelf.run(run_id)
        (found,) = self._entities(self._experiment(run.info.experiment_id), [run])
        return found

    def _entities(self, experiment: Experiment, runs: Iterable[Run]) -> Iterator[Any]:
        """Yield runs of one experiment as MLflow knows them."""
        location = self._location(experiment)
        is_active = experiment.lifecycle_stage == LifecycleStage.ACTIVE
        links = self._documents_of(experiment.experiment_id).all(LINKS)
        for run in runs:
            uri = self.places.below(location, run.info.run_id, "artifacts")
            stage = run.info.lifecycle_stage if is_active else LifecycleStage.DELETED
            yield run_entity(run, uri, stage, links.get(run.info.run_id, {}))

    @answers
    def _search_runs(
        self,
        experiment_ids: Any,
        filter_string: Any,
        run_view_type: Any,
        max_results: Any,
        order_by: Any,
        page_token: Any,
    ) -> tuple[list[Any], str | None]:
        """Return one page of the runs that match, and the token of the next."""
        if max_results > SEARCH_MAX_RESULTS_THRESHOLD:
            raise failure(
                "Invalid value for request parameter max_results. It must be at most "
                f"{SEARCH_MAX_RESULTS_THRESHOLD}, but got value {max_results}"
            )
        found: list[Any] = []
        for experiment_id in dict.fromkeys(map(str, experiment_ids)):
            known = self.shelf.find_experiment(experiment_id)
            if known is not None:
                found += self._entities(known, self.shelf.runs(experiment_id))
        kept = [
            run
            for run in found
            if LifecycleStage.matches_view_type(run_view_type, run.info.lifecycle_stage)
        ]
        kept = SearchUtils.sort(SearchUtils.filter(kept, filter_string), order_by)
        page, token = SearchUtils.paginate(kept, page_token, max_results)
        return page, token

    @answers
    def get_metric_history(
        self,
        run_id: str,
        metric_key: str,
        max_results: int | None = None,
        page_token: str | None = None,
    ) -> Any:
        """Return the points of a metric in logged order, all of them or one page."""
        _validate_run_id(run_id)
        _validate_metric_name(metric_key)
        try:
            found = history_entities(self.shelf.points(run_id), metric_key, run_id)
        except RunNotFoundError:
            found = []  # as the SQL store answers
        if max_results is not None:
            return PagedList(*SearchUtils.paginate(found, page_token, max_results))
        start = SearchUtils.parse_start_offset_from_page_token(page_token)
        return PagedList(found[start:], None)

    @answers
    def _search_datasets(self, experiment_ids: Any) -> list[Any]:
        """Return which data sets the runs of these experiments read."""
        from mlflow.entities import _DatasetSummary

        seen = {
            (experiment_id, item.dataset.name, item.dataset.digest, _context(item)): None
            for experiment_id in map(str, experiment_ids)
            for run in self._runs(experiment_id)
            for item in run.inputs.dataset_inputs
        }
        return [
            _DatasetSummary(experiment_id=eid, name=name, digest=digest, context=context)
            for eid, name, digest, context in list(seen)[:_MAX_DATASETS]
        ]

    # Logging

    @answers
    def log_batch(self, run_id: str, metrics: Any, params: Any, tags: Any) -> None:
        """Record points, params and tags of a run; all are checked before any is written."""
        _validate_run_id(run_id)
        checked = _validate_batch_log_data(metrics, params, tags)
        metrics, params, tags = checked or (metrics, params, tags)
        _validate_batch_log_limits(metrics, params, tags)
        _validate_param_keys_unique(params)
        with self._writing(run_id) as opened:
            fresh = _new_params(opened, params)
            now = now_ms()
            events: list[Event] = []
            if fresh:
                events.append(ParamsLogged(at_ms=now, params=fresh))
            if tags:
                texts = {tag.key: "" if tag.value is None else str(tag.value) for tag in tags}
                events.append(TagsSet(at_ms=now, tags=texts))
            _append_points(opened, metrics)
            opened.append(*events)
        self._log_model_points(run_id, opened.writer.experiment_id, metrics)

    def _log_model_points(self, run_id: str, experiment_id: str, metrics: Iterable[Any]) -> None:
        """Record points that belong to a logged model; a part that knows models does it."""

    def log_param(self, run_id: str, param: Any) -> None:
        """Record one param."""
        self.log_batch(run_id, [], [param], [])

    def set_tag(self, run_id: str, tag: Any) -> None:
        """Set one tag."""
        self.log_batch(run_id, [], [], [tag])

    @answers
    def delete_tag(self, run_id: str, key: str) -> None:
        """Remove a tag."""
        _validate_run_id(run_id)
        with self._writing(run_id) as opened:
            if key not in self.shelf.run(run_id).data.tags:
                raise failure(
                    f"No tag with name: {key} in run with id {run_id}", "RESOURCE_DOES_NOT_EXIST"
                )
            opened.append(TagsDeleted(at_ms=now_ms(), keys=[key]))

    @answers
    def log_inputs(self, run_id: str, datasets: Any = None, models: Any = None) -> None:
        """Record data sets and logged models that a run read."""
        _validate_run_id(run_id)
        with self._writing(run_id) as opened:
            now = now_ms()
            if datasets:
                opened.append(DatasetsLogged(at_ms=now, inputs=dataset_inputs(datasets)))
            if models:
                links: dict[str, Any] = {"inputs": {model.model_id: {} for model in models}}
                self._documents_of(opened.writer.experiment_id).patch(now, LINKS, run_id, links)

    @answers
    def log_outputs(self, run_id: str, models: Any) -> None:
        """Record logged models that a run made."""
        _validate_run_id(run_id)
        with self._writing(run_id) as opened:
            links = {"outputs": {model.model_id: model.step for model in models or ()}}
            documents = self._documents_of(opened.writer.experiment_id)
            documents.patch(now_ms(), LINKS, run_id, links)

    @answers
    def record_logged_model(self, run_id: str, mlflow_model: Any) -> None:
        """Note a model in the run's tag, as MLflow 1 and 2 do."""
        tags = self._run(run_id).data.tags
        known = json.loads(tags.get(MLFLOW_LOGGED_MODELS, "[]"))
        describe = getattr(mlflow_model, "get_tags_dict", mlflow_model.to_dict)
        value = json.dumps([*known, describe()])
        with self._writing(run_id) as opened:
            opened.append(TagsSet(at_ms=now_ms(), tags={MLFLOW_LOGGED_MODELS: value}))


def _status_name(status: Any) -> str:
    """Return a status as a word; it comes as MLflow's number or as a word."""
    if status is None:
        return ""
    return status if isinstance(status, str) else str(RunStatus.to_string(status))


def _context(item: Any) -> str | None:
    context: str | None = item.tags.get("mlflow.data.context")
    return context


def _new_params(opened: OpenRun, params: Iterable[Any]) -> dict[str, str]:
    """Return the params that the run has not; one that changes is refused."""
    fresh = {}
    for param in params:
        text = "" if param.value is None else str(param.value)
        known = opened.params.get(param.key)
        if known is None:
            fresh[param.key] = text
        elif known != text:
            run_id = opened.writer.run_id
            raise failure(
                f"Changing param values is not allowed. Param with key='{param.key}' was already "
                f"logged with value='{known}' for run ID='{run_id}'. Attempted logging new value "
                f"'{text}'."
            )
    return fresh


def _append_points(opened: OpenRun, metrics: Any) -> None:
    """Record points, with one write for each key that has several."""
    points = opened.writer.points
    if len(metrics) == 1:
        (metric,) = metrics
        points.append_point(metric.key, float(metric.value), metric.step or 0, metric.timestamp)
        return
    by_key: dict[str, list[Any]] = {}
    for metric in metrics:
        by_key.setdefault(metric.key, []).append(metric)
    for key, found in by_key.items():
        points.append_points(
            key,
            [float(metric.value) for metric in found],
            [metric.step or 0 for metric in found],
            [metric.timestamp for metric in found],
        )
