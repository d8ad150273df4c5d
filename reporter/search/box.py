"""What the search box of a page takes besides filters, read to find slips before anybody types it.

The twin of ``templates/js/lib/query.js``: words and quoted texts that are looked for everywhere,
``key:value``, ``-`` before what must not match, and conditions side by side. Only the page knows
what such a text finds; here it is read for its errors and its keys.
"""

from __future__ import annotations

import re

from reporter.errors import FilterSyntaxError
from reporter.search.grammar import CONDITION, Reader, parse_filter
from reporter.search.names import AGGREGATES
from reporter.search.quantity import read_number
from reporter.search.scanner import SPACE, SYMBOLS
from reporter.search.tree import And, Key, Node, keys_of

__all__ = ["box_keys"]

_NO_WORD = frozenset(SPACE + '()=<>"`')
"""What ends a word that is looked for: it may hold commas, colons and apostrophes."""

_WORD_OPERATOR = re.compile(
    r"(not\s+)?(in\s*\(|[ir]?like\s*['\"%]|between\s+\S+\s+and\s)|is\s+(not\s+)?null\b",
    re.IGNORECASE,
)
"""Operators that are words, with what must follow; without it they are words to look for."""

_DASH = re.compile(r"-(?!\s|\Z)")
_TOKEN = re.compile(r":(?!//|\\)[^\s()=<>]")
"""``:value``, but neither an address (``s3://``) nor a drive (``C:\\``)."""

_WHOLE_KEY = re.compile(r"(metrics|params|tags|attributes)\..")
_UNFINISHED = re.compile(r"\D.*:", re.DOTALL)
"""``status:``, still to be followed by what is looked for; ``12:`` begins a clock time."""
_UNFINISHED_HINT = "It follows without a space; text that ends with a colon stands in quotes."
_ANYTHING = And(())
"""Stands in the tree for what only the page can look for."""


def box_keys(text: str) -> list[Key]:
    """Read a text as the search box does; return the keys it asks for, each once, tokens' last.

    Parameters
    ----------
    text : str
        A filter, or what only the box takes.

    Returns
    -------
    list of Key

    Raises
    ------
    FilterSyntaxError
        It is neither.

    Examples
    --------
    >>> [key.name for key in box_keys('status:failed lr>0.1 "random forest" -baseline')]
    ['lr', 'status']
    >>> box_keys("params.lr")
    Traceback (most recent call last):
    reporter.errors.FilterSyntaxError: Column 10: expected a comparison such as = or LIKE, \
found the end.
    """
    try:
        return keys_of(parse_filter(text))
    except FilterSyntaxError:
        reader = _BoxReader(text)
        node = reader.all()
        return list(dict.fromkeys([*keys_of(node), *reader.token_keys]))


class _BoxReader(Reader):
    """Reads what only the search box has, besides filters; the methods are those of the twin."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.token_keys: list[Key] = []

    def has_another(self) -> bool:
        if self.take_word("AND"):
            return True
        if self.is_at_end() or self.peek() == ")":
            return False
        start = self.at
        is_or = self.take_word("OR")
        self.at = start
        return not is_or

    def take_not(self) -> bool:
        if self.take_word("NOT"):
            return True
        is_dash = _DASH.match(self.text, self.at) is not None
        self.at += is_dash
        return is_dash

    def leaf(self) -> Node:
        start = self.at
        key = self.try_key()
        if self.is_compared():
            if isinstance(key, FilterSyntaxError):
                raise key
            return self.condition(key)
        if isinstance(key, Key) and self.is_token(key):
            self.token_keys.append(key)
            self.step_over_value()
            return _ANYTHING
        self.at = start
        return self.free_text(key if isinstance(key, FilterSyntaxError) else None)

    def try_key(self) -> Key | FilterSyntaxError:
        """Read a key, or step over what should have been one and return what is wrong with it."""
        start = self.at
        try:
            return self.key()
        except FilterSyntaxError as error:
            self.at = start
            self.run(_NO_WORD)
            return error

    def aggregate(self) -> str:
        is_one = self.text.startswith(tuple(f":{name}" for name in AGGREGATES), self.at)
        return super().aggregate() if is_one else ""

    def is_compared(self) -> bool:
        """Look ahead for an operator: a sign, or a word with what must follow it."""
        rest = self.text[self.at :].lstrip()
        return rest.startswith(SYMBOLS) or _WORD_OPERATOR.match(rest) is not None

    def is_token(self, key: Key) -> bool:
        """Look ahead for ``:value``; a clock time is none."""
        is_time = not key.group and read_number(key.name) is not None
        return not is_time and _TOKEN.match(self.text, self.at) is not None

    def step_over_value(self) -> None:
        self.at += 1
        if self.peek() in ("'", '"'):
            self.quoted()
        else:
            self.run(_NO_WORD)

    def free_text(self, error: FilterSyntaxError | None) -> Node:
        """Step over a word or quoted text; a whole key is a filter that is not finished."""
        if self.peek() in ("'", '"'):
            self.quoted()
            return _ANYTHING
        start = self.at
        text = self.run(_NO_WORD)
        if not text and error:
            raise error
        if not text or text.upper() in ("AND", "OR", "NOT"):
            self.at = start
            self.fail(CONDITION)
        if _WHOLE_KEY.match(text):
            if error:
                raise error
            self.fail("a comparison such as = or LIKE")
        if not error and _UNFINISHED.fullmatch(text):
            self.fail("a value after :", _UNFINISHED_HINT)
        return _ANYTHING
