"""Importing again takes up what is new, and leaves alone what was done in the store since."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys

import pytest

from reporter.errors import StoreError
from reporter.importers import import_sources, open_source
from reporter.importers.placement import Placement
from reporter.importers.records import ImportedExperiment
from reporter.store.reader import open_store
from reporter.store.verify import verify_store
from reporter.store.writer import FolderWriter
from reporter.tracking import MlflowClient
from tests.builders import make_run as make_own_run
from tests.builders import make_store
from tests.unit.importers.mlruns import (
    START_MS,
    make_experiment,
    make_run,
    run_id_of,
    write,
    write_meta,
)


@pytest.fixture
def source(tmp_path):
    return tmp_path / "mlruns"


@pytest.fixture
def store(tmp_path):
    return str(tmp_path / "runs")


def test_a_run_that_has_grown_is_taken_up(source, store):
    run = make_run(make_experiment(source), metrics={"m": "5 0.5 1\n"}, status="1")
    import_sources([str(source)], store)
    with open(run / "metrics" / "m", "a", encoding="utf-8") as file:
        file.write("6 0.25 2\n")
    write(run / "params" / "late", b"yes")
    write(run / "artifacts" / "a.txt", b"late")
    (import_,) = import_sources([str(source)], store).sources
    assert (import_.n_updated, import_.n_points, import_.n_files) == (1, 2, 1)
    found = open_store(store).run(run.name)
    assert found.data.summaries["m"].count == 2 and found.data.params == {"late": "yes"}
    assert not list(verify_store(store))


def test_only_what_changed_is_written(source, store):
    experiment = make_experiment(source)
    make_run(experiment, "one")
    two = make_run(experiment, "two")
    import_sources([str(source)], store)
    write(two / "tags" / "late", b"yes")
    (import_,) = import_sources([str(source)], store).sources
    assert (import_.n_unchanged, import_.n_updated) == (1, 1)


def test_edits_in_the_store_outlive_the_next_import(source, store):
    run = make_run(make_experiment(source), tags={"team": "red"})
    import_sources([str(source)], store)
    MlflowClient(store).set_tag(run.name, "team", "blue")
    write(run / "params" / "late", b"yes")
    import_sources([str(source)], store)
    found = open_store(store).run(run.name)
    assert found.data.tags["team"] == "blue" and found.data.params == {"late": "yes"}


def test_points_logged_in_the_store_are_not_replaced(source, store):
    run = make_run(make_experiment(source), metrics={"m": "5 0.5 1\n"})
    import_sources([str(source)], store)
    MlflowClient(store).log_metric(run.name, "m", 9.0, step=9)
    write(run / "params" / "late", b"yes")
    result = import_sources([str(source)], store)
    assert result.sources[0].n_kept == 1
    assert [problem.what for problem in result.problems] == ["Run not taken up"]
    assert open_store(store).run(run.name).data.summaries["m"].count == 2


def test_a_run_of_the_same_id_that_was_logged_here_stays(source, tmp_path):
    store = make_store(tmp_path / "runs")
    make_own_run(store, "one", params={"own": "yes"})
    make_run(make_experiment(source, "0", "Default"), "one", params={"own": "no"})
    result = import_sources([str(source)], store)
    assert [problem.what for problem in result.problems] == ["Run not taken up"]
    assert open_store(store).run(run_id_of("one")).data.params == {"own": "yes"}


def test_a_metric_that_vanished_from_the_source_vanishes_here(source, store):
    run = make_run(make_experiment(source), metrics={"m": "5 0.5 1\n"})
    import_sources([str(source)], store)
    (run / "metrics" / "m").unlink()
    import_sources([str(source)], store)
    assert not open_store(store).run(run.name).data.summaries
    assert not list(verify_store(store))


def test_an_experiment_renamed_in_the_source_is_renamed_here(source, store):
    experiment = make_experiment(source, "7", "before")
    make_run(experiment)
    import_sources([str(source)], store)
    shutil.rmtree(experiment / "tags", ignore_errors=True)
    fields = {"experiment_id": "'7'", "name": "after", "creation_time": str(START_MS)}
    write_meta(experiment, {"artifact_location": "x/7", **fields})
    import_sources([str(source)], store)
    (found,) = open_store(store).experiments()
    assert found.name == "after"
    assert [run.info.experiment_id for run in open_store(store).runs()] == [found.experiment_id]


def test_an_active_and_a_deleted_experiment_of_one_name_stay_two(source, store):
    make_run(make_experiment(source, "1", "study"), "one")
    make_run(make_experiment(source / ".trash", "2", "study"), "two")
    import_sources([str(source)], store)
    found = {item.lifecycle_stage: item.experiment_id for item in open_store(store).experiments()}
    assert open_store(store).run(run_id_of("one")).info.experiment_id == found["active"]
    assert open_store(store).run(run_id_of("two")).info.experiment_id == found["deleted"]


def test_two_sources_with_one_experiment_share_it(tmp_path, store):
    for name in ("a", "b"):
        fields = {"creation_time": str(START_MS + ord(name))}
        make_run(make_experiment(tmp_path / name / "mlruns", "1", "study", **fields), name)
    import_sources([str(tmp_path / "a"), str(tmp_path / "b")], store)
    assert [item.name for item in open_store(store).experiments()] == ["study"]
    assert len(list(open_store(store).runs())) == 2


@pytest.mark.parametrize("is_half_made", [False, True])
def test_two_imports_at_once_make_one_experiment(store, is_half_made):
    make_store(store)
    first, second = Placement(store, "tool"), Placement(store, "tool")
    experiment = ImportedExperiment(source_id="7", name="shared", created_ms=START_MS)
    made = first.add(experiment)
    if is_half_made:
        (journal,) = os.listdir(os.path.join(store, made))
        os.unlink(os.path.join(store, made, journal))
    assert second.add(experiment) == made
    assert [e.name for e in open_store(store).experiments() if e.name != "Default"] == ["shared"]


def test_a_run_that_lies_in_two_places_is_taken_once(source, store):
    experiment = make_experiment(source)
    run = make_run(experiment)
    other = make_experiment(source, "2", "copy")
    shutil.copytree(run, other / run.name)
    result = import_sources([str(source)], store)
    assert [problem.what for problem in result.problems] == ["Run found twice"]
    assert len(list(open_store(store).runs())) == 1


def test_a_half_written_import_is_done_again(source, store):
    run = make_run(make_experiment(source), metrics={"m": "5 0.5 1\n"})
    import_sources([str(source)], store)
    (experiment,) = open_store(store).experiments()
    folder = os.path.join(store, experiment.experiment_id, run.name)
    os.unlink(os.path.join(folder, "run.parquet"))  # points come first, the row last
    import_sources([str(source)], store)
    assert open_store(store).run(run.name).data.summaries["m"].count == 1
    assert not list(verify_store(store))


def test_what_a_killed_import_left_is_swept_a_day_later(source, store):
    make_run(make_experiment(source))
    import_sources([str(source)], store)
    (folder,) = (os.path.join(store, name) for name in os.listdir(store) if name.isdigit())
    for name in ("old", "fresh"):
        os.makedirs(os.path.join(folder, f".tmp-{name}", "artifacts"))
    os.utime(os.path.join(folder, ".tmp-old"), (0, 0))
    import_sources([str(source)], store)
    assert [name for name in os.listdir(folder) if name.startswith(".tmp-")] == [".tmp-fresh"]


def test_a_damaged_table_is_written_again(source, store):
    run = make_run(make_experiment(source), params={"lr": "0.1"})
    import_sources([str(source)], store)
    (experiment,) = open_store(store).experiments()
    path = os.path.join(store, experiment.experiment_id, run.name, "run.parquet")
    with open(path, "r+b") as file:
        file.truncate(100)
    (import_,) = import_sources([str(source)], store).sources
    assert import_.n_unchanged == 0
    assert open_store(store).run(run.name).data.params == {"lr": "0.1"}


# Stops in the middle of the 20th run, whose events it has begun to hand on.
_SLOW_IMPORT = """
import sys, time
from dataclasses import replace
from reporter.importers import IMPORTERS, ImportedRun
from reporter.cli import main

def slowly(events):
    yield from events
    print("in the middle", flush=True)
    time.sleep(60)

def read(source, options, known=IMPORTERS["mlflow-files"]):
    count = 0
    for item in known.read(source, options):
        count += isinstance(item, ImportedRun)
        yield replace(item, events=slowly(item.events)) if count == 20 else item

IMPORTERS["mlflow-files"] = replace(IMPORTERS["mlflow-files"], read=read)
main()
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals are sent as POSIX has them")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_import_goes_on(source, store, environment, number):
    experiment = make_experiment(source)
    for place in range(30):
        make_run(experiment, str(place), metrics={"m": "5 0.5 1\n" * 500})
    command = [sys.executable, "-c", _SLOW_IMPORT, "import", str(source), "-o", store]
    child = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdout.readline() == b"in the middle\n"
    child.send_signal(number)
    _, message = child.communicate()
    assert child.returncode != 0 and b"Traceback" not in message
    assert len(list(open_store(store).runs())) == 19
    assert not list(verify_store(store))
    (import_,) = import_sources([str(source)], store).sources
    assert (import_.n_unchanged, import_.n_new) == (19, 11)
    assert sum(run.data.summaries["m"].count for run in open_store(store).runs()) == 15_000
    assert not list(verify_store(store))


def test_a_full_disk_is_an_error_and_the_next_import_goes_on(source, store, monkeypatch):
    experiment = make_experiment(source)
    for name in ("one", "two"):
        make_run(experiment, name, metrics={"m": "5 0.5 1\n"})

    def refuse(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("reporter.importers.replay.write_run", refuse)
        with pytest.raises(StoreError, match=r"stopped: No space left.*import again"):
            import_sources([str(source)], store)
    (folder,) = (name for name in os.listdir(store) if name.isdigit())
    assert not any(
        os.path.isdir(os.path.join(store, folder, name))
        for name in os.listdir(os.path.join(store, folder))
    )
    (import_,) = import_sources([str(source)], store).sources
    assert import_.n_new == 2


def test_a_file_that_could_not_be_copied_is_tried_again(source, store, monkeypatch):
    run = make_run(make_experiment(source), artifacts={"a.txt": b"1", "b.txt": b"2"})

    def refuse(self, path, data, put=FolderWriter.put_artifact):
        if path == "a.txt":
            raise OSError(errno.EIO, "Input/output error")
        return put(self, path, data)

    with monkeypatch.context() as patch:
        patch.setattr(FolderWriter, "put_artifact", refuse)
        result = import_sources([str(source)], store)
    assert [problem.detail for problem in result.problems] == ["Input/output error"]
    (import_,) = import_sources([str(source)], store).sources
    assert (import_.n_updated, import_.problems) == (1, [])
    assert [artifact.path for artifact in open_store(store).run(run.name).artifacts] == [
        "a.txt",
        "b.txt",
    ]


def test_reading_in_place_follows_the_source(source, tmp_path):
    experiment = make_experiment(source)
    one = make_run(experiment, "one", artifacts={"a.txt": b"first"})
    make_run(experiment, "two")
    with open_source(str(source)) as reader:
        assert sorted(run.info.run_name for run in reader.runs()) == ["one", "two"]
        with reader.open_artifact(one.name, "a.txt") as file:
            assert file.read() == b"first"
    shutil.rmtree(experiment / run_id_of("two"))
    write(one / "artifacts" / "a.txt", b"second!")
    with open_source(str(source)) as reader:
        assert [run.info.run_name for run in reader.runs()] == ["one"]
        with reader.open_artifact(one.name, "a.txt") as file:
            assert file.read() == b"second!"
        assert reader.location == str(source)


def test_a_link_put_in_a_files_place_is_not_followed(source, tmp_path):
    run = make_run(make_experiment(source), artifacts={"a.txt": b"first"})
    write(tmp_path / "secret.txt", b"secret")
    with open_source(str(source)) as reader:
        (run / "artifacts" / "a.txt").unlink()
        (run / "artifacts" / "a.txt").symlink_to(tmp_path / "secret.txt")
        with pytest.raises(FileNotFoundError):
            reader.open_artifact(run.name, "a.txt")


def test_reading_in_place_works_without_a_cache(source, monkeypatch, tmp_path):
    make_run(make_experiment(source))
    write(tmp_path / "file", b"")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with open_source(str(source)) as reader:
        assert len(list(reader.runs())) == 1


def test_a_cache_on_a_full_disk_is_named(source, monkeypatch, tmp_path):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    make_run(make_experiment(source))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("reporter.importers.opening.import_found", refuse)
    with pytest.raises(StoreError, match=r"Reading '.*mlruns' stopped: No space.*cache.*XDG_CACHE"):
        open_source(str(source)).__enter__()


def test_a_cache_that_is_damaged_or_unused_is_made_anew(source, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    caches = tmp_path / "cache" / "runpages" / "imports"
    write(caches / "unused" / "store" / "store.json", b"{}")
    os.utime(caches / "unused", (0, 0))
    make_run(make_experiment(source))
    with open_source(str(source)):
        pass
    (used,) = caches.iterdir()
    (used / "store" / "store.json").write_bytes(b'{"format": "reporter-store", "version": 999}')
    with open_source(str(source)) as reader:
        assert len(list(reader.runs())) == 1


def test_two_readers_at_once_do_not_meet(source):
    make_run(make_experiment(source))
    with open_source(str(source)) as first, open_source(str(source)) as second:
        assert len(list(first.runs())) == len(list(second.runs())) == 1


def test_a_store_of_ours_is_opened_as_it_is(tmp_path):
    store = make_store(tmp_path / "runs")
    make_own_run(store, "one")
    with open_source(store) as reader:
        assert reader.location == store and len(list(reader.runs())) == 1
