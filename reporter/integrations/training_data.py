"""Describe what an estimator was trained on or asked to score, at little cost."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from reporter.events import DatasetsLogged
from reporter.integrations.signature import is_array, is_frame
from reporter.model import Dataset, DatasetInput
from reporter.tracking import clock, datasets
from reporter.tracking.live import LiveRun

__all__ = ["describe", "log_dataset"]

# Larger data is described by rows taken evenly: 10,000 are as many as MLflow's own digest reads.
_WHOLE_ELEMENTS = 1_000_000
_SAMPLED_ROWS = 10_000


def describe(features: Any, targets: Any = None, name: str | None = None) -> Dataset | None:
    """Describe data as :func:`reporter.log_input` wants it.

    Parameters
    ----------
    features : DataFrame or ndarray
    targets : Series or ndarray, optional
    name : str, optional

    Returns
    -------
    Dataset or None
        None for what is neither frame nor array. Of more than a million elements, the digest is
        that of 10,000 rows taken evenly.
    """
    rows = getattr(features, "shape", (0,))[0] if hasattr(features, "shape") else 0
    is_large = rows > _SAMPLED_ROWS and rows * _width(features) > _WHOLE_ELEMENTS
    step = -(-rows // _SAMPLED_ROWS) if is_large else 1
    part, answers = _every(features, step), _every(targets, step)
    if is_frame(part):
        from_frame = datasets.from_pandas if hasattr(part, "iloc") else datasets.from_polars
        found = from_frame(part, name=name)
        size = {"num_rows": rows, "num_elements": rows * _width(features)}
    elif is_array(part):
        is_known = is_array(answers)
        found = datasets.from_numpy(part, targets=answers if is_known else None, name=name)
        size = {"features_shape": list(features.shape)}
        size |= {"targets_shape": list(targets.shape)} if is_known else {}
    else:
        return None
    return replace(found, profile=json.dumps(size))


def _every(value: Any, step: int) -> Any:
    if step == 1 or value is None:
        return value
    return value.iloc[::step] if hasattr(value, "iloc") else value[::step]


def _width(value: Any) -> int:
    shape: tuple[int, ...] = getattr(value, "shape", ())
    return int(shape[1]) if len(shape) > 1 else 1


def log_dataset(
    live: LiveRun, context: str, features: Any, targets: Any = None, name: str | None = None
) -> Dataset | None:
    """Record data that a run read, for example as ``"train"``; None when it has no description."""
    found = describe(features, targets, name)
    if found is not None:
        used = DatasetInput(dataset=found, tags={"mlflow.data.context": context})
        live.append(DatasetsLogged(at_ms=clock.now_ms(), inputs=(used,)))
    return found
