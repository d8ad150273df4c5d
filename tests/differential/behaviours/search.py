"""Searching runs: arguments, frames, order, errors."""

from __future__ import annotations

from tests.differential.recorder import behaviour


def _fill(mlflow):
    mlflow.set_experiment("a")
    for name, lr, loss, team in (
        ("one", 0.1, 3, "x"),
        ("two", 0.2, 1, "y"),
        ("three", 0.1, 2, "x"),
    ):
        with mlflow.start_run(run_name=name, tags={"team": team}):
            mlflow.log_param("lr", lr)
            mlflow.log_metric("loss", loss)
            if name == "three":
                mlflow.log_metric("extra", 1)
                mlflow.log_param("only", "x")
    client = mlflow.MlflowClient()
    for place, run in enumerate(mlflow.search_runs(output_format="list")):
        client.set_tag(run.info.run_id, "place", place)


def _names(mlflow, text="", **arguments):
    runs = mlflow.search_runs(filter_string=text, output_format="list", **arguments)
    return [run.info.run_name for run in runs]


@behaviour
def frame(mlflow, see):
    _fill(mlflow)
    found = mlflow.search_runs(order_by=["metrics.loss"])
    see("class", type(found).__name__)
    wanted = [c for c in found.columns if not c.startswith("tags.")]
    see("fixed columns", wanted[:6])
    see("other columns", sorted(wanted[6:]))
    see("loss", found["metrics.loss"].tolist())
    see("missing metric", found["metrics.extra"].isna().tolist())
    see("missing param", found["params.only"].isna().tolist())
    see("kinds", [str(found[c].dtype) for c in ("metrics.loss", "metrics.extra")])
    see("time", [str(found["start_time"].dt.tz), bool(found["start_time"].notna().all())])
    see("tag", found["tags.team"].tolist())
    see("index", found.index.tolist())


@behaviour
def empty_frame(mlflow, see):
    found = mlflow.search_runs()
    see("rows", len(found))
    see("columns", list(found.columns))


@behaviour(differs={"  ": "filter-more", "run_name IN ('one', 'two')": "filter-more"})
def filters(mlflow, see):
    _fill(mlflow)
    for text in (
        "metrics.loss < 2.5", "params.lr = '0.1'", 'params.lr = "0.1"', "tags.team = 'x'",
        "metrics.loss > 1 and params.lr = '0.1'", "attributes.status = 'FINISHED'",
        "status = 'FAILED'", "run_name = 'two'", "attributes.run_name LIKE 't%'",
        "tags.mlflow.runName = 'one'", "tags.`mlflow.runName` = 'one'", "params.only IS NOT NULL",
        "params.only IS NULL", "metrics.extra = 1", "param.lr != '0.1'", "metric.loss >= 2",
        "  ", "attributes.start_time > 0", "start_time < 10", "end_time > 0",
        "params.lr LIKE '%1'", "tags.team ILIKE 'X'", "attr.status != 'FINISHED'",
        "params.nobody = 'x'", "metrics.nobody > 0", "run_name IN ('one', 'two')",
    ):  # fmt: skip
        see(text, lambda text=text: sorted(_names(mlflow, text)))


@behaviour(
    differs={
        "params.lr = 0.1": "filter-more",
        "metrics.loss = 1 AND": "filter-less",
        "other.x = 'a'": "filter-more",
        "params.lr == '0.1'": "filter-more",
        "tags.team = x": "filter-more",
    }
)
def broken_filters(mlflow, see):
    _fill(mlflow)
    for text in (
        "nonsense", "metrics.loss", "metrics.loss <", "metrics.loss < 'a'", "params.lr = 0.1",
        "metrics.loss = 1 AND", "other.x = 'a'", "params.lr == '0.1'", "tags.team = x",
        "attributes.nobody = 'x'", "metrics.loss LIKE 'a'", "'a' = 'a'", "metrics.loss < 1 2",
        "params.lr = '0.1",
    ):  # fmt: skip
        see(text, lambda text=text: bool(_names(mlflow, text) is None))


@behaviour
def order(mlflow, see):
    _fill(mlflow)
    for order_by in (
        ["metrics.loss"], ["metrics.loss ASC"], ["metrics.loss DESC"], ["metrics.loss desc"],
        ["params.lr", "metrics.loss"], ["params.lr DESC", "metrics.loss"],
        ["tags.team", "run_name"],
        ["attributes.run_name"], ["start_time"], ["attributes.start_time DESC"],
        ["metrics.extra"], ["metrics.extra DESC", "metrics.loss"], ["params.only"], [],
        ["metrics.nobody", "run_name"], ["metrics.`loss`"], ['metrics."loss"'],
    ):  # fmt: skip
        see(str(order_by), lambda order_by=order_by: _names(mlflow, order_by=order_by))


@behaviour(differs={"['nonsense']": "filter-more", "['metrics']": "filter-more"})
def broken_order(mlflow, see):
    _fill(mlflow)
    for order_by in (["nonsense"], ["metrics.loss UP"], ["metrics"], [""], ["attributes.nobody"]):
        see(str(order_by), lambda order_by=order_by: _names(mlflow, order_by=order_by))
    see("text", lambda: _names(mlflow, order_by="metrics.loss"))


@behaviour
def order_with_nan(mlflow, see):
    for name, value in (("a", 1.0), ("b", float("nan")), ("c", 0.0)):
        with mlflow.start_run(run_name=name):
            mlflow.log_metric("m", value)
    with mlflow.start_run(run_name="d"):
        pass
    see("ascending", _names(mlflow, order_by=["metrics.m ASC"]))
    see("descending", _names(mlflow, order_by=["metrics.m DESC"]))
    see("greater", _names(mlflow, "metrics.m > 0"))
    see("not equal", sorted(_names(mlflow, "metrics.m != 1")))


@behaviour
def newest_first(mlflow, see):
    client = mlflow.MlflowClient()
    for start in (5, 9, 7):
        client.create_run("0", run_name=str(start), start_time=start)
    see("order", _names(mlflow))


@behaviour
def at_most(mlflow, see):
    _fill(mlflow)
    see("two", _names(mlflow, order_by=["metrics.loss"], max_results=2))
    see("many", len(_names(mlflow, max_results=50_000)))
    see("zero", lambda: len(_names(mlflow, max_results=0)))
    see("negative", lambda: len(_names(mlflow, max_results=-1)))


@behaviour
def which_experiments(mlflow, see):
    _fill(mlflow)
    first = mlflow.get_experiment_by_name("a").experiment_id
    other = mlflow.set_experiment("b").experiment_id
    with mlflow.start_run(run_name="four"):
        pass
    see("chosen", _names(mlflow))
    see("by id", sorted(_names(mlflow, experiment_ids=[first])))
    see("both", len(_names(mlflow, experiment_ids=[first, other])))
    see("by name", sorted(_names(mlflow, experiment_names=["a"])))
    see("all", len(_names(mlflow, search_all_experiments=True)))
    see("unknown name", lambda: _names(mlflow, experiment_names=["nobody"]))
    see("one known name", lambda: len(_names(mlflow, experiment_names=["nobody", "a"])))
    see("unknown id", lambda: _names(mlflow, experiment_ids=["123456"]))
    see("ids and names", lambda: _names(mlflow, experiment_ids=[first], experiment_names=["b"]))
    see("ids and all", lambda: _names(mlflow, experiment_ids=[first], search_all_experiments=True))
    see("empty ids", lambda: _names(mlflow, experiment_ids=[]))
    mlflow.delete_experiment(first)
    see("deleted experiment", lambda: _names(mlflow, experiment_ids=[first]))
    see("all after", len(_names(mlflow, search_all_experiments=True)))


@behaviour(differs={"text": "view-types"})
def view_types(mlflow, see):
    _fill(mlflow)
    (gone,) = mlflow.search_runs(filter_string="run_name = 'one'", output_format="list")
    mlflow.delete_run(gone.info.run_id)
    kind = mlflow.entities.ViewType
    for name in ("ACTIVE_ONLY", "DELETED_ONLY", "ALL"):
        see(name, sorted(_names(mlflow, run_view_type=getattr(kind, name))))
    see("text", lambda: _names(mlflow, run_view_type="all"))
    see("from text", kind.from_string("deleted_only"))


@behaviour
def output_formats(mlflow, see):
    _fill(mlflow)
    see("list", type(mlflow.search_runs(output_format="list")).__name__)
    see("class", type(mlflow.search_runs(output_format="list")[0]).__name__)
    see("other", lambda: mlflow.search_runs(output_format="nonsense"))


@behaviour(differs={"bare": "filter-more"})
def keys_with_signs(mlflow, see):
    with mlflow.start_run(run_name="a"):
        mlflow.log_metric("val loss/x", 1)
        mlflow.log_param("a.b-c", "1")
    see("backticks", _names(mlflow, "metrics.`val loss/x` = 1"))
    see("quotes", _names(mlflow, 'metrics."val loss/x" = 1'))
    see("dots", _names(mlflow, "params.`a.b-c` = '1'"))
    see("bare", lambda: _names(mlflow, "params.a.b-c = '1'"))


@behaviour(differs={"text order": "filter-more"})
def numbers_as_text(mlflow, see):
    _fill(mlflow)
    see("text order", lambda: _names(mlflow, "params.lr < '0.2'"))
