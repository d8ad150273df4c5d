"""A site gives back the store that it was built from, wherever it lies."""

from __future__ import annotations

import functools
import http.server
import math
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reporter.errors import NotAStoreError, RunNotFoundError, StoreError
from reporter.events import DatasetsLogged, LifecycleChanged, MetricDefined, TagsSet
from reporter.importers import import_sources, open_source
from reporter.model import Dataset, DatasetInput, LifecycleStage, MetricDefinition, Run
from reporter.publish.anonymise import AnonymousReader
from reporter.site.build import build
from reporter.site.writing.output import FolderOutput
from reporter.store.fold import fold, fold_experiment
from reporter.store.published import PublishedReader
from reporter.store.reader import open_store
from reporter.store.site_files import open_site
from reporter.store.unfold import unfold, unfold_experiment
from tests.builders import START_MS, make_run, make_store, run_events, run_id_of

SURPRISES = {"Ünïcode </script> %20#?": "a\nb\t\ud83d", "": "empty key"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = make_store(tmp_path_factory.mktemp("published") / "runs", {"0": "Default", "7": "seven"})
    metrics = {"loss": [3.0, math.nan, 1.0], "acc/ü": [0.5, math.inf]}
    files = {"plots/a b#.txt": b"one", "page.html": b"<p>two</p>"}
    make_run(path, "first", metrics=metrics, params={"lr": "0.1"}, artifacts=files)
    make_run(path, "second", experiment_id="7", metrics={"loss": [2.0]}, tags={"team": "blue"})
    make_run(path, "live", experiment_id="7", metrics={"loss": [5.0]}, status=None)
    return path


@pytest.fixture(scope="module")
def site(store: str) -> str:
    folder = str(Path(store).parent / "site")
    build(open_store(store), FolderOutput(folder))
    return folder


@pytest.fixture(scope="module")
def address(site: str) -> Iterator[str]:
    handler = functools.partial(_QuietHandler, directory=str(Path(site).parent))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/site/"
    server.shutdown()
    thread.join()
    server.server_close()


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module", params=["folder", "zip", "zip in a folder", "web", "web page"])
def source(request: pytest.FixtureRequest, site: str, address: str) -> str:
    if request.param == "folder":
        return site
    if request.param.startswith("web"):
        return address + ("index.html#v=1" if request.param == "web page" else "")
    path = Path(site).parent / f"{request.param}.zip"
    top = Path(site).parent if request.param.endswith("folder") else Path(site)
    with zipfile.ZipFile(path, "w") as target:
        for file in Path(site).rglob("*"):
            target.write(file, file.relative_to(top))
    return str(path)


def _without_place(run: Run) -> dict[str, object]:
    """What a run is, as text so that NaN equals itself, without where it lies and who writes it."""
    bare = replace(run, info=replace(run.info, artifact_uri=""), is_live=False)
    return {name: repr(value) for name, value in vars(bare).items()}


def test_runs_come_back_whole(store: str, source: str) -> None:
    reader, published = open_store(store), open_site(source)
    found = {run.info.run_id: _without_place(run) for run in published.runs()}
    assert found == {run.info.run_id: _without_place(run) for run in reader.runs()}
    unplaced = [replace(item, artifact_location="") for item in reader.experiments()]
    assert published.experiments() == unplaced


def test_histories_come_back_bit_by_bit(store: str, source: str) -> None:
    ids = [run_id_of(name) for name in ("second", "first", "live")]
    pairs = zip(open_store(store).history(ids), open_site(source).history(ids), strict=True)
    for ours, theirs in pairs:
        assert (ours.run_id, ours.key) == (theirs.run_id, theirs.key)
        assert ours.steps.tolist() == theirs.steps.tolist()
        assert ours.timestamps_ms.tolist() == theirs.timestamps_ms.tolist()
        assert ours.values.tobytes() == theirs.values.tobytes()
    (only,) = open_site(source).history(ids[1:2], ["loss"])
    assert only.key == "loss"


def test_artifacts_come_back(source: str) -> None:
    published, run_id = open_site(source), run_id_of("first")
    assert [a.path for _, a in published.artifacts([run_id])] == ["page.html", "plots/a b#.txt"]
    with published.open_artifact(run_id, "page.html") as file:
        assert file.read() == b"<p>two</p>"
    with pytest.raises(FileNotFoundError, match="no file 'other'"):
        published.open_artifact(run_id, "other")


def test_a_run_that_is_not_there_is_named(source: str) -> None:
    with pytest.raises(RunNotFoundError, match="not found in"):
        open_site(source).run("0" * 32)


def test_a_site_without_points_says_so(store: str, tmp_path: Path) -> None:
    build(open_store(store), FolderOutput(str(tmp_path / "site")), full_data=False)
    published = open_site(str(tmp_path / "site"))
    assert published.run(run_id_of("second")).data.metrics == {"loss": 2.0}
    assert not published.has_points
    with pytest.raises(NotAStoreError, match="without its points"):
        list(published.history([run_id_of("second")]))


def test_what_is_no_site_is_told_apart(tmp_path: Path, address: str) -> None:
    with pytest.raises(NotAStoreError, match="no published site"):
        open_site(str(tmp_path))
    (tmp_path / "report.manifest.json").write_text("[]")
    with pytest.raises(NotAStoreError, match="cannot be read"):
        open_site(str(tmp_path))
    (tmp_path / "report.manifest.json").write_text('{"files": {}}')
    with pytest.raises(NotAStoreError, match="without its data"):
        open_site(str(tmp_path))
    with pytest.raises(NotAStoreError, match="no published site"):
        open_site(address + "nowhere/")
    with pytest.raises(StoreError, match="cannot be fetched"):
        open_site("http://127.0.0.1:1/")


def test_a_password_in_an_address_is_never_shown() -> None:
    with pytest.raises(StoreError) as caught:
        open_site("http://ana:geheim@127.0.0.1:1/")
    assert "geheim" not in str(caught.value)


def test_a_path_out_of_the_site_is_not_followed(site: str) -> None:
    published = open_site(site)
    with pytest.raises(FileNotFoundError):
        published._files.open("../runs/store.json")


def test_unfolding_is_the_inverse_of_folding() -> None:
    events = run_events("a", params={"lr": "1"}, tags=SURPRISES)
    definition = MetricDefinition(key="loss", direction="min", unit="nats")
    dataset = DatasetInput(dataset=Dataset(name="d", digest="1"), tags={"mlflow.data.context": "x"})
    events += [
        MetricDefined(at_ms=START_MS, definition=definition),
        DatasetsLogged(at_ms=START_MS, inputs=(dataset,)),
        LifecycleChanged(at_ms=START_MS, lifecycle_stage=LifecycleStage.DELETED),
    ]
    run = fold(run_id_of("a"), "0", events)
    assert fold(run_id_of("a"), "0", unfold(run)) == run
    tagged = fold_experiment("7", [TagsSet(at_ms=5, tags={"a": "b"})])
    assert fold_experiment("7", unfold_experiment(tagged)).tags == {"a": "b"}


def test_importing_a_site_gives_the_store_again(store: str, source: str, tmp_path: Path) -> None:
    target = str(tmp_path / "again")
    first = import_sources([source], target)
    assert [item.n_new for item in first.sources] == [3]
    assert [item.n_unchanged for item in import_sources([source], target).sources] == [3]
    ours, theirs = open_store(store), open_store(target)
    for run_id in map(run_id_of, ("first", "second", "live")):
        run, copy = ours.run(run_id), theirs.run(run_id)
        assert (copy.data.params, copy.data.metrics) == (run.data.params, _Nan(run.data.metrics))
        assert copy.info.status == run.info.status
        assert copy.info.start_time == run.info.start_time
        for before, after in zip(ours.history([run_id]), theirs.history([run_id]), strict=True):
            assert before.values.tobytes() == after.values.tobytes()
    with theirs.open_artifact(run_id_of("first"), "plots/a b#.txt") as file:
        assert file.read() == b"one"


class _Nan(dict[str, float]):
    """Equal to metrics that are the same when printed: NaN is a value."""

    def __eq__(self, other: object) -> bool:
        return repr(dict(self)) == repr(other)

    __hash__ = None  # type: ignore[assignment]


def test_a_site_is_opened_as_it_is(site: str) -> None:
    with open_source(site) as reader:
        assert isinstance(reader, PublishedReader)


POORER = {
    "points": {"full_data": False},
    "files": {"max_artifact_bytes": 2},
    "names": {},
}


@pytest.mark.parametrize("lacks", POORER)
def test_a_site_that_holds_less_never_replaces_what_was_imported(
    store: str, site: str, tmp_path: Path, lacks: str
) -> None:
    target, poor = str(tmp_path / "kept"), str(tmp_path / "poor")
    reader = open_store(store)
    shown = AnonymousReader(reader, ["blue", "seven"]) if lacks == "names" else reader
    build(shown, FolderOutput(poor), **POORER[lacks])
    import_sources([site], target)
    before = {run.info.run_id: _without_place(run) for run in open_store(target).runs()}
    experiments = open_store(target).experiments()
    (found,) = import_sources([poor], target).sources
    assert found.n_kept > 0
    assert found.n_new == 0
    assert "the store has more of it: " in found.problems[-1].detail
    after = {run.info.run_id: _without_place(run) for run in open_store(target).runs()}
    assert after == before
    kept = {item.experiment_id: item for item in open_store(target).experiments()}
    assert [kept[item.experiment_id] for item in experiments] == experiments


def test_a_site_that_holds_more_takes_the_place_of_a_poorer_one(
    store: str, site: str, tmp_path: Path
) -> None:
    target, poor = str(tmp_path / "kept"), str(tmp_path / "poor")
    build(open_store(store), FolderOutput(poor), full_data=False)
    import_sources([poor], target)
    (found,) = import_sources([site], target).sources
    assert found.n_kept == 0
    (series, *_) = open_store(target).history([run_id_of("first")])
    assert len(series.values)
