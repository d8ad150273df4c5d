"""The tracking store that MLflow is given for a URI of ours."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from mlflow.store.entities.paged_list import PagedList
from mlflow.store.tracking.abstract_store import AbstractStore

from reporter.adapters.mlflow.entities import failure
from reporter.adapters.mlflow.experiments import Experiments
from reporter.adapters.mlflow.models import Models
from reporter.adapters.mlflow.places import Places, folder_of_uri
from reporter.adapters.mlflow.runs import Runs
from reporter.adapters.mlflow.traces import Traces
from reporter.adapters.shelf import open_shelf

__all__ = ["TrackingStore"]

# Set by an MLflow server for its workers.
_SERVER = "_MLFLOW_SERVER_FILE_STORE"

# What only MLflow's database keeps. Asked for a list of these, a page of the server's own pages
# is answered "none" and goes on; a call that would have to keep one is refused with a sentence.
_EMPTY_LISTS = (
    "find_completed_sessions",
    "get_active_online_scorers",
    "get_mcp_server_versions_for_trace",
    "get_online_scoring_configs",
    "list_scorer_versions",
    "list_budget_policies",
    "list_endpoint_bindings",
    "list_endpoint_guardrail_configs",
    "list_gateway_endpoints",
    "list_gateway_guardrails",
    "list_gateway_model_definitions",
    "list_scorers",
    "list_scorers_across_experiments",
    "list_secret_infos",
)
_EMPTY_PAGES = (
    "list_label_schemas",
    "list_review_queue_items",
    "list_review_queues",
    "query_trace_metrics",
    "search_datasets",
    "search_issues",
    "search_mcp_access_endpoints",
    "search_mcp_server_versions",
    "search_mcp_servers",
)


class TrackingStore(Models, Traces, Experiments, Runs, AbstractStore):
    """MLflow's tracking store over a folder of runs.

    Parameters
    ----------
    store_uri : str
        ``reporter:<folder>``.
    artifact_uri : str, optional
        Where a server wants new experiments' artifacts.

    Notes
    -----
    Filters, orders and pages go through MLflow's own search code, and checks of names and lengths
    through its validation, so both follow the version that is installed. Behaviour follows the
    SQL store of 3.17 where its stores differ.
    """

    def __init__(self, store_uri: str, artifact_uri: str | None = None) -> None:
        super().__init__()
        self.shelf = open_shelf(folder_of_uri(store_uri))
        if os.environ.get(_SERVER):
            self.shelf.on_error = "raise"
        self.places = Places(self.shelf.path, artifact_uri)
        self.artifact_root_uri = self.places.root
        self._documents = {}

    def link_traces_to_run(self, trace_ids: list[str], run_id: str) -> None:
        """Note at each trace which run it belongs to."""
        for trace_id in trace_ids:
            self._patch_trace(trace_id, {"metadata": {"mlflow.sourceRun": run_id}})

    def unlink_traces_from_run(self, trace_ids: list[str], run_id: str) -> None:
        """Take back :meth:`link_traces_to_run`."""
        for trace_id in trace_ids:
            self._patch_trace(trace_id, {"metadata": {"mlflow.sourceRun": None}})


def _answer(value: Callable[[], Any]) -> Callable[..., Any]:
    def method(self: TrackingStore, *args: Any, **kwargs: Any) -> Any:
        """Answer that there are none."""
        return value()

    return method


def _refuse(name: str, code: str) -> Callable[..., Any]:
    def method(self: TrackingStore, *args: Any, **kwargs: Any) -> Any:
        """Refuse, with a sentence."""
        thing = name.split("_", 1)[1].replace("_", " ")
        raise failure(
            f"A folder of runs keeps no {thing}: one of MLflow's databases does, as backend store.",
            code,
        )

    return method


def _is_missing(name: str) -> bool:
    """Tell whether MLflow's base class has nothing but an error for a method, and we neither."""
    method = getattr(TrackingStore, name)
    code = getattr(method, "__code__", None)
    is_theirs = method is getattr(AbstractStore, name) and not name.startswith("_")
    errors = {"NotImplementedError", "MlflowNotImplementedException"}
    return is_theirs and code is not None and not errors.isdisjoint(code.co_names)


# Beginnings of what changes something. The rest of what is missing keeps MLflow's own error, after
# which its callers know how to go on: log_spans, for one.
_CHANGES = ("add_", "attach_", "create_", "register_", "remove_", "set_", "update_", "upsert_")
_READS = ("delete_", "detach_", "get_")

for _name in filter(_is_missing, dir(AbstractStore)):
    if _name in _EMPTY_LISTS:
        setattr(TrackingStore, _name, _answer(list))
    elif _name in _EMPTY_PAGES:
        setattr(TrackingStore, _name, _answer(lambda: PagedList([], None)))
    elif _name.startswith(_CHANGES):
        setattr(TrackingStore, _name, _refuse(_name, "FEATURE_DISABLED"))
    elif _name.startswith(_READS):
        setattr(TrackingStore, _name, _refuse(_name, "RESOURCE_DOES_NOT_EXIST"))
