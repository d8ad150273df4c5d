"""A folder is a test: the site of ``<case>/store`` is what ``<case>/site`` holds.

Kept is what is ours and reads well in a diff: pages, data files, and the list of all files. Left
out is what libraries make (Vega and its specs, Parquet), our style sheet and script, and copies of
what was logged; digests in names and the version are blanked. ``pytest tests/golden
--update-golden`` writes the sites anew, never in CI.
"""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
CASES = sorted(path.parent.name for path in HERE.glob("*/store"))
DIGEST = re.compile(r"-[0-9a-f]{10}(?=\.(?:js|css)\b|\")")
LEFT_OUT = re.compile(r"^(assets/|artifacts/|data/(charts|spec)-|report\.manifest\.json$)")
FILES = "files.txt"


def build(case: str, output: Path) -> Path:
    from reporter.site.build import build as build_site
    from reporter.site.writing.output import FolderOutput
    from reporter.store.reader import open_store

    reader = open_store("store")
    build_site(reader, FolderOutput(str(output), reader.location), title=f"Golden {case}")
    return output


def blank(text: str) -> str:
    import reporter

    text = DIGEST.sub("-HASH", text)
    return text.replace(f"runpages {reporter.__version__}", "runpages VERSION").replace(
        f'"version":"{reporter.__version__}"', '"version":"VERSION"'
    )


def picture(site: Path) -> dict[str, str]:
    """Return what a golden folder holds: relative path → text."""
    paths = sorted(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
    kept = {FILES: "".join(f"{path}\n" for path in sorted(map(blank, paths)))}
    for path in paths:
        if path.endswith((".html", ".js", ".csv")) and not LEFT_OUT.match(path):
            kept[blank(path)] = blank((site / path).read_text(encoding="utf-8"))
    return kept


def write(folder: Path, kept: dict[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in kept.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")


def read(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("case", CASES)
def test_the_site_is_the_golden_one(case, tmp_path, monkeypatch, request, in_ci):
    monkeypatch.chdir(HERE / case)
    built = picture(build(case, tmp_path / "site"))
    golden = HERE / case / "site"
    if request.config.getoption("--update-golden"):
        assert not in_ci, "golden sites are written by people who read the diff"
        write(golden, built)
    expected = read(golden)
    assert built[FILES] == expected.get(FILES), "pytest tests/golden --update-golden, if meant"
    for path in sorted(expected):
        assert built[path] == expected[path], f"{path}: --update-golden, if meant"
    assert set(built) == set(expected)


@pytest.mark.parametrize("case", CASES)
def test_a_second_build_writes_the_same_bytes(case, tmp_path, monkeypatch):
    monkeypatch.chdir(HERE / case)
    first, second = build(case, tmp_path / "first"), build(case, tmp_path / "second")
    names = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert names == sorted(p.relative_to(second) for p in second.rglob("*") if p.is_file())
    assert not [
        name for name in names if (first / name).read_bytes() != (second / name).read_bytes()
    ]


class Elements(HTMLParser):
    """Collects what a browser would run or refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.active: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and not given.get("src"):
            self.active.append("script without src")
        if tag == "img" and given.get("src") == "x":
            self.active.append("img that was logged as text")
        for name, value in attrs:
            if name.startswith("on") or name == "style" or (value or "").startswith("javascript:"):
                self.active.append(f"{tag} {name}={value}")


def test_what_was_logged_stays_text(tmp_path, monkeypatch):
    """Names and values that try to break out of the page do not."""
    monkeypatch.chdir(HERE / "one_experiment")
    site = build("one_experiment", tmp_path / "site")
    pages = [site / "index.html", *site.glob("run/*.html"), *site.glob("experiment/*/*.html")]
    for page in pages:
        elements = Elements()
        elements.feed(page.read_text(encoding="utf-8"))
        assert elements.active == []
    assert len(pages) > 3
    for data in site.glob("data/*.js"):
        text = data.read_text(encoding="utf-8").lower()
        assert "</script" not in text
        assert "<!--" not in text
