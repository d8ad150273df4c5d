"""The stock MLflow server over a store of ours: REST, workers, artifacts, what its pages ask."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import urllib.error
import urllib.request

import pytest

from reporter.store.reader import open_store

pytestmark = pytest.mark.slow

CLIENT = """
    import sys, mlflow
    mlflow.set_tracking_uri(sys.argv[1])
    mlflow.set_experiment("served")
    with mlflow.start_run(run_name=sys.argv[2]):
        mlflow.log_params({"lr": 0.1, "who": sys.argv[2]})
        for step in range(20):
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
        mlflow.log_metrics({"a": 1.0, "b": 2.0}, step=3)
        mlflow.set_tag("team", "blue")
        mlflow.log_text("hello " + sys.argv[2], "notes/a.txt")
        print(mlflow.active_run().info.run_id)
"""


def ask(address, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{address}{path}", data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or b"null")


def status_of(address, path, body=None):
    try:
        ask(address, path, body)
    except urllib.error.HTTPError as error:
        return error.code
    return 200


def test_clients_write_through_the_server(served, build_site):
    store, address = served
    code = textwrap.dedent(CLIENT)
    clients = [
        subprocess.Popen(
            [sys.executable, "-c", code, address, name],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for name in ("one", "two")
    ]
    ids = [client.communicate(timeout=120)[0].split()[0] for client in clients]
    (experiment,) = [e for e in open_store(store).experiments() if e.name == "served"]
    body = {"experiment_ids": [experiment.experiment_id], "filter": "params.who = 'two'"}
    found = ask(address, "/api/2.0/mlflow/runs/search", body)["runs"]
    assert [run["info"]["run_id"] for run in found] == [ids[1]]
    history = f"/api/2.0/mlflow/metrics/get-history?run_id={ids[0]}&metric_key=loss"
    assert len(ask(address, history)["metrics"]) == 20
    listed = ask(address, f"/api/2.0/mlflow/artifacts/list?run_id={ids[0]}&path=notes")
    assert [file["path"] for file in listed["files"]] == ["notes/a.txt"]
    for run_id, name in zip(ids, ("one", "two"), strict=True):
        run = open_store(store).run(run_id)
        assert (run.info.run_name, run.info.status) == (name, "FINISHED")
        assert run.data.summaries["loss"].count == 20
        with open_store(store).open_artifact(run_id, "notes/a.txt") as file:
            assert file.read().decode() == f"hello {name}"
        assert "notes/a.txt" in build_site(f"reporter:{store}", run_id)


def test_what_the_pages_ask_for_is_answered(served):
    _, address = served
    run = ask(address, "/api/2.0/mlflow/runs/create", {"experiment_id": "0", "start_time": 1})
    run_id = run["run"]["info"]["run_id"]
    old, new = "/ajax-api/2.0/mlflow", "/ajax-api/3.0/mlflow"
    place = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}
    calls = [
        (f"{old}/experiments/search?max_results=10", None),
        (f"{old}/experiments/get?experiment_id=0", None),
        (f"{old}/runs/search", {"experiment_ids": ["0"]}),
        (f"{old}/runs/get?run_id={run_id}", None),
        (f"{old}/experiments/search-datasets", {"experiment_ids": ["0"]}),
        (f"{old}/metrics/get-history-bulk?run_id={run_id}&metric_key=m", None),
        (f"{old}/metrics/get-history-bulk-interval?run_ids={run_id}&metric_key=m", None),
        (f"{old}/artifacts/list?run_id={run_id}", None),
        (f"{old}/registered-models/search", None),
        (f"{old}/model-versions/search", None),
        (f"{old}/logged-models/search", {"experiment_ids": ["0"]}),
        (f"{new}/traces/search", {"locations": [place]}),
        (f"{new}/datasets/search", {"experiment_ids": ["0"]}),
        (f"{new}/scorers/list?experiment_id=0", None),
        (f"{new}/gateway/endpoints/list", None),
    ]
    wrong = {call[0]: code for call in calls if (code := status_of(address, *call)) != 200}
    version = urllib.request.urlopen(f"{address}/version").read().decode()
    if version.startswith("2."):
        wrong = {path: code for path, code in wrong.items() if "3.0" not in path}
        wrong.pop(f"{old}/logged-models/search", None)
    assert wrong == {}
    assert status_of(address, f"{old}/runs/get?run_id={'0' * 32}") == 404
    assert status_of(address, f"{old}/experiments/create", {"name": "Default"}) == 400


def test_artifacts_elsewhere_are_found_by_the_report(serve, tmp_path):
    """A server keeps artifacts where it was told to; the store notes the place."""
    store, place = tmp_path / "runs", tmp_path / "files"
    address = serve(f"reporter:{store}", place)
    code = textwrap.dedent(CLIENT)
    done = subprocess.run(
        [sys.executable, "-c", code, address, "one"],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    run_id = done.stdout.split()[0]
    assert not any("a.txt" in names for _, _, names in os.walk(store))
    with open_store(store).open_artifact(run_id, "notes/a.txt") as file:
        assert file.read() == b"hello one"
