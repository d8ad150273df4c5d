"""Compiled templates: found again, made again when they must be, and never in the way."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from reporter.site.kept_templates import kept_templates


@pytest.fixture(autouse=True)
def cache_home(tmp_path, monkeypatch) -> Path:
    home = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    return home


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "templates"
    made.mkdir()
    (made / "page.html").write_text("Hello {{ name }}", encoding="utf-8")
    return made


def render(folder: Path, settings: Path) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        bytecode_cache=kept_templates(settings),
    )
    return environment.get_template("page.html").render(name="A")


def kept(home: Path) -> list[Path]:
    return sorted((home / "runpages" / "templates").glob("*.bin"))


def test_a_template_is_compiled_once(folder, cache_home, monkeypatch):
    assert render(folder, Path(__file__)) == "Hello A"
    assert len(kept(cache_home)) == 1
    monkeypatch.setattr(jinja2.Environment, "compile", None)
    assert render(folder, Path(__file__)) == "Hello A"


def test_an_edited_template_is_compiled_again(folder, cache_home):
    render(folder, Path(__file__))
    (folder / "page.html").write_text("Bye {{ name }}", encoding="utf-8")
    assert render(folder, Path(__file__)) == "Bye A"
    assert len(kept(cache_home)) == 1


def test_other_settings_have_templates_of_their_own(folder, cache_home, tmp_path):
    render(folder, Path(__file__))
    (tmp_path / "settings.py").write_text("other = 1\n", encoding="utf-8")
    render(folder, tmp_path / "settings.py")
    assert len(kept(cache_home)) == 2


@pytest.mark.parametrize("content", [b"", b"j2\x00cut"])
def test_a_damaged_file_is_replaced(folder, cache_home, content):
    render(folder, Path(__file__))
    [path] = kept(cache_home)
    whole = path.read_bytes()
    path.write_bytes(content)
    assert render(folder, Path(__file__)) == "Hello A"
    assert path.read_bytes() == whole


def test_without_a_place_nothing_is_kept(folder, cache_home):
    cache_home.write_text("a file where the folder should be", encoding="utf-8")
    assert kept_templates(Path(__file__)) is None
    assert render(folder, Path(__file__)) == "Hello A"


def test_a_full_disk_is_no_reason_to_fail(folder, monkeypatch):
    def fail(*_args, **_settings):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("jinja2.bccache.tempfile.NamedTemporaryFile", fail)
    assert render(folder, Path(__file__)) == "Hello A"
