"""What a run records by itself, read from real repositories made for the test."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from reporter.tracking.context import GitProbe, end_tags, read_head, short_path, start_tags

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def _git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", "-C", str(folder), *identity, *arguments], capture_output=True, check=True
    )
    return done.stdout.decode().strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit on the branch ``main``."""
    folder = tmp_path / "code"
    folder.mkdir()
    _git(folder, "init", "-q", "-b", "main")
    (folder / "train.py").write_text("a = 1\n")
    _git(folder, "add", ".")
    _git(folder, "commit", "-q", "-m", "first")
    return folder


def test_head_is_read_without_git(repository: Path) -> None:
    commit = _git(repository, "rev-parse", "HEAD")
    (repository / "deep").mkdir()
    assert read_head(str(repository / "deep")) == (commit, "main")
    _git(repository, "pack-refs", "--all")
    assert read_head(str(repository)) == (commit, "main")
    _git(repository, "checkout", "-q", "--detach")
    assert read_head(str(repository)) == (commit, "")


def test_head_of_a_linked_work_tree(repository: Path, tmp_path: Path) -> None:
    _git(repository, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    commit = _git(repository, "rev-parse", "HEAD")
    assert read_head(str(tmp_path / "side")) == (commit, "side")


def test_no_repository(tmp_path: Path) -> None:
    assert read_head(str(tmp_path)) == ("", "")
    assert GitProbe(str(tmp_path)).tags() == {}


def test_uncommitted_changes_are_recorded(repository: Path) -> None:
    assert GitProbe(str(repository)).tags() == {"mlflow.source.git.dirty": "False"}
    (repository / "train.py").write_text("a = 2\n")
    tags = GitProbe(str(repository)).tags()
    assert tags["mlflow.source.git.dirty"] == "True"
    assert "+a = 2" in tags["mlflow.source.git.diff"]


def test_remote_without_its_credentials(repository: Path) -> None:
    _git(repository, "remote", "add", "origin", "https://ana:secret@example.org/a/b.git")
    tags = GitProbe(str(repository)).tags()
    assert tags["mlflow.source.git.repoURL"] == "https://example.org/a/b.git"


def test_tags_hold_no_path_of_this_machine() -> None:
    tags = {**start_tags(), **end_tags()}
    assert not [key for key, value in tags.items() if str(Path.home()) + "/" in value]
    assert "pytest==" in tags["reporter.packages"]
    assert " pluggy==" in tags["reporter.installed"]


def test_remote_that_is_a_path_stays_private(repository: Path, tmp_path: Path) -> None:
    for remote in (str(tmp_path), tmp_path.as_uri(), "../elsewhere"):
        _git(repository, "config", "remote.origin.url", remote)
        assert "mlflow.source.git.repoURL" not in GitProbe(str(repository)).tags()
    _git(repository, "config", "remote.origin.url", "git@example.org:a/b.git")
    assert (
        GitProbe(str(repository)).tags()["mlflow.source.git.repoURL"] == "git@example.org:a/b.git"
    )


def test_paths_in_text_are_shortened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/ana")
    text = f'File "{tmp_path}/train.py" File "/opt/v/lib/python3/site-packages/np/a.py" /home/ana/x'
    assert short_path(text) == 'File "train.py" File "site-packages/np/a.py" ~/x'
