"""The runs table twice: as data files for the script, and as the first rows of the page.

Both are made from the same columns. The first data file holds what the table needs to be ready;
the others follow in pieces of about half a megabyte.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from reporter.search.quantity import read_number
from reporter.site import links, payload
from reporter.site.cells import ARROWS, column_cell, status_of
from reporter.site.contexts import RunsTable, TableCell, TableColumn, TableRow
from reporter.site.numbers import column_decimals, format_count
from reporter.site.plan import PlannedExperiment, PlannedRun
from reporter.site.table.columns import (
    AGGREGATES,
    Column,
    aggregate_columns,
    aggregate_of,
    column_values,
    default_columns,
    experiment_columns,
    offered_columns,
)

__all__ = ["aggregate_files", "rows_table", "runs_table", "sort_newest_first", "table_files"]

MAX_FIRST_ROWS = 50
MAX_SHARD_CHARS = 500_000
DEFAULT_SORT = "attributes.start_time"
SPARSE_BELOW = 0.5
"""Share of runs below which only the logged values are stored, with the rows they belong to."""


def table_files(experiment: PlannedExperiment) -> list[tuple[str, bytes]]:
    """Write an experiment's table as data files.

    Parameters
    ----------
    experiment : PlannedExperiment

    Returns
    -------
    list of (str, bytes)
        Names (without folder and extension) and contents, the first to be loaded first.
    """
    columns = experiment_columns(experiment)
    first = [column for column in columns if column.group == "Run"]
    first += [c for c in default_columns(experiment, columns) if c.group != "Run"]
    known = {column.id for column in first}
    encoded = (_encode(c, experiment.runs) for c in columns if c.id not in known)
    groups = [[_encode(column, experiment.runs) for column in first], *_in_pieces(encoded)]
    return [_file(experiment, str(place), group) for place, group in enumerate(groups)]


def aggregate_files(experiment: PlannedExperiment) -> list[tuple[str, bytes, list[str]]]:
    """Write what else is known of an experiment's metrics, in files that are loaded when asked for.

    Parameters
    ----------
    experiment : PlannedExperiment

    Returns
    -------
    list of (str, bytes, list of str)
        Names and contents as :func:`table_files` has them, and the metrics of which a file holds
        anything, in order.
    """
    encoded = (_encode(column, experiment.runs) for column in aggregate_columns(experiment))
    return [
        (*_file(experiment, f"more-{place}", group), list(dict.fromkeys(c["label"] for c in group)))
        for place, group in enumerate(_in_pieces(encoded))
    ]


def runs_table(experiment: PlannedExperiment, page: str, year_of_newest: int | None) -> RunsTable:
    """Make the table's first rows.

    Parameters
    ----------
    experiment : PlannedExperiment
    page : str
        Site path of the page they stand on.
    year_of_newest : int or None

    Returns
    -------
    RunsTable
        The newest runs, newest first: the order in which the script shows them too.
    """
    columns = experiment_columns(experiment)
    return rows_table(
        experiment.id,
        experiment.runs,
        default_columns(experiment, columns),
        page=page,
        year_of_newest=year_of_newest,
        n_columns=len(offered_columns(columns)) + 1,
    )


def rows_table(
    experiment_id: str,
    runs: Sequence[PlannedRun],
    chosen: Sequence[Column],
    *,
    page: str,
    year_of_newest: int | None,
    n_columns: int,
) -> RunsTable:
    """Make the first rows of any runs.

    Parameters
    ----------
    experiment_id : str
        What the script knows the table by.
    runs : sequence of PlannedRun
        In the order of the data files.
    chosen : sequence of Column
    page : str
        Site path of the page they stand on.
    year_of_newest : int or None
    n_columns : int
        How many there are to choose from, the name included.

    Returns
    -------
    RunsTable
    """
    first = sort_newest_first(runs)[:MAX_FIRST_ROWS]
    styles = {column.id: _style(column, runs) for column in chosen}
    rows = tuple(_row(item, page, chosen, styles, year_of_newest) for item in first)
    is_cut = len(runs) > len(rows)
    return RunsTable(
        experiment_id=experiment_id,
        n_runs=len(runs),
        columns=tuple(_headings(chosen, runs)),
        rows=rows,
        n_columns=n_columns,
        more_text=f"{len(rows)} of {format_count(len(runs))} runs shown" if is_cut else "",
    )


def sort_newest_first(runs: Iterable[PlannedRun]) -> list[PlannedRun]:
    """Order runs by when they began, the newest first; those that do not say come last.

    Runs that began together keep their order, as in the script's stable sort.
    """

    def key(item: PlannedRun) -> tuple[bool, int]:
        start = item.run.info.start_time
        return start is None, -(start or 0)

    return sorted(runs, key=key)


def _file(
    experiment: PlannedExperiment, place: str, columns: Sequence[Mapping[str, Any]]
) -> tuple[str, bytes]:
    record = {"n": len(experiment.runs), "columns": columns}
    return payload.data_file(
        f"runs-{experiment.id}-{place}", record, f"runs/{experiment.id}/{place}"
    )


def _in_pieces(encoded: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Group columns into pieces of a size that is loaded at once."""
    piece: list[dict[str, Any]] = []
    size = 0
    for column in encoded:
        length = len(payload.encode_json(column))
        if piece and size + length > MAX_SHARD_CHARS:
            yield piece
            piece, size = [], 0
        piece.append(column)
        size += length
    if piece:
        yield piece


def _encode(column: Column, runs: Sequence[PlannedRun]) -> dict[str, Any]:  # Any: a JSON object
    head = {"id": column.id, "kind": column.kind, "label": column.label, "differs": column.differs}
    said = {"unit": column.unit, "direction": column.direction, "description": column.description}
    head |= {name: text for name, text in said.items() if text}
    if column.kind == "id":
        ids = bytes.fromhex("".join(item.run_id for item in runs))
        return {**head, "values": payload.pack(np.frombuffer(ids, dtype=np.uint8), "u8")}
    return {**head, **(_encode_texts if column.is_text else _encode_numbers)(column, runs)}


def _encode_texts(column: Column, runs: Sequence[PlannedRun]) -> dict[str, Any]:
    places: dict[str, int] = {}
    found = (column.get(item) for item in runs)
    codes = np.array(
        [0 if text is None else places.setdefault(str(text), len(places) + 1) for text in found],
        dtype=np.int64,
    )
    said = {} if column.group == "Params" else {"differs": bool((codes != codes[:1]).any())}
    rows, codes = _thinned(codes != 0, codes)
    return {**rows, **said, "codes": payload.pack_whole(codes), "dictionary": list(places)}


def _encode_numbers(column: Column, runs: Sequence[PlannedRun]) -> dict[str, Any]:
    values, missing = column_values(column, runs)
    rows, kept = _thinned(~missing, values)
    record = {**rows, "differs": _differ(kept, missing), "values": payload.pack_floats(kept)}
    if not rows and missing.any():
        record["missing"] = payload.bitmap(missing)
    return record


def _differ(values: np.ndarray, missing: np.ndarray) -> bool:
    """Tell whether runs say different numbers, or some none; NaN is the same as NaN."""
    logged = values if len(values) < len(missing) else values[~missing]
    if len(logged) < len(missing):
        return len(logged) > 0
    return not np.array_equal(logged, np.full_like(logged, logged[:1]), equal_nan=True)


def _thinned(is_logged: np.ndarray, entries: np.ndarray) -> tuple[dict[str, Any], np.ndarray]:
    """Keep only logged entries, and say of which rows, when few runs have one."""
    if not len(entries) or is_logged.mean() >= SPARSE_BELOW:
        return {}, entries
    rows = np.flatnonzero(is_logged)
    return {"rows": payload.pack(rows, "u32")}, entries[rows]


def _style(column: Column, runs: Sequence[PlannedRun]) -> tuple[int | None, float | None]:
    """Find the decimals and the best value of a column of numbers."""
    if column.kind != "number":
        return None, None
    values, missing = column_values(column, runs)
    logged = values[~missing].tolist()
    finite = [value for value in logged if math.isfinite(value)]
    choose = {"min": min, "max": max}.get(column.direction)
    return column_decimals(logged), choose(finite) if choose and finite else None


def _row(
    item: PlannedRun,
    page: str,
    columns: Sequence[Column],
    styles: Mapping[str, tuple[int | None, float | None]],
    year_of_newest: int | None,
) -> TableRow:
    cells = [_cell(column, item, *styles[column.id], year_of_newest) for column in columns]
    return TableRow(
        run_id=item.run_id,
        name=item.name,
        href=links.href(page, links.run_page(item.run_id)) if item.has_page else "",
        status=status_of(item, year_of_newest),
        color=item.color,
        cells=tuple(cells),
    )


def _cell(
    column: Column,
    item: PlannedRun,
    decimals: int | None,
    best: float | None,
    year_of_newest: int | None,
) -> TableCell:
    return column_cell(column, item, year_of_newest=year_of_newest, decimals=decimals, best=best)


def _headings(columns: Sequence[Column], runs: Sequence[PlannedRun]) -> Iterator[TableColumn]:
    groups = [column.group for column in columns]
    for place, column in enumerate(columns):
        yield TableColumn(
            id=column.id,
            label=column.label,
            group=column.group,
            is_numeric=column.is_numeric or _reads_as_numbers(column, runs),
            unit=column.unit,
            direction=ARROWS[column.direction],
            starts_group=place == 0 or groups[place - 1] != column.group,
            group_span=groups.count(column.group),
            sort="descending" if column.id == DEFAULT_SORT else "",
            description=column.description,
            aggregate=AGGREGATES.get(aggregate_of(column.id), ""),
        )


def _reads_as_numbers(column: Column, runs: Sequence[PlannedRun]) -> bool:
    """Tell whether every text of a param or tag is a number, so that it is aligned as one."""
    if column.kind != "text" or column.group == "Run":
        return False
    texts = {str(text) for item in runs if (text := column.get(item)) is not None}
    return bool(texts) and all(read_number(text) is not None for text in texts)
