"""Data sets that runs read."""

from __future__ import annotations

import json

import numpy as np

from tests.differential.recorder import behaviour


def _inputs(mlflow, run):
    return mlflow.get_run(run.info.run_id).inputs.dataset_inputs


@behaviour
def a_pandas_frame(mlflow, see):
    import pandas as pd

    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]})
    dataset = mlflow.data.from_pandas(frame, source="data.csv", name="letters", targets="b")
    see("name", dataset.name)
    see("digest", [type(dataset.digest).__name__, len(dataset.digest)])
    with mlflow.start_run() as run:
        see("returns", mlflow.log_input(dataset, context="training"))
    (found,) = _inputs(mlflow, run)
    see("stored name", found.dataset.name)
    see("stored digest", found.dataset.digest == dataset.digest)
    see("source type", found.dataset.source_type)
    see("profile", json.loads(found.dataset.profile))
    see("classes", [type(found).__name__, type(found.dataset).__name__])


@behaviour
def equal_data_equal_digest(mlflow, see):
    import pandas as pd

    def digest(values):
        return mlflow.data.from_pandas(pd.DataFrame({"a": values})).digest

    see("equal", digest([1, 2]) == digest([1, 2]))
    see("other", digest([1, 2]) == digest([1, 3]))
    one = mlflow.data.from_numpy(np.arange(3)).digest
    see("arrays", one == mlflow.data.from_numpy(np.arange(3)).digest)


@behaviour
def given_digest_and_default_name(mlflow, see):
    dataset = mlflow.data.from_numpy(np.arange(3), digest="abc")
    see("digest", dataset.digest)
    see("name", dataset.name)


@behaviour
def several_in_order(mlflow, see):
    with mlflow.start_run() as run:
        for name, context in (("one", "training"), ("two", "test"), ("three", None)):
            mlflow.log_input(mlflow.data.from_numpy(np.arange(3), name=name), context=context)
    see("names", sorted(item.dataset.name for item in _inputs(mlflow, run)))


@behaviour
def the_same_twice(mlflow, see):
    with mlflow.start_run() as run:
        for _ in range(2):
            mlflow.log_input(mlflow.data.from_numpy(np.arange(3), name="one"), context="training")
    see("count", len(_inputs(mlflow, run)))


@behaviour(differs={"tags": "dataset-tags"})
def context_tag(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.log_input(mlflow.data.from_numpy(np.arange(3)), "training", {"kind": "raw"})
    (found,) = _inputs(mlflow, run)
    see("tags", lambda: sorted([tag.key, tag.value] for tag in found.tags))


@behaviour(differs={"tags": "dataset-tags"})
def log_inputs(mlflow, see):
    datasets = [mlflow.data.from_numpy(np.arange(n), name=f"d{n}") for n in (2, 3)]
    with mlflow.start_run() as run:
        mlflow.log_inputs(datasets, contexts=["training", "test"], tags_list=[None, {"a": "b"}])
    found = sorted(_inputs(mlflow, run), key=lambda item: item.dataset.name)
    see("names", [item.dataset.name for item in found])
    see("tags", lambda: [sorted([tag.key, tag.value] for tag in one.tags) for one in found])


@behaviour
def wrong_column(mlflow, see):
    import pandas as pd

    frame = pd.DataFrame({"a": [1]})
    see("targets", lambda: mlflow.data.from_pandas(frame, targets="nobody"))
    see("predictions", lambda: mlflow.data.from_pandas(frame, predictions="nobody"))


@behaviour
def search_by_dataset(mlflow, see):
    with mlflow.start_run(run_name="a"):
        mlflow.log_input(mlflow.data.from_numpy(np.arange(3), name="one"), context="training")
    with mlflow.start_run(run_name="b"):
        pass

    def names(text):
        return [
            run.info.run_name
            for run in mlflow.search_runs(filter_string=text, output_format="list")
        ]

    see("name", names("dataset.name = 'one'"))
    see("context", names("dataset.context = 'training'"))
    see("like", names("dataset.name LIKE 'o%'"))
    see("other", names("dataset.name = 'two'"))


@behaviour
def input_of_run_to_dictionary(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.log_input(mlflow.data.from_numpy(np.arange(3), name="one"), context="training")
    found = mlflow.get_run(run.info.run_id).to_dictionary()["inputs"]["dataset_inputs"]
    see("keys", sorted(found[0]))
    see("name", found[0]["dataset"]["name"])
    see("tags", found[0]["tags"])


@behaviour
def arrays_with_targets(mlflow, see):
    dataset = mlflow.data.from_numpy(np.zeros((4, 2)), targets=np.zeros(4), name="n")
    with mlflow.start_run() as run:
        mlflow.log_input(dataset)
    (found,) = _inputs(mlflow, run)
    see("profile", json.loads(found.dataset.profile))
