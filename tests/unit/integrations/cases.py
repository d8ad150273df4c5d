"""Examples and trainings that both MLflow and we are shown; imports neither."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.datasets import make_classification, make_regression
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

X, y = make_classification(60, 4, random_state=0)
X_REAL, Y_REAL = make_regression(60, 3, noise=1.0, random_state=0)
X_THREE, Y_THREE = make_classification(90, 6, n_informative=4, n_classes=3, random_state=0)


def examples() -> dict[str, object]:
    """Inputs of every kind that a signature is told from."""
    columns = {
        "int": [1, 2],
        "float": [1.5, 2],
        "str": ["x", "y"],
        "bool": [True, False],
        "int32": np.array([1, 2], dtype="int32"),
        "float32": np.array([1, 2], dtype="float32"),
        "time": pd.to_datetime(["2020-01-01", "2020-01-02"]),
        "category": pd.Categorical(["x", "y"]),
        "nan": [1.0, None],
        "none": ["x", None],
        "bytes": [b"x", b"y"],
        "date": [dt.date(2020, 1, 1)],
        "lists": [[1, 2], [3]],
    }
    frames = {f"frame of {name}": pd.DataFrame({"a": value}) for name, value in columns.items()}
    return {
        **frames,
        "unnamed columns": pd.DataFrame(np.ones((2, 2))),
        "vector": np.array([1, 2]),
        "matrix": np.ones((2, 3)),
        "cube of float32": np.ones((2, 3, 4), dtype="float32"),
        "array of text": np.array(["a", "b"]),
        "array of uint8": np.ones((2, 2), dtype="uint8"),
        "array of bool": np.array([True]),
        "arrays by name": {"a": np.ones((2, 2)), "b": np.array([1, 2])},
        "series": pd.Series([1, 2], name="s"),
        "unnamed series": pd.Series([1.0, 2.0]),
        "texts": ["a", "b"],
        "numbers": [1, 2, 3],
        "records": [{"a": 1, "b": "x"}],
        "dictionary": {"a": 1, "b": "x"},
        "lists by name": {"a": ["x", "y"]},
        "text": "hello",
        "number": 1,
    }


def ridge() -> None:
    model = Ridge(alpha=0.5).fit(X_REAL[:40], Y_REAL[:40])
    X_test, y_test = X_REAL[40:], Y_REAL[40:]  # noqa: N806  # MLflow names metrics by it
    model.score(X_test, y_test)


def logistic() -> None:
    model = LogisticRegression(C=0.5).fit(X[:40], y[:40])
    model.score(X[40:], y[40:])
    held_out, answers = X[40:], y[40:]
    model.score(held_out, answers)


def three_classes() -> None:
    LogisticRegression().fit(X_THREE, Y_THREE)


def clustering() -> None:
    KMeans(3, n_init=2, random_state=0).fit_predict(X)


def scaling() -> None:
    StandardScaler().fit_transform(X)


def pipeline() -> None:
    make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)


def support_vectors() -> None:
    LinearSVC().fit(X, y)


def grid_search() -> None:
    GridSearchCV(LogisticRegression(), {"C": [0.001, 1, 10]}, cv=3).fit(X, y)


def grid_search_of_pipeline() -> None:
    steps = make_pipeline(StandardScaler(), LogisticRegression())
    GridSearchCV(steps, {"logisticregression__C": [0.001, 1]}, cv=3).fit(X, y)


def frame() -> None:
    LogisticRegression().fit(pd.DataFrame(X, columns=list("abcd")), y)


TRAININGS = {
    "ridge": ridge,
    "logistic": logistic,
    "three_classes": three_classes,
    "clustering": clustering,
    "scaling": scaling,
    "pipeline": pipeline,
    "support_vectors": support_vectors,
    "grid_search": grid_search,
    "grid_search_of_pipeline": grid_search_of_pipeline,
    "frame": frame,
}
