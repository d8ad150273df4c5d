"""Tags of runs: values, keys, deleting, ended runs."""

from __future__ import annotations

import numpy as np

from tests.differential.behaviours.params import KEYS
from tests.differential.recorder import behaviour


@behaviour
def values_of_every_kind(mlflow, see):
    values = {
        "int": 1, "float": 0.1, "bool": True, "none": None, "text": "a", "empty": "",
        "list": [1], "dict": {"a": 1}, "array": np.arange(2), "newline": "a\nb", "unicode": "ü✓",
        "long": "x" * 5000,
    }  # fmt: skip
    with mlflow.start_run() as run:
        for name, value in values.items():
            see(name, lambda name=name, value=value: mlflow.set_tag(name, value))
    tags = mlflow.get_run(run.info.run_id).data.tags
    see("read", {name: tags.get(name, "missing")[:20] for name in values})


@behaviour(differs={"length": "long-values"})
def long_values(mlflow, see):
    with mlflow.start_run() as run:
        see("8000", lambda: mlflow.set_tag("a", "x" * 8000))
        see("8001", lambda: mlflow.set_tag("b", "x" * 8001))
    tags = mlflow.get_run(run.info.run_id).data.tags
    see("length", [len(tags["a"]), len(tags["b"])])


@behaviour
def the_later_value_wins(mlflow, see):
    with mlflow.start_run(tags={"a": 0}) as run:
        mlflow.set_tag("a", 1)
        mlflow.set_tags({"a": 2, "b": 3})
    tags = mlflow.get_run(run.info.run_id).data.tags
    see("tags", [tags["a"], tags["b"]])


@behaviour
def keys(mlflow, see):
    with mlflow.start_run():
        for key in KEYS:
            see(f"{len(key)} {key[:20]}", lambda key=key: mlflow.set_tag(key, 1))
        for key in (None, 1):
            see(repr(key), lambda key=key: mlflow.set_tag(key, 1))


@behaviour
def delete(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.set_tag("a", 1)
        see("delete", lambda: mlflow.delete_tag("a"))
        see("gone", "a" in mlflow.get_run(run.info.run_id).data.tags)
        see("unknown", lambda: mlflow.delete_tag("nobody"))
        mlflow.set_tag("a", 2)
    see("set anew", mlflow.get_run(run.info.run_id).data.tags["a"])


@behaviour
def of_an_ended_run(mlflow, see):
    with mlflow.start_run(tags={"a": 1}) as run:
        pass
    client = mlflow.MlflowClient()
    see("set", lambda: client.set_tag(run.info.run_id, "b", 2))
    see("delete", lambda: client.delete_tag(run.info.run_id, "a"))
    see("delete unknown", lambda: client.delete_tag(run.info.run_id, "nobody"))
    found = client.get_run(run.info.run_id)
    see("tags", [found.data.tags.get("a"), found.data.tags.get("b")])
    see("status", found.info.status)


@behaviour
def returns(mlflow, see):
    with mlflow.start_run():
        see("set_tag", mlflow.set_tag("a", 1))
        see("set_tags", mlflow.set_tags({"a": 1}))
        see("empty", mlflow.set_tags({}))


@behaviour
def note(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.set_tag("mlflow.note.content", "# Title\n\ntext")
    see("note", mlflow.get_run(run.info.run_id).data.tags["mlflow.note.content"])


@behaviour
def many(mlflow, see):
    with mlflow.start_run() as run:
        see("250", lambda: mlflow.set_tags({f"t{n}": n for n in range(250)}))
    tags = mlflow.get_run(run.info.run_id).data.tags
    see("count", sum(key[0] == "t" for key in tags))


@behaviour
def system_tags_may_be_set(mlflow, see):
    with mlflow.start_run() as run:
        for key in ("mlflow.user", "mlflow.source.name", "mlflow.parentRunId", "mlflow.runColor"):
            see(key, lambda key=key: mlflow.set_tag(key, "x"))
    see("user", mlflow.get_run(run.info.run_id).data.tags["mlflow.user"])


@behaviour
def parent_by_tag(mlflow, see):
    with mlflow.start_run() as parent:
        pass
    with mlflow.start_run() as child:
        mlflow.set_tag("mlflow.parentRunId", parent.info.run_id)
    see("parent", mlflow.get_parent_run(child.info.run_id).info.run_id == parent.info.run_id)
