"""What is measured of a trained estimator afterwards: ``score``, and metrics of its predictions.

A prediction is known again by identity, also as a part of the array that was predicted, so
``accuracy_score(y_test, model.predict(X_test))`` is logged to the run that trained the model.
"""

from __future__ import annotations

import inspect
import json
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from numbers import Real
from typing import Any
from weakref import WeakKeyDictionary, ref

from reporter.integrations import autologging
from reporter.integrations.autologging import AutologOptions
from reporter.integrations.estimator_calls import (
    call_data,
    flavor_of,
    is_outermost,
    name_at_caller,
)
from reporter.integrations.estimator_metrics import Answers
from reporter.integrations.estimator_plots import log_plots
from reporter.integrations.training_data import log_dataset
from reporter.tracking.live import LiveRun

__all__ = ["metric", "predict", "remember", "score"]

# MLflow's names: of the list of calls, and of data that has none.
_CALLS_FILE = "metric_info.json"
_NO_NAME = "unknown_dataset"
# A view of a view of a view: more were hardly made of one prediction.
_MAX_VIEWS = 8


@dataclass
class _Trained:
    """Where a trained estimator was logged, and what was measured of it since."""

    run_id: str
    store: str
    counts: Counter[str] = field(default_factory=Counter)
    calls: dict[str, str] = field(default_factory=dict)
    drawn: set[str] = field(default_factory=set)

    def log(self, live: LiveRun, what: str, data: str, value: float, call: str) -> None:
        """Log a value, and the call that gave it, under a name of its own."""
        self.counts[what] += 1
        count = f"-{self.counts[what]}" if self.counts[what] > 1 else ""
        key = autologging.clean_key(f"{what}{count}_{data or _NO_NAME}")
        live.log_point(key, value)
        self.calls[key] = call
        text = json.dumps(self.calls, indent=2, ensure_ascii=False)
        live.put(_CALLS_FILE, text.encode(), kind="dict")


@dataclass
class _Prediction:
    """An array that a trained estimator predicted."""

    array: ref[Any]
    place: _Trained
    flavor: str
    data: str


_trained: WeakKeyDictionary[Any, _Trained] = WeakKeyDictionary()
_predictions: dict[int, _Prediction] = {}


def remember(live: LiveRun, estimator: Any) -> None:
    """Keep in mind where an estimator was logged, for as long as it lives."""
    _trained[estimator] = _Trained(live.run_id, live.store)


def _place_of(estimator: Any) -> _Trained | None:
    try:
        return _trained.get(estimator)
    except TypeError:  # neither hashable nor weakly referenced: it was not remembered either
        return None


def _settings_for(flavor: str) -> AutologOptions | None:
    found = autologging.options_for(flavor)
    return found if found is not None and found.log_post_training_metrics else None


def score(original: Callable[..., Any], estimator: Any, *args: Any, **kwargs: Any) -> Any:
    """Call ``score``, and log what it returned for an estimator that was logged."""
    place = _place_of(estimator)
    flavor = flavor_of(estimator)
    options = None if place is None else _settings_for(flavor)
    if place is None or options is None or not is_outermost(estimator):
        return original(estimator, *args, **kwargs)
    with autologging.aside(flavor, options, estimator):
        result = original(estimator, *args, **kwargs)
        with autologging.shield(flavor):
            call = _call_text(original, (estimator, *args), kwargs, type(estimator).__name__)
            data = call_data(original, estimator, args, kwargs)
            _log_score(place, estimator, float(result), call, options, data)
    return result


def _log_score(
    place: _Trained,
    estimator: Any,
    result: float,
    call: str,
    options: AutologOptions,
    data: tuple[Any, Any, Any],
) -> None:
    """Log a score of data that the estimator was not trained on, perhaps after the run's end."""
    features, truth, weights = data
    name = name_at_caller(features)
    is_first = name not in place.drawn
    place.drawn.add(name)
    with autologging.appending(place.run_id, place.store) as live:
        place.log(live, f"{type(estimator).__name__}_score", name, result, call)
        if is_first and options.log_datasets:
            log_dataset(live, "eval", features, truth)
        if is_first and truth is not None and hasattr(estimator, "predict"):
            answers = Answers(estimator, features, truth, weights)
            log_plots(live, options, answers, autologging.clean_key(name or _NO_NAME))


def predict(original: Callable[..., Any], estimator: Any, *args: Any, **kwargs: Any) -> Any:
    """Call a function that predicts, and keep in mind what came out of an estimator logged."""
    result = original(estimator, *args, **kwargs)
    place = _place_of(estimator)
    if place is None or autologging.current_training() is not None:
        return result
    flavor = flavor_of(estimator)
    if _settings_for(flavor) is not None and is_outermost(estimator):
        with autologging.shield(flavor), suppress(TypeError):  # lists have no weak references
            features, _, _ = call_data(original, estimator, args, kwargs)
            number = id(result)
            array = ref(result, lambda _: _predictions.pop(number, None))
            _predictions[number] = _Prediction(array, place, flavor, name_at_caller(features))
    return result


def metric(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a function of ``sklearn.metrics``, and log its number if it measured a prediction."""
    result = original(*args, **kwargs)
    if not _predictions or not isinstance(result, Real):
        return result
    found = _prediction_among((*args, *kwargs.values()))
    if found is None or autologging.current_training() is not None:
        return result
    if _settings_for(found.flavor) is not None and not autologging.is_called_from("sklearn"):
        with autologging.shield(found.flavor):
            call = _call_text(original, args, kwargs)
            place = found.place
            with autologging.appending(place.run_id, place.store) as live:
                place.log(live, original.__name__, found.data, float(result), call)
    return result


def _prediction_among(values: Iterable[Any]) -> _Prediction | None:
    """Return the first prediction, or the one that a value is a part of."""
    for value in values:
        part = value
        for _ in range(_MAX_VIEWS):
            found = _predictions.get(id(part))
            if found is not None and found.array() is part:
                return found
            part = getattr(part, "base", None)
            if part is None:
                break
    return None


def _call_text(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], owner: str = ""
) -> str:
    """Write a call as the user's code may have it, values by their names there."""
    bound = inspect.signature(function).bind_partial(*args, **kwargs)
    given = {name: value for name, value in bound.arguments.items() if name != "self"}
    given |= given.pop("kwargs", {})
    inside = ", ".join(f"{name}={_value_text(value)}" for name, value in given.items())
    return f"{owner}{'.' if owner else ''}{function.__name__}({inside})"


def _value_text(value: object) -> str:
    if value is None or isinstance(value, (bool, int, float, str)):
        return repr(value)
    return name_at_caller(value) or f"<{type(value).__name__}>"
