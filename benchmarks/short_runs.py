"""Short runs side by side with MLflow's file store: start, 10 params, 50 points, 1 file, end.

Run as ``python benchmarks/short_runs.py [PYTHON_WITH_MLFLOW]``. Without the argument only our own
figures are printed. A Python with MLflow 2.22 comes from
``python -m venv peer && peer/bin/pip install mlflow-skinny==2.22.5``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

RUNS = 100
_ROOT = str(Path(__file__).resolve().parents[1])
_SCRIPT = """
import sys, time, os
module, folder, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
tracker = __import__(module)
tracker.set_tracking_uri(folder if module == "reporter" else "file:" + folder)
tracker.set_experiment("short")
def one():
    with tracker.start_run():
        tracker.log_params({f"p{n}": n for n in range(10)})
        for step in range(10):
            tracker.log_metrics({f"m{n}": 0.5 for n in range(5)}, step=step)
        tracker.log_text("some text", "note.txt")
one()
start = time.perf_counter()
for _ in range(runs):
    one()
print((time.perf_counter() - start) * 1000 / runs)
"""


def milliseconds(python: str, module: str) -> float:
    """Wall milliseconds a run: the least of three rounds."""
    rounds = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [python, "-W", "ignore", "-c", _SCRIPT, module, folder, str(RUNS)],
                capture_output=True,
                text=True,
                check=True,
                env={
                    **os.environ,
                    "PYTHONPATH": _ROOT,
                    "MLFLOW_ALLOW_FILE_STORE": "true",  # 3.13 and later refuse
                },
            )
            rounds.append(float(done.stdout.split()[-1]))
    return min(rounds)


def main() -> None:
    """Print our figure and, with a peer, the ratio."""
    ours = milliseconds(sys.executable, "reporter")
    print(f"ours: {ours:.2f} ms a run")
    if len(sys.argv) > 1:
        peer = milliseconds(sys.argv[1], "mlflow")
        print(f"MLflow: {peer:.2f} ms a run, {peer / ours:.1f} x ours")


if __name__ == "__main__":
    main()
