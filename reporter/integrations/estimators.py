"""Patches ``fit`` and ``score`` of everything with scikit-learn's interface.

Classes are found as subclasses of ``BaseEstimator``: those that exist, and those still to come by
the hook that Python calls for a new subclass. So no module of scikit-learn is imported to look for
estimators, and estimators of the user's own and of other libraries are logged too.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any
from weakref import WeakKeyDictionary

from reporter.integrations import autologging, models
from reporter.integrations.autologging import AutologOptions, Training
from reporter.integrations.estimator_metrics import Answers, estimator_metrics
from reporter.integrations.estimator_plots import can_draw, estimator_plots
from reporter.integrations.model_folder import head
from reporter.integrations.models import ModelOptions, package_of
from reporter.integrations.parameter_search import is_search, log_search
from reporter.integrations.post_import import when_imported
from reporter.integrations.signature import ModelSignature
from reporter.integrations.training_data import log_dataset
from reporter.tracking.live import LiveRun

__all__ = ["flavor_of", "watch_estimators"]

PATCHED = "estimators"
_FLAVORS = ("sklearn", "xgboost", "lightgbm")
_FITS = ("fit", "fit_predict", "fit_transform")
# MLflow 3.17's exceptions: steps that prepare data, for which a run of their own says nothing.
_PREPARING = (
    "sklearn.preprocessing",
    "sklearn.impute",
    "sklearn.feature_extraction",
    "sklearn.feature_selection",
    "sklearn.compose._column_transformer",
)
_SIGNATURE_ROWS = 5


@dataclass
class _Trained:
    """Where a trained estimator was logged, and how often it was asked for a score."""

    run_id: str
    store: str
    calls: int = 0
    drawn: set[str] = field(default_factory=set)


_trained: WeakKeyDictionary[Any, _Trained] = WeakKeyDictionary()


def flavor_of(estimator: object) -> str:
    """Return whose settings apply to an estimator.

    Examples
    --------
    >>> flavor_of(object())
    'sklearn'
    """
    package = package_of(estimator)
    return package if package in _FLAVORS else "sklearn"


def watch_estimators() -> None:
    """Patch estimators, as soon as scikit-learn is imported."""
    if not autologging.is_patched(PATCHED):
        when_imported("sklearn.base", _patch_all)


def _patch_all(module: ModuleType) -> None:
    if autologging.is_patched(PATCHED):
        return
    base: Any = module.BaseEstimator  # Any: its hook is called by name
    before = base.__init_subclass__.__func__

    def __init_subclass__(cls: type, **kwargs: Any) -> None:  # noqa: N807  # Python's own name
        before(cls, **kwargs)
        _patch_class(cls)

    hook: Any = __init_subclass__
    autologging.put_attribute(PATCHED, base, "__init_subclass__", classmethod(hook))
    for mixin in (module.ClusterMixin, module.OutlierMixin, module.TransformerMixin):
        _patch_class(mixin)
    for mixin in (module.ClassifierMixin, module.RegressorMixin):
        _patch_class(mixin)
    for cls in dict.fromkeys(_subclasses(base)):
        _patch_class(cls)


def _subclasses(cls: type[Any]) -> Iterator[type[Any]]:
    for child in cls.__subclasses__():
        yield child
        yield from _subclasses(child)


def _patch_class(cls: type) -> None:
    """Patch what the class itself defines; what it inherits is patched where it stands."""
    if cls.__module__.startswith(_PREPARING):
        return
    for name in (*_FITS, "score"):
        method: Any = vars(cls).get(name)
        wrapper = _score if name == "score" else _fit
        if inspect.isfunction(method):
            autologging.patch(PATCHED, cls, name, wrapper)
        elif hasattr(method, "check") and hasattr(method, "fn"):
            # scikit-learn's methods that are there or not by what the last step can do
            conditional = copy(method)
            conditional.fn = autologging.wrapped(method.fn, wrapper)
            autologging.put_attribute(PATCHED, cls, name, conditional)


def _is_outermost(estimator: object) -> bool:
    """Tell a call by the user from one inside a search, a pipeline or a cross-validation."""
    if autologging.current_training() is not None:
        return False
    is_preparing = type(estimator).__module__.startswith(_PREPARING)
    return not is_preparing and not autologging.is_called_from("sklearn")


def _fit(original: Callable[..., Any], estimator: Any, *args: Any, **kwargs: Any) -> Any:
    flavor = flavor_of(estimator)
    options = autologging.options_for(flavor)
    if options is None or not _is_outermost(estimator):
        return original(estimator, *args, **kwargs)
    features, truth, weights = _arguments(original, estimator, args, kwargs)
    with autologging.training(flavor, options, estimator) as job:
        job.attempt(_log_start, estimator)
        result = original(estimator, *args, **kwargs)
        job.attempt(_remember, estimator)
        if options.log_datasets:
            job.attempt(_log_data, job, features, truth)
        if truth is not None:
            job.attempt(_log_metrics, job, features, truth, weights)
        if is_search(estimator):
            job.attempt(log_search, job)
        job.attempt(_log_html, estimator)
        if options.log_models:
            job.attempt(_log_models, job, features)
    return result


def _arguments(
    function: Callable[..., Any], estimator: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, Any, Any]:
    """Return features, truth and weights of a call; None for what it was not given."""
    try:
        bound = inspect.signature(function).bind_partial(estimator, *args, **kwargs).arguments
    except (TypeError, ValueError):
        return None, None, None
    values = list(bound.values())[1:]
    truth = bound.get("y", bound.get("Y", bound.get("y_true")))
    features = bound.get("X", values[0] if values else None)
    weights = bound.get("sample_weight", kwargs.get("sample_weight"))
    return features, truth, weights


def _log_start(live: LiveRun, estimator: Any) -> None:
    cls = type(estimator)
    live.set_tags(
        {
            "estimator_name": cls.__name__,
            "estimator_class": f"{cls.__module__}.{cls.__name__}",
        }
    )
    # The candidates of a search are child runs: its own params are those of the search.
    is_deep = not (hasattr(estimator, "estimator") and hasattr(estimator, "refit"))
    autologging.log_new_params(live, estimator.get_params(deep=is_deep))


def _remember(live: LiveRun, estimator: Any) -> None:
    _trained[estimator] = _Trained(live.run_id, live.store)


def _log_data(live: LiveRun, job: Training, features: Any, truth: Any) -> None:
    job.dataset = log_dataset(live, "train", features, truth)


def _log_metrics(live: LiveRun, job: Training, features: Any, truth: Any, weights: Any) -> None:
    estimator = job.subject
    if not hasattr(estimator, "predict"):
        return
    answers = Answers(estimator, features, truth, weights)
    found = estimator_metrics(answers, "training_", job.options.pos_label)
    if hasattr(estimator, "score"):
        weighted = {} if weights is None else {"sample_weight": weights}
        found["training_score"] = float(estimator.score(features, truth, **weighted))
    live.log_points(found, None, None)
    _log_plots(live, job.options, answers, "training")


def _log_plots(live: LiveRun, options: AutologOptions, answers: Answers, prefix: str) -> None:
    if not options.log_plots or not can_draw():
        return
    from reporter.tracking.serializers import serialize_figure

    for name, figure in estimator_plots(answers):
        path = f"{prefix}_{name}.png"
        live.put(path, serialize_figure(figure, path, {}), kind="figure")


def _log_html(live: LiveRun, estimator: Any) -> None:
    from sklearn.utils import estimator_html_repr

    live.put("estimator.html", estimator_html_repr(estimator).encode(), kind="text")


def _log_models(live: LiveRun, job: Training, features: Any) -> None:
    logged = {"model": job.subject}
    if is_search(job.subject) and hasattr(job.subject, "best_estimator_"):
        logged["best_estimator"] = job.subject.best_estimator_
    for path, model in logged.items():
        options = _model_options(job.options, model, features)
        models.log(_saved(model, job.options), model, path, options, live.run_id)


def _model_options(options: AutologOptions, model: Any, features: Any) -> ModelOptions:
    signature: ModelSignature | bool = False
    if options.log_model_signatures and features is not None and hasattr(model, "predict"):
        signature = models.told_signature(model, head(features, _SIGNATURE_ROWS)) or False
    example = head(features, _SIGNATURE_ROWS) if options.log_input_examples else None
    return ModelOptions(input_example=example, signature=signature)


def _saved(model: Any, options: AutologOptions) -> Any:
    flavor = flavor_of(model)
    if flavor == "xgboost":
        from reporter.integrations import xgboost

        return xgboost.saved(model, options.model_format)
    from reporter.integrations import lightgbm, sklearn

    door = lightgbm if flavor == "lightgbm" else sklearn
    return door.saved(model, options.serialization_format)


def _score(original: Callable[..., Any], estimator: Any, *args: Any, **kwargs: Any) -> Any:
    flavor = flavor_of(estimator)
    options = autologging.options_for(flavor)
    place = _place_of(estimator)
    if options is None or place is None or not options.log_post_training_metrics:
        return original(estimator, *args, **kwargs)
    if not _is_outermost(estimator):
        return original(estimator, *args, **kwargs)
    with autologging.aside(flavor, options, estimator):
        result = original(estimator, *args, **kwargs)
        data = _arguments(original, estimator, args, kwargs)
        name = _name_at_caller(data[0])
        with autologging.shield(flavor):
            _log_score(place, estimator, float(result), name, options, data)
    return result


def _name_at_caller(value: object) -> str:
    """Return the name that the user's code has for a value, as MLflow does for its metrics."""
    frame = sys._getframe(1)
    while frame.f_back and str(frame.f_globals.get("__name__")).startswith("reporter."):
        frame = frame.f_back
    for names in (frame.f_locals, frame.f_globals):
        for name, found in list(names.items()):
            if found is value and not name.startswith("_"):
                return name
    return "unknown_dataset"


def _log_score(
    place: _Trained,
    estimator: Any,
    result: float,
    name: str,
    options: AutologOptions,
    data: tuple[Any, Any, Any],
) -> None:
    """Log a score of data that the estimator was not trained on, perhaps after the run's end."""
    features, truth, weights = data
    place.calls += 1
    count = f"-{place.calls}" if place.calls > 1 else ""
    key = autologging.clean_key(f"{type(estimator).__name__}_score{count}_{name}")
    is_first = name not in place.drawn
    place.drawn.add(name)
    with autologging.appending(place.run_id, place.store) as live:
        live.log_point(key, result)
        if is_first and options.log_datasets:
            log_dataset(live, "eval", features, truth)
        if is_first and truth is not None and hasattr(estimator, "predict"):
            answers = Answers(estimator, features, truth, weights)
            _log_plots(live, options, answers, autologging.clean_key(name))


def _place_of(estimator: Any) -> _Trained | None:
    try:
        return _trained.get(estimator)
    except TypeError:  # neither hashable nor weakly referenced: it was not remembered either
        return None
