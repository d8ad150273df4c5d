"""What a call that was asked not to wait gives back: something to wait for, already done.

Every call is as quick as an asynchronous one, so scripts that collect these objects and wait for
them at the end go on working and wait for nothing.
"""

from __future__ import annotations

__all__ = ["RunOperations", "operations"]


class RunOperations:
    """The handle that MLflow's logging calls return with ``synchronous=False``."""

    def wait(self) -> None:
        """Return at once: what was logged is on disk."""


_DONE = RunOperations()


def operations(synchronous: bool | None) -> RunOperations | None:
    """Return a handle when a call was asked not to wait, else None, as MLflow does."""
    return _DONE if synchronous is False else None
