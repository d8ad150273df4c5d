"""Reading a large store: 10,000 runs x 10 params x 5 metrics x 100 steps, first and second time.

Run as ``python benchmarks/reading_at_scale.py [RUNS] [STORE]``. With a STORE that exists nothing is
written but its ``.cache/``, which is removed first; otherwise one is made. Each step runs in a
fresh process, whose imports are not counted and whose largest memory is. Times are seconds of the
clock, and of the processor in parentheses, with the page cache warm; the floor reads the same bytes
and does nothing with them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.builders import START_MS, make_run, make_store

ROOT = sys.path[0]
# Old enough for derived tables to be kept: what changed within two seconds is not.
_SETTLING_SECONDS = 3
_CHILD = """
import json, resource, sys, time
import numpy, pandas, pyarrow.parquet
import reporter
from reporter.store import layout
from reporter.store.reader import open_store
from reporter.search import runs_frame
step, store = sys.argv[1:]
reader, client = open_store(store), reporter.MlflowClient(store)
ids = layout.list_run_ids(f"{store}/0")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start, begun = time.perf_counter(), time.process_time()
def points(run_ids, keys=None):
    return sum(len(item.values) for item in reader.history(run_ids, keys))
def read_bytes(name):
    return sum(len(open(f"{store}/0/{run_id}/{name}", "rb").read()) for run_id in ids)
steps = {
    "floor": lambda: read_bytes("run.parquet"),
    "frame": lambda: len(runs_frame(list(reader.runs()))),
    "search": lambda: len(client.search_runs(["0"], "metrics.m0 < 0.01", max_results=50_000)),
    "few": lambda: points(ids[:: max(1, len(ids) // 50)][:50], ["m0"]),
    "floor of points": lambda: read_bytes("metrics.parquet"),
    "all": lambda: points(ids),
}
count = steps[step]()
seconds = time.perf_counter() - start, time.process_time() - begun
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps([count, *seconds, memory / 1000]))
"""
_STEPS = {
    "floor": "bytes of every run.parquet",
    "frame": "all runs as a frame",
    "search": "search_runs() by a metric",
    "few": "one metric of 50 runs",
    "floor of points": "bytes of every metrics.parquet",
    "all": "all histories",
}


def write(store: str, runs: int) -> None:
    """Write the store."""
    make_store(Path(store))
    draw = np.random.default_rng(0)
    for number in range(runs):
        make_run(
            store,
            f"run-{number}",
            params={f"p{n}": str(number % (n + 2)) for n in range(10)},
            metrics={f"m{n}": draw.random(100).tolist() for n in range(5)},
            start_ms=START_MS + number * 1_000,
        )


def measure(step: str, store: str) -> tuple[int, str, float]:
    """Run a step in a process of its own; returns what it counted, its times and megabytes."""
    command = [sys.executable, "-c", _CHILD, step, store]
    environment = os.environ | {"PYTHONPATH": ROOT}
    done = subprocess.run(command, check=True, capture_output=True, env=environment)
    count, wall, processor, memory = json.loads(done.stdout)
    return count, f"{wall:6.2f} s ({processor:.2f})", memory


def main() -> None:
    """Print every figure."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        store = sys.argv[2] if len(sys.argv) > 2 else f"{folder}/runs"
        if not Path(store).exists():
            write(store, runs)
            time.sleep(_SETTLING_SECONDS)
        shutil.rmtree(Path(store, ".cache"), ignore_errors=True)
        print(f"{'':<32} {'first':>15} {'again':>15}   memory")
        for step, name in _STEPS.items():
            _, first, _ = measure(step, store)
            count, again, memory = measure(step, store)
            print(f"{name:<32} {first:>15} {again:>15} {memory:6.0f} MB   {count:,}")


if __name__ == "__main__":
    main()
