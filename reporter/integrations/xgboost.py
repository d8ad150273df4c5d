"""Log, save and load XGBoost models in XGBoost's own format."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from reporter.errors import InvalidInputError
from reporter.integrations import autologging, boosting, models, pickling
from reporter.integrations.autologging import Training
from reporter.integrations.callbacks import lazily, open_run, required
from reporter.integrations.model_folder import SavedModel
from reporter.integrations.models import ModelInfo, ModelOptions
from reporter.tracking.live import LiveRun

__all__ = ["autolog", "load_model", "log_model", "save_model", "saved"]

FLAVOR = "xgboost"
_IMPORTANCES = ("weight",)  # MLflow's
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
        accepted,
        registered_model_name=registered_model_name,
        signature=signature,
        input_example=input_example,
    )
    return models.log(saved(xgb_model, model_format), xgb_model, name or artifact_path, options)


def save_model(
    xgb_model: Any, path: str | os.PathLike[str], *, model_format: str = "ubj", **accepted: Any
) -> None:
    """Write a model to a local folder; the arguments are those of :func:`log_model`."""
    models.save(saved(xgb_model, model_format), xgb_model, path, ModelOptions.read(accepted))


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


def saved(model: Any, form: str) -> SavedModel:
    """Turn a model into bytes, and say what a loader must know of them."""
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


def autolog(
    importance_types: Sequence[str] | None = None,
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    silent: bool = False,
    model_format: str = "ubj",
    extra_tags: Mapping[str, object] | None = None,
    *,
    log_plots: bool = True,
    **accepted: Any,
) -> None:
    """Log every training by ``xgboost.train`` and by XGBoost's estimators, from now on.

    Params, evaluations of every iteration, the best iteration, feature importances, the model; of
    estimators also what :func:`reporter.sklearn.autolog` logs.

    Parameters
    ----------
    importance_types : sequence of str, optional
        ``("weight",)`` when None.
    log_input_examples, log_model_signatures, log_models, log_datasets, log_plots : bool
    disable, exclusive, silent, extra_tags
        As for :func:`reporter.sklearn.autolog`.
    model_format : {"ubj", "json"}
    **accepted
        MLflow's further arguments.
    """
    boosting.watch(FLAVOR, dict(locals()), "training", _steps)


def _steps(job: Training) -> Callable[..., Any]:
    def call(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with autologging.shield(FLAVOR):
            callback = _callback()(
                job.live, job.options.importance_types or _IMPORTANCES, draw=job.options.log_plots
            )
            args, kwargs = boosting.with_callback(original, args, kwargs, callback)
        model = original(*args, **kwargs)
        if job.options.log_models and job.subject is None:
            job.attempt(_log_trained, model, job.options.model_format)
        return model

    return call


def _log_trained(live: LiveRun, model: Any, form: str) -> None:
    models.log(saved(model, form), model, "model", ModelOptions(), live.run_id)


@cache
def _callback() -> Any:  # Any: a class whose base is XGBoost's
    training_callback = required("xgboost").callback.TrainingCallback

    class RunCallback(training_callback):  # type: ignore[misc, valid-type]  # untyped
        """Logs evaluations of every iteration, the best one and feature importances.

        Parameters
        ----------
        run : str, LiveRun or None
            A run's id; the active run when None, started if there is none.
        importance_types : sequence of str
        draw : bool
            Plot importances where matplotlib is installed.
        """

        def __init__(
            self,
            run: Any = None,
            importance_types: Sequence[str] = _IMPORTANCES,
            *,
            draw: bool = True,
        ) -> None:
            super().__init__()
            self._evaluations = boosting.Evaluations(open_run(run), FLAVOR)
            self._importance_types = importance_types
            self._draw = draw

        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            """Log the iteration; never asks to stop."""
            self._evaluations.add(epoch, _last_of(evals_log))
            return False

        def after_training(self, model: Any) -> Any:
            """Log the best iteration and what the features are worth."""
            with autologging.shield(FLAVOR):
                best = model.attr("best_iteration")
                if best is not None:
                    rows = len(self._evaluations.rows)
                    self._evaluations.log_best(int(best), rows - 1, int(best))
            for kind in self._importance_types:
                with autologging.shield(FLAVOR):
                    scores = {name: _total(score) for name, score in _scores(model, kind)}
                    live = self._evaluations.live
                    if live is not None:
                        boosting.log_importance(live, scores, kind, draw=self._draw)
            return model

    return RunCallback


def _last_of(
    evals_log: Mapping[str, Mapping[str, Sequence[Any]]],
) -> Iterator[tuple[str, str, float]]:
    for data, metrics in evals_log.items():
        for name, values in metrics.items():
            last = values[-1]  # (mean, standard deviation) in cross-validation
            yield data, name, last[0] if isinstance(last, tuple) else last


def _scores(model: Any, kind: str) -> Any:
    return model.get_score(importance_type=kind).items()


def _total(score: Any) -> float:
    """Return one number for a feature: linear models give one for each class."""
    return float(sum(map(abs, score))) if isinstance(score, list) else float(score)


__getattr__ = lazily(__name__, RunCallback=_callback)
