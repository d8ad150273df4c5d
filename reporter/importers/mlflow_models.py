"""Models of MLflow that stand beside runs: logged models of 3.x, and the model registry.

Both become part of the run that they came from: a logged model's files lie among the run's
artifacts, under the model's name, as they did before 3.x; what else is known of it, and of the
registered versions, stands in two tags as JSON.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reporter.importers.files import iter_artifacts, walk_files
from reporter.importers.mlflow_meta import int_of, load_meta, text_of
from reporter.importers.mlflow_points import read_points
from reporter.importers.mlflow_texts import read_texts
from reporter.importers.records import ArtifactSource
from reporter.model import LOGGED_MODELS_TAG, Problem

__all__ = [
    "REGISTERED_MODELS_TAG",
    "LoggedModel",
    "logged_models_tag",
    "model_artifacts",
    "read_logged_models",
    "read_registry",
    "registered_models_tag",
]

REGISTERED_MODELS_TAG = "mlflow.registeredModels"
"""Tag of a run that holds the registered versions made of it, as JSON."""

_STATUSES = {0: "UNSPECIFIED", 1: "PENDING", 2: "READY", 3: "FAILED"}
_MODEL_FIELDS = ("model_id", "name", "model_type", "status_message")
_VERSION_FIELDS = ("current_stage", "description", "status", "source", "user_id")


@dataclass
class LoggedModel:
    """A model that MLflow 3 keeps beside the runs of its experiment.

    Parameters
    ----------
    model_id, run_id : str
    folder : str
        Where it lies; empty when its files are elsewhere.
    name : str
        Folder that its files get among the run's artifacts.
    facts : dict
        What the tag says of it.
    problems : list of Problem
    """

    model_id: str
    run_id: str
    folder: str
    name: str
    facts: dict[str, Any] = field(default_factory=dict)  # Any: JSON
    problems: list[Problem] = field(default_factory=list)


def read_logged_models(experiment: str, root: str) -> Iterator[LoggedModel | Problem]:
    """Yield the models in ``models/`` of an experiment.

    Parameters
    ----------
    experiment : str
        The experiment's folder.
    root : str
        The source.
    """
    folder = os.path.join(experiment, "models")
    for name in _folders(folder):
        path = os.path.join(folder, name)
        where = os.path.relpath(path, root).replace(os.sep, "/")
        meta = load_meta(os.path.join(path, "meta.yaml"), f"{where}/meta.yaml")
        if isinstance(meta, Problem):
            yield meta
            continue
        yield _logged_model(path, root, where, meta)


def _logged_model(path: str, root: str, where: str, meta: Mapping[str, Any]) -> LoggedModel:
    model = LoggedModel(
        model_id=text_of(meta, "model_id") or os.path.basename(path),
        run_id=text_of(meta, "source_run_id"),
        folder=path,
        name=text_of(meta, "name") or os.path.basename(path),
    )
    facts = {key: meta[key] for key in _MODEL_FIELDS if meta.get(key)}
    facts["status"] = _STATUSES.get(int_of(meta, "status") or 0, text_of(meta, "status"))
    for kind in ("params", "tags"):
        texts, problems = read_texts(
            walk_files(os.path.join(path, kind), root, f"{where}/{kind}"), where
        )
        model.problems += problems
        if texts:
            facts[kind] = texts
    facts |= {"created_ms": int_of(meta, "creation_timestamp")}
    metrics = _metrics(path, root, where, model.problems)
    if metrics:
        facts["metrics"] = metrics
    model.facts = facts
    return model


def _metrics(path: str, root: str, where: str, problems: list[Problem]) -> dict[str, float]:
    """Return the last value of each metric of a model; its run has the whole series."""
    latest = {}
    for found in walk_files(os.path.join(path, "metrics"), root, f"{where}/metrics"):
        if isinstance(found, Problem):
            problems.append(found)
            continue
        for event in read_points(found.file, found.path, f"{where}/metrics/{found.path}"):
            if isinstance(event, Problem):
                problems.append(event)
            else:
                latest[found.path] = float(event.values[-1])
    return latest


def model_artifacts(
    models: Iterable[LoggedModel], root: str, taken: set[str]
) -> Iterator[ArtifactSource | Problem]:
    """Yield the files of a run's logged models, each model in a folder of its name.

    Parameters
    ----------
    models : iterable of LoggedModel
    root : str
        The source.
    taken : set of str
        First parts of the paths that the run's own artifacts have, and of models before; a model
        whose name is among them goes by its id.
    """
    for model in models:
        yield from model.problems
        prefix = model.model_id if model.name in taken else model.name
        taken.add(prefix)
        yield from iter_artifacts(os.path.join(model.folder, "artifacts"), root, prefix)


def logged_models_tag(models: Sequence[LoggedModel]) -> dict[str, str]:
    """Return the tag that tells of a run's logged models; nothing when it has none."""
    if not models:
        return {}
    return {LOGGED_MODELS_TAG: _json([model.facts for model in models])}


def registered_models_tag(versions: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the tag that tells of registered versions; nothing when there are none."""
    return {REGISTERED_MODELS_TAG: _json(versions)} if versions else {}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def read_registry(root: str) -> tuple[dict[str, list[dict[str, Any]]], list[Problem]]:
    """Read the model registry of a store, ``models/`` at its top.

    Parameters
    ----------
    root : str
        The store.

    Returns
    -------
    versions : dict of str to list of dict
        Run id to what was registered of it.
    problems : list of Problem
        What could not be read, and models without a version that a run made.
    """
    versions: dict[str, list[dict[str, Any]]] = {}
    problems: list[Problem] = []
    folder = os.path.join(root, "models")
    for name in _folders(folder):
        path, where = os.path.join(folder, name), f"models/{name}"
        model = load_meta(os.path.join(path, "meta.yaml"), f"{where}/meta.yaml")
        if isinstance(model, Problem):
            problems.append(model)
            continue
        found = list(_versions(path, where, root, model, problems))
        for run_id, facts in found:
            versions.setdefault(run_id, []).append(facts)
        if not any(run_id for run_id, _ in found):
            detail = "no run made a version of it, and models are kept with their runs"
            problems.append(Problem(what="Registered model left out", where=where, detail=detail))
    return versions, problems


def _versions(
    path: str, where: str, root: str, model: Mapping[str, Any], problems: list[Problem]
) -> Iterator[tuple[str, dict[str, Any]]]:
    aliases = model.get("aliases")
    for name in _folders(path):
        if not name.startswith("version-"):
            continue
        here = f"{where}/{name}"
        meta = load_meta(os.path.join(path, name, "meta.yaml"), f"{here}/meta.yaml")
        if isinstance(meta, Problem):
            problems.append(meta)
            continue
        number = int_of(meta, "version") or 0
        facts: dict[str, Any] = {"name": text_of(model, "name"), "version": number}
        facts |= {key: meta[key] for key in _VERSION_FIELDS if meta.get(key)}
        if isinstance(aliases, dict):
            facts["aliases"] = sorted(a for a, v in aliases.items() if str(v) == str(number))
        files = walk_files(os.path.join(path, name, "tags"), root)
        tags, found = read_texts(files, f"{here}/tags")
        problems += found
        if tags:
            facts["tags"] = tags
        facts["created_ms"] = int_of(meta, "creation_timestamp")
        yield text_of(meta, "run_id"), facts


def _folders(path: str) -> list[str]:
    """List the folders in a folder, links left out; none when it is missing."""
    try:
        with os.scandir(path) as entries:
            return sorted(e.name for e in entries if e.is_dir(follow_symlinks=False))
    except OSError:
        return []
