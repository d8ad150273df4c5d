"""Many processes and threads on one store, and on one run, with readers at work all the time."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import reporter
from reporter.site.build import build
from reporter.site.writing.output import FolderOutput
from reporter.store.reader import open_store
from reporter.store.verify import verify_store

N_PROCESSES, N_THREADS, N_REPEATS, N_STEPS = 16, 2, 3, 50
N_RANKS, N_RANK_STEPS = 4, 400

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
            reporter.log_text(sys.argv[2], "who.txt")
threads = [threading.Thread(target=work, args=(n,)) for n in range(2)]
[t.start() for t in threads]; [t.join() for t in threads]
"""

# Ranks end at different times: each later one goes on while those before it have folded the run.
_ONE_RUN = """
import sys, time
import reporter
store, run_id, rank = sys.argv[1:]
reporter.set_tracking_uri(store)
with reporter.start_run(run_id=run_id):
    for step in range(400):
        reporter.log_metric("loss", int(rank) * 1000 + step, step=step)
        reporter.log_metric(f"rank_{rank}/loss", step, step=step)
        if step % 100 == 0:
            reporter.set_tag(f"rank_{rank}", str(step))
            time.sleep(0.1 * int(rank))
"""


def _start(environment: dict[str, str], script: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", script, *arguments],
        env=environment,
        stderr=subprocess.PIPE,
    )


def _finish(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        _, errors = child.communicate(timeout=240)
        assert child.returncode == 0, errors.decode()


class _Background:
    """Repeats a step in a thread until the block ends, and raises what it raised."""

    def __init__(self, step: object) -> None:
        self._step = step
        self._is_over = threading.Event()
        self._errors: list[BaseException] = []
        self._thread = threading.Thread(target=self._repeat)
        self.count = 0

    def __enter__(self) -> _Background:  # noqa: PYI034  # Self is Python 3.11's
        self._thread.start()
        return self

    def _repeat(self) -> None:
        try:
            while not self._is_over.is_set():
                self._step()  # type: ignore[operator]
                self.count += 1
        except BaseException as error:  # noqa: BLE001  # raised again by the main thread
            self._errors.append(error)

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()
        if self._errors:
            raise self._errors[0]


def test_everybody_at_once(tmp_path: Path, environment: dict[str, str]) -> None:
    """Sixteen processes of two threads, four ranks of one run, a reader and a builder."""
    store = str(tmp_path / "runs")
    client = reporter.MlflowClient(store)
    run_id = client.create_run("0").info.run_id
    seen: dict[str, int] = {}
    values_seen: list[int] = [0]

    def look() -> None:
        runs = list(open_store(store).runs())
        for run in runs:
            assert run.problems == ()
            count = sum(item.count for item in run.data.summaries.values())
            assert count >= seen.get(run.info.run_id, 0)
            seen[run.info.run_id] = count
        assert {run.info.run_id for run in runs} >= set(seen)
        history = open_store(store).history([run_id], ["loss"])
        values = [value for item in history for value in item.values.tolist()]
        assert len(values) == len(set(values)) >= values_seen[0]
        values_seen[0] = len(values)

    def compile_site() -> None:
        done = build(open_store(store), FolderOutput(str(tmp_path / "site"), store))
        assert done.problems == ()

    with _Background(look) as reader, _Background(compile_site) as builder:
        children = [_start(environment, _MANY_RUNS, store, str(n)) for n in range(N_PROCESSES)]
        children += [_start(environment, _ONE_RUN, store, run_id, str(n)) for n in range(N_RANKS)]
        _finish(children)
    assert reader.count > 1
    assert builder.count > 0
    client.set_terminated(run_id)
    _check_many(store)
    _check_ranks(store, run_id)
    assert list(verify_store(store)) == []


def _check_many(store: str) -> None:
    reader = open_store(store)
    (shared,) = [item for item in reader.experiments() if item.name == "shared"]
    runs = list(reader.runs([shared.experiment_id]))
    assert len(runs) == N_PROCESSES * N_THREADS * N_REPEATS
    assert len({run.info.run_name for run in runs}) == len(runs)
    for run in runs:
        assert run.info.status == "FINISHED"
        assert run.data.summaries["loss"].count == N_STEPS
        assert [item.path for item in run.artifacts] == ["who.txt"]
    series = reader.history([run.info.run_id for run in runs], ["loss"])
    assert all(item.values.tolist() == list(range(N_STEPS)) for item in series)


def _check_ranks(store: str, run_id: str) -> None:
    reader = open_store(store)
    (series,) = reader.history([run_id], ["loss"])
    expected = [rank * 1000 + step for rank in range(N_RANKS) for step in range(N_RANK_STEPS)]
    assert sorted(series.values.tolist()) == expected
    for rank in range(N_RANKS):
        (own,) = reader.history([run_id], [f"rank_{rank}/loss"])
        assert own.values.tolist() == list(range(N_RANK_STEPS))
    run = reader.run(run_id)
    assert run.problems == ()
    assert run.info.status == "FINISHED"
    assert {key: run.data.tags[key] for key in run.data.tags if key.startswith("rank_")} == {
        f"rank_{rank}": "300" for rank in range(N_RANKS)
    }


_LIVE = """
import sys, time
import reporter
reporter.set_tracking_uri(sys.argv[1])
run = reporter.start_run()
for line in sys.stdin:
    reporter.log_metric("loss", float(line), step=int(line))
    reporter.log_param(f"p{line.strip()}", line.strip())
    print(run.info.run_id, time.time(), flush=True)
"""


def test_live_run_is_seen_within_a_second(tmp_path: Path, environment: dict[str, str]) -> None:
    """At once, in fact: what a call has written is what the next reading finds."""
    child = subprocess.Popen(
        [sys.executable, "-c", _LIVE, str(tmp_path / "runs")],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        for step in range(20):
            child.stdin.write(f"{step}\n")
            child.stdin.flush()
            run_id, _ = child.stdout.readline().split()
            before = time.monotonic()
            run = open_store(tmp_path / "runs").run(run_id)
            assert time.monotonic() - before < 1.0
            assert run.data.metrics == {"loss": float(step)}
            assert run.data.params[f"p{step}"] == str(step)
            assert run.is_live
    finally:
        child.communicate()
    run = open_store(tmp_path / "runs").run(run_id)
    assert (run.info.status, run.is_live) == ("FINISHED", False)
