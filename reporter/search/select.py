"""Choose runs and experiments: filter, then order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reporter.model import Experiment, Run, RunData, RunInfo
from reporter.search.evaluate import compile_filter
from reporter.search.grammar import parse_filter, parse_order_by
from reporter.search.names import EXPERIMENT_ATTRIBUTES
from reporter.search.order import sort_runs
from reporter.search.tree import And, Comparison, Key, Membership, Node, Or, keys_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["keys_asked_for", "named_run_ids", "select_experiments", "select_runs"]

_RUN_ID = Key("attributes", "run_id")


def select_runs(
    runs: Iterable[Run],
    filter_string: str = "",
    order_by: Sequence[str] | None = None,
    aliases: Mapping[str, str] | None = None,
) -> list[Run]:
    """Return the runs that match, in order.

    Parameters
    ----------
    runs : iterable of Run
    filter_string : str
        All match when it is empty.
    order_by : sequence of str, optional
        Newest first when None.
    aliases : mapping of str to str, optional
        See :func:`reporter.search.grammar.parse_filter`.

    Returns
    -------
    list of Run

    Raises
    ------
    FilterSyntaxError
    """
    if filter_string and filter_string.strip():
        is_wanted = compile_filter(parse_filter(filter_string, aliases))
        runs = [run for run in runs if is_wanted(run)]
    return sort_runs(runs, order_by, aliases=aliases)


def keys_asked_for(filter_string: str = "", order_by: Sequence[str] | None = None) -> list[Key]:
    """List the keys of a filter and of an order, each once.

    Raises
    ------
    FilterSyntaxError
    """
    filtered = keys_of(parse_filter(filter_string)) if filter_string.strip() else []
    ordered = [parse_order_by(text)[0] for text in order_by or ()]
    return list(dict.fromkeys([*filtered, *ordered]))


def named_run_ids(filter_string: str) -> frozenset[str] | None:
    """Find the runs that a filter names by id, so that no other need be read.

    Parameters
    ----------
    filter_string : str

    Returns
    -------
    frozenset of str or None
        Every run that matches is among them; None when the filter does not say.

    Raises
    ------
    FilterSyntaxError

    Examples
    --------
    >>> sorted(named_run_ids("attributes.run_id IN ('a', 'b') AND metrics.loss < 1"))
    ['a', 'b']
    """
    if "run_id" not in filter_string:
        return None
    return _named(parse_filter(filter_string))


def _named(node: Node) -> frozenset[str] | None:
    if isinstance(node, And):
        sets = [found for child in node.children if (found := _named(child)) is not None]
        return frozenset.intersection(*sets) if sets else None
    if isinstance(node, Or):
        either = [_named(child) for child in node.children]
        known = [found for found in either if found is not None]
        return frozenset().union(*known) if known and len(known) == len(either) else None
    if isinstance(node, (Comparison, Membership)) and node.key == _RUN_ID:
        if isinstance(node, Membership):
            return None if node.negated else frozenset(map(str, node.values))
        return frozenset([str(node.value)]) if node.operator == "=" else None
    return None


def select_experiments(
    experiments: Iterable[Experiment],
    filter_string: str | None = None,
    order_by: Sequence[str] | None = None,
) -> list[Experiment]:
    """Return the experiments that match, in order; latest change first when `order_by` is None.

    Notes
    -----
    One language for both: an experiment is looked at as if it were a run of its name, tags and
    times (``name``, ``tags.team``, ``creation_time``).
    """
    by_id = {item.experiment_id: item for item in experiments}
    order = order_by or ["last_update_time DESC"]
    runs = [_as_run(item) for item in by_id.values()]
    found = select_runs(runs, filter_string or "", order, EXPERIMENT_ATTRIBUTES)
    return [by_id[run.info.experiment_id] for run in found]


def _as_run(item: Experiment) -> Run:
    info = RunInfo(
        run_id=item.experiment_id.zfill(32),
        experiment_id=item.experiment_id,
        run_name=item.name,
        start_time=item.creation_time,
        end_time=item.last_update_time,
    )
    return replace(Run(info=info), data=RunData(tags=item.tags))
