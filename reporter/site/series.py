"""Histories as charts need them: which file holds which series, and what is in it.

Files go by experiment, metric and prefix of the run id, at most about 200 KB each, so that a page
loads what it draws, and a new run touches a few files only. How the files are divided follows
from the metric summaries alone, before any history is read; so does each file's inputs digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reporter import charts
from reporter.model import MetricSummary
from reporter.site import links, payload, tries
from reporter.site.manifest import inputs_digest
from reporter.site.plan import PlannedExperiment
from reporter.store.ports import History

__all__ = ["MAX_SHOWN", "Shard", "ShardContent", "Shown", "plan_shards", "shown_points"]

MAX_SHOWN = charts.MAX_POINTS
"""Points that a series keeps."""

MAX_SHARD_BYTES = 200_000
BYTES_PER_POINT = 40 / 3
"""Four bytes of step, four of value and two of time, as base64."""

BYTES_PER_SERIES = 60
FORMAT = 2
"""Raise it when the same histories are to give another file."""


@dataclass(frozen=True)
class Shard:
    """One data file of series, before it is filled.

    Parameters
    ----------
    experiment_id : str
    keys : tuple of str
        Metrics in it, sorted.
    bits : str
        What the ids of its runs begin with.
    run_ids : tuple of str
        Sorted.
    inputs : str
        Digest of everything it will be made from.
    """

    experiment_id: str
    keys: tuple[str, ...]
    bits: str
    run_ids: tuple[str, ...]
    inputs: str


@dataclass(frozen=True)
class Shown:
    """One series, cut to what a screen can show.

    Parameters
    ----------
    run_id, key : str
    n : int
        Points logged.
    steps : ndarray of int64, shape (m,)
        Ascending.
    values : ndarray of float64, shape (m,)
    times_ms : ndarray of int64, shape (m,)
        When each was logged; not always ascending.
    """

    run_id: str
    key: str
    n: int
    steps: np.ndarray
    values: np.ndarray
    times_ms: np.ndarray


def plan_shards(experiment: PlannedExperiment) -> list[Shard]:
    """Divide an experiment's series into files.

    Parameters
    ----------
    experiment : PlannedExperiment

    Returns
    -------
    list of Shard
        Every run that logged a metric with a history is in a shard of that metric.
    """
    summaries = {item.run_id: item.run.data.summaries for item in experiment.runs}
    series = {
        key: {run_id: found[key] for run_id, found in sorted(summaries.items()) if key in found}
        for key, facts in experiment.metrics.items()
        if facts.is_series
    }
    return [
        _shard(experiment.id, tuple(sorted(keys)), bits, run_ids, series)
        for keys, bits, run_ids in _divide(series)
    ]


def shown_points(histories: Sequence[History]) -> list[Shown]:
    """Put histories in the order of their steps and cut them to what a screen can show.

    Parameters
    ----------
    histories : sequence of History
        Of one run, so that one pass over arrays serves all its metrics.

    Returns
    -------
    list of Shown
        In the same order.
    """
    if not histories:
        return []
    orders = [charts.order(history.steps) for history in histories]
    pairs = list(zip(histories, orders, strict=True))
    steps = np.concatenate([history.steps[order] for history, order in pairs])
    values = np.concatenate([history.values[order] for history, order in pairs])
    lengths = [len(order) for order in orders]
    kept, offsets = charts.downsample_many(steps, values, np.cumsum([0, *lengths]), MAX_SHOWN)
    times = np.concatenate([history.timestamps_ms[order] for history, order in pairs])[kept]
    steps, values = steps[kept], values[kept]
    return [
        Shown(
            run_id=history.run_id,
            key=history.key,
            n=lengths[i],
            steps=steps[start:end],
            values=values[start:end],
            times_ms=times[start:end],
        )
        for i, (history, start, end) in enumerate(
            zip(histories, offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
        )
    ]


class ShardContent:
    """A shard that is being filled.

    Parameters
    ----------
    shard : Shard
    """

    def __init__(self, shard: Shard) -> None:
        self._shard = shard
        self._series: dict[str, list[Shown]] = {key: [] for key in shard.keys}

    def add(self, shown: Shown) -> None:
        """Add one series."""
        self._series[shown.key].append(shown)

    def to_file(self) -> tuple[str, bytes]:
        """Return the file's name and bytes."""
        metrics = {key: _metric_record(found) for key, found in self._series.items() if found}
        body = payload.encode_json({"metrics": metrics})
        name = _file_name(self._shard, body)
        return name, payload.register(f"series/{name}", body)


def _divide(
    series: Mapping[str, Mapping[str, MetricSummary]],
) -> Iterator[tuple[Sequence[str], str, Sequence[str]]]:
    """Yield (keys, bits, run ids): by metric first, then by run where one metric is too large."""
    sizes = {key: sum(map(_size, found.values())) for key, found in series.items()}
    digests = {key: _digest(key) for key in series}
    pieces = tries.split_by_bits(
        sorted(series),
        digests.__getitem__,
        lambda keys: sum(sizes[key] for key in keys) <= MAX_SHARD_BYTES,
    )
    for _, keys in pieces:
        if len(keys) > 1:
            yield keys, "", sorted({run_id for key in keys for run_id in series[key]})
        else:
            yield from ((keys, bits, ids) for bits, ids in _divide_runs(series[keys[0]]))


def _divide_runs(found: Mapping[str, MetricSummary]) -> Iterator[tuple[str, Sequence[str]]]:
    sizes = {run_id: _size(summary) for run_id, summary in found.items()}
    return tries.split_by_bits(
        list(found),
        str,
        lambda ids: sum(map(sizes.__getitem__, ids)) <= MAX_SHARD_BYTES,
    )


def _size(summary: MetricSummary) -> float:
    return min(summary.count, MAX_SHOWN) * BYTES_PER_POINT + BYTES_PER_SERIES


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _shard(
    experiment_id: str,
    keys: tuple[str, ...],
    bits: str,
    run_ids: Sequence[str],
    series: Mapping[str, Mapping[str, MetricSummary]],
) -> Shard:
    facts = [
        (key, run_id, tuple(vars(series[key][run_id]).values()))
        for key in keys
        for run_id in run_ids
        if run_id in series[key]
    ]
    inputs = inputs_digest("series", FORMAT, experiment_id, keys, bits, facts)
    return Shard(experiment_id, keys, bits, tuple(run_ids), inputs)


def _file_name(shard: Shard, body: str) -> str:
    """Name the file by experiment, metrics, runs and content."""
    group = _digest(repr(shard.keys))[:6]
    ending = f"-{tries.hex_prefixes(shard.bits)[0]}" if shard.bits else ""
    return links.data_name(f"series-{shard.experiment_id}-{group}{ending}", _digest(body))


def _metric_record(found: Sequence[Shown]) -> dict[str, object]:
    found = sorted(found, key=lambda shown: shown.run_id)
    ids = bytes.fromhex("".join(shown.run_id for shown in found))
    sizes = np.array([len(shown.values) for shown in found])
    return {
        "runs": payload.to_base64(np.frombuffer(ids, dtype=np.uint8)),
        "n": [shown.n for shown in found],
        "offsets": [0, *np.cumsum(sizes).tolist()],
        "steps": payload.pack_steps([shown.steps for shown in found]),
        "values": payload.pack_series_values(np.concatenate([shown.values for shown in found])),
        "times": payload.pack_times([shown.times_ms for shown in found]),
    }
