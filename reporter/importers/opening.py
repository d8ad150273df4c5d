"""Open anything that holds runs for reading: a store of ours as it is, others through a cache.

What another tool wrote is imported into the user's cache folder, its files left where they are;
the second time only what has changed is read. Nothing is ever written into the source.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import BinaryIO

from reporter.errors import StoreError
from reporter.importers.copying import LINKS, ArtifactLinker
from reporter.importers.discovery import find_sources, is_url
from reporter.importers.importing import Progress, RunCounter, SourceImport, import_found
from reporter.importers.records import ImportOptions
from reporter.model import Experiment, Problem
from reporter.store import layout
from reporter.store.compact import fold_lock
from reporter.store.ports import StoreReader
from reporter.store.published import PublishedReader
from reporter.store.reader import FolderReader, open_store
from reporter.store.site_files import find_site
from reporter.store.uris import is_remote
from reporter.store.user_cache import user_cache_folder

__all__ = ["LinkedReader", "open_source"]

_NO_OPTIONS = ImportOptions()
_UNUSED_SECONDS = 60 * 24 * 3_600


class LinkedReader(FolderReader):
    """A store made of another tool's runs, whose files lie where that tool put them.

    Parameters
    ----------
    path : str
        The store, in a cache folder.
    source : str
        What the user named.
    problems : sequence of Problem
        Of the source as a whole; they are listed with its first experiment.
    """

    def __init__(self, path: str, source: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(path)
        self._source = source
        self._problems = tuple(problems)
        self._linked: tuple[str, dict[str, str]] = ("", {})

    @property
    def location(self) -> str:
        """The source, as the user named it."""
        return self._source

    def experiments(self) -> list[Experiment]:
        """Return every experiment, as :meth:`FolderReader.experiments` does."""
        found = super().experiments()
        for place, experiment in enumerate(found):
            if experiment.lifecycle_stage == "active":
                found[place] = replace(experiment, problems=(*experiment.problems, *self._problems))
                break
        return found

    def open_artifact(self, run_id: str, path: str) -> BinaryIO:
        """Open one artifact where the source keeps it.

        Raises
        ------
        FileNotFoundError
            It is not there any more.
        RunNotFoundError
        """
        file = self._links(run_id).get(path)
        if file is None:
            return super().open_artifact(run_id, path)
        # The real path was noted: a link that was put in its place since leads somewhere else.
        if os.path.realpath(file) != file or not os.path.isfile(file):
            raise FileNotFoundError(f"Run {run_id} has no artifact file '{path}' any more.")
        return open(file, "rb")

    def _links(self, run_id: str) -> dict[str, str]:
        """Return where a run's files are; those of the run asked for last are at hand."""
        if self._linked[0] != run_id:
            self._linked = (run_id, _read_links(self._locate(run_id).folder))
        return self._linked[1]


def _read_links(folder: str) -> dict[str, str]:
    try:
        with open(os.path.join(folder, LINKS), encoding="ascii") as file:
            links: dict[str, str] = json.load(file)
    except FileNotFoundError:
        return {}
    return links


@contextmanager
def open_source(
    path: str,
    format_name: str = "",
    progress: Progress | None = None,
    options: ImportOptions = _NO_OPTIONS,
) -> Iterator[StoreReader]:
    """Open whatever holds runs.

    Parameters
    ----------
    path : str
        A store of ours, a site that was built from one (folder, zip or address), or a file, folder
        or URL that an importer knows.
    format_name : str
        Name of the importer; recognised when empty.
    progress : callable, optional
        Called with a word, the runs done and the runs in all.
    options : ImportOptions

    Yields
    ------
    StoreReader
        Of another tool's runs a :class:`LinkedReader`: good inside the block only.

    Raises
    ------
    NotAStoreError
        There is nothing at `path`, or nothing that can be read.
    StoreVersionError
    StoreError
        The disk of the cache is full.
    InvalidInputError
        There is no such importer, or it has no such option.
    """
    if not format_name and (is_remote(path) or (not is_url(path) and _is_ours(path))):
        yield open_store(path)
        return
    if not format_name and (site := find_site(path)) is not None:
        yield PublishedReader(site)
        return
    found = find_sources(path, format_name)
    with _cache_for(path, format_name, options) as store:
        counted = RunCounter(progress)
        try:
            _make_store(store)
            done = [import_found(item, store, options, ArtifactLinker(), counted) for item in found]
            _forget_others(store, done)
        except OSError as error:
            raise StoreError(
                f"Reading '{path}' stopped: {error.strerror or error}.",
                path=path,
                hint=f"Other tools' runs are kept in '{store}' meanwhile: free its disk, or set "
                "XDG_CACHE_HOME to a folder on another.",
            ) from error
        unlisted = [problem for item in done for problem in item.own_problems]
        yield LinkedReader(store, path, unlisted)


def _is_ours(path: str) -> bool:
    return os.path.exists(os.path.join(path, layout.MARKER))


def _forget_others(store: str, imports: Sequence[SourceImport]) -> None:
    """Remove from the cache what the source has no more: a report shows what is there."""
    run_ids = {run_id for item in imports for run_id in item.run_ids}
    experiment_ids = {name for item in imports for name in item.experiment_ids}
    for experiment_id in layout.list_experiment_ids(store):
        folder = os.path.join(store, experiment_id)
        if experiment_id not in experiment_ids:
            shutil.rmtree(folder)
            continue
        for run_id in layout.list_run_ids(folder):
            if run_id not in run_ids:
                shutil.rmtree(os.path.join(folder, run_id))


@contextmanager
def _cache_for(path: str, format_name: str, options: ImportOptions) -> Iterator[str]:
    """Yield a folder for the import: the same as last time, or a temporary one if it is in use."""
    place = path if is_url(path) else os.path.realpath(path)
    what = [place, format_name, options.experiment, sorted(options.values.items())]
    digest = hashlib.sha256(json.dumps(what).encode()).hexdigest()[:24]
    with contextlib.ExitStack() as stack:
        caches = os.path.join(user_cache_folder(), "imports")
        folder = os.path.join(caches, digest)
        try:
            os.makedirs(folder, exist_ok=True)
            is_ours = stack.enter_context(fold_lock(folder))
            _drop_unused(caches)
        except OSError:
            is_ours = False  # a home that cannot be written, or none
        if not is_ours:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="runpages-"))
        yield os.path.join(folder, "store")


def _drop_unused(caches: str) -> None:
    """Remove the imports that nobody has asked for in a long time; locking one gives it a time."""
    oldest = time.time() - _UNUSED_SECONDS
    with os.scandir(caches) as entries:
        unused = [entry.path for entry in entries if entry.stat().st_mtime < oldest]
    for folder in unused:
        with fold_lock(folder) as is_ours:
            if is_ours:
                shutil.rmtree(folder, ignore_errors=True)


def _make_store(path: str) -> None:
    """Make the cache's store, anew when it cannot be used as it is."""
    try:
        layout.create_store(path)
    except StoreError:
        shutil.rmtree(path, ignore_errors=True)
        layout.create_store(path)
