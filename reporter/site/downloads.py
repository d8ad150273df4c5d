"""The runs for download: one row each, as Parquet and as CSV; and as the events they are made of.

The same columns as the table on the page. A spreadsheet must not run what someone logged, so
texts that begin like a formula are quoted in the CSV. Knows no page.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from reporter.site import arrow
from reporter.site.plan import PlannedExperiment, SitePlan
from reporter.site.table.columns import Column, experiment_columns
from reporter.store.published import experiment_lines, run_lines

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["events_parquet", "runs_csv", "runs_parquet"]

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
MAX_GROUP_ROWS = 1 << 17
"""Lines that are in memory at once: those of some 6,000 runs."""

_LEFT_OUT = ("attributes.has_page",)


def runs_parquet(plan: SitePlan) -> bytes:
    """Write one row a run as Parquet.

    Parameters
    ----------
    plan : SitePlan

    Returns
    -------
    bytes
        Columns as in ``search_runs``: ``run_id``, ``start_time``, …, ``params.<key>``,
        ``metrics.<key>`` (the latest value), ``tags.<key>``.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = _tables(plan)
    columns = _all_columns(tables)
    arrays = {name: _array(_values(tables, name), kind) for name, kind in columns.items()}
    sink = pa.BufferOutputStream()
    table = pa.Table.from_arrays(list(arrays.values()), [_storable(name) for name in arrays])
    pq.write_table(table, sink, compression="zstd", compression_level=3)
    return bytes(sink.getvalue())


def runs_csv(plan: SitePlan) -> bytes:
    """Write one row a run as CSV, in UTF-8, with times in ISO 8601.

    Parameters
    ----------
    plan : SitePlan

    Returns
    -------
    bytes
        A text that begins like a formula is preceded by an apostrophe, unless it is a number.
    """
    tables = _tables(plan)
    columns = _all_columns(tables)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # as RFC 4180; quotes both in cells
    writer.writerow([_harmless(name) for name in columns])
    values = [_values(tables, name) for name in columns]
    kinds = list(columns.values())
    for row in zip(*values, strict=True):
        writer.writerow([_csv_cell(value, kind) for value, kind in zip(row, kinds, strict=True)])
    return out.getvalue().encode("utf-8", "backslashreplace")


def events_parquet(plan: SitePlan, places: Mapping[str, Mapping[str, str]]) -> bytes:
    """Write everything that is known of the runs, points excepted, for whoever reads the site.

    Parameters
    ----------
    plan : SitePlan
    places : mapping of str to mapping of str to str
        By run id: artifact path to site path, of the artifacts that are in the site.

    Returns
    -------
    bytes
        Parquet with the columns ``experiment_id``, ``run_id`` (empty for what happened to the
        experiment) and ``line``: see :mod:`reporter.store.published`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.string()) for name in ("experiment_id", "run_id", "line")])
    sink = pa.BufferOutputStream()
    rows = _event_rows(plan, places)
    with pq.ParquetWriter(sink, schema, compression="zstd", compression_level=3) as writer:
        while piece := list(islice(rows, MAX_GROUP_ROWS)):
            columns = [arrow.texts(column).cast(pa.string()) for column in zip(*piece, strict=True)]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
    return bytes(sink.getvalue())


def _event_rows(
    plan: SitePlan, places: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, str, str]]:
    for experiment in plan.experiments:
        for line in experiment_lines(experiment.experiment):
            yield experiment.id, "", line
        for item in experiment.runs:
            for line in run_lines(item.run, dict(places.get(item.run_id, {}))):
                yield experiment.id, item.run_id, line


def _columns(experiment: PlannedExperiment) -> dict[str, Column]:
    """Return an experiment's columns under the names that ``search_runs`` gives them."""
    columns = [c for c in experiment_columns(experiment) if c.id not in _LEFT_OUT]
    return {column.id.removeprefix("attributes."): column for column in columns}


_Table = tuple[PlannedExperiment, dict[str, Column]]


def _tables(plan: SitePlan) -> list[_Table]:
    return [(experiment, _columns(experiment)) for experiment in plan.experiments]


def _all_columns(tables: Sequence[_Table]) -> dict[str, str]:
    """Return name to kind over all experiments, grouped: attributes, params, metrics, tags."""
    kinds: dict[str, str] = {"run_id": "id", "experiment_id": "text", "experiment": "text"}
    for _, columns in tables:
        kinds |= {name: column.kind for name, column in columns.items()}
    groups = ("", "params", "metrics", "tags")
    return dict(sorted(kinds.items(), key=lambda item: groups.index(_group(item[0]))))


def _group(name: str) -> str:
    group = name.partition(".")[0]
    return group if "." in name and group in ("params", "metrics", "tags") else ""


def _values(tables: Sequence[_Table], name: str) -> list[object]:
    """Collect a column over all experiments, None where one does not have it."""
    values: list[object] = []
    for experiment, columns in tables:
        of_all = {"experiment_id": experiment.id, "experiment": experiment.name}
        if name in columns:
            get = columns[name].get
            values += [get(item) for item in experiment.runs]
        else:
            values += [of_all.get(name)] * len(experiment.runs)
    return values


def _array(values: Sequence[Any], kind: str) -> pa.Array:  # Any: text or numbers, by kind
    import pyarrow as pa

    if kind not in ("time", "duration", "number"):
        return arrow.texts([None if value is None else str(value) for value in values])
    missing = np.array([value is None for value in values], dtype=bool)
    floats = np.array([0.0 if value is None else value for value in values], dtype=np.float64)
    if kind == "number":
        return arrow.numbers(floats, pa.float64(), missing)
    whole = pa.timestamp("ms", tz="UTC") if kind == "time" else pa.int64()
    return arrow.numbers(floats.astype(np.int64), whole, missing)


def _storable(text: str) -> str:
    """Write lone surrogates, which Parquet's text cannot hold, as visible escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def _csv_cell(value: object, kind: str) -> str:
    from reporter.site.numbers import format_time_exact

    if value is None:
        return ""
    if kind == "time":
        return format_time_exact(float(str(value)))
    return repr(value) if isinstance(value, float) else _harmless(str(value))


def _harmless(text: str) -> str:
    """Quote a text that a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return not text[0].isspace()
