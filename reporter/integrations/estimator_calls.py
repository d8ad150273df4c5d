"""How a call of an estimator is read: whose settings apply, whether it is the user's, its data."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any

from reporter.integrations import autologging
from reporter.integrations.models import package_of

__all__ = ["PREPARING", "call_data", "flavor_of", "is_outermost", "name_at_caller"]

_FLAVORS = ("sklearn", "xgboost", "lightgbm")
PREPARING = (
    "sklearn.preprocessing",
    "sklearn.impute",
    "sklearn.feature_extraction",
    "sklearn.feature_selection",
    "sklearn.compose._column_transformer",
)
"""MLflow 3.17's exceptions: steps that prepare data, for which a run of their own says nothing."""


def flavor_of(estimator: object) -> str:
    """Return whose settings apply to an estimator.

    Examples
    --------
    >>> flavor_of(object())
    'sklearn'
    """
    package = package_of(estimator)
    return package if package in _FLAVORS else "sklearn"


def is_outermost(estimator: object) -> bool:
    """Tell a call by the user from one inside a search, a pipeline or a cross-validation."""
    if autologging.current_training() is not None:
        return False
    is_preparing = type(estimator).__module__.startswith(PREPARING)
    return not is_preparing and not autologging.is_called_from("sklearn")


def call_data(
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


def name_at_caller(value: object) -> str:
    """Return the name that the user's code has for a value, "" when it has none."""
    frame = sys._getframe(1)
    while frame.f_back and str(frame.f_globals.get("__name__")).startswith("reporter."):
        frame = frame.f_back
    for names in (frame.f_locals, frame.f_globals):
        for name, found in list(names.items()):
            if found is value and not name.startswith("_"):
                return name
    return ""
