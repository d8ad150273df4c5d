from __future__ import annotations

import re

import pytest

from reporter.config import read_config
from reporter.errors import ConfigError
from reporter.site.branding import contrast, legible, make_branding
from reporter.site.theme import templates_dir

LIGHT = ("bg", "surface", "sunken", "hover")


def tokens(theme: str) -> dict[str, str]:
    sheet = (templates_dir() / "css" / "tokens.css").read_text("utf-8")
    start = sheet.index(":root {" if theme == "light" else ':root[data-theme="dark"] {')
    return dict(re.findall(r"--([\w-]+): (#\w{6})", sheet[start : sheet.index("}", start)]))


def own(css: str) -> tuple[dict[str, str], dict[str, str]]:
    light, chosen, system = (
        dict(re.findall(r"--([\w-]+): (#\w{6})", line)) for line in css.splitlines()
    )
    assert chosen == system
    return light, chosen


@pytest.mark.parametrize("color", ["#ffffff", "#000000", "#e0b000", "#1d5bb8", "#777777"])
def test_every_accent_can_be_read_in_both_themes(color):
    branding = make_branding(read_config(f"[theme]\naccent = '{color}'\ncolors = ['{color}']"))
    for theme, said in zip(("light", "dark"), own(branding.css), strict=True):
        grounds = [tokens(theme)[name] for name in LIGHT]
        for ground in (*grounds, said["accent-weak"]):
            assert contrast(said["accent"], ground) >= 4.5
        assert contrast(said["accent"], said["on-accent"]) >= 4.5
        assert all(contrast(said["c1"], ground) >= 3 for ground in grounds)


def test_a_color_that_is_strong_enough_stays_and_a_weak_one_is_told():
    fine = make_branding(read_config("[theme]\naccent = '#1D5BB8'\naccent_dark = '#82b1ff'"))
    light, dark = own(fine.css)
    assert (light["accent"], dark["accent"]) == ("#1d5bb8", "#82b1ff")
    assert fine.problems == ()
    weak = make_branding(read_config("[theme]\naccent = '#ffee00'\ncolors_dark = ['#101010']"))
    assert [problem.where for problem in weak.problems] == [
        "report.toml theme.accent", "report.toml theme.colors_dark[1]",
    ]  # fmt: skip
    assert own(weak.css)[0]["accent"] in weak.problems[0].hint
    assert legible("#ffee00", ("#ffffff",), 4.5) == "#807700"


def test_nothing_said_changes_nothing():
    assert make_branding(read_config("title = 'x'")).css == ""


def test_pictures(tmp_path):
    (tmp_path / "logo.svg").write_bytes(b"<svg/>")
    (tmp_path / "big.png").write_bytes(bytes(600_000))
    path = str(tmp_path / "report.toml")
    branding = make_branding(read_config("[theme]\nlogo = 'logo.svg'", path))
    assert branding.logo == branding.icon
    assert branding.logo is not None
    assert (branding.logo.extension, branding.logo.data) == ("svg", b"<svg/>")
    for name, message in {
        "none.png": "cannot be read: No such file",
        "logo.bmp": "has no known type",
        "big.png": "larger than 500 kB",
    }.items():
        with pytest.raises(ConfigError, match=message):
            make_branding(read_config(f"[theme]\nfavicon = '{name}'", path))
