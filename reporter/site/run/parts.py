"""Parts of a run's page that need a look into its files: output, models, uncommitted changes."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field

from reporter.model import Run
from reporter.site import links
from reporter.site.artifacts import ShippedFile
from reporter.site.payload import well_formed
from reporter.site.plan import PlannedRun
from reporter.site.run.console import Console, is_console, read_console
from reporter.site.run.contexts import ConsoleCard, ModelCard
from reporter.site.run.models import model_cards
from reporter.site.run.reproduce import recipe
from reporter.store.ports import StoreReader

__all__ = ["RunParts", "read_parts"]

MAX_CONSOLES = 4
_ENDED_WELL = ("finished", "running", "scheduled")


@dataclass(frozen=True, kw_only=True)
class RunParts:
    """What was found, and the files that it needs in the site.

    Parameters
    ----------
    consoles : list of ConsoleCard
    models : list of ModelCard
    diff_href : str
        Link from the run's page to the file of uncommitted changes; empty without any.
    files : dict of str to bytes
        By site path.
    """

    consoles: list[ConsoleCard]
    models: list[ModelCard]
    diff_href: str = ""
    files: dict[str, bytes] = field(default_factory=dict)


def read_parts(reader: StoreReader, item: PlannedRun, shipped: Sequence[ShippedFile]) -> RunParts:
    """Read what a run printed, which models it logged and what was not committed.

    Parameters
    ----------
    reader : StoreReader
    item : PlannedRun
    shipped : sequence of ShippedFile
        Its artifacts.

    Returns
    -------
    RunParts
    """
    page = links.run_page(item.run_id)
    here = [file for file in shipped if file.site_path]
    consoles = _consoles(reader, item, here, page)
    files = {made.path: made.content for console in consoles for made in console.files}
    diff_path = links.run_diff(item.run_id)
    if diff := _diff(item.run):
        files[diff_path] = diff
    opener = functools.partial(reader.open_artifact, item.run_id)
    return RunParts(
        consoles=[console.card for console in consoles],
        models=model_cards([file.artifact for file in here], opener),
        diff_href=links.href(page, diff_path) if diff else "",
        files=files,
    )


def _diff(run: Run) -> bytes:
    """Return the recorded changes as ``git apply`` wants them: they end with a line's end."""
    diff = recipe(run).diff
    return well_formed(diff).rstrip("\n").encode() + b"\n" if diff else b""


def _consoles(
    reader: StoreReader, item: PlannedRun, shipped: Sequence[ShippedFile], page: str
) -> list[Console]:
    found = [f for f in shipped if is_console(f.artifact.path) and f.artifact.size_bytes]
    made = []
    for number, file in enumerate(found[:MAX_CONSOLES], start=1):
        try:
            made.append(
                read_console(
                    functools.partial(reader.open_artifact, item.run_id, file.artifact.path),
                    id_="out" if number == 1 else f"out{number}",
                    path=file.artifact.path,
                    size_bytes=file.artifact.size_bytes,
                    href=links.href(page, file.site_path),
                    download=file.name,
                    has_failed=item.state not in _ENDED_WELL,
                )
            )
        except OSError:
            continue  # the artifact itself says so
    return made
