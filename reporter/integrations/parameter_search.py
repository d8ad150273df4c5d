"""Grid searches and their kin: the best result in the run itself, candidates as child runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reporter.integrations.autologging import Training, clean_key, log_new_params
from reporter.model import DatasetInput, RunStatus
from reporter.tracking.live import LiveRun

__all__ = ["is_search", "log_search", "results_table"]

_AGGREGATES = ("mean_", "std_", "rank_")


def is_search(estimator: object) -> bool:
    """Tell a trained search over parameters."""
    return hasattr(estimator, "cv_results_") and hasattr(estimator, "estimator")


def results_table(results: Mapping[str, Any]) -> bytes:
    """Write a search's results as CSV, one row per candidate.

    Parameters
    ----------
    results : mapping of str to array_like
        ``cv_results_``.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(results)
    for row in zip(*map(_listed, results.values()), strict=True):
        writer.writerow("" if value is None else value for value in row)
    return text.getvalue().encode()


def _listed(values: Any) -> list[Any]:
    """Return plain values; None where a masked array has none."""
    return list(values.tolist() if hasattr(values, "tolist") else values)


def log_search(live: LiveRun, job: Training) -> None:
    """Log what a search found.

    Parameters
    ----------
    live : LiveRun
        The run of the search itself.
    job : Training
        Its subject is the trained search.
    """
    search, results = job.subject, job.subject.cv_results_
    best = {f"best_{key}": value for key, value in getattr(search, "best_params_", {}).items()}
    log_new_params(live, best)
    if hasattr(search, "best_score_"):
        live.log_point("best_cv_score", float(search.best_score_))
    live.put("cv_results.csv", results_table(results), kind="table")
    for index in _best_first(results, job.options.max_tuning_runs):
        _log_candidate(live, job, index)


def _best_first(results: Mapping[str, Any], limit: int | None) -> Sequence[int]:
    ranks = next((results[key] for key in results if key.startswith("rank_test_")), None)
    count = len(results["params"])
    order = range(count) if ranks is None else sorted(range(count), key=lambda at: int(ranks[at]))
    return list(order)[:limit]


def _log_candidate(live: LiveRun, job: Training, index: int) -> None:
    results, inner = job.subject.cv_results_, job.subject.estimator
    cls = type(inner)
    tags = {
        "mlflow.parentRunId": live.run_id,
        "mlflow.autologging": job.flavor,
        "estimator_name": cls.__name__,
        "estimator_class": f"{cls.__module__}.{cls.__name__}",
        **job.options.extra_tags,
    }
    child, _ = job.client._start(live.writer.experiment_id, None, tags)
    params = {**inner.get_params(deep=True), **results["params"][index]}
    log_new_params(child, params)
    child.log_points(dict(_aggregates(results, index)), None, None)
    if job.dataset is not None:
        used = DatasetInput(dataset=job.dataset, tags={"mlflow.data.context": "train"})
        job.client.log_inputs(child.run_id, [used])
    child.end(RunStatus.FINISHED)


def _aggregates(results: Mapping[str, Any], index: int) -> Iterator[tuple[str, float]]:
    for key, values in results.items():
        if key.startswith(_AGGREGATES):
            yield clean_key(key), float(values[index])
