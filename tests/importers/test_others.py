"""What holds for every importer of a tool other than MLflow."""

from __future__ import annotations

import pickle
import random
import shutil

import pytest

from reporter.errors import InvalidInputError, NotAStoreError
from reporter.importers import ImportedRun, ImportOptions, find_sources, import_sources
from reporter.model import Problem
from reporter.store.reader import open_store
from tests.importers.truth import get_fixture

NAMES = ("tensorboard", "wandb_offline", "dvclive", "aim", "trackio", "csv_logs")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("sources")


@pytest.fixture(params=NAMES)
def source(request, scratch):
    return get_fixture(request.param, scratch)


def runs_of(folder, options=ImportOptions()):  # noqa: B008  # a frozen record
    for found in find_sources(str(folder)):
        for item in found.importer.read(found.source, options):
            if isinstance(item, ImportedRun):
                yield found.importer.name, item


def test_every_source_is_recognised_as_its_own_tool_s(source):
    names = {name for name, _ in runs_of(source.folder)}
    assert names == {{"wandb_offline": "wandb", "csv_logs": "table"}.get(source.name, source.name)}


def test_ids_stay_when_the_source_is_moved(source, tmp_path):
    elsewhere = tmp_path / source.folder.name
    elsewhere.symlink_to(source.folder, target_is_directory=True)
    here = [run.run_id for _, run in runs_of(source.folder)]
    assert here == [run.run_id for _, run in runs_of(elsewhere)]
    assert len(set(here)) == len(here)


@pytest.mark.parametrize("name", ["tensorboard", "wandb_offline", "dvclive", "aim"])
def test_runs_can_be_handed_to_another_process(name, scratch):
    for _, run in runs_of(get_fixture(name, scratch).folder):
        copy = pickle.loads(pickle.dumps(run))
        assert list(map(str, copy.events)) == list(map(str, run.events))
        assert list(map(told, copy.artifacts)) == list(map(told, run.artifacts))


def told(item) -> str:
    return str(item) if isinstance(item, Problem) else f"{item.path} {item.size_bytes}"


def test_an_option_that_is_none_is_refused(source):
    with pytest.raises(InvalidInputError, match="option 'nonsense'"):
        list(runs_of(source.folder, ImportOptions(values={"nonsense": "1"})))


def test_all_of_them_are_imported_into_one_store(scratch, tmp_path):
    folders = [str(get_fixture(name, scratch).folder) for name in NAMES]
    result = import_sources(folders, str(tmp_path / "runs"))
    formats = {source.format for source in result.sources}
    assert formats == {"tensorboard", "wandb", "dvclive", "aim", "trackio", "table"}
    assert sum(source.n_new for source in result.sources) == 3 + 3 + 2 + 2 + 3 + 5


def spoil(folder, source: random.Random) -> None:
    """Damage a few files as disks, networks and editors do."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)
    for path in source.choices(files, k=4):
        path.chmod(0o644)
        data = bytearray(path.read_bytes())
        place = source.randrange(len(data))
        how = source.randrange(4)
        if how == 0:
            data[place] ^= 1 << source.randrange(8)
        elif how == 1:
            del data[place:]
        elif how == 2:
            data[place:place] = source.randbytes(100)
        else:
            data = bytearray(source.randbytes(500))
        path.write_bytes(bytes(data))


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_damaged_an_import_ends_well(source, seed, tmp_path):
    folder = tmp_path / "source"
    shutil.copytree(source.folder, folder, copy_function=shutil.copyfile)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    spoil(folder, random.Random(seed))
    try:
        result = import_sources([str(folder)], str(tmp_path / "runs"))
    except NotAStoreError:
        return  # what told the tool is gone
    for run in open_store(result.store).runs():
        assert run.info.run_name or run.problems
