"""Values that were logged step by step and are neither numbers nor files: texts, lists, nothing.

They become one table of the run, so that an import loses none of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from reporter.importers.figures import bytes_artifact
from reporter.importers.records import ArtifactSource

__all__ = ["LooseValues", "as_number"]

_PATH = "logged_values.json"
_WORDS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


class LooseValues:
    """Collects values with their steps and keys."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, str, str]] = []

    def add(self, key: str, value: object, step: int) -> None:
        """Take a value, as JSON gives it."""
        try:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        except (TypeError, ValueError, RecursionError):
            text = "(nested too deep to be written)"
        self._rows.append((step, key, text))

    def artifacts(self) -> Iterator[ArtifactSource]:
        """Yield the table, if there is anything to be in it."""
        if self._rows:
            table = {"columns": ["step", "key", "value"], "data": self._rows}
            data = json.dumps(table, ensure_ascii=False).encode("utf-8", "replace")
            yield bytes_artifact(_PATH, data, kind="table")


def as_number(value: object) -> float | None:
    """Read a number as JSON of other tools has it; None when it is none.

    Examples
    --------
    >>> as_number(True), as_number("-Infinity"), as_number("nan"), as_number(10**400)
    (1.0, -inf, None, inf)
    """
    if isinstance(value, (bool, int, float)):
        try:
            return float(value)
        except OverflowError:
            return float("inf") if value > 0 else float("-inf")
    return _WORDS.get(value) if isinstance(value, str) else None
