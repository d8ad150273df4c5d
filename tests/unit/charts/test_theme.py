from __future__ import annotations

import re
from pathlib import Path

import pytest

from reporter.charts import theme

SHEET = Path(__file__).resolve().parents[3] / "templates" / "css" / "tokens.css"
SELECTORS = {"light": ":root {", "dark": ':root[data-theme="dark"] {'}


def css_tokens(selector: str) -> dict[str, str]:
    """Read the custom properties of the first rule of a selector."""
    text = SHEET.read_text(encoding="utf-8")
    body = text[text.index(selector) :].split("}")[0]
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", body))


@pytest.mark.parametrize("name", theme.THEMES)
def test_colours_are_those_of_the_style_sheet(name):
    css = css_tokens(SELECTORS[name])
    assert [css[f"c{i}"] for i in range(1, 9)] == list(theme.PALETTE[name])
    for token, color in theme._TOKENS[name].items():
        assert css[token] == color, token


@pytest.mark.parametrize("name", theme.THEMES)
def test_configuration_is_complete_and_of_one_theme(name):
    config = theme.config(name)
    other = theme.PALETTE["dark" if name == "light" else "light"]
    assert config["background"] == "transparent"
    assert config["range"]["category"] == list(theme.PALETTE[name])
    assert not any(color in repr(config) for color in other)


@pytest.mark.parametrize("name", theme.THEMES)
def test_altair_accepts_the_configuration(name):
    import altair as alt

    alt.Config.from_dict(theme.config(name))
