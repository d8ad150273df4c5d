"""How long a build takes beside reading the store's bytes and writing the site's bytes alone.

Run as ``python benchmarks/building_speed.py [RUNS]`` (1,000 runs of 10 metrics x 1,000 points by
default). Prints the cold build, a rebuild without a change, a rebuild after one new run, each as a
ratio, and the memory of the building process.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.builders import make_run, make_store

METRICS, POINTS = 10, 1_000
_BUILD = "import sys; from reporter.cli import main; main(sys.argv[1:])"


def write_run(store: str, number: int) -> None:
    """Write one run of noisy curves."""
    draw = np.random.default_rng(number)
    curve = np.exp(-np.arange(POINTS) / 300)
    make_run(
        store,
        f"run-{number}",
        params={f"p{n}": str(int(draw.integers(5))) for n in range(10)},
        metrics={
            f"metric_{n}": (curve + draw.normal(0, 0.02, POINTS)).tolist() for n in range(METRICS)
        },
        start_ms=1_795_233_120_000 + number * 60_000,
    )


def build(store: str, site: str) -> float:
    """Build in a fresh process; return its wall seconds."""
    start = time.perf_counter()
    command = [sys.executable, "-c", _BUILD, "build", store, "-o", site]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def floor(store: str, site: str) -> float:
    """Read every table with pyarrow and write the site's bytes elsewhere, nothing in between."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        for path in sorted(Path(store).glob("*/*/*.parquet")):
            pq.ParquetFile(path).read()
        shutil.copytree(site, f"{folder}/copy", copy_function=shutil.copyfile)
        return time.perf_counter() - start


def main() -> None:
    """Print every figure."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    with tempfile.TemporaryDirectory() as folder:
        store, site = make_store(Path(folder) / "runs"), f"{folder}/site"
        for number in range(runs):
            write_run(store, number)
        cold = build(store, site)
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1_000
        base = min(floor(store, site), floor(store, site))
        again = build(store, site)
        write_run(store, runs)
        grown = build(store, site)
    print(f"{runs} runs x {METRICS} metrics x {POINTS} points")
    print(f"  cold build               {cold:7.2f} s   {cold / base:5.2f} x reading and writing")
    print(f"  rebuild, nothing changed {again:7.2f} s   {again / cold:5.2f} x cold")
    print(f"  rebuild, one new run     {grown:7.2f} s   {grown / cold:5.2f} x cold")
    print(f"  largest memory of a build {memory:6.0f} MB")


if __name__ == "__main__":
    main()
