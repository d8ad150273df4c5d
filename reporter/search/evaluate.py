"""Whether a run passes a filter: each node of the tree becomes a function of a run.

A comparison is false when the run has no such key, whichever operator it has; ``IS NULL`` is true.
``NOT`` turns whatever it is given around. ``templates/js/lib/filter.js`` is the twin over columns.
This module knows runs as :class:`reporter.model.Run` and nothing of files or tables.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from reporter.errors import did_you_mean
from reporter.model import MetricSummary, Run, RunStatus
from reporter.search.names import ATTRIBUTES, attribute_name
from reporter.search.pattern import like, regex
from reporter.search.quantity import read_duration, read_number, read_time
from reporter.search.tree import (
    And,
    Comparison,
    Key,
    Membership,
    Missing,
    Node,
    Not,
    Or,
    Value,
    key_text,
)

__all__ = ["compile_filter", "fields_of", "matches", "unknown_keys"]

Predicate = Callable[[Run], bool]
Test = Callable[[Any], bool]  # Any: a field's value, of the type its kind says
Field = tuple[str, Callable[[Run], Any]]
"""A kind (number, text, texts, status, time, duration) and how to get the value (None: missing)."""

_ORDER = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
_TAGS_OF_ATTRIBUTES = {
    "user": "mlflow.user",
    "source": "mlflow.source.name",
    "commit": "mlflow.source.git.commit",
    "parent": "mlflow.parentRunId",
    "note": "mlflow.note.content",
    "run_name": "mlflow.runName",
}
_ATTRIBUTES_OF_TAGS = {tag: name for name, tag in _TAGS_OF_ATTRIBUTES.items()}


def matches(node: Node, run: Run, experiment_names: Mapping[str, str] | None = None) -> bool:
    """Tell whether a run passes a filter.

    Parameters
    ----------
    node : Node
        From :func:`reporter.search.parse_filter`.
    run : Run
    experiment_names : mapping of str to str, optional
        Experiment id to name, for ``attributes.experiment``; an id not in it is its own name.

    Returns
    -------
    bool

    Notes
    -----
    To test many runs, compile once: :func:`compile_filter`.
    """
    if experiment_names:
        return compile_filter(node, experiment_names)(run)
    return _compiled(node)(run)


def compile_filter(
    node: Node, experiment_names: Mapping[str, str] | None = None
) -> Callable[[Run], bool]:
    """Make a filter into a function of a run.

    Parameters
    ----------
    node : Node
    experiment_names : mapping of str to str, optional

    Returns
    -------
    callable
        Run to bool.
    """
    names = experiment_names or {}
    if isinstance(node, And):
        every = [compile_filter(child, names) for child in node.children]
        return lambda run: all(predicate(run) for predicate in every)
    if isinstance(node, Or):
        some = [compile_filter(child, names) for child in node.children]
        return lambda run: any(predicate(run) for predicate in some)
    if isinstance(node, Not):
        inner = compile_filter(node.child, names)
        return lambda run: not inner(run)
    return _condition(node, names)


@lru_cache(maxsize=64)
def _compiled(node: Node) -> Predicate:
    return compile_filter(node)


def unknown_keys(keys: Iterable[Key], runs: Iterable[Run]) -> list[str]:
    """Say which keys of a filter or an order no run has: most likely typing errors.

    Parameters
    ----------
    keys : iterable of Key
        See :func:`reporter.search.keys_of`.
    runs : iterable of Run

    Returns
    -------
    list of str
        One sentence each, with near names; empty when every key occurs, and when there are no
        runs. Attributes and data sets are not looked at: they are part of the language.
    """
    logged: dict[str, set[str]] = {"params": set(), "metrics": set(), "tags": set()}
    is_empty = True
    for run in runs:
        is_empty = False
        logged["params"].update(run.data.params)
        logged["metrics"].update(run.data.summaries)
        logged["tags"].update(run.data.tags)
    return [] if is_empty else [text for key in keys if (text := _unknown(key, logged))]


def _unknown(key: Key, logged: Mapping[str, set[str]]) -> str:
    if key.group in ("attributes", "datasets") or key.name in _ATTRIBUTES_OF_TAGS:
        return ""
    names = logged[key.group] if key.group else set().union(*logged.values())
    if key.name in names or (not key.group and attribute_name(key.name)):
        return ""
    what = {"params": "param", "metrics": "metric", "tags": "tag"}.get(
        key.group, "param, metric, tag or attribute"
    )
    return f"No run has a {what} {key_text(key)!r}. {did_you_mean(key.name, sorted(names))}".strip()


def fields_of(key: Key, experiment_names: Mapping[str, str] | None = None) -> list[Field]:
    """List where a key's value may be, best first; more than one for a bare key only."""
    name = key.name
    if key.group == "metrics":
        return [("number", _metric(name, key.aggregate))]
    if key.group == "params":
        return [("text", lambda run: run.data.params.get(name))]
    if key.group == "tags":
        return [("text", lambda run: _tag(run, name))]
    if key.group == "datasets":
        return [("texts", lambda run: _datasets(run, name))]
    if key.group == "attributes":
        return [_attribute(name, experiment_names or {})]
    fields = [field for group in _BARE for field in fields_of(Key(group, name))]
    attribute = attribute_name(name)
    return [*fields, _attribute(attribute, experiment_names or {})] if attribute else fields


_BARE = ("params", "metrics", "tags")


def _condition(node: Comparison | Membership | Missing, names: Mapping[str, str]) -> Predicate:
    fields = fields_of(node.key, names)
    if isinstance(node, Missing):
        return lambda run: all(read(run) is None for _, read in fields) is not node.negated
    tests = [(read, _test(kind, node)) for kind, read in fields]
    if len(tests) == 1:
        read, test = tests[0]
        return lambda run: (value := read(run)) is not None and test(value)

    def first_that_is_there(run: Run) -> bool:
        for read, test in tests:
            value = read(run)
            if value is not None:
                return test(value)
        return False

    return first_that_is_there


# What a run has under a key -------------------------------------------------------------------


def _metric(name: str, aggregate: str) -> Callable[[Run], float | None]:
    def read(run: Run) -> float | None:
        summary = run.data.summaries.get(name)
        if summary is None:
            return None
        return summary.last if not aggregate else _aggregate(run, summary, aggregate)

    return read


def _aggregate(run: Run, summary: MetricSummary, aggregate: str) -> float | None:
    if not aggregate.startswith("best"):
        value = getattr(summary, aggregate)
        return None if value is None else float(value)
    definition = run.data.definitions.get(summary.key)
    if definition is None or not definition.direction:
        return None
    suffix = "_step" if aggregate == "best_step" else ""
    best = getattr(summary, definition.direction + suffix)
    return None if best is None else float(best)


def _tag(run: Run, name: str) -> str | None:
    """Return a tag; those that MLflow keeps attributes in are there even when never set."""
    value = run.data.tags.get(name)
    if value is None and name in _ATTRIBUTES_OF_TAGS:
        value = _plain_attribute(run, _ATTRIBUTES_OF_TAGS[name]) or None
    return value


def _plain_attribute(run: Run, name: str) -> str:
    field = {"user": "user_id"}.get(name, name)
    value = getattr(run.info, field, "")
    return value or run.data.tags.get(_TAGS_OF_ATTRIBUTES.get(name, ""), "")


def _attribute(name: str, experiment_names: Mapping[str, str]) -> Field:
    kind = ATTRIBUTES[name]
    if kind == "time":
        return kind, lambda run: getattr(run.info, name)
    if kind == "duration":
        return kind, lambda run: run.duration_ms
    if kind == "status":
        return kind, _status
    if name == "experiment":
        return kind, lambda run: experiment_names.get(
            run.info.experiment_id, run.info.experiment_id
        )
    return kind, lambda run: _plain_attribute(run, name) or None


def _status(run: Run) -> str:
    """Return the status; a run that is RUNNING for its store but dead is UNFINISHED."""
    is_dead = run.info.status == RunStatus.RUNNING and not run.is_live
    return "UNFINISHED" if is_dead else run.info.status


def _datasets(run: Run, name: str) -> list[str] | None:
    inputs = run.inputs.dataset_inputs
    if name == "context":
        texts = [one.tags.get("mlflow.data.context") for one in inputs]
    else:
        texts = [getattr(one.dataset, name) for one in inputs]
    return [text for text in texts if text is not None] or None


# Tests of one value ---------------------------------------------------------------------------


def _test(kind: str, node: Comparison | Membership) -> Test:
    """Make the test of a value of this kind."""
    if kind == "texts":
        one = _test("text", node)
        return lambda texts: any(one(text) for text in texts)
    make = _TESTS[kind]
    if isinstance(node, Comparison):
        return _negatable(make, node.operator, node.value)
    equals = [make("=", value) for value in node.values]
    return lambda x: any(equal(x) for equal in equals) is not node.negated


def _negatable(make: Callable[[str, Value], Test], written: str, value: Value) -> Test:
    if written == "!=" or written.startswith("NOT "):
        positive = make("=" if written == "!=" else written[4:], value)
        return lambda x: not positive(x)
    return make(written, value)


def _number_test(written: str, value: Value) -> Test:
    number = read_number(value) if isinstance(value, str) else value
    if number is None or written not in _OPERATORS:
        return _never
    return _compare(written, number)


def _compare(written: str, number: float) -> Test:
    if written == "=" and math.isnan(number):
        return math.isnan
    compare = _OPERATORS[written]
    return lambda x: compare(x, number)


def _text_test(written: str, value: Value) -> Test:
    if written == "=" and isinstance(value, str):
        return lambda x: bool(x == value)
    if written in _PATTERNS:
        return _PATTERNS[written](str(value))
    number = read_number(value) if isinstance(value, str) else value
    if number is None:
        compare_text = _ORDER[written]
        return lambda x: bool(compare_text(x, value))
    compare = _compare(written, number)
    return lambda x: (read := read_number(x)) is not None and compare(read)


def _status_test(written: str, value: Value) -> Test:
    wanted = str(value).upper()
    if written == "RLIKE":
        test: Test = regex(str(value), ignore_case=True)
    else:
        test = _text_test("LIKE" if written == "ILIKE" else written, wanted)
    return lambda x: any(test(name) for name in _STATUS_NAMES.get(x, (x,)))


def _time_test(written: str, value: Value) -> Test:
    span = read_time(value) if isinstance(value, str) else None
    if span is None:
        return _never if isinstance(value, str) else _number_test(written, value)
    first, after = span
    if written == "=":
        return lambda x: bool(first <= x < after)
    bound = first if written in (">=", "<") else after
    compare = operator.ge if written[0] == ">" else operator.lt
    return lambda x: bool(compare(x, bound))


def _duration_test(written: str, value: Value) -> Test:
    wanted = read_duration(value) if isinstance(value, str) else value * 1000.0
    return _never if wanted is None else _number_test(written, wanted)


def _never(_: object) -> bool:
    return False


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {"=": operator.eq, **_ORDER}
_PATTERNS: dict[str, Callable[[str], Test]] = {
    "LIKE": like,
    "ILIKE": lambda pattern: like(pattern, ignore_case=True),
    "RLIKE": regex,
}
_STATUS_NAMES = {"UNFINISHED": ("UNFINISHED", "RUNNING")}
_TESTS: dict[str, Callable[[str, Value], Test]] = {
    "number": _number_test,
    "text": _text_test,
    "status": _status_test,
    "time": _time_test,
    "duration": _duration_test,
}
