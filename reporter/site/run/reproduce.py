"""How to run a run again, and what made it fail: from the tags that were recorded. Pure."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from markupsafe import Markup, escape

from reporter.model import Run
from reporter.site.cells import plural
from reporter.site.run.contexts import DiffLine
from reporter.site.run.environment import remote_of
from reporter.site.run.packages import install_command

__all__ = ["DIFF_NAME", "Recipe", "count_changed_lines", "diff_lines", "error_html", "recipe"]

DIFF_NAME = "run.diff"
MAX_DIFF_LINES = 400
"""In the page; the file has all."""

MAX_TRACEBACK_LINES = 12
"""The last frames are those of the user's own code."""

_HEADINGS = (
    "+++",
    "---",
    "@@",
    "diff ",
    "index ",
    "new file",
    "deleted file",
    "rename ",
    "similarity ",
)

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
    kept = diff if n_changed else ""
    if not commit and not command:
        return Recipe(diff=kept)
    remote = remote_of(tags)
    lines = [f"git clone {remote.url} && cd {remote.name}"] if remote and commit else []
    if commit:
        patch = f" && git apply {DIFF_NAME}" if n_changed else ""
        lines.append(f"git checkout {commit}{patch}")
    if install := install_command(tags) or _install_from_file(run):
        python = tags.get("reporter.python", "")
        lines.append(f"{install}  # Python {python}" if python else install)
    if command:
        lines.append(command)
    note = _note(commit, n_changed, tags.get("mlflow.source.git.dirty", ""), diff)
    return Recipe(commands="\n".join(lines), diff=kept, note=note)


def _install_from_file(run: Run) -> str:
    """Say how to install what a file of the run lists, when the run itself recorded nothing."""
    names = {a.path.rsplit("/", 1)[-1]: a.path for a in reversed(run.artifacts)}
    if path := names.get("requirements.txt"):
        return f"pip install -r {shlex.quote(path)}"
    path = names.get("conda.yaml", "")
    return f"conda env create -f {shlex.quote(path)}" if path else ""


def diff_lines(diff: str) -> tuple[DiffLine, ...]:
    r"""Tell apart what a unified diff adds, removes and says about itself.

    Parameters
    ----------
    diff : str

    Returns
    -------
    tuple of DiffLine
        The first of them when they are many, and then how many more there are.

    Examples
    --------
    >>> [line.kind for line in diff_lines("@@ -1 +1 @@\n-x = 1\n+x = 2\n y")]
    ['muted', 'del', 'add', '']
    """
    lines = diff.splitlines()
    shown = tuple(DiffLine(kind=_diff_kind(line), text=line) for line in lines[:MAX_DIFF_LINES])
    more = len(lines) - len(shown)
    note = DiffLine(kind="muted", text=f"({plural(more, 'line')} more in {DIFF_NAME})")
    return (*shown, note) if more else shown


def _diff_kind(line: str) -> str:
    if line.startswith(_HEADINGS):
        return "muted"
    return {"+": "add", "-": "del"}.get(line[:1], "")


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
