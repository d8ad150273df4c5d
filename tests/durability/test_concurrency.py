"""Many processes and threads on one store, and on one run, with readers at work all the time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from reporter.store.reader import open_store

_MANY_RUNS = """
import sys, threading
import reporter
reporter.set_tracking_uri(sys.argv[1])
def work(number):
    reporter.set_experiment("shared")
    for repeat in range(3):
        with reporter.start_run(run_name=f"{sys.argv[2]}-{number}-{repeat}"):
            reporter.log_params({"process": sys.argv[2], "thread": number})
            for step in range(50):
                reporter.log_metric("loss", step, step=step)
threads = [threading.Thread(target=work, args=(n,)) for n in range(2)]
[t.start() for t in threads]; [t.join() for t in threads]
"""

_ONE_RUN = """
import sys
import reporter
store, run_id, rank = sys.argv[1:]
reporter.set_tracking_uri(store)
with reporter.start_run(run_id=run_id):
    for step in range(400):
        reporter.log_metric("loss", int(rank) * 1000 + step, step=step)
        reporter.log_metric(f"rank_{rank}/loss", step, step=step)
"""


def _start(environment: dict[str, str], script: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", script, *arguments],
        env=environment,
        stderr=subprocess.PIPE,
    )


def _finish(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        _, errors = child.communicate(timeout=120)
        assert child.returncode == 0, errors.decode()


def test_processes_and_threads_create_one_experiment(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    store = tmp_path / "runs"
    children = [_start(environment, _MANY_RUNS, str(store), str(n)) for n in range(8)]
    seen = 0
    while any(child.poll() is None for child in children):
        if (store / "store.json").exists():
            runs = list(open_store(store).runs())
            assert all(run.problems == () for run in runs)
            assert len(runs) >= seen
            seen = len(runs)
    _finish(children)
    reader = open_store(store)
    named = [item for item in reader.experiments() if item.name == "shared"]
    assert len(named) == 1
    runs = list(reader.runs())
    assert len(runs) == 8 * 2 * 3
    assert all(run.info.status == "FINISHED" for run in runs)
    assert all(run.data.summaries["loss"].count == 50 for run in runs)


def test_ranks_log_into_one_run(tmp_path: Path, environment: dict[str, str]) -> None:
    import reporter

    store = str(tmp_path / "runs")
    client = reporter.MlflowClient(store)
    run_id = client.create_run("0").info.run_id
    children = [_start(environment, _ONE_RUN, store, run_id, str(n)) for n in range(4)]
    reader = open_store(store)
    seen = 0
    while any(child.poll() is None for child in children):
        values = [v for item in reader.history([run_id], ["loss"]) for v in item.values.tolist()]
        assert len(values) == len(set(values)) >= seen
        seen = len(values)
    _finish(children)
    client.set_terminated(run_id)
    (series,) = reader.history([run_id], ["loss"])
    expected = [rank * 1000 + step for rank in range(4) for step in range(400)]
    assert sorted(series.values.tolist()) == expected
    assert reader.run(run_id).problems == ()
    assert reader.run(run_id).info.status == "FINISHED"
