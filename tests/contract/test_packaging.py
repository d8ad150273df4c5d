"""One tree, four ways to use it: wheel, sdist, editable install and plain checkout."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.imports import find_imports

try:
    import tomllib
except ImportError:  # Python 3.10; build brings it
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
TEMPLATES = sorted(
    path.relative_to(ROOT / "templates").as_posix()
    for path in (ROOT / "templates").rglob("*")
    if path.is_file()
)
IGNORED = shutil.ignore_patterns(
    ".*", "__pycache__", "tests", "sample_runs", "benchmarks", "site", "runs"
)
# Prints where templates are found, and that each of them is there.
FIND = """
import json, os, sys
from reporter.site.theme import templates_dir
folder = str(templates_dir())
found = [os.path.relpath(os.path.join(at, name), folder).replace(os.sep, "/")
         for at, _, names in os.walk(folder) for name in names]
print(json.dumps([folder, sorted(found)]))
"""
LOG_AND_BUILD = """
import reporter
with reporter.start_run(run_name="first"):
    reporter.log_param("lr", 0.1)
    for step in range(3):
        reporter.log_metric("loss", 1 / (step + 1), step=step)
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    """A copy of what gets packaged, so that nothing is written into the checkout."""
    folder = tmp_path_factory.mktemp("source") / "checkout"
    site_of_package = ROOT / "reporter" / "site"

    def ignore(folder: str, names: list[str]) -> set[str]:
        skipped = IGNORED(folder, names)
        return skipped - {"site"} if Path(folder) == site_of_package.parent else skipped

    return Path(shutil.copytree(ROOT, folder, ignore=ignore))


def package(source: Path, kind: str, into: Path) -> Path:
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", f"--{kind}", "-o", into, source],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return next(into.glob("*.whl" if kind == "wheel" else "*.tar.gz"))


@pytest.fixture(scope="module")
def wheel(source, tmp_path_factory) -> Path:
    return package(source, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(source, tmp_path_factory) -> Path:
    return package(source, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The wheel's files alone in a folder, as pip would lay them out."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(code: str, path: Path | None, cwd: Path) -> str:
    """Run code with only `path` in front of the installed libraries."""
    before = f"import sys; sys.path.insert(0, {str(path)!r})\n" if path else ""
    done = subprocess.run(
        [sys.executable, "-P" if sys.version_info >= (3, 11) else "-B", "-c", before + code],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def check_templates(printed: str, folder: Path) -> None:
    where, found = json.loads(printed)
    assert Path(where).resolve() == folder.resolve()
    assert set(found) >= set(TEMPLATES)


def test_wheel_holds_the_package_and_its_templates_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {f"reporter/templates/{name}" for name in TEMPLATES} <= set(names)
    assert "reporter/py.typed" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"reporter", "runpages"}
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_wheel_names_the_command(wheel):
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith("entry_points.txt"))
        assert "report = reporter.cli:main" in archive.read(name).decode()


def test_wheel_finds_its_templates(installed, tmp_path):
    check_templates(run(FIND, installed, tmp_path), installed / "reporter" / "templates")


def test_wheel_logs_and_builds_elsewhere(installed, tmp_path):
    run(LOG_AND_BUILD, installed, tmp_path)
    code = "from reporter.cli import main; main(['build'])"
    assert "site" in run(code, installed, tmp_path)
    assert (tmp_path / "site" / "index.html").is_file()


def test_wheel_from_sdist_is_the_same(sdist, wheel, tmp_path):
    with tarfile.open(sdist) as archive:
        if hasattr(tarfile, "data_filter"):
            archive.extractall(tmp_path, filter="data")
        else:
            archive.extractall(tmp_path)
    again = package(next(tmp_path.glob("runpages-*")), "wheel", tmp_path / "dist")
    with zipfile.ZipFile(wheel) as first, zipfile.ZipFile(again) as second:
        assert first.namelist() == second.namelist()
        for name in first.namelist():
            assert first.read(name) == second.read(name), name


def test_editable_install_uses_the_checkout(source, tmp_path):
    """What ``pip install -e`` does: the build backend's hook, unpacked where site looks."""
    code = f"from hatchling.build import build_editable; build_editable({str(tmp_path)!r})"
    run(code, None, source)
    wheel = next(tmp_path.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "packages")
    pointer = next((tmp_path / "packages").glob("*.pth"))
    assert Path(pointer.read_text(encoding="utf-8").strip()).resolve() == source.resolve()
    # In front, so that an editable install of this very checkout does not answer instead.
    packages = str(tmp_path / "packages")
    add = f"import sys; sys.path[:0] = [{packages!r}, {str(source)!r}]\n"
    check_templates(run(add + FIND, None, tmp_path), source / "templates")


def test_plain_checkout_finds_its_templates(source, tmp_path):
    check_templates(run(FIND, source, tmp_path), source / "templates")


def test_what_is_imported_is_declared():
    """Each library that the package imports anywhere is a dependency or is asked for by name."""
    imports = find_imports(ROOT / "reporter")
    # An integration serves a library that the user brings.
    ours = [item for item in imports if item.layer not in {"integrations", "adapters"}]
    from_code = {item.target.split(".")[0] for item in ours}
    third_party = from_code - set(sys.stdlib_module_names) - {"reporter"}
    names = {re.split(r"[<>=\[; ]", line)[0] for line in PROJECT["dependencies"]}
    module_of = {
        "markdown-it-py": "markdown_it",
        "pillow": "PIL",
        "pyyaml": "yaml",
        "vl-convert-python": "vl_convert",
    }
    declared = {module_of.get(name, name) for name in names}
    # Used when the user has them: PyYAML writes .yaml artifacts, Pillow encodes logged arrays,
    # psutil and pynvml (nvidia-ml-py) sample the machine, fsspec opens buckets, onnx (with
    # google's protobuf) and soundfile tell what is in files of theirs, scikit-learn ranks params.
    optional = {"matplotlib", "plotly", "psutil", "pynvml", "fsspec", "onnx", "google", "soundfile"}
    optional |= {"sklearn"}
    assert third_party - declared <= optional
    # Plotly's script is taken from its package's files; Python of it is never imported.
    assert declared - third_party <= {"plotly"}, "declared, but nothing imports it"


def test_version_is_the_one_in_the_changelog():
    import reporter

    headings = re.findall(r"^## \[?(\d+\.\d+\.\d+\S*?)\]?(?: |$)", _changelog(), re.MULTILINE)
    assert headings[0] == reporter.__version__


def _changelog() -> str:
    return (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
