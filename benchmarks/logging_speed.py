"""How fast calls are acknowledged, as ratios to a bare loop that writes and flushes the same.

Run as ``python benchmarks/logging_speed.py``; prints one line a figure. Only ratios within one
run mean anything: ours and the floor take turns, and the median of several rounds is printed.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import reporter

ROUNDS = 7
POINTS = 100_000
BATCH = 20


def floor_points(folder: Path) -> float:
    """Points per second of formatting a line and flushing it."""
    with open(folder / "floor.jsonl", "a") as file:
        start = time.perf_counter()
        for step in range(POINTS):
            file.write(f'["loss",{0.1!r},{step},{time.time_ns() // 1_000_000}]\n')
            file.flush()
        return POINTS / (time.perf_counter() - start)


def our_points(_: Path) -> float:
    """Points per second of ``log_metric``."""
    log = reporter.log_metric
    start = time.perf_counter()
    for step in range(POINTS):
        log("loss", 0.1, step=step)
    return POINTS / (time.perf_counter() - start)


def floor_batches(folder: Path) -> float:
    """Points per second of formatting twenty lines and flushing them at once."""
    keys = [f"metric_{number}" for number in range(BATCH)]
    with open(folder / "floor.jsonl", "a") as file:
        start = time.perf_counter()
        for step in range(POINTS // BATCH):
            now = time.time_ns() // 1_000_000
            file.write("".join([f'["{key}",{0.1!r},{step},{now}]\n' for key in keys]))
            file.flush()
        return POINTS / (time.perf_counter() - start)


def our_batches(_: Path) -> float:
    """Points per second of ``log_metrics`` with twenty metrics."""
    metrics = {f"metric_{number}": 0.1 for number in range(BATCH)}
    start = time.perf_counter()
    for step in range(POINTS // BATCH):
        reporter.log_metrics(metrics, step=step)
    return POINTS / (time.perf_counter() - start)


def p99(call: Callable[[int], object]) -> float:
    """99th percentile of one call, in microseconds."""
    clock, times = time.perf_counter_ns, []
    for step in range(20_000):
        start = clock()
        call(step)
        times.append(clock() - start)
    return sorted(times)[len(times) * 99 // 100] / 1_000


def compare(name: str, ours: Callable[[Path], float], floor: Callable[[Path], float]) -> None:
    """Take turns and print the median ratio."""
    with tempfile.TemporaryDirectory() as folder:
        ratios, rates = [], []
        for _ in range(ROUNDS):
            base = floor(Path(folder))
            rates.append(ours(Path(folder)))
            ratios.append(rates[-1] / base)
    low, high = min(ratios), max(ratios)
    print(
        f"{name:<34} {statistics.median(ratios):6.2f} x floor  ({low:.2f} to {high:.2f}),"
        f" {statistics.median(rates):,.0f} points/s"
    )


def compare_p99() -> None:
    """Print the ratio of 99th percentiles."""
    with tempfile.TemporaryDirectory() as folder, open(f"{folder}/floor", "a") as file:

        def line(step: int) -> None:
            file.write(f'["loss",{0.1!r},{step},{time.time_ns() // 1_000_000}]\n')
            file.flush()

        ratios = []
        for _ in range(ROUNDS):
            base = p99(line)
            ratios.append(p99(lambda step: reporter.log_metric("loss", 0.1, step=step)) / base)
    print(f"{'log_metric, p99 of a call':<34} {statistics.median(ratios):6.2f} x floor's p99")


def cpu_ms(code: str) -> float:
    """CPU milliseconds of a fresh interpreter that runs `code`: median of nine."""
    root = str(Path(__file__).resolve().parents[1])
    start = f"import sys; sys.path.insert(0, {root!r})"
    end = "import time; sys.stderr.write(str(time.process_time() * 1000))"
    probe = f"{start}\n{code}\n{end}"
    times = [
        float(subprocess.run([sys.executable, "-c", probe], capture_output=True, check=True).stderr)
        for _ in range(9)
    ]
    return statistics.median(times)


def compare_import() -> None:
    """Print what importing and a first point cost, beside the standard library they need."""
    floor = cpu_ms("import dataclasses, json, threading, signal")
    ours = cpu_ms("import reporter")
    folder = tempfile.mkdtemp()
    first = cpu_ms(
        f"import reporter\nreporter.set_tracking_uri({folder!r})\nreporter.start_run()\n"
        "reporter.log_metric('loss', 1.0)"
    )
    shutil.rmtree(folder)
    print(f"{'import reporter':<34} {ours / floor:6.2f} x its standard library ({ours:.0f} ms CPU)")
    print(f"{'process start to first point':<34} {first / floor:6.2f} x ({first:.0f} ms CPU)")


def main() -> None:
    """Print every figure."""
    folder = tempfile.mkdtemp()
    reporter.set_tracking_uri(folder)
    with reporter.start_run():
        reporter.log_metric("loss", 0.1)
        compare("log_metric, each call durable", our_points, floor_points)
        compare(f"log_metrics of {BATCH}", our_batches, floor_batches)
        compare_p99()
    shutil.rmtree(folder)
    compare_import()


if __name__ == "__main__":
    main()
