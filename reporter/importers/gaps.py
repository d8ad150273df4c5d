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

    def __bool__(self) -> bool:
        return self._count > 0

    def add(self, start: int, n_bytes: int) -> None:
        """Note that `n_bytes` from byte `start` on hold nothing that can be read."""
        if not self._count or start != self._last_end:
            self._count += 1
        if self._count == 1 and not self._n_bytes:
            self._first = start
        self._n_bytes += n_bytes
        self._last_end = start + n_bytes

    def describe(self) -> str:
        """Say what was lost; empty when nothing was."""
        if not self._count:
            return ""
        if self._count == 1:
            return f"{self._n_bytes:,} bytes at byte {self._first:,} are no whole record"
        return (
            f"{self._n_bytes:,} bytes at {self._count:,} places are no whole records, "
            f"the first at byte {self._first:,}"
        )
