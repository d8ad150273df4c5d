"""MLflow code as people write it, with only the tracking URI changed."""

from __future__ import annotations

import importlib
import importlib.util
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from reporter.store.reader import open_store

HAS_SKLEARN = importlib.util.find_spec("sklearn") is not None
needs_sklearn = pytest.mark.skipif(not HAS_SKLEARN, reason="scikit-learn is not installed")


def store_of(uri):
    return open_store(uri.removeprefix("reporter:"))


def only_run(uri):
    (run,) = store_of(uri).runs()
    return run


def run_script(uri, text, **options):
    code = f"import mlflow\nmlflow.set_tracking_uri({uri!r})\n" + textwrap.dedent(text)
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )


def test_mlflow_alone_does_not_load_the_adapter():
    code = (
        "import sys, mlflow; from mlflow.tracking._tracking_service import utils;"
        "mlflow.search_experiments;"
        "print([name for name in sys.modules if name.startswith('reporter.adapters.mlflow.')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "[]"


def test_what_is_logged_is_in_the_store(mlflow, uri):
    with mlflow.start_run(run_name="first", tags={"team": "blue"}, description="**note**") as run:
        mlflow.log_params({"lr": 0.1, "layers": [64, 32]})
        for step in range(20):
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
        mlflow.log_metrics({"acc": 0.9, "odd": float("nan")}, step=7)
        mlflow.log_text("hello", "notes/a.txt")
        mlflow.log_dict({"a": 1}, "d.json")
    found = only_run(uri)
    assert found.info.run_id == run.info.run_id
    assert (found.info.run_name, found.info.status) == ("first", "FINISHED")
    assert dict(found.data.params) == {"lr": "0.1", "layers": "[64, 32]"}
    assert found.data.tags["team"] == "blue"
    assert found.data.tags["mlflow.note.content"] == "**note**"
    assert found.data.summaries["loss"].count == 20
    assert found.data.summaries["odd"].nonfinite == 1
    reader = store_of(uri)
    paths = {artifact.path for _, artifact in reader.artifacts([run.info.run_id])}
    assert paths == {"notes/a.txt", "d.json"}
    with reader.open_artifact(run.info.run_id, "notes/a.txt") as file:
        assert file.read() == b"hello"


def test_an_ended_run_is_two_tables(mlflow, uri):
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1)
    folder = Path(uri.removeprefix("reporter:"), run.info.experiment_id, run.info.run_id)
    assert sorted(os.listdir(folder)) == ["metrics.parquet", "run.parquet"]


def test_nested_runs_keep_their_parent(mlflow, uri):
    with mlflow.start_run() as parent, mlflow.start_run(nested=True) as child:
        pass
    tags = store_of(uri).run(child.info.run_id).data.tags
    assert tags["mlflow.parentRunId"] == parent.info.run_id
    assert mlflow.get_parent_run(child.info.run_id).info.run_id == parent.info.run_id


def test_resumed_and_edited_after_the_end(mlflow, uri):
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1, step=0)
    with mlflow.start_run(run_id=run.info.run_id):
        assert mlflow.get_run(run.info.run_id).info.status == "RUNNING"
        mlflow.log_metric("m", 2, step=1)
    client = mlflow.MlflowClient()
    client.set_tag(run.info.run_id, "mlflow.note.content", "later")
    client.delete_run(run.info.run_id)
    client.restore_run(run.info.run_id)
    found = only_run(uri)
    assert found.info.status == "FINISHED"
    assert found.data.summaries["m"].count == 2
    assert found.data.tags["mlflow.note.content"] == "later"


def test_series_of_pictures_are_series(mlflow, uri):
    np = pytest.importorskip("numpy")
    pytest.importorskip("PIL")
    if not hasattr(mlflow, "Image"):
        pytest.skip("pictures with a key came with MLflow 2.12")
    with mlflow.start_run():
        for step in (1, 2):
            mlflow.log_image(np.zeros((4, 4, 3), dtype="uint8"), key="val/seg", step=step)
        mlflow.log_image(np.zeros((4, 4, 3), dtype="uint8"), "plain.png")
    logged = [item for item in only_run(uri).artifacts if item.path.endswith(".png")]
    assert [(item.key, item.step) for item in logged] == [("val/seg", 1), ("val/seg", 2)]


def test_a_moved_store_still_has_its_artifacts(tmp_path):
    from mlflow import MlflowClient

    before = MlflowClient(f"reporter:{tmp_path / 'before'}")
    run_id = before.create_run("0").info.run_id
    before.log_text(run_id, "hello", "a.txt")
    before.set_terminated(run_id)
    os.rename(tmp_path / "before", tmp_path / "after")
    # In a process of its own: MLflow remembers where the artifacts of a run id were.
    script = f"""
        client = mlflow.MlflowClient()
        print(*(item.path for item in client.list_artifacts({run_id!r})))
        print(client.get_run({run_id!r}).info.artifact_uri)
    """
    done = run_script(f"reporter:{tmp_path / 'after'}", script)
    path, artifact_uri = done.stdout.split()
    assert path == "a.txt"
    assert artifact_uri.startswith(str(tmp_path / "after"))


def test_an_experiment_with_a_place_of_its_own(mlflow, uri, tmp_path):
    place = tmp_path / "elsewhere"
    experiment_id = mlflow.create_experiment("placed", artifact_location=str(place))
    with mlflow.start_run(experiment_id=experiment_id) as run:
        mlflow.log_text("hello", "a.txt")
    assert (place / run.info.run_id / "artifacts" / "a.txt").read_text() == "hello"
    with store_of(uri).open_artifact(run.info.run_id, "a.txt") as file:
        assert file.read() == b"hello"


def test_async_logging_arrives(mlflow, uri):
    if not hasattr(mlflow, "flush_async_logging"):
        pytest.skip("flushing came with MLflow 2.13")
    with mlflow.start_run():
        for step in range(50):
            mlflow.log_metric("m", step, step=step, synchronous=False)
        mlflow.log_param("p", 1, synchronous=False)
        mlflow.flush_async_logging()
    assert only_run(uri).data.summaries["m"].count == 50
    assert only_run(uri).data.params["p"] == "1"


@needs_sklearn
def test_autologged_training_is_all_there(mlflow, uri, tmp_path, build_site):
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression

    mlflow.sklearn.autolog(log_models=False)
    x, y = load_iris(return_X_y=True)
    with mlflow.start_run(run_name="fitted"):
        LogisticRegression(C=0.5, max_iter=200).fit(x, y)
    found = only_run(uri)
    assert found.data.params["C"] == "0.5"
    assert found.data.metrics["training_accuracy_score"] > 0.9
    assert found.data.tags["estimator_name"] == "LogisticRegression"
    page = build_site(uri, found.info.run_id)
    for text in ("fitted", "training_accuracy_score", "max_iter", "training_confusion_matrix"):
        assert text in page


@needs_sklearn
def test_parameter_search_makes_child_runs(mlflow, uri):
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV

    mlflow.sklearn.autolog(log_models=False)
    x, y = load_iris(return_X_y=True)
    GridSearchCV(LogisticRegression(max_iter=100), {"C": [0.1, 1]}, cv=2).fit(x, y)
    runs = list(store_of(uri).runs())
    parents = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    assert (len(runs), len(parents)) == (3, 1)


@needs_sklearn
def test_logged_models_lie_in_their_run(mlflow, uri, build_site):
    if not hasattr(mlflow, "search_logged_models"):
        pytest.skip("logged models came with MLflow 3")
    from sklearn.dummy import DummyClassifier

    model = DummyClassifier().fit([[0], [1]], [0, 1])
    options = {"serialization_format": "pickle", "pip_requirements": ["scikit-learn"]}
    with mlflow.start_run() as run:
        first = mlflow.sklearn.log_model(model, name="clf", params={"depth": 1}, **options)
        second = mlflow.sklearn.log_model(model, name="clf", step=5, **options)
        mlflow.log_metric("acc", 0.5, model_id=first.model_id)
    ids = {
        item.model_id: item.step for item in mlflow.get_run(run.info.run_id).outputs.model_outputs
    }
    assert ids == {first.model_id: 0, second.model_id: 5}
    known = mlflow.get_logged_model(first.model_id)
    assert (known.name, known.status.value, known.params) == ("clf", "READY", {"depth": "1"})
    assert [(metric.key, metric.value) for metric in known.metrics] == [("acc", 0.5)]
    mlflow.set_logged_model_tags(first.model_id, {"stage": "tried"})
    found = mlflow.search_logged_models(filter_string="tags.stage = 'tried'", output_format="list")
    assert [item.model_id for item in found] == [first.model_id]
    by_run = mlflow.sklearn.load_model(f"runs:/{run.info.run_id}/clf")
    assert list(by_run.predict([[0]])) == list(model.predict([[0]]))
    paths = {artifact.path for _, artifact in store_of(uri).artifacts([run.info.run_id])}
    assert "models/clf/MLmodel" in paths
    assert f"models/clf-{second.model_id[2:10]}/MLmodel" in paths
    assert "models/clf/MLmodel" in build_site(uri, run.info.run_id)
    mlflow.MlflowClient().delete_logged_model(first.model_id)
    left = mlflow.search_logged_models(output_format="list")
    assert [item.model_id for item in left] == [second.model_id]


@needs_sklearn
def test_registered_models(mlflow, uri):
    from sklearn.dummy import DummyClassifier

    client = mlflow.MlflowClient()
    assert list(client.search_registered_models()) == []
    model = DummyClassifier().fit([[0], [1]], [0, 1])
    with mlflow.start_run() as run:
        mlflow.sklearn.log_model(model, "clf", pip_requirements=["scikit-learn"])
    for _ in range(2):
        version = mlflow.register_model(f"runs:/{run.info.run_id}/clf", "best")
    client.set_registered_model_alias("best", "champion", version.version)
    assert [item.name for item in client.search_registered_models()] == ["best"]
    assert int(client.get_model_version_by_alias("best", "champion").version) == 2
    assert len(list(client.search_model_versions("name = 'best'"))) == 2


def test_traces(mlflow, uri):
    if not hasattr(mlflow, "search_logged_models"):
        pytest.skip("traces of this kind came with MLflow 3")

    @mlflow.trace
    def double(x):
        return 2 * x

    for x in (1, 2):
        double(x)
    flush = getattr(mlflow, "flush_trace_async_logging", lambda: None)
    flush()
    traces = mlflow.search_traces(return_type="list")
    assert [len(trace.data.spans) for trace in traces] == [1, 1]
    trace_id = traces[0].info.trace_id
    mlflow.set_trace_tag(trace_id, "seen", "yes")
    feedback = mlflow.log_feedback(trace_id=trace_id, name="good", value=True)
    mlflow.update_assessment(
        trace_id=trace_id,
        assessment_id=feedback.assessment_id,
        assessment=mlflow.entities.Feedback(name="good", value=False),
    )
    found = mlflow.get_trace(trace_id)
    assert found.info.tags["seen"] == "yes"
    assert [item.value for item in found.info.assessments] == [False]
    mlflow.delete_assessment(trace_id=trace_id, assessment_id=feedback.assessment_id)
    mlflow.delete_trace_tag(trace_id, "seen")
    found = mlflow.get_trace(trace_id)
    assert found.info.assessments == []
    assert "seen" not in found.info.tags
    client = mlflow.MlflowClient()
    experiment_id = found.info.experiment_id
    assert client.delete_traces(experiment_id, trace_ids=[trace_id]) == 1
    assert len(mlflow.search_traces(return_type="list")) == 1


def test_two_processes_log_into_one_run(mlflow, uri):
    client = mlflow.MlflowClient()
    run_id = client.create_run("0").info.run_id
    script = f"""
        import sys
        client = mlflow.MlflowClient()
        for step in range(200):
            client.log_metric({run_id!r}, "shared", step, step=step)
        client.log_param({run_id!r}, sys.argv[1], 1)
    """
    code = f"import mlflow\nmlflow.set_tracking_uri({uri!r})\n" + textwrap.dedent(script)
    others = [
        subprocess.Popen([sys.executable, "-c", code, name], stderr=subprocess.DEVNULL)
        for name in ("a", "b")
    ]
    assert [other.wait(120) for other in others] == [0, 0]
    assert client.get_run(run_id).data.params == {"a": "1", "b": "1"}
    assert len(client.get_metric_history(run_id, "shared")) == 400
    with pytest.raises(mlflow.exceptions.MlflowException, match="Changing param values"):
        client.log_param(run_id, "a", 2)
    client.set_terminated(run_id)
    assert only_run(uri).data.summaries["shared"].count == 400


def test_a_run_deleted_elsewhere_takes_nothing_more(mlflow, uri):
    client = mlflow.MlflowClient()
    run_id = client.create_run("0").info.run_id
    client.log_metric(run_id, "m", 1)
    done = run_script(uri, f"mlflow.delete_run({run_id!r})")
    assert done.returncode == 0, done.stderr
    with pytest.raises(mlflow.exceptions.MlflowException, match="'active' state"):
        client.log_metric(run_id, "m", 2)


def test_a_script_that_just_ends_leaves_an_ended_run(uri):
    done = run_script(uri, "mlflow.start_run()\nmlflow.log_metric('m', 1)")
    assert done.returncode == 0, done.stderr
    assert only_run(uri).info.status == "FINISHED"
    assert only_run(uri).data.metrics == {"m": 1.0}


def test_a_killed_script_leaves_what_it_logged(uri):
    script = """
        import os, signal
        mlflow.start_run()
        for step in range(100):
            mlflow.log_metric('m', step, step=step)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = run_script(uri, script)
    assert done.returncode == -signal.SIGKILL
    assert only_run(uri).data.summaries["m"].count == 100
    assert (only_run(uri).info.status, only_run(uri).is_live) == ("RUNNING", False)


def test_a_script_may_change_its_folder(tmp_path):
    script = """
        import os
        mlflow.start_run()
        os.chdir("elsewhere")
        mlflow.log_metric("m", 1)
        mlflow.end_run()
    """
    (tmp_path / "elsewhere").mkdir()
    done = run_script("reporter:./runs", script, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (run,) = open_store(tmp_path / "runs").runs()
    assert run.data.metrics == {"m": 1.0}
    assert not (tmp_path / "elsewhere" / "runs").exists()


@pytest.mark.parametrize("name", ["a b", "50%20", "q?x=1#y", "données \U0001f600"])
def test_folders_of_any_name(tmp_path, name):
    from mlflow import MlflowClient

    client = MlflowClient(f"reporter:{tmp_path / name}")
    run_id = client.create_run("0").info.run_id
    client.log_text(run_id, "hello", "a.txt")
    client.set_terminated(run_id)
    with open_store(tmp_path / name).open_artifact(run_id, "a.txt") as file:
        assert file.read() == b"hello"


def test_another_tools_folder_is_refused(tmp_path):
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    (tmp_path / "mlruns" / "0").mkdir(parents=True)
    (tmp_path / "mlruns" / "0" / "meta.yaml").write_text("experiment_id: '0'\nname: Default\n")
    with pytest.raises(MlflowException, match="another tool"):
        MlflowClient(f"reporter:{tmp_path / 'mlruns'}").create_run("0")


def test_reading_a_store_that_is_not_there_makes_none(tmp_path):
    from mlflow import MlflowClient

    client = MlflowClient(f"reporter:{tmp_path / 'nothing'}")
    assert client.get_experiment("0").name == "Default"
    assert list(client.search_runs(["0"])) == []
    assert not (tmp_path / "nothing").exists()


def test_garbage_collection(mlflow, uri):
    client = mlflow.MlflowClient()
    kept, gone = (client.create_run("0").info.run_id for _ in range(2))
    client.log_text(gone, "x", "a.txt")
    client.delete_run(gone)
    done = subprocess.run(
        [sys.executable, "-m", "mlflow", "gc", "--backend-store-uri", uri],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "MLFLOW_TRACKING_URI": uri},
    )
    if "No such command" in done.stderr:
        pytest.skip("mlflow-skinny has no gc")
    assert done.returncode == 0, done.stderr
    assert [run.info.run_id for run in store_of(uri).runs()] == [kept]


def test_modules_export_what_they_name():
    folder = Path(__file__).parents[2] / "reporter" / "adapters" / "mlflow"
    names = [path.stem for path in folder.glob("*.py") if path.stem != "__init__"]
    assert "store" in names
    for name in names:
        module = importlib.import_module(f"reporter.adapters.mlflow.{name}")
        assert [item for item in module.__all__ if not hasattr(module, item)] == []


def test_every_method_of_the_base_is_answered():
    """MLflow's base class does not enforce its abstract methods: a missing one returns None."""
    from mlflow.store.tracking.abstract_store import AbstractStore

    from reporter.adapters.mlflow.store import TrackingStore

    inherited = {
        name
        for name in dir(AbstractStore)
        if not name.startswith("__")
        and getattr(TrackingStore, name) is getattr(AbstractStore, name)
    }
    empty = {
        name
        for name in inherited
        if getattr(getattr(AbstractStore, name), "__isabstractmethod__", False)
    }
    assert not empty


def test_lists_of_what_is_not_kept_are_empty(uri):
    from mlflow.tracking._tracking_service.utils import _get_store

    store = _get_store(uri)
    for name in ("search_datasets", "search_issues", "list_scorers", "search_mcp_servers"):
        if hasattr(store, name):
            assert list(getattr(store, name)("0")) == []


def test_points_come_back_as_they_were_logged(client):
    """Infinities, equal points and the order: what MLflow's databases change."""
    run_id = client.create_run("0").info.run_id
    points = [(3, 1.0), (1, float("inf")), (1, float("inf")), (2, float("-inf"))]
    for step, value in points:
        client.log_metric(run_id, "m", value, timestamp=7, step=step)
    for _ in ("live", "ended"):
        history = client.get_metric_history(run_id, "m")
        assert [(metric.step, metric.value) for metric in history] == points
        client.set_terminated(run_id)


def test_searching_writes_nothing(tmp_path):
    from mlflow import MlflowClient

    client = MlflowClient(f"reporter:{tmp_path / 'nothing'}")
    assert [item.name for item in client.search_experiments()] == ["Default"]
    assert client.get_experiment_by_name("other") is None
    assert not (tmp_path / "nothing").exists()


def test_reading_a_store_changes_nothing_in_it(mlflow, uri):
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1)
    script = f"""
        mlflow.set_experiment("tried")
        print(mlflow.get_run({run.info.run_id!r}).data.metrics, mlflow.search_runs().shape)
        print(len(mlflow.search_experiments()))
    """
    folder = Path(uri.removeprefix("reporter:"))
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    done = run_script(uri, script)
    assert done.stdout.startswith("{'m': 1.0} (1, "), done.stderr
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
