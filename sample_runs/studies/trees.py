"""Breast cancer: a random search over the settings of a random forest.

Shows a table with many params, an error by number of trees, single-value metrics, and a run that
was interrupted from the keyboard.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure
from sklearn import datasets, metrics
from sklearn.calibration import calibration_curve
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.utils.class_weight import compute_class_weight

import reporter as rp
from studies import pace
from studies.drawing import COLORS, altair_style, axes

__all__ = ["EXPERIMENT", "make"]

EXPERIMENT = "breast-cancer-forests"
NOTE = """\
569 tumours, 30 measurements of their cell nuclei. 24 settings of a random forest, drawn at random.
The positive class is **malignant**; 171 tumours are held out for testing.
"""
DEFINITIONS = (
    ("roc_auc", "max", "", "Area under the ROC curve."),
    ("average_precision", "max", "", "Area under precision over recall."),
    ("sensitivity", "max", "%", "Malignant tumours that are found."),
    ("specificity", "max", "%", "Benign tumours that are left alone."),
    ("log_loss", "min", "nats", "Mean cross-entropy."),
    ("brier", "min", "", "Mean squared error of the probability."),
    ("oob_error", "min", "", "Error on the tumours a tree has not seen, by number of trees."),
    ("depth_mean", "", "levels", "Mean depth of the trees."),
)
N_SETTINGS = 24
STEP_TREES = 10
INTERRUPT_AT_TREES = 70
Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
CHOICES: Mapping[str, tuple[Any, ...]] = {  # Any: a setting is a number, text or None
    "n_estimators": (60, 120, 200),
    "criterion": ("gini", "entropy"),
    "max_depth": (None, 3, 6, 12),
    "min_samples_split": (2, 5, 10),
    "min_samples_leaf": (1, 2, 5, 10),
    "max_features": ("sqrt", "log2", 0.5),
    "max_samples": (None, 0.5, 0.8),
    "class_weight": (None, "balanced"),
    "ccp_alpha": (0.0, 0.001, 0.01),
    "min_impurity_decrease": (0.0, 0.0001),
}


@dataclass(frozen=True)
class Tumours:
    """Measurements and classes (1: malignant), split in two."""

    train: Floats
    test: Floats
    y_train: Labels
    y_test: Labels
    features: tuple[str, ...]


def load() -> Tumours:
    """Hold out 30 %, with malignant tumours in both parts alike."""
    raw = datasets.load_breast_cancer()
    malignant = (raw.target == list(raw.target_names).index("malignant")).astype(np.int64)
    train, test, y_train, y_test = train_test_split(
        raw.data, malignant, test_size=0.3, stratify=malignant, random_state=0
    )
    return Tumours(train, test, y_train, y_test, tuple(raw.feature_names))


def draw_setting(rng: np.random.Generator) -> dict[str, Any]:
    """Draw each setting at random."""
    return {key: values[rng.integers(len(values))] for key, values in CHOICES.items()}


def grow(setting: Mapping[str, Any], tumours: Tumours, stop_at: int = 0) -> RandomForestClassifier:
    """Grow a forest ten trees at a time and log its out-of-bag error."""
    weights = None
    if setting["class_weight"]:  # "balanced" itself is not meant for forests that grow in steps
        balanced = compute_class_weight("balanced", classes=np.array([0, 1]), y=tumours.y_train)
        weights = dict(enumerate(balanced))
    forest = RandomForestClassifier(
        **{**setting, "n_estimators": 0, "class_weight": weights},
        oob_score=True,
        warm_start=True,
        random_state=0,
    )
    for trees in range(STEP_TREES * 3, setting["n_estimators"] + 1, STEP_TREES):
        forest.set_params(n_estimators=trees).fit(tumours.train, tumours.y_train)
        rp.log_metric("oob_error", 1 - forest.oob_score_, step=trees)
        pace.move(2)
        if trees == stop_at:
            raise KeyboardInterrupt
    return forest


def begin_run(setting: Mapping[str, Any], tumours: Tumours) -> None:
    """Say what the metrics mean, what is read and how the forest is grown."""
    for key, direction, unit, description in DEFINITIONS:
        rp.define_metric(key, direction, unit=unit, description=description)
    source = "sklearn.datasets.load_breast_cancer"
    for context, x in (("training", tumours.train), ("test", tumours.test)):
        digest = sha256(x.tobytes()).hexdigest()[:8]
        schema = json.dumps({"columns": tumours.features})
        rp.log_input(
            rp.Dataset(
                name="breast cancer",
                digest=digest,
                source_type="sklearn",
                source=source,
                schema=schema,
                profile=json.dumps({"num_rows": len(x)}),
            ),
            context=context,
        )
    rp.log_params({**setting, "model": "random forest", "seed": 0, "test_size": "0.3"})


def score(y: Labels, p: Floats) -> dict[str, float]:
    """Score probabilities of malignancy; sensitivity and specificity in percent, at one half."""
    recall = metrics.recall_score
    return {
        "roc_auc": float(metrics.roc_auc_score(y, p)),
        "average_precision": float(metrics.average_precision_score(y, p)),
        "sensitivity": 100 * float(recall(y, p >= 0.5)),
        "specificity": 100 * float(recall(y, p >= 0.5, pos_label=0)),
        "log_loss": float(metrics.log_loss(y, p.clip(1e-6, 1 - 1e-6))),
        "brier": float(metrics.brier_score_loss(y, p)),
    }


def run(number: int, setting: Mapping[str, Any], tumours: Tumours) -> None:
    """Grow one forest and log how well it does."""
    with rp.start_run(run_name=f"forest-{number:02d}", tags={"stage": "random search"}):
        begin_run(setting, tumours)
        forest = grow(setting, tumours)
        p = forest.predict_proba(tumours.test)[:, 1]
        rp.log_metrics(score(tumours.y_test, p))
        rp.log_metric("depth_mean", np.mean([tree.get_depth() for tree in forest.estimators_]))
        rp.log_figure(draw_calibration(tumours.y_test, p), "calibration.png")
        if number % 6 == 0:
            rp.log_figure(draw_roc(tumours.y_test, p), "roc.svg")
            rp.log_figure(draw_importance(forest, tumours), "importance.json")
            rp.log_dict({"setting": setting, "classes": ["benign", "malignant"]}, "setting.json")
    pace.move(11)


def run_interrupted(setting: Mapping[str, Any], tumours: Tumours) -> None:
    """Stop a forest half-way, as Ctrl+C would."""
    note = "Interrupted after 70 trees, on purpose: this is a run that was stopped by hand."
    tags = {"stage": "random search"}
    with (
        suppress(KeyboardInterrupt),
        rp.start_run(run_name="forest-24", tags=tags, description=note),
    ):
        begin_run(setting, tumours)
        grow(setting, tumours, stop_at=INTERRUPT_AT_TREES)


def run_summary() -> None:
    """Read the search back: the best settings as a table, and one figure for print."""
    frame = rp.search_runs(
        experiment_names=[EXPERIMENT],
        filter_string="attributes.status = 'FINISHED'",
        order_by=["metrics.log_loss ASC"],
    )
    shown = ["tags.mlflow.runName", "metrics.log_loss", "metrics.roc_auc"]
    shown += [f"params.{key}" for key in CHOICES]
    table = frame[shown].rename(columns=lambda name: name.rpartition(".")[2])
    note = (
        f"Least log loss: `{table.runName[0]}` with {table.log_loss[0]:.4f}, of {len(table)} "
        "forests. The test set has 171 tumours, so neighbours in this ranking are not told apart."
    )
    with rp.start_run(run_name="summary", tags={"stage": "summary"}, description=note):
        rp.log_table(table.round(4), "ranking.json")
        rp.log_text(table.head(10).round(4).to_csv(index=False), "ten_best.csv")
        rp.log_figure(draw_effect(table), "min_samples_leaf.pdf")
        pace.move(5)


def draw_calibration(y: Labels, p: Floats) -> Figure:
    """Draw how often tumours of a given predicted probability are malignant."""
    figure, ax = axes("Calibration, 171 test tumours", "predicted probability", "share malignant")
    share, mean = calibration_curve(y, p, n_bins=6, strategy="quantile")
    ax.plot([0, 1], [0, 1], color="#87887f", linewidth=0.8, linestyle="--")
    ax.plot(mean, share, marker="o", markersize=4)
    return figure


def draw_roc(y: Labels, p: Floats) -> Figure:
    """Draw the ROC curve."""
    figure, ax = axes("ROC, malignant", "false positive rate", "true positive rate")
    fpr, tpr, _ = metrics.roc_curve(y, p)
    ax.plot(fpr, tpr, drawstyle="steps-post")
    ax.plot([0, 1], [0, 1], color="#87887f", linewidth=0.8, linestyle="--")
    return figure


def draw_importance(forest: RandomForestClassifier, tumours: Tumours) -> alt.Chart:
    """Draw with Altair which measurements the forest uses most."""
    frame = pd.DataFrame({"feature": tumours.features, "importance": forest.feature_importances_})
    chart = (
        alt.Chart(frame.nlargest(12, "importance").round(4))
        .mark_bar(color=COLORS[0])
        .encode(
            x=alt.X("importance:Q", title="mean decrease of impurity"),
            y=alt.Y("feature:N", sort="-x", title=None),
            tooltip=["feature", "importance"],
        )
    )
    return altair_style(chart, "Most used measurements")


def draw_effect(table: pd.DataFrame) -> Figure:
    """Draw the log loss of every forest over one setting."""
    figure, ax = axes("24 forests", "min_samples_leaf", "log loss on 171 test tumours")
    ax.scatter(table.min_samples_leaf.astype(int), table.log_loss, s=14, linewidth=0)
    ax.set_xticks([1, 2, 5, 10])
    return figure


def make() -> None:
    """Make the experiment: 26 runs."""
    pace.at("2026-11-19 18:40")
    rp.set_experiment(EXPERIMENT)
    rp.set_experiment_tags({"mlflow.note.content": NOTE, "dataset": "breast cancer"})
    tumours = load()
    rng = np.random.default_rng(3)
    for number in range(N_SETTINGS):
        run(number, draw_setting(rng), tumours)
    run_interrupted({**draw_setting(rng), "n_estimators": 200}, tumours)
    pace.at("2026-11-20 09:05")
    run_summary()
