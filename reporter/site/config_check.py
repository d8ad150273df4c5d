"""Slips in a configuration: names that nothing in the store has, bad queries. Pure."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from reporter.config import Config, View
from reporter.errors import FilterSyntaxError, did_you_mean
from reporter.model import Problem
from reporter.search import box_keys, unknown_keys
from reporter.site.comparisons import comparison_problems
from reporter.site.table.columns import attribute_columns, canonical_id
from reporter.site.view_state import view_state

if TYPE_CHECKING:
    from reporter.site.plan import PlannedExperiment

__all__ = ["config_problems"]


def config_problems(config: Config, planned: Sequence[PlannedExperiment]) -> Iterator[Problem]:
    """Find what a configuration names and no run has.

    Parameters
    ----------
    config : Config
    planned : sequence of PlannedExperiment

    Yields
    ------
    Problem
    """
    if not planned:
        return
    file = os.path.basename(config.path)
    metrics = {key for item in planned for key in item.metrics}
    for key in config.metrics:
        if key not in metrics:
            detail = f"no run logged the metric '{key}'"
            yield _slip(f"{file} metrics", detail, did_you_mean(key, metrics))
    yield from comparison_problems(config, planned)
    if not config.columns and not config.views:
        return
    columns = {item.id: frozenset(_column_ids(item)) for item in planned}
    for name in config.columns:
        yield from _unknown_column(f"{file} columns", name, columns.values())
    for place, view in enumerate(config.views, start=1):
        yield from _view_problems(f"{file} views[{place}]", view, planned, columns)


def _view_problems(
    where: str,
    view: View,
    planned: Sequence[PlannedExperiment],
    columns: Mapping[str, frozenset[str]],
) -> Iterator[Problem]:
    meant = [item for item in planned if view.experiment in ("", item.name, item.id)]
    if not meant:
        hint = did_you_mean(view.experiment, (item.name for item in planned))
        yield _slip(where, f"there is no experiment '{view.experiment}'", hint)
        return
    for name in (*(key.removeprefix("-") for key in view.sort), *view.columns, *view.group):
        yield from _unknown_column(where, name, [columns[item.id] for item in meant])
    yield from _query_problems(where, str(view_state(view).get("q", "")), meant)


def _query_problems(
    where: str, query: str, planned: Sequence[PlannedExperiment]
) -> Iterator[Problem]:
    """Report a query that the search field will refuse, and names in it that no run has."""
    try:
        keys = box_keys(query)
    except FilterSyntaxError as error:
        what, detail = "Query cannot be read", f"'{query}': {error.message}"
        yield Problem(what=what, where=where, detail=detail, hint=error.hint)
        return
    runs = [item.run for experiment in planned for item in experiment.runs]
    for sentence in unknown_keys(keys, runs):
        yield _slip(f"{where} query", sentence, "")


def _unknown_column(where: str, name: str, columns: Iterable[frozenset[str]]) -> Iterator[Problem]:
    """Report a column that no run has; what is made of a metric, ``metrics:min.loss``, is one."""
    known = frozenset().union(*columns)
    group, point, key = canonical_id(name, known).partition(".")
    if f"{group.partition(':')[0]}{point}{key}" not in known:
        hint = did_you_mean(name, known) or "Columns are named like params.lr or metrics.loss"
        yield _slip(where, f"there is no column '{name}'", hint)


def _column_ids(experiment: PlannedExperiment) -> Iterator[str]:
    yield from (column.id for column in attribute_columns())
    yield from ("attributes.parent_name", "attributes.dataset")
    yield from (f"metrics.{key}" for key in experiment.metrics)
    for item in experiment.runs:
        yield from (f"params.{key}" for key in item.run.data.params)
        yield from (f"tags.{key}" for key in item.run.data.tags)


def _slip(where: str, detail: str, hint: str) -> Problem:
    return Problem(what="Unknown name", where=where, detail=detail, hint=hint)
