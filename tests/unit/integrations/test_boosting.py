"""XGBoost and LightGBM: evaluations by iteration through their public callbacks."""

from __future__ import annotations

import json

import pytest

import reporter
from reporter.integrations import autologging, boosting, estimators
from reporter.tracking.active import target

pytest.importorskip("sklearn")


@pytest.fixture(params=["xgboost", "lightgbm"])
def library(request, store):
    """One of the two, autologged until the test ends."""
    module = pytest.importorskip(request.param)
    reporter.autolog(exclude_flavors=["sklearn"])
    yield module
    reporter.autolog(disable=True)
    for flavor in ("xgboost", "lightgbm", estimators.PATCHED):
        autologging.restore(flavor)
    autologging._warned.clear()


def train(library, cases, **options):
    X, y = cases.X, cases.y  # noqa: N806
    if library.__name__ == "xgboost":
        data, held_out = library.DMatrix(X[:40], y[:40]), library.DMatrix(X[40:], y[40:])
        params = {"objective": "binary:logistic", "max_depth": 2}
        evals = [(data, "train"), (held_out, "valid")]
        return library.train(params, data, 5, evals=evals, verbose_eval=False, **options)
    data = library.Dataset(X[:40], y[:40])
    held_out = library.Dataset(X[40:], y[40:], reference=data)
    params = {"objective": "binary", "max_depth": 2, "verbose": -1, "metric": "binary_logloss"}
    names = ["train", "valid"]
    return library.train(params, data, 5, [data, held_out], names, **options)


def loss_of(library):
    return "logloss" if library.__name__ == "xgboost" else "binary_logloss"


def names_in(run):
    return {item.path for item in reporter.MlflowClient().list_artifacts(run.info.run_id)}


def test_every_iteration_is_logged(library, runs, cases):
    train(library, cases)
    (run,) = runs()
    assert run.info.status == "FINISHED"
    assert run.data.tags["mlflow.autologging"] == library.__name__
    assert run.data.params["max_depth"] == "2"
    assert run.data.params["num_boost_round"] == "5"
    points = reporter.MlflowClient().get_metric_history(
        run.info.run_id, f"valid-{loss_of(library)}"
    )
    assert [point.step for point in points] == [0, 1, 2, 3, 4]
    kind = "weight" if library.__name__ == "xgboost" else "split"
    assert names_in(run) >= {f"feature_importance_{kind}.json", "model"}
    loaded = getattr(reporter, library.__name__).load_model(f"runs:/{run.info.run_id}/model")
    assert isinstance(loaded, library.Booster)


def test_the_best_iteration_is_logged_once_more_after_the_last(library, runs, cases):
    if library.__name__ == "xgboost":
        train(library, cases, early_stopping_rounds=1)
    else:
        train(library, cases, callbacks=[library.early_stopping(1, verbose=False)])
    (run,) = runs()
    assert set(run.data.metrics) >= {"best_iteration", "stopped_iteration"}
    key = f"valid-{loss_of(library)}"
    points = reporter.MlflowClient().get_metric_history(run.info.run_id, key)
    best = min(points[:-1], key=lambda point: point.value)
    assert points[-1].value == best.value
    assert points[-1].step == len(points) - 1


@pytest.mark.filterwarnings("ignore:.*eval_set.*deprecated")
def test_an_estimator_logs_its_own_params_and_every_iteration(library, runs, cases):
    is_xgboost = library.__name__ == "xgboost"
    cls = library.XGBClassifier if is_xgboost else library.LGBMClassifier
    quiet = {} if is_xgboost else {"verbose": -1}
    shown = {"verbose": False} if is_xgboost else {}
    model = cls(n_estimators=4, max_depth=2, **quiet)
    model.fit(cases.X, cases.y, eval_set=[(cases.X, cases.y)], **shown)
    (run,) = runs()
    assert run.data.params["n_estimators"] == "4"
    assert run.data.tags["estimator_name"] == cls.__name__
    assert "training_accuracy_score" in run.data.metrics
    key = next(key for key in run.data.metrics if "logloss" in key)
    points = reporter.MlflowClient().get_metric_history(run.info.run_id, key)
    assert [point.step for point in points] == [0, 1, 2, 3]
    loaded = getattr(reporter, library.__name__).load_model(f"runs:/{run.info.run_id}/model")
    assert isinstance(loaded, cls)


def test_trainings_inside_a_search_are_not_logged_one_by_one(library, runs, cases):
    from sklearn.model_selection import GridSearchCV

    reporter.sklearn.autolog(log_models=False, log_plots=False)
    is_xgboost = library.__name__ == "xgboost"
    cls = library.XGBClassifier if is_xgboost else library.LGBMClassifier
    quiet = {} if is_xgboost else {"verbose": -1}
    GridSearchCV(cls(n_estimators=2, **quiet), {"max_depth": [1, 2]}, cv=2).fit(cases.X, cases.y)
    assert len(runs()) == 3


def test_the_callers_list_of_callbacks_stays_as_it_is(library, cases):
    mine = []
    train(library, cases, callbacks=mine)
    assert mine == []


def test_a_wrong_call_raises_the_librarys_own_error(library, runs):
    with pytest.raises(TypeError, match=r"train\(\)"):
        library.train()
    assert [run.info.status for run in runs()] == ["FAILED"]


def test_callbacks_by_hand_log_to_the_active_run_or_one_that_is_named(store, runs, cases):
    xgboost = pytest.importorskip("xgboost")
    from reporter.integrations.xgboost import RunCallback

    with reporter.start_run() as run:
        train(xgboost, cases, callbacks=[RunCallback()])
    assert "valid-logloss" in reporter.get_run(run.info.run_id).data.metrics
    other = reporter.MlflowClient().create_run("0").info.run_id
    train(xgboost, cases, callbacks=[RunCallback(other)])
    assert "valid-logloss" in reporter.get_run(other).data.metrics


def test_lightgbms_callback_by_hand(store, cases):
    lightgbm = pytest.importorskip("lightgbm")
    from reporter.integrations.lightgbm import run_callback

    with reporter.start_run() as run:
        train(lightgbm, cases, callbacks=[run_callback()])
    history = reporter.MlflowClient().get_metric_history(run.info.run_id, "train-binary_logloss")
    assert len(history) == 5


def test_evaluations_and_importances_need_no_library(store):
    with reporter.start_run() as run:
        live = target(None)
        found = boosting.Evaluations(live, "xgboost")
        for step, value in enumerate([0.5, 0.25, 0.75]):
            found.add(step, [("valid", "ndcg@3", value)])
        found.log_best(1, 2, 1)
        boosting.log_importance(live, {"a": 1.0}, "gain", draw=False)
    history = reporter.MlflowClient().get_metric_history(run.info.run_id, "valid-ndcg_at_3")
    assert [(point.step, point.value) for point in history] == [
        (0, 0.5), (1, 0.25), (2, 0.75), (3, 0.25),
    ]  # fmt: skip
    path = reporter.MlflowClient().download_artifacts(
        run.info.run_id, "feature_importance_gain.json"
    )
    with open(path, encoding="utf-8") as file:
        assert json.load(file) == {"a": 1.0}


def test_a_missing_framework_is_named_with_what_to_do():

    from reporter.integrations import callbacks

    with pytest.raises(ImportError, match=r"needs no_such_thing.*pip install no_such_thing"):
        callbacks.required("no_such_thing.pytorch", "no_such_other")
