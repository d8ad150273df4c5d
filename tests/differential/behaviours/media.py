"""Figures, images, tables, dictionaries."""

from __future__ import annotations

import json

import numpy as np

from tests.differential.recorder import behaviour


def _paths(mlflow, run, path=None):
    return [item.path for item in mlflow.MlflowClient().list_artifacts(run.info.run_id, path)]


def _text(mlflow, run, path):
    return mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/{path}")


@behaviour
def dictionaries(mlflow, see):
    value = {"b": 1, "a": [1, 2.5, None, True], "ü": {"x": "y"}}
    with mlflow.start_run() as run:
        see("returns", mlflow.log_dict(value, "a.json"))
        mlflow.log_dict(value, "a.yaml")
        mlflow.log_dict(value, "a.YML")
        mlflow.log_dict(value, "a.txt")
        mlflow.log_dict(value, "noending")
        mlflow.log_dict([1, 2], "list.json")
        see("not for JSON", lambda: mlflow.log_dict({"a": object}, "o.json"))
        see("tuple keys", lambda: mlflow.log_dict({(1, 2): 1}, "k.json"))
    for name in ("a.json", "a.txt", "noending", "list.json"):
        see(name, json.loads(_text(mlflow, run, name)))
    import yaml

    for name in ("a.yaml", "a.YML"):
        see(name, yaml.safe_load(_text(mlflow, run, name)))


@behaviour
def dictionaries_of_numpy(mlflow, see):
    value = {"a": np.float64(1.5), "b": np.arange(3), "c": np.int64(2)}
    with mlflow.start_run() as run:
        see("log", lambda: mlflow.log_dict(value, "a.json"))
    see("read", lambda: json.loads(_text(mlflow, run, "a.json")))


def _figure():
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1, 1))
    figure.subplots().plot([1, 2])
    return figure


@behaviour
def figures(mlflow, see):
    with mlflow.start_run() as run:
        see("returns", mlflow.log_figure(_figure(), "a.png"))
        mlflow.log_figure(_figure(), "deep/er/b.svg")
        mlflow.log_figure(_figure(), "c.pdf", save_kwargs={"dpi": 50})
        see("not a figure", lambda: mlflow.log_figure([1], "d.png"))
        see("unknown ending", lambda: mlflow.log_figure(_figure(), "e.nonsense"))
    see("paths", _paths(mlflow, run))
    see("deep", _paths(mlflow, run, "deep/er"))


@behaviour
def plotly_figures(mlflow, see):
    import plotly.graph_objects as go

    figure = go.Figure(go.Scatter(y=[1, 2]))
    with mlflow.start_run() as run:
        mlflow.log_figure(figure, "a.html")
        see("other ending", lambda: mlflow.log_figure(figure, "a.txt"))
    see("paths", _paths(mlflow, run))
    see("is a page", "<html>" in _text(mlflow, run, "a.html"))


def _shape(mlflow, run, path):
    image = mlflow.artifacts.load_image(f"runs:/{run.info.run_id}/{path}")
    return [list(image.size), image.mode]


@behaviour
def images_by_file(mlflow, see):
    from PIL import Image

    images = {
        "grey": np.zeros((3, 5), np.uint8),
        "grey3": np.zeros((3, 5, 1), np.uint8),
        "rgb": np.full((3, 5, 3), 7, np.uint8),
        "rgba": np.full((3, 5, 4), 7, np.uint8),
        "float": np.full((3, 5, 3), 0.5),
        "bool": np.ones((3, 5), bool),
        "int64": np.full((3, 5, 3), 200),
        "pil": Image.new("RGB", (5, 3), (1, 2, 3)),
    }
    with mlflow.start_run() as run:
        for name, image in images.items():
            see(name, lambda name=name, image=image: mlflow.log_image(image, f"{name}.png"))
            see(f"{name} read", lambda name=name: _shape(mlflow, run, f"{name}.png"))
        see("jpg", lambda: mlflow.log_image(images["rgb"], "x.jpg"))


@behaviour(differs={"key as path": "image-keys"})
def images_misuse(mlflow, see):
    image = np.zeros((3, 5, 3), np.uint8)
    with mlflow.start_run():
        see("nothing", lambda: mlflow.log_image(image))
        see("both", lambda: mlflow.log_image(image, "a.png", key="a"))
        see("file and step", lambda: mlflow.log_image(image, "b.png", step=1))
        see("key as path", lambda: mlflow.log_image(image, key="a#b"))
        see("one dimension", lambda: mlflow.log_image(np.zeros(3), "c.png"))
        see("two channels", lambda: mlflow.log_image(np.zeros((3, 5, 2)), "d.png"))
        see("too big", lambda: mlflow.log_image(np.full((3, 5), 300), "e.png"))
        see("negative", lambda: mlflow.log_image(np.full((3, 5), -1), "f.png"))
        see("text", lambda: mlflow.log_image("x", "g.png"))
        see("complex", lambda: mlflow.log_image(np.zeros((3, 5), complex), "h.png"))


@behaviour
def float_images_out_of_range(mlflow, see):
    with mlflow.start_run() as run:
        see("log", lambda: mlflow.log_image(np.array([[0.0, 2.0], [-1.0, 0.5]]), "a.png"))
    image = mlflow.artifacts.load_image(f"runs:/{run.info.run_id}/a.png")
    see("pixels", np.asarray(image).ravel().tolist())


@behaviour
def float_images_round_as_mlflow(mlflow, see):
    values = np.linspace(0, 1, 8).reshape(2, 4)
    with mlflow.start_run() as run:
        mlflow.log_image(values, "a.png")
    image = mlflow.artifacts.load_image(f"runs:/{run.info.run_id}/a.png")
    see("pixels", np.asarray(image).ravel().tolist())


@behaviour(differs={"files": "image-twins"})
def images_by_key(mlflow, see):
    image = np.zeros((3, 5, 3), np.uint8)
    with mlflow.start_run() as run:
        mlflow.log_image(image, key="pred/dog", step=2, timestamp=1000)
        mlflow.log_image(image, key="other")
        see("synchronous", lambda: mlflow.log_image(image, key="s", step=0, synchronous=True))
        see("flush", mlflow.flush_artifact_async_logging)
    names = sorted(path.rpartition("/")[2] for path in _paths(mlflow, run, "images"))
    see("folder", _paths(mlflow, run))
    see("begin", sorted({name[: len("pred~dog+step+2")] for name in names if name[0] == "p"}))
    see("files", len(names))


@behaviour
def image_class(mlflow, see):
    image = mlflow.Image(np.full((3, 5, 3), 7, np.uint8))
    see("size", list(image.size))
    see("array", image.to_array().tolist()[0][0])
    see("list", image.to_list()[0][0])
    see("pil", type(image.to_pil()).__name__)
    with mlflow.start_run() as run:
        mlflow.log_image(image, "a.png")
    see("read", _shape(mlflow, run, "a.png"))
    image.resize((2, 2))
    image.save(str(see.folder / "i.png"))
    see("saved", (see.folder / "i.png").is_file())


@behaviour
def tables(mlflow, see):
    import pandas as pd

    table = {"a": [1, 2], "b": ["x", "ü"]}
    with mlflow.start_run() as run:
        see("returns", mlflow.log_table(table, "t.json"))
        mlflow.log_table(pd.DataFrame(table), "f.json")
        mlflow.log_table({"a": 3, "b": "z"}, "t.json")
        mlflow.log_table(table, "deep/p.parquet")
        see("other ending", lambda: mlflow.log_table(table, "t.csv"))
        see("not a table", lambda: mlflow.log_table([1, 2], "l.json"))
        see("text", lambda: mlflow.log_table("x", "l.json"))
    see("json", json.loads(_text(mlflow, run, "t.json")))
    see("frame", json.loads(_text(mlflow, run, "f.json")))
    tag = mlflow.get_run(run.info.run_id).data.tags.get("mlflow.loggedArtifacts")
    see("tag", tag and json.loads(tag))


@behaviour
def load_tables(mlflow, see):
    for value in (1, 2):
        with mlflow.start_run(run_name=str(value)) as run:
            mlflow.log_table({"a": [value], "b": ["x"]}, "t.json")
    with mlflow.start_run():
        mlflow.log_text("no table", "other.txt")
    frame = mlflow.load_table("t.json")
    see("class", type(frame).__name__)
    see("columns", list(frame.columns))
    see("rows", sorted(frame["a"].tolist()))
    one = mlflow.load_table("t.json", run_ids=[run.info.run_id])
    see("one run", one["a"].tolist())
    more = mlflow.load_table("t.json", extra_columns=["run_id"])
    see("with run", list(more.columns))
    see("run ids", sorted(set(more["run_id"].map(len))))
    see("unknown column", lambda: mlflow.load_table("t.json", extra_columns=["nobody"]))
    see("missing", lambda: mlflow.load_table("nobody.json"))
    see("of a run without", lambda: mlflow.load_table("nobody.json", run_ids=[run.info.run_id]))
    by_client = mlflow.MlflowClient().load_table(run.info.experiment_id, "t.json")
    see("client", len(by_client))


@behaviour
def tables_that_grow_columns(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.log_table({"a": [1]}, "t.json")
        see("other column", lambda: mlflow.log_table({"b": [2]}, "t.json"))
        see("none", lambda: mlflow.log_table({"a": [None], "b": [3]}, "t.json"))
    found = json.loads(_text(mlflow, run, "t.json"))
    see("columns", found["columns"])
    see("rows", found["data"])
