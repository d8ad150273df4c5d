"""Diabetes: which regression predicts best? Nested cross-validation, three levels of runs.

A parent run per model; inside it one run per outer fold; inside that one run per candidate, scored
by the inner folds. The outer fold takes the best candidate and tests it on data it never saw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure
from sklearn import datasets, metrics
from sklearn.base import RegressorMixin
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.linear_model import Lasso, Ridge
from sklearn.model_selection import KFold

import reporter as rp
from studies import pace
from studies.drawing import COLORS, altair_style, axes

__all__ = ["EXPERIMENT", "make"]

EXPERIMENT = "diabetes-nested-cv"
NOTE = """\
442 patients; the target is a score of disease progression after one year (25 to 346).

- Three levels: **model** → **outer fold** (5) → **candidate**, scored on 4 inner folds.
- `val_rmse` of a candidate is its error on each inner fold; `test_rmse` of an outer fold is the
  error of the chosen candidate on patients that took no part in the choice.
- Report `test_rmse` of the model runs, mean over the outer folds. Never that of a candidate.
"""
DEFINITIONS = (
    ("val_rmse", "min", "Root mean squared error by inner fold.", "mean"),
    ("val_rmse_by_trees", "min", "Mean over the inner folds, by number of trees.", "min"),
    ("test_rmse", "min", "Root mean squared error by outer fold.", "mean"),
    ("test_mae", "min", "Mean absolute error on the outer fold.", ""),
    ("test_r2", "max", "Share of variance explained on the outer fold.", ""),
)
TREES = 120
Floats = npt.NDArray[np.float64]
Params = Mapping[str, str]


@dataclass(frozen=True)
class Model:
    """A kind of regression, how to make one, and the candidates to choose from."""

    name: str
    build: Callable[[Params], RegressorMixin]
    candidates: Sequence[Params]


MODELS = (
    Model(
        "ridge",
        lambda p: Ridge(alpha=float(p["alpha"])),
        tuple({"alpha": alpha} for alpha in ("1e-3", "1e-2", "1e-1", "1e0")),
    ),
    Model(
        "lasso",
        lambda p: Lasso(alpha=float(p["alpha"])),
        tuple({"alpha": alpha} for alpha in ("1e-2", "1e-1", "1e0")),
    ),
    Model(
        "boosting",
        lambda p: GradientBoostingRegressor(
            learning_rate=float(p["lr"]),
            max_depth=int(p["depth"]),
            n_estimators=TREES,
            random_state=0,
        ),
        ({"lr": "3e-2", "depth": "2"}, {"lr": "1e-1", "depth": "2"}, {"lr": "1e-1", "depth": "4"}),
    ),
)


@dataclass(frozen=True)
class Fold:
    """One split of the patients."""

    x: Floats
    y: Floats
    x_test: Floats
    y_test: Floats


def split(x: Floats, y: Floats, n_folds: int, seed: int) -> list[Fold]:
    """Split into folds that can be made again."""
    splits = KFold(n_folds, shuffle=True, random_state=seed).split(x)
    return [Fold(x[train], y[train], x[test], y[test]) for train, test in splits]


def rmse(y: Floats, predicted: Floats) -> float:
    """Return the root mean squared error."""
    return float(np.sqrt(np.mean((y - predicted) ** 2)))


def define() -> None:
    """Say what the metrics mean."""
    for key, direction, description, best in DEFINITIONS:
        rp.define_metric(key, direction, description=description, best=best)


def run_candidate(model: Model, params: Params, fold: Fold, prefix: str) -> float:
    """Score one candidate on the inner folds, in a run of its own; return its mean error."""
    label = " ".join(f"{key}={value}" for key, value in params.items())
    with rp.start_run(run_name=f"{prefix} / {label}", nested=True, tags={"level": "candidate"}):
        define()
        rp.log_params({"model": model.name, **params})
        errors, curves = [], []
        for i, inner in enumerate(split(fold.x, fold.y, 4, seed=1)):
            fitted = model.build(params).fit(inner.x, inner.y)
            errors.append(rmse(inner.y_test, fitted.predict(inner.x_test)))
            pace.move(3)
            rp.log_metric("val_rmse", errors[-1], step=i)
            if isinstance(fitted, GradientBoostingRegressor):
                stages = fitted.staged_predict(inner.x_test)
                curves.append([rmse(inner.y_test, stage) for stage in stages])
        if curves:
            trees = range(1, TREES + 1)
            rp.log_metric_history("val_rmse_by_trees", np.mean(curves, axis=0), trees)
        mean, std = float(np.mean(errors)), float(np.std(errors, ddof=1))
        rp.log_metrics({"val_rmse_mean": mean, "val_rmse_std": std})
    return mean


def run_outer(model: Model, fold: Fold, number: int) -> Floats:
    """Choose a candidate and test it on one outer fold; return its predictions."""
    prefix = f"{model.name} / fold {number}"
    with rp.start_run(run_name=prefix, nested=True, tags={"level": "outer fold"}):
        define()
        rp.log_params({"model": model.name, "fold": number, "inner_folds": 4})
        means = [run_candidate(model, params, fold, prefix) for params in model.candidates]
        chosen = model.candidates[int(np.argmin(means))]
        rp.log_params({f"chosen_{key}": value for key, value in chosen.items()})
        predicted = np.asarray(model.build(chosen).fit(fold.x, fold.y).predict(fold.x_test))
        rp.log_metrics(
            {
                "test_rmse": rmse(fold.y_test, predicted),
                "test_mae": float(metrics.mean_absolute_error(fold.y_test, predicted)),
                "test_r2": float(metrics.r2_score(fold.y_test, predicted)),
            }
        )
        rp.log_figure(draw_residuals(fold.y_test, predicted, prefix), "residuals.png")
        pace.move(4)
    return predicted


def run_model(model: Model, folds: Sequence[Fold], digest: str) -> None:
    """Run all outer folds of one model and sum them up."""
    with rp.start_run(run_name=model.name, tags={"level": "model"}):
        define()
        log_dataset(digest)
        rp.log_params({"model": model.name, "outer_folds": len(folds), "split_seed": 0})
        predictions = [run_outer(model, fold, i) for i, fold in enumerate(folds)]
        errors = [rmse(fold.y_test, p) for fold, p in zip(folds, predictions, strict=True)]
        rp.log_metric_history("test_rmse", errors)
        mean, std = float(np.mean(errors)), float(np.std(errors, ddof=1))
        rp.log_metrics({"test_rmse_mean": mean, "test_rmse_std": std})
        y, predicted = np.concatenate([f.y_test for f in folds]), np.concatenate(predictions)
        rp.log_figure(draw_residuals(y, predicted, f"{model.name}, all folds"), "residuals.png")
        rp.log_figure(draw_errors(errors, model.name), "test_rmse_by_fold.json")
        frame = pd.DataFrame({"progression": y, "predicted": predicted.round(1)})
        frame.insert(0, "fold", np.repeat(range(len(folds)), [len(f.y_test) for f in folds]))
        rp.log_table(frame, "predictions.parquet")
        rp.log_text(frame.groupby("fold").mean().round(1).to_csv(), "fold_means.csv")
        rp.set_tag("mlflow.note.content", conclude(model.name, errors))


def log_dataset(digest: str) -> None:
    """Record which patients are read."""
    source = "sklearn.datasets.load_diabetes"
    dataset = rp.Dataset(name="diabetes", digest=digest, source_type="sklearn", source=source)
    rp.log_input(dataset, context="cross-validation")


def conclude(name: str, errors: Sequence[float]) -> str:
    """Write the note of a model's run."""
    mean, std = np.mean(errors), np.std(errors, ddof=1)
    return (
        f"`{name}`: test RMSE {mean:.1f} ± {std:.1f} (mean and standard deviation over "
        f"{len(errors)} outer folds).\n\nThe folds share training data, so this spread "
        "understates the uncertainty."
    )


def draw_residuals(y: Floats, predicted: Floats, name: str) -> Figure:
    """Draw the residuals over the predictions."""
    figure, ax = axes(f"Residuals: {name}", "predicted progression", "observed − predicted")
    ax.scatter(predicted, y - predicted, s=9, color=COLORS[0], alpha=0.6, linewidth=0)
    ax.axhline(0, color="black", linewidth=0.6)
    ax.set(xlim=(0, 350), ylim=(-200, 200))
    return figure


def draw_errors(errors: Sequence[float], name: str) -> alt.LayerChart:
    """Draw with Altair the error of each outer fold and their mean."""
    frame = pd.DataFrame({"fold": range(len(errors)), "test_rmse": np.round(errors, 2)})
    base = alt.Chart(frame)
    bars = base.mark_bar().encode(
        x=alt.X("fold:O", title="outer fold", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("test_rmse:Q", title="test RMSE"),
        tooltip=["fold", "test_rmse"],
    )
    mean = base.mark_rule(strokeDash=[6, 3]).encode(y="mean(test_rmse):Q")
    return altair_style(bars + mean, f"{name}: error by outer fold")


def make() -> None:
    """Make the experiment: 68 runs."""
    pace.at("2026-11-17 10:15")
    rp.set_experiment(EXPERIMENT)
    rp.set_experiment_tags({"mlflow.note.content": NOTE, "dataset": "diabetes"})
    x, y = datasets.load_diabetes(return_X_y=True)
    folds = split(x, y, 5, seed=0)
    digest = sha256(x.round(9).tobytes()).hexdigest()[:8]
    for model in MODELS:
        run_model(model, folds, digest)
        pace.move(120)
