"""An MLflow 2.x file store of 1,000 runs, imported and built, beside MLflow's own search_runs.

Run as ``python benchmarks/importing_speed.py [PYTHON_WITH_MLFLOW] [--runs N] [--no-build]``. The
store has 5 metrics of 1,000 points a run, 12 params and 15 tags: 34 files a run, written as MLflow
writes them. Without the first argument only our own figures are printed. A Python with MLflow comes
from ``python -m venv peer && peer/bin/pip install mlflow-skinny==2.22.5``; it also checks the store
that was made, since it must find every run and every last value. Page cache warm, one round: each
step reads the same files, so what comes first has the worst of it, and that is ours.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

METRICS, POINTS, PARAMS, TAGS = 5, 1_000, 12, 15
START_MS = 1_795_233_120_000
_ROOT = str(Path(__file__).resolve().parents[1])
_PEER = """
import sys, time
import mlflow
from mlflow.tracking import MlflowClient
client = MlflowClient("file:" + sys.argv[1])
start = time.perf_counter()
found, token = [], None
while True:
    page = client.search_runs(["1"], max_results=50_000, page_token=token)
    found += page
    token = page.token
    if not token:
        break
print(len(found), sum(run.data.metrics["metric_4"] for run in found), time.perf_counter() - start)
"""


def make_store(folder: Path, n_runs: int) -> float:
    """Write a store; returns the sum of the last values of the last metric."""
    experiment = folder / "1"
    experiment.mkdir(parents=True)
    (experiment / "meta.yaml").write_text(
        f"artifact_location: {experiment}\ncreation_time: {START_MS}\nexperiment_id: '1'\n"
        f"last_update_time: {START_MS}\nlifecycle_stage: active\nname: bench\n"
    )
    return sum(make_run(experiment, number) for number in range(n_runs))


def make_run(experiment: Path, number: int) -> float:
    """Write a run; returns the last value of its last metric."""
    # As random as MLflow's; the letter spares the quotes that YAML wants around digits.
    run_id = "a" + hashlib.sha256(str(number).encode()).hexdigest()[:31]
    folder = experiment / run_id
    for name in ("metrics", "params", "tags", "artifacts"):
        (folder / name).mkdir(parents=True)
    start = START_MS + number * 1_000
    (folder / "meta.yaml").write_text(
        f"artifact_uri: {folder}/artifacts\nend_time: {start + 60_000}\nentry_point_name: ''\n"
        f"experiment_id: '1'\nlifecycle_stage: active\nrun_id: {run_id}\nrun_name: run {number}\n"
        f"run_uuid: {run_id}\nsource_name: ''\nsource_type: 4\nsource_version: ''\n"
        f"start_time: {start}\nstatus: 3\ntags: []\nuser_id: someone\n"
    )
    value = 0.0
    for metric in range(METRICS):
        seed = number * 31 + metric * 7
        values = [((seed + step) * 2654435761 % 4294967296) / 4294967296 for step in range(POINTS)]
        lines = [f"{start + 10 * step} {value} {step}\n" for step, value in enumerate(values)]
        (folder / "metrics" / f"metric_{metric}").write_text("".join(lines))
        value = values[-1]
    for param in range(PARAMS):
        (folder / "params" / f"param_{param}").write_text(str(number % (param + 2)))
    for tag in range(TAGS):
        (folder / "tags" / f"tag_{tag}").write_text(f"value {number % (tag + 2)}")
    (folder / "tags" / "mlflow.runName").write_text(f"run {number}")
    return value


def timed(command: list[str], cache: str) -> tuple[float, float, str]:
    """Run a command; returns wall seconds, seconds of processor time, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env={
            **os.environ,
            "PYTHONPATH": _ROOT,
            "XDG_CACHE_HOME": cache,
            "MLFLOW_ALLOW_FILE_STORE": "true",  # 3.13 and later refuse
        },
    )
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, sum(after[:2]) - sum(before[:2]), done.stdout


def main() -> None:
    """Print wall seconds of each step, and the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("python_with_mlflow", nargs="?", default="")
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--no-build", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        store = Path(scratch) / "mlruns"
        expected = make_store(store, options.runs)
        ours = [sys.executable, "-m", "reporter.cli"]
        steps = {
            "import": [*ours, "import", str(store), "-o", f"{scratch}/runs"],
            "import again": [*ours, "import", str(store), "-o", f"{scratch}/runs"],
        }
        if not options.no_build:
            steps["build"] = [*ours, "build", str(store), "-o", f"{scratch}/site"]
        seconds = {}
        for name, command in steps.items():
            seconds[name], cpu, printed = timed(command, f"{scratch}/cache")
            peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            print(
                f"{name}: {seconds[name]:.2f} s ({cpu:.2f} s CPU), {peak_mb:.0f} MB at most so far"
            )
            print("   ", printed.strip().splitlines()[-1])
        if options.python_with_mlflow:
            command = [options.python_with_mlflow, "-W", "ignore", "-c", _PEER, str(store)]
            wall, cpu, printed = timed(command, f"{scratch}/cache")
            count, total, inside = printed.split()[-3:]
            assert int(count) == options.runs
            assert abs(float(total) - expected) < 1e-6
            print(
                f"MLflow: {wall:.2f} s ({cpu:.2f} s CPU); search_runs alone {float(inside):.2f} s"
            )
            for name, ours_s in seconds.items():
                print(f"{name}: {float(inside) / ours_s:.2f} x as fast as search_runs alone")


if __name__ == "__main__":
    main()
