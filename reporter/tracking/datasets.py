"""Describe the data that a run reads: name, digest, schema, size; never the data itself.

Digests are over content, so equal data has an equal digest on every machine. They are ours: MLflow
samples rows, and two different tables may have one digest there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from reporter.errors import InvalidInputError
from reporter.model import Dataset

__all__ = ["from_csv", "from_numpy", "from_pandas", "from_parquet", "from_polars"]

# MLflow's digests have eight digits; so do ours, since they stand in tables.
_DIGEST_DIGITS = 8
_CHUNK_BYTES = 1 << 20


def from_pandas(
    df: Any,  # Any: pandas is not imported here
    source: str | None = None,
    targets: str | None = None,
    name: str | None = None,
    digest: str | None = None,
    predictions: str | None = None,
) -> Dataset:
    """Describe a pandas DataFrame.

    Parameters
    ----------
    df : pandas.DataFrame, shape (n_rows, n_columns)
    source : str, optional
        Where it came from: a path or URL.
    targets, predictions : str, optional
        The columns with targets and predictions.
    name : str, optional
        ``"dataset"`` when None.
    digest : str, optional
        Computed when None.

    Returns
    -------
    Dataset

    Raises
    ------
    InvalidInputError
        `targets` or `predictions` is no column.
    """
    import pandas as pd

    for column in (targets, predictions):
        if column is not None and column not in df.columns:
            raise InvalidInputError(f"The table has no column {column!r}: {list(df.columns)}.")
    hashes = pd.util.hash_pandas_object(_hashable(df), index=True).to_numpy().tobytes()
    columns = [(str(column), str(kind)) for column, kind in df.dtypes.items()]
    return _dataset(
        name,
        digest or _digest([json.dumps(columns).encode(), hashes]),
        source,
        schema=_schema(columns, targets, predictions),
        profile={"num_rows": len(df), "num_elements": int(df.size)},
    )


def _hashable(df: Any) -> Any:
    """Write cells that have no hash (lists, arrays) as text."""
    frame = df.copy(deep=False)
    for column in frame.columns:
        if frame[column].dtype == object:
            frame[column] = frame[column].map(repr)
    return frame


def from_numpy(
    features: Any,  # Any: array or mapping of arrays
    source: str | None = None,
    targets: Any = None,
    name: str | None = None,
    digest: str | None = None,
) -> Dataset:
    """Describe arrays.

    Parameters
    ----------
    features : ndarray or mapping of str to ndarray
    source : str, optional
    targets : ndarray or mapping of str to ndarray, optional
    name, digest : str, optional

    Returns
    -------
    Dataset
    """
    arrays = {**_named(features, "features"), **_named(targets, "targets")}
    columns = [(key, f"{array.dtype}{list(array.shape)}") for key, array in arrays.items()]
    content = [json.dumps(columns).encode(), *(array.tobytes() for array in arrays.values())]
    profile = {
        f"{key}_{name}": value
        for key, array in arrays.items()
        for name, value in (
            ("shape", list(array.shape)), ("size", int(array.size)), ("nbytes", array.nbytes)
        )
    }  # fmt: skip
    return _dataset(
        name, digest or _digest(content), source, schema=_schema(columns), profile=profile
    )


def _named(value: Any, name: str) -> dict[str, Any]:
    import numpy as np

    if value is None:
        return {}
    if isinstance(value, dict):
        return {f"{name}.{key}": np.ascontiguousarray(item) for key, item in value.items()}
    return {name: np.ascontiguousarray(value)}


def from_polars(
    df: Any,  # Any: polars is not imported here
    source: str | None = None,
    targets: str | None = None,
    name: str | None = None,
    digest: str | None = None,
    predictions: str | None = None,
) -> Dataset:
    """Describe a polars DataFrame; see :func:`from_pandas`."""
    for column in (targets, predictions):
        if column is not None and column not in df.columns:
            raise InvalidInputError(f"The table has no column {column!r}: {list(df.columns)}.")
    columns = [(column, str(kind)) for column, kind in zip(df.columns, df.dtypes, strict=True)]
    hashes = df.hash_rows(seed=0).to_numpy().tobytes()
    return _dataset(
        name,
        digest or _digest([json.dumps(columns).encode(), hashes]),
        source,
        schema=_schema(columns, targets, predictions),
        profile={"num_rows": df.height, "num_elements": df.height * df.width},
    )


def from_csv(path: str | os.PathLike[str], name: str | None = None) -> Dataset:
    """Describe a CSV file by its bytes, without reading it as a table.

    Parameters
    ----------
    path : str or path-like
    name : str, optional
        The file's name when None.
    """
    return _file(os.fspath(path), name)


def from_parquet(path: str | os.PathLike[str], name: str | None = None) -> Dataset:
    """Describe a Parquet file by its bytes; see :func:`from_csv`."""
    return _file(os.fspath(path), name)


def _file(path: str, name: str | None) -> Dataset:
    if not os.path.isfile(path):
        raise InvalidInputError(f"There is no file '{path}'.")
    with open(path, "rb") as file:
        digest = _digest(iter(lambda: file.read(_CHUNK_BYTES), b""))
    profile = {"num_bytes": os.path.getsize(path)}
    return _dataset(name or os.path.basename(path), digest, path, schema="", profile=profile)


def _digest(chunks: Iterable[bytes]) -> str:
    found = sha256()
    for chunk in chunks:
        found.update(chunk)
    return found.hexdigest()[:_DIGEST_DIGITS]


def _schema(
    columns: list[tuple[str, str]], targets: str | None = None, predictions: str | None = None
) -> str:
    fields = [{"name": column, "type": kind} for column, kind in columns]
    record: dict[str, object] = {"columns": fields}
    record |= {"targets": targets} if targets else {}
    record |= {"predictions": predictions} if predictions else {}
    return json.dumps(record)


def _dataset(
    name: str | None, digest: str, source: str | None, *, schema: str, profile: Mapping[str, object]
) -> Dataset:
    return Dataset(
        name=name or "dataset",
        digest=digest,
        source_type="local" if source else "code",
        source=str(source or ""),
        schema=schema,
        profile=json.dumps(profile),
    )
