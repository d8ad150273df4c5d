"""The link to a view of a built site, for whoever writes links in scripts, papers and mails.

Says which names of the view no run has; the link is made all the same, since more runs may come.
"""

from __future__ import annotations

from dataclasses import dataclass

from reporter.config import View
from reporter.errors import InvalidInputError, did_you_mean
from reporter.model import Experiment, LifecycleStage
from reporter.site import links
from reporter.site.table.columns import attribute_columns, canonical_id
from reporter.site.view_state import view_hash
from reporter.store.ports import StoreReader

__all__ = ["ViewAddress", "view_address"]


@dataclass(frozen=True, kw_only=True)
class ViewAddress:
    """Where a view is seen.

    Parameters
    ----------
    link : str
    notes : tuple of str
        Names in it that no run has, one sentence each.
    """

    link: str
    notes: tuple[str, ...] = ()


def view_address(reader: StoreReader, view: View, *, site: str) -> ViewAddress:
    """Make the link to a view.

    Parameters
    ----------
    reader : StoreReader
        The store that the site was built from.
    view : View
    site : str
        Folder or address of the site.

    Returns
    -------
    ViewAddress

    Raises
    ------
    InvalidInputError
        There is no such experiment, or several and none was named.
    """
    experiment = _choose(reader, view.experiment)
    page = links.experiment_page(experiment.experiment_id)
    link = f"{site.rstrip('/')}/{page}{view_hash(view)}"
    return ViewAddress(link=link, notes=_notes(reader, experiment.experiment_id, view))


def _choose(reader: StoreReader, name: str) -> Experiment:
    active = [e for e in reader.experiments() if e.lifecycle_stage == LifecycleStage.ACTIVE]
    found = [e for e in active if not name or name in (e.name, e.experiment_id)]
    if len(found) == 1 or (found and name):
        return found[0]
    names = [item.name for item in active]
    if name:
        hint = did_you_mean(name, names) or "'report list' shows the runs and their experiments."
        raise InvalidInputError(f"There is no experiment '{name}'.", hint)
    raise InvalidInputError(
        f"The store has {len(names)} experiments.",
        f"Choose one with --experiment: {', '.join(names)}."
        if names
        else "Log a run, then ask again.",
    )


def _notes(reader: StoreReader, experiment_id: str, view: View) -> tuple[str, ...]:
    asked = [*view.columns, *(key.removeprefix("-") for key in view.sort), *view.group]
    words = {"repeats", "tree"}
    wanted = [name for name in dict.fromkeys(asked) if name not in words]
    if not wanted:
        return ()
    known = {column.id for column in attribute_columns()}
    for run in reader.runs([experiment_id]):
        known.update(f"params.{key}" for key in run.data.params)
        known.update(f"metrics.{key}" for key in run.data.summaries)
        known.update(f"tags.{key}" for key in run.data.tags)
    return tuple(_note(name, known) for name in wanted if not _is_known(name, known))


def _is_known(name: str, known: set[str]) -> bool:
    group, point, key = canonical_id(name, known).partition(".")
    return f"{group.partition(':')[0]}{point}{key}" in known


def _note(name: str, known: set[str]) -> str:
    hint = did_you_mean(name, known) or "Columns are named like params.lr or metrics.loss."
    return f"No run has a column '{name}'. {hint}"
