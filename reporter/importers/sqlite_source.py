"""Open a database of another tool for reading, without writing a byte beside it.

SQLite in WAL mode keeps what is new in a second file, and reading that makes a third one. So such a
database is copied first; any other is opened as one that nobody changes.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import quote

__all__ = ["is_sqlite", "open_database", "table_columns"]

_MAGIC = b"SQLite format 3\0"


def is_sqlite(path: str) -> bool:
    """Tell by its first bytes whether a file is a database of SQLite's."""
    try:
        with open(path, "rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


@contextmanager
def open_database(path: str) -> Iterator[sqlite3.Connection]:
    """Open a database for reading.

    Parameters
    ----------
    path : str

    Yields
    ------
    sqlite3.Connection

    Raises
    ------
    sqlite3.Error
        It is damaged, or none.
    OSError
        It cannot be copied.
    """
    try:
        if not _has_wal(path):
            with closing(_connect(path, "mode=ro&immutable=1")) as connection:
                yield connection
            return
        with tempfile.TemporaryDirectory(prefix="reporter-") as folder:
            copy = os.path.join(folder, "copy.db")
            shutil.copyfile(path, copy)
            shutil.copyfile(f"{path}-wal", f"{copy}-wal")
            with closing(_connect(copy, "mode=rw")) as connection:
                yield connection
    except UnicodeDecodeError as error:  # of SQLite's own message, which names what is damaged
        raise sqlite3.DatabaseError("its schema is damaged") from error


def table_columns(connection: sqlite3.Connection) -> dict[str, set[str]]:
    """Return the names of each table's columns."""
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {
        name: {
            row[0] for row in connection.execute("SELECT name FROM pragma_table_info(?)", (name,))
        }
        for (name,) in names
    }


def _has_wal(path: str) -> bool:
    try:
        return os.path.getsize(f"{path}-wal") > 0
    except OSError:
        return False


def _connect(path: str, how: str) -> sqlite3.Connection:
    address = f"file:{quote(os.path.abspath(path).replace(os.sep, '/'))}?{how}"
    connection = sqlite3.connect(address, uri=True)
    connection.text_factory = _text
    return connection


def _text(data: bytes) -> str:
    """Read text that a tool may have cut in the middle of a character."""
    return data.decode("utf-8", "replace")
