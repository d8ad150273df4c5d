"""Histories as charts need them: which file holds which series, and what is in it.

Files go by tier, experiment, metric and prefix of the run id, at most about 200 KB each, so that a
page loads what it draws, and a new run touches a few files only. How the files are divided follows
from the metric summaries alone, before any history is read; so does each file's inputs digest.

The first tier is what pages draw. Finer ones (see tiers.py) are read where a reader zooms in. Each
holds every point of the tiers before it, so a stretch between two points of the first tier can be
put in the place of what is drawn; a series too long for a file is cut there.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reporter import charts
from reporter.model import MetricSummary
from reporter.site import links, payload, tries
from reporter.site.curves.tiers import NO_TIERS, Tiers
from reporter.site.plan import PlannedExperiment
from reporter.site.writing.manifest import inputs_digest
from reporter.store.ports import History

__all__ = [
    "MAX_SHOWN",
    "OrderedSeries",
    "Shard",
    "ShardContent",
    "Shown",
    "order_series",
    "plan_shards",
]

MAX_SHOWN = charts.MAX_POINTS
"""Points that a series keeps in the first tier."""

MAX_SHARD_BYTES = 200_000
PART_BYTES = 80_000
"""Of a series too long for one file: who zooms in on two hundred of them reads a part of each."""

BYTES_PER_POINT = 40 / 3
"""Four bytes of step, four of value and two of time, as base64."""

BYTES_PER_SERIES = 60
FORMAT = 5
"""Raise it when the same histories are to give another file."""


@dataclass(frozen=True)
class Shard:
    """One data file of series, before it is filled; several where one series is cut.

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
    tier : int
        0 is what pages draw.
    cap : int
        The most points of a series in it.
    n_parts : int
        How many files; more than one only where it holds one series.
    """

    experiment_id: str
    keys: tuple[str, ...]
    bits: str
    run_ids: tuple[str, ...]
    inputs: str
    tier: int = 0
    cap: int = MAX_SHOWN
    n_parts: int = 1


@dataclass(frozen=True)
class Shown:
    """One series, or a stretch of it, cut to what one tier shows.

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
    places : ndarray of intp, shape (m,)
        Ascending; which of all points, in the order of steps, each one is.
    """

    run_id: str
    key: str
    n: int
    steps: np.ndarray
    values: np.ndarray
    times_ms: np.ndarray
    places: np.ndarray


@dataclass(frozen=True)
class OrderedSeries:
    """One series in the order of its steps.

    Parameters
    ----------
    run_id, key : str
    steps : ndarray of int64, shape (n,)
        Ascending.
    values : ndarray of float64, shape (n,)
    times_ms : ndarray of int64, shape (n,)
    drawn : ndarray of intp, shape (m,)
        Places of the points of the first tier.
    """

    run_id: str
    key: str
    steps: np.ndarray
    values: np.ndarray
    times_ms: np.ndarray
    drawn: np.ndarray

    def shown(self, cap: int = MAX_SHOWN) -> Shown:
        """Choose at most `cap` points, among them all of the first tier."""
        return self._at(self._choose(cap))

    def parts(self, cap: int, n_parts: int) -> list[Shown]:
        """Cut what :meth:`shown` chooses at points of the first tier.

        Parameters
        ----------
        cap : int
        n_parts : int

        Returns
        -------
        list of Shown
            Part `k` of `n` begins at the first tier's point ``k * (m - 1) // n`` and ends before
            that of the next one; the last part has the series' last point. The page counts so, too.
        """
        places = self._choose(cap)
        marks = np.arange(n_parts) * (len(self.drawn) - 1) // n_parts
        bounds = np.searchsorted(places, self.drawn[marks]).tolist()
        ends = [*bounds[1:], len(places)]
        return [self._at(places[start:end]) for start, end in zip(bounds, ends, strict=True)]

    def _choose(self, cap: int) -> np.ndarray:
        if cap <= MAX_SHOWN:
            return self.drawn
        if len(self.steps) <= cap:
            return np.arange(len(self.steps))
        more = charts.downsample(self.steps, self.values, cap - MAX_SHOWN)
        return np.union1d(self.drawn, more)

    def _at(self, places: np.ndarray) -> Shown:
        return Shown(
            run_id=self.run_id,
            key=self.key,
            n=len(self.steps),
            steps=self.steps[places],
            values=self.values[places],
            times_ms=self.times_ms[places],
            places=places,
        )


def plan_shards(experiment: PlannedExperiment, tiers: Tiers = NO_TIERS) -> list[Shard]:
    """Divide an experiment's series into files.

    Parameters
    ----------
    experiment : PlannedExperiment
    tiers : Tiers, optional
        Those beside the first.

    Returns
    -------
    list of Shard
        Every run that logged a metric with a history is in a shard of that metric, and in one of
        each finer tier that has more of its points.
    """
    summaries = {item.run_id: item.run.data.summaries for item in experiment.runs}
    series = {
        key: {run_id: found[key] for run_id, found in sorted(summaries.items()) if key in found}
        for key, facts in experiment.metrics.items()
        if facts.is_series
    }
    shards = _plan_tier(experiment.id, series, 0, MAX_SHOWN)
    least = MAX_SHOWN
    for tier, cap in enumerate(tiers.caps, start=1):
        longer = {key: _longer(found, least) for key, found in series.items()}
        series = {key: found for key, found in longer.items() if found}
        shards += _plan_tier(experiment.id, series, tier, cap)
        least = cap
    return shards


def order_series(histories: Sequence[History]) -> list[OrderedSeries]:
    """Put histories in the order of their steps, and choose what a screen can show.

    Parameters
    ----------
    histories : sequence of History
        Of one run, so that one pass over arrays serves all its metrics.

    Returns
    -------
    list of OrderedSeries
        In the same order.
    """
    if not histories:
        return []
    pairs = [(history, charts.order(history.steps)) for history in histories]
    steps = np.concatenate([history.steps[order] for history, order in pairs])
    values = np.concatenate([history.values[order] for history, order in pairs])
    times = np.concatenate([history.timestamps_ms[order] for history, order in pairs])
    bounds = np.cumsum([0, *(len(order) for _, order in pairs)])
    kept, offsets = charts.downsample_many(steps, values, bounds, MAX_SHOWN)
    ends = zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)
    return [
        OrderedSeries(
            run_id=history.run_id,
            key=history.key,
            steps=steps[start:end],
            values=values[start:end],
            times_ms=times[start:end],
            drawn=kept[offsets[i] : offsets[i + 1]] - start,
        )
        for i, (history, (start, end)) in enumerate(zip(histories, ends, strict=True))
    ]


class ShardContent:
    """A shard that is being filled.

    Parameters
    ----------
    shard : Shard
    """

    def __init__(self, shard: Shard) -> None:
        self._shard = shard
        self._parts: list[dict[str, list[Shown]]] = [
            {key: [] for key in shard.keys} for _ in range(shard.n_parts)
        ]

    def add(self, series: OrderedSeries) -> None:
        """Add what the shard's tier shows of one series."""
        shard = self._shard
        parts = (
            [series.shown(shard.cap)]
            if shard.n_parts == 1
            else series.parts(shard.cap, shard.n_parts)
        )
        for found, shown in zip(self._parts, parts, strict=True):
            found[series.key].append(shown)

    def to_files(self) -> list[tuple[str, bytes]]:
        """Return names and bytes of its files."""
        return [self._to_file(found) for found in self._parts]

    def _to_file(self, series: Mapping[str, Sequence[Shown]]) -> tuple[str, bytes]:
        pack_times = payload.pack_exact_times if self._shard.tier else payload.pack_times
        metrics = {key: _metric_record(found, pack_times) for key, found in series.items() if found}
        body = payload.encode_json({"metrics": metrics})
        name = _file_name(self._shard, body)
        return name, payload.register(f"series/{name}", body)


def _longer(found: Mapping[str, MetricSummary], least: int) -> dict[str, MetricSummary]:
    return {run_id: summary for run_id, summary in found.items() if summary.count > least}


def _plan_tier(
    experiment_id: str, series: Mapping[str, Mapping[str, MetricSummary]], tier: int, cap: int
) -> list[Shard]:
    return [
        _shard(experiment_id, tuple(sorted(keys)), bits, run_ids, series, tier, cap)
        for keys, bits, run_ids in _divide(series, cap)
    ]


def _divide(
    series: Mapping[str, Mapping[str, MetricSummary]], cap: int
) -> Iterator[tuple[Sequence[str], str, Sequence[str]]]:
    """Yield (keys, bits, run ids): by metric first, then by run where one metric is too large."""
    sizes = {key: sum(_size(one, cap) for one in found.values()) for key, found in series.items()}
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
            yield from ((keys, bits, ids) for bits, ids in _divide_runs(series[keys[0]], cap))


def _divide_runs(
    found: Mapping[str, MetricSummary], cap: int
) -> Iterator[tuple[str, Sequence[str]]]:
    sizes = {run_id: _size(summary, cap) for run_id, summary in found.items()}
    return tries.split_by_bits(
        list(found),
        str,
        lambda ids: sum(map(sizes.__getitem__, ids)) <= MAX_SHARD_BYTES,
    )


def _size(summary: MetricSummary, cap: int) -> float:
    return min(summary.count, cap) * BYTES_PER_POINT + BYTES_PER_SERIES


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _shard(
    experiment_id: str,
    keys: tuple[str, ...],
    bits: str,
    run_ids: Sequence[str],
    series: Mapping[str, Mapping[str, MetricSummary]],
    tier: int,
    cap: int,
) -> Shard:
    found = [
        (key, run_id, series[key][run_id])
        for key in keys
        for run_id in run_ids
        if run_id in series[key]
    ]
    facts = [(key, run_id, tuple(vars(summary).values())) for key, run_id, summary in found]
    inputs = inputs_digest("series", FORMAT, experiment_id, keys, bits, tier, cap, facts)
    n_bytes = sum(_size(summary, cap) for _, _, summary in found)
    n_parts = math.ceil(n_bytes / PART_BYTES) if n_bytes > MAX_SHARD_BYTES else 1
    return Shard(experiment_id, keys, bits, tuple(run_ids), inputs, tier, cap, n_parts)


def _file_name(shard: Shard, body: str) -> str:
    """Name the file by experiment, metrics, tier, runs and content."""
    group = _digest(repr(shard.keys))[:6]
    tier = f"-t{shard.tier}" if shard.tier else ""
    ending = f"-{tries.hex_prefixes(shard.bits)[0]}" if shard.bits else ""
    return links.data_name(f"series-{shard.experiment_id}-{group}{tier}{ending}", _digest(body))


def _metric_record(
    found: Sequence[Shown], pack_times: Callable[[Sequence[np.ndarray]], dict[str, object]]
) -> dict[str, object]:
    found = sorted(found, key=lambda shown: shown.run_id)
    ids = bytes.fromhex("".join(shown.run_id for shown in found))
    sizes = np.array([len(shown.values) for shown in found])
    record: dict[str, object] = {
        "runs": payload.to_base64(np.frombuffer(ids, dtype=np.uint8)),
        "n": [shown.n for shown in found],
        "offsets": [0, *np.cumsum(sizes).tolist()],
        "steps": payload.pack_steps([shown.steps for shown in found]),
        "values": payload.pack_series_values(np.concatenate([shown.values for shown in found])),
        "times": pack_times([shown.times_ms for shown in found]),
    }
    if any(map(_needs_places, found)):
        record["places"] = payload.pack_steps([shown.places for shown in found])
    return record


def _needs_places(shown: Shown) -> bool:
    """Tell whether steps say nothing of where the points of a thinned or cut series stand."""
    is_at_one_step = len(shown.steps) > 0 and shown.steps[0] == shown.steps[-1]
    return len(shown.steps) < shown.n and bool(is_at_one_step)
