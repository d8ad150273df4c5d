"""Lists that come in pages, as MLflow's client returns them: a list that knows its next token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from reporter.errors import InvalidInputError

__all__ = ["PagedList", "page"]

Item = TypeVar("Item")


class PagedList(list[Item]):
    """One page of results.

    Parameters
    ----------
    items : sequence
    token : str, optional
        For the next page; None on the last one.
    """

    def __init__(self, items: Sequence[Item] = (), token: str | None = None) -> None:
        super().__init__(items)
        self.token = token

    def to_list(self) -> list[Item]:
        """Return the items alone."""
        return list(self)


def page(items: Sequence[Item], max_results: int | None, token: str | None) -> PagedList[Item]:
    """Cut out the page that a token names.

    Parameters
    ----------
    items : sequence
        All of them.
    max_results : int or None
        Items a page; all when None.
    token : str or None
        Of the page before; the first page when it is empty.

    Raises
    ------
    InvalidInputError
        No page has this token.

    Examples
    --------
    >>> first = page("abc", 2, None)
    >>> first, first.token, page("abc", 2, first.token).token
    (['a', 'b'], '2', None)
    """
    if token and not token.isdecimal():
        raise InvalidInputError(f"{token!r} is no page token.", "Use the token of the page before.")
    start = int(token or 0)
    end = len(items) if max_results is None else start + max(0, max_results)
    return PagedList(items[start:end], str(end) if start < end < len(items) else None)
