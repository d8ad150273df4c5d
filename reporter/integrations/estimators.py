"""Patches ``fit``, ``score`` and ``predict`` of everything with scikit-learn's interface.

Classes are found as subclasses of ``BaseEstimator``: those that exist, and those still to come by
the hook that Python calls for a new subclass. So no module of scikit-learn is imported to look for
estimators, and estimators of the user's own and of other libraries are logged too.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from copy import copy
from types import ModuleType
from typing import Any

from reporter.integrations import autologging, held_out, models
from reporter.integrations.autologging import AutologOptions, Training
from reporter.integrations.estimator_calls import PREPARING, call_data, flavor_of, is_outermost
from reporter.integrations.estimator_metrics import Answers, estimator_metrics
from reporter.integrations.estimator_plots import log_plots
from reporter.integrations.model_folder import head
from reporter.integrations.models import ModelOptions
from reporter.integrations.parameter_search import is_search, log_search
from reporter.integrations.post_import import when_imported
from reporter.integrations.signature import ModelSignature
from reporter.integrations.training_data import log_dataset
from reporter.tracking.live import LiveRun

__all__ = ["watch_estimators"]

PATCHED = "estimators"
_SIGNATURE_ROWS = 5


def watch_estimators() -> None:
    """Patch estimators, as soon as scikit-learn is imported."""
    if not autologging.is_patched(PATCHED):
        when_imported("sklearn.base", _patch_all)
        when_imported("sklearn.metrics", _patch_metrics)


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
    for cls in dict.fromkeys(_subclasses(base)):
        _patch_class(cls)


def _patch_metrics(module: ModuleType) -> None:
    for name in module.__all__:
        function = getattr(module, name)
        if inspect.isfunction(function) and not autologging.is_wrapped(function):
            autologging.patch(PATCHED, module, name, held_out.metric)


def _subclasses(cls: type[Any]) -> Iterator[type[Any]]:
    for child in cls.__subclasses__():
        yield child
        yield from _subclasses(child)


def _patch_class(cls: type) -> None:
    """Patch what the class and scikit-learn's mixins among its bases define.

    What it inherits from other estimators is patched where it stands.
    """
    if cls.__module__.startswith(PREPARING):
        return
    mixins = (base for base in cls.__mro__[1:] if base.__module__.startswith("sklearn."))
    for owner in (cls, *mixins):
        for name in _WRAPPERS.keys() & vars(owner).keys():
            _patch_method(owner, name)


def _patch_method(owner: type, name: str) -> None:
    method: Any = vars(owner)[name]
    is_conditional = hasattr(method, "check") and hasattr(method, "fn")
    function = method.fn if is_conditional else method
    if not inspect.isfunction(function) or autologging.is_wrapped(function):
        return
    if is_conditional:
        # scikit-learn's methods that are there or not by what the last step can do
        conditional = copy(method)
        conditional.fn = autologging.wrapped(function, _WRAPPERS[name])
        autologging.put_attribute(PATCHED, owner, name, conditional)
    else:
        autologging.patch(PATCHED, owner, name, _WRAPPERS[name])


def _fit(original: Callable[..., Any], estimator: Any, *args: Any, **kwargs: Any) -> Any:
    flavor = flavor_of(estimator)
    options = autologging.options_for(flavor)
    if options is None or not is_outermost(estimator):
        return original(estimator, *args, **kwargs)
    features, truth, weights = call_data(original, estimator, args, kwargs)
    with autologging.training(flavor, options, estimator) as job:
        job.attempt(_log_start, estimator)
        result = original(estimator, *args, **kwargs)
        job.attempt(held_out.remember, estimator)
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
    log_plots(live, job.options, answers, "training")


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


_WRAPPERS: dict[str, Callable[..., Any]] = {
    "fit": _fit,
    "fit_predict": _fit,
    "fit_transform": _fit,
    "score": held_out.score,
    **dict.fromkeys(("decision_function", "predict", "predict_proba"), held_out.predict),
}
