"""MLflow's folders, of every version: what MLflow itself reads in them is what we import."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from reporter.importers import import_sources, open_source
from reporter.site.build import build
from reporter.site.writing.output import FolderOutput
from reporter.store.reader import open_store
from tests.importers.mlflow_truth import compare
from tests.importers.truth import SECRET, Fixture, everything, get_fixture

NAMES = (
    "mlflow_1.8_file",
    "mlflow_1.30_file",
    "mlflow_2_file",
    "mlflow_3_file",
    "seed000_mlflow_1.8",
)
# Where MLflow's reader is wrong about its own file: docs/importers.md says why.
EXCEPTIONS = {
    "mlflow_3_file": {
        "metric 'with_dataset': digest",
        "metric 'with_dataset': final",
        "metric 'with_dataset': first",
        "metric 'with_dataset': max_step",
        "metric 'with_dataset': min_step",
    }
}


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("sources")


@pytest.fixture(params=NAMES)
def source(request, scratch):
    return get_fixture(request.param, scratch)


def unexpected(reader, source: Fixture) -> list[str]:
    known = EXCEPTIONS.get(source.name, set())
    return [line for line in compare(reader, source.truth) if not any(k in line for k in known)]


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, but for the cache that a reader may leave."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".cache" not in path.parts
    }


def test_import_reproduces_the_truth(source, tmp_path):
    result = import_sources([str(source.folder)], str(tmp_path / "runs"))
    assert not unexpected(open_store(tmp_path / "runs"), source)
    assert {p.what for p in result.problems} <= {"Artifacts elsewhere", "Traces left out"}


def test_reading_in_place_reproduces_the_truth(source):
    with open_source(str(source.folder)) as reader:
        assert not unexpected(reader, source)


def test_importing_twice_changes_nothing(source, tmp_path):
    store = tmp_path / "runs"
    import_sources([str(source.folder)], str(store))
    before = snapshot(store)
    result = import_sources([str(source.folder)], str(store))
    assert snapshot(store) == before
    assert {(s.n_new, s.n_updated, s.n_unchanged) for s in result.sources} == {
        (0, 0, len(source.truth["runs"]))
    }


def test_two_imports_write_the_same_bytes(source, tmp_path):
    for name in ("a", "b"):
        import_sources([str(source.folder)], str(tmp_path / name))
    assert snapshot(tmp_path / "a") == snapshot(tmp_path / "b")


def test_exceptions_are_still_needed(scratch):
    for name, known in EXCEPTIONS.items():
        source = get_fixture(name, scratch)
        with open_source(str(source.folder)) as reader:
            lines = list(compare(reader, source.truth))
        assert all(any(key in line for line in lines) for key in known)


def test_exceptions_are_documented(root):
    text = (root / "docs" / "importers.md").read_text(encoding="utf-8")
    assert "`with_dataset`" in text


def test_links_that_leave_the_store_are_not_followed(scratch, tmp_path):
    source = get_fixture("mlflow_2_file", scratch)
    copy = tmp_path / "copy"
    shutil.copytree(source.folder, copy)
    (copy / "outside_secret.txt").write_bytes(SECRET)
    (copy / "outside_dir").mkdir(exist_ok=True)
    (copy / "outside_dir" / "secret.txt").write_bytes(SECRET)
    run = next(run for run in source.truth["runs"] if run["artifacts"])
    (folder,) = copy.glob(f"mlruns/*/{run['run_id']}")
    inside = run["artifacts"][0][0]
    links = {
        "artifacts/link_out.txt": "../../../../outside_secret.txt",
        "artifacts/link_out_dir": "../../../../outside_dir",
        "artifacts/link_abs": "/etc/hostname",
        "artifacts/link_inside": inside,
        "params/stolen": "../../../../outside_secret.txt",
        "tags/stolen": "../../../../outside_secret.txt",
        "metrics/stolen": "../../../../outside_secret.txt",
    }
    for name, target in links.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).symlink_to(target)
    result = import_sources([str(copy)], str(tmp_path / "runs"))
    listed = [p.where for p in result.problems if p.what == "Link not followed"]
    where = folder.relative_to(copy / "mlruns").as_posix()
    assert sorted(listed) == sorted(f"{where}/{name}" for name in links if "inside" not in name)
    store = open_store(tmp_path / "runs")
    assert not any(SECRET in text for text in everything(store))
    assert not any(SECRET in data for data in snapshot(tmp_path / "runs").values())
    with (
        store.open_artifact(run["run_id"], "link_inside") as link,
        store.open_artifact(run["run_id"], inside) as target,
    ):
        assert link.read() == target.read()
    with open_source(str(copy)) as reader:
        assert not any(SECRET in text for text in everything(reader))


def test_a_single_experiment_and_a_single_run_can_be_named(scratch, tmp_path):
    source = get_fixture("mlflow_3_file", scratch)
    run = next(run for run in source.truth["runs"] if run["name"] == "fluent")
    (folder,) = (source.folder / "mlruns").glob(f"*/{run['run_id']}")
    for number, path in enumerate((folder, folder.parent)):
        store = tmp_path / str(number)
        import_sources([str(path)], str(store))
        names = {item.name for item in open_store(store).experiments()}
        assert names == {run["experiment"]}
        assert open_store(store).run(run["run_id"]).info.run_name == "fluent"


def test_logged_models_and_registered_versions_stay_with_their_run(scratch, tmp_path):
    source = get_fixture("mlflow_3_file", scratch)
    import_sources([str(source.folder)], str(tmp_path / "runs"))
    store = open_store(tmp_path / "runs")
    (run,) = [run for run in store.runs() if run.info.run_name == "model"]
    (logged,) = json.loads(run.data.tags["mlflow.loggedModels"])
    assert (logged["name"], logged["status"]) == ("model", "READY")
    assert logged["metrics"] == {"with_model": 0.5}
    (version,) = json.loads(run.data.tags["mlflow.registeredModels"])
    assert (version["name"], version["version"]) == ("登録モデル", 1)
    paths = [artifact.path for artifact in run.artifacts]
    assert "model/MLmodel" in paths and "model/model.skops" in paths


@pytest.mark.parametrize("name", ["mlflow_2_file", "mlflow_3_file"])
def test_images_logged_by_key_become_a_series(name, scratch, tmp_path):
    source = get_fixture(name, scratch)
    import_sources([str(source.folder)], str(tmp_path / "runs"))
    (run,) = [run for run in open_store(tmp_path / "runs").runs() if run.info.run_name == "fluent"]
    series = [(item.key, item.step) for item in run.artifacts if item.key]
    assert series == [("samples", 0), ("samples", 1), ("samples", 2)]


@pytest.mark.slow
def test_no_secret_reaches_a_site(scratch, tmp_path):
    source = get_fixture("mlflow_2_file", scratch)
    shutil.copytree(source.folder, tmp_path / "copy")
    run = next(run for run in source.truth["runs"] if run["artifacts"])
    (folder,) = (tmp_path / "copy").glob(f"mlruns/*/{run['run_id']}")
    (tmp_path / "copy" / "secret.txt").write_bytes(SECRET)
    for kind in ("artifacts", "params", "tags", "metrics"):
        (folder / kind).mkdir(exist_ok=True)
        (folder / kind / "stolen").symlink_to("../../../../secret.txt")
    with open_source(str(tmp_path / "copy")) as reader:
        result = build(reader, FolderOutput(str(tmp_path / "site"), reader.location))
    assert sum(problem.what == "Link not followed" for problem in result.problems) == 4
    assert not any(SECRET in data for data in snapshot(tmp_path / "site").values())
    assert not any("stolen" in name for name in snapshot(tmp_path / "site"))
