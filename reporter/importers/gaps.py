"""Places of a log that could not be read, told in one sentence however many there are."""

from __future__ import annotations

__all__ = ["Gaps"]


class Gaps:
    """Collects damaged places of one file, in the order of the file.

    Examples
    --------
    >>> gaps = Gaps()
    >>> gaps.describe()
    ''
    >>> gaps.add(4096, 20)
    >>> gaps.describe()
    '20 bytes at byte 4,096 are no whole record'
    """

    def __init__(self) -> None:
        self._first = self._last_end = self._n_bytes = self._count = 0
        self._n_records = 0

    def __bool__(self) -> bool:
        return self._count + self._n_records > 0

    def add(self, start: int, n_bytes: int) -> None:
        """Note that `n_bytes` from byte `start` on hold nothing that can be read."""
        if not self._count or start != self._last_end:
            self._count += 1
        if not self._n_bytes:
            self._first = start
        self._n_bytes += n_bytes
        self._last_end = start + n_bytes

    def add_record(self) -> None:
        """Note a whole record that does not hold what it should."""
        self._n_records += 1

    def describe(self) -> str:
        """Say what was lost; empty when nothing was."""
        unclear = f"{self._n_records:,} records do not hold what they should"
        parts = [self._lost_bytes()] if self._count else []
        return "; ".join([*parts, *([unclear] if self._n_records else [])])

    def _lost_bytes(self) -> str:
        if self._count == 1:
            return f"{self._n_bytes:,} bytes at byte {self._first:,} are no whole record"
        return (
            f"{self._n_bytes:,} bytes at {self._count:,} places are no whole records, "
            f"the first at byte {self._first:,}"
        )
