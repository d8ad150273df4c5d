"""What a process that logs to an object store reads of it: its own calls included, at once.

What the process logged is uploaded before a question is answered. Which experiments there are is
answered from memory when the bucket does not answer, since starting a run asks it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from reporter.errors import StoreUnreachableError
from reporter.model import Experiment
from reporter.store.reader import FolderReader
from reporter.store.remote_reader import RemoteReader
from reporter.store.remote_spool import Spool

__all__ = ["SessionReader"]

_T = TypeVar("_T")

# Longer than any bucket takes that answers at all; what cloud packages wait by themselves is more
# than a training should.
_ASK_SECONDS = 20.0


class SessionReader(RemoteReader):
    """Reads the store that a spool is for.

    Parameters
    ----------
    spool : Spool
    """

    def __init__(self, spool: Spool) -> None:
        super().__init__(spool.uri)
        self._spool = spool
        spool.push()

    def experiments(self) -> list[Experiment]:
        """Return every experiment; those known here when the bucket does not answer."""
        try:
            found = self._ask(super().experiments)
        except StoreUnreachableError as error:
            self._spool.tell(error)
            here = FolderReader(self._spool.folder).experiments()
            known = self._spool.known | {item.experiment_id: item for item in here}
            return [item for item in known.values() if item.creation_time is not None]
        self._spool.known = {item.experiment_id: item for item in found}
        return found

    def find_experiment(self, experiment_id: str) -> Experiment | None:
        """Return one experiment; as it is known here when the bucket does not answer."""
        try:
            found = self._ask(lambda: super(SessionReader, self).find_experiment(experiment_id))
        except StoreUnreachableError as error:
            self._spool.tell(error)
            here = FolderReader(self._spool.folder).find_experiment(experiment_id)
            return here or self._spool.known.get(experiment_id)
        if found is not None:
            self._spool.known[experiment_id] = found
        return found

    def _ask(self, question: Callable[[], _T]) -> _T:
        """Ask the bucket, for a bounded time, and not at all when it did not answer just now."""
        silent = StoreUnreachableError(
            f"'{self.location}' does not answer.",
            path=self.location,
            hint="Check the network and the endpoint.",
        )
        if self._spool.is_down:
            raise silent
        answers: list[_T] = []
        errors: list[Exception] = []

        def ask() -> None:
            try:
                answers.append(question())
            except Exception as error:  # noqa: BLE001  # raised again below, by who asked
                errors.append(error)

        thread = threading.Thread(target=ask, name="reporter-ask", daemon=True)
        thread.start()
        thread.join(_ASK_SECONDS)
        if errors:
            raise errors[0]
        if not answers:
            raise silent
        return answers[0]
