from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from reporter.config import (
    Config,
    find_config,
    load_config,
    parse_size,
    read_config,
    reference,
    sample,
)
from reporter.errors import ConfigError, InvalidInputError

DOCS = Path(__file__).resolve().parents[3] / "docs" / "configuration.md"


def uncommented(text: str) -> str:
    """Take the marks away from settings, which have no space after them."""
    return re.sub(r"^#(?=\S)", "", text, flags=re.MULTILINE)


def test_nothing_said_is_all_defaults():
    assert read_config("") == Config(path="report.toml")
    assert load_config(folder="/nowhere/at/all") == Config()


def test_every_setting_of_the_sample_can_be_switched_on():
    assert read_config(sample()) == Config(path="report.toml")
    config = read_config(uncommented(sample()))
    for item in fields(Config):
        if item.name == "may_run_code":  # says who named the file; no key of it
            continue
        assert getattr(config, item.name), item.name
    assert config.views[0].sort == ("-metrics.val_acc",)
    assert config.artifacts.rules[0].max_size_bytes == 500_000_000
    assert config.metrics["val_loss"].definition("val_loss").direction == "min"


def test_the_page_of_documentation_names_every_setting():
    text = DOCS.read_text(encoding="utf-8")
    between = text.split("<!-- settings: begin -->\n")[1].split("<!-- settings: end -->")[0]
    assert between == reference()


def test_examples_in_the_documentation_are_valid():
    for block in re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL):
        assert read_config(block) != Config(path="report.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("titel = 'a'", "'report.toml', line 1: Unknown key 'titel'. Did you mean 'title'?"),
        ("\n\n[theme]\nacent = 'a'", "line 4: Unknown key 'theme.acent'. Did you mean 'accent'"),
        ("[[views]]\nname = 'a'\n[[views]]\nname = 'b'\nsrot = ['x']", "line 5: Unknown key"),
        ("max_size = '3 MB'", "Unknown key 'max_size'. It belongs under [artifacts]."),
        ("[theme]\naccent = 3", "line 2: 'theme.accent' must be a text in quotes, not 3."),
        ("[theme]\naccent = 'blue'", "line 2: 'theme.accent': 'blue' is no colour."),
        ("columns = 'a'", "line 1: 'columns' must be a list in brackets, not 'a'."),
        ("columns = ['a', 3]", "line 1: 'columns[2]' must be a text in quotes, not 3."),
        ("theme = 'dark'", "line 1: 'theme' must be a table, not 'dark'."),
        ("[views]\nname = 'a'", "line 1: 'views' must be headed [[views]], not a table."),
        ("[[views]]\nquery = 'a'", "line 1: 'views[1]' needs the key 'name'."),
        ("[metrics.'a/b']\ndirection = 'up'", "line 2: 'metrics.\"a/b\".direction': 'up' is none"),
        ("[[artifacts.rules]]\npath = 'x'\npublish = 'no'", "line 3: 'artifacts.rules[1].publish'"),
        ("[artifacts]\nmax_size = '3 parsecs'", "'3 parsecs' is no size. Write it like"),
        ("[[views]]\nname = 'a'\nlink = 'index.html'", "has no '#'"),
        ("title = ", "is not TOML"),
        ("theme.accent = true", "line 1: 'theme.accent' must be a text in quotes, not true."),
    ],
)
def test_what_means_nothing_is_an_error_that_says_where(text, message):
    with pytest.raises(ConfigError) as error:
        read_config(text)
    assert message in str(error.value)


def test_the_store_comes_before_the_working_directory(tmp_path):
    store, here = tmp_path / "store", tmp_path / "here"
    for folder in (store, here):
        folder.mkdir()
    (here / "report.toml").write_text("title = 'here'")
    assert load_config(store=str(store), folder=str(here)).title == "here"
    (store / "report.toml").write_text("title = 'store'")
    assert find_config(str(store), str(here)) == str(store / "report.toml")
    assert load_config(store=str(store), folder=str(here)).title == "store"
    (tmp_path / "mine.toml").write_text("\ufefftitle = 'mine'\n[theme]\nlogo = 'a.svg'", "utf-8")
    config = load_config(str(tmp_path / "mine.toml"), str(store), str(here))
    assert config.title == "mine"
    assert config.file(config.theme.logo) == str(tmp_path / "a.svg")


def test_a_file_that_is_asked_for_must_be_there(tmp_path):
    with pytest.raises(ConfigError, match=r"cannot be read: No such file.* 'report init'"):
        load_config(str(tmp_path / "none.toml"))
    (tmp_path / "latin.toml").write_bytes(b"title = '\xe9'")
    with pytest.raises(ConfigError, match="not UTF-8 at byte 9"):
        load_config(str(tmp_path / "latin.toml"))


def test_sizes():
    assert parse_size("2 MiB") == 2 * 1024 * 1024
    for text in ("", "MB", "-3", "1e9"):
        with pytest.raises(InvalidInputError):
            parse_size(text)
