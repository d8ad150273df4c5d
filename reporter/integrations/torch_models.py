"""Log, save and load PyTorch modules, in the layout that MLflow's own ``load_model`` reads."""

from __future__ import annotations

import io
import os
import warnings
from importlib import import_module
from typing import Any

from reporter.errors import InvalidInputError
from reporter.integrations import models, pickling
from reporter.integrations.callbacks import required
from reporter.integrations.model_folder import SavedModel
from reporter.integrations.models import ModelInfo, ModelOptions

__all__ = ["load_model", "load_state_dict", "log_model", "log_state_dict", "save_model", "saved"]

FLAVOR = "pytorch"
_FILE = "data/model.pth"
_PICKLED_BY = "data/pickle_module_info.txt"
_STATE = "state_dict.pth"
# cloudpickle writes what pickle reads, and MLflow's own module is both under one name.
_READ_BY_PICKLE = (pickling.PICKLE, pickling.CLOUDPICKLE, "mlflow.pytorch.pickle_module")


def log_model(
    pytorch_model: Any,  # Any: a torch.nn.Module
    artifact_path: str | None = None,
    conda_env: object = None,
    code_paths: object = None,
    pickle_module: Any = None,  # Any: a module that pickles
    registered_model_name: str | None = None,
    signature: Any = None,
    input_example: Any = None,
    *,
    name: str | None = None,
    **accepted: Any,
) -> ModelInfo:
    """Log a module into the active run, as ``torch.save`` writes it.

    Parameters
    ----------
    pytorch_model : torch.nn.Module
        A scripted one too.
    artifact_path, name : str, optional
        The folder among the run's artifacts; ``"model"`` when both are None.
    conda_env, code_paths, registered_model_name : optional
        Accepted for compatibility.
    pickle_module : module, optional
        cloudpickle when None and it is installed, pickle otherwise.
    signature, input_example : optional
        As for :func:`reporter.sklearn.log_model`.
    **accepted
        MLflow's further arguments.

    Returns
    -------
    ModelInfo
    """
    written = saved(pytorch_model, pickle_module, accepted.pop("serialization_format", None))
    options = ModelOptions.read(
        accepted,
        registered_model_name=registered_model_name,
        signature=signature,
        input_example=input_example,
    )
    return models.log(written, pytorch_model, name or artifact_path, options)


def save_model(
    pytorch_model: Any,
    path: str | os.PathLike[str],
    *,
    pickle_module: Any = None,
    **accepted: Any,
) -> None:
    """Write a module to a local folder; the arguments are those of :func:`log_model`."""
    written = saved(pytorch_model, pickle_module, accepted.pop("serialization_format", None))
    models.save(written, pytorch_model, path, ModelOptions.read(accepted))


def load_model(
    model_uri: str | os.PathLike[str],
    dst_path: str | None = None,
    *,
    device: str | None = None,
    **options: Any,
) -> Any:
    """Load a module from a folder or ``runs:/<run_id>/<path>``, in evaluation mode.

    It is a pickle: loading one runs code in it, so only for models you trust.

    Parameters
    ----------
    model_uri : str or path-like
    dst_path : str, optional
        Where to copy a run's model to.
    device : str, optional
        Where to put it, such as ``"cpu"``.
    **options
        For ``torch.load``, such as ``map_location``.

    Raises
    ------
    InvalidInputError
        There is no such model, or it is of another flavour or form.
    """
    torch = required("torch")
    with models.open_model(model_uri, FLAVOR, dst_path) as (folder, details):
        data = details.get("model_data", "data")
        if os.path.exists(os.path.join(folder, data, "model.pt2")):
            raise InvalidInputError(
                f"'{model_uri}' is an exported program.", "Load it with torch.export.load()."
            )
        path = models.file_in(folder, f"{data}/model.pth")
        if device is not None:
            options.setdefault("map_location", device)
        options.setdefault("pickle_module", _pickler(folder, data))
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*TorchScript archive")
            model = torch.load(path, weights_only=False, **options)
    model.eval()
    return model


def _pickler(folder: str, data: str) -> Any:  # Any: a module
    """Return the module that loads a model; one that was pickled by an unknown one is refused."""
    with open(models.file_in(folder, f"{data}/pickle_module_info.txt"), encoding="utf-8") as file:
        name = file.read().strip()
    if name not in _READ_BY_PICKLE:
        raise InvalidInputError(f"The model was pickled by '{name}'.", "Load it with that itself.")
    return import_module(pickling.PICKLE)


def saved(model: Any, pickle_module: Any = None, form: str | None = None) -> SavedModel:
    """Turn a module into bytes, and say what a loader must know of them.

    Raises
    ------
    InvalidInputError
        It is no module, or another form than a pickle is asked for.
    """
    torch = required("torch")
    if not isinstance(model, torch.nn.Module):
        raise InvalidInputError(f"A {type(model).__name__} is no torch.nn.Module.")
    if form not in (None, pickling.PICKLE):
        raise InvalidInputError(
            f"PyTorch models are not written as {form!r} here.",
            "Call torch.export.save() and log_artifact().",
        )
    buffer = io.BytesIO()
    if isinstance(model, torch.jit.ScriptModule):
        torch.jit.save(model, buffer)
        module = pickle_module or import_module(pickling.PICKLE)
    else:
        module = pickle_module or import_module(pickling.form_in_use())
        torch.save(model, buffer, pickle_module=module)
    files = {_FILE: buffer.getvalue(), _PICKLED_BY: _reader_of(module).encode()}
    details = {"code": None, "model_data": "data", "pytorch_version": str(torch.__version__)}
    packages = ("torch", "numpy", module.__name__)
    return SavedModel(FLAVOR, files, details, packages, has_predict=False)


def _reader_of(module: Any) -> str:  # Any: a module
    """Name what reads what this module pickles: MLflow hands it to ``torch.load``."""
    return str(module.__name__) if hasattr(module, "Unpickler") else pickling.PICKLE


def log_state_dict(state_dict: Any, artifact_path: str, **options: Any) -> None:
    """Log a ``state_dict`` of a module or an optimiser; a checkpoint with several will do too.

    Parameters
    ----------
    state_dict : dict
    artifact_path : str
        The folder among the run's artifacts.
    **options
        For ``torch.save``.
    """
    from reporter.tracking.active import run_to_log

    if not isinstance(state_dict, dict):
        raise InvalidInputError(f"A {type(state_dict).__name__} is no state_dict.")
    buffer = io.BytesIO()
    required("torch").save(state_dict, buffer, **options)
    run_to_log().put(f"{artifact_path.strip('/')}/{_STATE}", buffer.getvalue(), kind="model")


def load_state_dict(state_dict_uri: str | os.PathLike[str], **options: Any) -> Any:
    """Load what :func:`log_state_dict` wrote, from a folder or ``runs:/<run_id>/<path>``.

    Only tensors and plain values are read (``weights_only``), unless `options` for ``torch.load``
    say otherwise.
    """
    with models.local_folder_of(state_dict_uri) as folder:
        path = models.file_in(folder, _STATE)
        return required("torch").load(path, **{"weights_only": True, **options})
