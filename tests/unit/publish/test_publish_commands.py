"""report publish, through click's own runner, in a repository with a remote."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from reporter.cli import main
from reporter.publish.limits import FILE_BYTES, SITE_BYTES, WARNING_BYTES
from tests.builders import make_store

FILES = {"index.html": b"<p>1", "data/catalog.js": b"c", ".nojekyll": b""}


@pytest.fixture
def here(work, make_site, monkeypatch) -> Path:
    """The working directory: a repository that holds a store and a built site."""
    make_store(work / "runs")
    shutil.move(make_site(FILES), work / "site")
    monkeypatch.chdir(work)
    return work


def publish(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["publish", *arguments], prog_name="report")


def test_github_writes_a_workflow_and_says_what_to_do(here):
    done = publish("github", "--branch", "trunk", "--requirement", "runpages==0.1.0")
    assert done.exit_code == 0
    assert done.stdout == ".github/workflows/report.yml: written\n"
    assert "Settings > Pages" in done.stderr
    text = (here / ".github/workflows/report.yml").read_text(encoding="utf-8")
    assert "branches: [trunk]" in text
    assert "runpages==0.1.0" in text
    again = publish("github", "--branch", "trunk", "--requirement", "runpages==0.1.0")
    assert again.stdout == ".github/workflows/report.yml: up to date\n"


def test_github_can_print_alone(here):
    done = publish("github", "runs", "--print", "--file", ".github/workflows/pages.yml")
    assert ".github/workflows/pages.yml" in yaml.safe_load(done.stdout)[True]["push"]["paths"]
    assert not (here / ".github").exists()


def test_a_workflow_of_somebody_else_is_an_error(here):
    folder = here / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "report.yml").write_text("name: mine\n", encoding="utf-8")
    assert publish("github").exit_code == 2
    assert publish("github", "--replace").exit_code == 0


def test_gitlab_prints_a_job(here):
    done = publish("gitlab")
    assert "report build runs -o public" in done.stdout
    assert "not in git yet" in done.stderr
    assert yaml.safe_load(done.stdout)["pages"]["artifacts"]["paths"] == ["public"]


def test_gh_pages_says_what_it_did(here):
    (here / "site" / "draft.md").write_text("x", encoding="utf-8")
    done = publish("gh-pages", "--to", "nightly")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("origin/gh-pages/nightly: 4 files")
    assert "Left out: 1 file in 'site'" in done.stderr
    assert "holds this site already" in publish("gh-pages", "--to", "nightly").stdout
    told = json.loads(publish("gh-pages", "--json").stdout)
    assert (told["branch"], told["is_changed"], told["n_files"]) == ("gh-pages", True, 4)


def test_report_toml_says_where(here):
    (here / "report.toml").write_text(
        '[publish]\ntarget = "gh-pages"\nbranch = "pages"\n', encoding="utf-8"
    )
    assert publish().stdout.startswith("origin/pages: 4 files")


def test_without_a_target_it_explains_itself(here):
    done = publish()
    assert done.exit_code == 0
    assert "gh-pages" in done.stdout


def test_a_wrong_report_toml_is_one_sentence(here):
    (here / "report.toml").write_text('[publish]\ntarget = "gh-page"\n', encoding="utf-8")
    done = publish()
    assert done.exit_code == 2
    assert done.stderr.startswith("Error: ")


def grow(site: Path, path: str, size_bytes: int) -> None:
    """Make a file of a site large without filling the disk, and put it into the manifest."""
    manifest = json.loads((site / "report.manifest.json").read_text(encoding="utf-8"))
    manifest["files"][path] = {"sha256": "0" * 64, "size_bytes": size_bytes}
    (site / "report.manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (site / path).parent.mkdir(parents=True, exist_ok=True)
    with (site / path).open("wb") as file:
        file.truncate(size_bytes)


@pytest.mark.skipif(os.name == "nt", reason="files with holes take their size there")
@pytest.mark.parametrize(
    ("sizes", "code", "sentence"),
    [
        ([1], 0, ""),
        ([FILE_BYTES], 0, ""),
        ([FILE_BYTES + 1], 1, "1 file is larger than the 105 MB"),
        ([FILE_BYTES] * (WARNING_BYTES // FILE_BYTES + 1), 0, "of the 1.0 GB"),
        ([FILE_BYTES] * (SITE_BYTES // FILE_BYTES + 1), 1, "takes up to 1.0 GB"),
    ],
)
def test_check_knows_the_limits(here, sizes, code, sentence):
    for number, size_bytes in enumerate(sizes):
        grow(here / "site", f"artifacts/a/model-{number}.bin", size_bytes)
    done = publish("check")
    assert done.exit_code == code
    assert sentence in done.stderr
    assert bool(sentence) == bool(done.stderr)
    if sentence:
        assert "artifacts/a/model-0.bin" in done.stderr
        assert "[artifacts] in report.toml" in done.stderr
    assert json.loads(publish("check", "--json").stdout)["n_files"] == 4 + len(sizes)


def test_a_build_tells_of_a_file_that_github_would_not_take(here):
    from tests.builders import make_run, run_id_of

    make_run("runs", "large", artifacts={"model.bin": b""})
    with (Path("runs") / "0" / run_id_of("large") / "artifacts/model.bin").open("wb") as file:
        file.truncate(FILE_BYTES + 1)
    done = CliRunner().invoke(main, ["build", "runs", "-o", "built", "--no-full-data"])
    assert done.exit_code == 0, done.stderr
    assert "Warning: 1 file is larger than the 105 MB" in done.stderr
