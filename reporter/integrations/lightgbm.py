"""Log, save and load LightGBM models: boosters as LightGBM writes them, estimators as pickles."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from reporter.integrations import boosting, models, pickling
from reporter.integrations.autologging import Training
from reporter.integrations.callbacks import open_run
from reporter.integrations.model_folder import SavedModel
from reporter.integrations.models import ModelInfo, ModelOptions
from reporter.tracking.live import LiveRun

__all__ = ["autolog", "load_model", "log_model", "run_callback", "save_model", "saved"]

FLAVOR = "lightgbm"
_IMPORTANCES = ("split", "gain")  # MLflow's
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
        accepted,
        registered_model_name=registered_model_name,
        signature=signature,
        input_example=input_example,
    )
    return models.log(saved(lgb_model, form), lgb_model, name or artifact_path, options)


def save_model(lgb_model: Any, path: str | os.PathLike[str], **accepted: Any) -> None:
    """Write a model to a local folder; the arguments are those of :func:`log_model`."""
    form = accepted.pop("serialization_format", None)
    models.save(saved(lgb_model, form), lgb_model, path, ModelOptions.read(accepted))


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


def saved(model: Any, form: str | None) -> SavedModel:
    """Turn a model into bytes, and say what a loader must know of them."""
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


def autolog(
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    silent: bool = False,
    extra_tags: Mapping[str, object] | None = None,
    *,
    log_plots: bool = True,
    **accepted: Any,
) -> None:
    """Log every training by ``lightgbm.train`` and by LightGBM's estimators, from now on.

    Params, evaluations of every iteration, the best iteration, feature importances, the model; of
    estimators also what :func:`reporter.sklearn.autolog` logs.

    Parameters
    ----------
    log_input_examples, log_model_signatures, log_models, log_datasets, log_plots : bool
    disable, exclusive, silent, extra_tags
        As for :func:`reporter.sklearn.autolog`.
    **accepted
        MLflow's further arguments.
    """
    boosting.watch(FLAVOR, dict(locals()), "engine", _steps)


def _steps(job: Training) -> Callable[..., Any]:
    def call(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        evaluations = boosting.Evaluations(job.live, FLAVOR)
        args, kwargs = boosting.with_callback(original, args, kwargs, _recorder(evaluations))
        model = original(*args, **kwargs)
        job.attempt(_log_end, job, model, evaluations)
        if job.options.log_models and job.subject is None:
            job.attempt(_log_trained, model)
        return model

    return call


def _log_end(live: LiveRun, job: Training, model: Any, evaluations: boosting.Evaluations) -> None:
    if model.best_iteration > 0:  # counted from 1; 0 when nothing stopped it early
        best = model.best_iteration
        evaluations.log_best(best, len(evaluations.rows), best - 1)
    names = model.feature_name()
    for kind in job.options.importance_types or _IMPORTANCES:
        values = model.feature_importance(importance_type=kind).tolist()
        scores = dict(zip(names, values, strict=True))
        boosting.log_importance(live, scores, kind, draw=job.options.log_plots)


def _log_trained(live: LiveRun, model: Any) -> None:
    models.log(saved(model, None), model, "model", ModelOptions(), live.run_id)


def run_callback(run: str | LiveRun | None = None) -> Callable[[Any], None]:
    """Return a callback for ``lightgbm.train`` that logs evaluations of every iteration.

    Parameters
    ----------
    run : str, optional
        A run's id; the active run when None, started if there is none.

    Returns
    -------
    callable
        For ``callbacks=[...]``.
    """
    return _recorder(boosting.Evaluations(open_run(run), FLAVOR))


def _recorder(evaluations: boosting.Evaluations) -> Callable[[Any], None]:
    def record(env: Any) -> None:
        found = env.evaluation_result_list or ()
        evaluations.add(env.iteration, [(item[0], item[1], item[2]) for item in found])

    record.order = 15  # type: ignore[attr-defined]  # before early stopping, which is 30
    return record
