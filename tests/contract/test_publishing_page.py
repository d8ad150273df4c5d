"""docs/publishing.md is true: its commands run, in its order, in a repository with a remote."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reporter.config import read_config

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "publishing.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
BLOCKS = FENCE.findall(PAGE)


def lines_of(language: str) -> list[str]:
    texts = [text for name, text in BLOCKS if name == language]
    return [line for text in texts for line in text.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def repository(tmp_path_factory, needs_git) -> Path:
    """A repository with runs in git, and a remote of its own."""
    folder = tmp_path_factory.mktemp("publishing")
    work = folder / "work"
    for name in ("runs", "sample_runs"):
        shutil.copytree(ROOT / "sample_runs", work / name)
    commands = (
        ("init", "--quiet", "--bare", str(folder / "remote.git")),
        ("init", "--quiet", str(work)),
        ("-C", str(work), "remote", "add", "origin", str(folder / "remote.git")),
        ("-C", str(work), "add", "runs"),
    )
    for arguments in commands:
        subprocess.run(["git", *arguments], check=True, capture_output=True)
    return work


@pytest.mark.slow
def test_its_commands_run(repository, report, environment):
    for line in lines_of("sh"):
        words = shlex.split(line)
        assert words[0] == "report"
        if words[1] == "serve":
            serve_once(words[1:], repository, environment)
            continue
        done = report(*words[1:], cwd=repository)
        assert done.returncode == 0, line + done.stdout + done.stderr
    assert (repository / ".github" / "workflows" / "report.yml").is_file()
    assert (repository / "report.zip").is_file()
    assert (repository / "report.html").is_file()
    remote = repository.parent / "remote.git"
    told = subprocess.run(
        ["git", "--git-dir", remote, "ls-tree", "-r", "--name-only", "gh-pages"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert {".nojekyll", "index.html", "nightly/index.html"} <= set(told)


def serve_once(words: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Serve until the address is printed, which is after the first build."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reporter.cli", *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline().startswith("http://127.0.0.1:")
    finally:
        process.terminate()
        process.communicate()


@pytest.mark.slow
def test_its_python_runs(repository, run_python):
    for code in (text for name, text in BLOCKS if name == "python"):
        done = run_python("-c", code, cwd=repository)
        assert done.returncode == 0, done.stderr


def test_its_workflow_is_one(tmp_path, unavailable):
    if importlib.util.find_spec("check_jsonschema") is None:
        unavailable("no check-jsonschema: pip install -e '.[test]'")
    for number, text in enumerate(text for name, text in BLOCKS if name == "yaml"):
        path = tmp_path / f"{number}.yml"
        path.write_text(text, encoding="utf-8")
        schema = ["--builtin-schema", "vendor.github-workflows"]
        done = subprocess.run(
            [sys.executable, "-m", "check_jsonschema", *schema, path],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONUTF8": "1"},
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_its_configuration_is_one(tmp_path):
    for text in (text for name, text in BLOCKS if name == "toml"):
        path = tmp_path / "report.toml"
        path.write_text(text, encoding="utf-8")
        assert read_config(text, "report.toml").publish.target == "gh-pages"


def test_it_names_the_inputs_of_the_action():
    action = (ROOT / "action.yml").read_text(encoding="utf-8")
    names = re.findall(
        r"^  ([\w-]+):$", action.split("inputs:")[1].split("outputs:")[0], re.MULTILINE
    )
    assert names
    assert not [name for name in names if f"| `{name}` |" not in PAGE]
