"""Folder and memory keep the same promises: one test, both stores."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from reporter.errors import InvalidInputError, RunNotFoundError
from reporter.events import (
    ArtifactLogged,
    DatasetsLogged,
    Event,
    ExperimentCreated,
    LifecycleChanged,
    MetricDefined,
    MetricsLogged,
    ParamsLogged,
    RunStarted,
    TagsDeleted,
    TagsSet,
)
from reporter.model import Artifact, Dataset, DatasetInput, MetricDefinition
from reporter.store import layout
from reporter.store.fold import fold
from reporter.store.memory import MemoryStore, MemoryWriter
from reporter.store.ports import StoreReader
from reporter.store.reader import open_store
from reporter.store.remote_spool import Spool, SpoolWriter
from reporter.store.writer import ExperimentWriter, FolderWriter
from tests import objectstore
from tests.builders import START_MS, run_events, run_id_of


class _Folder:
    """Opens writers and the reader of a folder."""

    def __init__(self, path: Path, *, fold: bool) -> None:
        self.path, self.fold = str(path), fold
        layout.create_store(self.path)

    def experiment(self, experiment_id: str, *events: Event) -> None:
        ExperimentWriter(self.path, experiment_id).append(*events)

    def writer(self, experiment_id: str, run_id: str) -> FolderWriter:
        return FolderWriter(self.path, experiment_id, run_id, now_ms=lambda: START_MS)

    def reader(self) -> StoreReader:
        return open_store(self.path)


class _Memory:
    """The same over memory."""

    fold = False

    def __init__(self) -> None:
        self.store = MemoryStore()

    def experiment(self, experiment_id: str, *events: Event) -> None:
        self.store.append_experiment(experiment_id, *events)

    def writer(self, experiment_id: str, run_id: str) -> MemoryWriter:
        return self.store.writer(experiment_id, run_id)

    def reader(self) -> StoreReader:
        return self.store


class _Bucket:
    """The same over an object store: written through a spool, read from the bucket."""

    def __init__(self, uri: str, *, fold: bool) -> None:
        self.uri, self.fold = uri, fold
        self.spool = Spool(uri)

    def experiment(self, experiment_id: str, *events: Event) -> None:
        ExperimentWriter(self.spool.folder, experiment_id).append(*events)

    def writer(self, experiment_id: str, run_id: str) -> SpoolWriter:
        return SpoolWriter(self.spool, experiment_id, run_id, now_ms=lambda: START_MS)

    def reader(self) -> StoreReader:
        assert self.spool.push()
        return open_store(self.uri)


_Store = _Folder | _Memory | _Bucket


@pytest.fixture(params=["journals", "tables", "memory", "bucket", "bucket of tables", "s3"])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[_Store]:
    """A store in each of its forms, with the experiment Default."""
    kind = request.param
    made: _Store
    if kind == "memory":
        made = _Memory()
    elif kind == "s3":
        made = _Bucket(request.getfixturevalue("bucket").uri, fold=True)
    elif kind.startswith("bucket"):
        for name, value in objectstore.folders(tmp_path).items():
            monkeypatch.setenv(name, value)
        made = _Bucket(f"memory://{tmp_path.name}/runs", fold=kind == "bucket of tables")
    else:
        made = _Folder(tmp_path / "runs", fold=kind == "tables")
    created = ExperimentCreated(at_ms=START_MS, experiment_id="0", name="Default")
    made.experiment("0", created)
    yield made
    if isinstance(made, _Bucket):
        made.spool.stop()


def _write(store: _Store, name: str, *more: Event, **options: object) -> str:
    writer = store.writer("0", run_id_of(name))
    writer.append(*run_events(name, **options), *more)  # type: ignore[arg-type]
    writer.close()
    if isinstance(store, _Bucket) and store.fold:
        writer.finish()  # type: ignore[union-attr]
    elif store.fold:
        assert writer.compact()  # type: ignore[union-attr]
    return run_id_of(name)


def test_run_comes_back_as_it_was_logged(store: _Store) -> None:
    run_id = _write(
        store,
        "a",
        params={"lr": "3e-3", "note": "two\nlines </script> 日本 \u202e"},
        tags={"team": "x"},
        metrics={"loss": [3.0, 1.0, 2.0]},
    )
    run = store.reader().run(run_id)
    assert run.info.run_name == "a"
    assert run.info.status == "FINISHED"
    assert run.info.start_time == START_MS
    assert run.duration_ms == 60_000
    assert run.data.params == {"lr": "3e-3", "note": "two\nlines </script> 日本 \u202e"}
    assert run.data.tags == {"team": "x"}
    assert run.data.metrics == {"loss": 2.0}
    summary = run.data.summaries["loss"]
    assert (summary.min, summary.min_step, summary.max, summary.max_step) == (1.0, 1, 3.0, 0)
    assert (summary.count, summary.mean, summary.nonfinite) == (3, 2.0, 0)
    assert run.problems == ()


def test_history_keeps_every_bit_and_the_order_of_logging(store: _Store) -> None:
    values = [0.1, math.nan, math.inf, -math.inf, -0.0, 5e-324]
    points = MetricsLogged(
        at_ms=START_MS,
        key="odd",
        values=values,
        steps=[9, 3, 3, -5, 2**63 - 1, 0],
        timestamps_ms=[5, 4, 3, 2, 1, -1],
    )
    run_id = _write(store, "a", points, status=None)
    (series,) = store.reader().history([run_id])
    assert series.values.tobytes() == __import__("numpy").array(values).tobytes()
    assert series.steps.tolist() == [9, 3, 3, -5, 2**63 - 1, 0]
    assert series.timestamps_ms.tolist() == [5, 4, 3, 2, 1, -1]


def test_history_of_chosen_keys(store: _Store) -> None:
    run_id = _write(store, "a", metrics={"b": [1.0], "a": [2.0], "c": [3.0]})
    assert [s.key for s in store.reader().history([run_id])] == ["a", "b", "c"]
    assert [s.key for s in store.reader().history([run_id], ["c", "zz"])] == ["c"]


def test_latest_value_is_greatest_by_step_then_time(store: _Store) -> None:
    points = MetricsLogged(
        at_ms=0, key="m", values=[1, 2, 3], steps=[5, 5, 1], timestamps_ms=[10, 20, 30]
    )
    run_id = _write(store, "a", points)
    assert store.reader().run(run_id).data.metrics == {"m": 2.0}


def test_param_keeps_its_first_value_and_says_so(store: _Store) -> None:
    changed = ParamsLogged(at_ms=START_MS + 1, params={"lr": "2"})
    run_id = _write(store, "a", changed, params={"lr": "1"})
    run = store.reader().run(run_id)
    assert run.data.params == {"lr": "1"}
    assert [problem.what for problem in run.problems] == ["Param changed"]


def test_tags_change_and_go(store: _Store) -> None:
    run_id = _write(
        store,
        "a",
        TagsSet(at_ms=START_MS + 1, tags={"a": "2", "mlflow.runName": "renamed"}),
        TagsDeleted(at_ms=START_MS + 2, keys=["b", "never there"]),
        tags={"a": "1", "b": "1"},
    )
    run = store.reader().run(run_id)
    assert run.data.tags == {"a": "2", "mlflow.runName": "renamed"}
    assert run.info.run_name == "renamed"


def test_datasets_and_definitions(store: _Store) -> None:
    inputs = (DatasetInput(dataset=Dataset(name="wine", digest="d1"), tags={"k": "v"}),)
    run_id = _write(
        store,
        "a",
        DatasetsLogged(at_ms=START_MS, inputs=inputs),
        MetricDefined(at_ms=1, definition=MetricDefinition(key="acc", direction="max")),
        MetricDefined(at_ms=2, definition=MetricDefinition(key="acc", unit="%")),
    )
    run = store.reader().run(run_id)
    assert run.inputs.dataset_inputs == inputs
    assert run.data.definitions == {"acc": MetricDefinition(key="acc", direction="max", unit="%")}


def test_artifacts(store: _Store) -> None:
    writer = store.writer("0", run_id_of("a"))
    writer.append(*run_events("a", status=None))
    size_bytes, digest = writer.put_artifact("plots/ü #1.png", b"first")
    size_bytes, digest = writer.put_artifact("plots/ü #1.png", b"second")
    artifact = Artifact(path="plots/ü #1.png", size_bytes=size_bytes, sha256=digest, kind="figure")
    writer.append(ArtifactLogged(at_ms=START_MS, artifact=artifact))
    writer.put_artifact("not logged.txt", b"x")
    writer.close()
    reader = store.reader()
    found = dict(pair[::-1] for pair in reader.artifacts([run_id_of("a")]))
    assert [item.path for item in found] == ["not logged.txt", "plots/ü #1.png"]
    assert artifact in found
    with reader.open_artifact(run_id_of("a"), "plots/ü #1.png") as file:
        assert file.read() == b"second"
    with pytest.raises(FileNotFoundError):
        reader.open_artifact(run_id_of("a"), "../../store.json")


@pytest.mark.parametrize("path", ["../x", "/x", "a/../../x", "", ".", "a\0b", "CON", "nul.txt"])
def test_bad_artifact_paths_are_refused(store: _Store, path: str) -> None:
    with pytest.raises(InvalidInputError, match="cannot be used"):
        store.writer("0", run_id_of("a")).put_artifact(path, b"x")


def test_deleted_runs_and_experiments_are_kept_and_marked(store: _Store) -> None:
    run_id = _write(store, "a", LifecycleChanged(at_ms=START_MS, lifecycle_stage="deleted"))
    store.experiment("0", LifecycleChanged(at_ms=START_MS + 1, lifecycle_stage="deleted"))
    reader = store.reader()
    assert [run.info.lifecycle_stage for run in reader.runs()] == ["deleted"]
    assert [item.lifecycle_stage for item in reader.experiments()] == ["deleted"]
    assert reader.run(run_id).duration_ms == 60_000


def test_resumed_run_is_running_until_it_ends_again(store: _Store) -> None:
    run_id = _write(store, "a", metrics={"loss": [1.0]})
    writer = store.writer("0", run_id)
    again = START_MS + 100_000
    writer.append(RunStarted(at_ms=again, run_id=run_id, experiment_id="0"))
    writer.append(
        MetricsLogged(at_ms=again, key="loss", values=[0.5], steps=[7], timestamps_ms=[again])
    )
    run = store.reader().run(run_id)
    assert (run.info.status, run.info.end_time) == ("RUNNING", None)
    assert run.info.run_name == "a"
    assert run.data.metrics == {"loss": 0.5}
    writer.close()
    (series,) = store.reader().history([run_id])
    assert series.values.tolist() == [1.0, 0.5]


def test_runs_of_experiments(store: _Store) -> None:
    store.experiment("7", ExperimentCreated(at_ms=START_MS + 1, experiment_id="7", name="other"))
    _write(store, "a")
    assert [item.name for item in store.reader().experiments()] == ["Default", "other"]
    assert len(list(store.reader().runs(["0"]))) == 1
    assert list(store.reader().runs(["7", "999"])) == []


def test_unknown_run(store: _Store) -> None:
    with pytest.raises(RunNotFoundError, match="not found"):
        store.reader().run("f" * 32)


def test_an_end_by_another_writer_within_the_same_millisecond_counts():
    events = run_events("a")
    started, ended = events[0], events[-1]
    assert fold(run_id_of("a"), "0", [ended, started]).info.status == "FINISHED"
    assert fold(run_id_of("a"), "0", [started, ended, started]).info.status == "RUNNING"
