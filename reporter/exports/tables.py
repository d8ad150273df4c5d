"""Runs and points as two tables: Parquet, CSV, or JSON with one object a line.

``runs`` has one row a run with the columns of ``search_runs``; ``metrics`` has one row a point.
Points are written run by run, so memory does not grow with them.
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from reporter.exports.registry import Target, exporter
from reporter.exports.selection import Selection
from reporter.model import Run
from reporter.search import runs_frame
from reporter.store.ports import History
from reporter.store.tables import ENCODINGS

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["write_csv", "write_json", "write_parquet"]

_COLUMNS = ("run_id", "experiment_id", "key", "step", "timestamp_ms", "value")
# Rows of many short runs are gathered into one group: readers skip groups, and each costs some.
_GROUP_ROWS = 1 << 17
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@exporter("parquet", "two Parquet tables: runs and metrics")
def write_parquet(selection: Selection, target: Target) -> None:
    """Write ``runs.parquet`` and ``metrics.parquet``."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    frame = _runs_table(selection).map(_storable)
    frame.columns = [_storable(name) for name in frame.columns]
    table = pa.Table.from_pandas(frame, preserve_index=False)
    pq.write_table(table, os.path.join(target.folder, "runs.parquet"), compression="zstd")
    with pq.ParquetWriter(
        os.path.join(target.folder, "metrics.parquet"),
        _points_schema(),
        compression="zstd",
        use_dictionary=["run_id", "experiment_id", "key"],
        column_encoding=ENCODINGS,
    ) as writer:
        waiting: list[pa.Table] = []
        for run, series in _series(selection, target):
            waiting.append(_points_table(run, series))
            if sum(map(len, waiting)) >= _GROUP_ROWS:
                writer.write_table(pa.concat_tables(waiting))
                waiting = []
        if waiting:
            writer.write_table(pa.concat_tables(waiting))


@exporter("csv", "two CSV tables: runs and metrics")
def write_csv(selection: Selection, target: Target) -> None:
    """Write ``runs.csv`` and ``metrics.csv``.

    A text that a spreadsheet would take for a formula is preceded by an apostrophe.
    """
    frame = _runs_table(selection).map(_cell)
    frame.columns = [_cell(name) for name in frame.columns]
    path = os.path.join(target.folder, "runs.csv")
    frame.to_csv(path, index=False, errors="backslashreplace")
    path = os.path.join(target.folder, "metrics.csv")
    with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        file.write(",".join(_COLUMNS) + "\n")
        for run, series in _series(selection, target):
            head = _csv_line((run.info.run_id, run.info.experiment_id, _cell(series.key)))
            # Written out rather than through a csv.writer: three times as fast.
            rows = [f"{head},{step},{time},{value!r}\n" for step, time, value in _rows(series)]
            file.write("".join(rows))


@exporter("json", "JSON, one object a line: experiments, runs and metrics")
def write_json(selection: Selection, target: Target) -> None:
    """Write ``experiments.jsonl``, ``runs.jsonl`` and ``metrics.jsonl``.

    NaN and infinities, for which JSON has no form, are the texts ``NaN``, ``Infinity`` and
    ``-Infinity``.
    """
    names = selection.experiment_names()
    _write_lines(target, "experiments.jsonl", map(dict, selection.experiments))
    _write_lines(target, "runs.jsonl", (_run_record(run, names) for run in selection.runs))
    with open(os.path.join(target.folder, "metrics.jsonl"), "w", encoding="utf-8") as file:
        for run, series in _series(selection, target):
            texts = (run.info.run_id, run.info.experiment_id, series.key)
            head = json.dumps(dict(zip(_COLUMNS, texts, strict=False)))[:-1]
            rows = ((step, time, _json_number(value)) for step, time, value in _rows(series))
            file.writelines(
                f'{head}, "step": {step}, "timestamp_ms": {time}, "value": {number}}}\n'
                for step, time, number in rows
            )


def _csv_line(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(cells)
    return buffer.getvalue()


def _json_number(value: float) -> str:
    return repr(value) if math.isfinite(value) else f'"{_finite(value)}"'


def _write_lines(target: Target, name: str, records: Iterable[dict[str, Any]]) -> None:
    with open(os.path.join(target.folder, name), "w", encoding="utf-8") as file:
        file.writelines(json.dumps(_finite(record), default=dict) + "\n" for record in records)


def _finite(value: Any) -> Any:  # Any: what JSON holds
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, (list, tuple)) else value


def _run_record(run: Run, names: dict[str, str]) -> dict[str, Any]:
    artifacts = [
        {"path": item.path, "size_bytes": item.size_bytes, "sha256": item.sha256}
        for item in run.artifacts
    ]
    experiment = names.get(run.info.experiment_id, "")
    return {**run.to_dictionary(), "experiment_name": experiment, "artifacts": artifacts}


def _series(selection: Selection, target: Target) -> Iterator[tuple[Run, History]]:
    """Yield every series with its run, and count points and progress."""
    for number, run in enumerate(selection.runs):
        target.progress("points", number, len(selection.runs))
        for series in selection.reader.history([run.info.run_id]):
            target.points += len(series.values)
            yield run, series
    target.progress("points", len(selection.runs), len(selection.runs))


def _rows(series: History) -> Iterator[tuple[int, int, float]]:
    columns = (series.steps, series.timestamps_ms, series.values)  # noqa: PD011  # no frame
    steps, times, values = (column.tolist() for column in columns)
    return zip(steps, times, values, strict=True)


def _runs_table(selection: Selection) -> pd.DataFrame:
    """Return the columns of ``search_runs``, and behind the ids what a run is called."""
    import pandas as pd

    frame = runs_frame(selection.runs)
    names = selection.experiment_names()
    infos = [run.info for run in selection.runs]
    facts: dict[str, Any] = {  # Any: each column's own values
        "experiment": [names.get(info.experiment_id, "") for info in infos],
        "run_name": [info.run_name for info in infos],
        "user": [info.user_id for info in infos],
        "lifecycle_stage": [info.lifecycle_stage for info in infos],
        "duration_ms": pd.array([run.duration_ms for run in selection.runs], dtype="Int64"),
    }
    for place, (name, values) in enumerate(facts.items(), 2):
        frame.insert(place, name, values)
    del frame["artifact_uri"]  # a path of this machine
    return frame


def _points_schema() -> pa.Schema:
    import pyarrow as pa

    text = pa.dictionary(pa.int32(), pa.string())
    kinds = (text, text, text, pa.int64(), pa.int64(), pa.float64())
    return pa.schema(list(zip(_COLUMNS, kinds, strict=True)))


def _points_table(run: Run, series: History) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    zeros = np.zeros(len(series.values), dtype=np.int32)
    texts = (run.info.run_id, run.info.experiment_id, _storable(series.key))
    columns = [pa.DictionaryArray.from_arrays(zeros, pa.array([text])) for text in texts]
    numbers = [series.steps, series.timestamps_ms, series.values]  # noqa: PD011  # no frame
    return pa.Table.from_arrays([*columns, *numbers], schema=_points_schema())


def _storable(value: Any) -> Any:  # Any: a cell of any type
    """Write lone surrogates, which Parquet's text cannot hold, as visible escapes."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def _cell(value: Any) -> Any:  # Any: a cell of any type
    """Quote a text that a spreadsheet would take for a formula; numbers stay."""
    if not isinstance(value, str) or not value.startswith(_FORMULA_STARTS):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value
