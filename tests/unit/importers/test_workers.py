"""Many runs are read by several processes, and what comes out is the same."""

from __future__ import annotations

import operator
import os
import signal

import pytest

from reporter.importers import import_sources, workers
from reporter.importers.workers import Crew
from tests.unit.importers.mlruns import make_experiment, make_run


@pytest.fixture(autouse=True)
def _help_early(monkeypatch):
    monkeypatch.setattr(workers, "_MIN_TASKS", 5)
    monkeypatch.setattr(workers, "_TASKS_BEFORE_HELP", 1)


def run_all(function, tasks, n_helpers=2):
    """Run tasks; returns sorted results and how many of them a helper was handed."""
    results = []
    with Crew(function, n_helpers) as crew:
        crew.expect(len(tasks))
        for task in tasks:
            results += crew.run(task)
        n_handed = sum(helper._count for helper in crew._helpers)
        results += crew.rest()
    return sorted(results), n_handed


def test_helpers_do_some_of_the_work():
    results, n_handed = run_all(operator.mul, [(2, n) for n in range(500)])
    assert results == [2 * n for n in range(500)] and n_handed > 0


def test_few_tasks_start_no_helper():
    results, n_handed = run_all(operator.mul, [(2, 1)])
    assert results == [2] and n_handed == 0


def test_what_cannot_be_pickled_is_done_here():
    results, n_handed = run_all(sum, [((n for n in (1, 2)),)] * 10)
    assert n_handed == 0 and len(results) == 10


def test_an_error_in_a_helper_is_raised_here():
    with pytest.raises(ZeroDivisionError):
        run_all(operator.truediv, [(1, n % 7) for n in range(50)])


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as POSIX has them")
def test_what_a_dead_helper_had_is_done_here():
    results = []
    with Crew(operator.mul, 2) as crew:
        crew.expect(100)
        for n in range(100):
            results += crew.run((2, n))
            if n == 50:
                for helper in crew._helpers:
                    os.kill(helper._process.pid, signal.SIGKILL)
        results += crew.rest()
    assert sorted(results) == [2 * n for n in range(100)]


def test_helpers_import_what_one_process_imports(tmp_path, monkeypatch):
    experiment = make_experiment(tmp_path / "mlruns")
    for n in range(40):
        text = f"{n + 1} 0.5 1\nbroken\n"
        make_run(experiment, str(n), metrics={"m": text}, artifacts={"a.txt": b"%d" % n})
    tables = {}
    for n_helpers in (0, 2):
        monkeypatch.setattr(workers, "_spare_processors", lambda n=n_helpers: n)
        store = tmp_path / f"runs{n_helpers}"
        result = import_sources([str(tmp_path / "mlruns")], str(store))
        files = {
            path.relative_to(store): path.read_bytes()
            for path in store.rglob("*")
            if path.is_file()
        }
        tables[n_helpers] = (files, [problem.where for problem in result.problems])
        assert result.sources[0].n_new == 40 and len(result.problems) == 40
    assert tables[0] == tables[2]
