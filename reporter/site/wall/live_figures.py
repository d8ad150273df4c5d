"""Interactive figures and logged pages on an experiment's wall: what its script must know of them.

A run's page draws them; what it found out (which library, which data, how large) is a small data
file of its own, named by what it was made from. So a page that is kept from the last build need
not be drawn again for the wall to know its figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reporter import mediatypes
from reporter.renderers.data_files import DataFile
from reporter.renderers.frames import FramedView
from reporter.renderers.html import HtmlView
from reporter.site import links, payload
from reporter.site.artifacts import Exhibit, ShippedFile
from reporter.site.job import Job
from reporter.site.lookup import ExperimentLookup
from reporter.site.wall.figures import series_of
from reporter.site.writing.manifest import inputs_digest

__all__ = ["is_likely_live", "live_files", "write_live_list"]

MAX_FIGURES = 5_000
"""On one wall."""


def is_likely_live(file: ShippedFile) -> bool:
    """Tell from the name alone whether a file may be shown in a frame."""
    guessed = file.artifact.media_type or mediatypes.guess(file.artifact.path)
    return bool(file.site_path) and ("json" in guessed or "html" in guessed)


def live_files(job: Job, exhibits: Iterable[Exhibit]) -> list[DataFile]:
    """Make the data files of what a run's page shows in frames.

    Parameters
    ----------
    job : Job
    exhibits : iterable of Exhibit

    Returns
    -------
    list of DataFile
    """
    found = ((exhibit.file, _facts(exhibit)) for exhibit in exhibits)
    return [_file(_name(job, file), facts) for file, facts in found if facts]


def write_live_list(job: Job, lookup: ExperimentLookup, files: Sequence[ShippedFile]) -> str:
    """Write the list of an experiment's interactive figures.

    Parameters
    ----------
    job : Job
    lookup : ExperimentLookup
    files : sequence of ShippedFile
        Those of its runs that may be such figures.

    Returns
    -------
    str
        Name of the data file; empty without such figures. It has four columns: the figure's name,
        the run's ordinal, the step (null for a figure that stands alone) and the name of the data
        file with the facts.
    """
    rows = [
        (series.key if series else file.artifact.path, lookup.by_id[file.run_id].ordinal,
         series.step if series else None, name)
        for file in files
        if (name := _name(job, file)) and job.output.size_of(links.data_path(name))
        for series in [series_of(file.artifact)]
    ]  # fmt: skip
    if not rows:
        return ""
    rows.sort(key=lambda row: (row[0], row[1], row[2] is not None, row[2] or 0))
    names, runs, steps, made = zip(*rows[:MAX_FIGURES], strict=True)
    record = {"name": list(names), "run": list(runs), "step": list(steps), "file": list(made)}
    name, content = payload.data_file(f"live-{lookup.experiment.id}", record)
    job.output.write(links.data_path(name), content)
    return name


def _facts(exhibit: Exhibit) -> dict[str, object]:
    """Say what a script needs to show a fragment in a frame; nothing for other fragments."""
    view = exhibit.fragment.context
    if isinstance(view, FramedView):
        return {
            "kind": view.kind,
            "frame": view.frame,
            "library": view.library,
            "libraryName": view.library_name,
            "figures": view.figures,
            "figuresName": view.figures_name,
            "width": view.width,
            "height": view.height,
            "poster": view.poster_path,
        }
    return {"kind": "html", "frame": view.path} if isinstance(view, HtmlView) else {}


def _name(job: Job, file: ShippedFile) -> str:
    if not file.site_path:
        return ""
    made_from = (job.version, file.run_id, file.artifact.path, file.sha256, file.site_path)
    return links.data_name("live", inputs_digest("live", *made_from))


def _file(name: str, facts: dict[str, object]) -> DataFile:
    content = payload.register(name, payload.encode_json(facts))
    return DataFile(name, links.data_path(name), content)
