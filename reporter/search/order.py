"""Putting runs in order, as MLflow's ``order_by`` does.

What is missing comes last and NaN just before it, in both directions; ties fall back to the
newest start and then the run id. Params and tags are ordered as text, as in MLflow.
"""

from __future__ import annotations

import math
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from reporter.errors import InvalidInputError
from reporter.search.evaluate import Field, fields_of
from reporter.search.grammar import parse_order_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reporter.model import Run

__all__ = ["sort_runs"]

_NUMBER, _TEXT, _NAN, _MISSING = range(4)


def sort_runs(
    runs: Iterable[Run],
    order_by: Sequence[str] | None = None,
    experiment_names: Mapping[str, str] | None = None,
    aliases: Mapping[str, str] | None = None,
) -> list[Run]:
    """Order runs.

    Parameters
    ----------
    runs : iterable of Run
    order_by : sequence of str, optional
        Such as ``["metrics.val_loss ASC", "attributes.start_time DESC"]``, most important first.
    experiment_names : mapping of str to str, optional
        Experiment id to name, for ``attributes.experiment``.
    aliases : mapping of str to str, optional
        See :func:`reporter.search.grammar.parse_filter`.

    Returns
    -------
    list of Run

    Raises
    ------
    FilterSyntaxError
        An entry cannot be read.
    InvalidInputError
        `order_by` is one string, which is no list.
    """
    if isinstance(order_by, str):
        raise InvalidInputError(f"order_by must be a list, not the text {order_by!r}.")
    ordered = sorted(runs, key=lambda run: run.info.run_id)
    ordered.sort(key=_newest_first)
    for text in reversed(order_by or []):
        key, is_ascending = parse_order_by(text, aliases)
        fields = fields_of(key, experiment_names)
        ordered = _sorted(ordered, fields, is_ascending)
    return ordered


def _newest_first(run: Run) -> tuple[bool, int]:
    start = run.info.start_time
    return start is None, -(start or 0)


def _sorted(runs: list[Run], fields: list[Field], is_ascending: bool) -> list[Run]:
    """Sort by one key, stably: numbers, then text, then NaN, then what is missing."""
    by_rank: list[list[tuple[Any, Run]]] = [[], [], [], []]
    for run in runs:
        rank, value = _rank(run, fields)
        by_rank[rank].append((value, run))
    for rank in (_NUMBER, _TEXT):
        by_rank[rank].sort(key=itemgetter(0), reverse=not is_ascending)
    return [run for pairs in by_rank for _, run in pairs]


def _rank(run: Run, fields: list[Field]) -> tuple[int, Any]:  # Any: a number or a text
    for kind, read in fields:
        value = run.info.status if kind == "status" else read(run)
        if value is None:
            continue
        if isinstance(value, str):
            return _TEXT, value
        return (_NAN, None) if math.isnan(value) else (_NUMBER, value)
    return _MISSING, None
