"""Text patterns that answer in linear time whatever the pattern: LIKE and regular expressions.

A page that anyone may send a link to must not hang on ``(a+)+$``, so regular expressions are not
given to Python's or the browser's engine: a small one of our own reads a subset (no
back-references, no look-around) into an automaton that looks at each character once.
``templates/js/lib/pattern.js`` is the twin, held to this by ``tests/shared/filter_cases.json``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["PatternError", "like", "regex"]

MAX_STATES = 1_000
"""Largest automaton: the cost of a character is bounded by it. ``[a-z]{500}`` still fits."""

MAX_REPEAT = 500
MAX_DEPTH = 50
MEMO_LIMIT = 5_000
"""Steps remembered before the memory is emptied: about 1 MB."""

_Ranges = tuple[tuple[int, int], ...]
_ANY_BUT_NEWLINE: _Ranges = ((0, 9), (11, 0x10FFFF))
_CLASSES: dict[str, _Ranges] = {
    "d": ((48, 57),),
    "w": ((48, 57), (65, 90), (95, 95), (97, 122)),
    "s": ((9, 13), (32, 32)),
}
_ESCAPED = {"n": 10, "r": 13, "t": 9}


class PatternError(ValueError):
    """A regular expression that cannot be read, at `offset` characters from its start."""

    def __init__(self, offset: int, expected: str) -> None:
        self.offset = offset
        self.expected = expected
        super().__init__(f"expected {expected} at {offset}")


def like(pattern: str, *, ignore_case: bool = False) -> Callable[[str], bool]:
    """Compile an SQL pattern: ``%`` is any text, ``_`` any one character; there is no escape.

    Parameters
    ----------
    pattern : str
    ignore_case : bool

    Returns
    -------
    callable
        Whether a whole text matches. At worst `len(pattern)` steps a character.

    Examples
    --------
    >>> like("%.5_")("0.51"), like("ADAM%")("adamw"), like("ADAM%", ignore_case=True)("adamw")
    (True, False, True)
    """
    wanted = pattern.lower() if ignore_case else pattern
    return lambda text: _like(wanted, text.lower() if ignore_case else text)


def _like(pattern: str, text: str) -> bool:
    """Match by going on from the last ``%`` only, which is enough when ``%`` is the only star."""
    at = since = 0
    star = -1
    here = 0
    while here < len(text):
        if at < len(pattern) and pattern[at] == "%":
            star, since, at = at, here, at + 1
        elif at < len(pattern) and pattern[at] in ("_", text[here]):
            at, here = at + 1, here + 1
        elif star >= 0:
            since += 1
            at, here = star + 1, since
        else:
            return False
    return not pattern[at:].strip("%")


def regex(pattern: str, *, ignore_case: bool = False) -> Callable[[str], bool]:
    r"""Compile a regular expression to a search: whether it matches anywhere in a text.

    Parameters
    ----------
    pattern : str
        Characters, ``.``, ``[a-z]``, ``[^a-z]``, ``\d \w \s \D \W \S`` (ASCII), ``^``, ``$``,
        ``( )``, ``(?: )``, ``|``, ``* + ? {m} {m,} {m,n}`` (also lazy), and ``(?i)`` in front.
    ignore_case : bool
        As ``(?i)`` does.

    Returns
    -------
    callable
        At worst :data:`MAX_STATES` steps a character, nearly always one.

    Raises
    ------
    PatternError
        Where it cannot be read.

    Examples
    --------
    >>> regex("^run-[0-9]+$")("run-12"), regex("(a+)+$")("a" * 5000 + "b")
    (True, False)
    """
    ignore_case = ignore_case or pattern.startswith("(?i)")
    start = 4 if pattern.startswith("(?i)") else 0
    program = _Reader(pattern, start).program()
    return _Search(program, ignore_case).found_in


@dataclass
class _Part:
    """A piece of a pattern: kind is set, start, end, both (sequence), either or repeat."""

    kind: str
    parts: list[_Part] = field(default_factory=list)
    ranges: _Ranges = ()
    negated: bool = False
    least: int = 0
    most: int | None = None


class _Reader:
    """Reads a pattern by recursive descent and lays it out as a program."""

    def __init__(self, pattern: str, start: int) -> None:
        self.text = pattern
        self.at = start
        self.depth = 0

    def program(self) -> list[_Step]:
        part = self.either()
        if self.at < len(self.text):
            raise PatternError(self.at, "a ( for this )")
        steps: list[_Step] = []
        _lay_out(part, steps)
        steps.append(_Step("match"))
        return steps

    def either(self) -> _Part:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise PatternError(self.at, f"at most {MAX_DEPTH} nested groups")
        parts = [self.sequence()]
        while self.peek() == "|":
            self.at += 1
            parts.append(self.sequence())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else _Part("either", parts)

    def sequence(self) -> _Part:
        parts = []
        while self.peek() not in ("", "|", ")"):
            parts.append(self.repeated())
        return _Part("both", parts)

    def repeated(self) -> _Part:
        start = self.at
        part = self.atom()
        bounds = self.bounds()
        if bounds is None:
            return part
        if part.kind in ("start", "end"):
            raise PatternError(start, "something to repeat")
        if self.peek() == "?":
            self.at += 1
        if self.peek() in ("*", "+", "?") or self.bounds() is not None:
            raise PatternError(self.at, "one repetition only")
        return _Part("repeat", [part], least=bounds[0], most=bounds[1])

    def bounds(self) -> tuple[int, int | None] | None:
        sign = self.peek()
        if sign in ("*", "+", "?"):
            self.at += 1
            return (1 if sign == "+" else 0), (1 if sign == "?" else None)
        end = self.text.find("}", self.at) if sign == "{" else -1
        least, comma, most = self.text[self.at + 1 : max(end, self.at + 1)].partition(",")
        if not _is_digits(least) or (most and not _is_digits(most)):
            return None
        upper = int(most) if most else None if comma else int(least)
        if int(least) > MAX_REPEAT or (upper is not None and not int(least) <= upper <= MAX_REPEAT):
            raise PatternError(self.at, f"a repetition from 0 to {MAX_REPEAT}")
        self.at = end + 1
        return int(least), upper

    def atom(self) -> _Part:
        sign = self.peek()
        self.at += 1
        if sign == "(":
            return self.group()
        if sign == "[":
            return self.set()
        if sign in ("*", "+", "?"):
            raise PatternError(self.at - 1, "something to repeat")
        if sign in ("^", "$"):
            return _Part("start" if sign == "^" else "end")
        if sign == ".":
            return _Part("set", ranges=_ANY_BUT_NEWLINE)
        if sign == "\\":
            ranges, negated = self.escape()
            return _Part("set", ranges=ranges, negated=negated)
        return _Part("set", ranges=((ord(sign), ord(sign)),))

    def group(self) -> _Part:
        start = self.at - 1
        if self.peek() == "?":
            if self.text[self.at : self.at + 2] != "?:":
                raise PatternError(start, "a plain group, ( ) or (?: )")
            self.at += 2
        part = self.either()
        if self.peek() != ")":
            raise PatternError(start, "a ) for this (")
        self.at += 1
        return part

    def set(self) -> _Part:
        start = self.at - 1
        negated = self.peek() == "^"
        self.at += negated
        ranges: list[tuple[int, int]] = []
        while self.peek() != "]" or not ranges:
            if self.peek() == "":
                raise PatternError(start, "a ] for this [")
            ranges += self.set_item()
        self.at += 1
        return _Part("set", ranges=tuple(ranges), negated=negated)

    def set_item(self) -> _Ranges:
        first = self.set_end()
        if self.peek() != "-" or self.text[self.at + 1 : self.at + 2] in ("]", ""):
            return first
        start = self.at
        self.at += 1
        last = self.set_end()
        if not (_is_one(first) and _is_one(last) and first[0][0] <= last[0][0]):
            raise PatternError(start, "a range that goes up")
        return ((first[0][0], last[0][1]),)

    def set_end(self) -> _Ranges:
        sign = self.peek()
        self.at += 1
        if sign != "\\":
            return ((ord(sign), ord(sign)),)
        ranges, negated = self.escape()
        if negated:
            raise PatternError(self.at - 2, r"\d, \w or \s inside [ ]")
        return ranges

    def escape(self) -> tuple[_Ranges, bool]:
        sign = self.peek()
        self.at += 1
        if sign and sign.lower() in _CLASSES:
            return _CLASSES[sign.lower()], sign.isupper()
        if sign in _ESCAPED:
            return ((_ESCAPED[sign], _ESCAPED[sign]),), False
        if not sign or (sign.isascii() and sign.isalnum()):
            raise PatternError(self.at - 2, r"\d, \w, \s, \n, \r, \t or \ before a sign")
        return ((ord(sign), ord(sign)),), False

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]


def _is_one(ranges: _Ranges) -> bool:
    return len(ranges) == 1 and ranges[0][0] == ranges[0][1]


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(MAX_REPEAT)) + 1


@dataclass
class _Step:
    """One instruction: set (then the next), fork (to each of `targets`), start, end or match."""

    kind: str
    targets: list[int] = field(default_factory=list)
    ranges: _Ranges = ()
    negated: bool = False


def _lay_out(part: _Part, steps: list[_Step]) -> None:
    if len(steps) > MAX_STATES:
        raise PatternError(0, "a shorter regular expression")
    if part.kind == "both":
        for child in part.parts:
            _lay_out(child, steps)
    elif part.kind == "either":
        _lay_out_either(part, steps)
    elif part.kind == "repeat":
        _lay_out_repeat(part, steps)
    else:
        steps.append(_Step(part.kind, ranges=part.ranges, negated=part.negated))


def _lay_out_either(part: _Part, steps: list[_Step]) -> None:
    fork = _Step("fork")
    steps.append(fork)
    ends = []
    for child in part.parts:
        fork.targets.append(len(steps))
        _lay_out(child, steps)
        ends.append(_Step("fork"))
        steps.append(ends[-1])
    for end in ends:
        end.targets.append(len(steps))


def _lay_out_repeat(part: _Part, steps: list[_Step]) -> None:
    child = part.parts[0]
    for _ in range(part.least):
        before = len(steps)
        _lay_out(child, steps)
        if len(steps) == before:  # nothing to repeat, and 500 times nothing 500 times takes long
            return
    if part.most is None:
        loop = len(steps)
        steps.append(_Step("fork", [loop + 1]))
        _lay_out(child, steps)
        steps.append(_Step("fork", [loop]))
        steps[loop].targets.append(len(steps))
        return
    forks = []
    for _ in range(part.most - part.least):
        forks.append(_Step("fork", [len(steps) + 1]))
        steps.append(forks[-1])
        _lay_out(child, steps)
    for fork in forks:
        fork.targets.append(len(steps))


class _Search:
    """Runs a program over texts, all alternatives at once, and remembers the steps it took."""

    def __init__(self, program: list[_Step], ignore_case: bool) -> None:
        self.program = program
        self.ignore_case = ignore_case
        self.memo: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        self.first = self.spread([0], at_start=True, at_end=False)
        self.again = self.spread([0], at_start=False, at_end=False)

    def found_in(self, text: str) -> bool:
        states, last = self.first, len(self.program) - 1
        for char in text.lower() if self.ignore_case else text:
            if last in states:
                return True
            following = self.memo.get((states, char))
            states = self.step(states, char) if following is None else following
        if not text:
            return last in self.spread([0], at_start=True, at_end=True)
        return last in states or last in self.spread(states, at_start=False, at_end=True)

    def step(self, states: frozenset[int], char: str) -> frozenset[int]:
        nexts = [state + 1 for state in states if self.accepts(self.program[state], char)]
        following = self.again | self.spread(nexts, at_start=False, at_end=False)
        if len(self.memo) >= MEMO_LIMIT:
            self.memo.clear()
        self.memo[states, char] = following
        return following

    def accepts(self, step: _Step, char: str) -> bool:
        if step.kind != "set":
            return False
        code = ord(char)
        found = any(low <= code <= high for low, high in step.ranges)
        if self.ignore_case and not found and len(char.upper()) == 1:
            code = ord(char.upper())
            found = any(low <= code <= high for low, high in step.ranges)
        return found is not step.negated

    def spread(self, starts: Iterable[int], *, at_start: bool, at_end: bool) -> frozenset[int]:
        """Follow forks and anchors to the steps that wait for a character, or for the end."""
        pending = list(starts)
        reached: set[int] = set()
        while pending:
            state = pending.pop()
            if state in reached:
                continue
            reached.add(state)
            step = self.program[state]
            if step.kind == "fork":
                pending += step.targets
            elif (step.kind == "start" and at_start) or (step.kind == "end" and at_end):
                pending.append(state + 1)
        return frozenset(state for state in reached if self.program[state].kind != "fork")
