"""A named view as the part of an address after ``#``: the Python twin of ``js/lib/state.js``.

What a view shows is said nowhere but in its link, so a view of the configuration and a link that
a reader copied are the same thing. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote, unquote

from reporter.config import View

__all__ = ["parse_hash", "print_hash", "view_hash", "view_state"]

VERSION = "1"
LISTS = frozenset(
    {
        "cols",
        "sel",
        "runs",
        "hide",
        "open",
        "pin",
        "fix",
        "rel",
        "brush",
        "heat",
        "w",
        "tblby",
        "wallpair",
        "sets",
        "exp",
        "zoom",
        "yr",
        "pinned",
        "order",
        "wide",
    }
)
"""Names whose value is a list; all others are one text."""

State = dict[str, "str | list[str]"]


def view_hash(view: View) -> str:
    """Return the part of a link that shows a view, ``#`` included.

    Parameters
    ----------
    view : View

    Returns
    -------
    str

    Examples
    --------
    >>> view_hash(View(name="Best", query="lr < 0.1", sort=("-metrics.acc",)))
    '#v=1&q=lr%20%3C%200.1&sort=-metrics.acc'
    """
    return print_hash(view_state(view))


def view_state(view: View) -> State:
    """Return what a view says, by the names that links have: its link first, its keys over it."""
    state = parse_hash(view.link)
    said: dict[str, str | Sequence[str]] = {
        "tab": view.tab,
        "q": view.query,
        "sort": ",".join(map(_quoted_key, view.sort)),
        "cols": list(view.columns),
        "group": ",".join(map(_quoted_key, view.group)),
        **view.state,
    }
    for name, value in said.items():
        if value:
            state[name] = _typed(name, value)
    return state


def parse_hash(link: str) -> State:
    """Read a view out of a link.

    Parameters
    ----------
    link : str
        An address, or its part from ``#``; empty for none.

    Returns
    -------
    dict of str to str or list of str
    """
    state: State = {}
    for part in link.partition("#")[2].split("&"):
        name, equals, value = part.partition("=")
        if not equals or not name or name == "v":
            continue
        key = _decode(name)
        state[key] = (
            [*map(_decode, filter(None, value.split(",")))] if key in LISTS else _decode(value)
        )
    return state


def print_hash(state: Mapping[str, str | Sequence[str]]) -> str:
    """Write a view as an address: empty when it says nothing."""
    parts = [f"{_encode(name)}={_encode_value(value)}" for name, value in state.items()]
    return "&".join([f"#v={VERSION}", *parts]) if parts else ""


def _typed(name: str, value: str | Sequence[str]) -> str | list[str]:
    if name in LISTS:
        return value.split(",") if isinstance(value, str) else list(value)
    return value if isinstance(value, str) else ",".join(value)


def _quoted_key(key: str) -> str:
    """Keep commas in a column's name apart from those between columns."""
    return key.replace("%", "%25").replace(",", "%2C")


def _encode_value(value: str | Sequence[str]) -> str:
    return _encode(value) if isinstance(value, str) else ",".join(map(_encode, value))


def _encode(text: str) -> str:
    """Encode as ``encodeURIComponent`` does, but leave what an address may hold."""
    return quote(text, safe="-_.!~*'()/:@")


def _decode(text: str) -> str:
    return unquote(text.replace("+", "%20"))
