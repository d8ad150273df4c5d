"""Characters of a filter, taken one piece at a time, and errors that name the place.

There is no separate tokenizer, because what a run of characters means depends on where it stands:
``1:02:10`` is a duration after an operator and nothing before one. This module knows marks, signs
and words, and nothing of what they mean.
"""

from __future__ import annotations

from typing import NoReturn

from reporter.errors import FilterSyntaxError

__all__ = ["NO_KEY", "NO_VALUE", "SPACE", "SYMBOLS", "Scanner"]

SPACE = " \t\r\n\f\v\u00a0\u3000"
"""White space, the no-break space of web pages and the wide space of Japanese keyboards too."""

MAX_SHOWN = 40
"""Longest piece of the text that a message repeats, in characters."""

SYMBOLS = (">=", "<=", "<>", "!=", "==", "=", ">", "<")
_SAME_OPERATOR = {"<>": "!=", "==": "="}
NO_KEY = frozenset(SPACE + "()=<>!,:'\"`")
"""What ends a key that is not quoted."""

NO_VALUE = NO_KEY - {":"}
"""What ends a word or a value that is not quoted: times have colons."""


class Scanner:
    """Takes pieces off a text; `at` is the position of the next character.

    Parameters
    ----------
    text : str
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def quoted(self) -> str:
        """Read from the mark here to the closing one; the mark doubled stands for itself."""
        start, mark = self.at, self.peek()
        pieces: list[str] = []
        while True:
            end = self.text.find(mark, self.at + 1)
            if end < 0:
                self.at = start
                self.fail(f"a closing {mark}", found="the end")
            pieces.append(self.text[self.at + 1 : end])
            self.at = end + 1
            if self.peek() != mark:
                return mark.join(pieces)

    def run(self, excluded: frozenset[str]) -> str:
        """Read until one of these characters, or the end."""
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in excluded:
            self.at += 1
        return self.text[start : self.at]

    def take_word(self, word: str) -> bool:
        """Step over white space and this word, in any case, if it is the next."""
        self.skip()
        start = self.at
        if self.run(NO_VALUE).upper() == word:
            return True
        self.at = start
        return False

    def take_symbol(self) -> str:
        """Step over an operator made of signs and return it; ``""`` if none is next."""
        self.skip()
        symbol = next((s for s in SYMBOLS if self.text.startswith(s, self.at)), "")
        self.at += len(symbol)
        return _SAME_OPERATOR.get(symbol, symbol)

    def take(self, char: str) -> bool:
        """Step over white space and this character if it is the next."""
        self.skip()
        is_there = self.peek() == char
        self.at += is_there
        return is_there

    def skip(self) -> None:
        """Step over white space."""
        while self.peek() and self.peek() in SPACE:
            self.at += 1

    def peek(self) -> str:
        """Return the next character, ``""`` at the end."""
        return self.text[self.at : self.at + 1]

    def is_at_end(self) -> bool:
        """Step over white space and tell whether nothing follows."""
        self.skip()
        return self.at >= len(self.text)

    def fail(self, expected: str, hint: str = "", found: str = "") -> NoReturn:
        """Raise FilterSyntaxError for what stands here."""
        self.skip()
        message = (
            f"Column {self.at + 1}: expected {expected}, found {found or self.found()}. {hint}"
        )
        raise FilterSyntaxError(
            message.strip(), text=self.text, position=self.at, expected=expected
        )

    def found(self) -> str:
        """Name what stands at the position, for messages."""
        start = self.at
        if start >= len(self.text):
            return "the end"
        if self.peek() in ("'", '"', "`"):
            end = self.text.find(self.peek(), start + 1)
            word = self.text[start : end + 1 if end > 0 else len(self.text)]
        else:
            word = self.take_symbol() and self.text[start : self.at]
            word = word or self.run(NO_VALUE) or self.peek()
        self.at = start
        return word if len(word) <= MAX_SHOWN else word[: MAX_SHOWN - 1] + "…"
