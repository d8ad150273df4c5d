"""A site as one zip and as one HTML file, without a browser."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from reporter.cli import main
from reporter.errors import BuildError
from reporter.publish import single_file
from reporter.publish.archive import write_zip
from reporter.publish.built import open_site
from reporter.publish.single_file import write_single_file
from tests.builders import make_run, make_store, run_id_of

PAGE = b"<!doctype html><html><head><title>T &amp; t</title></head><body><h1>x</h1></body></html>"
FILES = {
    "index.html": PAGE,
    "assets/site-1.css": b"p { color: red }",
    "assets/site-1.js": b"1",
    "data/catalog.js": b"2",
    "artifacts/ab/\u00e4 \u5b9f.bin": b"</script>" * 9,
    "artifacts/cd/copy.bin": b"</script>" * 9,
}


def packed_paths(page: bytes) -> dict[str, dict[str, object]]:
    found = re.search(rb'id="packed-files">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_a_zip_holds_what_the_build_wrote_and_no_more(make_site, tmp_path):
    folder = make_site({**FILES, "data/old.js": b"old"}, old=("data/old.js",))
    (folder / "mine.txt").write_text("of the user")
    target = tmp_path / "new" / "folder" / "report.zip"
    n_files = write_zip(open_site(str(folder)), str(target))
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {*FILES, "report.manifest.json"}
        assert n_files == len(FILES) + 1
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        special = archive.getinfo("artifacts/ab/\u00e4 \u5b9f.bin")
        assert special.flag_bits & 0x800, "the name is marked as UTF-8"
        assert special.external_attr >> 16 == 0o644
        archive.extractall(tmp_path / "there")
    assert (
        open_site(str(tmp_path / "there")).manifest.files == open_site(str(folder)).manifest.files
    )


def test_the_same_site_gives_the_same_bytes(make_site, tmp_path):
    site = open_site(str(make_site(FILES)))
    for write, name in ((write_zip, "x.zip"), (write_single_file, "x.html")):
        write(site, str(tmp_path / f"1{name}"))
        write(site, str(tmp_path / f"2{name}"))
        assert (tmp_path / f"1{name}").read_bytes() == (tmp_path / f"2{name}").read_bytes()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("artifacts/ab/" + "x" * 200, "too long for a zip that opens everywhere"),
        ("artifacts/CD/copy.bin", "are one file on Windows and macOS"),
    ],
)
def test_what_cannot_be_unpacked_everywhere_is_refused(make_site, tmp_path, path, message):
    site = open_site(str(make_site({**FILES, path: b""})))
    with pytest.raises(BuildError, match=message):
        write_zip(site, str(tmp_path / "x.zip"))
    assert list(tmp_path.glob("*.zip*")) == [], "nothing is left behind"


def test_one_file_holds_every_file_once(make_site, tmp_path):
    site = open_site(str(make_site(FILES)))
    written = write_single_file(site, str(tmp_path / "a" / "x.html"))
    page = (tmp_path / "a" / "x.html").read_bytes()
    assert written.size_bytes == len(page)
    assert written.advice == ""
    files = packed_paths(page)
    assert set(files) == set(FILES) - {"assets/site-1.css"}
    assert files["artifacts/ab/\u00e4 \u5b9f.bin"]["b"] == files["artifacts/cd/copy.bin"]["b"]
    assert page.count(b'class="packed"') == len(files) - 1
    assert files["index.html"]["p"] == 1
    assert b"<title>T &amp; t</title>" in page
    assert page.count(b"</script>") == page.count(b"<script")
    assert b"p { color: red }" in page


def test_a_large_file_says_what_to_leave_out(make_site, tmp_path, monkeypatch):
    big = {"artifacts/ab/model.pkl": bytes(range(256)) * 8_000, "data/metrics.parquet": b"x" * 10}
    site = open_site(str(make_site({**FILES, **big})))
    monkeypatch.setattr(single_file, "WARNING_BYTES", 1_000_000)
    advice = write_single_file(site, str(tmp_path / "x.html")).advice
    assert "The file has 2.7 MB" in advice
    assert "artifacts/ab/model.pkl (2.7 MB)" in advice
    assert "--max-artifact-size" in advice
    assert "--no-full-data" not in advice, "that would help little"


def test_a_folder_in_the_way_is_said_and_stays(make_site, tmp_path):
    site = open_site(str(make_site(FILES)))
    for write in (write_zip, write_single_file):
        with pytest.raises(BuildError, match="is a folder, not a file"):
            write(site, str(tmp_path / "site"))


def test_a_full_disk_leaves_the_old_file_and_nothing_else(make_site, tmp_path):
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    site = open_site(str(make_site(FILES)))
    for write, name in ((write_zip, "x.zip"), (write_single_file, "x.html")):
        (tmp_path / name).write_bytes(b"old")
        (tmp_path / f"{name}.report.part").symlink_to("/dev/full")
        with pytest.raises((BuildError, OSError), match="No space left"):
            write(site, str(tmp_path / name))
        assert (tmp_path / name).read_bytes() == b"old"
        assert not (tmp_path / f"{name}.report.part").is_symlink()


@pytest.fixture
def store(tmp_path, monkeypatch) -> str:
    path = make_store(tmp_path / "runs")
    long = "a" * 200 + ".txt"
    make_run(path, "one", metrics={"loss": [2.0, 1.0]}, artifacts={f"b/{long}": b"1", "B.txt": b"2",
             "b.txt": b"3", "cafe\u0301.txt": b"4", "caf\u00e9.txt": b"5"})  # fmt: skip
    monkeypatch.chdir(tmp_path)
    return path


def run(*arguments: str):
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def test_build_writes_only_the_file_that_is_asked_for(store, tmp_path):
    done = run("build", "runs", "--zip", "out/report.zip")
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "out/report.zip")
    done = run("build", "runs", "--single-file", "out/report.html")
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "out/report.html")
    there = {path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("*")} - {"gitconfig"}
    assert there == {"runs", "out"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"report.zip", "report.html"}
    with zipfile.ZipFile("out/report.zip") as archive:
        names = archive.namelist()
    assert f"run/{run_id_of('one')}.html" in names
    assert max(map(len, names)) < 180
    assert len({name.casefold() for name in names}) == len(names)
    assert len([name for name in names if "/caf" in name]) == 2
    data = json.loads(run("build", "runs", "--single-file", "r.html", "--json").stdout)
    assert (data["location"], data["files"]) == ("", ["r.html"])


def test_build_writes_folder_and_files_together(store, tmp_path):
    done = run("build", "runs", "-o", "site", "--zip", "r.zip", "--single-file", "r.html")
    assert done.stdout.splitlines()[:3] == ["site/index.html", "r.zip", "r.html"]
    assert run("zip").stdout == "site.zip\n"
    assert (tmp_path / "site.zip").read_bytes() == (tmp_path / "r.zip").read_bytes()
    assert run("zip", "site/", "--single-file", "s.html").stdout == "s.html\n"
    assert (tmp_path / "s.html").read_bytes() == (tmp_path / "r.html").read_bytes()


def test_zip_of_no_site_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run("zip", "nowhere")
    assert done.exit_code == 2
    assert "report build" in done.stderr


@pytest.mark.parametrize(
    ("option", "name", "hint"),
    [("--zip", "report.html", "--single-file"), ("--single-file", "report.ZIP", "--zip")],
)
def test_a_name_that_no_program_would_open_is_refused(store, tmp_path, option, name, hint):
    done = run("build", str(store), option, str(tmp_path / name))
    assert done.exit_code == 2
    assert f"or use {hint}" in done.stderr
    assert not (tmp_path / name).exists()


def test_a_host_is_spoken_of_where_a_folder_is_built(store, tmp_path, monkeypatch):
    monkeypatch.setattr("reporter.publish.limits.FILE_BYTES", 0)
    assert "GitHub" in run("build", str(store), "-o", str(tmp_path / "s")).stderr
    assert "GitHub" not in run("build", str(store), "--zip", str(tmp_path / "s.zip")).stderr


def test_only_files_worth_leaving_out_are_named(store, tmp_path, monkeypatch):
    done = run("build", str(store), "-o", str(tmp_path / "s"))
    assert "5 artifacts" in done.stdout
    assert "artifacts/" not in done.stdout
    monkeypatch.setattr("reporter.cli.building._LARGE_BYTES", 1)
    assert "artifacts/" in run("build", str(store), "-o", str(tmp_path / "s")).stdout
