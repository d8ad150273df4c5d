"""Importing from a real MLflow server: what its own client reads is what we import."""

from __future__ import annotations

import shutil

import pytest

from reporter.importers import import_sources, open_source
from reporter.store.reader import open_store
from tests.importers.mlflow_truth import compare
from tests.importers.truth import get_fixture

pytestmark = pytest.mark.slow
# As for databases: docs/importers.md.
EXCEPTIONS = {f"metric 'has_inf': {name} is" for name in ("digest", "max", "min", "nonfinite")}


@pytest.fixture
def address(serve, tmp_path):
    source = get_fixture("mlflow_3_server", tmp_path)
    copy = tmp_path / "server"
    shutil.copytree(source.folder, copy)
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return source, serve(f"sqlite:///{copy / 'mlflow.db'}", copy / "mlartifacts")


def unexpected(reader, source):
    lines = compare(reader, source.truth)
    return [line for line in lines if not any(known in line for known in EXCEPTIONS)]


def test_import_reproduces_the_truth(address, tmp_path):
    source, url = address
    store = tmp_path / "runs"
    result = import_sources([url], str(store))
    assert not unexpected(open_store(store), source)
    # The server itself cannot read the bucket of one experiment; another one has a trace.
    said = {problem.what for problem in result.problems}
    assert said == {"Traces left out", "Unreadable artifacts"}
    again = import_sources([url], str(store))
    assert [item.n_unchanged for item in again.sources] == [len(source.truth["runs"])]
    (run,) = [run for run in open_store(store).runs() if run.info.run_name == "model"]
    assert "model/MLmodel" in [artifact.path for artifact in run.artifacts]
    assert "mlflow.registeredModels" in run.data.tags
    with open_source(f"{url}/#/experiments/{_id_of('states', url)}") as reader:
        assert {item.name for item in reader.experiments()} == {"states"}


def _id_of(name, url):
    from mlflow import MlflowClient

    return MlflowClient(url).get_experiment_by_name(name).experiment_id


def test_what_the_plugin_keeps_comes_back_over_the_wire(served, tmp_path):
    from mlflow import MlflowClient

    _, url = served
    client = MlflowClient(url)
    run_id = client.create_run("0", run_name="there and back").info.run_id
    for step, value in enumerate([1.0, float("inf"), float("nan"), -2.0]):
        client.log_metric(run_id, "m", value, step=step, timestamp=step)
    client.log_text(run_id, "hello", "a b/ü.txt")
    client.set_terminated(run_id)
    import_sources([url], str(tmp_path / "runs"))
    store = open_store(tmp_path / "runs")
    (series,) = store.history([run_id])
    assert [str(value) for value in series.values] == ["1.0", "inf", "nan", "-2.0"]
    with store.open_artifact(run_id, "a b/ü.txt") as file:
        assert file.read() == b"hello"
