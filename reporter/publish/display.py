"""A report inside a notebook: the site's own pages, whole, in one output of one cell.

The runs are built as a site, packed into one file, and that file is the text of a frame: so styles
do not leak either way, the notebook can be exported and opened offline, and what was logged runs
in a sandbox that reaches neither the notebook nor the network. Knows nothing of notebooks beyond
the two methods by which they ask an object for HTML.
"""

from __future__ import annotations

import base64
import hashlib
import html
import os
import tempfile
from collections.abc import Sequence
from functools import cache
from importlib import resources
from urllib.parse import quote

from reporter.errors import PublishError
from reporter.publish.built import open_site
from reporter.publish.chosen import ChosenRuns
from reporter.publish.single_file import write_single_file
from reporter.publish.sources import open_runs
from reporter.site import links
from reporter.site.build import build
from reporter.site.numbers import format_bytes
from reporter.site.writing.output import FolderOutput
from reporter.site.writing.whole_file import write_whole
from reporter.store.ports import StoreReader

__all__ = ["Display", "embed", "make_display"]

LARGE_ARTIFACT_BYTES = 1_000_000
"""Larger artifacts are left out: a notebook keeps each of its outputs inside."""

MAX_RUN_PAGES = 200
"""Runs that get a page of their own; the table shows all."""

# A frame may use what it carries; these are what a reader would miss.
_SANDBOX = "allow-scripts allow-downloads allow-popups allow-popups-to-escape-sandbox"
_STYLE = "<style>[data-role=copy-link], body > footer { display: none !important }</style>"


class Display:
    """A report that notebooks show when it is the value of a cell.

    Parameters
    ----------
    document : str
        The report in one HTML file.
    summary : str
        What it shows, in a few words.
    height_px : int
        Of the frame; its lower edge can be dragged.
    """

    def __init__(self, document: str, summary: str, height_px: int) -> None:
        self._document = document
        self._summary = summary
        self._height_px = height_px

    @property
    def size_bytes(self) -> int:
        """How much longer the report makes a notebook."""
        return len(self._document.encode())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the report as an HTML file.

        Parameters
        ----------
        path : str or path-like
        """
        write_whole(os.fspath(path), self._document.encode())

    def __repr__(self) -> str:
        return f"<Report of {self._summary}; save('report.html') writes it>"

    def _repr_html_(self) -> str:
        """Return the frame, with the report in it."""
        return (
            f'<iframe title="Report of {html.escape(self._summary)}" sandbox="{_SANDBOX}" '
            'allow="clipboard-write; fullscreen" loading="lazy" '
            f'style="width:100%;height:{self._height_px}px;border:1px solid #d2d2cb;'
            'border-radius:8px;resize:vertical;overflow:auto;display:block" '
            f'srcdoc="{html.escape(self._document)}"></iframe>'
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Return what a notebook keeps: the frame, and words for where frames are not shown."""
        del include, exclude  # both kinds are small beside the frame; the notebook chooses
        return {"text/html": self._repr_html_(), "text/plain": repr(self)}


def make_display(
    source: str,
    *,
    run_ids: Sequence[str] | None = None,
    view: str = "",
    height_px: int = 560,
    max_bytes: int = 10_000_000,
) -> Display:
    """Build a report to be shown in a notebook.

    Parameters
    ----------
    source : str
        Where the runs are, as :func:`reporter.publish.sources.open_runs` takes it.
    run_ids : sequence of str, optional
        The runs to show; all when None. One run alone is shown on its page.
    view : str
        The part of an experiment's page to begin with, such as ``charts``.
    height_px : int
    max_bytes : int
        Artifacts are left out when the report would be larger.

    Returns
    -------
    Display

    Raises
    ------
    PublishError
        The report is larger, even without artifacts.
    RunNotFoundError
        The store has no such run.
    """
    with open_runs(source) as opened:
        reader = opened if run_ids is None else ChosenRuns(opened, run_ids)
        start, n_runs = _first_page(reader, view)
        document = _pack(reader, LARGE_ARTIFACT_BYTES)
        if len(document) > max_bytes:
            document = _pack(reader, 0)
    summary = f"{n_runs:,} run{'' if n_runs == 1 else 's'}"
    if len(document) > max_bytes:
        raise PublishError(
            f"The report of {summary} has {format_bytes(len(document))} without artifacts, and "
            f"{format_bytes(max_bytes)} are allowed.",
            "Show fewer runs, or allow more with max_bytes=...; 'report serve' shows all in the "
            "browser.",
        )
    return Display(embed(document.decode(), start), summary, height_px)


def embed(document: str, start: str) -> str:
    """Make a report in one file fit to be the text of a frame.

    Parameters
    ----------
    document : str
        As :func:`reporter.publish.single_file.write_single_file` writes it.
    start : str
        The part of its address after ``#`` with which it begins.

    Returns
    -------
    str
    """
    script = _script()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    for old, new in (
        ("<html ", f'<html data-start="{html.escape(start)}" '),
        ("script-src ", f"script-src 'sha256-{digest}' "),
        ('<meta name="viewport"', f'<script>{script}</script>{_STYLE}<meta name="viewport"'),
    ):
        document = document.replace(old, new, 1)
    return document


def _first_page(reader: StoreReader, view: str) -> tuple[str, int]:
    """Choose what is seen first: the run, the experiment, or all of them."""
    runs = [run.info for run in reader.runs() if run.info.lifecycle_stage == "active"]
    experiments = {run.experiment_id for run in runs}
    page, tab = links.INDEX, ""
    if len(runs) == 1:
        page = links.run_page(runs[0].run_id)
    elif len(experiments) == 1:
        page, tab = links.experiment_page(experiments.pop()), f"&tab={quote(view)}" if view else ""
    return f"v=1&page={quote(page)}{tab}", len(runs)


def _pack(reader: StoreReader, max_artifact_bytes: int) -> bytes:
    """Build the site of a reader's runs in a temporary folder, and return it as one file."""
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        site = os.path.join(folder, "site")
        build(
            reader,
            FolderOutput(site),
            full_data=False,
            run_pages=MAX_RUN_PAGES,
            max_artifact_bytes=max_artifact_bytes,
        )
        path = os.path.join(folder, "report.html")
        write_single_file(open_site(site), path)
        with open(path, "rb") as file:
            return file.read()


@cache
def _script() -> str:
    text = resources.files("reporter.publish").joinpath("embedded.js").read_text("utf-8")
    return text.replace("\r\n", "\n")
