"""Data files that fragments bring along: one call each, named by what it registers."""

from __future__ import annotations

import hashlib
import json
from typing import Any, NamedTuple

__all__ = ["DataFile", "data_file", "digest"]

DIGEST_CHARS = 10
"""Of the names of files that are named by what they hold; enough for a site's few thousand."""


class DataFile(NamedTuple):
    """A script that registers one value."""

    name: str
    """What the value is registered under; the page's script asks for it by this."""
    path: str
    """Site path."""
    content: bytes


def data_file(stem: str, value: Any, folder: str = "data") -> DataFile:  # what JSON can hold
    r"""Make a data file.

    Parameters
    ----------
    stem : str
        Beginning of its name.
    value : object
        What JSON can hold, NaN and infinities included: the file is JavaScript.
    folder : str
        Of the site.

    Returns
    -------
    DataFile

    Examples
    --------
    >>> data_file("text", "é").content
    b'reporter.register("text-abc3932c9e","\\u00e9");\n'
    """
    text = json.dumps(value, separators=(",", ":"))
    name = f"{stem}-{digest(text.encode('ascii'))}"
    content = f'reporter.register("{name}",{text});\n'.encode("ascii")
    return DataFile(name, f"{folder}/{name}.js", content)


def digest(data: bytes) -> str:
    """Return the digest that a file's name holds."""
    return hashlib.sha256(data).hexdigest()[:DIGEST_CHARS]
