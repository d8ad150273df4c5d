"""How to run a run again, and what made it fail: from the tags that were recorded. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markupsafe import Markup, escape

from reporter.model import Run
from reporter.site.cells import plural

__all__ = ["Recipe", "count_changed_lines", "error_html", "recipe"]

MAX_TRACEBACK_LINES = 12
"""The last frames are those of the user's own code."""

_PLACE = re.compile(r'^\s*File "(?P<file>[^"]*)", line (?P<line>\d+)(?:, in (?P<name>.*))?$')


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What to type, and how exact the result will be.

    Parameters
    ----------
    commands : str
        Lines for a shell; empty when nothing is known.
    diff : str
        Uncommitted changes, as a unified diff.
    note : str
    """

    commands: str = ""
    diff: str = ""
    note: str = ""


def recipe(run: Run) -> Recipe:
    """Say how to run a run again.

    Parameters
    ----------
    run : Run

    Returns
    -------
    Recipe
        Empty when neither commit nor command line was recorded.
    """
    tags = run.data.tags
    commit = tags.get("mlflow.source.git.commit", "")
    diff = tags.get("mlflow.source.git.diff", "")
    command = tags.get("reporter.command", "")
    n_changed = count_changed_lines(diff)
    lines = []
    if commit:
        patch = " && git apply run.diff" if n_changed else ""
        lines.append(f"git checkout {commit}{patch}")
    if command:
        lines.append(command)
    if not lines:
        return Recipe(diff=diff if n_changed else "")
    note = _note(commit, n_changed, tags.get("mlflow.source.git.dirty", ""), diff)
    return Recipe(commands="\n".join(lines), diff=diff if n_changed else "", note=note)


def count_changed_lines(diff: str) -> int:
    """Count the lines that a unified diff adds or removes."""
    lines = diff.splitlines()
    return sum(line[:1] in ("+", "-") and line[:3] not in ("+++", "---") for line in lines)


def error_html(traceback: str) -> Markup:
    """Show what made a run fail: the error first, then where, then the last frames.

    Parameters
    ----------
    traceback : str
        As Python prints it.

    Returns
    -------
    Markup
        Empty when nothing was recorded.

    Examples
    --------
    >>> error_html("ValueError: lr < 0")
    Markup('<b>ValueError</b>: lr &lt; 0')
    """
    lines = traceback.rstrip().splitlines()
    if not lines:
        return Markup()
    kind, colon, message = lines[-1].partition(":")
    html = escape(lines[-1]) if not colon else Markup("<b>{}</b>:{}").format(kind, message)
    places = [match for line in lines if (match := _PLACE.match(line))]
    if places:
        html += Markup('<br><span class="dim">{}</span>').format(_place_text(places[-1]))
    if len(lines) > 1:
        shown = "\n".join(lines[-MAX_TRACEBACK_LINES:])
        html += Markup("<pre>{}</pre>").format(shown)
    return html


def _place_text(place: re.Match[str]) -> str:
    file = place["file"].replace("\\", "/").rsplit("/", 1)[-1]
    inside = f" in {place['name']}" if place["name"] else ""
    return f"{file}:{place['line']}{inside}"


def _note(commit: str, n_changed: int, dirty: str, diff: str) -> str:
    if not commit:
        return "no commit was recorded"
    if n_changed:
        return f"exact but for {plural(n_changed, 'uncommitted line')}, shown below"
    if diff or dirty.lower() == "true":
        return "with uncommitted changes that were not recorded"
    return "exact" if dirty else ""
