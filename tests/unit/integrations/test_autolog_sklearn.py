from __future__ import annotations

import json
import threading
import warnings

import pytest

import reporter
import reporter.sklearn
from reporter.errors import InvalidInputError
from reporter.integrations import autologging, estimators, held_out

sklearn = pytest.importorskip("sklearn")
from sklearn import metrics  # noqa: E402
from sklearn.base import BaseEstimator, ClassifierMixin  # noqa: E402
from sklearn.linear_model import LogisticRegression, Ridge  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402

# Times differ from machine to machine; versions of scikit-learn differ in params.
TIMES = {"mean_fit_time", "std_fit_time", "mean_score_time", "std_score_time"}
TOLERANCE = 1e-6


@pytest.fixture
def autolog(store):
    """Autologging, turned off after the test."""
    yield reporter.sklearn.autolog
    reporter.sklearn.autolog(disable=True)
    autologging.restore(estimators.PATCHED)
    autologging._warned.clear()


@pytest.fixture(autouse=True)
def no_shielded_failure(request):
    """Autologging must not even warn, unless the test is about that."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def record(run) -> dict:
    client = reporter.MlflowClient()
    metrics = {key: value for key, value in run.data.metrics.items() if key not in TIMES}
    return {
        "is_child": "mlflow.parentRunId" in run.data.tags,
        "params": run.data.params,
        "metrics": metrics,
        "tags": {key: val for key, val in run.data.tags.items() if key.startswith("estimator_")},
        "artifacts": {item.path for item in client.list_artifacts(run.info.run_id)},
        "contexts": [item.tags["mlflow.data.context"] for item in run.inputs.dataset_inputs],
    }


NAMES = [
    "ridge", "logistic", "three_classes", "clustering", "scaling", "pipeline", "support_vectors",
    "grid_search", "grid_search_of_pipeline", "frame",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_records_what_mlflow_records(name, autolog, runs, cases, mlflow_answers):
    autolog(log_models=False)
    cases.TRAININGS[name]()
    theirs = mlflow_answers["autologged"][name]
    ours = sorted(map(record, runs()), key=lambda item: (item["is_child"], str(item["params"])))
    theirs = sorted(theirs, key=lambda item: (item["is_child"], str(item["params"])))
    assert len(ours) == len(theirs)
    for mine, other in zip(sorted(ours, key=_order), sorted(theirs, key=_order), strict=True):
        assert mine["tags"] == other["tags"]
        assert set(mine["metrics"]) == set(other["metrics"])
        if sklearn.__version__ == mlflow_answers["sklearn"]:
            assert mine["params"] == other["params"]
            assert mine["metrics"] == pytest.approx(other["metrics"], abs=TOLERANCE)
        if not mine["is_child"]:
            pytest.importorskip("matplotlib")
        assert set(other["artifacts"]) <= mine["artifacts"]
        assert set(other["contexts"]) <= set(mine["contexts"])


def _order(item) -> tuple:
    return item["is_child"], sorted(item["params"].items())


def test_a_run_is_started_and_ended(autolog, runs, cases):
    autolog(extra_tags={"team": "blue"})
    Ridge().fit(cases.X_REAL, cases.Y_REAL)
    (run,) = runs()
    assert run.info.status == "FINISHED"
    assert run.data.tags["mlflow.autologging"] == "sklearn"
    assert run.data.tags["team"] == "blue"
    assert reporter.active_run() is None
    assert reporter.sklearn.load_model(f"runs:/{run.info.run_id}/model").alpha == 1.0


def test_the_active_run_is_used_and_stays_active(autolog, runs, cases):
    autolog(log_models=False)
    with reporter.start_run() as mine:
        Ridge().fit(cases.X_REAL, cases.Y_REAL)
        assert reporter.active_run() is mine
    (run,) = runs()
    assert run.data.params["alpha"] == "1.0"
    assert "mlflow.autologging" not in run.data.tags


def test_exclusive_leaves_your_runs_alone(autolog, runs, cases):
    autolog(exclusive=True, log_models=False)
    with reporter.start_run():
        Ridge().fit(cases.X_REAL, cases.Y_REAL)
    (run,) = runs()
    assert run.data.params == {}


def test_disable_turns_it_off(autolog, runs, cases):
    autolog(log_models=False)
    autolog(disable=True)
    Ridge().fit(cases.X_REAL, cases.Y_REAL)
    assert runs() == []


def test_a_failing_fit_fails_the_run_with_its_own_error(autolog, runs, cases):
    autolog()
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        Ridge().fit(cases.X_REAL, cases.Y_REAL[:3])
    assert runs()[0].info.status == "FAILED"
    assert reporter.active_run() is None


def test_cross_validation_is_no_training(autolog, runs, cases):
    autolog()
    cross_val_score(LogisticRegression(), cases.X, cases.y, cv=3)
    assert runs() == []


def test_estimators_of_your_own_are_logged(autolog, runs, cases):
    autolog(log_models=False, log_plots=False)

    class Majority(ClassifierMixin, BaseEstimator):
        def __init__(self, weight=1):
            self.weight = weight

        def fit(self, X, y):  # noqa: N803
            self.classes_ = sorted(set(y))
            return self

        def predict(self, X):  # noqa: N803
            return [self.classes_[0]] * len(X)

    model = Majority(weight=3)
    assert model.fit(cases.X, cases.y) is model
    (run,) = runs()
    assert run.data.params == {"weight": "3"}
    assert run.data.metrics["training_accuracy_score"] == 0.5


def test_a_second_training_in_one_run_keeps_the_first_params(autolog, runs, cases):
    autolog(log_models=False)
    with reporter.start_run():
        Ridge(alpha=1).fit(cases.X_REAL, cases.Y_REAL)
        with pytest.warns(UserWarning, match="other values of alpha from an earlier training"):
            Ridge(alpha=2).fit(cases.X_REAL, cases.Y_REAL)
    assert runs()[0].data.params["alpha"] == "1"


def test_logging_that_fails_warns_once_and_training_goes_on(autolog, cases, monkeypatch):
    autolog(log_models=False)

    def fail(*args, **kwargs):
        raise OSError("no space left")

    monkeypatch.setattr(estimators, "_log_metrics", fail)
    with pytest.warns(UserWarning, match="left something out: OSError: no space left"):
        model = Ridge().fit(cases.X_REAL, cases.Y_REAL)
    Ridge().fit(cases.X_REAL, cases.Y_REAL)
    assert model.coef_.shape == (3,)


def test_training_goes_on_where_no_run_can_be_started(autolog, cases, tmp_path):
    autolog()
    (tmp_path / "file").touch()
    reporter.set_tracking_uri(tmp_path / "file")
    with pytest.warns(UserWarning, match="left something out"):
        assert Ridge().fit(cases.X_REAL, cases.Y_REAL).coef_.shape == (3,)


def test_silent_says_nothing(autolog, cases, monkeypatch):
    autolog(silent=True)
    monkeypatch.setattr(estimators, "_log_metrics", lambda *args: 1 / 0)
    Ridge().fit(cases.X_REAL, cases.Y_REAL)


def test_scores_after_the_run_are_logged_with_plots_once(autolog, runs, cases):
    pytest.importorskip("matplotlib")
    autolog(log_models=False)
    model = LogisticRegression().fit(cases.X[:40], cases.y[:40])
    held_out, answers = cases.X[40:], cases.y[40:]
    assert model.score(held_out, answers) == model.score(held_out, answers)
    (run,) = runs()
    assert "LogisticRegression_score_held_out" in run.data.metrics
    assert "LogisticRegression_score-2_held_out" in run.data.metrics
    assert run.info.status == "FINISHED"
    assert record(run)["artifacts"] >= {
        "held_out_confusion_matrix.png",
        "held_out_roc_curve.png",
        "held_out_precision_recall_curve.png",
        "held_out_calibration_curve.png",
    }
    assert record(run)["contexts"] == ["train", "eval"]


def test_metrics_of_predictions_are_logged_under_mlflows_names(autolog, runs, cases):
    """The first six keys and calls are those that MLflow 3.17.2 gave; it misses the slice."""
    autolog(log_models=False, log_plots=False)
    model = LogisticRegression().fit(cases.X[:40], cases.y[:40])
    x_test, y_test = cases.X[40:], cases.y[40:]
    p = model.predict(x_test)
    expected = metrics.accuracy_score(y_test, p)
    metrics.accuracy_score(y_test, p)
    metrics.f1_score(y_test, y_pred=p, average="macro")
    metrics.mean_squared_error(y_test, model.predict(x_test))
    metrics.log_loss(y_test, model.predict_proba(x_test))
    metrics.accuracy_score(cases.y[:40], model.predict(cases.X[:40]))
    metrics.roc_auc_score(y_test, model.predict_proba(x_test)[:, 1])
    metrics.confusion_matrix(y_test, p)  # no number
    metrics.accuracy_score(y_test, p.copy())  # somebody else's numbers, as far as one can tell
    (run,) = runs()
    calls = json.loads(reporter.artifacts.load_text(f"runs:/{run.info.run_id}/metric_info.json"))
    assert calls == {
        "accuracy_score_x_test": "accuracy_score(y_true=y_test, y_pred=p)",
        "accuracy_score-2_x_test": "accuracy_score(y_true=y_test, y_pred=p)",
        "f1_score_x_test": "f1_score(y_true=y_test, y_pred=p, average='macro')",
        "mean_squared_error_x_test": "mean_squared_error(y_true=y_test, y_pred=<ndarray>)",
        "log_loss_x_test": "log_loss(y_true=y_test, y_proba=<ndarray>)",
        "accuracy_score-3_unknown_dataset": "accuracy_score(y_true=<ndarray>, y_pred=<ndarray>)",
        "roc_auc_score_x_test": "roc_auc_score(y_true=y_test, y_score=<ndarray>)",
    }
    found = {key for key in run.data.metrics if not key.startswith("training_")}
    assert found == set(calls)
    assert run.data.metrics["accuracy_score_x_test"] == expected


def test_metrics_after_training_can_be_switched_off(autolog, runs, cases):
    autolog(log_models=False, log_plots=False, log_post_training_metrics=False)
    model = LogisticRegression().fit(cases.X, cases.y)
    metrics.accuracy_score(cases.y, model.predict(cases.X))
    model.score(cases.X, cases.y)
    (run,) = runs()
    assert all(key.startswith("training_") for key in run.data.metrics)


def test_predictions_are_forgotten_with_their_arrays(autolog, cases):
    autolog(log_models=False, log_plots=False)
    model = LogisticRegression().fit(cases.X, cases.y)
    before = len(held_out._predictions)
    predicted = model.predict(cases.X)
    assert len(held_out._predictions) == before + 1
    del predicted
    assert len(held_out._predictions) == before


def test_residuals_of_regressors_are_drawn(autolog, runs, cases):
    pytest.importorskip("matplotlib")
    autolog(log_models=False)
    Ridge().fit(cases.X_REAL, cases.Y_REAL)
    assert "training_residuals.png" in record(runs()[0])["artifacts"]


def test_a_search_logs_its_best_and_its_candidates(autolog, runs, cases):
    autolog(max_tuning_runs=2, log_plots=False)
    values = {"C": [0.001, 0.1, 1, 10]}
    GridSearchCV(LogisticRegression(), values, cv=3).fit(cases.X, cases.y)
    found = runs()
    (parent,) = [run for run in found if "mlflow.parentRunId" not in run.data.tags]
    children = [run for run in found if run is not parent]
    assert len(children) == 2
    assert {run.data.tags["mlflow.parentRunId"] for run in children} == {parent.info.run_id}
    assert {run.info.status for run in children} == {"FINISHED"}
    assert min(run.data.metrics["rank_test_score"] for run in children) == 1
    assert parent.data.params["best_C"] in {run.data.params["C"] for run in children}
    assert record(parent)["artifacts"] >= {"cv_results.csv", "model", "best_estimator"}
    path = reporter.artifacts.download_artifacts(f"runs:/{parent.info.run_id}/cv_results.csv")
    with open(path, encoding="utf-8") as file:
        assert len(file.read().splitlines()) == 5


def test_every_candidate_when_there_is_no_limit(autolog, runs, cases):
    autolog(max_tuning_runs=None, log_models=False, log_plots=False, log_datasets=False)
    GridSearchCV(Ridge(), {"alpha": range(1, 8)}, cv=2).fit(cases.X_REAL, cases.Y_REAL)
    assert len(runs()) == 8


def test_threads_each_log_their_own_training(autolog, runs, cases):
    autolog(log_models=False, log_plots=False)
    work = [
        threading.Thread(target=Ridge(alpha=alpha).fit, args=(cases.X_REAL, cases.Y_REAL))
        for alpha in (1, 2, 3)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert {run.data.params["alpha"] for run in runs()} == {"1", "2", "3"}


def test_a_search_in_threads_is_one_training(autolog, runs, cases):
    joblib = pytest.importorskip("joblib")
    autolog(log_models=False, log_plots=False, max_tuning_runs=0)
    with joblib.parallel_backend("threading"):
        search = GridSearchCV(Ridge(), {"alpha": [1, 2]}, cv=2, n_jobs=2)
        search.fit(cases.X_REAL, cases.Y_REAL)
    assert len(runs()) == 1


def test_unknown_arguments_are_refused_and_mlflows_accepted(autolog):
    autolog(disable_for_unsupported_versions=True, registered_model_name=None)
    with pytest.raises(InvalidInputError, match=r"'log_model'.*'log_models'"):
        autolog(log_model=True)


def test_patches_leave_no_trace(autolog):
    before = vars(Ridge).get("fit"), LogisticRegression.fit
    autolog()
    autologging.restore(estimators.PATCHED)
    assert (vars(Ridge).get("fit"), LogisticRegression.fit) == before
    assert "__init_subclass__" not in vars(BaseEstimator)


def test_one_call_turns_on_everything_that_is_there(autolog, runs, cases):
    reporter.autolog(log_models=False, exclude_flavors=["xgboost", "lightgbm"])
    Ridge().fit(cases.X_REAL, cases.Y_REAL)
    reporter.autolog(disable=True)
    Ridge().fit(cases.X_REAL, cases.Y_REAL)
    assert len(runs()) == 1
