"""Experiments: creating, choosing, finding, renaming, deleting."""

from __future__ import annotations

from tests.differential.recorder import behaviour


@behaviour
def create_returns_an_id(mlflow, see):
    created = mlflow.create_experiment("a", tags={"team": "blue"})
    found = mlflow.get_experiment(created)
    see("type of id", type(created).__name__)
    see("id", found.experiment_id == created)
    see("name", found.name)
    see("stage", found.lifecycle_stage)
    see("tags", found.tags)
    see(
        "types of times",
        [type(found.creation_time).__name__, type(found.last_update_time).__name__],
    )
    see("class", type(found).__name__)


@behaviour
def create_twice(mlflow, see):
    mlflow.create_experiment("a")
    see("again", lambda: mlflow.create_experiment("a"))


@behaviour(differs={"long": "long-values"})
def bad_names(mlflow, see):
    for name in (None, "", 7, ["a"]):
        see(f"create {name!r}", lambda name=name: bool(mlflow.create_experiment(name)))
        see(f"set {name!r}", lambda name=name: bool(mlflow.set_experiment(name)))
    see("long", lambda: bool(mlflow.create_experiment("x" * 501)))


@behaviour
def odd_names_are_kept(mlflow, see):
    for name in ("  padded ", "a/b", "ünïcödé ✓", "a'b\"c", "x" * 500, "line\nbreak"):
        made = mlflow.create_experiment(name)
        see(name[:12], mlflow.get_experiment(made).name == name)
        see(f"found {name[:12]}", mlflow.get_experiment_by_name(name).experiment_id == made)


@behaviour
def get_by_name(mlflow, see):
    see("unknown", mlflow.get_experiment_by_name("nobody"))
    made = mlflow.create_experiment("a")
    see("known", mlflow.get_experiment_by_name("a").experiment_id == made)
    see("case", mlflow.get_experiment_by_name("A"))
    mlflow.delete_experiment(made)
    see("deleted", mlflow.get_experiment_by_name("a").lifecycle_stage)


@behaviour(differs={"text": "text-ids"})
def get_unknown(mlflow, see):
    see("number", lambda: mlflow.get_experiment("123456"))
    see("text", lambda: mlflow.get_experiment("no-number"))


@behaviour
def default_experiment(mlflow, see):
    found = mlflow.get_experiment("0")
    see("name", found.name)
    see("id", found.experiment_id)
    see("by name", mlflow.get_experiment_by_name("Default").experiment_id)
    with mlflow.start_run() as run:
        pass
    see("of a run", run.info.experiment_id)
    see("by int", lambda: mlflow.get_experiment(0).name)


@behaviour
def set_experiment_creates_and_returns(mlflow, see):
    found = mlflow.set_experiment("a")
    see("class", type(found).__name__)
    see("name", found.name)
    see("again", mlflow.set_experiment("a").experiment_id == found.experiment_id)
    see("by id", mlflow.set_experiment(experiment_id=found.experiment_id).name)
    with mlflow.start_run() as run:
        pass
    see("run is in it", run.info.experiment_id == found.experiment_id)


@behaviour
def set_experiment_misuse(mlflow, see):
    see("nothing", mlflow.set_experiment)
    see("both", lambda: mlflow.set_experiment("a", experiment_id="0"))
    see("unknown id", lambda: mlflow.set_experiment(experiment_id="123456"))


@behaviour
def set_deleted_experiment(mlflow, see):
    made = mlflow.create_experiment("a")
    mlflow.delete_experiment(made)
    see("by name", lambda: mlflow.set_experiment("a"))
    see("by id", lambda: mlflow.set_experiment(experiment_id=made))
    see("create anew", lambda: mlflow.create_experiment("a"))


@behaviour
def set_experiment_while_a_run_is_active(mlflow, see):
    mlflow.set_experiment("a")
    with mlflow.start_run() as run:
        other = mlflow.set_experiment("b")
        with mlflow.start_run(nested=True) as child:
            pass
    see("run", run.info.experiment_id == other.experiment_id)
    see("child", child.info.experiment_id == other.experiment_id)


@behaviour
def delete_and_restore(mlflow, see):
    made = mlflow.create_experiment("a")
    client = mlflow.MlflowClient()
    run = client.create_run(made)
    see("delete", lambda: mlflow.delete_experiment(made))
    see("stage", mlflow.get_experiment(made).lifecycle_stage)
    see("run of a deleted experiment", client.get_run(run.info.run_id).info.lifecycle_stage)
    see("new run in it", lambda: client.create_run(made))
    see("listed", [one.name for one in mlflow.search_experiments()])
    see("delete again", lambda: mlflow.delete_experiment(made))
    see("restore", lambda: client.restore_experiment(made))
    see("stage after", mlflow.get_experiment(made).lifecycle_stage)
    see("run after", client.get_run(run.info.run_id).info.lifecycle_stage)
    see("restore again", lambda: client.restore_experiment(made))


@behaviour
def delete_unknown(mlflow, see):
    client = mlflow.MlflowClient()
    see("delete", lambda: mlflow.delete_experiment("123456"))
    see("restore", lambda: client.restore_experiment("123456"))
    see("rename", lambda: client.rename_experiment("123456", "x"))
    see("tag", lambda: client.set_experiment_tag("123456", "a", "b"))


@behaviour(differs={"deleted": "state-codes"})
def rename(mlflow, see):
    client = mlflow.MlflowClient()
    made = client.create_experiment("a")
    client.create_experiment("b")
    see("rename", lambda: client.rename_experiment(made, "c"))
    see("name", client.get_experiment(made).name)
    see("old name", client.get_experiment_by_name("a"))
    see("taken", lambda: client.rename_experiment(made, "b"))
    see("empty", lambda: client.rename_experiment(made, ""))
    see("same", lambda: client.rename_experiment(made, "c"))
    see("old name is free", lambda: client.create_experiment("a") != made)
    client.delete_experiment(made)
    see("deleted", lambda: client.rename_experiment(made, "d"))


@behaviour
def tags(mlflow, see):
    found = mlflow.set_experiment("a")
    mlflow.set_experiment_tag("one", 1)
    mlflow.set_experiment_tags({"two": "2", "three": None})
    mlflow.set_experiment_tag("one", "again")
    client = mlflow.MlflowClient()
    see("tags", dict(sorted(client.get_experiment(found.experiment_id).tags.items())))
    client.delete_experiment_tag(found.experiment_id, "one")
    see("deleted", sorted(client.get_experiment(found.experiment_id).tags))
    see("delete unknown", lambda: client.delete_experiment_tag(found.experiment_id, "nobody"))
    see("bad key", lambda: mlflow.set_experiment_tag("a|b", "x"))
    see("empty key", lambda: mlflow.set_experiment_tag("", "x"))
    see("long value", lambda: mlflow.set_experiment_tag("long", "x" * 6000))


@behaviour
def tag_of_a_deleted_experiment(mlflow, see):
    made = mlflow.create_experiment("a")
    mlflow.delete_experiment(made)
    see("tag", lambda: mlflow.MlflowClient().set_experiment_tag(made, "a", "b"))


@behaviour
def search_views(mlflow, see):
    kept = mlflow.create_experiment("kept")
    gone = mlflow.create_experiment("gone")
    mlflow.delete_experiment(gone)
    kind = mlflow.entities.ViewType

    def names(view):
        return sorted(one.name for one in mlflow.search_experiments(view_type=view))

    see("active", names(kind.ACTIVE_ONLY))
    see("deleted", names(kind.DELETED_ONLY))
    see("all", names(kind.ALL))
    see("kept", kept != gone)


@behaviour(differs={"bad order": "filter-more"})
def search_with_filter_and_order(mlflow, see):
    for name, team in (("alpha", "x"), ("beta", "y"), ("gamma", "x"), ("Alpha 2", "z")):
        mlflow.create_experiment(name, tags={"team": team})

    def names(**arguments):
        return [one.name for one in mlflow.search_experiments(**arguments)]

    see("name", lambda: names(filter_string="name = 'beta'"))
    see("like", lambda: names(filter_string="name LIKE 'al%'"))
    see("ilike", lambda: sorted(names(filter_string="name ILIKE 'al%'")))
    see("tag", lambda: sorted(names(filter_string="tags.team = 'x'")))
    see("and", lambda: names(filter_string="tags.team = 'x' AND name != 'alpha'"))
    see("attribute", lambda: names(filter_string="attribute.name = 'beta'"))
    see("quoted name", lambda: names(filter_string="tags.team = 'name = x'"))
    see("quoted words", lambda: names(filter_string="name = 'a name = creation_time'"))
    see("by time", lambda: names(filter_string="creation_time > 0 AND name = 'beta'"))
    see("by change", lambda: names(filter_string="last_update_time < 10"))
    see("attribute time", lambda: names(filter_string="attribute.creation_time < 10"))
    see(
        "order by time",
        lambda: names(filter_string="name LIKE '%a'", order_by=["creation_time ASC", "name"]),
    )
    see("by name", lambda: names(order_by=["name"]))
    see("by name desc", lambda: names(order_by=["name DESC"]))
    see("at most", lambda: names(order_by=["name"], max_results=2))
    see("bad filter", lambda: names(filter_string="nonsense"))
    see("bad order", lambda: names(order_by=["nonsense"]))
    see("zero results", lambda: names(max_results=0))


@behaviour(differs={"as path": "paths"})
def artifact_location(mlflow, see):
    place = see.folder / "elsewhere"
    made = mlflow.create_experiment("a", artifact_location=str(place))
    see("location", mlflow.get_experiment(made).artifact_location)
    with mlflow.start_run(experiment_id=made) as run:
        mlflow.log_text("x", "x.txt")
    see("uri", run.info.artifact_uri)
    see("file", (place / run.info.run_id / "artifacts" / "x.txt").read_text())
    see("as path", lambda: bool(mlflow.create_experiment("b", artifact_location=place / "b")))
    see("bucket is not asked", lambda: bool(mlflow.create_experiment("c", "s3://no-such-bucket/x")))
