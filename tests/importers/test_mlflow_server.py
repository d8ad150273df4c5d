"""Importing from an MLflow server: pages, credentials, faults. tests/mlflow asks a real one."""

from __future__ import annotations

import base64
import math

import pytest

from reporter.errors import InvalidInputError, StoreError
from reporter.importers import CERTAIN, LIKELY, NO, import_sources, mlflow_rest, open_source
from reporter.importers.mlflow_server import detect
from reporter.store.reader import open_store
from tests.importers.fake_mlflow import FakeMlflow

IDS = [f"{number:032x}" for number in range(1, 6)]
SECRET = "top-secret-token"


@pytest.fixture
def fake(monkeypatch):
    monkeypatch.setattr(mlflow_rest, "_WAITS_S", (0.0, 0.0))
    for name in ("TOKEN", "USERNAME", "PASSWORD"):
        monkeypatch.delenv(f"MLFLOW_TRACKING_{name}", raising=False)
    with FakeMlflow() as server:
        server.experiments = [
            {
                "experiment_id": str(number),
                "name": name,
                "lifecycle_stage": stage,
                "creation_time": number,
                "last_update_time": number + 1,
                "tags": [{"key": "team", "value": "blue"}],
            }
            for number, (name, stage) in enumerate(
                [("Default", "active"), ("one", "active"), ("gone", "deleted")]
            )
        ]
        for run_id in IDS:
            server.add_run(run_id)
            server.add_series(run_id, "loss", [1.0, "NaN", 0.25])
            server.add_series(run_id, "a/b", ["Infinity", -1.7976931348623157e308, 3])
            server.files[run_id, "a.txt"] = b"hello " + run_id.encode()
            server.files[run_id, "deep/er/ü #.txt"] = b"deep"
            server.files[run_id, "empty.txt"] = b""
        run = server.runs[0]
        run["data"]["params"] = [{"key": "lr", "value": "0.1"}, {"key": "empty"}]
        run["data"]["tags"] = [{"key": "mlflow.parentRunId", "value": IDS[1]}]
        dataset = {"name": "iris", "digest": "abc", "source_type": "local", "source": "{}"}
        tags = [{"key": "mlflow.data.context", "value": "train"}]
        run["inputs"] = {"dataset_inputs": [{"dataset": dataset, "tags": tags}]}
        yield server


def imported(fake, tmp_path, name="runs"):
    result = import_sources([fake.url], str(tmp_path / name))
    return result.sources[0], open_store(tmp_path / name)


def test_everything_is_brought(fake, tmp_path):
    done, store = imported(fake, tmp_path)
    assert (done.format, done.n_new, done.problems) == ("mlflow-server", 5, [])
    stages = {item.name: item.lifecycle_stage for item in store.experiments()}
    assert stages == {"Default": "active", "one": "active", "gone": "deleted"}
    run = store.run(IDS[0])
    assert (run.info.status, run.info.start_time, run.info.end_time) == ("FINISHED", 1_000, 2_000)
    assert run.data.params == {"lr": "0.1", "empty": ""}
    assert run.data.tags == {"mlflow.parentRunId": IDS[1]}
    (given,) = run.inputs.dataset_inputs
    assert (given.dataset.name, given.tags) == ("iris", {"mlflow.data.context": "train"})
    series = {item.key: item.values.tolist() for item in store.history([IDS[0]])}
    assert series["a/b"] == [math.inf, -math.inf, 3]
    assert [str(value) for value in series["loss"]] == ["1.0", "nan", "0.25"]
    files = {item.path: item.size_bytes for item in run.artifacts}
    assert files == {"a.txt": 6 + 32, "deep/er/ü #.txt": 4, "empty.txt": 0}
    with store.open_artifact(IDS[0], "deep/er/ü #.txt") as file:
        assert file.read() == b"deep"


def test_an_unchanged_run_is_not_read_again(fake, tmp_path):
    imported(fake, tmp_path)
    fake.asked.clear()
    fake.add_series(IDS[2], "new", [1, 2])
    again, store = imported(fake, tmp_path)
    assert (again.n_updated, again.n_unchanged) == (1, 4)
    # The changed run's alone: two series of three points and one of two, two points a page.
    assert fake.asked["metrics/get-history"] == 5
    assert store.run(IDS[2]).data.metrics["new"] == 2


def test_a_site_can_be_built_from_it(fake):
    with open_source(fake.url) as reader:
        assert len(list(reader.runs())) == 5
        with reader.open_artifact(IDS[0], "a.txt") as file:
            assert file.read().startswith(b"hello")


@pytest.mark.parametrize(
    ("page", "names", "n_runs"),
    [("#/experiments/1", {"one"}, 5), (f"#/experiments/1/runs/{IDS[3]}", {"one"}, 1)],
)
def test_one_experiment_or_run_is_named_by_its_page(fake, tmp_path, page, names, n_runs):
    import_sources([f"{fake.url}/{page}"], str(tmp_path / "runs"))
    store = open_store(tmp_path / "runs")
    assert {item.name for item in store.experiments()} == names
    assert len(list(store.runs())) == n_runs


def test_logged_models_and_registered_versions(fake, tmp_path):
    info = {"model_id": "m-1", "name": "clf", "source_run_id": IDS[0], "experiment_id": "1"}
    info["status"] = "LOGGED_MODEL_READY"
    info["artifact_uri"] = "mlflow-artifacts:/1/models/m-1/artifacts"
    fake.models = [{"info": info, "data": {"params": [{"key": "depth", "value": "3"}]}}]
    fake.versions = [{"name": "best", "version": "2", "run_id": IDS[0], "aliases": ["champion"]}]
    fake.page_size = 1
    done, store = imported(fake, tmp_path)
    tags = store.run(IDS[0]).data.tags
    assert '"READY"' in tags["mlflow.loggedModels"]
    assert '"champion"' in tags["mlflow.registeredModels"]
    # This server has no list of a model's files.
    assert [problem.what for problem in done.problems] == ["Unreadable artifacts"]


def test_old_servers(fake, tmp_path):
    fake.is_old = True
    done, _ = imported(fake, tmp_path)
    assert (done.n_new, done.problems) == (5, [])


def everything_in(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TOKEN": SECRET}, f"Bearer {SECRET}"),
        (
            {"USERNAME": "me", "PASSWORD": SECRET},
            "Basic " + base64.b64encode(f"me:{SECRET}".encode()).decode(),
        ),
    ],
)
def test_credentials_come_from_the_environment_and_stay_there(
    fake, tmp_path, monkeypatch, environment, expected
):
    fake.authorization = expected
    with pytest.raises(StoreError, match="wants credentials") as caught:
        imported(fake, tmp_path)
    assert "MLFLOW_TRACKING_TOKEN" in str(caught.value)
    for name, value in environment.items():
        monkeypatch.setenv(f"MLFLOW_TRACKING_{name}", value)
    done, _ = imported(fake, tmp_path)
    assert done.n_new == 5
    kept = everything_in(tmp_path / "runs")
    assert SECRET.encode() not in kept
    assert expected.split()[1].encode() not in kept
    fake.authorization = "another"
    with pytest.raises(StoreError, match="does not accept") as caught:
        imported(fake, tmp_path)
    assert SECRET not in str(caught.value)


def test_a_password_in_the_address_is_refused(fake, tmp_path):
    url = fake.url.replace("http://", f"http://me:{SECRET}@")
    with pytest.raises(InvalidInputError, match="holds a user or password") as caught:
        import_sources([url], str(tmp_path / "runs"))
    assert SECRET not in str(caught.value)
    assert not any(fake.seen_credentials)


def test_credentials_are_not_sent_elsewhere(fake, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", SECRET)
    with FakeMlflow() as other:
        fake.redirect_to = other.url
        with pytest.raises(StoreError):
            import_sources([fake.url], str(tmp_path / "runs"), format_name="mlflow-server")
        assert not other.seen_credentials


def test_what_passes_is_tried_again(fake, tmp_path):
    fake.faults = {
        "experiments/search": [503],
        "runs/search": [429, 502],
        "metrics/get-history": ["drop", 504],
        "a.txt": [503],
    }
    done, _ = imported(fake, tmp_path)
    assert (done.n_new, done.problems) == (5, [])


def test_a_metric_that_the_server_cannot_read_is_a_problem(fake, tmp_path):
    fake.faults = {"metrics/get-history": [500]}
    done, store = imported(fake, tmp_path)
    (problem,) = done.problems
    assert (problem.what, problem.severity) == ("Unreadable metric", "error")
    assert "planned 500" in problem.detail
    assert len(list(store.runs())) == 5


def test_answers_of_another_shape_cost_what_they_held(fake, tmp_path):
    fake.experiments += [None, 5, "x"]
    fake.page_size = 10
    fake.runs[0]["data"] = None
    fake.runs[1]["inputs"] = {"dataset_inputs": [None, {"dataset": 7}]}
    fake.runs[2]["info"]["start_time"] = "soon"
    fake.histories[IDS[3], "loss"] = [{"value": "high"}]
    fake.histories[IDS[4], "loss"] = [{"value": 1, "step": 2**70}]
    fake.versions = "none"
    done, store = imported(fake, tmp_path)
    assert done.n_new == 5
    assert [problem.what for problem in done.problems] == ["Unreadable metric"] * 2
    assert store.run(IDS[0]).data.params == {}
    assert set(store.run(IDS[4]).data.metrics) == {"a/b"}


def test_traces_are_said_to_stay_behind(fake, tmp_path):
    assert imported(fake, tmp_path)[0].problems == []
    fake.traces.append({"request_id": "tr-1"})
    done, _ = imported(fake, tmp_path)
    assert {problem.what for problem in done.problems} == {"Traces left out"}
    assert all(problem.where.endswith("/traces") for problem in done.problems)


def test_a_file_that_ends_too_early_is_not_kept(fake, tmp_path):
    fake.faults = {"a.txt": ["cut"]}
    done, store = imported(fake, tmp_path)
    (problem,) = done.problems
    assert problem.severity == "error"
    broken = problem.where.split("/")[0]
    assert "a.txt" not in [item.path for item in store.run(broken).artifacts]
    mended, store = imported(fake, tmp_path)
    assert mended.problems == []
    with store.open_artifact(broken, "a.txt") as file:
        assert len(file.read()) == 38


def test_a_server_that_goes_away_ends_the_import_and_the_next_goes_on(fake, tmp_path):
    fake.faults = {"metrics/get-history": ["drop"] * 40}
    with pytest.raises(StoreError, match="No answer"):
        imported(fake, tmp_path)
    fake.faults = {}
    done, _ = imported(fake, tmp_path)
    assert done.n_new + done.n_unchanged == 5


def test_what_an_address_is(fake, tmp_path):
    assert detect(fake.url) == CERTAIN
    assert detect(str(tmp_path)) == NO
    fake.authorization = "something"
    assert detect(fake.url) == LIKELY
    fake.authorization = ""
    fake.faults = {"experiments/search": [500]}
    assert detect(fake.url) == NO


def test_no_server_at_all(tmp_path):
    with FakeMlflow() as server:
        url = server.url
    with pytest.raises(StoreError, match="Connection refused"):
        import_sources([url], str(tmp_path / "runs"))
    with pytest.raises(StoreError, match="No answer from"):
        import_sources([url], str(tmp_path / "runs"), format_name="mlflow-server")
