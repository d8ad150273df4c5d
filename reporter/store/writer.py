"""Record runs in a folder: one writer of one run, with journals of its own.

Standard library alone, since it lives in the training process; only :func:`compact` brings in
pyarrow, at the end of a run.
"""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

from reporter.errors import StoreError, StoreUnreachableError
from reporter.events import Event, MetricsLogged, WriterClosed, WriterOpened, to_line
from reporter.store import layout, liveness
from reporter.store.journal import Journal, PointJournal
from reporter.store.points import CLOSE_RECORD
from reporter.store.uris import is_remote

__all__ = ["ExperimentWriter", "FolderWriter"]

_CHUNK_BYTES = 1 << 20
# How long an object store that refused an artifact is left alone: asking takes seconds.
_ASK_AGAIN_SECONDS = 60.0


class _EventJournal(Journal):
    """A journal whose every file begins by saying who writes it."""

    def __init__(
        self, name_of: Callable[[str], str], now_ms: Callable[[], int], **options: str
    ) -> None:
        super().__init__(name_of, **options)
        self._now_ms = now_ms

    def header(self) -> bytes:
        host, pid, start = liveness.own_identity()
        return to_line(WriterOpened(at_ms=self._now_ms(), host=host, pid=pid, process_start=start))


class FolderWriter:
    """One process's way into one run; implements :class:`reporter.store.ports.RunWriter`.

    Parameters
    ----------
    store : str
        The store's folder.
    experiment_id, run_id : str
    artifact_folder : str, optional
        Where artifacts go; inside the run's folder when empty. A folder, or the URI of an object
        store: what that refuses stays inside.
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
        self._store = store
        self.folder = os.path.join(store, experiment_id, run_id)
        inside = os.path.join(self.folder, layout.ARTIFACTS)
        self.artifact_uri = artifact_folder or inside
        self._is_away = is_remote(artifact_folder)
        self.artifact_folder = inside if self._is_away else self.artifact_uri
        # Files among the artifacts that somebody still writes to.
        self.unfinished: set[str] = set()
        self._on_error = on_error
        self._ask_again_at = 0.0
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
            if self._is_away and self._send_away(path, temporary):
                _unlink_if_there(temporary)
                _unlink_if_there(target)  # an older one that was refused
            else:
                os.replace(temporary, target)
        except OSError as error:
            _unlink_if_there(temporary)
            raise StoreError(
                f"Cannot store artifact '{path}': {error.strerror}.",
                path=target,
                hint="Free the disk, or use another artifact path.",
            ) from error
        except StoreUnreachableError:
            _unlink_if_there(temporary)
            raise
        return found

    def _send_away(self, path: str, local: str) -> bool:
        """Send a file to the object store that artifacts go to; False when that refuses."""
        if time.monotonic() < self._ask_again_at:
            return False
        from reporter.store.remote import RemoteFolder

        try:
            RemoteFolder(self.artifact_uri).upload(layout.safe_artifact_path(path), local)
        except StoreUnreachableError as error:
            if self._on_error == "raise":
                raise
            if not self._ask_again_at:
                warnings.warn(
                    f"{error} Artifacts of run {self.run_id} are kept in "
                    f"'{self.artifact_folder}' meanwhile, and read from there.",
                    stacklevel=5,
                )
            self._ask_again_at = time.monotonic() + _ASK_AGAIN_SECONDS
            return False
        return True

    def flush(self) -> None:
        """Make what was acknowledged survive a power failure too."""
        self._events.sync()
        self.points.sync()

    def close(self) -> None:
        """Append nothing more; tables are :meth:`compact`'s work."""
        self.points.close()
        self._events.close(to_line(WriterClosed(at_ms=self._now_ms())))

    @property
    def events_path(self) -> str:
        """The journal of events that is now written to."""
        return self._events.path

    @property
    def is_closed(self) -> bool:
        """Whether nothing more can be appended."""
        return self._events.is_closed

    def roll(self, size_bytes: int) -> None:
        """Go on in other files where those written to have grown to a size."""
        self.points.roll(size_bytes, CLOSE_RECORD)
        self._events.roll(size_bytes, to_line(WriterClosed(at_ms=self._now_ms())))

    def leave(self) -> None:
        """Close the journals while the process ends: what is left to do is noted for later."""
        from reporter.store.compact import remember_for_later

        self.flush()
        self.close()
        remember_for_later(self._store, self.experiment_id, self.run_id)

    def finish(self) -> None:
        """Close the journals, fold the run, and those that were left when their process ended.

        Raises
        ------
        OSError
            The disk refused; the journals are untouched.
        """
        from reporter.store.compact import fold_remembered

        self.close()
        self.compact()
        fold_remembered(self._store)

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
    with suppress(OSError):  # it was never made, or its folder is a file
        os.unlink(path)


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
