"""What a training process does to itself: event loops, forks, hard exits, odd clocks, notebooks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reporter.model import Run
from reporter.store.reader import open_store

_SETUP = """
import os, sys, threading, time
import reporter
reporter.set_tracking_uri(sys.argv[1])
"""


def _run(
    script: str, store: Path, environment: dict[str, str], code: int = 0
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _SETUP + script, str(store)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr or code, done.stderr
    return done


def _runs(store: Path) -> list[Run]:
    runs = sorted(open_store(store).runs(), key=lambda run: run.info.run_name)
    assert all(run.problems == () for run in runs)
    return runs


def _values(store: Path, key: str = "loss") -> list[float]:
    ids = [run.info.run_id for run in _runs(store)]
    return [v for item in open_store(store).history(ids, [key]) for v in item.values.tolist()]


def test_coroutines_share_the_run_of_their_thread(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    script = """
import asyncio
async def work(number):
    for step in range(25):
        reporter.log_metric(f"task_{number}", step, step=step)
        await asyncio.sleep(0)
        await asyncio.to_thread(reporter.log_metric, "in_threads", step, step=step, run_id=run_id)
async def main():
    await asyncio.gather(*(work(n) for n in range(8)))
with reporter.start_run() as run:
    run_id = run.info.run_id
    asyncio.run(main())
"""
    _run(script, tmp_path, environment)
    (run,) = _runs(tmp_path)
    counts = {key: item.count for key, item in run.data.summaries.items()}
    assert counts == {**{f"task_{n}": 25 for n in range(8)}, "in_threads": 200}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork is of POSIX systems")
def test_workers_forked_while_threads_log(tmp_path: Path, environment: dict[str, str]) -> None:
    """As a DataLoader does in the middle of training: neither side waits for the other's lock."""
    script = """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)  # forking with threads, from Python 3.12 on
run = reporter.start_run(run_name="parent")
is_over = threading.Event()
def log(number):
    step = 0
    while not is_over.is_set() or step < 200:
        reporter.log_metric(f"thread_{number}", step, step=step, run_id=run.info.run_id)
        step += 1
threads = [threading.Thread(target=log, args=(n,)) for n in range(3)]
[t.start() for t in threads]
children = []
for number in range(8):
    pid = os.fork()
    if pid == 0:
        for step in range(50):
            reporter.log_metric("loss", number * 100 + step, step=step, run_id=run.info.run_id)
        os._exit(0)
    children.append(pid)
statuses = [os.waitpid(pid, 0)[1] for pid in children]
is_over.set()
[t.join() for t in threads]
reporter.end_run()
assert statuses == [0] * 8, statuses
"""
    _run(script, tmp_path, environment)
    assert sorted(_values(tmp_path)) == [n * 100.0 + step for n in range(8) for step in range(50)]
    for number in range(3):
        values = _values(tmp_path, f"thread_{number}")
        assert values == [float(n) for n in range(len(values))]
        assert len(values) >= 200


def test_process_pool_children_log_into_runs_of_their_own(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    script = tmp_path / "pool.py"
    script.write_text(
        """
import multiprocessing, sys
import reporter
def work(number):
    reporter.set_tracking_uri(sys.argv[1])
    with reporter.start_run(run_name=f"worker-{number}"):
        for step in range(20):
            reporter.log_metric("loss", number * 100 + step, step=step)
if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(work, range(6))
"""
    )
    store = tmp_path / "runs"
    subprocess.run([sys.executable, str(script), str(store)], env=environment, check=True)
    assert [run.info.run_name for run in _runs(store)] == [f"worker-{n}" for n in range(6)]
    assert len(_values(store)) == 120


@pytest.mark.parametrize(
    ("ending", "status"),
    [("os._exit(0)", "RUNNING"), ("os.abort()", "RUNNING"), ("sys.exit(0)", "FINISHED")],
)
def test_hard_exits_keep_what_was_logged(
    tmp_path: Path, environment: dict[str, str], ending: str, status: str
) -> None:
    if os.name != "posix" and "abort" in ending:
        pytest.skip("abort opens a dialogue on Windows")
    script = f"""
reporter.start_run()
for step in range(100):
    reporter.log_metric("loss", step, step=step)
reporter.log_param("lr", 0.1)
reporter.log_text("hello", "a.txt")
{ending}
"""
    _run(script, tmp_path, environment, code=-6 if "abort" in ending else 0)
    (run,) = _runs(tmp_path)
    assert (run.info.status, run.is_live) == (status, False)
    assert run.data.params == {"lr": "0.1"}
    assert _values(tmp_path) == [float(n) for n in range(100)]
    with open_store(tmp_path).open_artifact(run.info.run_id, "a.txt") as file:
        assert file.read() == b"hello"


def test_logging_while_the_interpreter_shuts_down(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """Exit handlers of others may still log; threads that never end must not hold up the exit."""
    script = """
import atexit
atexit.register(lambda: reporter.log_metric("late", 1.0))
run = reporter.start_run()
atexit.register(lambda: reporter.log_metric("late", 2.0))
def forever():
    step = 0
    while True:
        try:
            reporter.log_metric("loss", step, step=step, run_id=run.info.run_id)
        except reporter.ReporterError:
            return  # closed meanwhile
        step += 1
        time.sleep(0.001)
threading.Thread(target=forever, daemon=True).start()
time.sleep(0.1)
"""
    _run(script, tmp_path, environment)
    (run,) = _runs(tmp_path)
    assert run.info.status == "FINISHED"
    assert _values(tmp_path, "late") == [2.0, 1.0]
    values = _values(tmp_path)
    assert values == [float(n) for n in range(len(values))]
    assert len(values) > 10


def test_logging_from_a_destructor_at_the_very_end(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """Nothing can be imported any more: it is refused, and what was there stays."""
    script = """
run = reporter.start_run()
reporter.log_metric("loss", 0.0)
class Last:
    def __del__(self):
        try:
            reporter.log_metric("loss", 1.0, step=1, run_id=run.info.run_id)
        except BaseException:
            print("too late", flush=True)
last = Last()
"""
    assert _run(script, tmp_path, environment).stdout == "too late\n"
    assert _values(tmp_path) == [0.0]


def test_clock_that_goes_backwards(tmp_path: Path, environment: dict[str, str]) -> None:
    """Order is that of the calls; times are what the clock said."""
    script = """
real = time.time_ns
hours = [0]
time.time_ns = lambda: real() - hours[0] * 3_600_000_000_000
with reporter.start_run() as run:
    reporter.set_tag("phase", "one")
    reporter.log_param("p", 1)
    for step in range(10):
        hours[0] += 1
        reporter.log_metric("loss", step, step=step)
        reporter.set_tag("phase", f"step {step}")
    reporter.log_metric("last", 1.0, step=0)
    reporter.log_metric("last", 2.0, step=0)
"""
    _run(script, tmp_path, environment)
    (run,) = _runs(tmp_path)
    assert run.info.status == "FINISHED"
    assert run.data.tags["phase"] == "step 9"
    assert run.info.start_time is not None
    assert run.info.end_time is not None
    assert run.info.end_time < run.info.start_time - 9 * 3_600_000
    assert run.duration_ms == 0
    assert _values(tmp_path) == [float(n) for n in range(10)]
    assert run.data.metrics["loss"] == 9.0


def test_notebook_that_is_restarted(tmp_path: Path, environment: dict[str, str]) -> None:
    """A kernel is killed and the same cells run again, into the same run and into a new one."""
    first = """
run = reporter.start_run(run_name="first")
reporter.log_param("lr", 0.1)
for step in range(10):
    reporter.log_metric("loss", step, step=step)
print(run.info.run_id, flush=True)
os.kill(os.getpid(), 9)
"""
    if os.name != "posix":
        pytest.skip("SIGKILL is of POSIX systems")
    run_id = _run(first, tmp_path, environment, code=-9).stdout.strip()
    (killed,) = _runs(tmp_path)
    assert (killed.info.status, killed.is_live) == ("RUNNING", False)
    again = f"""
with reporter.start_run(run_id={run_id!r}):
    reporter.log_param("lr", 0.1)  # the same value: allowed
    for step in range(8, 15):
        reporter.log_metric("loss", 100 + step, step=step)
with reporter.start_run(run_name="second"):
    reporter.log_metric("loss", 1000)
"""
    _run(again, tmp_path, environment)
    one, two = _runs(tmp_path)
    assert (one.info.run_id, one.info.status, two.info.status) == (run_id, "FINISHED", "FINISHED")
    (series,) = open_store(tmp_path).history([run_id])
    assert series.values.tolist() == [*range(10), *range(108, 115)]
    assert one.data.metrics["loss"] == 114.0


def test_cell_that_is_run_twice(tmp_path: Path, environment: dict[str, str]) -> None:
    """Starting a run while one is active says what to do, and harms neither."""
    script = """
import json
reporter.start_run(run_name="a")
try:
    reporter.start_run(run_name="b")
except reporter.ReporterError as error:
    print(json.dumps(str(error)))
reporter.log_metric("loss", 1)
reporter.end_run()
reporter.end_run()
"""
    said = json.loads(_run(script, tmp_path, environment).stdout)
    assert "end_run()" in said
    (run,) = _runs(tmp_path)
    assert (run.info.run_name, run.data.metrics) == ("a", {"loss": 1.0})
