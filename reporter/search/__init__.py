"""Searching runs: the filter language, ordering, and runs as a table.

Reading filters needs the standard library alone; pandas is imported inside
:func:`reporter.search.frame.runs_frame` when someone asks for a table.
"""

from reporter.search.box import box_keys
from reporter.search.evaluate import compile_filter, matches, unknown_keys
from reporter.search.frame import runs_frame
from reporter.search.grammar import parse_filter, parse_order_by
from reporter.search.order import sort_runs
from reporter.search.select import keys_asked_for
from reporter.search.tree import (
    And,
    Comparison,
    Key,
    Membership,
    Missing,
    Node,
    Not,
    Or,
    keys_of,
    to_text,
)

__all__ = [
    "And",
    "Comparison",
    "Key",
    "Membership",
    "Missing",
    "Node",
    "Not",
    "Or",
    "box_keys",
    "compile_filter",
    "keys_asked_for",
    "keys_of",
    "matches",
    "parse_filter",
    "parse_order_by",
    "runs_frame",
    "sort_runs",
    "to_text",
    "unknown_keys",
]
