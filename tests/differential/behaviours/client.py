"""The client: runs made by hand, batches, ends, listings."""

from __future__ import annotations

from tests.differential.recorder import behaviour


@behaviour
def create_run(mlflow, see):
    client = mlflow.MlflowClient()
    run = client.create_run("0", start_time=1234, tags={"a": "1"}, run_name="mine")
    see("class", type(run).__name__)
    see("status", run.info.status)
    see("start", run.info.start_time)
    see("end", run.info.end_time)
    see("name", run.info.run_name)
    see("tags", dict(sorted(run.data.tags.items())))
    see("not active", mlflow.active_run())
    see("experiment", run.info.experiment_id)


@behaviour
def create_run_misuse(mlflow, see):
    client = mlflow.MlflowClient()
    see("unknown experiment", lambda: client.create_run("123456"))
    see("no experiment", lambda: client.create_run(None))
    see("name", lambda: bool(client.create_run("0").info.run_name))


@behaviour(differs={"small letters": "small-letters", "small letters read": "small-letters"})
def terminate(mlflow, see):
    client = mlflow.MlflowClient()
    for name, arguments in {
        "default": {},
        "failed": {"status": "FAILED"},
        "killed at": {"status": "KILLED", "end_time": 99},
        "small letters": {"status": "finished"},
        "unknown": {"status": "BROKEN"},
        "running": {"status": "RUNNING"},
    }.items():
        run = client.create_run("0", start_time=10)
        see(
            name,
            lambda run=run, arguments=arguments: client.set_terminated(
                run.info.run_id, **arguments
            ),
        )
        found = client.get_run(run.info.run_id).info
        see(f"{name} read", [found.status, found.end_time if found.end_time == 99 else None])


@behaviour
def terminate_twice(mlflow, see):
    client = mlflow.MlflowClient()
    run = client.create_run("0")
    client.set_terminated(run.info.run_id, end_time=5)
    see("again", lambda: client.set_terminated(run.info.run_id, "FAILED", end_time=6))
    found = client.get_run(run.info.run_id).info
    see("read", [found.status, found.end_time])


@behaviour
def update_run(mlflow, see):
    client = mlflow.MlflowClient()
    run = client.create_run("0", run_name="a")
    see("name", lambda: client.update_run(run.info.run_id, name="b"))
    found = client.get_run(run.info.run_id)
    see("read", [found.info.run_name, found.data.tags["mlflow.runName"], found.info.status])
    see("status", lambda: client.update_run(run.info.run_id, status="FAILED"))
    see("read status", client.get_run(run.info.run_id).info.status)
    see("running", lambda: client.update_run(run.info.run_id, status="RUNNING"))
    see("read running", client.get_run(run.info.run_id).info.status)
    see("nothing", lambda: client.update_run(run.info.run_id))
    see("bad status", lambda: client.update_run(run.info.run_id, status="BROKEN"))
    see("unknown", lambda: client.update_run("0" * 32, name="x"))


@behaviour
def log_one_of_each(mlflow, see):
    client = mlflow.MlflowClient()
    run_id = client.create_run("0").info.run_id
    see("param", client.log_param(run_id, "p", 1))
    see("metric", client.log_metric(run_id, "m", 0.5))
    see("tag", client.set_tag(run_id, "t", 1))
    found = client.get_run(run_id)
    see("data", [found.data.params, found.data.metrics, found.data.tags["t"]])
    see("other value", lambda: client.log_param(run_id, "p", 2))
    see("positional", client.log_metric(run_id, "n", 0.7, 1000, 2))
    (point,) = client.get_metric_history(run_id, "n")
    see("point", [point.value, point.timestamp, point.step])


@behaviour
def log_batch(mlflow, see):
    client = mlflow.MlflowClient()
    kinds = mlflow.entities
    run_id = client.create_run("0").info.run_id
    metrics = [kinds.Metric("m", value, 1000 + value, value) for value in range(3)]
    params = [kinds.Param("p", "1"), kinds.Param("q", "x")]
    tags = [kinds.RunTag("t", "a")]
    see("returns", client.log_batch(run_id, metrics, params, tags))
    found = client.get_run(run_id)
    see("metrics", found.data.metrics)
    see("params", dict(sorted(found.data.params.items())))
    see("tag", found.data.tags["t"])
    see("history", [point.value for point in client.get_metric_history(run_id, "m")])
    see("empty", client.log_batch(run_id))


@behaviour
def log_batch_misuse(mlflow, see):
    client = mlflow.MlflowClient()
    kinds = mlflow.entities
    run_id = client.create_run("0").info.run_id
    see("unknown", lambda: client.log_batch("0" * 32, params=[kinds.Param("a", "1")]))
    see("bad key", lambda: client.log_batch(run_id, metrics=[kinds.Metric("a|b", 1, 0, 0)]))
    see("bad value", lambda: client.log_batch(run_id, metrics=[kinds.Metric("a", "x", 0, 0)]))
    see(
        "a param twice",
        lambda: client.log_batch(run_id, params=[kinds.Param("a", "1"), kinds.Param("a", "2")]),
    )
    see(
        "the same param twice",
        lambda: client.log_batch(run_id, params=[kinds.Param("b", "1"), kinds.Param("b", "1")]),
    )
    client.log_batch(run_id, params=[kinds.Param("c", "1")])
    see("a changed param", lambda: client.log_batch(run_id, params=[kinds.Param("c", "2")]))
    see(
        "a changed one among good ones",
        lambda: client.log_batch(run_id, params=[kinds.Param("d", "1"), kinds.Param("c", "2")]),
    )
    see("params", dict(sorted(client.get_run(run_id).data.params.items())))


@behaviour
def batch_limits(mlflow, see):
    client = mlflow.MlflowClient()
    kinds = mlflow.entities
    run_id = client.create_run("0").info.run_id
    metrics = [kinds.Metric("m", n, n, n) for n in range(1001)]
    params = [kinds.Param(f"p{n}", str(n)) for n in range(101)]
    tags = [kinds.RunTag(f"t{n}", str(n)) for n in range(101)]
    see("1000 metrics", lambda: client.log_batch(run_id, metrics=metrics[:1000]))
    see("100 params", lambda: client.log_batch(run_id, params=params[:100]))
    see("1001 metrics", lambda: client.log_batch(run_id, metrics=metrics))
    see("101 params", lambda: client.log_batch(run_id, params=params))
    see("101 tags", lambda: client.log_batch(run_id, tags=tags))


@behaviour
def search_runs(mlflow, see):
    client = mlflow.MlflowClient()
    made = client.create_experiment("a")
    for value in (3, 1, 2):
        run = client.create_run(made, run_name=str(value), start_time=value)
        client.log_metric(run.info.run_id, "m", value)

    def names(*arguments, **named):
        return [run.info.run_name for run in client.search_runs(*arguments, **named)]

    see("list of ids", names([made]))
    see("one id", lambda: names(made))
    see("order", names([made], order_by=["metrics.m ASC"], max_results=1))
    see("filter", names([made], "metrics.m > 1"))
    see("unknown experiment", lambda: names(["123456"]))
    see("no experiments", lambda: names([]))
    see("class", type(client.search_runs([made])[0]).__name__)
    see("is a list", isinstance(client.search_runs([made]), list))


@behaviour
def pages(mlflow, see):
    client = mlflow.MlflowClient()
    made = client.create_experiment("a")
    for value in range(5):
        client.create_run(made, run_name=str(value), start_time=value + 1)
    token, found, sizes = None, [], []
    while True:
        page = client.search_runs([made], max_results=2, page_token=token)
        found += [run.info.run_name for run in page]
        sizes.append(len(page))
        token = page.token
        if not token or len(sizes) > 5:
            break
    see("sizes", sizes)
    see("names", found)
    experiments = client.search_experiments(max_results=1)
    see("experiments", len(experiments))
    see("more", bool(experiments.token))
    see("rest", len(client.search_experiments(max_results=10, page_token=experiments.token)))


@behaviour
def parent(mlflow, see):
    client = mlflow.MlflowClient()
    first = client.create_run("0")
    second = client.create_run("0", tags={"mlflow.parentRunId": first.info.run_id})
    see("parent", client.get_parent_run(second.info.run_id).info.run_id == first.info.run_id)
    see("none", client.get_parent_run(first.info.run_id))


@behaviour
def under_its_names(mlflow, see):
    see("tracking", mlflow.tracking.MlflowClient is mlflow.MlflowClient)
    see("client", mlflow.client.MlflowClient is mlflow.MlflowClient)
    see("uri", isinstance(mlflow.MlflowClient().tracking_uri, str))


@behaviour
def with_a_uri(mlflow, see):
    other = mlflow.MlflowClient(tracking_uri=mlflow.get_tracking_uri())
    run = other.create_run("0", run_name="x")
    see("seen", mlflow.get_run(run.info.run_id).info.run_name)


@behaviour
def fluent_run_and_client(mlflow, see):
    client = mlflow.MlflowClient()
    with mlflow.start_run() as run:
        client.log_param(run.info.run_id, "p", 1)
        mlflow.log_metric("m", 1)
        see("changed by client", lambda: mlflow.log_param("p", 2))
        client.set_tag(run.info.run_id, "t", "client")
        see("seen", client.get_run(run.info.run_id).data.tags["t"])
    found = client.get_run(run.info.run_id)
    see("data", [found.data.params, found.data.metrics])


@behaviour
def end_of_an_active_run_by_the_client(mlflow, see):
    client = mlflow.MlflowClient()
    with mlflow.start_run() as run:
        client.set_terminated(run.info.run_id, "FAILED")
        see("inside", client.get_run(run.info.run_id).info.status)
        see("still logs", lambda: mlflow.log_metric("m", 1))
    found = client.get_run(run.info.run_id)
    see("after", found.info.status)
    see("metrics", found.data.metrics)
