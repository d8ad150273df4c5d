"""Logging to an object store loses nothing either: killed, cut off, ended twice at once.

Children log to a real S3 server on loopback and acknowledge each call on a pipe. What the killed
ones left in their spool is taken up by 'report sync' or by the next process.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from reporter.store.reader import open_store
from tests import objectstore
from tests.objectstore import Bucket

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX systems"),
    pytest.mark.slow,
]
TRIALS = max(2, int(os.environ.get("RUNPAGES_KILL_TRIALS", "6")) // 2)

_LOGGING = """
import os, sys
import reporter
reporter.set_tracking_uri(sys.argv[1])
run = reporter.start_run(*sys.argv[2:])
say = lambda *words: os.write(1, (" ".join(map(str, words)) + chr(10)).encode())
say("run", run.info.run_id)
index = 0
while True:
    reporter.log_metric("loss", float(index), step=index); say("point", index)
    if index % 50 == 0:
        reporter.log_param(f"p{index}", index); say("param", index)
        reporter.log_text(str(index), f"t/{index}.txt"); say("file", index)
    index += 1
"""

_ENDING = """
import os, sys
import reporter
reporter.set_tracking_uri(sys.argv[1])
run = reporter.start_run()
os.write(1, f"run {run.info.run_id}\\n".encode())
index = -1
while True:
    for _ in range(20):
        index += 1
        reporter.log_metric("loss", float(index), step=index)
    os.write(1, f"point {index}\\n".encode())
    reporter.end_run()
    reporter.start_run(run_id=run.info.run_id)
"""


def _environment(environment: dict[str, str], bucket: Bucket) -> dict[str, str]:
    return {**environment, **bucket.environment}


def _child(script: str, bucket: Bucket, env: dict[str, str], *more: str) -> subprocess.Popen[bytes]:
    arguments = [sys.executable, "-c", script, bucket.uri, *more]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, env=_environment(env, bucket))


def _kill_after(child: subprocess.Popen[bytes], seconds: float) -> list[str]:
    """Kill a child so long after its first word; return what it acknowledged."""
    assert child.stdout is not None
    first = child.stdout.readline()
    time.sleep(seconds)
    os.kill(child.pid, signal.SIGKILL)
    said = (first + child.stdout.read()).decode()
    child.wait()
    child.stdout.close()
    return said[: said.rfind("\n")].splitlines()


def _sync(bucket: Bucket, env: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "reporter.cli", "sync", bucket.uri],
        env=_environment(env, bucket),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _losses(bucket: Bucket, run_id: str) -> list[float]:
    return [v for item in open_store(bucket.uri).history([run_id]) for v in item.values.tolist()]


def _spooled(bucket: Bucket) -> list[str]:
    root = bucket.environment["REPORTER_SPOOL"]
    return os.listdir(root) if os.path.isdir(root) else []


@pytest.mark.parametrize("trial", range(TRIALS))
def test_every_acknowledged_call_survives(
    bucket: Bucket, environment: dict[str, str], trial: int
) -> None:
    said = _kill_after(_child(_LOGGING, bucket, environment), random.uniform(0.0, 2.0))
    run_id = said[0].split()[1]
    assert _sync(bucket, environment) == "1 run uploaded.\n"
    assert _spooled(bucket) == []
    reader = open_store(bucket.uri)
    run = reader.run(run_id)
    assert (run.info.status, run.is_live, run.problems) == ("RUNNING", False, ())
    told = [line.split() for line in said[1:]]
    found = _losses(bucket, run_id)
    points = {float(number) for word, number in told if word == "point"}
    assert set(found) >= points
    assert max(Counter(found).values(), default=1) == 1
    assert len(found) <= len(points) + 1
    for word, number in told:
        if word == "param":
            assert run.data.params[f"p{number}"] == number
        if word == "file":
            with reader.open_artifact(run_id, f"t/{number}.txt") as file:
                assert file.read().decode() == number


@pytest.mark.parametrize("trial", range(TRIALS))
def test_kill_while_ending_folding_and_resuming(
    bucket: Bucket, environment: dict[str, str], trial: int
) -> None:
    said = _kill_after(_child(_ENDING, bucket, environment), random.uniform(0.3, 3.0))
    run_id = said[0].split()[1]
    _sync(bucket, environment)
    last = max([int(line.split()[1]) for line in said[1:]], default=-1)
    before = _losses(bucket, run_id)
    assert set(before) >= {float(index) for index in range(last + 1)}
    assert max(Counter(before).values(), default=1) == 1
    done = subprocess.run(
        [sys.executable, "-m", "reporter.cli", "compact", bucket.uri],
        env=_environment(environment, bucket),
        check=False,
    )
    assert done.returncode == 0
    assert sorted(_losses(bucket, run_id)) == sorted(before)


def test_the_next_process_takes_up_what_a_killed_one_left(
    bucket: Bucket, environment: dict[str, str]
) -> None:
    slow = {**environment, "REPORTER_UPLOAD_SECONDS": "3600"}
    bucket.environment.pop("REPORTER_UPLOAD_SECONDS")
    said = _kill_after(_child(_LOGGING, bucket, slow), 0.3)
    run_id = said[0].split()[1]
    script = """
import sys, reporter
reporter.set_tracking_uri(sys.argv[1])
with reporter.start_run():
    pass
"""
    child = _child(script, bucket, slow)
    assert child.communicate(timeout=120)[0] == b""
    points = {float(line.split()[1]) for line in said if line.startswith("point")}
    assert set(_losses(bucket, run_id)) >= points


def test_a_live_run_shows_after_the_interval(bucket: Bucket, environment: dict[str, str]) -> None:
    child = _child(_LOGGING, bucket, environment)
    assert child.stdout is not None
    run_id = child.stdout.readline().split()[1].decode()
    try:
        child.stdout.readline()
        deadline = time.monotonic() + 60
        while f"/{run_id}/events-" not in "\n".join(bucket.names()):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        run = open_store(bucket.uri).run(run_id)
        assert run.info.status == "RUNNING"
        assert run.is_live
    finally:
        child.kill()
        child.communicate()


def test_two_processes_in_one_run_lose_nothing_when_both_end(
    bucket: Bucket, environment: dict[str, str]
) -> None:
    script = """
import sys, reporter
reporter.set_tracking_uri(sys.argv[1])
rank = int(sys.argv[3])
with reporter.start_run(run_id=sys.argv[2]):
    for step in range(2_000):
        reporter.log_metric(f"loss_{rank}", step, step=step)
        reporter.log_metric("both", 2 * step + rank, step=step)
"""
    start = "import sys, reporter\nreporter.set_tracking_uri(sys.argv[1])\n"
    start += "print(reporter.MlflowClient().create_run('0').info.run_id)"
    run_id = _child(start, bucket, environment).communicate()[0].decode().strip()
    ranks = [_child(script, bucket, environment, run_id, str(rank)) for rank in range(2)]
    assert [rank.communicate() and rank.returncode for rank in ranks] == [0, 0]
    for fold in (False, True):
        if fold:
            subprocess.run(
                [sys.executable, "-m", "reporter.cli", "compact", bucket.uri],
                env=_environment(environment, bucket),
                check=True,
            )
        series = {s.key: s.values.tolist() for s in open_store(bucket.uri).history([run_id])}
        assert sorted(series["both"]) == list(range(4_000))
        assert series["loss_0"] == series["loss_1"] == list(range(2_000))
    names = [name.rpartition("/")[2] for name in bucket.names() if run_id in name]
    assert {"run.parquet", "metrics.parquet"} <= set(names)
    assert _spooled(bucket) == []


@pytest.mark.parametrize("ending", ["exit", "error", "sigterm"])
def test_what_an_ending_process_still_holds_is_uploaded(
    bucket: Bucket, environment: dict[str, str], ending: str
) -> None:
    env = {**environment, "REPORTER_UPLOAD_SECONDS": "3600"}
    bucket.environment.pop("REPORTER_UPLOAD_SECONDS")
    script = f"""
import sys, time, reporter
reporter.set_tracking_uri(sys.argv[1])
run = reporter.start_run()
reporter.log_metric("loss", 1.0)
reporter.log_text("x" * 1000, "note.txt")
print(run.info.run_id, flush=True)
if {ending!r} == "error":
    raise SystemError("on purpose")
if {ending!r} == "sigterm":
    time.sleep(600)
"""
    child = subprocess.Popen(
        [sys.executable, "-c", script, bucket.uri],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(env, bucket),
    )
    assert child.stdout is not None
    run_id = child.stdout.readline().decode().strip()
    if ending == "sigterm":
        child.terminate()
    child.communicate(timeout=120)
    run = open_store(bucket.uri).run(run_id)
    expected = {"exit": "FINISHED", "error": "FAILED", "sigterm": "KILLED"}
    assert run.info.status == expected[ending]
    assert run.data.metrics == {"loss": 1.0}
    names = [name.rpartition("/")[2] for name in bucket.names() if run_id in name]
    assert sorted(names) == ["metrics.parquet", "note.txt", "run.parquet"]
    assert _spooled(bucket) == []


def test_a_forked_child_logs_into_its_parents_run(
    bucket: Bucket, environment: dict[str, str]
) -> None:
    script = """
import os, sys, reporter
reporter.set_tracking_uri(sys.argv[1])
with reporter.start_run() as run:
    reporter.log_metric("loss", 0.0, step=0)
    reporter.get_run(run.info.run_id)  # connections are open when it forks
    child = os.fork()
    if child == 0:
        for step in range(1, 100):
            reporter.log_metric("loss", float(step), step=step)
        os._exit(0)
    os.waitpid(child, 0)
print(run.info.run_id)
"""
    done = _child(script, bucket, environment)
    run_id = done.communicate(timeout=120)[0].decode().strip()
    assert done.returncode == 0
    assert _losses(bucket, run_id) == [float(step) for step in range(100)]


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[objectstore.Server]:
    """A server that a test may stop."""
    with objectstore.running_server() as server:
        yield server


def test_a_bucket_that_is_gone_hurts_no_training(
    own_server: objectstore.Server,
    environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The server is away from the start: one warning, everything kept, uploaded when it is back."""
    bucket = objectstore.make_bucket(own_server, "away")
    bucket.environment |= objectstore.folders(tmp_path) | {"REPORTER_UPLOAD_SECONDS": "3600"}
    own_server.stop()
    script = """
import sys, time, reporter
reporter.set_tracking_uri(sys.argv[1])
reporter.set_experiment("cut off")
start = time.monotonic()
for number in range(3):
    with reporter.start_run(run_name=f"run {number}") as run:
        reporter.log_param("number", number)
        reporter.log_metrics({"loss": 0.5})
        reporter.log_text("kept", "note.txt")
print(time.monotonic() - start, run.info.run_id)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, bucket.uri],
        env=_environment(environment, bucket),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seconds, run_id = done.stdout.split()
    assert float(seconds) < 20
    assert done.stderr.count("UserWarning") == 1
    assert "'report sync'" in done.stderr
    assert "Cannot" in done.stderr and bucket.uri in done.stderr
    _assert_no_secret(done.stderr)
    assert len(_spooled(bucket)) == 1
    own_server.start()
    objectstore.make_bucket(own_server, "away")
    assert _sync(bucket, environment) == "3 runs uploaded.\n"
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    reader = open_store(bucket.uri)
    assert [item.name for item in reader.experiments()] == ["cut off"]
    assert sorted(run.info.run_name for run in reader.runs()) == ["run 0", "run 1", "run 2"]
    with reader.open_artifact(run_id, "note.txt") as file:
        assert file.read() == b"kept"
    assert _spooled(bucket) == []


def _assert_no_secret(text: str) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        assert objectstore.CREDENTIALS[name] not in text


def test_credentials_end_nowhere(
    bucket: Bucket, environment: dict[str, str], tmp_path: Path
) -> None:
    """Not in the store, the spool, the mirror, the site, or anything that is printed."""
    script = """
import sys, reporter
reporter.set_tracking_uri(sys.argv[1])
reporter.set_experiment("private")
with reporter.start_run(capture_output=True):
    print("hello")
    reporter.log_metric("loss", 1.0)
"""
    printed = ""
    env = _environment(environment, bucket)
    for arguments in (
        ["-c", script, bucket.uri],
        ["-m", "reporter.cli", "list", bucket.uri],
        ["-m", "reporter.cli", "build", bucket.uri, "-o", str(tmp_path / "site")],
        ["-m", "reporter.cli", "verify", bucket.uri],
    ):
        done = subprocess.run(
            [sys.executable, *arguments], env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        printed += done.stdout + done.stderr
    _assert_no_secret(printed)
    for content in bucket.contents().values():
        _assert_no_secret(content.decode("latin-1"))
    for parent, _, names in os.walk(tmp_path):
        for name in names:
            _assert_no_secret(Path(parent, name).read_bytes().decode("latin-1"))
    assert (tmp_path / "site" / "index.html").is_file()
