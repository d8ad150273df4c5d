"""Colours and pictures of the report's own: a style sheet over ours, a logo, an icon.

A colour that cannot be read is made darker or lighter until it can; what was changed is told as a
problem. Knows no template.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reporter.charts import PALETTE
from reporter.config import Config
from reporter.errors import ConfigError
from reporter.model import Problem

__all__ = ["Branding", "Picture", "contrast", "legible", "make_branding"]

TEXT_CONTRAST = 4.5
MARK_CONTRAST = 3.0
"""WCAG 2.2, success criteria 1.4.3 and 1.4.11."""

SURFACES = {
    "light": ("#ffffff", "#f1f1ed"),
    "dark": ("#101214", "#20252a"),
}
"""Of ``css/tokens.css`` the lightest and the darkest ground that text stands on."""

_WEAK_SHARE = {"light": 0.09, "dark": 0.2}
"""How much of the accent is in the tint of what is selected."""

MAX_PICTURE_BYTES = 500_000
MEDIA_TYPES = {
    "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg",
    "webp": "image/webp", "gif": "image/gif", "ico": "image/x-icon",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A logo or an icon."""

    extension: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Branding:
    """What a configuration says about the look of a site.

    Parameters
    ----------
    css : str
        Custom properties that go over those of ``css/tokens.css``; empty when nothing was said.
    logo, icon : Picture or None
    problems : tuple of Problem
        Colours that had to be changed.
    """

    css: str = ""
    logo: Picture | None = None
    icon: Picture | None = None
    problems: tuple[Problem, ...] = ()


def make_branding(config: Config) -> Branding:
    """Read pictures and settle colours.

    Parameters
    ----------
    config : Config

    Returns
    -------
    Branding

    Raises
    ------
    ConfigError
        A picture cannot be read.
    """
    problems: list[Problem] = []
    light = dict(_colors(config, "light", problems))
    dark = dict(_colors(config, "dark", problems))
    logo = _picture(config, config.theme.logo)
    return Branding(
        css=_sheet(light, dark),
        logo=logo,
        icon=_picture(config, config.theme.favicon) or logo,
        problems=tuple(problems),
    )


def contrast(one: str, other: str) -> float:
    """Return the WCAG 2 contrast ratio of two colours.

    Parameters
    ----------
    one, other : str
        ``#rrggbb``.

    Returns
    -------
    float
        From 1 to 21.

    Examples
    --------
    >>> round(contrast("#000000", "#ffffff"), 1)
    21.0
    """
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def legible(color: str, surfaces: Sequence[str], least: float) -> str:
    """Make a colour darker on light ground, or lighter on dark, until it has enough contrast.

    Parameters
    ----------
    color : str
    surfaces : sequence of str
    least : float
        The contrast needed against each of them.

    Returns
    -------
    str
        The colour itself when it is strong enough.
    """
    end = "#000000" if _luminance(surfaces[0]) > 0.5 else "#ffffff"
    steps = (mix(color, end, share / 50) for share in range(51))
    return next(c for c in steps if all(contrast(c, ground) >= least for ground in surfaces))


def mix(color: str, other: str, share: float) -> str:
    """Mix two colours: `share` of the other, from 0 to 1."""
    pairs = zip(_channels(color), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _channels(color: str) -> tuple[int, ...]:
    return tuple(int(color[at : at + 2], 16) for at in (1, 3, 5))


def _luminance(color: str) -> float:
    shares = [channel / 255 for channel in _channels(color)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _colors(config: Config, name: str, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    """Yield the custom properties of one theme."""
    theme, ground = config.theme, SURFACES[name]
    is_dark = name == "dark"
    accent = (theme.accent_dark if is_dark else "") or theme.accent
    if accent:
        key = "accent_dark" if is_dark and theme.accent_dark else "accent"
        is_own = not is_dark or bool(theme.accent_dark)
        weak = mix(ground[0], accent, _WEAK_SHARE[name])
        strong = legible(accent, (*ground, weak), TEXT_CONTRAST)
        if is_own and strong != accent.lower():
            problems.append(_weak(config, key, accent, strong, name))
        yield "accent", strong
        yield "accent-weak", weak
        yield "on-accent", max(("#ffffff", "#0d1520"), key=lambda c: contrast(c, strong))
    own = theme.colors_dark if is_dark else theme.colors
    colors = own or theme.colors
    for place, color in enumerate(colors[: len(PALETTE["light"])], start=1):
        strong = legible(color, ground, MARK_CONTRAST)
        if own and strong != color.lower():
            key = f"colors{'_dark' if is_dark else ''}[{place}]"
            problems.append(_weak(config, key, color, strong, name))
        yield f"c{place}", strong


def _weak(config: Config, key: str, color: str, strong: str, theme: str) -> Problem:
    return Problem(
        what="Colour too weak",
        where=f"{os.path.basename(config.path)} theme.{key}",
        detail=f"{color} cannot be read on the {theme} theme; {strong} is shown",
        hint=f"Write {strong}, or another colour of more contrast",
    )


def _sheet(light: dict[str, str], dark: dict[str, str]) -> str:
    if not light and not dark:
        return ""
    chosen = f':root[data-theme="dark"] {{ {_properties(dark)} }}'
    system = f":root:not([data-theme]) {{ {_properties(dark)} }}"
    return (
        f":root {{ {_properties(light)} }}\n@media screen {{ {chosen} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ {system} }}\n"
    )


def _properties(colors: dict[str, str]) -> str:
    return "; ".join(f"--{name}: {color}" for name, color in colors.items())


def _picture(config: Config, name: str) -> Picture | None:
    if not name:
        return None
    path, extension = config.file(name), name.rsplit(".", 1)[-1].lower()
    where = f"'{config.path}': the picture '{name}'"
    if extension not in MEDIA_TYPES:
        raise ConfigError(f"{where} has no known type.", f"Known: {', '.join(MEDIA_TYPES)}.")
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_PICTURE_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{where} cannot be read: {error.strerror or error}.") from error
    if len(data) > MAX_PICTURE_BYTES:
        raise ConfigError(
            f"{where} is larger than {MAX_PICTURE_BYTES // 1000} kB.",
            "Every page loads it: make it smaller.",
        )
    return Picture(extension=extension, data=data)
