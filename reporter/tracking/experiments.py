"""The module-level functions for experiments, and which one is chosen."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from reporter.errors import AlreadyExistsError, InvalidInputError
from reporter.model import Experiment, LifecycleStage, ViewType
from reporter.store.layout import DEFAULT_EXPERIMENT_ID
from reporter.tracking.client import MlflowClient
from reporter.tracking.validation import check_experiment_name

__all__ = [
    "chosen_experiment_id",
    "create_experiment",
    "delete_experiment",
    "delete_experiment_tag",
    "get_experiment",
    "get_experiment_by_name",
    "list_experiments",
    "rename_experiment",
    "restore_experiment",
    "search_experiments",
    "set_experiment",
    "set_experiment_tag",
    "set_experiment_tags",
]

_experiment_id: str | None = None


def set_experiment(
    experiment_name: str | None = None,
    experiment_id: str | None = None,
    trace_location: object = None,
) -> Experiment:
    """Choose the experiment that new runs belong to, and create it if there is none.

    Parameters
    ----------
    experiment_name, experiment_id : str
        Exactly one of them.
    trace_location : optional
        Accepted for compatibility.

    Returns
    -------
    Experiment

    Raises
    ------
    InvalidInputError
        Both or none were given, or the experiment is deleted.
    ExperimentNotFoundError
        No experiment has this id.
    """
    global _experiment_id
    if (experiment_name is None) == (experiment_id is None):
        raise InvalidInputError("set_experiment takes either a name or an id.")
    client = MlflowClient()
    if experiment_id is not None:
        found = client.get_experiment(experiment_id)
    else:
        found = _find_or_create(client, check_experiment_name(experiment_name))
    if found.lifecycle_stage != LifecycleStage.ACTIVE:
        raise InvalidInputError(
            f"Experiment {found.name!r} is deleted.",
            f"Use restore_experiment('{found.experiment_id}'), or another name.",
        )
    _experiment_id = found.experiment_id
    return found


def _find_or_create(client: MlflowClient, name: str) -> Experiment:
    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return client.get_experiment(client.create_experiment(name))
        except AlreadyExistsError:  # another thread, rank or machine was quicker
            found = client.get_experiment_by_name(name)
            if found is None:
                raise
    return found


def create_experiment(
    name: str,
    artifact_location: str | os.PathLike[str] | None = None,
    tags: Mapping[str, object] | None = None,
    trace_location: object = None,
) -> str:
    """Create an experiment and return its id; see :meth:`MlflowClient.create_experiment`."""
    return MlflowClient().create_experiment(name, artifact_location, tags)


def get_experiment(experiment_id: str) -> Experiment:
    """Return an experiment; raises ExperimentNotFoundError."""
    return MlflowClient().get_experiment(experiment_id)


def get_experiment_by_name(name: str) -> Experiment | None:
    """Return the experiment of this name, or None."""
    return MlflowClient().get_experiment_by_name(name)


def search_experiments(
    view_type: int = ViewType.ACTIVE_ONLY,
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: Sequence[str] | None = None,
) -> list[Experiment]:
    """Return the experiments of a view, the latest changed first."""
    return MlflowClient().search_experiments(view_type, max_results, filter_string, order_by)


def list_experiments(
    view_type: int = ViewType.ACTIVE_ONLY, max_results: int | None = None
) -> list[Experiment]:
    """Return experiments, under the name that MLflow 1.x used."""
    return MlflowClient().list_experiments(view_type, max_results)


def delete_experiment(experiment_id: str) -> None:
    """Hide an experiment and its runs."""
    MlflowClient().delete_experiment(experiment_id)


def restore_experiment(experiment_id: str) -> None:
    """Bring a deleted experiment back."""
    MlflowClient().restore_experiment(experiment_id)


def rename_experiment(experiment_id: str, new_name: str) -> None:
    """Give an experiment another name; its id stays."""
    MlflowClient().rename_experiment(experiment_id, new_name)


def set_experiment_tag(key: str, value: object) -> None:
    """Set a tag of the chosen experiment."""
    MlflowClient().set_experiment_tag(chosen_experiment_id(), key, value)


def set_experiment_tags(tags: Mapping[str, object]) -> None:
    """Set tags of the chosen experiment."""
    for key, value in tags.items():
        set_experiment_tag(key, value)


def delete_experiment_tag(key: str) -> None:
    """Remove a tag of the chosen experiment; raises NotFoundError when it has none of this key."""
    MlflowClient().delete_experiment_tag(chosen_experiment_id(), key)


def chosen_experiment_id() -> str:
    """Return the experiment set by call, else by environment, else Default."""
    if _experiment_id is not None:
        return _experiment_id
    if name := os.environ.get("MLFLOW_EXPERIMENT_NAME"):
        return set_experiment(name).experiment_id
    return os.environ.get("MLFLOW_EXPERIMENT_ID") or DEFAULT_EXPERIMENT_ID
