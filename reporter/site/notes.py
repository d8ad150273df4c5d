"""The note that a person wrote to a run or an experiment: Markdown in a tag."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from reporter.renderers.markdown import to_html
from reporter.site.payload import well_formed

__all__ = ["NOTE_TAG", "render_note"]

NOTE_TAG = "mlflow.note.content"


def render_note(text: str, find_file: Callable[[str], str] | None = None) -> Markup:
    """Render a note as HTML that is safe to show.

    Parameters
    ----------
    text : str
        Markdown.
    find_file : callable, optional
        Turns a relative path in the note into the href of that artifact, or into ``""``.

    Returns
    -------
    Markup
        Empty for an empty note.
    """
    return to_html(well_formed(text), find_file)
