"""Log, save and load Keras 3 models, and what their training reports every epoch."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType
from typing import Any

from reporter.integrations import autologging, models
from reporter.integrations.autologging import Training
from reporter.integrations.callbacks import lazily, numbers_in, open_run, required
from reporter.integrations.model_folder import SavedModel
from reporter.integrations.models import ModelInfo, ModelOptions
from reporter.integrations.post_import import when_imported
from reporter.tracking.live import LiveRun

__all__ = ["autolog", "load_model", "log_model", "save_model"]

FLAVOR = "keras"
_FILE = "data/model.keras"
# Arguments of fit() that are data or functions.
_NO_PARAMS = {"self", "x", "y", "callbacks", "validation_data", "sample_weight", "verbose"}


def log_model(
    model: Any,  # Any: a Keras model
    artifact_path: str | None = None,
    save_exported_model: bool = False,
    conda_env: object = None,
    signature: Any = None,
    input_example: Any = None,
    registered_model_name: str | None = None,
    *,
    name: str | None = None,
    **accepted: Any,
) -> ModelInfo:
    """Log a Keras model into the active run, in Keras's own format.

    Parameters
    ----------
    model : keras.Model
    artifact_path, name : str, optional
        The folder among the run's artifacts; ``"model"`` when both are None.
    save_exported_model, conda_env, registered_model_name : optional
        Accepted for compatibility.
    signature, input_example : optional
        As for :func:`reporter.sklearn.log_model`.
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
    return models.log(saved(model), model, name or artifact_path, options)


def save_model(model: Any, path: str | os.PathLike[str], **accepted: Any) -> None:
    """Write a model to a local folder; the arguments are those of :func:`log_model`."""
    models.save(saved(model), model, path, ModelOptions.read(accepted))


def load_model(model_uri: str | os.PathLike[str], dst_path: str | None = None) -> Any:
    """Load a model from a folder or ``runs:/<run_id>/<path>``, in Keras's safe mode.

    Raises
    ------
    InvalidInputError
        There is no such model, or it is of another flavour.
    """
    with models.open_model(model_uri, FLAVOR, dst_path) as (folder, details):
        inside = os.path.join(details.get("data", "data"), "model.keras")
        return required("keras").saving.load_model(models.file_in(folder, inside))


def saved(model: Any) -> SavedModel:
    """Turn a model into bytes, and say what a loader must know of them."""
    keras = required("keras")
    details = {
        "data": "data",
        "keras_backend": keras.backend.backend(),
        "keras_version": keras.__version__,
        "save_exported_model": False,
    }
    data = models.written(model.save, "model.keras")
    packages = ("keras", keras.backend.backend(), "numpy")
    return SavedModel(FLAVOR, {_FILE: data}, details, packages, has_predict=False)


def autolog(
    log_models: bool = True,
    log_model_signatures: bool = True,
    log_datasets: bool = True,
    log_input_examples: bool = False,
    disable: bool = False,
    exclusive: bool = False,
    silent: bool = False,
    extra_tags: Mapping[str, object] | None = None,
    **accepted: Any,
) -> None:
    """Log every ``Model.fit`` of Keras 3, from now on.

    Its arguments, the optimiser's settings, the model's summary, metrics of every epoch, the model.

    Parameters
    ----------
    log_models : bool
    log_model_signatures, log_datasets, log_input_examples : bool
        Accepted for compatibility.
    disable, exclusive, silent, extra_tags
        As for :func:`reporter.sklearn.autolog`.
    **accepted
        MLflow's further arguments.
    """
    arguments = dict(locals())
    autologging.restore(FLAVOR)
    if autologging.configure(FLAVOR, arguments):
        when_imported("keras", _patch)


def _patch(module: ModuleType) -> None:
    if autologging.options_for(FLAVOR) is not None and not autologging.is_patched(FLAVOR):
        autologging.patch(FLAVOR, module.Model, "fit", _fit)


def _fit(original: Callable[..., Any], model: Any, *args: Any, **kwargs: Any) -> Any:
    options = autologging.options_for(FLAVOR)
    if options is None or autologging.current_training() is not None:
        return original(model, *args, **kwargs)
    with autologging.training(FLAVOR, options, model) as job:
        job.attempt(_log_arguments, original, model, args, kwargs)
        with autologging.shield(FLAVOR):
            args, kwargs = _with_callback(original, job, model, args, kwargs)
        result = original(model, *args, **kwargs)
        if options.log_models:
            job.attempt(_log_trained, model)
    return result


def _log_arguments(
    live: LiveRun, fit: Callable[..., Any], model: Any, args: tuple[Any, ...], kwargs: Any
) -> None:
    bound = inspect.signature(fit).bind(model, *args, **kwargs)
    bound.apply_defaults()
    params = {key: value for key, value in bound.arguments.items() if key not in _NO_PARAMS}
    autologging.log_new_params(live, params)


def _with_callback(
    fit: Callable[..., Any],
    job: Training,
    model: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments with our callback; the user's list stays as it is."""
    if job.live is None:
        return args, kwargs
    bound = inspect.signature(fit).bind(model, *args, **kwargs)
    before = bound.arguments.get("callbacks") or ()
    listed = list(before) if isinstance(before, (list, tuple)) else [before]
    bound.arguments["callbacks"] = [*listed, _callback()(job.live)]
    return bound.args[1:], bound.kwargs


def _log_trained(live: LiveRun, model: Any) -> None:
    models.log(saved(model), model, "model", ModelOptions(), live.run_id)


@cache
def _callback() -> Any:  # Any: a class whose base is Keras's
    base = required("keras").callbacks.Callback

    class RunCallback(base):  # type: ignore[misc, valid-type]  # untyped
        """Logs the optimiser's settings, the summary and the metrics of every epoch.

        Parameters
        ----------
        run : str or LiveRun, optional
            A run's id; the active run when None, started if there is none.
        log_every_n_steps : int, optional
            Also log every so many batches, as ``batch/...``.
        """

        def __init__(self, run: Any = None, log_every_n_steps: int | None = None) -> None:
            super().__init__()
            self._run = run
            self._every = log_every_n_steps
            self._batches = 0

        def on_train_begin(self, logs: Any = None) -> None:
            """Log what is known before training."""
            with autologging.shield(FLAVOR):
                self._run = open_run(self._run)
                config = self.model.optimizer.get_config()
                params = {f"optimizer_{key}": value for key, value in config.items()}
                autologging.log_new_params(self._run, params)
            with autologging.shield(FLAVOR):
                lines: list[str] = []
                self.model.summary(print_fn=lambda line, *_, **__: lines.append(line))
                self._run.put("model_summary.txt", "\n".join(lines).encode(), kind="text")

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            """Log an epoch's metrics, those of validation as ``val_...``."""
            with autologging.shield(FLAVOR):
                self._run.log_points(numbers_in(logs or {}), epoch, None)

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            """Log a batch's metrics when they are asked for."""
            self._batches += 1
            if self._every and self._batches % self._every == 0:
                with autologging.shield(FLAVOR):
                    found = numbers_in(logs or {}, "batch/")
                    self._run.log_points(found, self._batches, None)

    return RunCallback


__getattr__ = lazily(__name__, RunCallback=_callback)
