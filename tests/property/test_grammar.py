"""What is printed reads back as the same tree, and no text breaks the parser otherwise."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from reporter.errors import FilterSyntaxError
from reporter.search import And, Comparison, Key, Membership, Missing, Not, Or
from reporter.search.grammar import parse_filter, to_text
from reporter.search.names import AGGREGATES, ATTRIBUTES, MLFLOW_ATTRIBUTES
from reporter.search.quantity import read_number

names = st.text(min_size=1) | st.sampled_from(
    ["lr", "a b", "val/loss", "and", "metrics.x", "Parms.lr", "-x", "it's", 'say "x"', "`", "日本"]
)
numbers = st.floats().map(lambda x: math.nan if math.isnan(x) else x + 0.0)
values = numbers | st.text()
metrics = st.builds(
    Key, st.just("metrics"), names, st.sampled_from(["", *set(AGGREGATES) - {"last"}])
)
texts = st.builds(Key, st.sampled_from(["params", "tags"]), names)
bare = st.builds(Key, st.just(""), names.filter(lambda name: name not in MLFLOW_ATTRIBUTES))
attributes = st.sampled_from(
    [Key("attributes", name) for name, kind in ATTRIBUTES.items() if kind in ("text", "status")]
    + [Key("datasets", name) for name in ("name", "digest", "context")]
)
signs = st.sampled_from(["=", "!=", ">", ">=", "<", "<="])
likes = st.sampled_from(["LIKE", "ILIKE", "NOT LIKE", "NOT ILIKE"])
worded = texts | bare | attributes


def tuples(strategy, least):
    return st.lists(strategy, min_size=least, max_size=4).map(tuple)


leaves = (
    st.builds(Comparison, metrics, signs, numbers)
    | st.builds(Comparison, worded, signs, values)
    | st.builds(Comparison, worded, likes, st.text())
    | st.builds(Comparison, worded, st.just("RLIKE"), st.sampled_from(["a+", "^x|y$", "'"]))
    | st.builds(Membership, metrics, tuples(numbers, 1), st.booleans())
    | st.builds(Membership, worded, tuples(values, 1), st.booleans())
    | st.builds(Missing, metrics | worded, st.booleans())
)


def joined(kind, children):
    """Build And and Or as the parser does: never one directly inside its own kind."""
    return kind(tuple(c for child in children for c in flat(kind, child)))


def flat(kind, node):
    return node.children if isinstance(node, kind) else (node,)


def grown(nodes):
    several = tuples(nodes, 2)
    return (
        st.builds(Not, nodes)
        | several.map(lambda children: joined(And, children))
        | several.map(lambda children: joined(Or, children))
    )


@given(st.recursive(leaves, grown, max_leaves=12))
def test_what_is_printed_reads_back_as_the_same_tree(node):
    assert parse_filter(to_text(node)) == node


@given(st.text(alphabet="ab. '\"`()<>=!,:-%09ANDORIS\n\u3000日", max_size=60) | st.text())
def test_any_text_is_a_filter_or_a_syntax_error_within_it(text):
    node, error = read(text)
    if error is None:
        assert parse_filter(to_text(node)) == node
    else:
        assert 0 <= error.position <= len(text)
        assert error.expected


def read(text):
    try:
        return parse_filter(text), None
    except FilterSyntaxError as error:
        return None, error


@given(st.floats())
def test_a_printed_float_is_read_as_itself(value):
    number = read_number(repr(value))
    assert number == value or (math.isnan(number) and math.isnan(value))
