"""Other trackers side by side with ours: points a second, what a kill loses, short runs, reading.

Run as ``python benchmarks/peers.py mlflow=VENV/bin/python tensorboardX=... dvclive=... wandb=...
trackio=... aim=...``: each name with a Python that has the tracker installed. ``mlflow`` is
measured twice, with its file store and with SQLite. ``--markdown`` prints the table for a page.

Only ratios within one run mean anything: a bare loop that formats, writes and flushes the same
lines (the floor) is timed right before each tracker. Every figure is of one process, with its
close; what a tracker does not offer is a dash. A tracker is stopped after so many seconds, and
what it logged by then counts. ``--folder /dev/shm`` leaves the disk out, whose ``fsync`` (ours at
the end of a run, SQLite's at each point) takes anything between 0.2 and 10 ms.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parents[1])
SECONDS = 4.0
FLOOR_POINTS = 100_000
_UNBOUNDED = 10**9
RUNS = 100
KILLS = 3

# One class a tracker: begin a run, log, end it; count the points of the only run; read all runs as
# a frame. Executed by the tracker's own Python, which need not have ours installed.
TRACKERS = """
import glob, json, os, sys

class Ours:
    def __init__(self, folder):
        import reporter
        self.api = reporter
        reporter.set_tracking_uri(folder)
    def begin(self, params):
        self.api.start_run()
        self.api.log_params(params)
    def point(self, value, step):
        self.api.log_metric("loss", value, step=step)
    def points(self, values, step):
        self.api.log_metrics(values, step=step)
    def file(self, path):
        self.api.log_artifact(path)
    def end(self):
        self.api.end_run()
    def count(self):
        from reporter.store.reader import open_store
        reader = open_store(self.api.get_tracking_uri())
        ids = [run.info.run_id for run in reader.runs()]
        return sum(len(item.values) for item in reader.history(ids))
    def frame(self):
        return self.api.search_runs()

class MlflowFiles(Ours):
    store = "file:{}"
    def __init__(self, folder):
        os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
        import mlflow
        self.api = mlflow
        mlflow.set_tracking_uri(self.store.format(folder))
        if mlflow.get_experiment_by_name("bench") is None:
            mlflow.create_experiment("bench", artifact_location="file:" + folder + "-files")
        mlflow.set_experiment("bench")
    def count(self):
        client = self.api.MlflowClient()
        runs = self.api.search_runs(output_format="list")
        return sum(len(client.get_metric_history(r.info.run_id, "loss")) for r in runs)

class MlflowSqlite(MlflowFiles):
    store = "sqlite:///{}.db"

class TensorBoardX:
    def __init__(self, folder):
        self.folder, self.n = folder, 0
    def begin(self, params):
        from tensorboardX import SummaryWriter
        self.n += 1
        self.writer = SummaryWriter(f"{self.folder}/{os.getpid()}-{self.n}")
        self.writer.add_text("params", json.dumps(params))
    def point(self, value, step):
        self.writer.add_scalar("loss", value, step)
    def points(self, values, step):
        for key, value in values.items():
            self.writer.add_scalar(key, value, step)
    def file(self, path):
        with open(path) as file:
            self.writer.add_text("file", file.read())
    def end(self):
        self.writer.close()
    def load(self, folder):
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
        found = EventAccumulator(folder, size_guidance={"scalars": 0})
        found.Reload()
        return {key: found.Scalars(key) for key in found.Tags()["scalars"]}
    def count(self):
        return sum(len(self.load(f).get("loss", ())) for f in glob.glob(self.folder + "/*"))
    def frame(self):
        import pandas as pd
        rows = [self.load(folder) for folder in glob.glob(self.folder + "/*")]
        return pd.DataFrame([{key: s[-1].value for key, s in row.items()} for row in rows])

class Dvclive:
    def __init__(self, folder):
        os.environ["DVC_NO_ANALYTICS"] = "1"
        self.folder, self.n = folder, 0
    def begin(self, params):
        from dvclive import Live
        self.n += 1
        folder = f"{self.folder}/{os.getpid()}-{self.n}"
        self.live = Live(folder, save_dvc_exp=False, report=None, dvcyaml=None)
        self.live.log_params(params)
    def point(self, value, step):
        self.live.step = step
        self.live.log_metric("loss", value)
    def points(self, values, step):
        self.live.step = step
        for key, value in values.items():
            self.live.log_metric(key, value)
    def file(self, path):
        self.live.log_artifact(path, copy=True, cache=False)
    def end(self):
        self.live.end()
    def count(self):
        files = glob.glob(self.folder + "/*/plots/metrics/loss.tsv")
        return sum(sum(1 for _ in open(path)) - 1 for path in files)
    def frame(self):
        import pandas as pd, yaml
        rows = []
        for folder in glob.glob(self.folder + "/*"):
            with open(folder + "/metrics.json") as file:
                row = json.load(file)
            with open(folder + "/params.yaml") as file:
                rows.append(row | yaml.safe_load(file))
        return pd.DataFrame(rows)

class Wandb:
    def __init__(self, folder):
        os.environ.update(WANDB_MODE="offline", WANDB_SILENT="true", WANDB_DIR=folder)
        os.makedirs(folder, exist_ok=True)
    def begin(self, params):
        import wandb
        self.run = wandb.init(project="bench", config=params, settings=wandb.Settings(
            x_disable_stats=True, console="off", disable_git=True, x_disable_meta=True))
    def point(self, value, step):
        self.run.log({"loss": value}, step=step)
    def points(self, values, step):
        self.run.log(values, step=step)
    def file(self, path):
        self.run.save(path, policy="now", base_path=os.path.dirname(path))
    def end(self):
        self.run.finish()

class Trackio:
    def __init__(self, folder):
        os.environ.update(TRACKIO_DIR=folder, HF_HUB_OFFLINE="1")
        os.makedirs(folder, exist_ok=True)
        self.n = 0
    def begin(self, params):
        import trackio
        self.api = trackio
        self.n += 1
        trackio.init(project="bench", name=f"{os.getpid()}-{self.n}", config=params, embed=False)
    def point(self, value, step):
        self.api.log({"loss": value}, step=step)
    def points(self, values, step):
        self.api.log(values, step=step)
    def file(self, path):
        pass
    def end(self):
        self.api.finish()
    def logs(self):
        from trackio.sqlite_storage import SQLiteStorage
        runs = SQLiteStorage.get_runs("bench")
        return {run: SQLiteStorage.get_logs("bench", run) for run in runs}
    def count(self):
        return sum(sum("loss" in row for row in rows) for rows in self.logs().values())
    def frame(self):
        import pandas as pd
        return pd.DataFrame([rows[-1] for rows in self.logs().values() if rows])

class Aim:
    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
    def begin(self, params):
        from aim import Run
        self.run = Run(repo=self.folder, system_tracking_interval=None, log_system_params=False)
        self.run["params"] = params
    def point(self, value, step):
        self.run.track(value, name="loss", step=step)
    def points(self, values, step):
        for key, value in values.items():
            self.run.track(value, name=key, step=step)
    def file(self, path):
        from aim import Text
        with open(path) as file:
            self.run.track(Text(file.read()), name="file")
    def end(self):
        self.run.close()
    def repo(self):
        from aim import Repo
        from aim.sdk.index_manager import RepoIndexManager
        repo = Repo(self.folder)
        for run_hash in repo.list_all_runs():
            RepoIndexManager.get_index_manager(repo).index(run_hash)
        return Repo(self.folder)
    def count(self):
        found = 0
        for run in self.repo().iter_runs():
            for metric in run.metrics():
                found += len(metric.values.sparse_list()[0]) if metric.name == "loss" else 0
        return found
    def frame(self):
        import pandas as pd
        rows = []
        for run in self.repo().iter_runs():
            row = dict(run["params"])
            rows.append(row | {metric.name: metric.values.last()[1] for metric in run.metrics()})
        return pd.DataFrame(rows)
"""

TASKS = """
import time
tracker = globals()[sys.argv[1]](sys.argv[2])
task, seconds, number = sys.argv[3], float(sys.argv[4]), int(sys.argv[5])
say = lambda value: (sys.__stdout__.write(f"RESULT {value}\\n"), sys.__stdout__.flush())
params = {f"p{n}": n for n in range(10)}

def one_run(file):
    tracker.begin(params)
    for step in range(10):
        tracker.points({f"m{n}": 0.5 for n in range(5)}, step)
    tracker.file(file)
    tracker.end()

if task == "points":
    tracker.begin({})
    tracker.point(0.5, 0)
    start = time.perf_counter()
    for step in range(1, number + 1):
        tracker.point(0.1, step)
        if step % 16 == 0 and time.perf_counter() - start > seconds:
            break
    tracker.end()
    say(step / (time.perf_counter() - start))
if task == "kill":
    tracker.begin({})
    step = 0
    while True:
        tracker.point(0.1, step)
        say(step)
        step += 1
if task == "count":
    say(tracker.count())
if task in ("short", "fill"):
    file = sys.argv[2] + ".txt"
    with open(file, "w") as stream:
        stream.write("some text")
    one_run(file)
    start, done = time.perf_counter(), 0
    while done < number and (task == "fill" or time.perf_counter() - start < seconds):
        one_run(file)
        done += 1
    say(done / (time.perf_counter() - start))
if task == "frame":
    tracker.frame()  # what it imports is not what is measured
    start = time.perf_counter()
    rows = len(tracker.frame())
    say(json.dumps([rows, time.perf_counter() - start]))
"""

NAMES = {
    "ours": [("runpages", "Ours")],
    "mlflow": [("MLflow, files", "MlflowFiles"), ("MLflow, SQLite", "MlflowSqlite")],
    "tensorboardX": [("TensorBoardX", "TensorBoardX")],
    "dvclive": [("DVCLive", "Dvclive")],
    "wandb": [("W&B, offline", "Wandb")],
    "trackio": [("Trackio", "Trackio")],
    "aim": [("Aim", "Aim")],
}


class Tracker:
    """One tracker, each of whose tasks runs in a process of its own."""

    def __init__(self, python: str, kind: str, scratch: str) -> None:
        self._python, self._kind, self._scratch = python, kind, scratch
        self._made = 0

    def folder(self) -> str:
        """Return a path where nothing is yet."""
        self._made += 1
        return os.path.join(self._scratch, f"{self._kind}-{self._made}")

    def start(self, task: str, folder: str, number: int = 0) -> subprocess.Popen[str]:
        """Begin a task."""
        path = _ROOT if self._kind == "Ours" else ""
        return subprocess.Popen(
            [
                *(self._python, "-W", "ignore", "-c", TRACKERS + TASKS),
                *(self._kind, folder, task, str(SECONDS), str(number)),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self._scratch,
            env={**os.environ, "PYTHONPATH": path, "HOME": self._scratch},
        )

    def result(self, task: str, folder: str, number: int = 0) -> str | None:
        """Run a task; None when the tracker cannot do it."""
        child = self.start(task, folder, number)
        out, error = child.communicate(timeout=600)
        found = [line for line in out.splitlines() if line.startswith("RESULT ")]
        if child.returncode or not found:
            sys.stderr.write(f"{self._kind} {task}: {(error.strip() or out)[-300:]}\n")
            return None
        return found[-1].removeprefix("RESULT ")

    def lost(self) -> float | None:
        """Return the share of acknowledged points that is gone after a kill, in the worst case."""
        worst = 0.0
        for _ in range(KILLS):
            folder = self.folder()
            child = self.start("kill", folder)
            assert child.stdout is not None
            acknowledged = 0
            until = float("inf")
            for line in child.stdout:
                if line.startswith("RESULT "):
                    acknowledged = int(line.split()[1]) + 1
                    until = min(until, time.monotonic() + 1.0)
                if time.monotonic() > until:
                    break
            os.kill(child.pid, signal.SIGKILL)
            for line in child.stdout:
                if line.startswith("RESULT ") and line.endswith("\n"):
                    acknowledged = int(line.split()[1]) + 1
            child.communicate()
            counted = self.result("count", folder)
            if counted is None:
                return None
            worst = max(worst, 1 - min(1.0, int(counted) / max(1, acknowledged)))
        return worst


def floor(scratch: str) -> float:
    """Points a second of a loop that formats a line, writes it and flushes."""
    with open(os.path.join(scratch, "floor"), "a") as file:
        start = time.perf_counter()
        for step in range(FLOOR_POINTS):
            file.write(f'["loss",{0.1!r},{step},{time.time_ns() // 1_000_000}]\n')
            file.flush()
        return FLOOR_POINTS / (time.perf_counter() - start)


def measure(tracker: Tracker, scratch: str) -> dict[str, float | None]:
    """Measure everything about one tracker."""
    base = max(floor(scratch) for _ in range(3))
    rates = [tracker.result("points", tracker.folder(), _UNBOUNDED) for _ in range(2)]
    points = max((float(rate) for rate in rates if rate is not None), default=None)
    short = tracker.result("short", tracker.folder(), RUNS)
    folder = tracker.folder()
    seconds = None
    if tracker.result("fill", folder, RUNS - 1) is not None:
        frames = [json.loads(tracker.result("frame", folder) or "[0, 0]") for _ in range(3)]
        if all(rows == RUNS for rows, _ in frames):
            seconds = min(seconds for _, seconds in frames)
    return {
        "points": points,
        "floor": base,
        "lost": tracker.lost(),
        "short": float(short) if short else None,
        "frame": seconds,
    }


def rows_of(found: dict[str, dict[str, float | None]]) -> list[list[str]]:
    """Write every tracker's figures beside ours."""
    ours = found["runpages"]

    def ratio(value: float | None, of: float | None) -> str:
        if not value or not of:
            return "–"
        return f"{of / value:,.0f}" if of / value >= 10 else f"{of / value:.1f}"

    def of_floor(item: dict[str, float | None]) -> float | None:
        return item["points"] / item["floor"] if item["points"] and item["floor"] else None

    rows = []
    for name, item in found.items():
        lost = "–" if item["lost"] is None else f"{item['lost']:.1%}" if item["lost"] else "nothing"
        rows.append(
            [
                name,
                f"{item['points'] or 0:,.0f}",
                f"{of_floor(item) or 0:.2g}",
                ratio(of_floor(item), of_floor(ours)),
                lost,
                f"{item['short']:,.0f}" if item["short"] else "–",
                ratio(item["short"], ours["short"]),
                f"{item['frame'] * 1000:,.0f}" if item["frame"] else "–",
                ratio(ours["frame"], item["frame"]),
            ]
        )
    return rows


HEADINGS = [
    "",
    "points/s",
    "× floor",
    "ours is × faster, by the floor",
    "lost by SIGKILL",
    "short runs/s",
    "ours is × faster",
    f"{RUNS} runs as a frame, ms",
    "ours is × faster",
]


def print_table(rows: list[list[str]], *, is_markdown: bool) -> None:
    """Print the table, in columns or as Markdown."""
    if is_markdown:
        print("| " + " | ".join(HEADINGS) + " |")
        print("| :-- |" + " --: |" * (len(HEADINGS) - 1))
        for row in rows:
            print("| " + " | ".join(row) + " |")
        return
    table = [HEADINGS, *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))


def main() -> None:
    """Measure ours and every tracker that was named."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("peers", nargs="*", metavar="NAME=PYTHON", help=", ".join([*NAMES][1:]))
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--folder", help="where to write, such as a disk in memory")
    arguments = parser.parse_args()
    pythons = {"ours": sys.executable} | dict(item.split("=", 1) for item in arguments.peers)
    if unknown := set(pythons) - set(NAMES):
        parser.error(f"no tracker is called {', '.join(sorted(unknown))}")
    scratch = tempfile.mkdtemp(dir=arguments.folder)
    found: dict[str, dict[str, float | None]] = {}
    say: Callable[[str], int] = sys.stderr.write
    try:
        for name, python in pythons.items():
            for label, kind in NAMES[name]:
                say(f"{label} ...\n")
                found[label] = measure(Tracker(python, kind, scratch), scratch)
                say(f"{label}: {found[label]}\n")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print_table(rows_of(found), is_markdown=arguments.markdown)


if __name__ == "__main__":
    main()
