"""Time, ids and names of new runs, in one place, so that a test or a demo can choose them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["fixed", "new_run_id", "new_run_name", "now_ms"]

_ADJECTIVES = [
    "amber",
    "bold",
    "brisk",
    "calm",
    "clear",
    "crisp",
    "deft",
    "eager",
    "early",
    "exact",
    "fair",
    "fleet",
    "frank",
    "fresh",
    "gentle",
    "glad",
    "green",
    "keen",
    "kind",
    "late",
    "light",
    "lively",
    "lucid",
    "mellow",
    "merry",
    "mild",
    "neat",
    "nimble",
    "noble",
    "open",
    "patient",
    "plain",
    "polite",
    "proud",
    "quick",
    "quiet",
    "rapid",
    "ready",
    "ripe",
    "rosy",
    "round",
    "sage",
    "sharp",
    "silent",
    "sleek",
    "smooth",
    "snug",
    "sober",
    "soft",
    "solid",
    "spry",
    "steady",
    "still",
    "stout",
    "subtle",
    "sunny",
    "swift",
    "tidy",
    "tough",
    "true",
    "vivid",
    "warm",
    "whole",
    "wise",
    "witty",
]
_NOUNS = [
    "ash",
    "aspen",
    "badger",
    "bay",
    "beech",
    "birch",
    "brook",
    "cedar",
    "cliff",
    "cloud",
    "cove",
    "crane",
    "creek",
    "crow",
    "dale",
    "dawn",
    "deer",
    "delta",
    "dove",
    "dune",
    "elk",
    "elm",
    "falcon",
    "fern",
    "finch",
    "fjord",
    "fox",
    "frost",
    "gale",
    "glen",
    "grove",
    "gull",
    "hare",
    "harbor",
    "hawk",
    "hazel",
    "heath",
    "heron",
    "hill",
    "ibis",
    "iris",
    "jay",
    "lake",
    "lark",
    "leaf",
    "lily",
    "linden",
    "lynx",
    "maple",
    "marsh",
    "meadow",
    "mink",
    "mist",
    "moth",
    "oak",
    "orchid",
    "otter",
    "owl",
    "peak",
    "pine",
    "plover",
    "pond",
    "poplar",
    "quail",
    "rain",
    "raven",
    "reed",
    "ridge",
    "river",
    "robin",
    "rush",
    "sedge",
    "shore",
    "shrew",
    "sky",
    "sparrow",
    "spruce",
    "stoat",
    "stone",
    "stork",
    "stream",
    "swan",
    "swift",
    "thistle",
    "thrush",
    "tide",
    "trout",
    "valley",
    "vole",
    "willow",
    "wren",
]


def _system_ms() -> int:
    return time.time_ns() // 1_000_000


def _random_id() -> str:
    return os.urandom(16).hex()


def _random_name() -> str:
    import random

    pick = random.SystemRandom()
    return f"{pick.choice(_ADJECTIVES)}-{pick.choice(_NOUNS)}-{pick.randrange(1000)}"


# Called through these names by everything that logs; `fixed` exchanges them.
now_ms: Callable[[], int] = _system_ms
"""Return the time in milliseconds since 1970 UTC."""
new_run_id: Callable[[], str] = _random_id
"""Return 32 hex digits."""
new_run_name: Callable[[], str] = _random_name
"""Return a readable name such as ``calm-heron-417``."""


@contextmanager
def fixed(
    now: Callable[[], int] | None = None,
    run_id: Callable[[], str] | None = None,
    run_name: Callable[[], str] | None = None,
) -> Iterator[None]:
    """Exchange clock, ids or names for the length of a ``with`` block.

    Parameters
    ----------
    now : callable, optional
        Returns milliseconds since 1970 UTC.
    run_id : callable, optional
        Returns 32 hex digits.
    run_name : callable, optional

    Examples
    --------
    >>> from reporter.tracking import clock
    >>> with clock.fixed(now=lambda: 1_000):
    ...     clock.now_ms()
    1000
    """
    names = globals()
    before = {name: names[name] for name in ("now_ms", "new_run_id", "new_run_name")}
    given = {"now_ms": now, "new_run_id": run_id, "new_run_name": run_name}
    names.update({name: call for name, call in given.items() if call is not None})
    try:
        yield
    finally:
        names.update(before)
