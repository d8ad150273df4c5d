"""Loggers that people plug in by hand, and autologging of Keras and Lightning.

Keras and Optuna are tested where they are installed. Lightning and transformers are too large for
that: stand-ins with the documented protocol (which methods are called when, with what) take their
place here; `test_frameworks.py` has them train where they are installed.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import types
from types import SimpleNamespace

import pytest

import reporter
from reporter.integrations import autologging, callbacks


@pytest.fixture
def autologged(store):
    """Everything autologged until the test ends."""
    reporter.autolog()
    yield
    reporter.autolog(disable=True)
    for flavor in (*autologging._patches,):
        autologging.restore(flavor)
    autologging._warned.clear()


def names_in(run_id):
    return {item.path for item in reporter.MlflowClient().list_artifacts(run_id)}


@pytest.mark.parametrize(
    ("module", "name", "package"),
    [
        ("lightning", "RunLogger", "lightning"),
        ("huggingface", "RunCallback", "transformers"),
        ("keras", "RunCallback", "keras"),
        ("xgboost", "RunCallback", "xgboost"),
    ],
)
def test_a_missing_framework_is_named_with_what_to_do(module, name, package, monkeypatch):
    door = importlib.import_module(f"reporter.integrations.{module}")

    def missing(asked):
        raise ModuleNotFoundError(f"No module named {asked!r}", name=asked.partition(".")[0])

    monkeypatch.setattr(callbacks, "import_module", missing)
    for function in vars(door).values():
        if hasattr(function, "cache_clear"):
            function.cache_clear()
    with pytest.raises(ImportError, match=f"needs {package}.*pip install {package}"):
        getattr(door, name)
    with pytest.raises(AttributeError, match="no attribute 'RunCalback'"):
        door.RunCalback  # noqa: B018  # the access is the test


def test_a_framework_that_is_broken_itself_says_so(monkeypatch):
    def broken(asked):
        raise ModuleNotFoundError("No module named 'numpyy'", name="numpyy")

    monkeypatch.setattr(callbacks, "import_module", broken)
    with pytest.raises(ModuleNotFoundError, match="numpyy"):
        callbacks.required("lightning.pytorch")


# Optuna


def test_every_trial_is_a_child_run_and_the_parent_knows_the_best(store, runs):
    optuna = pytest.importorskip("optuna")
    from reporter.integrations.optuna import RunCallback

    optuna.logging.set_verbosity(optuna.logging.ERROR)

    def objective(trial):
        x = trial.suggest_float("x", -1, 1)
        trial.report(x, 0)
        if trial.number == 1:
            raise optuna.TrialPruned
        return x * x

    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    with reporter.start_run() as parent:
        study.optimize(objective, n_trials=4, callbacks=[RunCallback("loss")], n_jobs=2)
    trials = [run for run in runs() if "optuna.number" in run.data.tags]
    assert len(trials) == 4
    assert {run.data.tags["mlflow.parentRunId"] for run in trials} == {parent.info.run_id}
    assert {run.data.tags["optuna.state"] for run in trials} == {"COMPLETE", "PRUNED"}
    best = reporter.get_run(parent.info.run_id).data.metrics["best_loss"]
    assert best == study.best_value


def make_trial(number, value, state="COMPLETE"):
    return SimpleNamespace(
        number=number,
        params={"lr": 0.1, "layer": "a"},
        values=None if value is None else [value],
        intermediate_values={0: 3.0, 5: 2.0},
        user_attrs={"note (mine)": "x"},
        state=SimpleNamespace(name=state),
        datetime_start=None,
        datetime_complete=None,
    )


def test_trials_stand_alone_without_a_parent(store, runs):
    from reporter.integrations.optuna import RunCallback

    study = SimpleNamespace(study_name="s", best_value=1.0)
    RunCallback(tags={"team": "blue"})(study, make_trial(0, 1.0))
    RunCallback()(study, make_trial(1, None, "FAIL"))
    failed, done = runs()
    assert (done.info.run_name, done.info.status) == ("trial 0", "FINISHED")
    assert done.data.params == {"lr": "0.1", "layer": "a"}
    assert done.data.metrics == {"value": 1.0, "intermediate_value": 2.0}
    assert done.data.tags["team"] == "blue"
    assert done.data.tags["note _mine_"] == "x"
    assert failed.info.status == "FAILED"


# Hugging Face


@pytest.fixture
def transformers(monkeypatch):
    """A stand-in for the part of transformers that the callback is built on."""
    module = types.ModuleType("transformers")
    module.TrainerCallback = type("TrainerCallback", (), {})
    monkeypatch.setitem(sys.modules, "transformers", module)
    from reporter.integrations import huggingface

    huggingface._callback.cache_clear()
    yield huggingface
    huggingface._callback.cache_clear()


def fine_tune(callback, *, is_first=True):
    args = SimpleNamespace(to_dict=lambda: {"learning_rate": 5e-5, "num_train_epochs": 1})
    model = SimpleNamespace(config=SimpleNamespace(to_dict=lambda: {"layers": {"n": 2}}))
    state = SimpleNamespace(is_world_process_zero=is_first, global_step=0)
    callback.on_train_begin(args, state, None, model=model)
    for step, loss in ((10, 0.5), (20, 0.25)):
        state.global_step = step
        callback.on_log(args, state, None, logs={"loss": loss, "note": "text"})
    callback.on_train_end(args, state, None)


def test_a_trainer_logs_arguments_configuration_and_metrics(store, runs, transformers):
    fine_tune(transformers.RunCallback())
    (run,) = runs()
    assert run.info.status == "FINISHED"
    assert run.data.params == {
        "learning_rate": "5e-05",
        "num_train_epochs": "1",
        "layers/n": "2",
    }
    history = reporter.MlflowClient().get_metric_history(run.info.run_id, "loss")
    assert [(point.step, point.value) for point in history] == [(10, 0.5), (20, 0.25)]


def test_a_trainer_leaves_your_run_open_and_other_processes_silent(store, runs, transformers):
    with reporter.start_run() as run:
        fine_tune(transformers.RunCallback())
        assert reporter.active_run() is run
    fine_tune(transformers.RunCallback(), is_first=False)
    assert len(runs()) == 1


# Lightning


@pytest.fixture
def lightning(monkeypatch):
    """A stand-in for Lightning: what a Trainer calls of its loggers and callbacks, and when."""
    root = types.ModuleType("lightning")
    module = types.ModuleType("lightning.pytorch")
    module.__spec__ = SimpleNamespace(_initializing=False)
    module.Callback = type("Callback", (), {})
    module.loggers = SimpleNamespace(Logger=type("Logger", (), {"__init__": lambda self: None}))
    module.utilities = SimpleNamespace(rank_zero_only=lambda function: function)
    module.Trainer = type("Trainer", (), {"__init__": new_trainer, "fit": fit_in_epochs})
    module.Trainer.__module__ = "lightning.pytorch.trainer"
    root.pytorch = module
    monkeypatch.setitem(sys.modules, "lightning", root)
    monkeypatch.setitem(sys.modules, "lightning.pytorch", module)
    from reporter.integrations import lightning

    for function in (lightning._logger, lightning._watcher):
        function.cache_clear()
    yield module
    for function in (lightning._logger, lightning._watcher):
        function.cache_clear()


def new_trainer(self, logger=None, max_epochs=2):
    self.logger, self.max_epochs, self.callbacks = logger, max_epochs, []
    self.is_global_zero, self.current_epoch, self.callback_metrics = True, 0, {}
    self.optimizers = [type("Adam", (), {"defaults": {"lr": 0.1}})()]


def fit_in_epochs(self, model, fails=False):
    for callback in self.callbacks:
        callback.on_train_start(self, model)
    for epoch in range(self.max_epochs):
        self.current_epoch = epoch
        self.callback_metrics = {"train_loss": 1 / (epoch + 1)}
        for callback in self.callbacks:
            callback.on_train_epoch_end(self, model)
        if self.logger is not None:
            self.logger.log_metrics({"train_loss": 1 / (epoch + 1), "epoch": epoch}, step=epoch)
    if fails:
        raise RuntimeError("diverged")


def test_lightning_is_autologged(lightning, autologged, runs):
    trainer = lightning.Trainer()
    trainer.fit("the model")
    (run,) = runs()
    assert run.data.params == {"epochs": "2", "optimizer_name": "Adam", "lr": "0.1"}
    history = reporter.MlflowClient().get_metric_history(run.info.run_id, "train_loss")
    assert [(point.step, point.value) for point in history] == [(0, 1.0), (1, 0.5)]
    assert names_in(run.info.run_id) == {"model_summary.txt"}
    assert trainer.callbacks == []


def test_a_failing_lightning_training_fails_its_run(lightning, autologged, runs):
    trainer = lightning.Trainer()
    with pytest.raises(RuntimeError, match="diverged"):
        trainer.fit("the model", fails=True)
    assert runs()[0].info.status == "FAILED"
    assert trainer.callbacks == []


def test_lightnings_logger_creates_a_run_and_ends_it(lightning, store, runs):
    from reporter.integrations.lightning import RunLogger

    logger = RunLogger(experiment_name="nets", run_name="first", tags={"a": 1}, prefix="x/")
    logger.log_hyperparams({"optimizer": {"lr": 0.1}, "depth": 3})
    lightning.Trainer(logger).fit("model")
    assert reporter.active_run() is None
    logger.finalize("success")
    (run,) = runs()
    assert (run.info.run_name, run.info.status) == ("first", "FINISHED")
    assert (logger.version, logger.name) == (run.info.run_id, "nets")
    assert run.data.params == {"optimizer/lr": "0.1", "depth": "3"}
    assert run.data.metrics == {"x/train_loss": 0.5, "x/epoch": 1.0}


def test_lightnings_logger_uses_the_active_run_and_leaves_it_open(lightning, store, runs):
    from reporter.integrations.lightning import RunLogger

    with reporter.start_run() as run:
        logger = RunLogger()
        logger.log_hyperparams(argparse.Namespace(depth=3))
        logger.finalize("failed")
        assert reporter.active_run() is run
    assert runs()[0].info.status == "FINISHED"
    assert runs()[0].data.params == {"depth": "3"}


# Keras


@pytest.fixture
def network():
    """A compiled Keras network, with data."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    keras = pytest.importorskip("keras")
    np = pytest.importorskip("numpy")
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input([3]), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
    x = np.ones((8, 3), dtype="float32")
    return model, x, x[:, :1]


@pytest.mark.filterwarnings("default")
def test_keras_is_autologged(network, autologged, runs):
    model, x, y = network
    model.fit(x, y, epochs=3, batch_size=4, verbose=0, validation_data=(x, y))
    (run,) = runs()
    assert run.info.status == "FINISHED"
    assert run.data.params["epochs"] == "3"
    assert run.data.params["optimizer_name"].startswith("sgd")
    for key in ("loss", "val_loss"):
        history = reporter.MlflowClient().get_metric_history(run.info.run_id, key)
        assert [point.step for point in history] == [0, 1, 2]
    assert names_in(run.info.run_id) == {"model", "model_summary.txt"}
    loaded = reporter.keras.load_model(f"runs:/{run.info.run_id}/model")
    assert (loaded.predict(x, verbose=0) == model.predict(x, verbose=0)).all()


@pytest.mark.filterwarnings("default")
def test_keras_by_hand_logs_batches_when_asked(network, store):
    from reporter.integrations.keras import RunCallback

    model, x, y = network
    with reporter.start_run() as run:
        model.fit(x, y, epochs=2, batch_size=2, verbose=0, callbacks=[RunCallback(None, 2)])
    client = reporter.MlflowClient()
    assert len(client.get_metric_history(run.info.run_id, "loss")) == 2
    steps = [p.step for p in client.get_metric_history(run.info.run_id, "batch/loss")]
    assert steps == [2, 4, 6, 8]


@pytest.mark.filterwarnings("default")
def test_a_keras_model_comes_back_from_a_folder(network, tmp_path):
    model, x, _ = network
    reporter.keras.save_model(model, tmp_path / "m", input_example=x)
    assert reporter.keras.load_model(tmp_path / "m").count_params() == 4
