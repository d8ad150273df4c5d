"""What all tests share: the checkout, a command line in a fresh process, the sample site."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # a plain checkout, nothing installed
    sys.path.insert(0, str(ROOT))

from tests import objectstore  # noqa: E402  # found once the checkout is on the path

Runner = Callable[..., "subprocess.CompletedProcess[str]"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write tests/golden/<case>/site anew from what is built now; read the diff afterwards",
    )


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave scripts and builders alone, which doctest would import to look inside."""
    is_script = collection_path.suffix == ".py" and not collection_path.name.startswith("test_")
    return True if is_script and ROOT / "tests" in collection_path.parents else None


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def in_ci() -> bool:
    """Whether nothing of ours may be skipped."""
    return os.environ.get("CI", "") not in ("", "0", "false")


@pytest.fixture(scope="session")
def unavailable(in_ci: bool) -> Callable[[str], NoReturn]:
    """Skip because the machine lacks something; in CI, fail instead."""

    def stop(reason: str) -> NoReturn:
        if in_ci:
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)

    return stop


@pytest.fixture(scope="session")
def needs_git(unavailable: Callable[[str], NoReturn]) -> None:
    """Ask for git, which nothing but publishing to branches needs."""
    if shutil.which("git") is None:
        unavailable("no git on the PATH")


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests neither read nor write where the person who runs them keeps runs."""
    for name in list(os.environ):
        if name.startswith(("MLFLOW_", "REPORTER_", "RUNPAGES_")):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """Environment for child processes: the checkout first, UTF-8, no settings of the user."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MLFLOW_", "REPORTER_", "RUNPAGES_"))
    }
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}


@pytest.fixture(scope="session")
def run_python(environment: dict[str, str]) -> Runner:
    """Run Python in a fresh process, e.g. ``run_python("-c", "import reporter", cwd=folder)``."""

    def run(*arguments: str, cwd: Path | None = None, timeout: float = 600) -> object:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=cwd or ROOT,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def report(run_python: Runner) -> Runner:
    """Run the command line in a fresh process, e.g. ``report("build", "sample_runs")``."""

    def run(*arguments: str, cwd: Path | None = None) -> object:
        return run_python("-m", "reporter.cli", *arguments, cwd=cwd)

    return run


@pytest.fixture(scope="session")
def sample_site(report: Runner, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of ``sample_runs``, built once by the command line. Only to be read."""
    site = tmp_path_factory.mktemp("sample") / "site"
    done = report("build", str(ROOT / "sample_runs"), "-o", str(site))
    assert done.returncode == 0, done.stdout + done.stderr
    return site


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of ``sample_runs``, so that no test can change the original."""
    return Path(shutil.copytree(ROOT / "sample_runs", tmp_path_factory.mktemp("store") / "runs"))


@pytest.fixture(scope="session")
def s3_server() -> Iterator[objectstore.Server]:
    """An S3 server on loopback, in a process of its own."""
    with objectstore.running_server() as server:
        yield server


@pytest.fixture
def bucket(
    s3_server: objectstore.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> objectstore.Bucket:
    """An empty bucket, with credentials and our folders in the environment."""
    made = objectstore.make_bucket(s3_server, f"bucket-{os.urandom(4).hex()}")
    made.environment |= objectstore.folders(tmp_path)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made
