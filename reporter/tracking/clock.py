"""Time, ids and names of new runs, in one place, so that a test or a demo can choose them.

Journals' names and the host stand here too, as far as choosing them goes: the store makes them.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from reporter.store import journal, liveness

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
    writer_id: Callable[[], str] | None = None,
    host: str | None = None,
) -> Iterator[None]:
    """Exchange clock, ids, names or this machine's for the length of a ``with`` block.

    Parameters
    ----------
    now : callable, optional
        Returns milliseconds since 1970 UTC.
    run_id : callable, optional
        Returns 32 hex digits.
    run_name : callable, optional
    writer_id : callable, optional
        Returns 12 hex digits, other ones at each call: journals are named by them.
    host : str, optional
        What this machine is called, without a process: the writer cannot be seen alive.

    Examples
    --------
    >>> from reporter.tracking import clock
    >>> with clock.fixed(now=lambda: 1_000):
    ...     clock.now_ms()
    1000
    """
    this = sys.modules[__name__]
    identity = None if host is None else lambda: (host, 0, "")
    exchanged = (
        (this, "now_ms", now),
        (this, "new_run_id", run_id),
        (this, "new_run_name", run_name),
        (journal, "new_writer_id", writer_id),
        (liveness, "own_identity", identity),
    )
    before = [(module, name, getattr(module, name)) for module, name, _ in exchanged]
    for module, name, call in exchanged:
        if call is not None:
            setattr(module, name, call)
    try:
        yield
    finally:
        for module, name, call in before:
            setattr(module, name, call)
