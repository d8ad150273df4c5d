"""Traces and their assessments: documents of an experiment, with spans in a file beside it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from typing import Any

from mlflow.store.tracking import SEARCH_MAX_RESULTS_THRESHOLD

from reporter.adapters.mlflow.desk import Desk, answers
from reporter.adapters.mlflow.entities import failure
from reporter.adapters.shelf import now_ms

__all__ = ["Traces"]

KIND = "trace"
# As MLflow's own stores.
_PAGE = 100


class Traces(Desk):
    """The part of the tracking store that is about traces."""

    @answers
    def start_trace(self, trace_info: Any) -> Any:
        """Record a trace, or what is now known of it; its spans go to its artifact location."""
        from mlflow.utils.mlflow_tags import MLFLOW_ARTIFACT_LOCATION

        experiment = self._active_experiment(trace_info.experiment_id)
        self.shelf.create()
        # Worked out anew when it is read, so that the store can be moved.
        tags = {k: v for k, v in trace_info.tags.items() if k != MLFLOW_ARTIFACT_LOCATION}
        info = trace_info.to_dict()
        for name in ("tags", "trace_metadata", "assessments"):
            info.pop(name, None)
        document = {"info": info, "tags": tags, "metadata": dict(trace_info.trace_metadata)}
        documents = self._documents_of(experiment.experiment_id)
        documents.patch(now_ms(), KIND, trace_info.trace_id, document)
        for assessment in trace_info.assessments or ():
            self.create_assessment(assessment)
        return self.get_trace_info(trace_info.trace_id)

    @answers
    def get_trace_info(self, trace_id: str) -> Any:
        """Return a trace without its spans."""
        return self._trace_entity(*self._trace(trace_id), trace_id)

    def _trace(self, trace_id: str) -> tuple[str, dict[str, Any]]:
        for experiment_id in self._experiment_ids():
            document = self._documents_of(experiment_id).get(KIND, trace_id)
            if document is not None:
                return experiment_id, document
        raise failure(f"Trace with ID '{trace_id}' not found.", "RESOURCE_DOES_NOT_EXIST")

    def _trace_entity(self, experiment_id: str, document: Mapping[str, Any], trace_id: str) -> Any:
        from mlflow.entities import Assessment, TraceInfo
        from mlflow.utils.mlflow_tags import MLFLOW_ARTIFACT_LOCATION

        location = self._location(self._experiment(experiment_id))
        uri = self.places.below(location, "traces", trace_id, "artifacts")
        info = TraceInfo.from_dict(dict(document["info"]))
        info.tags = {**document.get("tags", {}), MLFLOW_ARTIFACT_LOCATION: uri}
        info.trace_metadata = dict(document.get("metadata", {}))
        found = document.get("assessments", {})
        info.assessments = [Assessment.from_dictionary(dict(item)) for item in found.values()]
        return info

    def _patch_trace(self, trace_id: str, patch: Mapping[str, Any] | None) -> None:
        experiment_id, _ = self._trace(trace_id)
        self._documents_of(experiment_id).patch(now_ms(), KIND, trace_id, patch)

    @answers
    def search_traces(
        self,
        experiment_ids: Any = None,
        filter_string: str | None = None,
        max_results: int = _PAGE,
        order_by: Any = None,
        page_token: str | None = None,
        model_id: str | None = None,
        locations: Any = None,
    ) -> tuple[list[Any], str | None]:
        """Return one page of the traces that match, and the token of the next."""
        from mlflow.utils.search_utils import SearchTraceUtils as Search

        if max_results > SEARCH_MAX_RESULTS_THRESHOLD:
            raise failure(
                "Invalid value for request parameter max_results. It must be at most "
                f"{SEARCH_MAX_RESULTS_THRESHOLD}, but got value {max_results}"
            )
        found = [
            self._trace_entity(experiment_id, document, trace_id)
            for experiment_id in map(str, locations or experiment_ids or ())
            for trace_id, document in self._documents_of(experiment_id).all(KIND).items()
        ]
        found = Search.sort(Search.filter(found, filter_string), order_by)
        page, token = Search.paginate(found, page_token, max_results)
        return page, token

    @answers
    def batch_get_trace_infos(
        self, trace_ids: Any, location: str | None = None, experiment_ids: Any = None
    ) -> list[Any]:
        """Return those of the traces that are here, without spans."""
        wanted, scope = set(trace_ids), set(map(str, experiment_ids or self._experiment_ids()))
        return [
            self._trace_entity(experiment_id, document, trace_id)
            for experiment_id in self._experiment_ids()
            if experiment_id in scope
            for trace_id, document in self._documents_of(experiment_id).all(KIND).items()
            if trace_id in wanted
        ]

    def batch_get_traces(
        self, trace_ids: Any, location: str | None = None, experiment_ids: Any = None
    ) -> list[Any]:
        """Return those of the traces whose spans can be read."""
        from mlflow.entities import Trace, TraceData
        from mlflow.exceptions import MlflowException
        from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

        found = []
        for info in self.batch_get_trace_infos(trace_ids, location, experiment_ids):
            folder = self._trace_folder(info.experiment_id, info.trace_id)
            if folder is None:
                continue
            repository = get_artifact_repository(os.path.join(folder, "artifacts"))
            try:
                data = repository.download_trace_data()
            except (MlflowException, OSError):
                continue  # not exported yet, or lost: its info still shows in searches
            found.append(Trace(info, TraceData.from_dict(data)))
        return found

    def get_trace(self, trace_id: str, *, allow_partial: bool = False) -> Any:
        """Return a trace with its spans."""
        found = self.batch_get_traces([trace_id])
        if not found:
            self._trace(trace_id)
            raise failure(f"Trace with ID '{trace_id}' has no spans yet.", "NOT_FOUND")
        return found[0]

    def _trace_folder(self, experiment_id: str, trace_id: str) -> str | None:
        folder = self._artifact_folder(experiment_id)
        return None if folder is None else os.path.join(folder, "traces", trace_id)

    @answers
    def set_trace_tag(self, trace_id: str, key: str, value: str) -> None:
        """Set a tag of a trace."""
        self._patch_trace(trace_id, {"tags": {key: "" if value is None else str(value)}})

    @answers
    def delete_trace_tag(self, trace_id: str, key: str) -> None:
        """Remove a tag of a trace."""
        if key not in self._trace(trace_id)[1].get("tags", {}):
            raise failure(
                f"No tag with name: {key} in trace with ID {trace_id}.", "RESOURCE_DOES_NOT_EXIST"
            )
        self._patch_trace(trace_id, {"tags": {key: None}})

    @answers
    def _delete_traces(
        self,
        experiment_id: Any,
        max_timestamp_millis: int | None = None,
        max_traces: int | None = None,
        trace_ids: Any = None,
    ) -> int:
        """Remove traces, the oldest first; return how many."""
        found, _ = self.search_traces([experiment_id], max_results=SEARCH_MAX_RESULTS_THRESHOLD)
        if trace_ids:
            gone = [info for info in found if info.trace_id in set(trace_ids)]
        else:
            limit = max_timestamp_millis or 0
            gone = sorted(
                (info for info in found if info.timestamp_ms <= limit),
                key=lambda info: (info.timestamp_ms, info.trace_id),
            )[:max_traces]
        for info in gone:
            self._patch_trace(info.trace_id, None)
            folder = self._trace_folder(info.experiment_id, info.trace_id)
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
        return len(gone)

    # Assessments

    @answers
    def get_assessment(self, trace_id: str, assessment_id: str) -> Any:
        """Return one assessment of a trace."""
        from mlflow.entities import Assessment

        found = self._trace(trace_id)[1].get("assessments", {}).get(assessment_id)
        if found is None:
            raise failure(
                f"Assessment with ID '{assessment_id}' not found for trace '{trace_id}'",
                "RESOURCE_DOES_NOT_EXIST",
            )
        return Assessment.from_dictionary(dict(found))

    @answers
    def create_assessment(self, assessment: Any) -> Any:
        """Record an assessment; the one that it overrides is not valid any more."""
        from mlflow.tracing.utils import generate_assessment_id

        now = now_ms()
        assessment.assessment_id = generate_assessment_id()
        assessment.create_time_ms = assessment.last_update_time_ms = now
        assessment.valid = True
        if assessment.overrides:
            self._set_valid(assessment.trace_id, assessment.overrides, is_valid=False)
        self._save_assessment(assessment)
        return assessment

    def _save_assessment(self, assessment: Any) -> None:
        value = assessment.to_dictionary()
        # Removed first, so that no field of an older state stays.
        for patch in (None, value):
            patched = {"assessments": {assessment.assessment_id: patch}}
            self._patch_trace(assessment.trace_id, patched)

    def _set_valid(self, trace_id: str, assessment_id: str, *, is_valid: bool) -> None:
        assessment = self.get_assessment(trace_id, assessment_id)
        assessment.valid = is_valid
        self._save_assessment(assessment)

    @answers
    def update_assessment(
        self,
        trace_id: str,
        assessment_id: str,
        name: str | None = None,
        expectation: Any = None,
        feedback: Any = None,
        rationale: str | None = None,
        metadata: dict[str, str] | None = None,
    ) -> Any:
        """Change an assessment; what is not given stays."""
        from mlflow.entities import Expectation

        found = self.get_assessment(trace_id, assessment_id)
        is_expectation = isinstance(found, Expectation)
        if (expectation is not None and not is_expectation) or (
            feedback is not None and is_expectation
        ):
            raise failure("An assessment cannot turn from feedback into expectation or back.")
        if expectation is not None:
            found.expectation = expectation
        if feedback is not None:
            found.feedback = feedback
        if name is not None:
            found.name = name
        if rationale is not None:
            found.rationale = rationale
        if metadata:
            found.metadata = {**(found.metadata or {}), **metadata}
        found.last_update_time_ms = now_ms()
        self._save_assessment(found)
        return found

    @answers
    def delete_assessment(self, trace_id: str, assessment_id: str) -> None:
        """Remove an assessment; the one that it overrode is valid again."""
        known = self._trace(trace_id)[1].get("assessments", {})
        if assessment_id not in known:
            return
        overridden = known[assessment_id].get("overrides")
        self._patch_trace(trace_id, {"assessments": {assessment_id: None}})
        if overridden in known:
            self._set_valid(trace_id, overridden, is_valid=True)
