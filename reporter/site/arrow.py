"""NumPy arrays and texts as Arrow arrays, made from their bytes.

``pyarrow.array`` imports pandas, which takes longer than a whole rebuild of a small site. Knows
nothing of what the arrays mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["codes", "numbers", "texts"]


def numbers(values: np.ndarray, kind: pa.DataType, missing: np.ndarray | None = None) -> pa.Array:
    """Wrap numbers of eight bytes each.

    Parameters
    ----------
    values : ndarray of int64 or float64, shape (n,)
    kind : DataType
        ``int64``, ``float64`` or a timestamp.
    missing : ndarray of bool, shape (n,), optional
        Where nothing was logged.

    Returns
    -------
    Array
    """
    import pyarrow as pa

    data = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(kind, len(values), [_validity(missing), data])


def texts(values: Sequence[str | None]) -> pa.Array:
    """Encode texts.

    Parameters
    ----------
    values : sequence of str or None
        Lone surrogates, which Parquet's text cannot hold, become visible escapes.

    Returns
    -------
    Array
    """
    import pyarrow as pa

    encoded = [(text or "").encode("utf-8", "backslashreplace") for text in values]
    offsets = np.cumsum([0, *map(len, encoded)])
    missing = np.array([text is None for text in values], dtype=bool)
    is_long = int(offsets[-1]) >= 2**31
    kind, width = (pa.large_string(), np.int64) if is_long else (pa.string(), np.int32)
    buffers = [pa.py_buffer(offsets.astype(width)), pa.py_buffer(b"".join(encoded) or b"\0")]
    return pa.Array.from_buffers(kind, len(values), [_validity(missing), *buffers])


def codes(names: Sequence[str], counts: np.ndarray) -> pa.DictionaryArray:
    """Repeat names by counts, as codes into the distinct ones.

    Parameters
    ----------
    names : sequence of str, shape (n,)
    counts : ndarray of int, shape (n,)

    Returns
    -------
    DictionaryArray of length ``counts.sum()``
    """
    import pyarrow as pa

    places = {name: place for place, name in enumerate(dict.fromkeys(names))}
    repeated = np.repeat(np.array([places[name] for name in names], dtype=np.int32), counts)
    indices = pa.Array.from_buffers(pa.int32(), len(repeated), [None, pa.py_buffer(repeated)])
    return pa.DictionaryArray.from_arrays(indices, texts(list(places)))


def _validity(missing: np.ndarray | None) -> pa.Buffer | None:
    import pyarrow as pa

    if missing is None or not missing.any():
        return None
    return pa.py_buffer(np.packbits(~missing, bitorder="little"))
