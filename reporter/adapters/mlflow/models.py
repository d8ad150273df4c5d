"""Logged models, MLflow 3's first-class ones: documents of an experiment, files of a run.

A model made by a run lies among that run's artifacts, below ``models/``, so that whoever looks at
the run finds it; one without a run lies in the experiment's folder.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from mlflow import entities
from mlflow.store.entities.paged_list import PagedList
from mlflow.utils.name_utils import _generate_random_name
from mlflow.utils.validation import _validate_tag_name

from reporter.adapters.mlflow.desk import Desk, answers
from reporter.adapters.mlflow.entities import build, failure
from reporter.adapters.shelf import now_ms
from reporter.errors import RunNotFoundError

__all__ = ["Models"]

KIND = "model"
# As MLflow's own stores.
_PAGE = 100


class Models(Desk):
    """The part of the tracking store that is about logged models."""

    @answers
    def create_logged_model(
        self,
        experiment_id: Any = "0",
        name: str | None = None,
        source_run_id: str | None = None,
        tags: Any = None,
        params: Any = None,
        model_type: str | None = None,
    ) -> Any:
        """Begin a logged model; its files come next, :meth:`finalize_logged_model` last."""
        from mlflow.utils.validation import _validate_logged_model_name

        _validate_logged_model_name(name)
        experiment = self._active_experiment(experiment_id)
        model_id, now = f"m-{uuid.uuid4().hex}", now_ms()
        chosen = name or _generate_random_name()
        folder = self._claim_folder(experiment.experiment_id, chosen, model_id, source_run_id)
        document = {
            "name": chosen,
            "folder": folder,
            "created_ms": now,
            "updated_ms": now,
            "source_run_id": source_run_id,
            "model_type": model_type,
            "status": "PENDING",
            "tags": _texts(tags),
            "params": _texts(params),
        }
        documents = self._documents_of(experiment.experiment_id)
        documents.patch(now, KIND, model_id, document)
        return self.get_logged_model(model_id)

    def _claim_folder(
        self, experiment_id: str, name: str, model_id: str, run_id: str | None
    ) -> str:
        """Choose where a model's files go, relative to the experiment's location.

        A run's first model of a name gets that name; making the folder is what claims it.
        """
        self.shelf.create()
        try:
            is_known = run_id is not None and self.shelf.home_of(run_id) == experiment_id
        except RunNotFoundError:
            is_known = False
        if not is_known:
            return f"models/{model_id}/artifacts"
        parent = f"{run_id}/artifacts/models"
        on_disk = self._artifact_folder(experiment_id)
        if on_disk is not None:
            os.makedirs(os.path.join(on_disk, parent), exist_ok=True)
            try:
                os.mkdir(os.path.join(on_disk, parent, name))
            except FileExistsError:
                pass
            else:
                return f"{parent}/{name}"
        return f"{parent}/{name}-{model_id[2:10]}"

    @answers
    def get_logged_model(self, model_id: str, allow_deleted: bool = False) -> Any:
        """Return a logged model."""
        experiment_id, document = self._model(model_id, allow_deleted=allow_deleted)
        return self._model_entity(experiment_id, model_id, document)

    def _model(self, model_id: str, *, allow_deleted: bool = False) -> tuple[str, dict[str, Any]]:
        for experiment_id in self._experiment_ids():
            document = self._documents_of(experiment_id).get(KIND, model_id)
            if document is not None and (allow_deleted or "deleted_ms" not in document):
                return experiment_id, document
        raise failure(f"Logged model with ID '{model_id}' not found.", "RESOURCE_DOES_NOT_EXIST")

    def _model_entity(self, experiment_id: str, model_id: str, document: Mapping[str, Any]) -> Any:
        location = self._location(self._experiment(experiment_id))
        return build(
            entities.LoggedModel,
            experiment_id=experiment_id,
            model_id=model_id,
            name=document.get("name", ""),
            artifact_location=self.places.below(location, document.get("folder", "")),
            creation_timestamp=document.get("created_ms", 0),
            last_updated_timestamp=document.get("updated_ms", 0),
            model_type=document.get("model_type"),
            source_run_id=document.get("source_run_id"),
            status=entities.LoggedModelStatus(document.get("status", "PENDING")),
            tags=dict(document.get("tags", {})),
            params=dict(document.get("params", {})),
            metrics=_latest_points(model_id, document.get("points", {}).values()),
        )

    def _patch_model(self, model_id: str, **patch: Any) -> None:
        experiment_id, _ = self._model(model_id)
        now = now_ms()
        self._documents_of(experiment_id).patch(now, KIND, model_id, {"updated_ms": now, **patch})

    @answers
    def finalize_logged_model(self, model_id: str, status: Any) -> Any:
        """Say how a model's logging ended."""
        self._patch_model(model_id, status=str(getattr(status, "value", status)))
        return self.get_logged_model(model_id)

    @answers
    def log_logged_model_params(self, model_id: str, params: Any) -> None:
        """Record params of a model."""
        self._patch_model(model_id, params=_texts(params))

    @answers
    def set_logged_model_tags(self, model_id: str, tags: Any) -> None:
        """Set tags of a model."""
        for tag in tags:
            _validate_tag_name(tag.key)
        self._patch_model(model_id, tags=_texts(tags))

    @answers
    def delete_logged_model_tag(self, model_id: str, key: str) -> None:
        """Remove a tag of a model."""
        _, document = self._model(model_id)
        if key not in document.get("tags", {}):
            raise failure(
                f"No tag with key {key!r} found for model with ID {model_id!r}.",
                "RESOURCE_DOES_NOT_EXIST",
            )
        self._patch_model(model_id, tags={key: None})

    @answers
    def delete_logged_model(self, model_id: str) -> None:
        """Hide a model."""
        self._patch_model(model_id, deleted_ms=now_ms())

    @answers
    def _get_deleted_logged_models(self, older_than: int = 0) -> list[str]:
        """Return the ids of models deleted at least so many milliseconds ago: ``mlflow gc``."""
        latest = now_ms() - older_than
        return [
            model_id
            for experiment_id in self._experiment_ids()
            for model_id, document in self._documents_of(experiment_id).all(KIND).items()
            if document.get("deleted_ms", latest + 1) <= latest
        ]

    @answers
    def _hard_delete_logged_model(self, model_id: str) -> None:
        """Remove a model for good: ``mlflow gc``."""
        experiment_id, document = self._model(model_id, allow_deleted=True)
        self._documents_of(experiment_id).patch(now_ms(), KIND, model_id, None)
        on_disk = self._artifact_folder(experiment_id)
        if on_disk is not None and document.get("folder"):
            shutil.rmtree(os.path.join(on_disk, document["folder"]), ignore_errors=True)

    @answers
    def search_logged_models(
        self,
        experiment_ids: Any,
        filter_string: str | None = None,
        datasets: Any = None,
        max_results: int | None = None,
        order_by: Any = None,
        page_token: str | None = None,
    ) -> Any:
        """Return one page of the logged models that match."""
        from mlflow.utils.search_utils import SearchLoggedModelsUtils as Search

        if datasets and not all(item.get("dataset_name") for item in datasets):
            raise failure("`dataset_name` in the `datasets` clause must be specified.")
        found = [
            self._model_entity(experiment_id, model_id, document)
            for experiment_id in map(str, experiment_ids)
            for model_id, document in self._documents_of(experiment_id).all(KIND).items()
            if "deleted_ms" not in document
        ]
        found = Search.filter_logged_models(found, filter_string, datasets)
        found = Search.sort(found, order_by)
        return PagedList(*Search.paginate(found, page_token, max_results or _PAGE))

    def _log_model_points(self, run_id: str, experiment_id: str, metrics: Iterable[Any]) -> None:
        """Record which of a run's points are about a logged model."""
        by_model: dict[str, list[Any]] = {}
        for metric in metrics:
            if getattr(metric, "model_id", None):
                by_model.setdefault(metric.model_id, []).append(metric)
        now = now_ms()
        for model_id, found in by_model.items():
            points = {
                uuid.uuid4().hex[:16]: {
                    "key": metric.key,
                    "value": float(metric.value),
                    "timestamp": metric.timestamp,
                    "step": metric.step or 0,
                    "run_id": run_id,
                    "dataset_name": metric.dataset_name,
                    "dataset_digest": metric.dataset_digest,
                }
                for metric in found
            }
            home, _ = self._model(model_id)
            self._documents_of(home).patch(now, KIND, model_id, {"points": points})

    def set_model_versions_tags(self, name: str, version: str, model_id: str) -> None:
        """Note at a model under which name and version it was registered."""
        import json

        _, document = self._model(model_id)
        key = "mlflow.modelVersions"
        known = json.loads(document.get("tags", {}).get(key, "[]"))
        entry = {"name": name, "version": version}
        if entry not in known:
            self._patch_model(model_id, tags={key: json.dumps([*known, entry])})


def _texts(pairs: Any) -> dict[str, str]:
    """Return tags or params, given as entities or as a mapping, as texts."""
    if isinstance(pairs, Mapping):
        return {key: str(value) for key, value in pairs.items()}
    return {pair.key: "" if pair.value is None else str(pair.value) for pair in pairs or ()}


def _latest_points(model_id: str, points: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Return the latest point of each metric and data set."""
    latest: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for point in points:
        group = point["key"], point.get("dataset_name"), point.get("dataset_digest")
        best = latest.get(group)
        if best is None or _place(point) >= _place(best):
            latest[group] = point
    return [
        build(
            entities.Metric,
            key=point["key"],
            value=point["value"],
            timestamp=point["timestamp"],
            step=point["step"],
            model_id=model_id,
            dataset_name=point.get("dataset_name"),
            dataset_digest=point.get("dataset_digest"),
            run_id=point.get("run_id"),
        )
        for _, point in sorted(latest.items(), key=lambda item: str(item[0]))
    ]


def _place(point: Mapping[str, Any]) -> tuple[int, int, float]:
    return point["step"], point["timestamp"], point["value"]
