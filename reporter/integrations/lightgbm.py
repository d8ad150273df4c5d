"""Log, save and load LightGBM models: boosters as LightGBM writes them, estimators as pickles."""

from __future__ import annotations

import os
from typing import Any

from reporter.integrations import models, pickling
from reporter.integrations.model_folder import SavedModel
from reporter.integrations.models import ModelInfo, ModelOptions

__all__ = ["load_model", "log_model", "save_model"]

FLAVOR = "lightgbm"
_BOOSTER = "lightgbm.basic.Booster"


def log_model(
    lgb_model: Any,  # Any: a Booster or an estimator of LightGBM
    artifact_path: str | None = None,
    conda_env: object = None,
    code_paths: object = None,
    registered_model_name: str | None = None,
    signature: Any = None,
    input_example: Any = None,
    *,
    name: str | None = None,
    **accepted: Any,
) -> ModelInfo:
    """Log a Booster or an estimator of LightGBM into the active run.

    Parameters
    ----------
    lgb_model : lightgbm.Booster or lightgbm.LGBMModel
    artifact_path, name : str, optional
        The folder among the run's artifacts; ``"model"`` when both are None.
    conda_env, code_paths, registered_model_name : optional
        Accepted for compatibility.
    signature, input_example : optional
        As for :func:`reporter.sklearn.log_model`.
    **accepted
        MLflow's further arguments.

    Returns
    -------
    ModelInfo
    """
    form = accepted.pop("serialization_format", None)
    options = ModelOptions.read(
        {
            **accepted,
            "registered_model_name": registered_model_name,
            "signature": signature,
            "input_example": input_example,
        }
    )
    return models.log(_saved(lgb_model, form), lgb_model, name or artifact_path, options)


def save_model(lgb_model: Any, path: str | os.PathLike[str], **accepted: Any) -> None:
    """Write a model to a local folder; the arguments are those of :func:`log_model`."""
    form = accepted.pop("serialization_format", None)
    models.save(_saved(lgb_model, form), lgb_model, path, ModelOptions.read(accepted))


def load_model(model_uri: str | os.PathLike[str], dst_path: str | None = None) -> Any:
    """Load a Booster or an estimator from a folder or ``runs:/<run_id>/<path>``.

    An estimator is a pickle: loading one runs code in it, so only for models you trust.

    Raises
    ------
    InvalidInputError
        There is no such model, or it is of another flavour.
    """
    with models.open_model(model_uri, FLAVOR, dst_path) as (folder, details):
        path = models.file_in(folder, details.get("data", "model.lgb"))
        if details.get("model_class", _BOOSTER) != _BOOSTER:
            form = details.get("serialization_format", pickling.CLOUDPICKLE)
            return pickling.unpickled(path, form)
        import lightgbm

        return lightgbm.Booster(model_file=path)


def _saved(model: Any, form: str | None) -> SavedModel:
    import lightgbm

    cls = type(model)
    details: dict[str, object] = {
        "code": None,
        "lgb_version": lightgbm.__version__,
        "model_class": f"{cls.__module__}.{cls.__qualname__}",
    }
    if isinstance(model, lightgbm.Booster):
        files = {"model.lgb": model.model_to_string().encode()}
        packages = pickling.packages_in(model, "lightgbm", "numpy")
    else:
        data, used = pickling.pickled(model, form)
        files = {"model.pkl": data}
        details["serialization_format"] = used
        packages = pickling.packages_in(model, "lightgbm", "sklearn", "numpy", used)
    details["data"] = next(iter(files))
    return SavedModel(FLAVOR, files, details, packages)
