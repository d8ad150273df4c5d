"""Params: values of every kind, keys, changes."""

from __future__ import annotations

import enum
import pathlib

import numpy as np

from tests.differential.recorder import behaviour


class Colour(enum.Enum):
    RED = 1


def _logged(mlflow, value):
    with mlflow.start_run() as run:
        mlflow.log_param("p", value)
    return mlflow.get_run(run.info.run_id).data.params["p"]


@behaviour
def values_of_every_kind(mlflow, see):
    values = {
        "int": 1, "float": 0.1, "small": 1e-7, "big": 10**30, "bool": True, "none": None,
        "text": "a b", "empty": "", "list": [1, "a", None], "tuple": (1,), "dict": {"a": [1]},
        "set": {1}, "bytes": b"x", "class": int, "function": len, "enum": Colour.RED,
        "path": pathlib.PurePosixPath("a/b"), "nan": float("nan"), "inf": float("inf"),
        "complex": 1j, "array": np.arange(3), "matrix": np.eye(2), "float32": np.float32(0.1),
        "int64": np.int64(3), "bool_": np.bool_(True), "str_": np.str_("x"), "range": range(3),
        "names": np.array(["a", "b"], dtype=object), "unicode": "ü✓𝄞", "newline": "a\nb",
        "spaces": "  a  ",
    }  # fmt: skip
    for name, value in values.items():
        see(name, lambda value=value: _logged(mlflow, value))


@behaviour
def returns_its_value(mlflow, see):
    value = [1, 2]
    with mlflow.start_run():
        see("log_param", mlflow.log_param("a", 1))
        see("same object", mlflow.log_param("b", value) is value)
        see("log_params", mlflow.log_params({"c": 1}))


@behaviour
def again(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.log_param("a", 1)
        see("same", lambda: mlflow.log_param("a", 1))
        see("same as text", lambda: mlflow.log_param("a", "1"))
        see("other", lambda: mlflow.log_param("a", 2))
        see("of several", lambda: mlflow.log_params({"b": 1, "a": 3}))
        see("case", lambda: mlflow.log_param("A", 5))
    see("params", mlflow.get_run(run.info.run_id).data.params)


@behaviour
def long_values(mlflow, see):
    see("6000", lambda: len(_logged(mlflow, "x" * 6000)))


@behaviour(differs={"6001": "long-values", "length": "long-values"})
def longer_values(mlflow, see):
    see("6001", lambda: len(_logged(mlflow, "x" * 6001)))
    with mlflow.start_run() as run:
        see("params 6001", lambda: mlflow.log_params({"a": "x" * 6001}))
    see("length", len(mlflow.get_run(run.info.run_id).data.params["a"]))


KEYS = (
    "a", "a b", "a.b", "a-b", "a_b", "a/b", "a:b", "Ä", "日本", "1", "x" * 250, "a/b/c", " a ",
    "a|b", "a\nb", "a\tb", "a,b", "a=b", "a@b", "a%b", "a+b", "a(b)", "a[0]", "a{b}", "a'b",
    'a"b', "a\\b", "a#b", "a&b", "a*b", "a?b", "a!b", "a$b", "a~b", "a^b", "a<b", "✓", "..", ".",
    "../a", "/a", "a/", "a//b", "a/../b", "./a", "a/./b", "",
)  # fmt: skip


@behaviour
def keys(mlflow, see):
    for key in KEYS:
        with mlflow.start_run():
            see(f"{len(key)} {key[:20]}", lambda key=key: mlflow.log_param(key, 1))


@behaviour(differs={"251": "long-keys"})
def long_keys(mlflow, see):
    with mlflow.start_run():
        see("251", lambda: mlflow.log_param("x" * 251, 1))


@behaviour
def keys_of_other_types(mlflow, see):
    for key in (None, 1, ["a"], b"a"):
        with mlflow.start_run():
            see(repr(key), lambda key=key: bool(mlflow.log_param(key, 1)))


@behaviour
def params_of_none(mlflow, see):
    with mlflow.start_run() as run:
        see("empty", lambda: mlflow.log_params({}))
        see("none", lambda: mlflow.log_params(None))
        see("list", lambda: mlflow.log_params([("a", 1)]))
    see("params", mlflow.get_run(run.info.run_id).data.params)


@behaviour
def many(mlflow, see):
    with mlflow.start_run() as run:
        see("250", lambda: mlflow.log_params({f"p{n}": n for n in range(250)}))
    see("count", len(mlflow.get_run(run.info.run_id).data.params))


@behaviour
def by_run_id(mlflow, see):
    with mlflow.start_run() as run:
        pass
    see("log_params", lambda: mlflow.log_params({"a": 1}, run_id=run.info.run_id))
    see("params", mlflow.get_run(run.info.run_id).data.params)
    see("none active", mlflow.active_run())


@behaviour
def asynchronous(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.log_param("a", 1, synchronous=True)
        mlflow.log_params({"b": 1}, synchronous=True)
        mlflow.log_param("c", 1, synchronous=False)
        see("flush", mlflow.flush_async_logging)
    see("params", dict(sorted(mlflow.get_run(run.info.run_id).data.params.items())))


@behaviour
def key_that_is_a_folder_of_another(mlflow, see):
    with mlflow.start_run() as run:
        see("a", lambda: mlflow.log_param("a", 1))
        see("a/b", lambda: mlflow.log_param("a/b", 1))
    see("params", dict(sorted(mlflow.get_run(run.info.run_id).data.params.items())))
