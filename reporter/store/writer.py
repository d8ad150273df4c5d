"""Record runs in a folder: one writer of one run, with journals of its own.

Standard library alone, since it lives in the training process; only :func:`compact` brings in
pyarrow, at the end of a run.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import BinaryIO

from reporter.errors import StoreError
from reporter.events import Event, MetricsLogged, WriterClosed, WriterOpened, to_line
from reporter.store import layout
from reporter.store.journal import Journal, PointJournal
from reporter.store.liveness import host_name, own_start

__all__ = ["ExperimentWriter", "FolderWriter"]

_CHUNK_BYTES = 1 << 20


class _EventJournal(Journal):
    """A journal whose every file begins by saying who writes it."""

    def __init__(
        self, name_of: Callable[[str], str], now_ms: Callable[[], int], **options: str
    ) -> None:
        super().__init__(name_of, **options)
        self._now_ms = now_ms

    def header(self) -> bytes:
        opened = WriterOpened(
            at_ms=self._now_ms(), host=host_name(), pid=os.getpid(), process_start=own_start()
        )
        return to_line(opened)


class FolderWriter:
    """One process's way into one run; implements :class:`reporter.store.ports.RunWriter`.

    Parameters
    ----------
    store : str
        The store's folder.
    experiment_id, run_id : str
    artifact_folder : str, optional
        Where artifacts go; inside the run's folder when empty.
    now_ms : callable
        The clock.
    durability : {"power", "process", "fsync"}
    on_error : {"warn", "raise"}
        See :class:`reporter.store.journal.Journal`.
    check_key : callable, optional
        Raises for a metric key that is not accepted; asked once a key.
    """

    def __init__(
        self,
        store: str,
        experiment_id: str,
        run_id: str,
        *,
        now_ms: Callable[[], int],
        artifact_folder: str = "",
        durability: str = "power",
        on_error: str = "warn",
        check_key: Callable[[str], None] | None = None,
    ) -> None:
        self.experiment_id = experiment_id
        self.run_id = run_id
        self.folder = os.path.join(store, experiment_id, run_id)
        self.artifact_folder = artifact_folder or os.path.join(self.folder, layout.ARTIFACTS)
        self._now_ms = now_ms
        self._events = _EventJournal(
            lambda writer: os.path.join(self.folder, layout.events_journal(writer)),
            now_ms,
            durability=durability,
            on_error=on_error,
        )
        self.points = PointJournal(
            lambda writer: os.path.join(self.folder, layout.metrics_journal(writer)),
            durability,
            on_error,
        )
        if check_key is not None:
            self.points.check_key = check_key

    def append(self, *events: Event) -> None:
        """Record events, in one write; when this returns they survive the process."""
        lines = []
        for event in events:
            if isinstance(event, MetricsLogged):
                self.points.append_points(
                    event.key, list(event.values), list(event.steps), list(event.timestamps_ms)
                )
            else:
                lines.append(to_line(event))
        if lines:
            self._events.write(b"".join(lines))

    def put_artifact(self, path: str, data: bytes | BinaryIO) -> tuple[int, str]:
        """Store a file under a relative path, whole or not at all.

        Parameters
        ----------
        path : str
        data : bytes or binary file
            A file is copied from where it stands to its end.

        Returns
        -------
        size_bytes : int
        sha256 : str
            In hex.

        Raises
        ------
        InvalidInputError
            The path cannot be used.
        StoreError
            The disk refused, or a folder has that name.
        """
        target = os.path.join(self.artifact_folder, *layout.safe_artifact_path(path).split("/"))
        folder = os.path.dirname(target)
        temporary = os.path.join(folder, f"{layout.TEMPORARY_PREFIX}{os.urandom(6).hex()}")
        try:
            os.makedirs(folder, exist_ok=True)
            found = _copy(data, temporary)
            os.replace(temporary, target)
        except OSError as error:
            _unlink_if_there(temporary)
            raise StoreError(
                f"Cannot store artifact '{path}': {error.strerror}.",
                path=target,
                hint="Free the disk, or use another artifact path.",
            ) from error
        return found

    def flush(self) -> None:
        """Make what was acknowledged survive a power failure too."""
        self._events.sync()
        self.points.sync()

    def close(self) -> None:
        """Append nothing more; tables are :meth:`compact`'s work."""
        self.points.close()
        self._events.close(to_line(WriterClosed(at_ms=self._now_ms())))

    @property
    def is_closed(self) -> bool:
        """Whether nothing more can be appended."""
        return self._events.is_closed

    def compact(self) -> bool:
        """Fold the run's closed journals into its tables; False when that has to wait.

        Raises
        ------
        OSError
            The disk refused; the journals are untouched.
        """
        from reporter.store.compact import compact_run

        return compact_run(self.folder, self.run_id, self.experiment_id)


def _copy(data: bytes | BinaryIO, path: str) -> tuple[int, str]:
    import hashlib

    digest, size_bytes = hashlib.sha256(), 0
    with open(path, "xb") as file:
        if isinstance(data, (bytes, bytearray, memoryview)):
            file.write(data)
            return len(data), hashlib.sha256(data).hexdigest()
        while chunk := data.read(_CHUNK_BYTES):
            file.write(chunk)
            digest.update(chunk)
            size_bytes += len(chunk)
    return size_bytes, digest.hexdigest()


def _unlink_if_there(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return


class ExperimentWriter:
    """Record changes to one experiment, each in one write to a journal of its own process.

    Parameters
    ----------
    store, experiment_id : str
    """

    def __init__(self, store: str, experiment_id: str) -> None:
        folder = os.path.join(store, experiment_id)
        self._journal = Journal(
            lambda writer: os.path.join(folder, layout.experiment_journal(writer)),
            durability="process",
            on_error="raise",
        )

    def append(self, *events: Event) -> None:
        """Record events and close the journal: an experiment changes seldom."""
        self._journal.write(b"".join(to_line(event) for event in events))
        self._journal.sync()
        self._journal.close()
