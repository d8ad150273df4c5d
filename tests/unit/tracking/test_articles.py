"""What articles teach, call by call in their order, on data that ships with scikit-learn.

Clustering with charts saved and removed, one model a cluster in an experiment of its own, a
regression with eight figures, a beginner's tour of the client, and the tracking guide's own
snippets: parallel runs, children of children, notes, data sets.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from sklearn.cluster import KMeans
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import Ridge
from sklearn.metrics import (
    accuracy_score,
    log_loss,
    mean_absolute_error,
    mean_squared_error,
    r2_score,
)
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

import reporter as mlflow
from reporter.sklearn import load_model, log_model
from reporter.tracking import experiments, location


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A working directory without any store: the articles start from nothing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(location, "_uri", None)
    monkeypatch.setattr(experiments, "_experiment_id", None)
    yield
    while mlflow.active_run():
        mlflow.end_run()
    monkeypatch.delenv("REPORTER_TRACKING_URI", raising=False)


def chart(path: str | None = None) -> Figure:
    figure = Figure(figsize=(1, 1), dpi=40)
    figure.subplots().plot([3, 1, 2])
    if path:
        figure.savefig(path)
    return figure


def log_and_remove(path: str) -> None:
    chart(path)
    mlflow.log_artifact(path)
    os.remove(path)


def test_clusters_and_their_charts() -> None:
    frame = load_iris(as_frame=True).data
    mlflow.set_experiment("My Clustering")
    with mlflow.start_run():
        scaled = StandardScaler().fit_transform(frame)
        model = KMeans(n_clusters=3, n_init=1, random_state=0).fit(scaled)
        mlflow.log_param("method_name", model.__class__.__name__)
        mlflow.log_param("k", 3)
        mlflow.log_param("features", frame.columns.values)
        log_model(model, "model")
        for name in ("shares.png", "means.png", "histograms.png"):
            log_and_remove(name)
    run = mlflow.last_active_run()
    assert run is not None
    assert "petal width (cm)" in run.data.params["features"]
    names = {item.path for item in mlflow.MlflowClient().list_artifacts(run.info.run_id)}
    assert names == {"model", "shares.png", "means.png", "histograms.png"}
    again = load_model(f"runs:/{run.info.run_id}/model")
    assert (again.predict(scaled) == model.labels_).all()


def test_a_model_for_each_cluster_in_an_experiment_of_its_own() -> None:
    xgboost = pytest.importorskip("xgboost")
    frame, target = load_iris(return_X_y=True, as_frame=True)
    target = (target == 2).astype(int)
    for cluster in range(2):
        part = frame.index % 2 == cluster
        train, test, y_train, y_test = train_test_split(frame[part], target[part], random_state=0)
        model = xgboost.XGBClassifier(n_estimators=5, max_depth=2).fit(train, y_train)
        truth, share = y_test.to_numpy(), model.predict_proba(test)[:, 1]
        mlflow.set_experiment("predict_cluster" + str(cluster))
        with mlflow.start_run():
            mlflow.log_param("01_method_name", model.__class__.__name__)
            mlflow.log_param("02_features", list(frame.columns))
            mlflow.log_param("03_objective_col", "virginica")
            mlflow.log_params(model.get_xgb_params())
            mlflow.log_metrics({"01_accuracy": accuracy_score(truth, share > 0.5)})
            mlflow.log_metrics({"02_log_loss": log_loss(truth, share)})
            for name in ("roc.png", "confusion.png"):
                log_and_remove(name)
            log_model(model, "model")
    table = mlflow.search_runs(experiment_names=["predict_cluster0", "predict_cluster1"])
    assert table["params.max_depth"].tolist() == ["2", "2"]
    assert table["params.learning_rate"].tolist() == ["None", "None"]
    assert table["metrics.01_accuracy"].between(0, 1).all()
    again = load_model(f"runs:/{table['run_id'][0]}/model")
    assert type(again).__name__ == "XGBClassifier"


def test_a_regression_with_eight_figures() -> None:
    frame, target = load_diabetes(return_X_y=True, as_frame=True)
    x_train, x_test, y_train, y_test = train_test_split(frame, target, random_state=0)
    model = Ridge(alpha=1.0).fit(x_train, y_train)
    found = model.predict(x_test)
    mse = mean_squared_error(y_test, found)
    chart("correlation.png")
    mlflow.set_tracking_uri("demo/runs")
    mlflow.set_experiment("Visualizations Demo")
    with mlflow.start_run() as run:
        mlflow.sklearn.log_model(sk_model=model, input_example=x_test, artifact_path="model")
        mlflow.log_metrics(
            {
                "mse": mse,
                "rmse": math.sqrt(mse),
                "mae": mean_absolute_error(y_test, found),
                "r2": r2_score(y_test, found),
            }
        )
        mlflow.log_param("alpha", 1.0)
        for number in range(8):
            mlflow.log_figure(chart(), f"figure{number}.png")
        mlflow.log_artifact(os.path.abspath("correlation.png"))
    paths = [item.path for item in mlflow.MlflowClient().list_artifacts(run.info.run_id)]
    assert len([path for path in paths if path.endswith(".png")]) == 9
    inside = mlflow.artifacts.list_artifacts(f"runs:/{run.info.run_id}/model")
    assert {"model/MLmodel", "model/input_example.json"} <= {item.path for item in inside}
    again = mlflow.sklearn.load_model(f"runs:/{run.info.run_id}/model")
    assert np.allclose(again.predict(x_test), found)


def test_a_beginners_tour_of_the_client(capsys: pytest.CaptureFixture[str]) -> None:
    Path("model.pickle").write_bytes(b"x" * 23)
    mlflow.set_tracking_uri("./somewhere/mlruns/")
    mlflow.set_experiment("compare_max_depth")
    with mlflow.start_run():
        run_id = mlflow.active_run().info.run_id
        mlflow.log_param("param1", 1)
        mlflow.log_metric("metric1", 0.1)
        mlflow.log_artifact("./model.pickle")
    assert isinstance(mlflow.search_runs(), pd.DataFrame)

    tracking = mlflow.tracking.MlflowClient()
    experiment = tracking.get_experiment_by_name("compare_max_depth")
    print(experiment.experiment_id)
    assert experiment.name in [one.name for one in tracking.list_experiments()]
    assert tracking.get_experiment(experiment.experiment_id).name == "compare_max_depth"
    with mlflow.start_run():
        mlflow.log_params({"test1": 1, "test2": 2})
        mlflow.log_metrics({"metric1": 0.1, "metric2": 0.2})

    with mlflow.start_run(run_id=run_id):
        mlflow.log_metric("metric1", 0.2)
    print(tracking.list_artifacts(run_id=run_id))
    assert "<FileInfo: file_size=23, is_dir=False, path='model.pickle'>" in capsys.readouterr().out
    Path("model.pickle").unlink()
    tracking.download_artifacts(run_id=run_id, path="model.pickle", dst_path="./")
    assert Path("model.pickle").stat().st_size == 23

    tracking.delete_run(run_id)
    assert len(mlflow.search_runs()) == 1
    tracking.delete_experiment(experiment.experiment_id)
    assert experiment.name not in [one.name for one in tracking.list_experiments()]


def test_the_best_run_by_the_client() -> None:
    for value in (0.3, 0.1, 0.2):
        with mlflow.start_run():
            mlflow.log_param("lr", 0.001)
            mlflow.log_metric("val_loss", value)
    client = mlflow.tracking.MlflowClient()
    best = client.search_runs("0", order_by=["metrics.val_loss ASC"], max_results=1)[0]
    assert best.data.metrics["val_loss"] == 0.1
    assert f"run_id='{best.info.run_id}'" in str(best.info)


def test_a_note_and_a_data_set() -> None:
    frame = pd.DataFrame({"x": [1, 2], "y": [0, 1]})
    dataset = mlflow.data.from_pandas(frame, source="wine.csv", targets="y")
    with mlflow.start_run(tags={"mlflow.note.content": "**why** it was run"}) as run:
        mlflow.log_input(dataset, context="training")
    found = mlflow.get_run(run.info.run_id)
    assert found.data.tags["mlflow.note.content"] == "**why** it was run"
    assert found.inputs.dataset_inputs[0].dataset.source == "wine.csv"


def test_children_three_deep() -> None:
    with mlflow.start_run(run_name="sweep") as sweep:
        for fold in range(2):
            with mlflow.start_run(run_name=f"fold {fold}", nested=True) as outer:
                for lr in (0.1, 0.2):
                    with mlflow.start_run(run_name=f"lr {lr}", nested=True):
                        mlflow.log_metric("loss", lr + fold)
    children = mlflow.search_runs(
        filter_string=f"tags.mlflow.parentRunId = '{sweep.info.run_id}'", output_format="list"
    )
    assert sorted(run.info.run_name for run in children) == ["fold 0", "fold 1"]
    grand = mlflow.search_runs(filter_string=f"tags.mlflow.parentRunId = '{outer.info.run_id}'")
    assert sorted(grand["metrics.loss"]) == [1.1, 1.2]


def train(number: int) -> None:
    mlflow.set_experiment("parallel")
    with mlflow.start_run(run_name=f"worker {number}"):
        mlflow.log_param("number", number)
        for step in range(20):
            mlflow.log_metric("loss", number / (step + 1), step=step)


def test_runs_in_threads() -> None:
    workers = [threading.Thread(target=train, args=(number,)) for number in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    check_parallel(6)


@pytest.mark.skipif(sys.platform == "win32", reason="fork is not there on Windows")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # fork beside threads, since Python 3.12
def test_runs_in_processes() -> None:
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=train, args=(number,)) for number in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    check_parallel(3)


def check_parallel(n_workers: int) -> None:
    table = mlflow.search_runs(experiment_names=["parallel"], order_by=["params.number"])
    assert table["status"].tolist() == ["FINISHED"] * n_workers
    assert table["metrics.loss"].tolist() == [number / 20 for number in range(n_workers)]
    history = mlflow.MlflowClient().get_metric_history(table["run_id"][1], "loss")
    assert [point.step for point in history] == list(range(20))
