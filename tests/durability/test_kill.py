"""What a call has acknowledged survives SIGKILL of the process, at any moment, exactly once.

A child logs and acknowledges each call on a pipe; it is killed by pid at a random moment. The
number of trials is small here; ``RUNPAGES_KILL_TRIALS=50`` makes it a nightly job's.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

import reporter
from reporter.model import Run
from reporter.store.compact import compact_store
from reporter.store.reader import open_store
from reporter.store.verify import verify_store
from tests.builders import make_run, make_store

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX systems")
TRIALS = int(os.environ.get("RUNPAGES_KILL_TRIALS", "6"))

_LOGGING = """
import os, sys
import reporter
reporter.set_tracking_uri(sys.argv[1])
run = reporter.start_run()
say = lambda *words: os.write(1, (" ".join(map(str, words)) + chr(10)).encode())
say("run", run.info.run_id)
index = 0
while True:
    reporter.log_metric("loss", float(index), step=index); say("point", index)
    if index % 7 == 0:
        reporter.log_metrics({"a": index, "b": index}, step=index); say("pair", index)
    if index % 50 == 0:
        reporter.log_param(f"p{index}", index); say("param", index)
        reporter.set_tag("latest", index); say("tag", index)
        reporter.log_text(str(index), f"t/{index}.txt"); say("file", index)
    index += 1
"""

_ENDING = """
import os, sys
import reporter
reporter.set_tracking_uri(sys.argv[1])
run = reporter.start_run()
for index in range(300):
    reporter.log_metric("loss", float(index), step=index)
os.write(1, f"run {run.info.run_id}\\npoint 299\\nending 0\\n".encode())
while True:
    reporter.end_run()
    reporter.start_run(run_id=run.info.run_id)
    index += 1
    reporter.log_metric("loss", float(index), step=index)
    os.write(1, f"point {index}\\n".encode())
"""


def _kill_after(script: str, store: Path, seconds: float, environment: dict[str, str]) -> list[str]:
    """Run a script, kill it that long after its first word, and return what it acknowledged."""
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(store)], stdout=subprocess.PIPE, env=environment
    )
    assert child.stdout is not None
    first = child.stdout.readline()
    time.sleep(seconds)
    os.kill(child.pid, signal.SIGKILL)
    rest = child.stdout.read()
    child.wait()
    child.stdout.close()
    said = (first + rest).decode()
    return said[: said.rfind("\n")].splitlines()


@pytest.mark.parametrize("trial", range(TRIALS))
def test_every_acknowledged_call_survives(
    tmp_path: Path, environment: dict[str, str], trial: int
) -> None:
    seconds = random.uniform(0.0, 0.4)
    said = _kill_after(_LOGGING, tmp_path / "runs", seconds, environment)
    run_id = said[0].split()[1]
    reader = open_store(tmp_path / "runs")
    run = reader.run(run_id)
    series = {item.key: item.values.tolist() for item in reader.history([run_id])}
    told = [line.split() for line in said[1:]]
    assert run.info.status == "RUNNING"
    assert not run.is_live
    _assert_all_once(series.get("loss", []), [int(n) for word, n in told if word == "point"])
    for key in ("a", "b"):
        _assert_all_once(series.get(key, []), [int(n) for word, n in told if word == "pair"])
    for word, number in told:
        if word == "param":
            assert run.data.params[f"p{number}"] == number
        if word == "tag":
            assert int(run.data.tags["latest"]) >= int(number)
        if word == "file":
            with reader.open_artifact(run_id, f"t/{number}.txt") as file:
                assert file.read().decode() == number


def _assert_all_once(found: list[float], acknowledged: list[int]) -> None:
    assert set(found) >= {float(index) for index in acknowledged}
    assert max(Counter(found).values(), default=1) == 1
    assert len(found) <= len(acknowledged) + 1  # the one call that was under way


@pytest.mark.parametrize("trial", range(TRIALS))
def test_kill_while_ending_and_resuming(
    tmp_path: Path, environment: dict[str, str], trial: int
) -> None:
    seconds = random.uniform(0.1, 0.9)
    said = _kill_after(_ENDING, tmp_path / "runs", seconds, environment)
    run_id = said[0].split()[1]
    reader = open_store(tmp_path / "runs")
    points = [int(line.split()[1]) for line in said if line.startswith("point")]
    wanted = set(range(300)) | set(points)

    def found() -> list[float]:
        return [v for item in reader.history([run_id]) for v in item.values.tolist()]

    before = found()
    assert set(before) >= {float(index) for index in wanted}
    assert max(Counter(before).values()) == 1
    compact_store(str(tmp_path / "runs"))
    assert sorted(found()) == sorted(before)


def test_sigterm_ends_the_run_as_killed(tmp_path: Path, environment: dict[str, str]) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", _LOGGING, str(tmp_path / "runs")],
        stdout=subprocess.PIPE,
        env=environment,
    )
    assert child.stdout is not None
    run_id = child.stdout.readline().split()[1].decode()
    child.terminate()
    child.stdout.read()
    assert child.wait() == -signal.SIGTERM
    child.stdout.close()
    assert open_store(tmp_path / "runs").run(run_id).info.status == "KILLED"


def test_next_run_folds_what_an_exit_left(tmp_path: Path, environment: dict[str, str]) -> None:
    store = tmp_path / "runs"
    script = f"import reporter\nreporter.set_tracking_uri({str(store)!r})\nreporter.start_run()\n"
    for ending in ("", "reporter.end_run()\n"):
        subprocess.run([sys.executable, "-c", script + ending], env=environment, check=True)
    folders = [path for path in (store / "0").iterdir() if path.is_dir()]
    assert [sorted(os.listdir(path)) for path in folders] == [["run.parquet"]] * 2
    assert os.listdir(store / ".pending") == []


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        ("", "FINISHED"),
        ("1 / 0", "FAILED"),
        ("raise KeyboardInterrupt", "KILLED"),
        ("import os; os._exit(3)", "RUNNING"),
    ],
)
def test_script_that_just_stops(
    tmp_path: Path, environment: dict[str, str], ending: str, status: str
) -> None:
    script = (
        "import reporter, sys\n"
        f"reporter.set_tracking_uri({str(tmp_path / 'runs')!r})\n"
        "reporter.start_run()\nreporter.log_metric('loss', 1)\n"
        f"{ending}\n"
    )
    subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, check=False
    )
    (run,) = open_store(tmp_path / "runs").runs()
    assert (run.info.status, run.data.metrics) == (status, {"loss": 1.0})
    assert ("ZeroDivisionError" in run.data.tags.get("reporter.error", "")) == (ending == "1 / 0")


def _crowd(store: str, names: range, **options: object) -> dict[str, list[float]]:
    """Write runs and return their values."""
    return {
        make_run(store, f"run-{n}", metrics={"loss": [float(n), n + 0.5]}, **options): [n, n + 0.5]
        for n in names
    }


def _values(store: Path, run_id: str) -> list[float]:
    return [v for item in open_store(store).history([run_id]) for v in item.values.tolist()]


@pytest.mark.parametrize("trial", range(TRIALS))
@pytest.mark.parametrize("command", ["compact", "gc", "merge"])
def test_kill_during_maintenance(
    tmp_path: Path, environment: dict[str, str], command: str, trial: int
) -> None:
    """A maintenance command that is shot has changed nothing that cannot be gone on with."""
    store, other = tmp_path / "runs", tmp_path / "other"
    kept = _crowd(make_store(store), range(12), fold=command != "compact")
    gone = _crowd(str(store), range(12, 24), fold=command != "compact")
    if command == "gc":
        client = reporter.MlflowClient(str(store))
        for run_id in gone:
            client.delete_run(run_id)
    arguments = [str(store)]
    if command == "merge":
        make_store(other)
        kept |= gone
        arguments = [str(store), "-o", str(other)]
    child = subprocess.Popen(
        [sys.executable, "-m", "reporter.cli", command, *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    place, seen = (other if command == "merge" else store) / "0", _stamp(tmp_path)
    while _stamp(tmp_path) == seen and child.poll() is None:
        time.sleep(0.001)  # until it has begun to change something
    time.sleep(random.uniform(0.0, 0.03))
    child.kill()
    child.wait()
    for run_id, values in kept.items():
        if (place / run_id).exists():
            found = _values(place.parent, run_id)
            assert found == values or (command == "merge" and found == [])
    done = subprocess.run(
        [sys.executable, "-m", "reporter.cli", command, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    left = kept if command == "gc" else kept | gone
    assert {run.info.run_id: _values(place.parent, run.info.run_id) for run in _runs(place)} == left
    assert list(verify_store(str(place.parent))) == []


def _runs(place: Path) -> list[Run]:
    return list(open_store(place.parent).runs())


def _stamp(folder: Path) -> list[tuple[str, int]]:
    return [(parent, len(folders) + len(names)) for parent, folders, names in os.walk(folder)]
