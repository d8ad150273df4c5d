"""Artifacts: logging files, listing, downloading, URIs."""

from __future__ import annotations

import io
import os
from pathlib import Path

from tests.differential.recorder import behaviour


def _tree(see):
    folder = see.folder / "things"
    (folder / "sub" / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text("a")
    (folder / "sub" / "b.txt").write_text("bb")
    (folder / "sub" / "deep" / "c.txt").write_text("ccc")
    return folder


def _listed(mlflow, run, path=None):
    client = mlflow.MlflowClient()
    return [
        [item.path, item.is_dir, item.file_size]
        for item in client.list_artifacts(run.info.run_id, path)
    ]


@behaviour
def a_file(mlflow, see):
    folder = _tree(see)
    with mlflow.start_run() as run:
        see("returns", mlflow.log_artifact(str(folder / "a.txt")))
        mlflow.log_artifact(folder / "sub" / "b.txt", "x/y")
        mlflow.log_artifact(str(folder / "a.txt"), artifact_path="z")
    see("top", _listed(mlflow, run))
    see("inside", _listed(mlflow, run, "x/y"))


@behaviour
def a_folder(mlflow, see):
    folder = _tree(see)
    with mlflow.start_run() as run:
        mlflow.log_artifact(str(folder))
    see("top", _listed(mlflow, run))
    see("inside", _listed(mlflow, run, "things"))


@behaviour
def all_of_a_folder(mlflow, see):
    folder = _tree(see)
    with mlflow.start_run() as run:
        see("returns", mlflow.log_artifacts(str(folder)))
        mlflow.log_artifacts(folder, "under/here")
    see("top", _listed(mlflow, run))
    see("sub", _listed(mlflow, run, "sub"))
    see("under", _listed(mlflow, run, "under/here"))


@behaviour(differs={"missing folder": "missing-folder", "file as folder": "missing-folder"})
def misuse(mlflow, see):
    folder = _tree(see)
    with mlflow.start_run():
        see("missing file", lambda: mlflow.log_artifact("no-such-file"))
        see("missing folder", lambda: mlflow.log_artifacts("no-such-folder"))
        see("file as folder", lambda: mlflow.log_artifacts(str(folder / "a.txt")))
        see("up", lambda: mlflow.log_artifact(str(folder / "a.txt"), "../up"))
        see("absolute", lambda: mlflow.log_artifact(str(folder / "a.txt"), "/abs"))
        see("text up", lambda: mlflow.log_text("x", "../x.txt"))
        see("text absolute", lambda: mlflow.log_text("x", "/x.txt"))
        see("empty name", lambda: mlflow.log_text("x", ""))
        see("folder name", lambda: mlflow.log_text("x", "folder/"))


@behaviour
def the_same_name_again(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.log_text("one", "x.txt")
        mlflow.log_text("three", "x.txt")
    see("listed", _listed(mlflow, run))
    see("content", mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/x.txt"))


@behaviour
def listing(mlflow, see):
    with mlflow.start_run() as run:
        see("none", _listed(mlflow, run))
        mlflow.log_text("x", "b/x.txt")
        mlflow.log_text("yy", "a.txt")
        mlflow.log_text("zzz", "b/c/z.txt")
    see("top", _listed(mlflow, run))
    see("folder", _listed(mlflow, run, "b"))
    see("folder with slash", lambda: _listed(mlflow, run, "b/"))
    see("file", lambda: _listed(mlflow, run, "a.txt"))
    see("unknown", lambda: _listed(mlflow, run, "nobody"))
    see("up", lambda: _listed(mlflow, run, "../"))
    see("empty", lambda: _listed(mlflow, run, ""))
    see("unknown run", lambda: mlflow.MlflowClient().list_artifacts("0" * 32))
    found = mlflow.artifacts.list_artifacts(run_id=run.info.run_id, artifact_path="b")
    see("module", [item.path for item in found])
    found = mlflow.artifacts.list_artifacts(f"runs:/{run.info.run_id}/b")
    see("by uri", [item.path for item in found])
    see("nothing", mlflow.artifacts.list_artifacts)
    see(
        "both",
        lambda: mlflow.artifacts.list_artifacts(f"runs:/{run.info.run_id}", run_id=run.info.run_id),
    )


@behaviour
def download(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.log_text("x", "a/x.txt")
        mlflow.log_text("y", "y.txt")
    client = mlflow.MlflowClient()
    run_id = run.info.run_id
    (see.folder / "out").mkdir()
    place = client.download_artifacts(run_id, "a/x.txt", str(see.folder / "out"))
    see("place", place)
    see("content", Path(place).read_text())
    place = client.download_artifacts(run_id, "a", str(see.folder / "out"))
    see("folder", place)
    see("inside", sorted(os.listdir(place)))
    place = client.download_artifacts(run_id, "")
    see("all", sorted(os.listdir(place)))
    see("default", sorted(os.listdir(client.download_artifacts(run_id, "a"))))
    see("unknown", lambda: client.download_artifacts(run_id, "nobody"))
    see("unknown run", lambda: client.download_artifacts("0" * 32, "x"))
    see("up", lambda: client.download_artifacts(run_id, "../x"))
    see("missing folder", lambda: client.download_artifacts(run_id, "y.txt", "no-such"))


@behaviour
def download_by_uri(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.log_text("x", "a/x.txt")
    run_id = run.info.run_id
    load = mlflow.artifacts.download_artifacts
    see("uri", Path(load(f"runs:/{run_id}/a/x.txt")).read_text())
    see("arguments", Path(load(run_id=run_id, artifact_path="a/x.txt")).read_text())
    place = load(f"runs:/{run_id}/a", dst_path=str(see.folder / "made"))
    see("made folder", place.rstrip("/"))
    see("whole run", sorted(os.listdir(load(f"runs:/{run_id}/"))))
    see("nothing", load)
    see("both", lambda: load(f"runs:/{run_id}/a", run_id=run_id))
    see("unknown run", lambda: load(f"runs:/{'0' * 32}/a"))
    see("unknown file", lambda: load(f"runs:/{run_id}/nobody"))
    see("no run in it", lambda: load("runs:/"))
    see("file", Path(load(str(see.folder / "made" / "a" / "x.txt"))).read_text())


@behaviour
def load_back(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.log_text("grüße ✓\n", "x.txt")
        mlflow.log_dict({"a": [1, None]}, "d.json")
    base = f"runs:/{run.info.run_id}"
    see("text", mlflow.artifacts.load_text(f"{base}/x.txt"))
    see("dict", mlflow.artifacts.load_dict(f"{base}/d.json"))
    see("text as dict", lambda: mlflow.artifacts.load_dict(f"{base}/x.txt"))
    see("missing", lambda: mlflow.artifacts.load_text(f"{base}/nobody"))


@behaviour
def artifact_uri(mlflow, see):
    with mlflow.start_run() as run:
        whole = mlflow.get_artifact_uri()
        see("of the run", whole == run.info.artifact_uri)
        see("inside", mlflow.get_artifact_uri("a/b") == f"{whole}/a/b")
        see("ends", whole.endswith(f"{run.info.run_id}/artifacts"))


@behaviour
def stream(mlflow, see):
    with mlflow.start_run() as run:
        see("returns", mlflow.log_stream(io.BytesIO(b"abc"), "s/x.bin"))
        see("text stream", lambda: mlflow.log_stream(io.StringIO("abc"), "t.txt"))
    see("listed", _listed(mlflow, run, "s"))


@behaviour
def by_run_id(mlflow, see):
    folder = _tree(see)
    with mlflow.start_run() as run:
        pass
    mlflow.log_artifact(str(folder / "a.txt"), run_id=run.info.run_id)
    mlflow.log_artifacts(str(folder / "sub"), "s", run_id=run.info.run_id)
    mlflow.log_text("x", "t.txt", run_id=run.info.run_id)
    mlflow.log_dict({}, "d.json", run_id=run.info.run_id)
    see("listed", _listed(mlflow, run))
    see("none active", mlflow.active_run())


@behaviour
def by_client(mlflow, see):
    folder = _tree(see)
    client = mlflow.MlflowClient()
    run = client.create_run("0")
    run_id = run.info.run_id
    client.log_artifact(run_id, str(folder / "a.txt"), "in")
    client.log_artifacts(run_id, str(folder / "sub"))
    client.log_text(run_id, "x", "t.txt")
    client.log_dict(run_id, {"a": 1}, "d.json")
    see("listed", [item[0] for item in _listed(mlflow, run)])
    see("running", client.get_run(run_id).info.status)


@behaviour
def odd_names(mlflow, see):
    for name in ("ü ✓.txt", "a b.txt", "a'b.txt", "a#b.txt", "a%20b.txt", "x.tar.gz", ".hidden"):
        with mlflow.start_run() as run:
            see(name, lambda name=name: mlflow.log_text("x", name))
        see(f"{name} read", lambda name=name, run=run: [item[0] for item in _listed(mlflow, run)])


@behaviour
def empty_files(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.log_text("", "empty.txt")
        (see.folder / "hollow").mkdir()
        see("empty folder", lambda: mlflow.log_artifacts(str(see.folder / "hollow")))
    see("listed", _listed(mlflow, run))


@behaviour
def text_of_other_types(mlflow, see):
    with mlflow.start_run():
        see("bytes", lambda: mlflow.log_text(b"x", "a.txt"))
        see("number", lambda: mlflow.log_text(1, "b.txt"))
