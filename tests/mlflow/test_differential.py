"""The same calls against MLflow's SQLite store and against ours give the same answers."""

from __future__ import annotations

import importlib.util
import math

import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("sqlalchemy") is None,
    reason="MLflow's SQL store needs SQLAlchemy, which mlflow-skinny does not bring",
)

# Where MLflow's own answer is a mishap: what we answer instead.
BETTER = {
    # A database's constraint, passed through as a bad request.
    "rename to taken": ("raised", "RESOURCE_ALREADY_EXISTS"),
}
HOSTILE = "</script> \"quoted\" 'single'\nnew line \u202e \U0001f600 %20 {{x}}"


class Scribe:
    """Calls a client and keeps what comes back, with ids and times that differ made equal."""

    def __init__(self, client, root):
        self.client = client
        self.root = str(root)
        self.names = {}
        self.answers = []

    def __call__(self, what, call, *args, **kwargs):
        from mlflow.exceptions import MlflowException

        try:
            value = call(*args, **kwargs)
        except MlflowException as error:
            self.answers.append((what, "raised", error.error_code))
            return None
        self.answers.append((what, self.plain(value)))
        return value

    def answers_by_name(self):
        return [(answer[0], answer[1:]) for answer in self.answers]

    def alias(self, real, name):
        self.names[str(real)] = name
        return real

    def text(self, value):
        for real, name in self.names.items():
            if len(real) > 3:
                value = value.replace(real, name)
        return value.replace(self.root, "ROOT")

    def plain(self, value):
        kind = type(value).__name__
        if kind in {"Run", "Experiment", "RunInfo", "Metric"}:
            return getattr(self, f"plain_{kind.lower()}")(value)
        if isinstance(value, (list, tuple)):
            return [self.plain(item) for item in value]
        if isinstance(value, float):
            return "NaN" if math.isnan(value) else value
        if isinstance(value, str):
            return self.text(self.names.get(value, value))
        return value if isinstance(value, (int, dict, type(None))) else kind

    def plain_experiment(self, experiment):
        return {
            "id": self.names.get(experiment.experiment_id, "?"),
            "name": experiment.name,
            "stage": experiment.lifecycle_stage,
            "tags": dict(experiment.tags),
            "has_times": [experiment.creation_time > 0, experiment.last_update_time > 0],
        }

    def plain_runinfo(self, info):
        return {
            "id": self.names.get(info.run_id, "?"),
            "experiment": self.names.get(info.experiment_id, "?"),
            "name": info.run_name if info.run_name in self.names.values() else bool(info.run_name),
            "status": info.status,
            "stage": info.lifecycle_stage,
            "start": info.start_time if info.start_time < 10**12 else "now",
            "end": info.end_time if (info.end_time or 0) < 10**12 else "now",
            "user": info.user_id,
            "tail": info.artifact_uri.endswith(f"{info.run_id}/artifacts"),
        }

    def plain_run(self, run):
        tags = dict(run.data.tags)
        if tags.get("mlflow.runName") not in self.names.values():
            tags["mlflow.runName"] = bool(tags.get("mlflow.runName"))
        return {
            "info": self.plain_runinfo(run.info),
            "params": dict(run.data.params),
            "metrics": {key: self.plain(value) for key, value in run.data.metrics.items()},
            "tags": tags,
            "inputs": sorted(
                (
                    item.dataset.name,
                    item.dataset.digest,
                    item.dataset.source_type,
                    item.dataset.source,
                    item.dataset.schema,
                    item.dataset.profile,
                    sorted((tag.key, tag.value) for tag in item.tags),
                )
                for item in (run.inputs.dataset_inputs if run.inputs else ())
            ),
        }

    def plain_metric(self, metric):
        return [metric.key, self.plain(metric.value), metric.step, metric.timestamp]


def experiments(ask):
    client = ask.client
    one = ask.alias(client.create_experiment("one", tags={"team": "blue"}), "E1")
    two = ask.alias(client.create_experiment(HOSTILE), "E2")
    ask.alias("0", "E0")
    ask("taken", client.create_experiment, "one")
    ask("no name", client.create_experiment, "")
    ask("by id", client.get_experiment, one)
    ask("by name", client.get_experiment_by_name, HOSTILE)
    ask("missing name", client.get_experiment_by_name, "nobody")
    ask("missing id", client.get_experiment, "987654321")
    ask("tag", client.set_experiment_tag, one, "mlflow.note.content", "**note**")
    ask("rename to taken", client.rename_experiment, two, "one")
    ask("rename", client.rename_experiment, two, "second")
    ask("renamed", client.get_experiment, two)
    ask("delete", client.delete_experiment, two)
    ask("delete twice", client.delete_experiment, two)
    ask("deleted", client.get_experiment, two)
    ask("rename deleted", client.rename_experiment, two, "third")
    ask("tag deleted", client.set_experiment_tag, two, "a", "b")
    ask("run in deleted", client.create_run, two)
    ask("name of deleted", client.create_experiment, "second")
    for view in (1, 2, 3):
        ask(f"view {view}", client.search_experiments, view_type=view, order_by=["name ASC"])
    for text in ("name = 'one'", "name LIKE '%n%'", "tags.team = 'blue'", "name ILIKE 'DEF%'"):
        ask(text, client.search_experiments, 3, filter_string=text, order_by=["name ASC"])
    ask("bad filter", client.search_experiments, filter_string="name = one")
    ask("restore", client.restore_experiment, two)
    ask("restore twice", client.restore_experiment, two)
    ask("restored", client.get_experiment, two)
    ask("zero results", client.search_experiments, max_results=0)
    ask("too many", client.search_experiments, max_results=10**6)


def lifecycle(ask):
    client = ask.client
    experiment = ask.alias(client.create_experiment("runs"), "E1")
    run = client.create_run(experiment, start_time=1000, run_name="first", tags={"a": "b"})
    run_id = ask.alias(run.info.run_id, "R1")
    ask.alias("first", "first")
    ask.alias("renamed", "renamed")
    ask("created", lambda: run)
    ask("unknown run", client.get_run, "0" * 32)
    ask("bad run id", client.get_run, "../../etc")
    ask("run in unknown", client.create_run, "123456")
    two_names = {"mlflow.runName": "y"}
    ask("two names", client.create_run, experiment, run_name="x", tags=two_names)
    nameless = client.create_run(experiment, start_time=2000)
    ask.alias(nameless.info.run_id, "R2")
    ask("nameless", client.get_run, nameless.info.run_id)
    ask("rename by tag", client.set_tag, run_id, "mlflow.runName", "renamed")
    ask("renamed", client.get_run, run_id)
    ask("rename back", client.update_run, run_id, name="first")
    ask("named", client.get_run, run_id)
    ask("end", client.set_terminated, run_id, "FAILED", 5000)
    ask("ended", client.get_run, run_id)
    ask("log after end", client.log_metric, run_id, "late", 1.0, 10, 1)
    ask("tag after end", client.set_tag, run_id, "late", "yes")
    ask("late", client.get_run, run_id)
    ask("delete", client.delete_run, run_id)
    ask("delete twice", client.delete_run, run_id)
    ask("deleted", client.get_run, run_id)
    ask("log deleted", client.log_metric, run_id, "m", 1.0)
    ask("param deleted", client.log_param, run_id, "p", 1)
    ask("tag deleted", client.set_tag, run_id, "t", 1)
    ask("untag deleted", client.delete_tag, run_id, "a")
    ask("end deleted", client.set_terminated, run_id)
    for view in (1, 2, 3):
        ask(f"view {view}", client.search_runs, [experiment], "", view)
    ask("restore", client.restore_run, run_id)
    ask("restored", client.get_run, run_id)
    ask("untag", client.delete_tag, run_id, "a")
    ask("untag again", client.delete_tag, run_id, "a")
    for status in ("KILLED", "FINISHED"):
        ask(status, client.set_terminated, run_id, status, 7000)
        ask(f"{status} read", client.get_run, run_id)
    client.delete_experiment(experiment)
    ask("of deleted experiment", client.get_run, run_id)
    ask("hidden", client.search_runs, [experiment], "", 1)
    ask("shown", client.search_runs, [experiment], "", 3, 10, ["attributes.start_time ASC"])
    ask("log in deleted experiment", client.log_metric, run_id, "m", 1.0)
    client.restore_experiment(experiment)
    ask("of restored experiment", client.get_run, run_id)


def logging(ask):
    from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag

    client = ask.client
    experiment = ask.alias(client.create_experiment("logs"), "E1")
    run_id = ask.alias(client.create_run(experiment, 1, run_name="n").info.run_id, "R1")
    ask.alias("n", "n")
    for key, value in (("lr", 0.1), ("text", HOSTILE), ("empty", ""), ("a/b c.d-e", [1, 2])):
        ask(f"param {key}", client.log_param, run_id, key, value)
    ask("same param", client.log_param, run_id, "lr", 0.1)
    ask("changed param", client.log_param, run_id, "lr", 0.2)
    ask("bad param key", client.log_param, run_id, "../up", 1)
    ask("long param", client.log_param, run_id, "long", "x" * 6001)
    ask("long key", client.log_param, run_id, "k" * 251, 1)
    ask("bad metric key", client.log_metric, run_id, "a//b", 1)
    ask("metric text", client.log_metric, run_id, "m", "high")
    ask("metric bool", client.log_metric, run_id, "flag", True, 5, 0)
    points = [(0, 0.5, 10), (2, 0.1, 30), (1, 0.3, 20), (2, 0.2, 30), (2, 0.15, 29)]
    for step, value, time in points:
        client.log_metric(run_id, "loss", value, time, step)
    ask("latest", client.get_run, run_id)
    ask("negative step", client.log_metric, run_id, "neg", 1.5, 40, -3)
    ask("nan", client.log_metric, run_id, "nan", math.nan, 41, 0)
    ask("nan again", client.log_metric, run_id, "nan", 1.0, 42, 1)
    ask("history of none", client.get_metric_history, run_id, "nothing")
    ask("history of nan", client.get_metric_history, run_id, "nan")
    ask("history of unknown run", client.get_metric_history, "f" * 32, "loss")
    history = sorted(map(ask.plain_metric, client.get_metric_history(run_id, "loss")))
    ask("history", lambda: history)
    batch = [Metric(f"m{n}", float(n), 50, n) for n in range(100)]
    params = [Param(f"p{n}", str(n)) for n in range(50)]
    tags = [RunTag("batch", "1"), RunTag("mlflow.note.content", HOSTILE)]
    ask("batch", client.log_batch, run_id, batch, params, tags)
    ask("empty batch", client.log_batch, run_id)
    ask("too large", client.log_batch, run_id, batch * 11)
    ask("conflict", client.log_batch, run_id, batch[:1], [Param("p1", "other")], [])
    ask("twice in one", client.log_batch, run_id, [], [Param("q", "1"), Param("q", "2")], [])
    ask("after conflict", client.get_run, run_id)
    ask("tag number", client.set_tag, run_id, "n", 3)
    ask("long tag", client.set_tag, run_id, "long", "y" * 8001)
    data = Dataset("iris", "abc", "local", "{}", schema="[]", profile="{}")
    other = Dataset("wine", "def", "http", '{"url": "x"}')
    inputs = [
        DatasetInput(data, [InputTag("mlflow.data.context", "train")]),
        DatasetInput(other, []),
    ]
    ask("inputs", client.log_inputs, run_id, inputs)
    ask("inputs again", client.log_inputs, run_id, inputs)
    ask("all", client.get_run, run_id)
    ask("all, ended", lambda: (client.set_terminated(run_id, end_time=99), client.get_run(run_id)))


def search(ask):
    from mlflow.entities import Metric, Param, RunTag

    client = ask.client
    experiment = ask.alias(client.create_experiment("search"), "E1")
    for n in range(12):
        run = client.create_run(experiment, start_time=1000 + n, run_name=f"run {n}")
        ask.alias(f"run {n}", f"run {n}")
        run_id = ask.alias(run.info.run_id, f"R{n}")
        metrics = [Metric("loss", 1 / (n + 1), 5, 1), Metric("acc", n / 12, 5, 1)][: n % 3]
        params = [Param("lr", str(0.1 * (n % 4))), Param("spaced key", f"v{n}")]
        client.log_batch(run_id, metrics, params, [RunTag("team", "blue" if n % 2 else "red")])
        if n % 4:
            client.set_terminated(run_id, "FINISHED" if n % 2 else "FAILED", 2000 + n)
    filters = [
        "metrics.loss < 0.3",
        "metrics.loss >= 0.1 and metrics.acc > 0.2",
        "params.lr = '0.1'",
        "params.`spaced key` = 'v3'",
        "params.lr != '0.0' AND tags.team = 'blue'",
        "tags.team LIKE 'b%'",
        "tag.team ILIKE 'R%'",
        "attributes.status = 'FINISHED'",
        "attributes.run_name = 'run 4'",
        "run_name LIKE 'run 1%'",
        "attributes.start_time > 1005",
        "attributes.end_time <= 2005",
        "metrics.nothing > 1",
        "params.lr IS NULL",
        "tags.team IS NOT NULL",
        "params.lr > 3",
        "metrics.loss",
        "loss < 1 OR acc > 2",
        "status = 'FAILED' and metrics.loss < 1",
    ]
    for text in filters:
        ask(text, client.search_runs, [experiment], text, 1, 100, ["attributes.start_time ASC"])
    for order in (
        ["metrics.loss ASC"],
        ["metrics.acc DESC", "attributes.start_time DESC"],
        ["params.lr", "start_time DESC"],
        ["tags.team DESC", "attributes.start_time"],
        ["attributes.run_name DESC"],
        ["nonsense.key"],
        None,
    ):
        ask(f"order {order}", client.search_runs, [experiment], "", 1, 100, order)
    token, pages = None, []
    while True:
        page = client.search_runs([experiment], "", 1, 5, ["start_time ASC"], token)
        pages.append([ask.names[run.info.run_id] for run in page])
        token = page.token
        if not token:
            break
    ask("pages", lambda: pages)
    ask("unknown experiment", client.search_runs, ["424242"])
    ask("too many results", client.search_runs, [experiment], "", 1, 10**6)


@pytest.mark.parametrize("scenario", [experiments, lifecycle, logging, search])
def test_same_answers(scenario, tmp_path):
    from mlflow import MlflowClient

    theirs = Scribe(MlflowClient(f"sqlite:///{tmp_path / 'mlflow.db'}"), tmp_path / "theirs")
    ours = Scribe(MlflowClient(f"reporter:{tmp_path / 'runs'}"), tmp_path / "ours")
    for ask in (theirs, ours):
        scenario(ask)
    pairs = zip(theirs.answers, ours.answers, strict=True)
    wrong = {a[0]: (a[1:], b[1:]) for a, b in pairs if a != b}
    assert {name: pair for name, pair in wrong.items() if name not in BETTER} == {}
    assert {name: pair[1] for name, pair in wrong.items()} == {
        name: answer for name, answer in BETTER.items() if name in dict(ours.answers_by_name())
    }
