"""A folder for the length of one piece of work, which a killed process does not leave for ever.

Its owner holds a lock in it; whoever makes the next one in the same place removes those whose owner
is gone. Knows nothing of what is put into it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator

from reporter.errors import BuildError
from reporter.site.writing.lock import BuildLock

__all__ = ["passing_folder"]

_PREFIX = ".report-"
_LOCK = "lock"


@contextlib.contextmanager
def passing_folder(beside: str) -> Iterator[str]:
    """Make a folder that is removed at the end.

    Parameters
    ----------
    beside : str
        Folder to make it in: the disk that what is made in it will go to.

    Yields
    ------
    str
        Its path.

    Raises
    ------
    OSError
        It cannot be made.
    """
    _remove_abandoned(beside)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=beside) as folder:
        lock = BuildLock.take(os.path.join(folder, _LOCK), folder)
        try:
            yield folder
        finally:
            lock.release()


def _remove_abandoned(beside: str) -> None:
    """Remove the folders of processes that are gone; those of others stay locked."""
    for name in os.listdir(beside):
        place = os.path.join(beside, name)
        if not name.startswith(_PREFIX) or not os.path.isfile(os.path.join(place, _LOCK)):
            continue
        with contextlib.suppress(BuildError, OSError):  # at work; or not ours to remove
            BuildLock.take(os.path.join(place, _LOCK), place).release()
            shutil.rmtree(place)
