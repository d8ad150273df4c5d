"""Log, save and load scikit-learn models, and whatever else has its interface."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from reporter.integrations import autologging, models, pickling
from reporter.integrations.model_folder import SavedModel
from reporter.integrations.models import ModelInfo, ModelOptions

__all__ = ["autolog", "load_model", "log_model", "save_model", "saved"]

FLAVOR = "sklearn"
_FILE = "model.pkl"


def autolog(
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    silent: bool = False,
    max_tuning_runs: int | None = 5,
    log_post_training_metrics: bool = True,
    serialization_format: str | None = None,
    pos_label: Any = None,
    extra_tags: Mapping[str, object] | None = None,
    *,
    log_plots: bool = True,
    **accepted: Any,
) -> None:
    """Log every training of an estimator, from now on.

    The outermost ``fit`` is logged, not those inside a pipeline, a search or a cross-validation:
    params, metrics of the training data, plots, the model; of a search also its candidates. A
    ``score`` afterwards is logged under the name that its data has in your code.

    Parameters
    ----------
    log_input_examples, log_model_signatures, log_models, log_datasets, log_plots : bool
    disable : bool
        Turn it off again.
    exclusive : bool
        Log nothing while a run is active that you started.
    silent : bool
        Do not warn when something could not be logged.
    max_tuning_runs : int or None
        Child runs of a search, the best first; all of them when None.
    log_post_training_metrics : bool
        Log scores, and metrics of `sklearn.metrics` that are given predictions.
    serialization_format : str, optional
        As for :func:`log_model`.
    pos_label : object, optional
        The positive class of precision, recall and F1; weighted over all classes when None.
    extra_tags : mapping, optional
        For the runs that are started.
    **accepted
        MLflow's further arguments.
    """
    if autologging.configure(FLAVOR, dict(locals())):
        from reporter.integrations.estimators import watch_estimators

        watch_estimators()


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
        accepted,
        registered_model_name=registered_model_name,
        signature=signature,
        input_example=input_example,
    )
    return models.log(
        saved(sk_model, serialization_format), sk_model, name or artifact_path, options
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
    models.save(saved(sk_model, serialization_format), sk_model, path, options)


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


def saved(model: Any, form: str | None) -> SavedModel:
    """Turn a model into bytes, and say what a loader must know of them."""
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
