"""PyTorch modules: logged, loaded, and what may go wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

import reporter
from reporter.errors import InvalidInputError

torch = pytest.importorskip("torch", exc_type=ImportError)


def module():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Dropout(0.5))


def test_a_module_comes_back_in_evaluation_mode(store):
    model, data = module(), torch.ones(4, 3)
    with reporter.start_run() as run:
        info = reporter.pytorch.log_model(model, name="net")
    assert info.model_uri == f"runs:/{run.info.run_id}/net"
    again = reporter.pytorch.load_model(info.model_uri, device="cpu")
    assert not again.training
    assert torch.equal(again(data), model.eval()(data))
    names = {item.path for item in reporter.MlflowClient().list_artifacts(run.info.run_id, "net")}
    assert names == {"net/MLmodel", "net/data", "net/requirements.txt"}


@pytest.mark.filterwarnings("ignore:.*torch.jit")
def test_a_scripted_module(store, tmp_path):
    model = torch.jit.script(module().eval())
    reporter.pytorch.save_model(model, tmp_path / "net")
    again = reporter.pytorch.load_model(tmp_path / "net")
    assert torch.equal(again(torch.ones(1, 3)), model(torch.ones(1, 3)))


def test_checkpoints(store):
    model = module()
    with reporter.start_run() as run:
        reporter.pytorch.log_state_dict({"model": model.state_dict(), "epoch": 3}, "checkpoint")
    found = reporter.pytorch.load_state_dict(f"runs:/{run.info.run_id}/checkpoint")
    assert found["epoch"] == 3
    assert torch.equal(found["model"]["0.weight"], model.state_dict()["0.weight"])


def test_what_cannot_be_done_says_so(store, tmp_path):
    with pytest.raises(InvalidInputError, match=r"no torch\.nn\.Module"):
        reporter.pytorch.save_model([1], tmp_path / "a")
    with pytest.raises(InvalidInputError, match=r"torch\.export\.save"):
        reporter.pytorch.save_model(module(), tmp_path / "b", serialization_format="pt2")
    with pytest.raises(InvalidInputError, match="no state_dict"):
        reporter.pytorch.log_state_dict([], "c")
    reporter.pytorch.save_model(module(), tmp_path / "d")
    Path(tmp_path, "d", "data", "pickle_module_info.txt").write_text("os")
    with pytest.raises(InvalidInputError, match="pickled by 'os'"):
        reporter.pytorch.load_model(tmp_path / "d")
