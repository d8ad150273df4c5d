"""Where everything lies in a store: the only module that joins store paths.

::

    runs/                              the store, relocatable: no absolute path is written into it
      store.json                       {"format": "reporter-store", "version": 1}
      <experiment_id>/
        experiment-<writer>.jsonl      created, renamed, tagged, deleted
        <run_id>/
          events-<writer>.jsonl        while live
          metrics-<writer>.bin         while live
          run.parquet                  when ended
          metrics.parquet              when ended
          artifacts/...
      .cache/                          derived from the runs, never needed
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping

from reporter.errors import InvalidInputError, NotAStoreError, StoreError, StoreVersionError

__all__ = [
    "DEFAULT_EXPERIMENT_ID",
    "DEFAULT_EXPERIMENT_NAME",
    "FORMAT",
    "VERSION",
    "check_store",
    "check_version",
    "create_store",
    "derive_experiment_id",
    "is_experiment_id",
    "is_run_id",
    "list_experiment_ids",
    "list_run_ids",
    "local_folder",
    "safe_artifact_path",
]

FORMAT = "reporter-store"
VERSION = 1
MARKER = "store.json"
RUN_TABLE = "run.parquet"
METRICS_TABLE = "metrics.parquet"
ARTIFACTS = "artifacts"
CACHE = ".cache"
TEMPORARY_PREFIX = ".tmp-"
IMPORT_WRITER = "imported"
# Two changes within this are not told apart by a file's time: FAT keeps two seconds.
CLOCK_TICK_NS = 2_000_000_000
DEFAULT_EXPERIMENT_ID = "0"
DEFAULT_EXPERIMENT_NAME = "Default"

_HEX = frozenset("0123456789abcdef")
_DIGITS = frozenset("0123456789")
# Device names of Windows: a file of that name cannot be checked out or unzipped there.
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul"] + [f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)]
)
# 18 decimal digits are what MLflow's own random ids have; they fit an int64.
_ID_MODULUS = 10**18


def is_run_id(name: str) -> bool:
    """Tell whether a folder of this name can hold a run."""
    return len(name) == 32 and _HEX.issuperset(name)


def is_experiment_id(name: str) -> bool:
    """Tell whether a folder of this name can hold an experiment."""
    return 0 < len(name) < 20 and _DIGITS.issuperset(name)


def derive_experiment_id(name: str, attempt: int = 0) -> str:
    """Derive an experiment's id from its name, so that stores of two machines merge by copying.

    Parameters
    ----------
    name : str
    attempt : int
        0 first; the next one when that id belongs to another experiment already.

    Returns
    -------
    str
        ``"0"`` for ``Default``, else a decimal string of at most 18 digits.

    Notes
    -----
    Part of the format: the first 8 bytes of SHA-256 over the name in UTF-8 (followed, from the
    second attempt on, by a NUL and the attempt in decimal), big-endian, modulo 10**18; a result
    of zero becomes one.
    """
    if name == DEFAULT_EXPERIMENT_NAME and attempt == 0:
        return DEFAULT_EXPERIMENT_ID
    seed = name if attempt == 0 else f"{name}\0{attempt}"
    from hashlib import sha256

    digest = sha256(seed.encode("utf-8", "surrogatepass")).digest()
    return str(int.from_bytes(digest[:8], "big") % _ID_MODULUS or 1)


def create_store(path: str) -> None:
    """Make sure that a store stands at `path`.

    Raises
    ------
    StoreError
        The folder cannot be made or written.
    NotAStoreError
        It holds another tool's runs, which we would not write into.
    StoreVersionError
        A newer version wrote it.
    """
    marker = os.path.join(path, MARKER)
    if os.path.exists(marker):
        check_store(path)
        return
    if is_foreign(path):
        raise NotAStoreError(
            f"'{path}' holds runs of another tool.",
            path=path,
            hint="Nothing was written. Choose another folder, or build it with 'report build'.",
        )
    try:
        os.makedirs(path, exist_ok=True)
        # Two threads of one process may create it at once, so the process id would not do.
        temporary = f"{marker}{TEMPORARY_PREFIX}{os.urandom(6).hex()}"
        with open(temporary, "wb") as file:
            file.write(json.dumps({"format": FORMAT, "version": VERSION}).encode() + b"\n")
        os.replace(temporary, marker)
    except OSError as error:
        raise StoreError(
            f"Cannot make a store at '{path}': {error.strerror}.",
            path=path,
            hint="Choose a folder that can be written with set_tracking_uri().",
        ) from error


def check_store(path: str) -> None:
    """Raise unless a store that this version can read stands at `path`.

    Raises
    ------
    NotAStoreError
    StoreVersionError
    """
    if not os.path.exists(path):
        raise NotAStoreError(
            f"There is no folder '{path}'.",
            path=path,
            hint="Give the folder that runs were logged to (by default ./runs).",
        )
    if not os.path.isdir(path):
        raise NotAStoreError(
            f"'{path}' is a file, not a folder of runs.",
            path=path,
            hint="Give the folder that runs were logged to (by default ./runs).",
        )
    _check_marker(path, os.path.join(path, MARKER))


def _check_marker(path: str, marker: str) -> None:
    try:
        with open(marker, "rb") as file:
            found = json.loads(file.read())
        is_ours = isinstance(found, dict) and found.get("format") == FORMAT
    except FileNotFoundError:
        is_ours, found = False, {}
    except (OSError, ValueError) as error:
        raise NotAStoreError(
            f"'{marker}' cannot be read as what it should hold.",
            path=path,
            hint='Write {"format": "reporter-store", "version": 1} into it.',
        ) from error
    if not is_ours:
        is_empty = not os.listdir(path)
        raise NotAStoreError(
            f"'{path}' is empty." if is_empty else f"'{path}' holds no runs (it has no {MARKER}).",
            path=path,
            hint="Give the folder that runs were logged to (by default ./runs).",
        )
    check_version(path, found)


def check_version(path: str, found: Mapping[str, object]) -> None:
    """Raise StoreVersionError unless this version reads a store whose marker holds that."""
    version = found.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise StoreVersionError(
            f"'{path}' has store version {version}, and this runpages reads up to {VERSION}.",
            path=path,
            hint="Upgrade with 'pip install -U runpages'.",
        )


def is_foreign(path: str) -> bool:
    """Recognise a folder that MLflow writes runs into."""
    if not os.path.isdir(path):
        return False
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.is_dir() and os.path.exists(os.path.join(entry.path, "meta.yaml")):
                return True
    return False


def list_experiment_ids(path: str) -> list[str]:
    """List the experiments' folders, in numeric order."""
    return sorted(filter(is_experiment_id, _folders(path)), key=lambda text: (int(text), text))


def list_run_ids(experiment_folder: str) -> list[str]:
    """List the runs' folders of an experiment, sorted."""
    return sorted(filter(is_run_id, _folders(experiment_folder)))


def _folders(path: str) -> Iterator[str]:
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield entry.name


def events_journal(writer: str) -> str:
    """Name a writer's journal of events."""
    return f"events-{writer}.jsonl"


def metrics_journal(writer: str) -> str:
    """Name a writer's journal of metric points."""
    return f"metrics-{writer}.bin"


def experiment_journal(writer: str) -> str:
    """Name a writer's journal of changes to an experiment."""
    return f"experiment-{writer}.jsonl"


def documents_journal(writer: str) -> str:
    """Name a writer's journal of what another tool keeps about an experiment."""
    return f"documents-{writer}.jsonl"


def is_documents_journal(name: str) -> bool:
    """Tell whether a file of this name is a journal of another tool's documents."""
    return name.startswith("documents-") and name.endswith(".jsonl")


def is_events_journal(name: str) -> bool:
    """Tell whether a file of this name is a journal of events."""
    return name.startswith("events-") and name.endswith(".jsonl")


def is_metrics_journal(name: str) -> bool:
    """Tell whether a file of this name is a journal of metric points."""
    return name.startswith("metrics-") and name.endswith(".bin")


def is_experiment_journal(name: str) -> bool:
    """Tell whether a file of this name is a journal of changes to an experiment."""
    return name.startswith("experiment-") and name.endswith(".jsonl")


def local_folder(uri: str) -> str:
    """Turn ``file:`` URIs into paths; paths stay as they are.

    Examples
    --------
    >>> local_folder("file:///data/a%20b")
    '/data/a b'
    """
    if not uri.startswith("file:"):
        return uri
    from urllib.parse import unquote

    path = uri.removeprefix("file:")
    path = path.removeprefix("//") if path.startswith("//") else path
    return unquote(path.removeprefix("localhost"))


def safe_artifact_path(path: str) -> str:
    """Check an artifact's path and write it in one form.

    Parameters
    ----------
    path : str
        Relative, with ``/`` or the system's separator.

    Returns
    -------
    str
        With ``/``, without ``.`` parts.

    Raises
    ------
    InvalidInputError
        The path is absolute, leads upwards, or has a part that some system cannot store.

    Examples
    --------
    >>> safe_artifact_path("plots/./roc.png")
    'plots/roc.png'
    """
    text = path.replace("\\", "/") if os.sep == "\\" else path
    if text.startswith("/") or (text[1:2] == ":" and text[:1].isalpha()):
        _refuse(path, "it is absolute")
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if not parts:
        _refuse(path, "it names no file")
    for part in parts:
        if part == "..":
            _refuse(path, "'..' leads out of the run")
        if "\0" in part:
            _refuse(path, "it holds a NUL character")
        if part.partition(".")[0].lower() in _RESERVED:
            _refuse(path, f"'{part}' is a device name on Windows")
        if part.endswith((".", " ")):
            _refuse(path, f"'{part}' ends in a dot or a blank, which Windows leaves out")
        if part.startswith(TEMPORARY_PREFIX):
            _refuse(path, f"names that begin with '{TEMPORARY_PREFIX}' are half-written files")
        if len(os.fsencode(part)) > 255:
            _refuse(path, "a part of it is longer than 255 bytes")
    return "/".join(parts)


def _refuse(path: str, reason: str) -> None:
    raise InvalidInputError(
        f"Artifact path {path!r} cannot be used: {reason}.",
        hint="Give a relative path such as 'plots/roc.png'.",
    )
