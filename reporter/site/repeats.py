"""Which runs are repetitions of one configuration: equal params but for a seed or a fold. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from reporter.model import Run

__all__ = ["Configuration", "configurations", "repetition_params"]

Configuration = tuple[tuple[str, str], ...]
"""Sorted (param, value) pairs, without those that tell repetitions apart."""

_WORDS = frozenset(
    {"seed", "seeds", "rng", "fold", "repeat", "repetition", "rep", "replicate", "replica"}
)
_WHOLE_NAMES = frozenset({"random_state", "randomstate", "cv_split", "split_id", "trial_id"})
_NUMBER = re.compile(r"[+-]?\d+|None")


def repetition_params(runs: Iterable[Run]) -> frozenset[str]:
    """Find the params that only tell repetitions apart.

    Parameters
    ----------
    runs : iterable of Run

    Returns
    -------
    frozenset of str
        Those whose name speaks of a seed, a fold or a repetition and whose values are all whole
        numbers. The last part of a name of several counts: ``model__random_state``,
        ``data.split_seed``.

    Notes
    -----
    By name and not by pattern of values alone: in a grid every whole number looks like a seed.
    """
    values: dict[str, set[str]] = {}
    for run in runs:
        for key, value in run.data.params.items():
            if _names_a_repetition(key):
                values.setdefault(key, set()).add(value)
    return frozenset(
        key for key, found in values.items() if all(_NUMBER.fullmatch(value) for value in found)
    )


def configurations(runs: Sequence[Run]) -> dict[Configuration, list[Run]]:
    """Group runs that have the same params but for those that tell repetitions apart.

    Parameters
    ----------
    runs : sequence of Run

    Returns
    -------
    dict of Configuration to list of Run
        In the order in which each configuration first occurs.
    """
    ignored = repetition_params(runs)
    groups: dict[Configuration, list[Run]] = {}
    for run in runs:
        groups.setdefault(_configuration(run.data.params, ignored), []).append(run)
    return groups


def _configuration(params: Mapping[str, str], ignored: frozenset[str]) -> Configuration:
    return tuple(sorted((key, value) for key, value in params.items() if key not in ignored))


def _names_a_repetition(key: str) -> bool:
    last = re.split(r"__|[./]", key)[-1].lower()
    return last in _WHOLE_NAMES or bool(_WORDS & set(re.split(r"[^a-z]+", last)))
