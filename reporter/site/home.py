"""The home page's own words: description and text of the configuration, as HTML safe to show.

Pictures that the text names, and that lie beside it, go into the site.
"""

from __future__ import annotations

import hashlib
import os

from markupsafe import Markup

from reporter.config import Config
from reporter.errors import ConfigError
from reporter.site import links
from reporter.site.branding import MEDIA_TYPES
from reporter.site.notes import render_note
from reporter.site.writing.output import SiteOutput

__all__ = ["home_texts"]


def home_texts(config: Config, output: SiteOutput) -> tuple[Markup, Markup]:
    """Render what the configuration says about the report.

    Parameters
    ----------
    config : Config
    output : SiteOutput
        Takes the pictures.

    Returns
    -------
    description, home : Markup
        Either may be empty.

    Raises
    ------
    ConfigError
        The file that holds the text cannot be read.
    """

    def ship(path: str) -> str:
        return _ship_picture(os.path.join(os.path.dirname(source), path), output)

    source = config.path
    description = render_note(config.description, ship)
    source, text = _home(config)
    return description, render_note(text, ship)


def _home(config: Config) -> tuple[str, str]:
    """Return where the text stands, and the text."""
    if not config.home.endswith(".md"):
        return config.path, config.home
    path = config.file(config.home)
    try:
        with open(path, encoding="utf-8-sig") as stream:
            return path, stream.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(
            f"'{config.path}': the home page '{config.home}' cannot be read: {reason}."
        ) from error


def _ship_picture(path: str, output: SiteOutput) -> str:
    """Put a picture into the site; empty when there is none, or what is there is no picture."""
    extension = path.rsplit(".", 1)[-1].lower()
    if extension not in MEDIA_TYPES or not os.path.isfile(path):
        return ""
    with open(path, "rb") as stream:
        data = stream.read()
    target = links.asset_path("home", hashlib.sha256(data).hexdigest(), extension)
    output.write(target, data)
    return links.href(links.INDEX, target)
