"""Log, save and load scikit-learn models, and whatever else has its interface."""

from __future__ import annotations

import os
from typing import Any

from reporter.integrations import models, pickling
from reporter.integrations.model_folder import SavedModel
from reporter.integrations.models import ModelInfo, ModelOptions

__all__ = ["load_model", "log_model", "save_model"]

FLAVOR = "sklearn"
_FILE = "model.pkl"


def log_model(
    sk_model: Any,  # Any: any estimator; the library is not imported for this
    artifact_path: str | None = None,
    conda_env: object = None,
    code_paths: object = None,
    serialization_format: str | None = None,
    registered_model_name: str | None = None,
    signature: Any = None,
    input_example: Any = None,
    *,
    name: str | None = None,
    **accepted: Any,
) -> ModelInfo:
    """Log a model into the active run, as files that MLflow's ``load_model`` reads too.

    Parameters
    ----------
    sk_model : estimator
        Of scikit-learn, or with its interface: an ``XGBClassifier``, a pipeline.
    artifact_path, name : str, optional
        The folder among the run's artifacts; ``"model"`` when both are None.
    conda_env, code_paths, registered_model_name : optional
        Accepted for compatibility.
    serialization_format : {"cloudpickle", "pickle"}, optional
        cloudpickle where it is installed.
    signature : ModelSignature or False, optional
        Told from `input_example` when None.
    input_example : DataFrame, ndarray, dict or list, optional
        At most the first 100 rows are kept.
    **accepted
        MLflow's further arguments: ``metadata``, ``pip_requirements`` and
        ``extra_pip_requirements`` are kept, the others have no meaning here.

    Returns
    -------
    ModelInfo

    Raises
    ------
    InvalidInputError
        An argument that MLflow does not have either, or a format that is not known.
    """
    options = ModelOptions.read(
        {
            **accepted,
            "registered_model_name": registered_model_name,
            "signature": signature,
            "input_example": input_example,
        }
    )
    return models.log(
        _saved(sk_model, serialization_format), sk_model, name or artifact_path, options
    )


def save_model(
    sk_model: Any,
    path: str | os.PathLike[str],
    *,
    serialization_format: str | None = None,
    **accepted: Any,
) -> None:
    """Write a model to a local folder; the arguments are those of :func:`log_model`."""
    options = ModelOptions.read(accepted)
    models.save(_saved(sk_model, serialization_format), sk_model, path, options)


def load_model(model_uri: str | os.PathLike[str], dst_path: str | None = None) -> Any:
    """Load a model from a folder or a run. This runs code in it: only for models you trust.

    Parameters
    ----------
    model_uri : str or path-like
        A local folder, or ``runs:/<run_id>/<path>``.
    dst_path : str, optional
        Where to copy a run's model to; a temporary folder when None.

    Returns
    -------
    estimator

    Raises
    ------
    InvalidInputError
        There is no such model, or it is of another flavour.
    """
    with models.open_model(model_uri, FLAVOR, dst_path) as (folder, details):
        path = models.file_in(folder, details.get("pickled_model", _FILE))
        return pickling.unpickled(path, details.get("serialization_format", pickling.PICKLE))


def _saved(model: Any, form: str | None) -> SavedModel:
    import sys

    data, used = pickling.pickled(model, form)
    version = getattr(sys.modules.get("sklearn"), "__version__", None)
    details = {
        "code": None,
        "pickled_model": _FILE,
        "serialization_format": used,
        "sklearn_version": version,
    }
    packages = pickling.packages_in(model, "sklearn", "numpy", "scipy", used)
    return SavedModel(FLAVOR, {_FILE: data}, details, packages, hasattr(model, "predict"))
