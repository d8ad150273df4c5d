"""What MLflow's stores hold of a run, whatever form they have: places, states, data sets, keys.

Written from MLflow 3.17.2's files and tables, for its folders and its databases alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from reporter.exports.registry import Target
from reporter.exports.selection import Selection
from reporter.model import Dataset, Experiment, Run
from reporter.store.layout import DEFAULT_EXPERIMENT_ID, DEFAULT_EXPERIMENT_NAME

__all__ = [
    "allowed",
    "artifact_uri",
    "dataset_id",
    "dataset_source",
    "datasets_of",
    "experiment_uri",
    "experiments",
    "root_uri",
]

# The signs and the length that MLflow takes; it refuses to read a store with others.
_KEY = re.compile(r"[/\w.\- :]{1,250}")
_DATASET_DIGITS = 32

Value = TypeVar("Value")


def experiments(selection: Selection) -> Iterator[Experiment]:
    """Yield the experiments, and the one that MLflow starts runs in unless told otherwise.

    MLflow takes a folder or a database that is there already as it is, and fails when it lacks it.
    """
    yield from selection.experiments
    taken = {item.name for item in selection.experiments}
    taken |= {item.experiment_id for item in selection.experiments}
    if not taken & {DEFAULT_EXPERIMENT_ID, DEFAULT_EXPERIMENT_NAME}:
        first = min((run.info.start_time or 0 for run in selection.runs), default=0)
        yield Experiment(
            experiment_id=DEFAULT_EXPERIMENT_ID,
            name=DEFAULT_EXPERIMENT_NAME,
            creation_time=first,
            last_update_time=first,
        )


def root_uri(target: Target, inside: str = "") -> str:
    """Return the URI below which MLflow finds the experiments' artifacts."""
    return (target.artifact_root or Path(target.place, inside).as_uri()).rstrip("/")


def experiment_uri(root: str, experiment: Experiment) -> str:
    """Return where an experiment's artifacts are."""
    return f"{root}/{experiment.experiment_id}"


def artifact_uri(root: str, run: Run) -> str:
    """Return where a run's artifacts are."""
    return f"{root}/{run.info.experiment_id}/{run.info.run_id}/artifacts"


def allowed(
    target: Target, run_id: str, kind: str, values: Mapping[str, Value]
) -> Iterator[tuple[str, Value]]:
    """Yield what has a key that MLflow takes; the others are listed."""
    for key, value in values.items():
        if is_clean(key):
            yield key, value
        else:
            target.left_out(f"{kind} left out", f"{run_id}", f"MLflow takes no key {key!r}.")


def is_clean(key: str) -> bool:
    """Tell whether MLflow takes a key: its signs, its length, and as a path only the one it names.

    Examples
    --------
    >>> is_clean("val/loss"), is_clean("../loss"), is_clean("a|b")
    (True, False, False)
    """
    parts = key.split("/")
    return bool(_KEY.fullmatch(key)) and not {"", ".", ".."} & set(parts)


def datasets_of(run: Run) -> Iterator[tuple[Dataset, dict[str, str]]]:
    """Yield the data sets that a run read, each with its tags, the same one once."""
    seen = set()
    for item in run.inputs.dataset_inputs:
        named = item.dataset.name, item.dataset.digest
        if named not in seen:
            seen.add(named)
            yield item.dataset, dict(item.tags)


def dataset_id(dataset: Dataset, run: Run) -> str:
    """Return an id of a data set: the same for the same name and digest in an experiment."""
    named = f"{run.info.experiment_id}\0{dataset.name}\0{dataset.digest}"
    return sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:_DATASET_DIGITS]


def dataset_source(dataset: Dataset) -> str:
    """Return where a data set came from in JSON, which MLflow expects there."""
    try:
        json.loads(dataset.source)
    except ValueError:
        return json.dumps({"uri": dataset.source} if dataset.source else {"tags": {}})
    return dataset.source
