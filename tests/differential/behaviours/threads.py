"""Threads and processes: each thread has its own stack of active runs."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

from tests.differential.recorder import behaviour


def _in_thread(function):
    found = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    return found[0] if found else "died"


@behaviour
def a_stack_for_each_thread(mlflow, see):
    with mlflow.start_run() as run:
        see("other thread", _in_thread(lambda: mlflow.active_run() is None))

        def start():
            with mlflow.start_run() as other:
                return other.info.run_id != run.info.run_id and (
                    "mlflow.parentRunId" not in other.data.tags
                )

        see("starts its own", _in_thread(start))
        see("here", mlflow.active_run().info.run_id == run.info.run_id)


@behaviour
def runs_in_parallel(mlflow, see):
    def train(number):
        with mlflow.start_run(run_name=str(number)):
            mlflow.log_param("number", number)
            for step in range(5):
                mlflow.log_metric("m", number * step, step=step)

    threads = [threading.Thread(target=train, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    runs = mlflow.search_runs(output_format="list", order_by=["run_name"])
    see("names", [run.info.run_name for run in runs])
    see("metrics", [run.data.metrics["m"] for run in runs])
    see("statuses", sorted({run.info.status for run in runs}))


@behaviour
def children_in_threads(mlflow, see):
    with mlflow.start_run() as parent:

        def child():
            with mlflow.start_run(parent_run_id=parent.info.run_id) as run:
                return run.data.tags["mlflow.parentRunId"] == parent.info.run_id

        see("by id", _in_thread(child))

        def nested():
            with mlflow.start_run(nested=True) as run:
                return run.data.tags.get("mlflow.parentRunId")

        see("nested alone", _in_thread(nested))


@behaviour
def experiment_chosen_elsewhere(mlflow, see):
    chosen = mlflow.set_experiment("a")

    def start():
        with mlflow.start_run() as run:
            return run.info.experiment_id == chosen.experiment_id

    see("in a thread", _in_thread(start))


@behaviour
def last_active_run_of_a_thread(mlflow, see):
    with mlflow.start_run() as run:
        pass

    def start():
        with mlflow.start_run():
            pass

    _in_thread(start)
    see("here", mlflow.last_active_run().info.run_id == run.info.run_id)


def _script(mlflow, see, text, **environment):
    code = f"import {mlflow.__name__} as mlflow\n{text}"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env={**os.environ, **environment},
        cwd=see.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.split()


@behaviour
def a_subprocess_inherits_the_uri(mlflow, see):
    text = "with mlflow.start_run(run_name='sub'):\n    mlflow.log_metric('m', 1)\nprint('done')"
    see("ran", _script(mlflow, see, text))
    see("seen", [run.info.run_name for run in mlflow.search_runs(output_format="list")])


@behaviour
def a_script_that_forgets_to_end(mlflow, see):
    _script(mlflow, see, "mlflow.start_run(run_name='open')\nmlflow.log_metric('m', 1)")
    (run,) = mlflow.search_runs(output_format="list")
    see("status", run.info.status)
    see("metrics", run.data.metrics)


@behaviour(differs={"status": "dying-script"})
def a_script_that_dies_of_an_error(mlflow, see):
    _script(mlflow, see, "mlflow.start_run()\nraise ValueError")
    (run,) = mlflow.search_runs(output_format="list")
    see("status", run.info.status)
