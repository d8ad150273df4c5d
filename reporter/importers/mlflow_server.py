"""Read a running MLflow server: every experiment and run it shows, and their files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from reporter.errors import InvalidInputError, ReporterError
from reporter.events import MetricsLogged
from reporter.importers.discovery import is_url
from reporter.importers.mlflow_facts import RunFacts, experiment_events, run_events
from reporter.importers.mlflow_meta import int_of, status_of, text_of
from reporter.importers.mlflow_models import LoggedModel
from reporter.importers.mlflow_rest import API, Json, RefusedError, Server, objects, server_address
from reporter.importers.mlflow_served import ModelFiles, RunFiles
from reporter.importers.point_buffer import points_event
from reporter.importers.records import (
    ArtifactSource,
    ImportedExperiment,
    ImportedItem,
    ImportedRun,
    ImportOptions,
    Source,
    derive_run_id,
    fingerprint_of,
)
from reporter.importers.registry import CERTAIN, LIKELY, NO, importer
from reporter.model import Dataset, DatasetInput, LifecycleStage, Problem
from reporter.store.layout import is_run_id

__all__ = ["detect", "read"]

_PAGE = 1000
_POINTS_PAGE = 25_000
# Enough to hide the way to the server, few enough not to be its only client.
_N_TOGETHER = 4
_PAGE_OF = re.compile(r"/experiments/(?P<experiment>\d+)(?:/runs/(?P<run>\w+))?")
_MODEL_STATUSES = {
    "LOGGED_MODEL_PENDING": "PENDING",
    "LOGGED_MODEL_READY": "READY",
    "LOGGED_MODEL_UPLOAD_FAILED": "FAILED",
}
# See mlflow_database: what MLflow's database makes of an infinity.
_CLAMPED = np.finfo(np.float64).max


def detect(path: str) -> int:
    """Tell whether an address is that of an MLflow server, by asking it."""
    if not is_url(path):
        return NO
    try:
        _list_experiments(Server(server_address(path)[0], sleep=_no_patience), n_wanted=1)
    except InvalidInputError:
        return LIKELY  # reading says what is wrong with the address
    except RefusedError as error:
        return LIKELY if error.status in (401, 403) else NO
    except (ReporterError, OSError):
        return NO
    return CERTAIN


def _no_patience(seconds: float) -> None:
    """Do not wait before another try."""


@importer("mlflow-server", label="MLflow servers (http://...)", detect=detect)
def read(source: Source, options: ImportOptions) -> Iterator[ImportedItem]:
    """Yield the experiments and runs of a server; of one experiment or run when its page is named.

    Raises
    ------
    StoreError
        The server does not answer, or wants other credentials.
    """
    options.check(())
    base, page = server_address(source.path)
    wanted = _PAGE_OF.match(page)
    reading = _Reading(Server(base))
    for experiment in _list_experiments(reading.server):
        source_id = text_of(experiment, "experiment_id")
        if wanted is None or wanted["experiment"] == source_id:
            yield from reading.read(experiment, source_id, wanted["run"] if wanted else None)


def _list_experiments(server: Server, n_wanted: int = 0) -> list[Json]:
    def search(token: str) -> Json:
        return server.post(
            f"{API}/experiments/search",
            max_results=n_wanted or _PAGE,
            view_type="ALL",
            page_token=token,
        )

    try:
        if n_wanted:
            return objects(search("").get("experiments"))
        found = list(server.pages(search, "experiments"))
    except RefusedError as error:
        if error.status not in (404, 405):
            raise
        # Before 1.28 there was no search.
        found = objects(server.get(f"{API}/experiments/list", view_type="ALL").get("experiments"))
    return sorted(found, key=lambda item: int_of(item, "experiment_id") or 0)


class _Reading:
    """A server that is being read."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._versions: dict[str, list[dict[str, Any]]] | None = None

    def read(self, experiment: Json, source_id: str, only: str | None) -> Iterator[ImportedItem]:
        runs = [
            run
            for run in self._runs(source_id)
            if only is None or text_of(_part(run, "info"), "run_id") == only
        ]
        created_ms = int_of(experiment, "creation_time")
        changed_ms = int_of(experiment, "last_update_time") or created_ms or 0
        stage = text_of(experiment, "lifecycle_stage")
        yield ImportedExperiment(
            source_id=source_id,
            name=text_of(experiment, "name") or source_id,
            created_ms=created_ms,
            events=experiment_events(_pairs(experiment.get("tags")), stage, changed_ms),
            n_runs=len(runs),
        )
        models: dict[str, list[_ServedModel]] = {}
        for model in self._models(source_id) if runs else ():
            models.setdefault(model.run_id, []).append(model)
        for run in runs:
            yield self._run(run, source_id, models)
        if only is None:
            yield from self._traces(source_id)

    def _traces(self, experiment: str) -> Iterator[Problem]:
        """Say that an experiment has traces; servers before 2.14 have none."""
        try:
            found = self.server.get(f"{API}/traces", experiment_ids=experiment, max_results=1)
        except RefusedError as error:
            if error.status in (401, 403):
                raise
            return
        if objects(found.get("traces")):
            detail = "there are some; runs are imported, traces are not"
            where = f"experiment {experiment}/traces"
            yield Problem(what="Traces left out", where=where, detail=detail)

    def _runs(self, experiment: str) -> Iterator[Json]:
        return self.server.pages(
            lambda token: self.server.post(
                f"{API}/runs/search",
                experiment_ids=[experiment],
                run_view_type="ALL",
                max_results=_PAGE,
                page_token=token,
                order_by=["attributes.start_time ASC"],
            ),
            "runs",
        )

    def _run(
        self, run: Json, experiment: str, models: dict[str, list[_ServedModel]]
    ) -> ImportedRun:
        info = _part(run, "info")
        run_id = text_of(info, "run_id") or text_of(info, "run_uuid")
        mine = models.get(run_id, [])
        facts = _facts(run, run_id, mine, self.versions.get(run_id, []))
        files = list(RunFiles(self.server, run_id, text_of(info, "artifact_uri")).list(run_id))
        taken = {item.path.partition("/")[0] for item in files if isinstance(item, ArtifactSource)}
        files += [item for model in mine for item in model.files(taken)]
        latest = objects(_part(run, "data").get("metrics"))
        described = [(type(item).__name__, _shown(item)) for item in files]
        return ImportedRun(
            run_id=run_id if is_run_id(run_id) else derive_run_id("mlflow", run_id),
            experiment=experiment,
            fingerprint=fingerprint_of([*described, facts.describe(), ("latest", repr(latest))]),
            events=run_events(facts, self._points(run_id, [text_of(m, "key") for m in latest])),
            artifacts=files,
        )

    def _points(self, run_id: str, keys: list[str]) -> Iterator[MetricsLogged | Problem]:
        """Ask for several series at once, and yield them in order."""
        pool = ThreadPoolExecutor(_N_TOGETHER)
        try:
            for found in pool.map(partial(self._series, run_id), sorted(filter(None, keys))):
                if found is not None:
                    yield found
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _series(self, run_id: str, key: str) -> MetricsLogged | Problem | None:
        try:
            points = list(
                self.server.pages(
                    lambda token: self.server.get(
                        f"{API}/metrics/get-history",
                        run_id=run_id,
                        metric_key=key,
                        max_results=_POINTS_PAGE,
                        page_token=token,
                    ),
                    "metrics",
                )
            )
        except RefusedError as error:
            if error.status in (401, 403):
                raise
            return _problem("Unreadable metric", f"{run_id}, {key}", error.message)
        try:
            return _points_of(key, points) if points else None
        except (ValueError, TypeError, OverflowError) as error:
            return _problem("Unreadable metric", f"{run_id}, {key}", f"no points: {error}")

    def _models(self, experiment: str) -> Iterator[_ServedModel]:
        """Yield logged models; servers before 3.0 have none."""
        pages = self.server.pages(
            lambda token: self.server.post(
                f"{API}/logged-models/search", experiment_ids=[experiment], page_token=token
            ),
            "models",
        )
        try:
            for model in pages:
                yield _model(self.server, model)
        except RefusedError as error:
            if error.status in (401, 403):
                raise

    @property
    def versions(self) -> dict[str, list[dict[str, Any]]]:
        """What was registered of which run; servers without a registry have nothing."""
        if self._versions is None:
            self._versions = {}
            pages = self.server.pages(
                lambda token: self.server.get(
                    f"{API}/model-versions/search", max_results=_PAGE, page_token=token
                ),
                "model_versions",
            )
            try:
                for version in pages:
                    if run_id := text_of(version, "run_id"):
                        self._versions.setdefault(run_id, []).append(_version(version))
            except RefusedError as error:
                if error.status in (401, 403):
                    raise
        return self._versions


def _points_of(key: str, points: list[Json]) -> MetricsLogged:
    """Return points as JSON has them: zeros are left out, what is not finite is a word."""
    values = np.array([float(point.get("value", 0)) for point in points], dtype=np.float64)
    values[np.abs(values) == _CLAMPED] *= np.inf
    steps = np.array([int(point.get("step", 0)) for point in points], dtype=np.int64)
    times = np.array([int(point.get("timestamp", 0)) for point in points], dtype=np.int64)
    return points_event(key, values, steps, times)


def _facts(
    run: Json, run_id: str, models: list[_ServedModel], versions: list[dict[str, Any]]
) -> RunFacts:
    info, data = _part(run, "info"), _part(run, "data")
    tags = _pairs(data.get("tags"))
    return RunFacts(
        run_id=run_id,
        name=text_of(info, "run_name") or tags.get("mlflow.runName", ""),
        user_id=text_of(info, "user_id"),
        status=status_of(info.get("status")),
        lifecycle_stage=text_of(info, "lifecycle_stage") or LifecycleStage.ACTIVE,
        start_ms=int_of(info, "start_time"),
        end_ms=int_of(info, "end_time"),
        params=_pairs(data.get("params")),
        tags=tags,
        datasets=[_dataset(item) for item in objects(_part(run, "inputs").get("dataset_inputs"))],
        models=models,
        versions=versions,
    )


def _dataset(item: Json) -> DatasetInput:
    dataset = _part(item, "dataset")
    names = ("name", "digest", "source_type", "source", "schema", "profile")
    return DatasetInput(
        dataset=Dataset(**{name: text_of(dataset, name) for name in names}),
        tags=_pairs(item.get("tags")),
    )


def _version(version: Json) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "name": text_of(version, "name"),
        "version": int_of(version, "version"),
    }
    for name in ("current_stage", "description", "status", "source", "user_id"):
        if version.get(name):
            facts[name] = version[name]
    aliases = version.get("aliases")
    facts["aliases"] = sorted(map(str, aliases)) if isinstance(aliases, list) else []
    if tags := _pairs(version.get("tags")):
        facts["tags"] = tags
    facts["created_ms"] = int_of(version, "creation_timestamp")
    return facts


@dataclass
class _ServedModel(LoggedModel):
    """A logged model whose files are on the server."""

    served: ModelFiles | None = None

    def files(self, taken: set[str]) -> Iterator[ArtifactSource | Problem]:
        """Yield its files below its name, or its id when the name is taken."""
        prefix = self.model_id if self.name in taken else self.name
        taken.add(prefix)
        if self.served is not None:
            yield from self.served.list(self.model_id, prefix)


def _model(server: Server, model: Json) -> _ServedModel:
    info, data = _part(model, "info"), _part(model, "data")
    model_id = text_of(info, "model_id")
    facts: dict[str, Any] = {
        key: info[key]
        for key in ("model_id", "name", "model_type", "status_message")
        if info.get(key)
    }
    status = text_of(info, "status")
    facts["status"] = _MODEL_STATUSES.get(status, status)
    for kind, found in (("params", data.get("params")), ("tags", info.get("tags"))):
        if found:
            facts[kind] = _pairs(found)
    facts["created_ms"] = int_of(info, "creation_timestamp_ms")
    if metrics := objects(data.get("metrics")):
        facts["metrics"] = {text_of(m, "key"): m.get("value", 0) for m in metrics}
    return _ServedModel(
        model_id=model_id,
        run_id=text_of(info, "source_run_id"),
        folder="",
        name=text_of(info, "name") or model_id,
        facts=facts,
        served=ModelFiles(server, model_id, text_of(info, "artifact_uri")),
    )


def _part(whole: Json, name: str) -> Json:
    """Return an object in an object; an empty one when it is none."""
    part = whole.get(name)
    return part if isinstance(part, dict) else {}


def _pairs(found: object) -> dict[str, str]:
    return {text_of(item, "key"): text_of(item, "value") for item in objects(found)}


def _shown(item: ArtifactSource | Problem) -> str:
    if isinstance(item, Problem):
        return repr(item)
    return f"{item.path}\0{item.size_bytes}"


def _problem(what: str, where: str, detail: str) -> Problem:
    return Problem(what=what, where=where, detail=detail, severity="error")
