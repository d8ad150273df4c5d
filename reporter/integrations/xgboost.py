"""Log, save and load XGBoost models in XGBoost's own format."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from reporter.errors import InvalidInputError
from reporter.integrations import models, pickling
from reporter.integrations.model_folder import SavedModel
from reporter.integrations.models import ModelInfo, ModelOptions

__all__ = ["load_model", "log_model", "save_model"]

FLAVOR = "xgboost"
_FORMATS = ("ubj", "json", "xgb", "deprecated")


def log_model(
    xgb_model: Any,  # Any: a Booster or an estimator of XGBoost
    artifact_path: str | None = None,
    conda_env: object = None,
    code_paths: object = None,
    registered_model_name: str | None = None,
    signature: Any = None,
    input_example: Any = None,
    *,
    name: str | None = None,
    model_format: str = "ubj",
    **accepted: Any,
) -> ModelInfo:
    """Log a Booster or an estimator of XGBoost into the active run.

    Parameters
    ----------
    xgb_model : xgboost.Booster or xgboost.XGBModel
    artifact_path, name : str, optional
        The folder among the run's artifacts; ``"model"`` when both are None.
    conda_env, code_paths, registered_model_name : optional
        Accepted for compatibility.
    signature, input_example : optional
        As for :func:`reporter.sklearn.log_model`.
    model_format : {"ubj", "json", "xgb"}
    **accepted
        MLflow's further arguments.

    Returns
    -------
    ModelInfo
    """
    options = ModelOptions.read(
        {
            **accepted,
            "registered_model_name": registered_model_name,
            "signature": signature,
            "input_example": input_example,
        }
    )
    return models.log(_saved(xgb_model, model_format), xgb_model, name or artifact_path, options)


def save_model(
    xgb_model: Any, path: str | os.PathLike[str], *, model_format: str = "ubj", **accepted: Any
) -> None:
    """Write a model to a local folder; the arguments are those of :func:`log_model`."""
    models.save(_saved(xgb_model, model_format), xgb_model, path, ModelOptions.read(accepted))


def load_model(model_uri: str | os.PathLike[str], dst_path: str | None = None) -> Any:
    """Load a Booster or an estimator from a folder or ``runs:/<run_id>/<path>``.

    Raises
    ------
    InvalidInputError
        There is no such model, or it is of another flavour.
    """
    with models.open_model(model_uri, FLAVOR, dst_path) as (folder, details):
        path = models.file_in(folder, details.get("data", "model.ubj"))
        model = _class(details.get("model_class", "xgboost.core.Booster"))()
        model.load_model(path)
        return model


def _class(name: str) -> Any:
    """Return a class of XGBoost; a file may not name another package's."""
    module, _, attribute = name.rpartition(".")
    if module.partition(".")[0] != "xgboost":
        raise InvalidInputError(f"The model's class '{name}' is not one of XGBoost's.")
    return getattr(import_module(module), attribute)


def _saved(model: Any, form: str) -> SavedModel:
    if form not in _FORMATS:
        raise InvalidInputError(f"XGBoost writes no {form!r}.", "Use 'ubj' or 'json'.")
    import xgboost

    name = f"model.{form}"
    cls = type(model)
    details = {
        "code": None,
        "data": name,
        "model_class": f"{cls.__module__}.{cls.__qualname__}",
        "model_format": form,
        "xgb_version": xgboost.__version__,
    }
    data = models.written(model.save_model, name)
    is_estimator = hasattr(model, "get_params")
    packages = pickling.packages_in(model, "xgboost", "numpy", *(["sklearn"] * is_estimator))
    return SavedModel(FLAVOR, {name: data}, details, packages)
