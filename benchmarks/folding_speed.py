"""Folding: how fast the journal of a long run becomes its table, and how large that is.

Run as ``python benchmarks/folding_speed.py [POINTS]`` (a million of noisy curves by default).
Seconds of the processor stand beside those of the clock, which on a busy machine are other
people's. Reading is measured by ``reading_at_scale.py``.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reporter.store.writer import FolderWriter
from tests.builders import START_MS, make_store, run_events, run_id_of

N_METRICS = 4


def write_run(folder: str, points: int) -> FolderWriter:
    """Write a run's journals; returns its writer, closed."""
    writer = FolderWriter(make_store(Path(folder)), "0", run_id_of("long"), now_ms=lambda: START_MS)
    writer.append(*run_events("long"))
    draw = np.random.default_rng(0)
    for number in range(N_METRICS):
        count = points // N_METRICS
        values = np.exp(-np.arange(count) / 2e5) + draw.normal(0, 0.01, count)
        times = START_MS + np.cumsum(draw.integers(5, 15, count))
        writer.points.append_points(
            f"metric_{number}", values.tolist(), list(range(count)), times.tolist()
        )
    writer.close()
    return writer


def main() -> None:
    """Print every figure."""
    points = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        for number in range(4):  # the first one imports pyarrow
            writer = write_run(f"{folder}/{number}", points)
            wall, processor = time.perf_counter(), time.process_time()
            writer.compact()
            wall, processor = time.perf_counter() - wall, time.process_time() - processor
            size = os.path.getsize(os.path.join(writer.folder, "metrics.parquet"))
            print(
                f"journal to Parquet: {points / wall / 1e6:.1f} M points/s, "
                f"{points / processor / 1e6:.1f} by processor, {size / points:.2f} B/point"
            )


if __name__ == "__main__":
    main()
