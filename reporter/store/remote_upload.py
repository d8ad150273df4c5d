"""Send what lies in a spool to its object store, and forget there what has arrived whole.

Journals are sent under their own names, again while they grow; a bucket therefore always holds a
store. Artifacts are moved: renamed aside first, so that one which is logged again meanwhile is a
new file. A run that ended is folded into tables only by its sole writer: two that fold the same
run at once could each delete what the other's tables lack, and a bucket has no locks.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator

from reporter.store import layout
from reporter.store.remote import RemoteFolder

__all__ = ["Uploader"]

# What is taken out of `artifacts` to be sent; a name that the format ignores.
_ASIDE = ".uploading"
# Larger artifacts wait until journals are sent, so that curves do not wait for a checkpoint.
_LARGE_BYTES = 8 << 20
_BATCH_BYTES = 32 << 20
_TABLES = (layout.METRICS_TABLE, layout.RUN_TABLE)


class Uploader:
    """Sends one spool's files; not for two threads at once.

    Parameters
    ----------
    folder : str
        A store's folder, which only this process and its children write to.
    uri : str
        Where it is sent.
    """

    def __init__(self, folder: str, uri: str) -> None:
        self._folder = folder
        self._remote = RemoteFolder(uri)
        self._sent: dict[str, tuple[int, int]] = {}
        self._is_marked = False

    def send(self, unfinished: Collection[str] = ()) -> None:
        """Send what is new or has changed.

        Parameters
        ----------
        unfinished : collection of str
            Files that somebody still writes to: they are copied, not moved.

        Raises
        ------
        StoreUnreachableError
            What was not sent stays.
        StoreVersionError
            A newer version wrote the store there.
        """
        if not self.has_unsent():
            return  # who only reads writes nothing there, not even the mark of a store
        self._mark_store()
        large = [path for path in self._artifacts() if not self._send_artifact(path, unfinished)]
        self._send_journals()
        for path in large:
            self._send_artifact(path, unfinished, is_large_too=True)

    def has_unsent(self) -> bool:
        """Tell whether anything is here that the bucket does not have."""
        return any(self._is_new(path) for path in (*self._artifacts(), *self._journals()))

    def settle(self, experiment_id: str, run_id: str, *, is_dead: bool = False) -> bool:
        """Fold a run whose journals were all sent, if it is ours alone, and forget it here.

        Parameters
        ----------
        experiment_id, run_id : str
        is_dead : bool
            Nobody writes here any more, whatever the journals say.

        Returns
        -------
        bool
            False when something of it is still to be sent.
        """
        folder = os.path.join(self._folder, experiment_id, run_id)
        below = f"{experiment_id}/{run_id}/"
        if any(self._is_new(path) for path in self._artifacts() if path.startswith(below)):
            return False
        names = {path[len(below) :] for path in self._journals() if path.startswith(below)}
        if not is_dead and not all(_is_closed(os.path.join(folder, name)) for name in names):
            return False
        listed, _ = self._remote.children(below)
        if {path[len(below) :] for path in listed} <= names:
            self._fold(folder, names, experiment_id, run_id)
        # Where open files cannot be deleted some stay: sent once more, they change nothing.
        shutil.rmtree(folder, ignore_errors=True)
        return True

    def runs(self) -> list[tuple[str, str]]:
        """Return the experiment and the run id of every run that lies here."""
        return [
            (experiment_id, run_id)
            for experiment_id in layout.list_experiment_ids(self._folder)
            for run_id in layout.list_run_ids(os.path.join(self._folder, experiment_id))
        ]

    def _mark_store(self) -> None:
        """Make sure, once, that a store is there which this version may write to."""
        if self._is_marked:
            return
        found = dict(self._remote.read({layout.MARKER: 64}))
        if layout.MARKER in found:
            layout.check_version(self._remote.location, json.loads(found[layout.MARKER]))
        else:
            marker = {"format": layout.FORMAT, "version": layout.VERSION}
            self._remote.write({layout.MARKER: json.dumps(marker).encode() + b"\n"})
        self._is_marked = True

    def _journals(self) -> Iterator[str]:
        """Yield the paths of experiments' and runs' own files, events last of each run."""
        for experiment_id in layout.list_experiment_ids(self._folder):
            yield from self._own_files(experiment_id)
        for experiment_id, run_id in self.runs():
            yield from self._own_files(f"{experiment_id}/{run_id}")

    def _own_files(self, below: str) -> Iterator[str]:
        with os.scandir(os.path.join(self._folder, below)) as entries:
            names = [entry.name for entry in entries if entry.is_file()]
        for name in sorted(names, key=lambda name: (layout.is_events_journal(name), name)):
            if not name.startswith(".") and name not in _TABLES:
                yield f"{below}/{name}"

    def _artifacts(self) -> Iterator[str]:
        """Yield the paths of artifacts, those set aside earlier first."""
        for experiment_id, run_id in self.runs():
            for name in (_ASIDE, layout.ARTIFACTS):
                root = os.path.join(self._folder, experiment_id, run_id, name)
                for parent, _, files in os.walk(root):
                    for file in sorted(files):
                        if not file.startswith(layout.TEMPORARY_PREFIX):
                            path = os.path.relpath(os.path.join(parent, file), self._folder)
                            yield path.replace(os.sep, "/")

    def _is_new(self, path: str) -> bool:
        try:
            found = os.stat(os.path.join(self._folder, path))
        except FileNotFoundError:
            return False
        return self._sent.get(path) != (found.st_size, found.st_mtime_ns)

    def _send_journals(self) -> None:
        batch: dict[str, bytes] = {}
        marks: dict[str, tuple[int, int]] = {}
        n_bytes = 0
        for path in [path for path in self._journals() if self._is_new(path)]:
            local = os.path.join(self._folder, path)
            found = os.stat(local)  # before reading: what comes later is sent the next time
            with open(local, "rb") as file:
                data = file.read()
            if path.endswith(".jsonl"):
                data = data[: data.rfind(b"\n") + 1]  # a line under way comes the next time
            batch[path], marks[path] = data, (found.st_size, found.st_mtime_ns)
            n_bytes += len(data)
            if n_bytes > _BATCH_BYTES:
                self._send_batch(batch, marks)
                batch, marks, n_bytes = {}, {}, 0
        self._send_batch(batch, marks)

    def _send_batch(self, batch: dict[str, bytes], marks: dict[str, tuple[int, int]]) -> None:
        """Send journals together; the events of a run after its points."""
        events = {path for path in batch if layout.is_events_journal(path.rpartition("/")[2])}
        for chosen in (batch.keys() - events, events):
            if chosen:
                self._remote.write({path: batch[path] for path in sorted(chosen)})
        self._sent |= marks

    def _send_artifact(
        self, path: str, unfinished: Collection[str], *, is_large_too: bool = False
    ) -> bool:
        """Send one artifact; False when it is left for later because it is large."""
        local = os.path.join(self._folder, path)
        experiment_id, run_id, kind, rest = path.split("/", 3)
        target = f"{experiment_id}/{run_id}/{layout.ARTIFACTS}/{rest}"
        try:
            found = os.stat(local)
            if found.st_size > _LARGE_BYTES and not is_large_too:
                return False
            if local in unfinished:
                if self._is_new(path):
                    self._remote.upload(target, local)
                    self._sent[path] = (found.st_size, found.st_mtime_ns)
                return True
            aside = os.path.join(self._folder, experiment_id, run_id, _ASIDE, *rest.split("/"))
            if kind != _ASIDE:
                os.makedirs(os.path.dirname(aside), exist_ok=True)
                os.replace(local, aside)
        except FileNotFoundError:
            return True  # replaced, or sent with a newer one of its name
        self._remote.upload(target, aside)
        os.unlink(aside)
        return True

    def _fold(self, folder: str, names: set[str], experiment_id: str, run_id: str) -> None:
        """Send a run's tables, and delete there the journals that they cover whole."""
        from reporter.model import RunStatus
        from reporter.store.sources import read_sources

        run = read_sources(folder, run_id, experiment_id).run()
        if not RunStatus.is_terminated(run.info.status):
            return
        below = f"{experiment_id}/{run_id}"
        with tempfile.TemporaryDirectory(dir=self._folder, prefix=".fold-") as copy:
            for name in names:
                shutil.copyfile(os.path.join(folder, name), os.path.join(copy, name))
            send_tables(self._remote, below, copy, names)


def send_tables(remote: RemoteFolder, below: str, folder: str, journals: Collection[str]) -> bool:
    """Fold a copy of a run, send its tables, and delete there the journals they cover whole.

    Parameters
    ----------
    remote : RemoteFolder
    below : str
        The run's path there.
    folder : str
        A copy of everything that the run has there but artifacts.
    journals : collection of str
        Names of the journals in it.

    Returns
    -------
    bool
        False when something in it cannot be read: then nothing was changed.
    """
    from reporter.store.compact import compact_run

    experiment_id, run_id = below.split("/")
    if not compact_run(folder, run_id, experiment_id):
        return False
    for name in _TABLES:  # points first: a row that says so is never without them
        path = os.path.join(folder, name)
        if os.path.exists(path):
            remote.upload(f"{below}/{name}", path)
    remote.delete(f"{below}/{name}" for name in sorted(set(journals) - set(os.listdir(folder))))
    return True


def _is_closed(path: str) -> bool:
    from reporter.store.compact import is_closed

    with open(path, "rb") as file:
        return is_closed(os.path.basename(path), file.read())
