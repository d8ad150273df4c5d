"""Make the sample store again: real trainings on the data sets that ship with scikit-learn.

::

    python sample_runs/make_samples.py             # replaces the runs beside this script
    python sample_runs/make_samples.py -o FOLDER   # makes them in a new folder

Nothing is downloaded and every seed is fixed; README.md says what differs from one making to the
next. The store is made in a temporary folder and put in its place when it is whole.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Before numpy and matplotlib come in: one thread, so that sums are taken in the same order each
# time, and one date for the SVG and PDF files, which carry one (21 November 2026).
os.environ |= {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "SOURCE_DATE_EPOCH": "1795219200",
}

from studies import diabetes, digits, pace, trees, wine

import reporter as rp

HERE = Path(__file__).resolve().parent
# Says to a second process of this script that it is the one to be killed.
CHILD = "SAMPLE_RUNS_UNTIL_KILLED"
# How a killed process ends: by SIGKILL, and on Windows by TerminateProcess with SIGTERM's number.
KILLED = (-9, 15)


def make(store: Path) -> None:
    """Run every study, and the training that is killed in a process of its own."""
    rp.set_tracking_uri(store)
    with pace.reproducible("samples"):
        for study in (digits, wine, diabetes, trees):
            began = time.perf_counter()
            study.make()
            print(f"{study.EXPERIMENT}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    again = [sys.executable, sys.argv[0]]
    child = subprocess.run(again, env={**os.environ, CHILD: "1"}, check=False)
    if child.returncode not in KILLED:
        raise SystemExit(f"The training to be killed ended with {child.returncode} instead.")


def replace(old: Path, new: Path) -> None:
    """Put a new store in the place of an old one; what is no part of a store stays."""
    for entry in old.iterdir() if old.exists() else ():
        if entry.name.isdigit():
            shutil.rmtree(entry)
    shutil.copytree(new, old, dirs_exist_ok=True)


def main() -> None:
    """Make the store and put it in its place."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("-o", "--output", type=Path, default=HERE, help="default: this folder")
    output = parser.parse_args().output
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder) / "store")
        replace(output, Path(folder) / "store")
    files = [path for path in output.rglob("*") if path.is_file()]
    size_mb = sum(path.stat().st_size for path in files) / 1e6
    print(f"{output}: {len(files)} files, {size_mb:.1f} MB")


if __name__ == "__main__":
    if CHILD in os.environ:
        with pace.reproducible("samples until killed"):
            digits.train_until_killed()
    else:
        main()
