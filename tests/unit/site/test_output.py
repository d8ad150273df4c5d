from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from reporter.errors import BuildError, OutputConflictError
from reporter.site import links
from reporter.site.writing.output import FolderOutput, MemoryOutput, ZipOutput

unprivileged = pytest.mark.skipif(
    hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere"
)


def write(site, files, inputs=None):
    with FolderOutput(str(site)) as output:
        for path, data in files.items():
            output.write(path, data, inputs=(inputs or {}).get(path, ""))
        return output.finish("r")


def fail_after(output):
    output.write("index.html", b"1")
    raise BuildError("the disk is full")


def tree(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file() and path.name != links.MANIFEST
    }


def test_files_arrive_and_a_manifest_lists_them(tmp_path):
    totals = write(tmp_path / "site", {"index.html": b"1", "run/a.html": b"22"})
    assert tree(tmp_path / "site") == {"index.html": b"1", "run/a.html": b"22"}
    manifest = json.loads((tmp_path / "site" / links.MANIFEST).read_bytes())
    assert set(manifest["files"]) == {"index.html", "run/a.html"}
    assert (totals.n_written, totals.n_unchanged, totals.size_bytes) == (2, 0, 3)


def test_nothing_is_written_twice(tmp_path):
    files = {"index.html": b"1", "run/a.html": b"22"}
    write(tmp_path, files)
    before = {path: os.stat(tmp_path / path).st_mtime_ns for path in [*files, links.MANIFEST]}
    totals = write(tmp_path, files)
    assert {path: os.stat(tmp_path / path).st_mtime_ns for path in before} == before
    assert totals.n_written == 0
    assert not (tmp_path / links.LOCK).exists()


def test_what_has_no_place_any_more_is_deleted_and_its_folder_with_it(tmp_path):
    write(tmp_path, {"index.html": b"1", "run/old/a.html": b"2"})
    write(tmp_path, {"index.html": b"1"})
    assert tree(tmp_path) == {"index.html": b"1"}
    assert not (tmp_path / "run").exists()


def test_data_of_the_last_build_stays_for_one_build(tmp_path):
    write(tmp_path, {"data/a-1.js": b"1"})
    write(tmp_path, {"data/a-2.js": b"2"})
    assert set(tree(tmp_path)) == {"data/a-1.js", "data/a-2.js"}
    write(tmp_path, {"data/a-2.js": b"2"})
    assert set(tree(tmp_path)) == {"data/a-2.js"}


def test_foreign_files_stay(tmp_path):
    (tmp_path / "run").mkdir()
    for path in ("CNAME", "run/mine.txt"):
        (tmp_path / path).write_bytes(b"mine")
    write(tmp_path, {"run/a.html": b"1"})
    write(tmp_path, {"index.html": b"1"})
    assert tree(tmp_path) == {"CNAME": b"mine", "run/mine.txt": b"mine", "index.html": b"1"}


@pytest.mark.parametrize("path", ["index.html", "run/a.html"])
def test_a_foreign_file_in_the_way_is_named_and_kept(tmp_path, path):
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_bytes(b"mine")
    with pytest.raises(OutputConflictError, match=path.split("/")[-1]):
        write(tmp_path, {path: b"ours"})
    assert (tmp_path / path).read_bytes() == b"mine"


def test_a_foreign_file_where_a_folder_must_be_is_named(tmp_path):
    (tmp_path / "run").write_bytes(b"mine")
    with pytest.raises(OutputConflictError, match="run"):
        write(tmp_path, {"run/a.html": b"1"})


def test_a_foreign_folder_where_a_file_must_be_is_named(tmp_path):
    (tmp_path / "index.html").mkdir()
    with pytest.raises(OutputConflictError, match=r"index\.html"):
        write(tmp_path, {"index.html": b"1"})


def test_nothing_is_written_or_deleted_through_a_link(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    write(tmp_path / "site", {"run/a.html": b"1"})
    (tmp_path / "site/run/a.html").unlink()
    (tmp_path / "site/run").rmdir()
    (tmp_path / "site/run").symlink_to(outside, target_is_directory=True)
    (outside / "a.html").write_bytes(b"mine")
    with pytest.raises(OutputConflictError, match="run"):
        write(tmp_path / "site", {"run/a.html": b"2", "run/b.html": b"2"})
    write(tmp_path / "site", {"index.html": b"1"})
    assert tree(outside) == {"a.html": b"mine"}


def test_a_file_that_became_a_link_is_replaced_not_followed(tmp_path):
    mine = tmp_path / "mine"
    mine.write_bytes(b"mine")
    write(tmp_path / "site", {"index.html": b"1"})
    (tmp_path / "site/index.html").unlink()
    (tmp_path / "site/index.html").symlink_to(mine)
    write(tmp_path / "site", {"index.html": b"2222"})
    assert mine.read_bytes() == b"mine"
    assert (tmp_path / "site/index.html").read_bytes() == b"2222"


def test_a_manifest_that_is_none_stops_the_build(tmp_path):
    (tmp_path / links.MANIFEST).write_text("<<<<<<< HEAD")
    with pytest.raises(OutputConflictError, match="no manifest"):
        write(tmp_path, {"index.html": b"1"})
    assert not (tmp_path / "index.html").exists()


def test_a_newer_manifest_stops_the_build(tmp_path):
    (tmp_path / links.MANIFEST).write_text('{"format":99}')
    with pytest.raises(BuildError, match="newer version"):
        write(tmp_path, {"index.html": b"1"})


def test_a_file_instead_of_a_folder_is_one_clear_sentence(tmp_path):
    (tmp_path / "site").write_bytes(b"mine")
    with pytest.raises(BuildError, match=r"site' is a file, not a folder"):
        write(tmp_path / "site", {"index.html": b"1"})
    with pytest.raises(BuildError, match=rf"{os.devnull}' is a file, not a folder"):
        write(Path(os.devnull), {"index.html": b"1"})


@unprivileged
def test_a_folder_that_cannot_be_written_is_one_clear_sentence(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(BuildError, match="Cannot write"):
        write(tmp_path / "site", {"index.html": b"1"})


@pytest.mark.parametrize(
    ("site", "store"),
    [("runs", "runs"), ("runs/site", "runs"), ("runs/7", "runs"), (".", "data"), ("a", "a/run/x")],
)
def test_a_site_never_lies_over_its_store(tmp_path, site, store):
    (tmp_path / store).mkdir(parents=True)
    with (
        pytest.raises(BuildError, match="overlap the store"),
        FolderOutput(str(tmp_path / site), str(tmp_path / store)),
    ):
        pass


def test_a_store_beside_the_pages_is_fine(tmp_path):
    (tmp_path / "runs").mkdir()
    with FolderOutput(str(tmp_path), str(tmp_path / "runs")) as output:
        output.write("index.html", b"1")
        output.finish("r")


def test_unchanged_inputs_are_found_with_what_they_need(tmp_path):
    with FolderOutput(str(tmp_path)) as output:
        output.write("a.view.js", b"2")
        output.write("run/a.html", b"1", inputs="i", needs=["a.view.js"])
        output.finish("r")
    with FolderOutput(str(tmp_path)) as output:
        assert output.reuse("other") is None
        found = output.reuse("i")
        assert found is not None
        assert found[0] == "run/a.html"
        output.finish("r")
    assert set(tree(tmp_path)) == {"run/a.html", "a.view.js"}


@pytest.mark.parametrize("lost", ["run/a.html", "a.view.js"])
def test_a_file_that_is_gone_or_cut_is_made_again(tmp_path, lost):
    with FolderOutput(str(tmp_path)) as output:
        output.write("a.view.js", b"22")
        output.write("run/a.html", b"11", inputs="i", needs=["a.view.js"])
        output.finish("r")
    (tmp_path / lost).write_bytes(b"1")
    with FolderOutput(str(tmp_path)) as output:
        assert output.reuse("i") is None
        output.finish("r")


def test_two_builds_at_once_are_refused(tmp_path):
    with FolderOutput(str(tmp_path)) as first:
        with (
            pytest.raises(BuildError, match=f"process {os.getpid()} on"),
            FolderOutput(str(tmp_path)),
        ):
            pass
        first.write("index.html", b"1")
        first.finish("r")
    write(tmp_path, {"index.html": b"2"})


KILLED = """
    import os, sys
    from reporter.site.writing.output import FolderOutput
    with FolderOutput(sys.argv[1]) as output:
        output.write("index.html", b"new")
        output.write("data/new-1.js", b"new")
        os._exit(9)
"""


def test_what_a_killed_build_left_is_mended_by_the_next(tmp_path, run_python):
    write(tmp_path, {"index.html": b"old", "run/a.html": b"1"}, inputs={"index.html": "i"})
    assert run_python("-c", textwrap.dedent(KILLED), str(tmp_path)).returncode == 9
    assert (tmp_path / "run/a.html").exists(), "pages of the last build still stand"
    with FolderOutput(str(tmp_path)) as output:
        assert output.reuse("i") is None, "the killed build may have replaced it"
        output.write("index.html", b"old", inputs="i")
        output.finish("r")
    assert tree(tmp_path) == {"index.html": b"old"}


def test_a_build_that_fails_leaves_what_it_wrote_to_the_next(tmp_path):
    with pytest.raises(BuildError), FolderOutput(str(tmp_path)) as output:
        fail_after(output)
    write(tmp_path, {"index.html": b"2"})
    assert tree(tmp_path) == {"index.html": b"2"}


def test_the_lock_of_another_machine_is_respected(tmp_path):
    (tmp_path / links.LOCK).write_text('{"pid": 1, "host": "elsewhere"}\n')
    with pytest.raises(BuildError, match="elsewhere"), FolderOutput(str(tmp_path)):
        pass


def test_a_torn_lock_is_taken_over(tmp_path):
    (tmp_path / links.LOCK).write_text('{"pid": 1, "ho')
    write(tmp_path, {"index.html": b"1"})


def test_one_path_holds_one_file(tmp_path):
    with FolderOutput(str(tmp_path)) as out:
        out.write("a", b"1")
        out.write("a", b"1")
        with pytest.raises(BuildError, match="two different files"):
            out.write("a", b"2")


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x"])
def test_nothing_is_written_outside(tmp_path, path):
    with (
        pytest.raises(BuildError, match="no path inside"),
        FolderOutput(str(tmp_path / "s")) as out,
    ):
        out.write(path, b"1")


def test_a_zip_is_the_same_for_the_same_site(tmp_path):
    for name in ("a.zip", "b.zip"):
        with ZipOutput(str(tmp_path / name)) as output:
            output.write("index.html", b"1")
            output.write_stream("artifacts/x", lambda stream: stream.write(b"22"))
            output.finish("r")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    listed = subprocess.run(
        [sys.executable, "-m", "zipfile", "-l", str(tmp_path / "a.zip")],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert all(name in listed for name in ("index.html", "artifacts/x", links.MANIFEST))


def test_a_zip_that_failed_is_not_there(tmp_path):
    with pytest.raises(BuildError), ZipOutput(str(tmp_path / "a.zip")) as output:
        fail_after(output)
    assert not list(tmp_path.iterdir())


def test_a_site_in_memory_can_be_built_on():
    first = MemoryOutput()
    with first:
        first.write("index.html", b"1", inputs="i")
        first.finish("r")
    second = MemoryOutput(first.files)
    with second:
        assert second.reuse("i")
        second.finish("r")
    assert second.files == first.files


def test_streams_are_counted_and_digested(tmp_path):
    with FolderOutput(str(tmp_path)) as output:
        entry = output.write_stream("artifacts/x", lambda stream: stream.write(b"abc") and None)
        totals = output.finish("r")
    assert entry.size_bytes == 3
    assert entry.sha256.startswith("ba7816bf")
    assert totals.largest == (("artifacts/x", 3),)
