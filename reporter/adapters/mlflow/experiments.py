"""Experiments as MLflow asks for them."""

from __future__ import annotations

import os
import shutil
from typing import Any

from mlflow.entities import ViewType
from mlflow.store.entities.paged_list import PagedList
from mlflow.store.tracking import SEARCH_MAX_RESULTS_DEFAULT, SEARCH_MAX_RESULTS_THRESHOLD
from mlflow.utils.search_utils import SearchExperimentsUtils, SearchUtils
from mlflow.utils.validation import (
    _validate_experiment_artifact_location,
    _validate_experiment_name,
    _validate_experiment_tag,
)

from reporter.adapters.mlflow.desk import Desk, answers
from reporter.adapters.mlflow.entities import experiment_entity, failure
from reporter.adapters.shelf import now_ms
from reporter.events import (
    Event,
    ExperimentCreated,
    ExperimentRenamed,
    LifecycleChanged,
    TagsDeleted,
    TagsSet,
)
from reporter.model import Experiment, LifecycleStage
from reporter.model import ViewType as Views
from reporter.store import layout

__all__ = ["Experiments"]

# Any in signatures: they are MLflow's, whose arguments come from REST and older clients alike.


class Experiments(Desk):
    """The part of the tracking store that is about experiments."""

    @answers
    def search_experiments(
        self,
        view_type: Any = ViewType.ACTIVE_ONLY,
        max_results: Any = SEARCH_MAX_RESULTS_DEFAULT,
        filter_string: str | None = None,
        order_by: list[str] | None = None,
        page_token: str | None = None,
    ) -> Any:
        """Return one page of the experiments that match, newest first unless asked otherwise."""
        if not isinstance(max_results, int) or max_results < 1:
            raise failure(
                f"Invalid value {max_results} for parameter 'max_results' supplied. It must be "
                "a positive integer"
            )
        if max_results > SEARCH_MAX_RESULTS_THRESHOLD:
            raise failure(
                f"Invalid value {max_results} for parameter 'max_results' supplied. It must be at "
                f"most {SEARCH_MAX_RESULTS_THRESHOLD}"
            )
        found = [
            experiment_entity(experiment, self._location(experiment))
            for experiment in self._all_experiments()
            if Views.includes(view_type, experiment.lifecycle_stage)
        ]
        found = SearchExperimentsUtils.filter(found, filter_string)
        found = SearchExperimentsUtils.sort(
            found, order_by or ["creation_time DESC", "experiment_id ASC"]
        )
        return PagedList(*SearchUtils.paginate(found, page_token, max_results))

    def _all_experiments(self) -> list[Experiment]:
        found = [item for item in self.shelf.experiments() if item.creation_time is not None]
        if all(item.experiment_id != layout.DEFAULT_EXPERIMENT_ID for item in found):
            found.append(self._experiment(layout.DEFAULT_EXPERIMENT_ID))
        return found

    @answers
    def get_experiment(self, experiment_id: Any) -> Any:
        """Return an experiment, deleted or not."""
        found = self._experiment(experiment_id)
        return experiment_entity(found, self._location(found))

    @answers
    def get_experiment_by_name(self, experiment_name: str) -> Any:
        """Return the experiment of this name, deleted or not, or None."""
        found = self._named(experiment_name)
        return None if found is None else experiment_entity(found, self._location(found))

    def _named(self, name: str) -> Experiment | None:
        likely = self.shelf.find_experiment(layout.derive_experiment_id(name))
        if likely is not None and likely.name == name:
            return likely
        return next((item for item in self._all_experiments() if item.name == name), None)

    @answers
    def create_experiment(
        self, name: str, artifact_location: str | None = None, tags: Any = None
    ) -> str:
        """Create an experiment and return its id, which is derived from its name."""
        _validate_experiment_name(name)
        if artifact_location:
            _validate_experiment_artifact_location(artifact_location)
        for tag in tags or ():
            _validate_experiment_tag(tag.key, tag.value)
        self._refuse_taken(name)
        attempt = 0
        experiment_id = layout.derive_experiment_id(name)
        while self.shelf.find_experiment(experiment_id) is not None:
            attempt += 1
            experiment_id = layout.derive_experiment_id(name, attempt)
        now = now_ms()
        created = ExperimentCreated(
            at_ms=now,
            experiment_id=experiment_id,
            name=name,
            artifact_location=self.places.noted(experiment_id, artifact_location),
        )
        texts = {tag.key: str(tag.value) for tag in tags or ()}
        tagged = [TagsSet(at_ms=now, tags=texts)] if texts else []
        self.shelf.append_to_experiment(experiment_id, created, *tagged)
        return experiment_id

    def _refuse_taken(self, name: str) -> None:
        taken = self._named(name)
        if taken is None:
            return
        if taken.lifecycle_stage == LifecycleStage.ACTIVE:
            raise failure(f"Experiment '{name}' already exists.", "RESOURCE_ALREADY_EXISTS")
        raise failure(
            f"Experiment '{name}' already exists in deleted state. Restore it (id "
            f"{taken.experiment_id}), or remove it for good with 'mlflow gc'.",
            "RESOURCE_ALREADY_EXISTS",
        )

    @answers
    def delete_experiment(self, experiment_id: Any) -> None:
        """Hide an experiment and its runs."""
        found = self._experiment(experiment_id)
        if found.experiment_id == layout.DEFAULT_EXPERIMENT_ID:
            raise failure("Cannot delete the default experiment '0'.")
        if found.lifecycle_stage != LifecycleStage.ACTIVE:
            raise failure(
                f"No Experiment with id={experiment_id} exists", "RESOURCE_DOES_NOT_EXIST"
            )
        self._change(found, LifecycleChanged(at_ms=now_ms(), lifecycle_stage="deleted"))

    @answers
    def restore_experiment(self, experiment_id: Any) -> None:
        """Bring a deleted experiment and its runs back."""
        found = self._experiment(experiment_id)
        if found.lifecycle_stage == LifecycleStage.ACTIVE:
            raise failure(
                f"No Experiment with id={experiment_id} exists", "RESOURCE_DOES_NOT_EXIST"
            )
        self._change(found, LifecycleChanged(at_ms=now_ms(), lifecycle_stage="active"))

    @answers
    def rename_experiment(self, experiment_id: Any, new_name: str) -> None:
        """Give an experiment another name; its id stays."""
        _validate_experiment_name(new_name)
        found = self._experiment(experiment_id)
        if found.lifecycle_stage != LifecycleStage.ACTIVE:
            raise failure("Cannot rename a non-active experiment.", "INVALID_STATE")
        if found.name != new_name:
            self._refuse_taken(new_name)
        self._change(found, ExperimentRenamed(at_ms=now_ms(), name=new_name))

    @answers
    def set_experiment_tag(self, experiment_id: Any, tag: Any) -> None:
        """Set a tag of an experiment."""
        _validate_experiment_tag(tag.key, tag.value)
        found = self._active_experiment(experiment_id)
        value = "" if tag.value is None else str(tag.value)
        self._change(found, TagsSet(at_ms=now_ms(), tags={tag.key: value}))

    @answers
    def delete_experiment_tag(self, experiment_id: Any, key: str) -> None:
        """Remove a tag of an experiment."""
        found = self._active_experiment(experiment_id)
        if key not in found.tags:
            raise failure(
                f"No tag with name: {key} in experiment with id {experiment_id}",
                "RESOURCE_DOES_NOT_EXIST",
            )
        self._change(found, TagsDeleted(at_ms=now_ms(), keys=[key]))

    def _change(self, experiment: Experiment, event: Event) -> None:
        self._write_down(experiment)
        self.shelf.append_to_experiment(experiment.experiment_id, event)

    @answers
    def _hard_delete_experiment(self, experiment_id: Any) -> None:
        """Remove an experiment for good: ``mlflow gc``, which has removed its runs before."""
        found = self._experiment(experiment_id)
        for run in list(self.shelf.runs(found.experiment_id)):
            self.shelf.remove(run.info.run_id)
        shutil.rmtree(os.path.join(self.shelf.path, found.experiment_id))

    def filter_active_experiment_ids(self, experiment_ids: list[str]) -> list[str]:
        """Return those of the experiments that are not deleted."""
        known = {item.experiment_id: item for item in self._all_experiments()}
        return [
            wanted
            for wanted in map(str, experiment_ids)
            if wanted in known and known[wanted].lifecycle_stage == LifecycleStage.ACTIVE
        ]
