"""The filter language: text in, tree out, or an error that says where and what was expected.

MLflow's ``search_runs`` filters are a subset of it. ``templates/js/lib/grammar.js`` is the twin and
``query.js`` beside it adds free text for the page's search box; the cases in
``tests/shared/filter_cases.json`` hold them together. The language is described in
``docs/filter-language.md``. This module knows nothing of runs.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reporter.search.names import (
    AGGREGATES,
    ATTRIBUTES,
    DATASET_KEYS,
    GROUPS,
    KEYWORDS,
    MLFLOW_ATTRIBUTES,
    attribute_name,
    nearest,
    nearest_group,
)
from reporter.search.pattern import PatternError, regex
from reporter.search.quantity import read_duration, read_number, read_time
from reporter.search.scanner import NO_KEY, NO_VALUE, Scanner
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
    to_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["CONDITION", "Reader", "parse_filter", "parse_order_by", "to_text"]

CONDITION = "a condition such as params.lr > 0.1"
MAX_DEPTH = 100
_TEXT_OPERATORS = ("LIKE", "ILIKE", "RLIKE")
_NUMERIC_OPERATORS = "=, !=, >, >=, <, <=, IN or IS NULL"


def parse_filter(text: str, aliases: Mapping[str, str] | None = None) -> Node:
    """Read a filter.

    Parameters
    ----------
    text : str
        Such as ``metrics.val_loss < 0.3 AND (params.model = 'mlp' OR status = 'FAILED')``. Nothing
        but white space is the filter that every run passes.
    aliases : mapping of str to str, optional
        Other names for attributes: those that a search of experiments uses.

    Returns
    -------
    Node
        See :mod:`reporter.search.tree`.

    Raises
    ------
    FilterSyntaxError
        With the position and what would have been accepted there.

    Examples
    --------
    >>> parse_filter("lr > 0.1 and lr < 1")
    And(children=(Comparison(key=Key(group='', name='lr', aggregate=''), operator='>', value=0.1), \
Comparison(key=Key(group='', name='lr', aggregate=''), operator='<', value=1.0)))
    >>> parse_filter("params.lr = = 1")
    Traceback (most recent call last):
    reporter.errors.FilterSyntaxError: Column 13: expected a value after =, found =.
    """
    return Reader(text, aliases=aliases).all()


def parse_order_by(text: str, aliases: Mapping[str, str] | None = None) -> tuple[Key, bool]:
    """Read one entry of ``order_by``.

    Parameters
    ----------
    text : str
        A key, then ``ASC`` (the default) or ``DESC``.
    aliases : mapping of str to str, optional
        As for :func:`parse_filter`.

    Returns
    -------
    tuple of Key and bool
        The second says whether the order is ascending.

    Raises
    ------
    FilterSyntaxError

    Examples
    --------
    >>> parse_order_by("metrics.`val loss` DESC")
    (Key(group='metrics', name='val loss', aggregate=''), False)
    """
    reader = Reader(text, "a key such as metrics.val_loss", aliases)
    key = reader.key()
    if key.group == "datasets":
        reader.at = 0
        reader.fail("a metric, param, tag or attribute")
    is_descending = reader.take_word("DESC")
    if not is_descending:
        reader.take_word("ASC")
    if not reader.is_at_end():
        reader.fail("ASC, DESC or the end")
    return key, not is_descending


class Reader(Scanner):
    """Reads by recursive descent.

    Parameters
    ----------
    text : str
    opening : str
        What a message says is expected where a condition begins.
    aliases : mapping of str to str, optional
        As for :func:`parse_filter`.
    """

    def __init__(
        self,
        text: str,
        opening: str = CONDITION,
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(text)
        self.opening = opening
        self.aliases = aliases or {}
        self.depth = 0

    def all(self) -> Node:
        """Read the whole text; nothing but white space is the empty filter."""
        if self.is_at_end():
            return And(())
        node = self.either()
        if not self.is_at_end():
            self.fail("AND, OR or the end")
        return node

    # Conditions -----------------------------------------------------------------------------

    def either(self) -> Node:
        """Read conditions joined by OR."""
        nodes = [self.both()]
        while self.take_word("OR"):
            nodes.append(self.both())
        return _join(Or, nodes)

    def both(self) -> Node:
        """Read conditions joined by AND."""
        nodes = [self.negated()]
        while self.has_another():
            nodes.append(self.negated())
        return _join(And, nodes)

    def has_another(self) -> bool:
        """Step over what joins a condition to the next."""
        return self.take_word("AND")

    def negated(self) -> Node:
        """Read a condition, perhaps after NOT."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"at most {MAX_DEPTH} conditions inside each other")
        node = Not(self.negated()) if self.take_not() else self.primary()
        self.depth -= 1
        return node

    def take_not(self) -> bool:
        """Step over what turns a condition around."""
        return self.take_word("NOT")

    def primary(self) -> Node:
        """Read conditions in parentheses, or one."""
        self.skip()
        if self.peek() != "(":
            return self.leaf()
        self.at += 1
        node = self.either()
        if not self.take(")"):
            self.fail("AND, OR or )")
        return node

    def leaf(self) -> Node:
        """Read one condition."""
        return self.condition(self.key())

    def condition(self, key: Key) -> Node:
        """Read what a key is compared with."""
        self.skip()
        start = self.at
        symbol = self.take_symbol()
        if symbol:
            value = self.value(key, symbol, written=self.text[start : self.at])
            return Comparison(key, symbol, value)
        if self.take_word("IS"):
            is_negated = self.take_word("NOT")
            if not self.take_word("NULL"):
                self.fail("NULL" if is_negated else "NULL or NOT NULL")
            return Missing(key, is_negated)
        is_negated = self.take_word("NOT")
        return self.worded(key, is_negated, start)

    def worded(self, key: Key, is_negated: bool, start: int) -> Node:
        """Read what follows a key when it is a word: LIKE, IN or BETWEEN, perhaps after NOT."""
        if self.take_word("IN"):
            return Membership(key, self.values(key), is_negated)
        if self.take_word("BETWEEN"):
            return self.between(key, is_negated)
        word = next((word for word in _TEXT_OPERATORS if self.take_word(word)), "")
        if not word:
            follows = "IN, LIKE, ILIKE, RLIKE or BETWEEN after NOT"
            self.fail(follows if is_negated else "a comparison such as = or LIKE")
        if kind_of(key) in ("number", "time", "duration"):
            self.at = start
            self.fail(_NUMERIC_OPERATORS)
        operator = f"NOT {word}" if is_negated else word
        return Comparison(key, operator, self.pattern(word))

    def between(self, key: Key, is_negated: bool) -> Node:
        """Read both ends of BETWEEN."""
        low = self.value(key, "BETWEEN")
        if not self.take_word("AND"):
            self.fail("AND and the upper end of BETWEEN")
        high = self.value(key, "AND")
        if is_negated:
            return Or((Comparison(key, "<", low), Comparison(key, ">", high)))
        return And((Comparison(key, ">=", low), Comparison(key, "<=", high)))

    # Keys -----------------------------------------------------------------------------------

    def key(self) -> Key:
        """Read a key, with its group and its aggregate."""
        self.skip()
        start = self.at
        first = self.quoted() if self.peek() in ("`", '"') else self.run(NO_KEY)
        was_quoted = self.text[start : start + 1] in ("`", '"')
        self.check_key_start(first, start, was_quoted)
        group, name = self.split(first, was_quoted)
        if not group:
            return self.bare_key(name, start, was_quoted)
        if group in ("attributes", "datasets"):
            return Key(group, self.known_name(group, name, start))
        return Key(group, name, self.aggregate() if group == "metrics" else "")

    def check_key_start(self, first: str, start: int, was_quoted: bool) -> None:
        """Refuse what cannot begin a key."""
        is_word = not was_quoted and first.upper() in KEYWORDS
        if not first or is_word or (not was_quoted and first.startswith("-")):
            self.at = start
            self.fail(self.opening)

    def split(self, first: str, was_quoted: bool) -> tuple[str, str]:
        """Part a key at its first dot; the name behind it may be quoted."""
        if was_quoted and self.peek() != ".":
            return "", first
        head, dot, name = (first, ".", "") if was_quoted else first.partition(".")
        group = GROUPS.get(head, "")
        if not was_quoted and not (dot and group):
            return "", first
        if not group:
            self.fail("a comparison such as = or LIKE")
        if was_quoted:
            self.at += 1
            name = self.run(NO_KEY)
        if not name and self.peek() in ("`", '"', "'"):
            name = self.quoted()
        if not name:
            self.fail(f"a name after {group}.")
        return group, name

    def bare_key(self, name: str, start: int, was_quoted: bool) -> Key:
        """Make the key of a name that has no group."""
        if name in self.aliases:
            return Key("attributes", self.aliases[name])
        if name in MLFLOW_ATTRIBUTES:
            return Key("attributes", attribute_name(name))
        near = "" if was_quoted else nearest_group(name)
        if near:
            self.at = start
            self.fail("a key", hint=f"Did you mean {near}.{name.partition('.')[2]}?")
        if self.has_aggregate_and_operator():
            return Key("metrics", name, self.aggregate())
        return Key("", name)

    def known_name(self, group: str, name: str, start: int) -> str:
        """Return the name of an attribute, or of a fact about data sets; refuse others."""
        names: Iterable[str] = ATTRIBUTES if group == "attributes" else DATASET_KEYS
        if group == "attributes":
            known = self.aliases.get(name) or attribute_name(name)
        else:
            known = name if name in names else ""
        if not known:
            near = nearest(name.lower(), names)
            self.at = start
            hint = f"Did you mean {group}.{near}?" if near else f"Known are {', '.join(names)}."
            self.fail("an attribute" if group == "attributes" else "a dataset key", hint=hint)
        return known

    def aggregate(self) -> str:
        """Read ``:min`` and its like."""
        if self.peek() != ":":
            return ""
        self.at += 1
        word_start = self.at
        word = self.run(NO_KEY)
        if word not in AGGREGATES:
            self.at = word_start
            self.fail(f"one of {', '.join(AGGREGATES)} after :")
        return "" if word == "last" else word

    def has_aggregate_and_operator(self) -> bool:
        """Look ahead for ``:min <``: then a bare key is a metric."""
        start = self.at
        if self.peek() != ":":
            return False
        self.at += 1
        is_aggregate = self.run(NO_KEY) in AGGREGATES
        words = ("IN", "IS", "NOT", "BETWEEN")
        follows = bool(self.take_symbol()) or any(self.take_word(word) for word in words)
        self.at = start
        return is_aggregate and follows

    # Values ---------------------------------------------------------------------------------

    def values(self, key: Key) -> tuple[Value, ...]:
        """Read the list after IN."""
        self.skip()
        if self.peek() != "(":
            self.fail("( after IN")
        self.at += 1
        values = [self.value(key, "(")]
        while self.take(","):
            self.skip()
            if self.peek() == ")":
                break
            values.append(self.value(key, ","))
        if not self.take(")"):
            self.fail(", or )")
        return tuple(values)

    def value(self, key: Key, operator: str, written: str = "") -> Value:
        """Read a value and check that the key can be compared with it."""
        text, is_quoted, start = self.literal(written or operator)
        kind = kind_of(key)
        is_duration = kind == "duration" or (kind == "any" and key.name == "duration")
        if is_duration and not is_quoted:
            text = self.with_units(text)
        number = None if is_quoted else read_number(text)
        value: Value = text if number is None else math.nan if math.isnan(number) else number
        is_wrong = isinstance(value, str) and (
            kind == "number"
            or (kind == "time" and read_time(value) is None)
            or (kind == "duration" and read_duration(value) is None)
        )
        if is_wrong:
            self.at = start
            self.fail(_WANTED[kind])
        return value

    def pattern(self, operator: str) -> str:
        """Read a quoted pattern."""
        self.skip()
        if self.peek() not in ("'", '"'):
            self.fail(f"a quoted pattern after {operator}")
        text, _, start = self.literal(operator)
        if operator == "RLIKE":
            try:
                regex(text)
            except PatternError as error:
                self.at = min(start + 1 + error.offset, len(self.text))
                self.fail(error.expected)
        return text

    def literal(self, after: str) -> tuple[str, bool, int]:
        """Read quoted text or a run of characters; return it, whether quoted, and its start."""
        self.skip()
        start = self.at
        if self.peek() in ("'", '"'):
            return self.quoted(), True, start
        text = self.run(NO_VALUE)
        if not text or text.upper() in KEYWORDS:
            self.at = start
            hint = "To find what was not logged, write IS NULL." if text.upper() == "NULL" else ""
            self.fail(f"a value after {after}", hint=hint)
        return text, False, start

    def with_units(self, text: str) -> str:
        """Take the rest of ``5 min`` or ``2 d 4 h`` along."""
        while True:
            start = self.at
            self.skip()
            word = self.run(NO_VALUE)
            ends = (f"{text} {word}", f"{text} {word} s")
            if not word or all(read_duration(end) is None for end in ends):
                self.at = start
                return text
            text = ends[0]


_WANTED = {
    "number": "a number",
    "time": "a date such as '2026-11-21', or milliseconds",
    "duration": "a duration such as '5 min' or '1:02:10'",
}


def kind_of(key: Key) -> str:
    """Tell what a key is compared as: number, text, time, duration, status or, if bare, any."""
    if key.group == "metrics":
        return "number"
    if key.group == "attributes":
        return ATTRIBUTES[key.name]
    return "text" if key.group else "any"


def _join(kind: type[And | Or], nodes: list[Node]) -> Node:
    """Make one node of several, without nesting a kind in itself."""
    flat: list[Node] = []
    for node in nodes:
        flat.extend(node.children if isinstance(node, kind) else (node,))
    return nodes[0] if len(nodes) == 1 else kind(tuple(flat))
