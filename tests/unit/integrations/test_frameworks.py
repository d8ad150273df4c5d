"""Real trainings by PyTorch Lightning and Hugging Face's Trainer.

They are large, so `pip install -e '.[test]'` leaves them out and these tests skip;
`.ci/frameworks` installs them and runs everything here. `test_callbacks.py` has the same by
stand-ins, everywhere.
"""

from __future__ import annotations

import logging

import pytest

import reporter
from reporter.integrations import autologging

REASON = "is not installed: run .ci/frameworks"
torch = pytest.importorskip("torch", reason=f"torch {REASON}", exc_type=ImportError)
# What these libraries warn of in their own code is not under test.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]


@pytest.fixture
def autologged(store):
    reporter.autolog()
    yield store
    reporter.autolog(disable=True)
    for flavor in (*autologging._patches,):
        autologging.restore(flavor)
    autologging._warned.clear()


@pytest.fixture
def lightning():
    module = pytest.importorskip("lightning.pytorch", reason=f"lightning {REASON}")
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    return module


def net(lightning):
    class Net(lightning.LightningModule):
        def __init__(self, width=4):
            super().__init__()
            self.save_hyperparameters()
            self.layer = torch.nn.Linear(2, 1)

        def step(self, batch, name):
            loss = torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1])
            self.log(name, loss)
            return loss

        def training_step(self, batch, _):
            return self.step(batch, "train_loss")

        def validation_step(self, batch, _):
            self.step(batch, "val_loss")

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=0.125)

    return Net()


def data():
    x = torch.linspace(-1, 1, 16).reshape(8, 2)
    return torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(x, x.sum(1, keepdim=True)), batch_size=4
    )


def trainer(lightning, folder, **options):
    return lightning.Trainer(
        max_epochs=3,
        accelerator="cpu",
        default_root_dir=folder,
        enable_progress_bar=False,
        enable_model_summary=False,
        enable_checkpointing=False,
        log_every_n_steps=1,
        **options,
    )


def test_lightning_is_autologged(lightning, autologged, tmp_path):
    model = net(lightning)
    trainer(lightning, tmp_path, logger=False).fit(model, data(), data())
    run = reporter.last_active_run()
    assert run.info.status == "FINISHED"
    assert run.data.params["epochs"] == "3"
    assert run.data.params["optimizer_name"] == "SGD"
    assert float(run.data.params["lr"]) == 0.125
    # MLflow 3.17.2 records exactly these too, at these steps.
    assert set(run.data.params) == {"epochs", "optimizer_name", *model.optimizers().defaults}
    assert set(run.data.metrics) == {"train_loss", "val_loss"}
    points = reporter.MlflowClient().get_metric_history(run.info.run_id, "val_loss")
    assert len({point.step for point in points}) == 3
    assert points[-1].value < points[0].value
    names = {item.path for item in reporter.MlflowClient().list_artifacts(run.info.run_id)}
    assert "model_summary.txt" in names


def test_lightnings_logger(lightning, store, tmp_path):
    from reporter.integrations.lightning import RunLogger

    logger = RunLogger(experiment_name="lightning", run_name="by hand")
    trainer(lightning, tmp_path, logger=logger).fit(net(lightning), data(), data())
    run = reporter.get_run(logger.run_id)
    assert (run.info.run_name, run.info.status) == ("by hand", "FINISHED")
    assert run.data.params["width"] == "4"
    assert {"train_loss", "val_loss", "epoch"} <= set(run.data.metrics)
    history = reporter.MlflowClient().get_metric_history(logger.run_id, "train_loss")
    assert [point.step for point in history] == list(range(6))


def test_a_trainer_of_transformers(store, tmp_path):
    transformers = pytest.importorskip("transformers", reason=f"transformers {REASON}")
    pytest.importorskip("accelerate", reason=f"accelerate {REASON}")
    from reporter.integrations.huggingface import RunCallback

    shape = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1}
    config = transformers.BertConfig(vocab_size=16, intermediate_size=8, **shape)
    model = transformers.BertForSequenceClassification(config)
    rows = [{"input_ids": [n % 16, 1, 2], "labels": n % 2} for n in range(8)]
    arguments = transformers.TrainingArguments(
        output_dir=str(tmp_path / "out"),
        num_train_epochs=2,
        per_device_train_batch_size=4,
        logging_steps=1,
        report_to=[],
        save_strategy="no",
        use_cpu=True,
        disable_tqdm=True,
    )
    with reporter.start_run(run_name="bert") as run:
        transformers.Trainer(
            model=model, args=arguments, train_dataset=rows, callbacks=[RunCallback()]
        ).train()
        assert reporter.active_run().info.run_id == run.info.run_id
    found = reporter.get_run(run.info.run_id)
    assert found.info.status == "FINISHED"
    assert found.data.params["num_train_epochs"] == "2"
    assert any("hidden_size" in key for key in found.data.params)
    history = reporter.MlflowClient().get_metric_history(run.info.run_id, "loss")
    assert [point.step for point in history] == [1, 2, 3, 4]
