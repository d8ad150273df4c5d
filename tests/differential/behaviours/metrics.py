"""Metrics: values, steps, times, which one is the latest."""

from __future__ import annotations

import datetime as dt
import decimal
import fractions

import numpy as np

from tests.differential.recorder import behaviour


def _history(mlflow, run, key="m"):
    points = mlflow.MlflowClient().get_metric_history(run.info.run_id, key)
    return [[point.value, point.step] for point in points]


@behaviour
def values_of_every_kind(mlflow, see):
    values = {
        "int": 1, "float": 0.1, "bool": True, "nan": float("nan"), "zero": 0, "negative": -1.5,
        "float32": np.float32(0.5), "float16": np.float16(0.5), "int64": np.int64(3),
        "bool_": np.bool_(True), "0-d array": np.array(2.5), "array of one": np.array([2.5]),
        "decimal": decimal.Decimal("0.5"), "fraction": fractions.Fraction(1, 4),
        "tiny": 5e-324, "huge": 1e308, "big int": 2**60,
    }  # fmt: skip
    for name, value in values.items():
        with mlflow.start_run() as run:
            see(name, lambda value=value: mlflow.log_metric("m", value))
        see(f"{name} read", mlflow.get_run(run.info.run_id).data.metrics.get("m"))


@behaviour
def values_that_are_none(mlflow, see):
    values = {
        "text": "high", "number as text": "0.5", "none": None, "list": [1.0], "dict": {},
        "complex": 1j, "array": np.arange(2), "bytes": b"1",
        "date": dt.date(2020, 1, 1), "beyond float": 10**400,
    }  # fmt: skip
    with mlflow.start_run():
        for name, value in values.items():
            see(name, lambda value=value: mlflow.log_metric("m", value))
        see("in a dict", lambda: mlflow.log_metrics({"a": 1, "b": "x"}))


@behaviour(differs={"inf": "infinity", "-inf": "infinity", "latest": "infinity"})
def infinities(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.log_metric("a", float("inf"))
        mlflow.log_metric("b", float("-inf"))
        mlflow.log_metric("c", 1)
        mlflow.log_metric("c", float("inf"), step=1)
    see("inf", _history(mlflow, run, "a"))
    see("-inf", _history(mlflow, run, "b"))
    see("latest", mlflow.get_run(run.info.run_id).data.metrics["c"])


@behaviour
def not_a_number(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1, step=0)
        mlflow.log_metric("m", float("nan"), step=1)
    see("history", _history(mlflow, run))
    see("latest", mlflow.get_run(run.info.run_id).data.metrics)


@behaviour
def returns(mlflow, see):
    with mlflow.start_run():
        see("log_metric", mlflow.log_metric("m", 1))
        see("log_metrics", mlflow.log_metrics({"m": 1}))


@behaviour(differs={"int64 read": "whole-steps", "half": "whole-steps", "half read": "whole-steps"})
def steps(mlflow, see):
    kinds = {
        "none": None, "zero": 0, "negative": -5, "int64": np.int64(4), "big": 2**40,
        "whole float": 2.0, "text": "1", "half": 1.5, "bool": True,
        "greatest": 2**63 - 1, "beyond": 2**63,
    }  # fmt: skip
    for name, step in kinds.items():
        with mlflow.start_run() as run:
            see(name, lambda step=step: mlflow.log_metric("m", 1, step=step))
        see(f"{name} read", _history(mlflow, run))


@behaviour
def step_is_not_counted_up(mlflow, see):
    with mlflow.start_run() as run:
        for value in (3, 1, 2):
            mlflow.log_metric("m", value, timestamp=5)
    see("steps", sorted(_history(mlflow, run)))
    see("latest", mlflow.get_run(run.info.run_id).data.metrics)


@behaviour
def latest_is_of_the_greatest_step(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1, step=5)
        mlflow.log_metric("m", 2, step=3)
    see("latest", mlflow.get_run(run.info.run_id).data.metrics)


@behaviour
def latest_of_equal_steps_is_by_time_then_value(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.log_metric("t", 1, step=1, timestamp=20)
        mlflow.log_metric("t", 2, step=1, timestamp=10)
        mlflow.log_metric("v", 7, step=1, timestamp=10)
        mlflow.log_metric("v", 3, step=1, timestamp=10)
    see("latest", dict(sorted(mlflow.get_run(run.info.run_id).data.metrics.items())))


@behaviour
def history(mlflow, see):
    with mlflow.start_run() as run:
        for step in range(4):
            mlflow.log_metric("m", step * step, step=step, timestamp=1000 + step)
    points = mlflow.MlflowClient().get_metric_history(run.info.run_id, "m")
    see("points", [[one.key, one.value, one.timestamp, one.step] for one in points])
    see("class", type(points[0]).__name__)
    see("unknown key", list(mlflow.MlflowClient().get_metric_history(run.info.run_id, "x")))


@behaviour(differs={"order": "logged-order"})
def history_of_steps_out_of_order(mlflow, see):
    with mlflow.start_run() as run:
        for step in (3, 1, 2):
            mlflow.log_metric("m", step, step=step, timestamp=1000 - step)
    see("points", sorted(_history(mlflow, run)))
    see("order", _history(mlflow, run))


@behaviour(differs={"points": "equal-points"})
def equal_points(mlflow, see):
    with mlflow.start_run() as run:
        for _ in range(3):
            mlflow.log_metric("m", 1, step=1, timestamp=10)
    see("points", _history(mlflow, run))


@behaviour
def several(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.log_metrics({"a": 1, "b": 2.5, "c": True}, step=7)
        see("empty", lambda: mlflow.log_metrics({}))
        see("none", lambda: mlflow.log_metrics(None))
    see("metrics", dict(sorted(mlflow.get_run(run.info.run_id).data.metrics.items())))
    see("steps", [_history(mlflow, run, key)[0][1] for key in "abc"])


@behaviour(differs={"negative": "old-times"})
def timestamps(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1, timestamp=1234)
        mlflow.log_metrics({"n": 1}, timestamp=5678)
        see("zero", lambda: mlflow.log_metric("z", 1, timestamp=0))
        see("float", lambda: mlflow.log_metric("f", 1, timestamp=1.5))
        see("text", lambda: mlflow.log_metric("s", 1, timestamp="now"))
        see("negative", lambda: mlflow.log_metric("g", 1, timestamp=-1))
    client = mlflow.MlflowClient()
    see("m", client.get_metric_history(run.info.run_id, "m")[0].timestamp)
    see("n", client.get_metric_history(run.info.run_id, "n")[0].timestamp)


@behaviour
def keys(mlflow, see):
    from tests.differential.behaviours.params import KEYS

    for key in KEYS:
        with mlflow.start_run():
            see(f"{len(key)} {key[:20]}", lambda key=key: mlflow.log_metric(key, 1))
    with mlflow.start_run():
        for key in (None, 1, ["a"]):
            see(repr(key), lambda key=key: mlflow.log_metric(key, 1))


@behaviour(differs={"251": "long-keys"})
def long_keys(mlflow, see):
    with mlflow.start_run():
        see("251", lambda: mlflow.log_metric("x" * 251, 1))


@behaviour
def by_run_id(mlflow, see):
    with mlflow.start_run() as run:
        pass
    mlflow.log_metric("m", 1, run_id=run.info.run_id)
    mlflow.log_metrics({"n": 2}, run_id=run.info.run_id)
    see("metrics", dict(sorted(mlflow.get_run(run.info.run_id).data.metrics.items())))
    see("status", mlflow.get_run(run.info.run_id).info.status)
    see("none active", mlflow.active_run())


@behaviour
def with_a_dataset(mlflow, see):
    dataset = mlflow.data.from_numpy(np.arange(3), name="numbers")
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1, step=2, dataset=dataset)
    point = mlflow.MlflowClient().get_metric_history(run.info.run_id, "m")[0]
    see("point", [point.value, point.step])


@behaviour
def many_keys_and_points(mlflow, see):
    with mlflow.start_run() as run:
        see("1200", lambda: mlflow.log_metrics({f"m{n}": n for n in range(1200)}))
    see("count", len(mlflow.get_run(run.info.run_id).data.metrics))


@behaviour
def metric_entity(mlflow, see):
    metric = mlflow.entities.Metric("m", 1.5, 1000, 3)
    see("fields", [metric.key, metric.value, metric.timestamp, metric.step])
    named = mlflow.entities.Metric(key="m", value=1.5, timestamp=1000, step=3)
    see("equal", metric == named)
    see("dict", lambda: {k: v for k, v in dict(metric).items() if k in ("key", "value", "step")})
