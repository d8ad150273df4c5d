"""The commands of docs/sharing.md do what the page says."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "sharing.md").read_text(encoding="utf-8")
PUBLISHED = "https://ana.github.io/digits/"
COMMANDS = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for line in block.replace("\\\n", " ").splitlines()
]
CODE = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, report: Callable[..., object]) -> Path:
    """A folder with what the commands name: two stores, and a zip of the older one."""
    folder = tmp_path_factory.mktemp("sharing")
    shutil.copytree(ROOT / "sample_runs", folder / "runs")
    shutil.copytree(ROOT / "sample_runs", folder / "old_runs")
    experiment = next(path for path in sorted((folder / "old_runs").iterdir()) if path.is_dir())
    for run in [path for path in sorted(experiment.iterdir()) if path.is_dir()][:5]:
        shutil.rmtree(run)
    packed = report("build", "old_runs", "--zip", "main.zip", cwd=folder)
    assert packed.returncode == 0, packed.stderr
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_run(command: str, place: Path, report: Callable[..., object]) -> None:
    words = shlex.split(command.partition(">>")[0].replace(PUBLISHED, "main.zip"))
    assert words[0] == "report"
    done = report(*words[1:], cwd=place)
    is_check = "--fail-if" in words or "--strict" in words
    assert done.returncode in ((0, 1) if is_check else (0,)), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("code", CODE)
def test_examples_run(code: str, run_python: Callable[..., object]) -> None:
    done = run_python("-c", code, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "digits-mlp" in done.stdout
