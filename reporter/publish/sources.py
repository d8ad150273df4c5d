"""Open whatever holds runs, and load no importer where a store of ours does."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from reporter.store import layout
from reporter.store.reader import open_store
from reporter.store.uris import is_remote

if TYPE_CHECKING:
    from reporter.site.plan import Progress
    from reporter.store.ports import StoreReader

__all__ = ["is_store", "open_runs"]


def is_store(source: str) -> bool:
    """Tell whether a store of ours is meant: a folder that is marked as one, or an object store."""
    return is_remote(source) or os.path.exists(os.path.join(source, layout.MARKER))


@contextlib.contextmanager
def open_runs(
    source: str,
    format_name: str = "",
    values: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Iterator[StoreReader]:
    """Open a store, or another tool's runs.

    Parameters
    ----------
    source : str
        A folder, file or address.
    format_name : str
        Name of the importer; recognised when empty.
    values : mapping of str to str, optional
        Options of the importer.
    progress : callable, optional
        Told (phase, done, total) while runs are imported.

    Yields
    ------
    StoreReader

    Raises
    ------
    NotAStoreError
        Nothing that can be read is there.
    InvalidInputError
        There is no such importer or option.
    """
    if not format_name and is_store(source):
        yield open_store(source)
        return
    from reporter.importers import ImportOptions, open_source

    options = ImportOptions(values=values or {})
    with open_source(source, format_name, progress, options) as reader:
        yield reader
