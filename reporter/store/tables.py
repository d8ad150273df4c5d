"""The two Parquet tables of an ended run: their columns, how they are written and read back.

Each table's footer says which journals it covers and up to which byte, so two renames need not be
one: a reader takes from the journals what the table it finds does not cover. `run.parquet` keeps
the run's events as well as the state folded from them, because state is always the fold over all
events and more of them may come from a writer that is slower, elsewhere, or an editor.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from reporter.errors import StoreVersionError
from reporter.model import MetricSummary, Run
from reporter.store.layout import TEMPORARY_PREFIX, VERSION
from reporter.store.row import COPY_KEY, RunRow, find_copy, line_text, pack_copy, storable_key

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

__all__ = [
    "ENCODINGS",
    "Points",
    "RunRow",
    "read_points_table",
    "read_run_table",
    "write_points",
    "write_run",
]

_FOOTER_KEY = b"reporter"
# zstd 3 is within 1.5 % of level 9 at a fifth of the time; rows a group: a metric of a usual run
# fits one, and a reader that wants one key of a long run skips the others by statistics.
_ZSTD_LEVEL = 3
_ROW_GROUP_ROWS = 1 << 17
_SMALL_BYTES = 1 << 22
_IDENTITY = ["run_id", "experiment_id", "key"]
_POINT_COLUMNS = ["key", "step", "timestamp_ms", "value"]
ENCODINGS = {
    "step": "DELTA_BINARY_PACKED",
    "timestamp_ms": "DELTA_BINARY_PACKED",
    "value": "BYTE_STREAM_SPLIT",
}


@dataclass(frozen=True)
class Points:
    """Points of one run, grouped by key and in logged order within a key.

    Parameters
    ----------
    keys : list of str
        Sorted.
    offsets : sequence of int, shape (len(keys) + 1,)
        Rows of key `i` are ``offsets[i]:offsets[i + 1]``.
    steps, timestamps_ms : ndarray of int64, shape (n,)
    values : ndarray of float64, shape (n,)
    covers : mapping of str to int
        Journal's name to the bytes of it that are in here.
    """

    keys: list[str]
    offsets: Sequence[int] | np.ndarray
    steps: np.ndarray
    timestamps_ms: np.ndarray
    values: np.ndarray
    covers: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.values)


def _run_schema() -> pa.Schema:
    import pyarrow as pa

    text, whole = pa.string(), pa.int64()
    kinds = {"str": text, "int": whole, "int | None": whole, "float | None": pa.float64()}
    kinds["float"] = pa.float64()
    summary = pa.struct([(spec.name, kinds[str(spec.type)]) for spec in fields(MetricSummary)])
    artifact = pa.struct(
        [("path", text), ("size_bytes", whole), ("media_type", text), ("sha256", text)]
    )
    return pa.schema(
        [
            *((name, text) for name in _TEXT_COLUMNS),
            *((name, whole) for name in ("start_time", "end_time", "last_event_time")),
            ("params", pa.map_(text, text)),
            ("tags", pa.map_(text, text)),
            ("metrics", pa.list_(summary)),
            ("artifacts", pa.list_(artifact)),
            ("events", pa.list_(pa.struct([("journal", text), ("line", text)]))),
        ]
    )


_TEXT_COLUMNS = (
    "run_id",
    "experiment_id",
    "run_name",
    "user_id",
    "status",
    "lifecycle_stage",
)


def write_run(path: str, run: Run, row: RunRow, *, is_synced: bool = True) -> None:
    """Write `run.parquet` beside its place, sync it and rename it.

    Parameters
    ----------
    path : str
    run : Run
        The state folded from `row`, for whoever reads the table with another engine.
    row : RunRow
    is_synced : bool
        Whether the disk must have it before this returns; an import can be done again instead.
    """
    import pyarrow as pa

    record: dict[str, Any] = {name: getattr(run.info, name) for name in _TEXT_COLUMNS}  # Any: row
    record |= {
        "start_time": run.info.start_time,
        "end_time": run.info.end_time,
        "last_event_time": run.last_event_time,
        "params": [(key, _storable(value)) for key, value in run.data.params.items()],
        "tags": [(key, _storable(value)) for key, value in run.data.tags.items()],
        "metrics": [_storable_keys(dict(vars(item))) for item in row.summaries.values()],
        "artifacts": [
            {"path": _storable(a.path), "size_bytes": a.size_bytes, "media_type": a.media_type,
             "sha256": a.sha256}
            for a in run.artifacts
        ],
        "events": [
            {"journal": name, "line": line_text(line)}
            for name, lines in sorted(row.lines.items())
            for line in lines
        ],
    }  # fmt: skip
    for name in ("params", "tags"):
        record[name] = [(_storable(key), value) for key, value in record[name]]
    for name in _TEXT_COLUMNS:
        record[name] = _storable(record[name])
    table = pa.Table.from_pylist([record], schema=_run_schema())
    footer = {"covers": dict(row.covers), "point_covers": dict(row.point_covers)}
    metadata = {_FOOTER_KEY: _footer_text(footer)}
    if copy := pack_copy(row):
        metadata[COPY_KEY] = copy
    # Arrow's own form of the schema would hold all metadata a second time, and says nothing more.
    options = {"use_dictionary": False, "write_statistics": False, "store_schema": False}
    _write_table(table, path, metadata, options, is_synced=is_synced)


def _storable(text: str) -> str:
    """Replace lone surrogates, which Parquet's text cannot hold; the events keep them."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _storable_keys(record: dict[str, Any]) -> dict[str, Any]:  # Any: fields of a summary
    record["key"] = storable_key(record["key"])
    return record


def read_run_table(path: str, *, is_thorough: bool = False) -> RunRow:
    """Read `run.parquet`.

    Parameters
    ----------
    path : str
    is_thorough : bool
        Whether the columns are decoded although the copy in the footer says the same.

    Returns
    -------
    RunRow

    Raises
    ------
    FileNotFoundError
    StoreVersionError
    pyarrow.ArrowInvalid
        It is damaged.
    """
    with open(path, "rb") as file:
        data = file.read()
    found = find_copy(data)
    if found is None or is_thorough:
        return _decode_run(data, path, None if is_thorough else ["metrics", "events"])
    return found


def _decode_run(data: bytes, path: str, columns: list[str] | None) -> RunRow:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True) as file:
        footer = _footer(file.metadata.metadata, path)
        table = file.read(columns=columns, use_threads=False)
    lines: dict[str, list[bytes]] = {}
    events = table.column("events").combine_chunks().flatten()
    journals, texts = events.field("journal").to_pylist(), events.field("line").to_pylist()
    for journal, text in zip(journals, texts, strict=True):
        lines.setdefault(journal, []).append(text.encode())
    metrics = table.column("metrics").combine_chunks().flatten()
    # Column by column: a list of structs turns into dictionaries three times as slowly.
    names = [spec.name for spec in metrics.type]
    fields_of = [column.to_pylist() for column in metrics.flatten()]
    rows = [dict(zip(names, row, strict=True)) for row in zip(*fields_of, strict=True)]
    summaries = {row["key"]: MetricSummary(**row) for row in rows}
    return RunRow(lines, summaries, footer["covers"], footer["point_covers"])


def write_points(
    path: str, run_id: str, experiment_id: str, points: Points, *, is_synced: bool = True
) -> None:
    """Write `metrics.parquet` beside its place, sync it and rename it, as :func:`write_run` does.

    Notes
    -----
    ``DELTA_BINARY_PACKED`` for steps and times and ``BYTE_STREAM_SPLIT`` for values took 7.4 bytes
    a point of noisy curves where Parquet's defaults took 10.5.
    """
    import numpy as np
    import pyarrow as pa

    count = len(points)
    key_of = np.repeat(np.arange(len(points.keys), dtype=np.int32), np.diff(points.offsets))
    keys = pa.array([storable_key(key) for key in points.keys], pa.string())
    table = pa.table(
        {
            "run_id": _constant(run_id, count),
            "experiment_id": _constant(experiment_id, count),
            "key": pa.DictionaryArray.from_arrays(key_of, keys),
            "step": points.steps,
            "timestamp_ms": points.timestamps_ms,
            "value": points.values,
        }
    )
    _write_table(
        table,
        path,
        {_FOOTER_KEY: _footer_text({"covers": dict(points.covers)})},
        {
            "use_dictionary": _IDENTITY,
            "column_encoding": ENCODINGS,
            # Those of values and times would be an eighth of the work; nobody skips by them.
            "write_statistics": [*_IDENTITY, "step"],
        },
        is_synced=is_synced,
    )


def _constant(text: str, count: int) -> pa.DictionaryArray:
    import numpy as np
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(np.zeros(count, dtype=np.int32), pa.array([text]))


def read_points_table(
    path: str, wanted: Collection[str] | None = None, *, is_thorough: bool = False
) -> Points:
    """Read `metrics.parquet`; raises as :func:`read_run_table` does.

    Parameters
    ----------
    path : str
    wanted : collection of str, optional
        Keys without which parts of the table may be left out; the others may come all the same.
    is_thorough : bool
        Whether columns that nobody needs are decoded too.
    """
    import numpy as np
    import pyarrow.parquet as pq

    with pq.ParquetFile(
        _source(path), read_dictionary=["key"], pre_buffer=False, page_checksum_verification=True
    ) as file:
        footer = _footer(file.metadata.metadata, path)
        groups = _groups_with(file.metadata, wanted)
        is_large = file.metadata.num_rows >= _ROW_GROUP_ROWS
        columns = None if is_thorough else _POINT_COLUMNS
        table = file.read_row_groups(groups, columns=columns, use_threads=is_large)
    column = table.column("key").unify_dictionaries().combine_chunks()
    codes = column.indices.to_numpy(zero_copy_only=False)
    keys = column.dictionary.to_pylist()
    starts = np.flatnonzero(np.append(True, codes[1:] != codes[:-1])[: len(codes)])
    return Points(
        keys=[keys[code] for code in codes[starts].tolist()],
        offsets=np.append(starts, len(codes)).astype(np.int64),
        steps=table.column("step").to_numpy(),
        timestamps_ms=table.column("timestamp_ms").to_numpy(),
        values=table.column("value").to_numpy(),
        covers=footer["covers"],
    )


def _source(path: str) -> Any:  # Any: a path or a pyarrow.Buffer
    """Read a small file at once, which takes two thirds of the time of seeking in it."""
    import pyarrow as pa

    with open(path, "rb") as file:
        if os.fstat(file.fileno()).st_size > _SMALL_BYTES:
            return path
        return pa.BufferReader(file.read())


def _groups_with(metadata: Any, wanted: Collection[str] | None) -> list[int]:  # Any: pyarrow's
    """Return the numbers of the row groups that may hold one of these keys."""
    groups = range(metadata.num_row_groups)
    if wanted is None or len(groups) < 2:
        return list(groups)
    place = metadata.schema.names.index("key")
    found = ((group, metadata.row_group(group).column(place).statistics) for group in groups)
    return [
        group
        for group, known in found
        if known is None
        or not known.has_min_max
        or any(known.min <= key <= known.max for key in wanted)
    ]


def _footer(metadata: Mapping[bytes, bytes] | None, path: str) -> dict[str, dict[str, int]]:
    footer = json.loads((metadata or {}).get(_FOOTER_KEY, b'{"version": 0}'))
    if footer["version"] > VERSION:
        raise StoreVersionError(
            f"'{path}' has version {footer['version']}, and this runpages reads up to {VERSION}.",
            path=path,
            hint="Upgrade with 'pip install -U runpages'.",
        )
    return {"covers": footer.get("covers", {}), "point_covers": footer.get("point_covers", {})}


def _footer_text(footer: Mapping[str, object]) -> str:
    return json.dumps({"version": VERSION, **footer}, separators=(",", ":"), sort_keys=True)


def _write_table(
    table: pa.Table,
    path: str,
    metadata: Mapping[bytes, str],
    options: Mapping[str, Any],  # Any: pyarrow's own keyword arguments
    *,
    is_synced: bool,
) -> None:
    """Write a table under a temporary name, have the disk keep it, and give it its name."""
    import pyarrow.parquet as pq

    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f"{TEMPORARY_PREFIX}{os.urandom(6).hex()}-{name}")
    try:
        with open(temporary, "wb") as file:
            with pq.ParquetWriter(
                file,
                table.schema,
                compression="zstd",
                compression_level=_ZSTD_LEVEL,
                write_page_checksum=True,
                **options,
            ) as writer:
                writer.write_table(table, row_group_size=_ROW_GROUP_ROWS)
                writer.add_key_value_metadata(dict(metadata))
            file.flush()
            if is_synced:
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
