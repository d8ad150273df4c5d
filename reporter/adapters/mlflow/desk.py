"""What every part of the store works with: the open store, and the checks that come first."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from typing import Any, TypeVar

from reporter.adapters.documents import Documents
from reporter.adapters.mlflow.entities import failure, translate
from reporter.adapters.mlflow.places import Places
from reporter.adapters.shelf import OpenRun, Shelf, now_ms
from reporter.errors import ReporterError
from reporter.events import ExperimentCreated
from reporter.model import Experiment, LifecycleStage, Run
from reporter.store import layout

__all__ = ["Desk", "answers"]

_F = TypeVar("_F", bound=Callable[..., Any])  # Any: methods with MLflow's signatures


def answers(method: _F) -> _F:
    """Let a method raise MLflow's errors where ours occur."""

    @wraps(method)
    def inside(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except ReporterError as error:
            raise translate(error) from error

    return inside  # type: ignore[return-value]  # the same signature


class Desk:
    """The open store: base of the parts that make up MLflow's tracking store."""

    shelf: Shelf
    places: Places
    _documents: dict[str, Documents]

    def _experiment(self, experiment_id: Any) -> Experiment:
        """Return an experiment; the default one exists even before it is written down."""
        wanted = layout.DEFAULT_EXPERIMENT_ID if experiment_id is None else str(experiment_id)
        found = self.shelf.find_experiment(wanted)
        if found is not None:
            return found
        if wanted == layout.DEFAULT_EXPERIMENT_ID:
            born = self.shelf.created_ms()
            return Experiment(
                experiment_id=wanted,
                name=layout.DEFAULT_EXPERIMENT_NAME,
                creation_time=born,
                last_update_time=born,
            )
        raise failure(f"No Experiment with id={wanted} exists", "RESOURCE_DOES_NOT_EXIST")

    def _active_experiment(self, experiment_id: Any) -> Experiment:
        found = self._experiment(experiment_id)
        if found.lifecycle_stage != LifecycleStage.ACTIVE:
            raise failure(
                f"The experiment {found.experiment_id} must be in the 'active' state. "
                f"Current state is {found.lifecycle_stage}."
            )
        return found

    def _write_down(self, experiment: Experiment) -> None:
        """See to it that an experiment is in the store before something happens to it."""
        experiment_id = experiment.experiment_id
        if self.shelf.find_experiment(experiment_id) is None:
            created = ExperimentCreated(
                at_ms=now_ms(),
                experiment_id=experiment_id,
                name=experiment.name,
                artifact_location=self.places.new_location(experiment_id),
            )
            self.shelf.append_to_experiment(experiment_id, created)

    def _artifact_folder(self, experiment_id: str) -> str | None:
        """Return the folder of an experiment's artifacts on this machine; None when remote."""
        stored = self._experiment(experiment_id).artifact_location
        return self.places.folder_on_disk(experiment_id, stored)

    def _location(self, experiment: Experiment) -> str:
        return self.places.shown(experiment.experiment_id, experiment.artifact_location)

    def _run(self, run_id: str) -> Run:
        """Return a run; one of a deleted experiment counts as deleted."""
        run = self.shelf.run(run_id)
        return _seen_in(run, self._experiment(run.info.experiment_id))

    def _runs(self, experiment_id: str) -> Iterator[Run]:
        experiment = self._experiment(experiment_id)
        for run in self.shelf.runs(experiment.experiment_id):
            yield _seen_in(run, experiment)

    @contextmanager
    def _writing(self, run_id: str) -> Iterator[OpenRun]:
        """Hold the way into an active run; what is checked inside is still so when written."""
        with self.shelf.writing(run_id) as opened:
            experiment = self._experiment(opened.writer.experiment_id)
            is_there = experiment.lifecycle_stage == LifecycleStage.ACTIVE
            stage = opened.lifecycle_stage if is_there else LifecycleStage.DELETED
            if stage != LifecycleStage.ACTIVE:
                raise failure(
                    f"The run {run_id} must be in the 'active' state. Current state is {stage}."
                )
            yield opened

    def _documents_of(self, experiment_id: str) -> Documents:
        """Return the experiment's documents: logged models, traces and what links to them."""
        if experiment_id not in self._documents:
            folder = os.path.join(self.shelf.path, experiment_id)
            self._documents[experiment_id] = Documents(folder, self.shelf.on_error)
        return self._documents[experiment_id]

    def _experiment_ids(self) -> list[str]:
        path = self.shelf.path
        return layout.list_experiment_ids(path) if os.path.isdir(path) else []


def _seen_in(run: Run, experiment: Experiment) -> Run:
    if experiment.lifecycle_stage == LifecycleStage.ACTIVE:
        return run
    return replace(run, info=replace(run.info, lifecycle_stage=LifecycleStage.DELETED))
