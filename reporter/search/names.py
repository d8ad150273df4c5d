"""The words of the filter language: groups of keys, attributes, aggregates, and what is near them.

``templates/js/lib/names.js`` has the same tables. This module knows no grammar and no run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "AGGREGATES",
    "ATTRIBUTES",
    "DATASET_KEYS",
    "EXPERIMENT_ATTRIBUTES",
    "GROUPS",
    "KEYWORDS",
    "MLFLOW_ATTRIBUTES",
    "attribute_name",
    "is_group_or_near",
    "nearest",
    "nearest_group",
]

ATTRIBUTES = {
    "run_id": "text",
    "run_name": "text",
    "status": "status",
    "start_time": "time",
    "end_time": "time",
    "duration": "duration",
    "user": "text",
    "source": "text",
    "commit": "text",
    "experiment": "text",
    "experiment_id": "text",
    "artifact_uri": "text",
    "parent": "text",
    "note": "text",
}
"""Each attribute of a run and the kind of comparison it takes."""

MLFLOW_ATTRIBUTES = frozenset(
    [
        *("run_id", "run_name", "status", "user_id", "start_time", "end_time", "artifact_uri"),
        *("created", "Created", "run name", "Run name", "Run Name"),
    ]
)
"""Names that MLflow 3.17.2 takes for attributes when nothing stands before them."""

EXPERIMENT_ATTRIBUTES = {
    "name": "run_name",
    "creation_time": "start_time",
    "last_update_time": "end_time",
}
"""What a search of experiments calls the attributes of a run that stands for one."""

AGGREGATES = ("last", "min", "max", "mean", "best", "best_step", "count")
"""What may follow a metric after a colon; ``last`` is what a metric alone means."""

KEYWORDS = frozenset(["AND", "OR", "NOT", "IN", "IS", "NULL", "LIKE", "ILIKE", "RLIKE", "BETWEEN"])

GROUPS = {
    **dict.fromkeys(["metrics", "metric"], "metrics"),
    **dict.fromkeys(["params", "param", "parameters", "parameter"], "params"),
    **dict.fromkeys(["tags", "tag"], "tags"),
    **dict.fromkeys(["attributes", "attribute", "attr", "run"], "attributes"),
    **dict.fromkeys(["datasets", "dataset"], "datasets"),
}
"""Every spelling of what may stand before the dot, and the one we print."""

_LONG_GROUPS = sorted(set(GROUPS) - {"tag", "tags", "run", "attr"})
"""Those that a misspelled word is compared with: short ones are near to everything."""

_ATTRIBUTE_ALIASES = {"created": "start_time", "user_id": "user", "name": "run_name"}

DATASET_KEYS = ("name", "digest", "context")


def attribute_name(written: str) -> str:
    """Find an attribute by any spelling of its name.

    Parameters
    ----------
    written : str
        Such as ``run_name``, ``Run Name``, ``created`` or ``user_id``.

    Returns
    -------
    str
        A key of :data:`ATTRIBUTES`, or ``""``.

    Examples
    --------
    >>> attribute_name("Created"), attribute_name("Run Name"), attribute_name("color")
    ('start_time', 'run_name', '')
    """
    name = written.lower().replace(" ", "_")
    name = _ATTRIBUTE_ALIASES.get(name, name)
    return name if name in ATTRIBUTES else ""


LONG_WORD = 8
"""Letters from which on a word may hold two errors and still be recognised."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Find the known word that is a typing error away from this one.

    Parameters
    ----------
    word : str
    known : iterable of str

    Returns
    -------
    str
        The nearest, or ``""`` when none is near.

    Examples
    --------
    >>> nearest("start_tiem", ATTRIBUTES), nearest("color", ATTRIBUTES)
    ('start_time', '')
    """
    allowed = 1 if len(word) < LONG_WORD else 2
    distances = [(_distance(word, name), name) for name in known]
    return min((pair for pair in distances if pair[0] <= allowed), default=(0, ""))[1]


def nearest_group(name: str) -> str:
    """Find the group that the part before the first dot was probably meant to be.

    Examples
    --------
    >>> nearest_group("Parms.lr"), nearest_group("optimizer.lr")
    ('params', '')
    """
    head, dot, _ = name.partition(".")
    near = nearest(head.lower(), _LONG_GROUPS) if dot else ""
    return GROUPS.get(near, "")


def is_group_or_near(name: str) -> bool:
    """Tell whether a bare name would be taken for a group, or for a misspelled one."""
    return name.partition(".")[0] in GROUPS or nearest_group(name) != ""


def _distance(left: str, right: str) -> int:
    """Count the letters to insert, delete or replace; letters in another order count once."""
    if left != right and sorted(left) == sorted(right):
        return 1
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]
