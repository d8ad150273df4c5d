"""Number, time and size formats, from the table shared with the page's own script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reporter.site import numbers

TABLE = json.loads(
    (Path(__file__).parents[2] / "shared" / "format_cases.json").read_text(encoding="utf-8")
)


def value(written: Any) -> Any:
    """JSON has no NaN and no infinities: the table writes them as text."""
    if isinstance(written, list):
        return [value(item) for item in written]
    return float(written) if written in ("NaN", "Infinity", "-Infinity") else written


def check(function: Any, case: list[Any]) -> None:
    *arguments, expected = case
    assert function(*map(value, arguments)) == expected


@pytest.mark.parametrize("case", TABLE["number"], ids=str)
def test_format_number(case: list[Any]) -> None:
    check(numbers.format_number, case)


@pytest.mark.parametrize("case", TABLE["decimals"], ids=str)
def test_column_decimals(case: list[Any]) -> None:
    check(numbers.column_decimals, case)


@pytest.mark.parametrize("case", TABLE["duration"], ids=str)
def test_format_duration(case: list[Any]) -> None:
    check(numbers.format_duration, case)


@pytest.mark.parametrize("case", TABLE["time"], ids=str)
def test_format_time(case: list[Any]) -> None:
    check(numbers.format_time, case)


@pytest.mark.parametrize("case", TABLE["time_exact"], ids=str)
def test_format_time_exact(case: list[Any]) -> None:
    check(numbers.format_time_exact, case)


@pytest.mark.parametrize("case", TABLE["relative"], ids=str)
def test_format_relative(case: list[Any]) -> None:
    check(numbers.format_relative, case)


@pytest.mark.parametrize("case", TABLE["bytes"], ids=str)
def test_format_bytes(case: list[Any]) -> None:
    check(numbers.format_bytes, case)


@pytest.mark.parametrize("case", TABLE["count"], ids=str)
def test_format_count(case: list[Any]) -> None:
    check(numbers.format_count, case)


@pytest.mark.parametrize("case", TABLE["truncate"], ids=str)
def test_truncate_middle(case: list[Any]) -> None:
    check(numbers.truncate_middle, case)


def test_long_column_is_sampled() -> None:
    close = [1.0 + i / 1e5 for i in range(100_000)]
    assert numbers.column_decimals(close) == 3
    assert numbers.column_decimals([0.5, *[1.0] * 5000]) == 2
