"""What XGBoost and LightGBM have in common: evaluations by iteration, best one, importances."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Any

from reporter.integrations import autologging
from reporter.integrations.autologging import Training, clean_key
from reporter.integrations.estimator_plots import can_draw, draw_importance
from reporter.integrations.post_import import when_imported
from reporter.tracking.live import LiveRun

__all__ = [
    "Evaluations",
    "call_params",
    "log_importance",
    "train",
    "watch",
    "with_callback",
]

# Arguments of the training functions that are data, functions or other models.
_NO_PARAMS = {
    "params", "dtrain", "evals", "obj", "feval", "custom_metric", "evals_result", "xgb_model",
    "callbacks", "learning_rates", "train_set", "valid_sets", "valid_names", "fobj", "init_model",
}  # fmt: skip


class Evaluations:
    """Metrics of each iteration, logged as they come.

    Parameters
    ----------
    live : LiveRun or None
        None to log nothing.
    flavor : str
    """

    def __init__(self, live: LiveRun | None, flavor: str) -> None:
        self.live = live
        self.flavor = flavor
        self.rows: list[dict[str, float]] = []

    def add(self, iteration: int, metrics: Iterable[tuple[str, str, float]]) -> None:
        """Log what one iteration gave.

        Parameters
        ----------
        iteration : int
        metrics : iterable of (data name, metric name, value)
        """
        with autologging.shield(self.flavor):
            row = {clean_key(f"{data}-{name}"): float(value) for data, name, value in metrics}
            self.rows.append(row)
            if self.live is not None and row:
                self.live.log_points(row, iteration, None)

    def log_best(self, best: int, stopped: int, row: int) -> None:
        """Log the best iteration, and its metrics once more after the last, as MLflow does.

        Parameters
        ----------
        best, stopped : int
            As the library counts them.
        row : int
            Which of the rows the best one is, from 0.
        """
        if self.live is None or not 0 <= row < len(self.rows):
            return
        self.live.log_points({"stopped_iteration": stopped, "best_iteration": best}, None, None)
        self.live.log_points(self.rows[row], len(self.rows), None)


def call_params(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what a training function is told, its booster's params first."""
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
    except TypeError:
        return {}  # a wrong call: the function itself says so
    bound.apply_defaults()
    rest = {key: value for key, value in bound.arguments.items() if key not in _NO_PARAMS}
    return {**dict(bound.arguments.get("params") or {}), **rest}


def log_importance(live: LiveRun, scores: Mapping[str, float], kind: str, *, draw: bool) -> None:
    """Log feature importances as JSON and, where matplotlib is installed, as a plot."""
    text = json.dumps(scores, indent=2)
    live.put(f"feature_importance_{kind}.json", text.encode(), kind="dict")
    if draw and scores and can_draw():
        from reporter.tracking.serializers import serialize_figure

        path = f"feature_importance_{kind}.png"
        live.put(path, serialize_figure(draw_importance(scores, kind), path, {}), kind="figure")


def watch(
    flavor: str, arguments: Mapping[str, Any], module: str, steps: Callable[[Training], Any]
) -> None:
    """Log a library's trainings from now on, or no more.

    Parameters
    ----------
    flavor : str
        The library's name.
    arguments : mapping
        All of its ``autolog``.
    module : str
        The library's module with its function ``train``, which its estimators call by that name.
    steps : callable
        As for :func:`train`.
    """
    autologging.restore(flavor)
    if autologging.configure(flavor, arguments):
        from reporter.integrations.estimators import watch_estimators

        watch_estimators()
        when_imported(flavor, lambda library: _patch(flavor, library, module, steps))


def _patch(flavor: str, library: ModuleType, module: str, steps: Callable[[Training], Any]) -> None:
    if autologging.options_for(flavor) is None or autologging.is_patched(flavor):
        return

    def replacement(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return train(flavor, original, args, kwargs, steps)

    for owner in (library, getattr(library, module, None), getattr(library, "sklearn", None)):
        if hasattr(owner, "train"):
            autologging.patch(flavor, owner, "train", replacement)


def train(
    flavor: str,
    original: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    steps: Callable[[Training], Callable[..., Any]],
) -> Any:
    """Call a training function, and log it when it is the user's or an estimator's own.

    Parameters
    ----------
    flavor : str
    original : callable
    args, kwargs
        Of the call.
    steps : callable
        Given the training, returns what calls `original` and logs.
    """
    options = autologging.options_for(flavor)
    outer = autologging.current_training()
    if options is None or (outer is not None and not _is_own(outer, flavor)):
        return original(*args, **kwargs)
    if outer is not None:
        return steps(outer)(original, *args, **kwargs)
    if autologging.is_called_from("sklearn"):
        return original(*args, **kwargs)
    with autologging.training(flavor, options) as job:
        job.attempt(_log_params, original, args, kwargs)
        return steps(job)(original, *args, **kwargs)


def _is_own(outer: Training, flavor: str) -> bool:
    """Tell the one training inside an estimator of this library from the many inside a search."""
    return outer.flavor == flavor and outer.live is not None and outer.subject is not None


def _log_params(
    live: LiveRun, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    autologging.log_new_params(live, call_params(function, args, kwargs))


def with_callback(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], callback: object
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return a call's arguments with one callback more; the user's list stays as it is."""
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
    except TypeError:
        return args, kwargs  # a wrong call: the function itself says so
    bound.arguments["callbacks"] = [*(bound.arguments.get("callbacks") or ()), callback]
    return bound.args, bound.kwargs
