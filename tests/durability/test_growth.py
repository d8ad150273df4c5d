"""Cost and memory of a call stay flat however much a run has logged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

_SCRIPT = """
import json, resource, sys, time
import reporter
reporter.set_tracking_uri(sys.argv[1])
reporter.start_run()
keys = [f"metric/{n}" for n in range(1000)]
log = reporter.log_metric
for key in keys:
    log(key, 0.0)
times, memory = [], []
for part in range(10):
    start = time.process_time()
    for step in range(int(sys.argv[2])):
        log(keys[step % 1000], 0.5, step=step)
    times.append(time.process_time() - start)
    memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(json.dumps([times, memory]), flush=True)
import os
os._exit(0)
"""


# A tenth of the points of a run; ten million in all each night.
N_POINTS = 1_000_000 if int(os.environ.get("RUNPAGES_KILL_TRIALS", "0")) >= 50 else 30_000


@pytest.mark.skipif(sys.platform == "win32", reason="the resource module is of POSIX systems")
def test_a_thousand_keys_and_many_points(tmp_path: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(tmp_path / "runs"), str(N_POINTS)],
        env=environment,
        capture_output=True,
        check=True,
    )
    times, memory = json.loads(done.stdout)
    # Medians of CPU time: a call of the last third costs what one of the first third did.
    assert sorted(times[-3:])[1] < 2 * sorted(times[:3])[1]
    assert memory[-1] - memory[0] < 2_000  # kilobytes
