"""Small sites, and repositories with a remote on this machine."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from reporter.site.writing.manifest import FileEntry, Manifest

SiteMaker = Callable[..., Path]


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture(autouse=True)
def _git_without_the_users_settings(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    empty = tmp_path / "gitconfig"
    empty.write_text("[init]\n\tdefaultBranch = main\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(empty))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))


@pytest.fixture
def make_site(tmp_path) -> SiteMaker:
    """Write a site of given files, its manifest included: ``make_site({"index.html": b"1"})``."""

    def make(files: dict[str, bytes], name: str = "site", old: tuple[str, ...] = ()) -> Path:
        folder = tmp_path / name
        shutil.rmtree(folder, ignore_errors=True)
        for path, data in files.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        entries = {
            path: FileEntry(sha256=hashlib.sha256(data).hexdigest(), size_bytes=len(data))
            for path, data in files.items()
            if path not in old
        }
        sizes = {path: len(files[path]) for path in old}
        manifest = Manifest(report_id="test", files=entries, old=sizes)
        (folder / "report.manifest.json").write_bytes(manifest.to_json())
        return folder

    return make


@pytest.fixture
def remote(tmp_path, needs_git) -> Path:
    """An empty bare repository."""
    folder = tmp_path / "remote.git"
    git(tmp_path, "init", "--quiet", "--bare", str(folder))
    return folder


@pytest.fixture
def work(tmp_path, remote) -> Path:
    """A repository with one commit, pushed to the remote's main branch."""
    folder = tmp_path / "work"
    git(tmp_path, "init", "--quiet", str(folder))
    git(folder, "config", "user.name", "Ada")
    git(folder, "config", "user.email", "ada@localhost")
    (folder / "train.py").write_text("print()\n", encoding="utf-8")
    git(folder, "add", "train.py")
    git(folder, "commit", "--quiet", "-m", "Train")
    git(folder, "remote", "add", "origin", str(remote))
    git(folder, "push", "--quiet", "origin", "main")
    return folder
