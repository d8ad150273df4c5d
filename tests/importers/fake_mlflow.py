"""A small MLflow server in the standard library: pages, credentials, faults on request.

Its answers have the shape that MLflow 3.17 gives; tests/mlflow asks a real one.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit


class FakeMlflow:
    """Serves what its attributes hold, as long as it is entered."""

    def __init__(self):
        self.experiments = []
        self.runs = []
        self.histories = {}
        self.files = {}
        self.models = []
        self.versions = []
        self.traces = []
        self.page_size = 2
        self.authorization = ""
        self.is_old = False
        # (method or file path) -> answers to give before the right one: a status, "drop" or "cut".
        self.faults = {}
        self.redirect_to = ""
        self.asked = Counter()
        self.seen_credentials = []

    def add_run(self, run_id, experiment_id="1", **info):
        run = {
            "info": {
                "run_id": run_id,
                "run_uuid": run_id,
                "experiment_id": experiment_id,
                "run_name": info.pop("run_name", f"run {run_id[:2]}"),
                "status": "FINISHED",
                "start_time": 1_000,
                "end_time": 2_000,
                "lifecycle_stage": "active",
                "artifact_uri": f"mlflow-artifacts:/{experiment_id}/{run_id}/artifacts",
                **info,
            },
            "data": {},
            "inputs": {},
        }
        self.runs.append(run)
        return run

    def add_series(self, run_id, key, values):
        run = next(run for run in self.runs if run["info"]["run_id"] == run_id)
        points = [
            {"key": key, "value": value, "timestamp": 1_000 + step, "step": step}
            for step, value in enumerate(values)
        ]
        self.histories[run_id, key] = points
        run["data"].setdefault("metrics", []).append(points[-1])

    def __enter__(self):
        fake = self

        class Handler(_Handler):
            mlflow = fake

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def page(self, items, token, key):
        start = int(token or 0)
        found = {key: items[start : start + self.page_size]}
        if start + self.page_size < len(items):
            found["next_page_token"] = str(start + self.page_size)
        return found

    def listed(self, run_id, path):
        prefix = f"{path}/" if path else ""
        found = {}
        for (owner, name), data in self.files.items():
            if owner == run_id and name.startswith(prefix):
                head, slash, _ = name[len(prefix) :].partition("/")
                size = {} if slash else {"file_size": len(data)}
                found[prefix + head] = {"path": prefix + head, "is_dir": bool(slash), **size}
        return list(found.values())


class _Handler(BaseHTTPRequestHandler):
    mlflow: FakeMlflow
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Say nothing."""

    def do_GET(self):
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        self.answer(parts.path, query)

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        self.answer(urlsplit(self.path).path, json.loads(self.rfile.read(length)))

    def answer(self, path, query):
        fake = self.mlflow
        name = path.rpartition("/2.0/mlflow/")[2] or path
        fake.asked[name] += 1
        fake.seen_credentials.append(self.headers.get("Authorization", ""))
        if fake.redirect_to:
            self.send(302, b"", {"Location": fake.redirect_to + self.path})
        elif fake.authorization and self.headers.get("Authorization") != fake.authorization:
            self.send(401, b"no")
        elif (fault := self.fault(name)) == "drop":
            self.connection.close()
        elif isinstance(fault, int):
            self.send(fault, json.dumps({"message": f"planned {fault}"}).encode())
        elif "/mlflow-artifacts/artifacts/" in path:
            self.send_file(path, fault == "cut")
        elif (found := self.find(name, query)) is None:
            self.send(404, b"<html>no such thing</html>")
        else:
            self.send(200, json.dumps(found).encode())

    def fault(self, name):
        for key, waiting in self.mlflow.faults.items():
            if key in name and waiting:
                return waiting.pop(0)
        return None

    def find(self, name, query):
        fake, token = self.mlflow, query.get("page_token")
        if name == "experiments/search" and not fake.is_old:
            return fake.page(fake.experiments, token, "experiments")
        if name == "experiments/list" and fake.is_old:
            return {"experiments": fake.experiments}
        if name == "runs/search":
            wanted = query["experiment_ids"]
            runs = [run for run in fake.runs if run["info"]["experiment_id"] in wanted]
            return fake.page(runs, token, "runs")
        if name == "metrics/get-history":
            points = fake.histories.get((query["run_id"], query["metric_key"]), [])
            return fake.page(points, token, "metrics")
        if name == "artifacts/list":
            return fake.page(fake.listed(query["run_id"], query.get("path", "")), token, "files")
        if name == "logged-models/search" and not fake.is_old:
            return fake.page(fake.models, token, "models")
        if name == "traces" and not fake.is_old:
            return fake.page(fake.traces, token, "traces")
        if name == "model-versions/search":
            return fake.page(fake.versions, token, "model_versions")
        return None

    def send_file(self, path, is_cut):
        _, run_id, rest = unquote(path).partition("/mlflow-artifacts/artifacts/")[2].split("/", 2)
        data = self.mlflow.files.get((run_id, rest.removeprefix("artifacts/")))
        if data is None:
            self.send(404, b"")
        elif is_cut:
            self.send(200, data, {"Content-Length": str(len(data) + 10)})
            self.close_connection = True
        else:
            self.send(200, data)

    def send(self, status, data, headers=()):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **dict(headers)}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
