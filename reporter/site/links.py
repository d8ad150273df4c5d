"""Where everything in the site lies: the only module that makes a path or a link.

A *site path* is relative to the site's root, has ``/`` between its parts and is not encoded; an
*href* is what a page writes, relative to that page and percent-encoded. Names that a run chose
(artifacts) become names that every file system and zip program accepts. Knows nothing of what
the files hold.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from reporter.store.published import EVENTS_TABLE as EVENTS_PARQUET
from reporter.store.published import MANIFEST

__all__ = [
    "ALL_RUNS",
    "CATALOG",
    "COMPARE",
    "EVENTS_PARQUET",
    "FOLDERS",
    "INDEX",
    "LOCK",
    "MANIFEST",
    "METRICS_PARQUET",
    "NOJEKYLL",
    "RUNS_CSV",
    "RUNS_PARQUET",
    "artifact_paths",
    "asset_path",
    "data_name",
    "data_path",
    "experiment_page",
    "href",
    "is_safe",
    "metrics_part",
    "portable_path",
    "root_of",
    "run_diff",
    "run_files",
    "run_page",
]

INDEX = "index.html"
COMPARE = "compare.html"
ALL_RUNS = "runs.html"
CATALOG = "data/catalog.js"
LOCK = ".report.lock"
NOJEKYLL = ".nojekyll"
FOLDERS = ("artifacts", "assets", "data", "experiment", "run")
RUNS_PARQUET = "data/runs.parquet"
RUNS_CSV = "data/runs.csv"
METRICS_PARQUET = "data/metrics.parquet"

# Windows limits a whole path to 260 characters; 120 keep what is made of an artifact, folder and
# endings included, below 180, and leave room for where someone unzips the site.
MAX_ARTIFACT_CHARS = 120
MAX_PART_BYTES = 120
_UNPORTABLE = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\\ud800-\udfff]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}$")


def experiment_page(experiment_id: str) -> str:
    """Return the site path of an experiment's page."""
    return f"experiment/{experiment_id}/index.html"


def run_page(run_id: str) -> str:
    """Return the site path of a run's page."""
    return f"run/{run_id}.html"


def run_diff(run_id: str) -> str:
    """Return the site path of a run's uncommitted changes; as text, whatever is in them."""
    return f"run/{run_id}.diff.txt"


def run_files(run_id: str) -> str:
    """Return the site path of the page that lists all files of a run."""
    return f"run/{run_id}.files.html"


def asset_path(name: str, digest: str, extension: str) -> str:
    """Return the site path of one of our own files, named by what it holds."""
    return f"assets/{name}-{digest[:10]}.{extension}"


def data_name(stem: str, digest: str) -> str:
    """Return the name of a data file below ``data/``, without its extension."""
    return f"{stem}-{digest[:10]}"


def data_path(name: str) -> str:
    """Return the site path of a data file.

    Examples
    --------
    >>> data_path(data_name("runs-7-0", "3fd2a0b1c2d3e4"))
    'data/runs-7-0-3fd2a0b1c2.js'
    """
    return f"data/{name}.js"


def metrics_part(experiment_id: str, bits: str) -> str:
    """Return the site path of one part of an experiment's points."""
    return f"data/metrics/{experiment_id}{'-' if bits else ''}{bits}.parquet"


def root_of(page: str) -> str:
    """Return the prefix from a page to the site's root.

    Examples
    --------
    >>> root_of("index.html"), root_of("experiment/7/index.html")
    ('', '../../')
    """
    return "../" * page.count("/")


def href(page: str, target: str) -> str:
    """Link from a page to a site path.

    Parameters
    ----------
    page, target : str
        Site paths.

    Returns
    -------
    str
        Relative and percent-encoded, so that ``#``, ``?``, ``%`` and spaces in names survive.

    Examples
    --------
    >>> href("run/ab.html", "artifacts/ab/100% done #1.png")
    '../artifacts/ab/100%25%20done%20%231.png'
    """
    return root_of(page) + quote(target)


def is_safe(path: str) -> bool:
    """Tell whether a site path stays inside the site on every system."""
    parts = path.split("/")
    return not any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts) and (
        ":" not in parts[0]
    )


def portable_path(path: str) -> str:
    """Return a path that every file system and zip program accepts.

    Parameters
    ----------
    path : str
        Relative, with ``/``.

    Returns
    -------
    str
        The same path when it is portable; otherwise one in which characters that some system
        forbids are ``_``, and long names are cut, with a digest of the whole path so that two
        paths never become one.

    Examples
    --------
    >>> portable_path("plots/roc.png")
    'plots/roc.png'
    >>> portable_path("plots/a:b?.png")
    'plots/a_b_-05095d7bd3.png'
    """
    parts = [_portable_part(part) for part in path.split("/") if part not in ("", ".", "..")]
    portable = "/".join(parts)
    if portable == path and len(path) <= MAX_ARTIFACT_CHARS:
        return path
    return _marked(portable, path)


def artifact_paths(run_id: str, suffixes: Mapping[str, str]) -> dict[str, str]:
    """Choose where each artifact of a run lies in the site.

    Parameters
    ----------
    run_id : str
    suffixes : mapping of str to str
        Artifact path to what is appended to its name to make it inert, mostly nothing.

    Returns
    -------
    dict of str to str
        Artifact path to site path. Names that differ in case alone are told apart, since Windows
        and macOS do not; so are a file and a folder of one name, and names made equal by a suffix.
    """
    folded = [_folded(path) for path in suffixes]
    folders = {folder for path in folded for folder in _folders(path)}
    chosen = {}
    for path, suffix in suffixes.items():
        portable, wanted = portable_path(path), _folded(path)
        others = folders | set(folded) - {wanted} if suffix else folders
        if folded.count(wanted) > 1 or (wanted + suffix.casefold()) in others:
            portable = _marked(portable_path(path), path)
        chosen[path] = f"artifacts/{run_id}/{portable}{suffix}"
    return chosen


def _folded(path: str) -> str:
    """Return what names have in common that some system takes for one: case, and accents apart."""
    return unicodedata.normalize("NFC", path).casefold()


def _folders(path: str) -> Iterable[str]:
    parts = path.split("/")
    return ("/".join(parts[:n]) for n in range(1, len(parts)))


def _portable_part(part: str) -> str:
    clean = _UNPORTABLE.sub("_", part)
    if clean[-1] in ". ":
        clean = clean[:-1] + "_"
    if _RESERVED.match(clean):
        clean = "_" + clean
    return _cut(clean)


def _cut(part: str) -> str:
    if len(part.encode()) <= MAX_PART_BYTES:
        return part
    extension = _extension(part)
    kept = part.encode()[: MAX_PART_BYTES - 20].decode("utf-8", "ignore")
    return kept + extension


def _extension(name: str) -> str:
    found = _EXTENSION.search(name)
    return found.group() if found else ""


def _marked(portable: str, path: str) -> str:
    """Put a digest of the original path before the extension, and cut what is still too long."""
    extension = _extension(portable)
    digest = hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    stem = portable[: len(portable) - len(extension)]
    room = MAX_ARTIFACT_CHARS - len(digest) - len(extension) - 1
    if len(stem) > room:
        stem = stem[: min(room, 60)].rstrip("/. ")
    return f"{stem}-{digest}{extension}"
