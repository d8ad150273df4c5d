"""One file that is written whole or not at all, wherever the user wants it.

Knows nothing of what is in it. A disk that fills up and a process that is stopped leave the file
that was there before.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import BinaryIO

from reporter.errors import BuildError
from reporter.site.writing.destinations import PART, prepare_file

__all__ = ["open_whole", "write_whole"]


@contextlib.contextmanager
def open_whole(path: str) -> Iterator[BinaryIO]:
    """Open a file for writing that takes its place when all of it is written.

    Parameters
    ----------
    path : str
        The file; its folder is made when it is not there, and a link stays a link.

    Yields
    ------
    BinaryIO

    Raises
    ------
    BuildError
        It cannot be written; what was there stays.
    """
    place = os.path.realpath(path) if os.path.islink(path) else path
    prepare_file(place)
    part = place + PART
    try:
        with open(part, "wb") as stream:
            yield stream
        os.replace(part, place)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(part)
        if isinstance(error, OSError) and error.filename in (None, part, place):
            reason = error.strerror or str(error)
            raise BuildError(
                f"Cannot write '{path}': {reason}.",
                "Free or permit the place and try again, or choose another.",
            ) from error
        raise


def write_whole(path: str, data: bytes) -> None:
    """Write a file, whole or not at all.

    Parameters
    ----------
    path : str
    data : bytes

    Raises
    ------
    BuildError
        It cannot be written; what was there stays.
    """
    with open_whole(path) as stream:
        stream.write(data)
