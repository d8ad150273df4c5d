"""Read the folders in which MLflow keeps a text a file: params and tags, named by their path."""

from __future__ import annotations

from collections.abc import Iterable

from reporter.importers.files import FoundFile
from reporter.model import Problem

__all__ = ["read_texts"]

# MLflow's own limits are 6,000 characters for a param and 8,000 for a tag; 1.x had none.
_MAX_TEXT_BYTES = 1 << 24


def read_texts(
    files: Iterable[FoundFile | Problem], where: str
) -> tuple[dict[str, str], list[Problem]]:
    """Read every file as the value of the key that its path is.

    Parameters
    ----------
    files : iterable of FoundFile or Problem
    where : str
        Folder that the problems' places begin with.

    Returns
    -------
    texts : dict of str to str
    problems : list of Problem
        Those among `files`, and what could not be read.
    """
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for found in files:
        if isinstance(found, Problem):
            problems.append(found)
            continue
        try:
            with open(found.file, "rb") as stream:
                data = stream.read(min(found.size_bytes + 1, _MAX_TEXT_BYTES))
        except OSError as error:
            problems.append(_problem("Unreadable file", where, found, str(error.strerror), "error"))
            continue
        try:
            texts[found.path] = data.decode()
        except UnicodeDecodeError as error:
            texts[found.path] = data.decode("utf-8", "backslashreplace")
            detail = f"byte {error.start} is no UTF-8; it is shown as an escape"
            problems.append(_problem("Not UTF-8", where, found, detail))
        if found.size_bytes > _MAX_TEXT_BYTES:
            detail = f"cut at {_MAX_TEXT_BYTES:,} bytes of {found.size_bytes:,}"
            problems.append(_problem("Text cut", where, found, detail))
    return texts, problems


def _problem(
    what: str, where: str, found: FoundFile, detail: str, severity: str = "warning"
) -> Problem:
    return Problem(what=what, where=f"{where}/{found.path}", detail=detail, severity=severity)
