"""All points for download: Parquet files that DuckDB, Polars or pandas read as they are.

Small stores give one file. Larger ones give one per experiment and range of run ids, so that a
new run rewrites a small file and no part is too large for a web host. Divided by the metric
summaries alone, before any history is read.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from reporter.site import arrow, links, tries
from reporter.site.plan import PlannedExperiment, PlannedRun, SitePlan
from reporter.site.writing.manifest import inputs_digest
from reporter.store.ports import History

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Part", "PartContent", "plan_parts"]

MAX_PART_POINTS = 1_000_000
"""About 7.5 MB: small beside the 50 MB that a part may have, so that one new run among many costs
one small file."""

MAX_PART_BYTES = 45_000_000
"""Where the part of a single huge run is cut; hosts refuse files of 50 to 100 MB."""

ROW_GROUP_ROWS = 1 << 17
HELD_BYTES = 32_000_000
FORMAT = 1
"""Raise it when the same histories are to give another file."""


@dataclass(frozen=True)
class Part:
    """One file of points, before it is filled.

    Parameters
    ----------
    path : str
        Site path.
    run_ids : frozenset of str
    inputs : str
        Digest of everything it will be made from.
    """

    path: str
    run_ids: frozenset[str]
    inputs: str


def plan_parts(plan: SitePlan) -> list[Part]:
    """Divide a site's points into files.

    Parameters
    ----------
    plan : SitePlan

    Returns
    -------
    list of Part
        Empty when no run logged a metric.
    """
    runs = [item for experiment in plan.experiments for item in _sorted_runs(experiment)]
    if not plan.n_points:
        return []
    if plan.n_points <= MAX_PART_POINTS:
        return [_part(links.METRICS_PARQUET, runs)]
    counts = {item.run_id: _n_points(item) for item in runs}
    return [
        _part(links.metrics_part(experiment.id, bits), piece)
        for experiment in plan.experiments
        for bits, piece in tries.split_by_bits(
            _sorted_runs(experiment),
            lambda item: item.run_id,
            lambda items: sum(counts[item.run_id] for item in items) <= MAX_PART_POINTS,
        )
    ]


class PartContent:
    """A part that is being filled, run by run."""

    def __init__(self) -> None:
        self._files: list[BinaryIO] = []
        self._writer: pa.parquet.ParquetWriter | None = None
        self._held: list[tuple[str, History]] = []
        self._n_held = 0

    def add(self, experiment_id: str, history: History) -> None:
        """Add one series."""
        self._held.append((experiment_id, history))
        self._n_held += len(history.values)
        if self._n_held >= ROW_GROUP_ROWS:
            self._flush()

    def finish(self) -> list[BinaryIO]:
        """Return the finished files, each at its beginning: one, unless a run is huge."""
        self._flush()
        self._close()
        for file in self._files:
            file.seek(0)
        return self._files

    def _flush(self) -> None:
        if not self._held and self._files:
            return
        table = _table(self._held)
        self._held, self._n_held = [], 0
        for start in range(0, max(1, table.num_rows), ROW_GROUP_ROWS):
            self._open().write_table(table.slice(start, ROW_GROUP_ROWS))
            if self._files[-1].tell() > MAX_PART_BYTES:
                self._close()

    def _open(self) -> pa.parquet.ParquetWriter:
        import pyarrow.parquet as pq

        if self._writer is None:
            file = tempfile.SpooledTemporaryFile(max_size=HELD_BYTES)  # noqa: SIM115  # closed by its taker
            self._files.append(file)  # type: ignore[arg-type]  # spooled files are binary streams
            self._writer = pq.ParquetWriter(file, _schema(), **_options())
        return self._writer

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _sorted_runs(experiment: PlannedExperiment) -> list[PlannedRun]:
    return sorted(experiment.runs, key=lambda item: item.run_id)


def _n_points(item: PlannedRun) -> int:
    return sum(summary.count for summary in item.run.data.summaries.values())


def _part(path: str, runs: Sequence[PlannedRun]) -> Part:
    inputs = inputs_digest("points", FORMAT, path, [_facts_digest(item) for item in runs])
    return Part(path, frozenset(item.run_id for item in runs), inputs)


def _facts_digest(item: PlannedRun) -> str:
    """Digest what a run's points are known by: all runs in one text would be long."""
    summaries = sorted(item.run.data.summaries.items())
    facts = [tuple(vars(summary).values()) for _, summary in summaries]
    return inputs_digest(item.run.info.experiment_id, item.run_id, facts)


def _schema() -> pa.Schema:
    import pyarrow as pa

    name = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [
            ("experiment_id", name),
            ("run_id", name),
            ("key", name),
            ("step", pa.int64()),
            ("timestamp_ms", pa.int64()),
            ("value", pa.float64()),
        ]
    )


def _options() -> dict[str, object]:
    """Return the store's own encodings: half the size of Parquet's defaults for such series."""
    return {
        "compression": "zstd",
        "compression_level": 3,
        "use_dictionary": ["experiment_id", "run_id", "key"],
        "column_encoding": {
            "step": "DELTA_BINARY_PACKED",
            "timestamp_ms": "DELTA_BINARY_PACKED",
            "value": "BYTE_STREAM_SPLIT",
        },
        # Those of times and values would be an eighth of the work; nobody skips by them.
        "write_statistics": ["experiment_id", "run_id", "key", "step"],
    }


def _table(held: Sequence[tuple[str, History]]) -> pa.Table:
    import pyarrow as pa

    if not held:
        return _schema().empty_table()
    histories = [history for _, history in held]
    counts = np.array([len(history.values) for history in histories])
    columns = [
        arrow.codes([experiment_id for experiment_id, _ in held], counts),
        arrow.codes([history.run_id for history in histories], counts),
        arrow.codes([history.key for history in histories], counts),
        arrow.numbers(np.concatenate([history.steps for history in histories]), pa.int64()),
        arrow.numbers(np.concatenate([history.timestamps_ms for history in histories]), pa.int64()),
        arrow.numbers(np.concatenate([history.values for history in histories]), pa.float64()),
    ]
    return pa.Table.from_arrays(columns, schema=_schema())
