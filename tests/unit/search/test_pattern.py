from __future__ import annotations

import pytest

from reporter.search.pattern import PatternError, like, regex


class Counting(str):
    """A text that counts how often its characters are asked for."""

    __slots__ = ("asked",)

    def __iter__(self):
        self.asked = 0
        for char in str(self):
            self.asked += 1
            yield char


@pytest.mark.parametrize("pattern", ["(a+)+$", "^(a|a)*$", "(a|aa)+$", "a*a*a*a*a*b", "(.*)*x"])
def test_a_pattern_that_backtracks_elsewhere_looks_at_each_character_once(pattern):
    text = Counting("a" * 20_000 + "!")
    assert not regex(pattern)(text)
    assert text.asked == len(text)


@pytest.mark.parametrize("pattern", ["((a{500}){500}){500}", "[a-z]{400}" * 5, "a{500}" * 3])
def test_a_pattern_cannot_grow_beyond_its_limit(pattern):
    with pytest.raises(PatternError, match="a shorter regular expression"):
        regex(pattern)


def test_nothing_repeated_many_times_takes_no_time():
    assert regex("((((){500}){500}){500}){500}x" * 40)("x" * 40)


def test_deep_groups_are_refused_before_the_stack_is():
    with pytest.raises(PatternError, match="nested groups"):
        regex("(" * 5000)


def test_the_memory_of_a_search_is_bounded():
    search = regex("[^x]*y")
    assert not search("".join(map(chr, range(0x4E00, 0x4E00 + 12_000))))
    assert len(search.__self__.memo) <= 5_000


def test_like_is_quadratic_at_worst():
    assert not like("%a%a%a%a%a%a%b")("a" * 3_000)


def test_like_knows_no_escape():
    assert like("100%")("100 per cent")
    assert like("a\\%")("a\\b")
    assert not like("a_")("a")
