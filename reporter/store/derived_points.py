"""Points of many runs in few files, so that reading all of them is not opening thousands.

Lies in the store's ``.cache/`` under the rules of :mod:`reporter.store.derived`: keyed by what the
file system says, never needed, made anew when damaged, left out where nothing can be written. A
file holds steps, times and values of up to a million points; an index in its metadata says which
rows are whose. New runs go into new files, so that nothing is written twice.
"""

from __future__ import annotations

import io
import json
import os
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from reporter.store import layout
from reporter.store.derived import Stamp, is_settled, stamp_of, stamp_text, write_derived
from reporter.store.tables import ENCODINGS, Points

if TYPE_CHECKING:
    import numpy as np

__all__ = ["MIN_RUNS", "DerivedPoints"]

# Raise it when the same points are to give another file.
FORMAT = 1
# Reading fewer histories run by run takes 20 ms at most.
MIN_RUNS = 64
FILE_POINTS = 1_000_000
# Decoding so many points takes as long as reading one run from its own file (0.3 ms).
POINTS_A_RUN = 12_500
# 100 MB: what is kept decoded while runs are asked for in another order than they were written in.
HELD_POINTS = 4_000_000
MAX_LOADS = 3
MAX_FILES = 64

_PREFIX, _SUFFIX = "points-", ".parquet"
_INDEX = b"reporter.index"
_COLUMNS = ("step", "timestamp_ms", "value")


@dataclass(eq=False)
class _File:
    """A file of points.

    `entries` maps a run to its experiment, its stamp, its first row, and pairs of a key's number
    and how many rows that has.
    """

    path: str
    n_rows: int
    keys: list[str]
    entries: dict[str, tuple[str, str, int, list[int]]]
    arrays: tuple[np.ndarray, ...] = ()
    n_wanted: int = 0
    n_loads: int = 0


class _Fresh(NamedTuple):
    """Points that no file has yet."""

    run_id: str
    experiment_id: str
    stamp: Stamp
    points: Points


@dataclass
class DerivedPoints:
    """The files of points of a store, for one pass over many runs.

    Parameters
    ----------
    store : str
    """

    store: str
    _files: list[_File] = field(default_factory=list)
    _file_of: dict[str, _File] = field(default_factory=dict)
    _held: list[_File] = field(default_factory=list)
    _fresh: list[_Fresh] = field(default_factory=list)
    _n_fresh: int = 0

    @classmethod
    def load(cls, store: str, run_ids: Sequence[str]) -> DerivedPoints:
        """Read the indices; files that cannot be used are passed over.

        Parameters
        ----------
        store : str
        run_ids : sequence of str
            The runs that will be asked for, in their order.
        """
        derived = cls(store)
        folder = os.path.join(store, layout.CACHE)
        with suppress(OSError):
            for name in sorted(os.listdir(folder)):
                if name.startswith(_PREFIX) and name.endswith(_SUFFIX):
                    derived._open(os.path.join(folder, name))
        wanted = Counter(id(derived._file_of[key]) for key in run_ids if key in derived._file_of)
        for file in derived._files:
            file.n_wanted = wanted[id(file)]
        return derived

    def _open(self, path: str) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            metadata = pq.read_metadata(path)
            index = json.loads((metadata.metadata or {})[_INDEX])
            if index["format"] != FORMAT:
                return
            file = _File(path, metadata.num_rows, index["keys"], index["runs"])
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
            return
        self._files.append(file)
        self._file_of |= dict.fromkeys(file.entries, file)

    def find(self, run_id: str) -> Points | None:
        """Return a run's points if nothing has changed in its folder since they were added."""
        file = self._file_of.get(run_id)
        if file is None:
            return None
        experiment_id, known, start, pairs = file.entries[run_id]
        folder = f"{self.store}{os.sep}{experiment_id}{os.sep}{run_id}"
        stamp = stamp_of(folder, layout.METRICS_TABLE)
        file.n_wanted -= 1
        if stamp is None or stamp_text(stamp) != known:
            return None
        if not file.arrays and not self._decode(file):
            return None
        steps, times, values = file.arrays
        return Points(
            keys=[file.keys[number] for number in pairs[::2]],
            offsets=list(accumulate(pairs[1::2], initial=start)),
            steps=steps,
            timestamps_ms=times,
            values=values,
            covers={},
        )

    def _decode(self, file: _File) -> bool:
        """Read a file's points, unless reading the runs that are still wanted is quicker."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        is_worth = (file.n_wanted + 1) * POINTS_A_RUN >= file.n_rows
        if not is_worth or file.n_loads >= MAX_LOADS:
            return False
        file.n_loads += 1
        try:
            with pq.ParquetFile(file.path, page_checksum_verification=True) as opened:
                table = opened.read(columns=list(_COLUMNS))
            file.arrays = tuple(table.column(name).to_numpy() for name in _COLUMNS)
        except (OSError, ValueError, KeyError, pa.ArrowException):
            file.n_loads = MAX_LOADS
            return False
        self._held.append(file)
        while sum(item.n_rows for item in self._held) > HELD_POINTS and len(self._held) > 1:
            self._held.pop(0).arrays = ()
        return True

    def add(self, run_id: str, experiment_id: str, stamp: Stamp | None, points: Points) -> None:
        """Take points that were read from a run's folder, if they may be kept."""
        if stamp is None or not is_settled(stamp) or len(points) > FILE_POINTS:
            return
        self._fresh.append(_Fresh(run_id, experiment_id, stamp, points))
        self._n_fresh += len(points)
        if self._n_fresh >= FILE_POINTS:
            self._write()

    def finish(self) -> None:
        """Write what is left, if it is worth a file, and remove files that serve nobody."""
        if len(self._fresh) >= MIN_RUNS:
            self._write()

    def _write(self) -> None:
        fresh, self._fresh, self._n_fresh = self._fresh, [], 0
        path = os.path.join(self.store, layout.CACHE, f"{_PREFIX}{os.urandom(6).hex()}{_SUFFIX}")
        if write_derived(path, _encode(fresh)):
            self._prune({item.run_id for item in fresh})

    def _prune(self, replaced: set[str]) -> None:
        """Delete files whose runs are mostly elsewhere by now, and small ones of too many."""
        for file in list(self._files):
            n_left = sum(self._file_of[key] is file and key not in replaced for key in file.entries)
            is_small = len(self._files) > MAX_FILES and file.n_rows < FILE_POINTS // 2
            if 2 * n_left < len(file.entries) or is_small:
                self._files.remove(file)
                with suppress(OSError):
                    os.unlink(file.path)


def _encode(fresh: list[_Fresh]) -> bytes:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    numbers: dict[str, int] = {}
    runs: dict[str, list[Any]] = {}
    start = 0
    for run_id, experiment_id, stamp, points in fresh:
        counts = np.diff(points.offsets).tolist()
        pairs = [
            number
            for key, count in zip(points.keys, counts, strict=True)
            for number in (numbers.setdefault(key, len(numbers)), count)
        ]
        runs[run_id] = [experiment_id, stamp_text(stamp), start, pairs]
        start += len(points)
    index = {"format": FORMAT, "keys": list(numbers), "runs": runs}
    table = pa.table(
        {
            "step": np.concatenate([item.points.steps for item in fresh]),
            "timestamp_ms": np.concatenate([item.points.timestamps_ms for item in fresh]),
            "value": np.concatenate([item.points.values for item in fresh]),
        }
    )
    out = io.BytesIO()
    with pq.ParquetWriter(
        out,
        table.schema,
        compression="zstd",
        use_dictionary=False,
        column_encoding=ENCODINGS,
        write_page_checksum=True,
    ) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({_INDEX: json.dumps(index, separators=(",", ":"))})
    return out.getvalue()
