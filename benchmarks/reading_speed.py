"""Folding and reading: journal to Parquet, all runs as a frame, all histories.

Run as ``python benchmarks/reading_speed.py [RUNS]`` (5,000 runs of 5 metrics x 100 steps by
default). The floor of reading is ``pyarrow.parquet`` over the same files with nothing in between.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reporter.search import runs_frame
from reporter.store.reader import open_store
from reporter.store.writer import FolderWriter
from tests.builders import START_MS, make_run, make_store, run_events, run_id_of


@contextmanager
def timed(name: str, times: dict[str, float]) -> Iterator[None]:
    """Keep how many seconds a block took."""
    start = time.perf_counter()
    yield
    times[name] = time.perf_counter() - start


def fold_speed(folder: str, points: int = 1_000_000) -> None:
    """Print how fast one long run's journal becomes its table."""
    store = make_store(Path(folder) / "long")
    writer = FolderWriter(store, "0", run_id_of("long"), now_ms=lambda: START_MS)
    writer.append(*run_events("long"))
    draw = np.random.default_rng(0)
    for number in range(4):
        count = points // 4
        values = np.exp(-np.arange(count) / 2e5) + draw.normal(0, 0.01, count)
        times = START_MS + np.cumsum(draw.integers(5, 15, count))
        writer.points.append_points(
            f"metric_{number}", values.tolist(), list(range(count)), times.tolist()
        )
    writer.close()
    start = time.perf_counter()
    writer.compact()
    seconds = time.perf_counter() - start
    size = os.path.getsize(os.path.join(writer.folder, "metrics.parquet"))
    print(
        f"journal to Parquet: {points / seconds / 1e6:.1f} M points/s, {size / points:.2f} B/point"
    )


def floor(store: str, name: str) -> int:
    """Read every table of this name with pyarrow alone."""
    return sum(pq.ParquetFile(path).read().num_rows for path in Path(store).glob(f"*/*/{name}"))


def read_speed(folder: str, runs: int) -> None:
    """Print how long it takes to read a store whole."""
    store = make_store(Path(folder) / "many")
    draw = np.random.default_rng(0)
    for number in range(runs):
        make_run(
            store,
            f"run-{number}",
            params={f"p{n}": str(number % (n + 2)) for n in range(10)},
            metrics={f"m{n}": draw.random(100).tolist() for n in range(5)},
        )
    times: dict[str, float] = {}
    steps: dict[str, Callable[[], object]] = {
        "floor, run.parquet": lambda: floor(store, "run.parquet"),
        "all runs as a frame": lambda: runs_frame(list(open_store(store).runs())),
        "floor, metrics.parquet": lambda: floor(store, "metrics.parquet"),
        "all histories": lambda: sum(
            len(item.values)
            for item in open_store(store).history([run_id_of(f"run-{n}") for n in range(runs)])
        ),
    }
    for name, step in steps.items():
        with timed(name, times):
            step()
    print(f"{runs} runs x 5 metrics x 100 points:")
    for name, seconds in times.items():
        print(f"  {name:<24} {seconds:6.2f} s")


def main() -> None:
    """Print every figure."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    with tempfile.TemporaryDirectory() as folder:
        for round_ in range(3):
            fold_speed(f"{folder}/{round_}")
        read_speed(folder, runs)


if __name__ == "__main__":
    main()
