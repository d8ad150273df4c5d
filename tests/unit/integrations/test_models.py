from __future__ import annotations

import json
import time
import warnings
from pathlib import Path

import pytest

import reporter
from reporter.errors import InvalidInputError
from reporter.integrations import models, pickling
from reporter.model import MODELS_TAG, Run, RunData, RunInfo

sklearn = pytest.importorskip("sklearn")
from sklearn.linear_model import LogisticRegression, Ridge  # noqa: E402

import reporter.sklearn  # noqa: E402

# What MLflow 3.17.2 reads when it loads a scikit-learn model from a folder; checked against it by
# hand: mlflow.sklearn.load_model and mlflow.pyfunc.load_model both gave the same predictions.
READ_BY_MLFLOW = {"pickled_model", "serialization_format", "sklearn_version"}


@pytest.fixture
def model(cases):
    return LogisticRegression().fit(cases.X, cases.y)


def paths(run_id):
    return {item.path: item for item in reporter.MlflowClient().list_artifacts(run_id, "model")}


def folder_of(info) -> Path:
    return Path(reporter.get_run(info.run_id).info.artifact_uri, info.artifact_path)


def test_a_logged_model_comes_back(store, model, cases):
    with reporter.start_run() as run:
        info = reporter.sklearn.log_model(model, "model")
    assert info.model_uri == f"runs:/{run.info.run_id}/model"
    back = reporter.sklearn.load_model(info.model_uri)
    assert (back.predict(cases.X) == model.predict(cases.X)).all()
    assert (reporter.sklearn.load_model(folder_of(info)).coef_ == model.coef_).all()


def test_the_files_of_a_model_are_known_as_such(store, model, cases):
    with reporter.start_run() as run:
        reporter.sklearn.log_model(sk_model=model, input_example=cases.X, artifact_path="model")
    found = paths(run.info.run_id)
    assert {Path(path).name for path in found} == {
        "MLmodel",
        "input_example.json",
        "model.pkl",
        "requirements.txt",
        "serving_input_example.json",
    }
    assert {item.kind for item in found.values()} == {"model"}


def test_a_run_is_started_when_none_is_active(store, model):
    info = reporter.sklearn.log_model(model)
    assert reporter.active_run().info.run_id == info.run_id
    assert info.artifact_path == "model"


def test_the_tag_lists_every_model_of_the_run(store, model):
    with reporter.start_run() as run:
        reporter.sklearn.log_model(model, "first")
    with reporter.start_run(run_id=run.info.run_id):
        reporter.sklearn.log_model(model, name="second")
    tags = reporter.get_run(run.info.run_id).data.tags
    history = json.loads(tags["mlflow.log-model.history"])
    assert [entry["artifact_path"] for entry in history] == ["first", "second"]
    assert {entry["run_id"] for entry in history} == {run.info.run_id}


def test_the_run_names_its_models_as_its_outputs(store, model):
    with reporter.start_run() as run:
        first = reporter.sklearn.log_model(model, "first")
        second = reporter.sklearn.log_model(model, name="second", step=7)
        reporter.log_metric("acc", 0.5, model_id=second.model_id)
    found = reporter.get_run(run.info.run_id)
    expected = [{"model_id": first.model_id, "step": 0}, {"model_id": second.model_id, "step": 7}]
    assert found.to_dictionary()["outputs"] == {"model_outputs": expected}
    assert found.outputs.model_outputs[1].step == 7


@pytest.mark.parametrize("text", ["", "no JSON", "{}", "[1, {}]", "[" * 100_000])
def test_a_tag_of_models_that_is_no_list_of_models(text):
    run = Run(info=RunInfo(run_id="a", experiment_id="0"), data=RunData(tags={MODELS_TAG: text}))
    assert run.outputs.model_outputs == ()


def test_mlmodel_says_what_mlflow_reads(store, model, cases):
    yaml = pytest.importorskip("yaml")
    info = reporter.sklearn.log_model(model, input_example=cases.X, metadata={"team": "blue"})
    outline = yaml.safe_load((folder_of(info) / "MLmodel").read_text())
    assert set(outline["flavors"]["sklearn"]) >= READ_BY_MLFLOW
    assert outline["flavors"]["python_function"]["loader_module"] == "mlflow.sklearn"
    assert outline["run_id"] == info.run_id
    assert outline["metadata"] == {"team": "blue"}
    assert outline["saved_input_example_info"]["type"] == "ndarray"
    assert json.loads(outline["signature"]["inputs"])[0]["tensor-spec"]["shape"] == [-1, 4]
    assert json.loads(outline["signature"]["outputs"])[0]["tensor-spec"]["shape"] == [-1]


def test_columns_in_give_a_column_out(store, cases):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(cases.X, columns=list("abcd"))
    model = Ridge().fit(frame, cases.y)
    info = reporter.sklearn.log_model(model, input_example=frame)
    assert [item["name"] for item in info.signature.inputs] == list("abcd")
    assert info.signature.outputs == [{"type": "double", "required": True}]
    example = json.loads((folder_of(info) / "input_example.json").read_text())
    assert example["columns"] == list("abcd")


def test_only_the_first_rows_of_an_example_are_kept(store, model, cases):
    import numpy as np

    info = reporter.sklearn.log_model(model, input_example=np.tile(cases.X, (9, 1)))
    assert len(json.loads((folder_of(info) / "input_example.json").read_text())) == 100


def test_requirements_name_the_versions_in_use_or_those_given(store, model):
    info = reporter.sklearn.log_model(model, extra_pip_requirements=["mine>=2"])
    lines = (folder_of(info) / "requirements.txt").read_text().splitlines()
    assert f"scikit-learn=={sklearn.__version__}" in lines
    assert lines[-1] == "mine>=2"
    info = reporter.sklearn.log_model(model, "other", pip_requirements=["only==1"])
    assert (folder_of(info) / "requirements.txt").read_text() == "only==1\n"


def test_a_signature_is_kept_or_refused(store, model, cases):
    given = reporter.models.infer_signature(cases.X, cases.y)
    assert reporter.sklearn.log_model(model, signature=given).signature is given
    info = reporter.sklearn.log_model(model, "x", signature=False, input_example=cases.X)
    assert info.signature is None


def test_a_failing_predict_does_not_stop_the_logging(store, model):
    models._warned.clear()
    with pytest.warns(UserWarning, match="No signature was told"):
        info = reporter.sklearn.log_model(model, input_example=[["a", "b"]])
    assert reporter.sklearn.load_model(info.model_uri).coef_.shape == (1, 4)


def test_the_registry_is_told_about_once(store, model):
    models._warned.clear()
    with pytest.warns(UserWarning, match="no model registry"):
        reporter.sklearn.log_model(model, registered_model_name="best")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        reporter.sklearn.log_model(model, "again", registered_model_name="best")


def test_arguments_of_mlflow_are_accepted_and_others_not(store, model):
    reporter.sklearn.log_model(model, code_paths=["a.py"], await_registration_for=0, step=3)
    with pytest.raises(InvalidInputError, match=r"no argument 'model_tipe'.*'model_type'"):
        reporter.sklearn.log_model(model, model_tipe="x")


def test_an_unknown_format_is_refused(store, model):
    with pytest.raises(InvalidInputError, match="'cloudpickle' or 'pickle'"):
        reporter.sklearn.log_model(model, serialization_format="skops")


@pytest.mark.parametrize("form", ["pickle", None])
def test_either_pickle_is_read_again(tmp_path, model, form):
    if form is None:
        pytest.importorskip("cloudpickle")
    reporter.sklearn.save_model(model, tmp_path / "m", serialization_format=form)
    assert reporter.sklearn.load_model(tmp_path / "m").C == model.C
    assert reporter.sklearn.load_model((tmp_path / "m").as_uri()).C == model.C


def test_saving_into_a_folder_that_holds_something_is_refused(tmp_path, model):
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInputError, match="not empty"):
        reporter.sklearn.save_model(model, tmp_path)


def test_loading_says_what_is_wrong(tmp_path, model):
    with pytest.raises(InvalidInputError, match="no file MLmodel"):
        reporter.sklearn.load_model(tmp_path)
    with pytest.raises(InvalidInputError, match=r"runs:/<run_id>"):
        reporter.sklearn.load_model("models:/best/1")
    reporter.sklearn.save_model(model, tmp_path / "m")
    with pytest.raises(InvalidInputError, match="Use the load_model of sklearn"):
        reporter.xgboost.load_model(tmp_path / "m")


def test_a_model_may_not_name_a_file_elsewhere(tmp_path, model):
    reporter.sklearn.save_model(model, tmp_path / "m")
    path = tmp_path / "m" / "MLmodel"
    path.write_text(path.read_text().replace(": model.pkl", ": ../secret.pkl"))
    with pytest.raises(InvalidInputError, match="outside of it"):
        reporter.sklearn.load_model(tmp_path / "m")


def test_a_missing_library_is_named(tmp_path):
    path = tmp_path / "model.pkl"
    path.write_bytes(b"cno_such_library\nThing\n.")
    with pytest.raises(InvalidInputError, match="needs the module 'no_such_library'"):
        pickling.unpickled(str(path), "pickle")
    with pytest.raises(InvalidInputError, match="written as skops"):
        pickling.unpickled(str(path), "skops")


def test_xgboost_models_pass_either_door(store, cases):
    xgboost = pytest.importorskip("xgboost")
    model = xgboost.XGBClassifier(n_estimators=3).fit(cases.X, cases.y)
    for door in (reporter.sklearn, reporter.xgboost):
        info = door.log_model(model, door.__name__, input_example=cases.X)
        back = door.load_model(info.model_uri)
        assert isinstance(back, xgboost.XGBClassifier)
        assert (back.predict(cases.X) == model.predict(cases.X)).all()
    info = reporter.xgboost.log_model(model.get_booster(), "booster", model_format="json")
    assert isinstance(reporter.xgboost.load_model(info.model_uri), xgboost.Booster)


def test_an_xgboost_model_may_not_name_another_class(store, tmp_path, cases):
    xgboost = pytest.importorskip("xgboost")
    model = xgboost.XGBClassifier(n_estimators=1).fit(cases.X, cases.y)
    reporter.xgboost.save_model(model, tmp_path / "m")
    path = tmp_path / "m" / "MLmodel"
    path.write_text(path.read_text().replace("xgboost.sklearn.XGBClassifier", "os.system"))
    with pytest.raises(InvalidInputError, match="not one of XGBoost's"):
        reporter.xgboost.load_model(tmp_path / "m")


def test_lightgbm_estimators_and_boosters_come_back(store, cases):
    lightgbm = pytest.importorskip("lightgbm")
    model = lightgbm.LGBMClassifier(n_estimators=3, verbose=-1).fit(cases.X, cases.y)
    for logged in (model, model.booster_):
        info = reporter.lightgbm.log_model(logged, type(logged).__name__, input_example=cases.X)
        back = reporter.lightgbm.load_model(info.model_uri)
        assert type(back) is type(logged)
        assert (back.predict(cases.X) == logged.predict(cases.X)).all()


@pytest.mark.slow
def test_logging_a_model_costs_little_above_pickling_it(store, cases):
    """Compare with pickling plus what any artifact of that size costs, least of several."""
    from sklearn.ensemble import RandomForestClassifier

    model = RandomForestClassifier(200, random_state=0).fit(cases.X, cases.y)
    with reporter.start_run() as run:
        client, floor, ours = reporter.MlflowClient(), [], []
        for number in range(5):
            start = time.perf_counter()
            data, _ = pickling.pickled(model)
            for part in range(3):  # as many files as a model has
                client.log_text(run.info.run_id, "x", f"floor/{number}/{part}.txt")
            client._live(run.info.run_id).put(f"floor/{number}/model.pkl", data)
            middle = time.perf_counter()
            reporter.sklearn.log_model(model, f"model{number}")
            floor.append(middle - start)
            ours.append(time.perf_counter() - middle)
    assert min(ours) <= 2.5 * min(floor)
