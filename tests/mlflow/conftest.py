"""Tests of the plugin for MLflow: they need MLflow, and say so where it is missing.

Run them in an environment with MLflow (docs/mlflow-plugin.md); `.ci/run` makes one.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

HERE = os.path.dirname(__file__)
IS_INSTALLED = importlib.util.find_spec("mlflow") is not None
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")


def pytest_collection_modifyitems(items):
    reason = pytest.mark.skip(reason="MLflow is not installed: see docs/mlflow-plugin.md")
    # MLflow's own code warns about what it does with other libraries: not under test here.
    lenient = pytest.mark.filterwarnings("default")
    for item in items:
        if str(item.path).startswith(HERE):
            item.add_marker(lenient if IS_INSTALLED else reason)


@pytest.fixture
def uri(tmp_path):
    return f"reporter:{tmp_path / 'runs'}"


@pytest.fixture
def client(uri):
    from mlflow import MlflowClient

    return MlflowClient(uri)


@pytest.fixture
def mlflow(uri):
    import mlflow

    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment("tried")
    yield mlflow
    while mlflow.active_run():
        mlflow.end_run()
    mlflow.autolog(disable=True)
    mlflow.set_tracking_uri(before)


class Servers:
    """MLflow's own servers, with two workers each, until they are stopped."""

    def __init__(self, folder):
        if importlib.util.find_spec("flask") is None:
            pytest.skip("MLflow's server needs Flask, which mlflow-skinny does not bring")
        self.folder = folder
        self.running = []

    def start(self, backend, destination):
        """Start a server over a backend store; return its address."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", backend]
        command += ["--artifacts-destination", str(destination), "--workers", "2"]
        log = self.folder / f"server-{port}.log"
        with log.open("wb") as output:
            server = subprocess.Popen(
                [*command, "--host", "127.0.0.1", "--port", str(port)],
                stdout=output,
                stderr=output,
                cwd=self.folder,
                start_new_session=True,
            )
        self.running.append(server)
        address = f"http://127.0.0.1:{port}"
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{address}/health", timeout=5).read()
            except OSError:
                time.sleep(0.1)
            else:
                return address
        pytest.fail(log.read_text())

    def stop(self):
        for server in self.running:
            os.killpg(server.pid, signal.SIGTERM)
        for server in self.running:
            server.wait(30)


@pytest.fixture
def serve(tmp_path):
    """Start MLflow's server over a backend store."""
    servers = Servers(tmp_path)
    yield servers.start
    servers.stop()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A store and the address of a server over it, for tests that leave others' runs alone."""
    folder = tmp_path_factory.mktemp("served")
    servers = Servers(folder)
    yield folder / "runs", servers.start(f"reporter:{folder / 'runs'}", folder / "runs")
    servers.stop()


@pytest.fixture
def build_site(tmp_path):
    """Build the site of a store with the command; return the page of a run."""

    def build(uri, run_id):
        site = tmp_path / "site"
        store = uri.removeprefix("reporter:")
        command = [sys.executable, "-m", "reporter.cli", "build", store, "-o", str(site)]
        done = subprocess.run(
            [*command, "--strict"], capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return (site / "run" / f"{run_id}.html").read_text(encoding="utf-8")

    return build
