"""Figures of a trained estimator: confusion, ROC, precision and recall, calibration, residuals.

Drawn on matplotlib's figures directly, so no window system is asked and no global state changed.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping
from typing import Any

from reporter.integrations.autologging import AutologOptions
from reporter.integrations.estimator_metrics import Answers
from reporter.tracking.live import LiveRun

__all__ = ["can_draw", "draw_importance", "estimator_plots", "log_plots"]

_SIZE = (4.8, 3.6)  # inches; 480 by 360 pixels
_MAX_CLASSES = 40  # more have no readable confusion matrix
_MAX_POINTS = 5_000  # of a residual plot; more are drawn on top of each other
_MAX_BARS = 40


def can_draw() -> bool:
    """Tell whether matplotlib is installed."""
    return importlib.util.find_spec("matplotlib") is not None


def log_plots(live: LiveRun, options: AutologOptions, answers: Answers, prefix: str) -> None:
    """Log the plots that fit an estimator's kind, unless they are switched off."""
    if not options.log_plots or not can_draw():
        return
    from reporter.tracking.serializers import serialize_figure

    for name, figure in estimator_plots(answers):
        path = f"{prefix}_{name}.png"
        live.put(path, serialize_figure(figure, path, {}), kind="figure")


def estimator_plots(answers: Answers) -> Iterator[tuple[str, Any]]:
    """Draw the plots that fit an estimator's kind.

    Parameters
    ----------
    answers : Answers

    Yields
    ------
    name : str
        For example ``"confusion_matrix"``.
    figure : matplotlib.figure.Figure
    """
    from sklearn.base import is_classifier, is_regressor

    if is_regressor(answers.estimator):
        yield "residuals", _residuals(answers)
    elif is_classifier(answers.estimator):
        if len(answers.classes) <= _MAX_CLASSES:
            yield "confusion_matrix", _confusion(answers)
        scores = answers.scores()
        if scores is not None and len(set(answers.truth)) == 2:
            yield "roc_curve", _roc(answers, scores)
            yield "precision_recall_curve", _precision_recall(answers, scores)
            if hasattr(answers.estimator, "predict_proba"):
                yield "calibration_curve", _calibration(answers, scores)


def draw_importance(scores: Mapping[str, float], kind: str) -> Any:
    """Draw feature importances as bars, the greatest on top.

    Parameters
    ----------
    scores : mapping of str to float
    kind : str
        Said in the title.

    Returns
    -------
    matplotlib.figure.Figure
    """
    top = sorted(scores.items(), key=lambda item: item[1])[-_MAX_BARS:]
    figure, axes = _axes(
        f"Feature importance ({kind})", height=max(_SIZE[1], 0.2 * len(top)), has_names=True
    )
    axes.barh([name for name, _ in top], [score for _, score in top], height=0.6)
    axes.set_xlabel("importance")
    return figure


def _axes(title: str, height: float = _SIZE[1], *, has_names: bool = False) -> tuple[Any, Any]:
    """Return a figure with one plot; where names of any length stand, they are measured."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_SIZE[0], height), layout="constrained" if has_names else None)
    axes = figure.add_subplot() if has_names else figure.add_axes((0.15, 0.14, 0.8, 0.76))
    axes.set_title(title)
    return figure, axes


def _confusion(answers: Answers) -> Any:
    from sklearn.metrics import confusion_matrix

    names = answers.classes
    shares = confusion_matrix(
        answers.truth,
        answers.predicted,
        labels=names,
        sample_weight=answers.weights,
        normalize="true",
    )
    figure, axes = _axes("Normalized confusion matrix", has_names=True)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=45 if len(names) > 6 else 0)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="predicted", ylabel="true")
    for row, line in enumerate(shares.tolist()):
        for column, share in enumerate(line if len(names) <= 10 else ()):
            color = "white" if share > 0.5 else "black"
            axes.text(column, row, f"{share:.2f}", ha="center", va="center", color=color)
    return figure


def _roc(answers: Answers, scores: Any) -> Any:
    from sklearn.metrics import roc_curve

    second = answers.classes[1]
    wrong, right, _ = roc_curve(
        answers.truth, scores, pos_label=second, sample_weight=answers.weights
    )
    figure, axes = _axes("ROC curve")
    axes.plot(wrong, right)
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey")
    axes.set(xlabel="false positive rate", ylabel="true positive rate")
    return figure


def _precision_recall(answers: Answers, scores: Any) -> Any:
    from sklearn.metrics import precision_recall_curve

    second = answers.classes[1]
    precision, recall, _ = precision_recall_curve(
        answers.truth, scores, pos_label=second, sample_weight=answers.weights
    )
    figure, axes = _axes("Precision and recall")
    axes.plot(recall, precision, drawstyle="steps-post")
    axes.set(xlabel="recall", ylabel="precision")
    return figure


def _calibration(answers: Answers, scores: Any) -> Any:
    from sklearn.calibration import calibration_curve

    shares, chances = calibration_curve(
        answers.truth, scores, n_bins=10, pos_label=answers.classes[1]
    )
    figure, axes = _axes("Calibration")
    axes.plot(chances, shares, marker="o")
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey")
    axes.set(xlabel="mean predicted probability", ylabel="share of positives")
    return figure


def _residuals(answers: Answers) -> Any:
    import numpy as np

    predicted = np.asarray(answers.predicted)
    difference = np.asarray(answers.truth) - predicted
    step = -(-len(predicted) // _MAX_POINTS) or 1
    figure, axes = _axes("Residuals")
    axes.scatter(predicted[::step], difference[::step], s=8, alpha=0.6)
    axes.axhline(0, linestyle=":", color="grey")
    axes.set(xlabel="predicted", ylabel="true − predicted")
    return figure
