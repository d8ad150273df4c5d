"""What a filter is once it has been read: frozen nodes, and how they are written as text again.

:func:`to_text` prints the canonical form, which the grammar reads back as the same tree. The page
has the same nodes as plain objects (``templates/js/lib/tree.js``). This module knows nothing of
runs.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TypeAlias

from reporter.search.names import KEYWORDS, is_group_or_near

__all__ = [
    "And",
    "Comparison",
    "Key",
    "Membership",
    "Missing",
    "Node",
    "Not",
    "Or",
    "Value",
    "keys_of",
    "to_text",
]

_BARE = re.compile("[^ \t\r\n\f\v\u00a0\u3000()=<>!,:'\"`]+")

Value: TypeAlias = float | str


@dataclass(frozen=True)
class Key:
    """What is compared.

    Parameters
    ----------
    group : str
        ``metrics``, ``params``, ``tags``, ``attributes`` or ``datasets``; ``""`` for a bare name,
        which means the first of params, metrics, tags and attributes that the run has.
    name : str
        As it was logged.
    aggregate : str
        One of :data:`reporter.search.names.AGGREGATES` but ``last``; only of metrics.
    """

    group: str
    name: str
    aggregate: str = ""


@dataclass(frozen=True)
class Comparison:
    """A key against one value; false when the run has no such key.

    Parameters
    ----------
    key : Key
    operator : str
        ``=``, ``!=``, ``>``, ``>=``, ``<``, ``<=``, ``LIKE``, ``ILIKE``, ``RLIKE`` or one of the
        last three after ``NOT``.
    value : float or str
        A number as written without quotes, or text.
    """

    key: Key
    operator: str
    value: Value


@dataclass(frozen=True)
class Membership:
    """A key against a list (``IN``, ``NOT IN``); false when the run has no such key."""

    key: Key
    values: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True)
class Missing:
    """Whether the run lacks the key (``IS NULL``) or has it (``IS NOT NULL``: `negated`)."""

    key: Key
    negated: bool = False


@dataclass(frozen=True)
class And:
    """True when every child is; without children it is the empty filter."""

    children: tuple[Node, ...]


@dataclass(frozen=True)
class Or:
    """True when any child is."""

    children: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    """True when the child is not, so also for runs that lack the child's key."""

    child: Node


Node: TypeAlias = And | Or | Not | Comparison | Membership | Missing


def keys_of(node: Node) -> list[Key]:
    """List the keys that a filter asks for, each once, in the order of the text.

    Parameters
    ----------
    node : Node

    Returns
    -------
    list of Key
    """
    if isinstance(node, (And, Or)):
        found = [key for child in node.children for key in keys_of(child)]
        return list(dict.fromkeys(found))
    return keys_of(node.child) if isinstance(node, Not) else [node.key]


def to_text(node: Node) -> str:
    """Write a filter in its canonical form.

    Parameters
    ----------
    node : Node

    Returns
    -------
    str
        Text that :func:`reporter.search.parse_filter` reads as an equal tree.

    Examples
    --------
    >>> to_text(Not(Comparison(Key("params", "learning rate"), ">", 0.1)))
    'NOT params.`learning rate` > 0.1'
    """
    if isinstance(node, (And, Or)):
        word = " AND " if isinstance(node, And) else " OR "
        return word.join(_operand(child, inside=node) for child in node.children)
    if isinstance(node, Not):
        return f"NOT {_operand(node.child, inside=node)}"
    return _condition_text(node)


def key_text(key: Key) -> str:
    """Write a key, in backticks where it needs them."""
    suffix = f":{key.aggregate}" if key.aggregate else ""
    if key.group:
        return f"{key.group}.{_quoted_name(key.name)}{suffix}"
    misleads = is_group_or_near(key.name) or key.name.upper() in KEYWORDS or key.name[:1] == "-"
    return _backticked(key.name) if misleads else _quoted_name(key.name)


def number_text(value: float) -> str:
    """Write a number with the fewest digits that read back as the same one.

    Examples
    --------
    >>> number_text(3.0), number_text(1e-05), number_text(1e16), number_text(-math.inf)
    ('3', '1e-5', '1e16', '-inf')
    """
    if math.isnan(value):
        return "NaN"
    digits, _, exponent = repr(value).partition("e")
    digits = digits.removesuffix(".0")
    return f"{digits}e{int(exponent)}" if exponent else digits


def _operand(node: Node, *, inside: Node) -> str:
    loose = isinstance(node, Or) if isinstance(inside, And) else isinstance(node, (And, Or))
    needs_brackets = loose and not (isinstance(inside, Or) and isinstance(node, And))
    return f"({to_text(node)})" if needs_brackets else to_text(node)


def _condition_text(node: Comparison | Membership | Missing) -> str:
    key = key_text(node.key)
    if isinstance(node, Comparison):
        return f"{key} {node.operator} {_value_text(node.value)}"
    negation = "NOT " if node.negated else ""
    if isinstance(node, Missing):
        return f"{key} IS {negation}NULL"
    return f"{key} {negation}IN ({', '.join(map(_value_text, node.values))})"


def _value_text(value: Value) -> str:
    return _quote(value, "'") if isinstance(value, str) else number_text(value)


def _quoted_name(name: str) -> str:
    return name if _BARE.fullmatch(name) else _backticked(name)


def _backticked(name: str) -> str:
    return _quote(name, "`")


def _quote(text: str, mark: str) -> str:
    return mark + text.replace(mark, mark * 2) + mark
