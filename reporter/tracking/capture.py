"""Keep what a run prints: a copy of stdout and stderr, line by line, as an artifact.

Text passes through to the terminal at once; the copy is written to a file in the run's folder of
artifacts as it comes, so that it survives the process too.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import IO, TextIO

__all__ = ["OutputCapture"]

PATH = "output.log"
# Beyond this a run prints for itself; what is cut is said in the file.
MAX_BYTES = 20 << 20


class OutputCapture:
    """Copies what is printed until it is stopped.

    Parameters
    ----------
    folder : str
        The run's folder of artifacts; the copy is ``output.log`` in it.
    """

    def __init__(self, folder: str) -> None:
        os.makedirs(folder, exist_ok=True)
        self.path = os.path.join(folder, PATH)
        self._file: IO[bytes] = open(self.path, "ab", buffering=0)  # noqa: SIM115  # until stop()
        self._lock = threading.Lock()
        self._left = MAX_BYTES - os.path.getsize(self.path)
        self._tees = {name: _Tee(getattr(sys, name), self) for name in ("stdout", "stderr")}
        for name, tee in self._tees.items():
            setattr(sys, name, tee)

    def copy(self, text: str) -> None:
        """Append text to the copy, up to its bound."""
        data = text.encode("utf-8", "surrogatepass")
        with self._lock:
            if self._file.closed or self._left <= 0:
                return
            self._left -= len(data)
            try:
                self._file.write(data)
                if self._left <= 0:
                    self._file.write(b"\n(output beyond 20 MiB was not kept)\n")
            except OSError:
                self._left = 0  # a full disk: printing goes on

    def stop(self) -> None:
        """Give the streams back, as far as nobody else has replaced them meanwhile."""
        for name, tee in self._tees.items():
            if getattr(sys, name) is tee:
                setattr(sys, name, tee.stream)
        self._file.close()


class _Tee:
    """A stream that copies what is written to it."""

    def __init__(self, stream: TextIO, capture: OutputCapture) -> None:
        self.stream = stream
        self._capture = capture

    def write(self, text: str) -> int:
        """Write to the stream and to the copy."""
        self._capture.copy(text)
        return self.stream.write(text)

    def __getattr__(self, name: str) -> object:
        return getattr(self.stream, name)
