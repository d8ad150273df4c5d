"""Metrics of a trained estimator by its kind, under the names that MLflow's autologging uses."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

__all__ = ["Answers", "estimator_metrics"]


class Answers:
    """What an estimator says to data whose true answers are known; asked once for each kind.

    Parameters
    ----------
    estimator : estimator
        Trained.
    features : array_like, shape (n_samples, n_features)
    truth : array_like, shape (n_samples,)
    weights : array_like, shape (n_samples,), optional
    """

    def __init__(
        self, estimator: Any, features: Any, truth: Any, weights: Any = None
    ) -> None:  # Any: of whatever library the user trains with
        self.estimator = estimator
        self.features = features
        self.truth = truth
        self.weights = weights
        self.predicted = estimator.predict(features)

    @property
    def classes(self) -> list[Any]:
        """The classes in order; empty for what is no classifier."""
        found = getattr(self.estimator, "classes_", None)
        return [] if found is None else list(found)

    def probabilities(self) -> Any:
        """Return one probability per sample and class, or None."""
        has_any = hasattr(self.estimator, "predict_proba")
        return self.estimator.predict_proba(self.features) if has_any else None

    def scores(self) -> Any:
        """Return one score per sample for the second of two classes, or None."""
        if len(self.classes) != 2:
            return None
        found = self.probabilities()
        if found is not None:
            return found[:, 1]
        has_any = hasattr(self.estimator, "decision_function")
        return self.estimator.decision_function(self.features) if has_any else None


def estimator_metrics(answers: Answers, prefix: str, pos_label: Any = None) -> dict[str, float]:
    """Compute the metrics that fit an estimator's kind.

    Parameters
    ----------
    answers : Answers
    prefix : str
        ``"training_"``.
    pos_label : object
        The positive class; averages are weighted over all classes when None.

    Returns
    -------
    dict of str to float
        Those that could be computed; none for what is neither classifier nor regressor.
    """
    from sklearn.base import is_classifier, is_regressor

    found: dict[str, float] = {}
    if is_classifier(answers.estimator):
        kinds = _of_classifier(answers, pos_label)
    elif is_regressor(answers.estimator):
        kinds = _of_regressor(answers)
    else:
        return found
    for name, compute in kinds:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                found[prefix + name] = float(compute())
            except (ValueError, TypeError, IndexError):
                continue  # one class only, several outputs: this metric is not defined for it
    return found


def _of_classifier(answers: Answers, pos_label: Any) -> Iterator[tuple[str, Callable[[], float]]]:
    from sklearn import metrics

    truth, predicted = answers.truth, answers.predicted
    average = "weighted" if pos_label is None else "binary"
    shared: dict[str, Any] = {"sample_weight": answers.weights}
    averaged = {**shared, "average": average, "pos_label": 1 if pos_label is None else pos_label}
    for name in ("precision_score", "recall_score", "f1_score"):
        yield name, partial(getattr(metrics, name), truth, predicted, **averaged)
    yield "accuracy_score", lambda: metrics.accuracy_score(truth, predicted, **shared)
    chances = answers.probabilities()
    if chances is not None:
        yield "log_loss", lambda: metrics.log_loss(truth, chances, **shared)
        scores = chances[:, 1] if len(chances[0]) == 2 else chances
        yield (
            "roc_auc",
            lambda: metrics.roc_auc_score(
                truth, scores, average="weighted", multi_class="ovo", **shared
            ),
        )


def _of_regressor(answers: Answers) -> Iterator[tuple[str, Callable[[], float]]]:
    from sklearn import metrics

    truth, predicted = answers.truth, answers.predicted
    shared: dict[str, Any] = {"sample_weight": answers.weights}
    squared: Callable[[], float] = partial(metrics.mean_squared_error, truth, predicted, **shared)
    yield "mean_squared_error", squared
    yield "root_mean_squared_error", lambda: float(squared() ** 0.5)
    yield "mean_absolute_error", lambda: metrics.mean_absolute_error(truth, predicted, **shared)
    yield "r2_score", lambda: metrics.r2_score(truth, predicted, **shared)
