"""Runs: starting, ending, nesting, taking up again, deleting."""

from __future__ import annotations

import contextlib

import numpy as np

from tests.differential.recorder import behaviour


@behaviour
def a_run_from_start_to_end(mlflow, see):
    see("none active", mlflow.active_run())
    run = mlflow.start_run()
    see("class", type(run).__name__)
    see("status", run.info.status)
    see("end", run.info.end_time)
    see("stage", run.info.lifecycle_stage)
    see("type of start", type(run.info.start_time).__name__)
    see("length of id", len(run.info.run_id))
    see("active", mlflow.active_run().info.run_id == run.info.run_id)
    see("end_run returns", mlflow.end_run())
    found = mlflow.get_run(run.info.run_id)
    see("status after", found.info.status)
    see("type of end", type(found.info.end_time).__name__)
    see("none active again", mlflow.active_run())
    see("end without a run", mlflow.end_run)


@behaviour
def names(mlflow, see):
    with mlflow.start_run() as run:
        pass
    see("invented", bool(run.info.run_name))
    see("tag", mlflow.get_run(run.info.run_id).data.tags["mlflow.runName"] == run.info.run_name)
    with mlflow.start_run(run_name="mine") as run:
        pass
    see("given", run.info.run_name)
    with mlflow.start_run(tags={"mlflow.runName": "tagged"}) as run:
        pass
    see("by tag", run.info.run_name)
    see(
        "both",
        lambda: mlflow.MlflowClient().create_run("0", tags={"mlflow.runName": "b"}, run_name="a"),
    )
    with mlflow.start_run(run_name="") as run:
        pass
    see("empty", bool(run.info.run_name))
    with mlflow.start_run(run_name="same") as first, mlflow.start_run(run_name="same", nested=True):
        pass
    see("twice", first.info.run_name)


@behaviour
def name_tag_renames(mlflow, see):
    with mlflow.start_run(run_name="a") as run:
        mlflow.set_tag("mlflow.runName", "b")
    see("name", mlflow.get_run(run.info.run_id).info.run_name)


@behaviour
def description(mlflow, see):
    with mlflow.start_run(description="**a**") as run:
        pass
    see("tag", mlflow.get_run(run.info.run_id).data.tags["mlflow.note.content"])
    see(
        "twice",
        lambda: mlflow.start_run(description="a", tags={"mlflow.note.content": "b"}),
    )
    mlflow.end_run()
    with mlflow.start_run(description="") as run:
        pass
    see("empty", mlflow.get_run(run.info.run_id).data.tags.get("mlflow.note.content"))


@behaviour
def tags_given_at_the_start(mlflow, see):
    with mlflow.start_run(tags={"a": 1, "b": "x", "mlflow.user": "me"}) as run:
        pass
    tags = mlflow.get_run(run.info.run_id).data.tags
    see("tags", {key: tags.get(key) for key in ("a", "b", "mlflow.user")})
    see("bad key", lambda: bool(mlflow.start_run(tags={"a|b": "x"})))


@behaviour
def automatic_tags(mlflow, see):
    with mlflow.start_run() as run:
        pass
    tags = mlflow.get_run(run.info.run_id).data.tags
    wanted = ("mlflow.user", "mlflow.source.name", "mlflow.source.type", "mlflow.runName")
    see("there", [key in tags for key in wanted])
    see("at start already", [key in run.data.tags for key in wanted])
    see("type", tags["mlflow.source.type"])


@behaviour(differs={"still active": "bad-status"})
def statuses(mlflow, see):
    for status in ("FINISHED", "FAILED", "KILLED", "RUNNING", "SCHEDULED"):
        run = mlflow.start_run()
        see(f"end {status}", lambda status=status: mlflow.end_run(status))
        see(status, mlflow.get_run(run.info.run_id).info.status)
    mlflow.start_run()
    see("unknown", lambda: mlflow.end_run("BROKEN"))
    see("still active", mlflow.active_run() is not None)


@behaviour
def a_failing_block(mlflow, see):
    with contextlib.suppress(ValueError), mlflow.start_run() as run:
        raise ValueError
    see("status", mlflow.get_run(run.info.run_id).info.status)
    see("active", mlflow.active_run())


@behaviour(differs={"status": "interrupted"})
def an_interrupted_block(mlflow, see):
    with contextlib.suppress(KeyboardInterrupt), mlflow.start_run() as run:
        raise KeyboardInterrupt
    see("status", mlflow.get_run(run.info.run_id).info.status)


@behaviour
def a_run_in_a_run(mlflow, see):
    with mlflow.start_run() as run:
        see("without nested", mlflow.start_run)
        see("outer is active", mlflow.active_run().info.run_id == run.info.run_id)
        with mlflow.start_run(nested=True) as child:
            see("inner is active", mlflow.active_run().info.run_id == child.info.run_id)
        see("outer again", mlflow.active_run().info.run_id == run.info.run_id)
    see("parent tag", child.data.tags["mlflow.parentRunId"] == run.info.run_id)
    see("parent", mlflow.get_parent_run(child.info.run_id).info.run_id == run.info.run_id)
    see("class of parent", type(mlflow.get_parent_run(child.info.run_id)).__name__)
    see("none above", mlflow.get_parent_run(run.info.run_id))


@behaviour
def three_deep(mlflow, see):
    ids = []
    with mlflow.start_run(run_name="a") as a:
        with mlflow.start_run(run_name="b", nested=True) as b:
            with mlflow.start_run(run_name="c", nested=True) as c:
                mlflow.log_metric("m", 3)
            mlflow.log_metric("m", 2)
        mlflow.log_metric("m", 1)
    ids = [a.info.run_id, b.info.run_id, c.info.run_id]
    see("parents", [run.data.tags.get("mlflow.parentRunId") for run in map(mlflow.get_run, ids)])
    see("metrics", [mlflow.get_run(one).data.metrics["m"] for one in ids])
    see("statuses", [mlflow.get_run(one).info.status for one in ids])


@behaviour
def parent_by_id(mlflow, see):
    with mlflow.start_run() as parent:
        pass
    with mlflow.start_run(parent_run_id=parent.info.run_id) as child:
        pass
    see("tag", child.data.tags["mlflow.parentRunId"] == parent.info.run_id)
    see("unknown", lambda: mlflow.start_run(parent_run_id="0" * 32))
    mlflow.end_run()
    mlflow.delete_run(parent.info.run_id)
    see("deleted", lambda: mlflow.start_run(parent_run_id=parent.info.run_id))


@behaviour
def parent_by_id_in_another_run(mlflow, see):
    with mlflow.start_run() as parent:
        pass
    with mlflow.start_run():
        see("active", lambda: mlflow.start_run(parent_run_id=parent.info.run_id))


@behaviour
def a_child_fails(mlflow, see):
    with mlflow.start_run() as run:
        with contextlib.suppress(ValueError), mlflow.start_run(nested=True) as child:
            raise ValueError
    see("child", mlflow.get_run(child.info.run_id).info.status)
    see("parent", mlflow.get_run(run.info.run_id).info.status)


@behaviour
def end_run_ends_the_innermost(mlflow, see):
    outer = mlflow.start_run()
    inner = mlflow.start_run(nested=True)
    mlflow.end_run()
    see("inner", mlflow.get_run(inner.info.run_id).info.status)
    see("outer", mlflow.get_run(outer.info.run_id).info.status)
    mlflow.end_run("FAILED")
    see("outer after", mlflow.get_run(outer.info.run_id).info.status)


@behaviour(differs={"end while resumed": "resumed-end"})
def resume(mlflow, see):
    with mlflow.start_run(run_name="a", tags={"t": "1"}) as run:
        mlflow.log_param("p", 1)
        mlflow.log_metric("m", 1, step=0)
    with mlflow.start_run(run_id=run.info.run_id) as again:
        see("same id", again.info.run_id == run.info.run_id)
        see("status while resumed", mlflow.get_run(run.info.run_id).info.status)
        see("end while resumed", mlflow.get_run(run.info.run_id).info.end_time is None)
        see("data it starts with", again.data.params)
        mlflow.log_metric("m", 2, step=1)
        see("same param", lambda: mlflow.log_param("p", 1))
        see("other param", lambda: mlflow.log_param("p", 2))
        mlflow.set_tag("t", "2")
    found = mlflow.get_run(run.info.run_id)
    see("name", found.info.run_name)
    see("tag", found.data.tags["t"])
    see("metric", found.data.metrics)
    see("status", found.info.status)
    see("start stays", found.info.start_time == run.info.start_time)


@behaviour
def resume_with_arguments(mlflow, see):
    with mlflow.start_run(run_name="a") as run:
        pass
    with mlflow.start_run(run_id=run.info.run_id, run_name="b", tags={"x": 1}, description="d"):
        pass
    found = mlflow.get_run(run.info.run_id)
    see("name", found.info.run_name)
    see("name tag", found.data.tags["mlflow.runName"])
    see("tag", found.data.tags.get("x"))
    see("note", found.data.tags.get("mlflow.note.content"))


@behaviour(differs={"other experiment chosen": "resume-anywhere"})
def resume_misuse(mlflow, see):
    see("unknown", lambda: mlflow.start_run(run_id="0" * 32))
    see("no id", lambda: mlflow.start_run(run_id="nonsense"))
    with mlflow.start_run() as run:
        pass
    mlflow.delete_run(run.info.run_id)
    see("deleted", lambda: mlflow.start_run(run_id=run.info.run_id))
    mlflow.end_run()
    other = mlflow.create_experiment("other")
    with mlflow.start_run() as run:
        pass
    see(
        "other experiment given",
        lambda: mlflow.start_run(run_id=run.info.run_id, experiment_id=other).info.experiment_id,
    )
    mlflow.end_run()
    mlflow.set_experiment("other")
    see(
        "other experiment chosen",
        lambda: mlflow.start_run(run_id=run.info.run_id).info.experiment_id,
    )


@behaviour
def resume_the_active_one(mlflow, see):
    with mlflow.start_run() as run:
        see("not nested", lambda: mlflow.start_run(run_id=run.info.run_id))
        see(
            "nested",
            lambda: mlflow.start_run(run_id=run.info.run_id, nested=True).info.run_id,
        )


@behaviour
def start_in_an_unknown_experiment(mlflow, see):
    see("unknown", lambda: mlflow.start_run(experiment_id="123456"))
    see("active", mlflow.active_run())
    made = mlflow.create_experiment("a")
    see("given", lambda: mlflow.start_run(experiment_id=made).info.experiment_id == made)


@behaviour
def experiment_id_as_a_number(mlflow, see):
    made = mlflow.create_experiment("a")
    see("start", lambda: mlflow.start_run(experiment_id=int(made)).info.experiment_id == made)


@behaviour
def last_active(mlflow, see):
    see("before", mlflow.last_active_run())
    with mlflow.start_run() as run:
        see("while", mlflow.last_active_run().info.run_id == run.info.run_id)
    last = mlflow.last_active_run()
    see("after", last.info.run_id == run.info.run_id)
    see("status", last.info.status)
    with mlflow.start_run() as outer:
        with mlflow.start_run(nested=True):
            pass
    see("of nested ones", mlflow.last_active_run().info.run_id == outer.info.run_id)


@behaviour
def delete_and_restore(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1)
    see("delete", lambda: mlflow.delete_run(run.info.run_id))
    see("stage", mlflow.get_run(run.info.run_id).info.lifecycle_stage)
    see("status", mlflow.get_run(run.info.run_id).info.status)
    see("still reads", mlflow.get_run(run.info.run_id).data.metrics)
    see("search", len(mlflow.search_runs(output_format="list")))
    see("delete again", lambda: mlflow.delete_run(run.info.run_id))
    client = mlflow.MlflowClient()
    see("tag", lambda: client.set_tag(run.info.run_id, "a", "b"))
    see("metric", lambda: client.log_metric(run.info.run_id, "m", 2))
    see("param", lambda: client.log_param(run.info.run_id, "p", 2))
    see("rename", lambda: client.update_run(run.info.run_id, name="x"))
    see("end", lambda: client.set_terminated(run.info.run_id))
    see("restore", lambda: client.restore_run(run.info.run_id))
    see("stage after", mlflow.get_run(run.info.run_id).info.lifecycle_stage)
    see("restore again", lambda: client.restore_run(run.info.run_id))


@behaviour(differs={"history": "unknown-run"})
def unknown_run(mlflow, see):
    client = mlflow.MlflowClient()
    for run_id in ("0" * 32, "nonsense", ""):
        see(f"get {run_id}", lambda run_id=run_id: mlflow.get_run(run_id))
    see("parent", lambda: mlflow.get_parent_run("0" * 32))
    see("delete", lambda: mlflow.delete_run("0" * 32))
    see("restore", lambda: client.restore_run("0" * 32))
    see("metric", lambda: client.log_metric("0" * 32, "m", 1))
    see("history", lambda: client.get_metric_history("0" * 32, "m"))
    see("terminate", lambda: client.set_terminated("0" * 32))


@behaviour
def an_active_run_shows_what_was_when_it_started(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.log_param("p", 1)
        see("object", run.data.params)
        see("active_run", mlflow.active_run().data.params)
        see("get_run", mlflow.get_run(run.info.run_id).data.params)


@behaviour
def logging_starts_a_run(mlflow, see):
    mlflow.log_param("p", 1)
    see("active", mlflow.active_run() is not None)
    mlflow.end_run()
    see("runs", len(mlflow.search_runs(output_format="list")))
    for name, arguments in (
        ("log_metric", ("m", 1)),
        ("set_tag", ("t", 1)),
        ("log_text", ("x", "x.txt")),
        ("get_artifact_uri", ()),
    ):
        getattr(mlflow, name)(*arguments)
        see(name, mlflow.active_run() is not None)
        mlflow.end_run()


@behaviour
def logging_after_the_end(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1, step=0)
    client = mlflow.MlflowClient()
    see("metric", lambda: client.log_metric(run.info.run_id, "m", 2, step=1))
    see("param", lambda: bool(client.log_param(run.info.run_id, "p", 1)))
    see("tag", lambda: client.set_tag(run.info.run_id, "t", 1))
    see("text", lambda: client.log_text(run.info.run_id, "x", "x.txt"))
    found = client.get_run(run.info.run_id)
    see("status", found.info.status)
    see("values", [found.data.metrics, found.data.params, found.data.tags["t"]])
    see("files", [item.path for item in client.list_artifacts(run.info.run_id)])


@behaviour
def to_dictionary(mlflow, see):
    with mlflow.start_run(run_name="a") as run:
        mlflow.log_param("p", 1)
        mlflow.log_metric("m", 0.5)
        mlflow.set_tag("t", "x")
    found = mlflow.get_run(run.info.run_id).to_dictionary()
    see("keys", [key for key in ("info", "data", "inputs") if key in found])
    wanted = (
        "artifact_uri", "end_time", "experiment_id", "lifecycle_stage", "run_id", "run_name",
        "run_uuid", "start_time", "status", "user_id",
    )  # fmt: skip
    see("info", [key for key in wanted if key in found["info"]])
    see("metrics", found["data"]["metrics"])
    see("params", found["data"]["params"])
    see("tag", found["data"]["tags"]["t"])
    see("inputs", found["inputs"]["dataset_inputs"])


@behaviour
def parts_convert_too(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1, step=2, timestamp=3)
        mlflow.log_input(mlflow.data.from_numpy(np.arange(3), name="n"), "test")
    found = mlflow.get_run(run.info.run_id)
    see("data", {key: found.data.to_dictionary()[key] for key in ("metrics", "params")})
    see("has tags", "mlflow.runName" in found.data.to_dictionary()["tags"])
    (used,) = found.inputs.to_dictionary()["dataset_inputs"]
    see("input", [used["dataset"]["name"], used["tags"], sorted(used["dataset"])])
    see("of an input", found.inputs.dataset_inputs[0].to_dictionary()["tags"])
    (point,) = mlflow.MlflowClient().get_metric_history(run.info.run_id, "m")
    written = point.to_dictionary()
    see("metric", {key: written[key] for key in ("key", "value", "timestamp", "step")})


@behaviour
def entities_are_read_by_attribute(mlflow, see):
    with mlflow.start_run() as run:
        pass
    found = mlflow.get_run(run.info.run_id)
    see("status in ALL", found.info.status == "FINISHED")
    see("dict(info)", lambda: sorted(dict(found.info))[:3])
    see("text names the class", str(found.info).startswith("<RunInfo:"))
    see("repr of run", repr(found).startswith("<Run:"))
    see("assigning", lambda: setattr(found.info, "run_id", "x"))


@behaviour
def context_manager_returns_itself(mlflow, see):
    run = mlflow.start_run()
    with run as inside:
        see("same", inside is run)
    see("status", mlflow.get_run(run.info.run_id).info.status)


@behaviour
def a_block_of_a_run_ended_inside(mlflow, see):
    with mlflow.start_run() as run:
        mlflow.end_run("KILLED")
    see("status", mlflow.get_run(run.info.run_id).info.status)
    see("active", mlflow.active_run())


@behaviour(differs={"end": "deleted-end"})
def delete_the_active_run(mlflow, see):
    run = mlflow.start_run()
    see("delete", lambda: mlflow.delete_run(run.info.run_id))
    see("end", mlflow.end_run)
    see("stage", mlflow.get_run(run.info.run_id).info.lifecycle_stage)
