"""Look at a repository and find out what a build machine needs to know to publish from it.

Where the runs are, how runpages gets installed, which branch counts, whether git keeps the runs
at all. Only reads.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

from reporter.errors import NotAStoreError, PublishError
from reporter.publish.git import Git
from reporter.store import layout

__all__ = ["Project", "find_requirement", "find_store", "look_at"]

_NAME = "runpages"
_REQUIREMENTS = re.compile(r"(requirements[\w.-]*|.*-requirements)\.(txt|in)")
_NAMED = re.compile(
    r"^\s*[\"']?(runpages(?![\w.-])(?:\[[\w,\s-]*\])?(?:\s*(?:@|[<>=!~]=?)[^\"'#;\n]*)?)"
)
_DEPTH = 2
_SKIPPED = {"node_modules", "site-packages", "__pycache__", "site", "venv"}


@dataclass(frozen=True, kw_only=True)
class Project:
    """A repository as a build machine sees it.

    Parameters
    ----------
    root : str
        Of the repository, an absolute path.
    store : str
        Where the runs are, relative to the root, with ``/``.
    branch : str
        The branch whose pushes publish.
    requirement : str
        What pip installs, e.g. ``runpages>=0.1`` or ``.``.
    uses_lfs : bool
        Whether git keeps files of the store in Git LFS.
    warnings : tuple of str
        What would make the build machine see less than this one does.
    """

    root: str
    store: str
    branch: str
    requirement: str
    uses_lfs: bool
    warnings: tuple[str, ...]


def look_at(
    repository: Git, store: str = "", *, requirement: str = "", folder: str = "."
) -> Project:
    """Find out what a build machine needs to know.

    Parameters
    ----------
    repository : Git
    store : str
        Where the runs are, relative to `folder`; looked for when empty.
    requirement : str
        What pip shall install; looked for when empty.
    folder : str
        Some folder of the repository.

    Returns
    -------
    Project

    Raises
    ------
    PublishError
        There is no store in the repository, or several and none was named.
    """
    root = repository.run("rev-parse", "--show-toplevel").decode().strip()
    inside = _inside(root, os.path.join(folder, store)) if store else find_store(root)
    requirement = requirement or find_requirement(root)
    return Project(
        root=root,
        store=inside,
        branch=_default_branch(repository),
        requirement=requirement,
        uses_lfs=_uses_lfs(repository, inside),
        warnings=(*_store_warnings(repository, inside), *_origin_warnings(requirement)),
    )


def find_store(root: str) -> str:
    """Find the one store in a repository.

    Parameters
    ----------
    root : str

    Returns
    -------
    str
        Relative to the root, with ``/``.

    Raises
    ------
    PublishError
        There is none, or there are several of which none is called ``runs``.
    """
    found = sorted(_stores(root, "", _DEPTH))
    if "runs" in found or len(found) == 1:
        return "runs" if "runs" in found else found[0]
    if not found:
        raise PublishError(
            f"No folder of runs was found in '{root}'.",
            "Name it: 'report publish github STORE'.",
        )
    raise PublishError(
        f"There are {len(found)} folders of runs: {', '.join(found)}.",
        f"Name the one to publish, such as 'report publish github {found[0]}'.",
    )


def find_requirement(root: str) -> str:
    """Find how this repository installs runpages, so that the build machine does the same.

    Parameters
    ----------
    root : str

    Returns
    -------
    str
        ``.`` in a checkout of runpages itself; what a requirements file or ``pyproject.toml``
        says; else where this very installation came from, or the package index.
    """
    project = _read(os.path.join(root, "pyproject.toml"))
    if re.search(r"^name\s*=\s*[\"']runpages[\"']", project, re.MULTILINE):
        return "."
    names = sorted(filter(_REQUIREMENTS.fullmatch, os.listdir(root)))
    texts = [_read(os.path.join(root, name)) for name in names]
    for line in "\n".join([*texts, project]).splitlines():
        for part in [line, *re.findall(r"[\"'][^\"']+[\"']", line)]:
            if found := _NAMED.match(part):
                return found.group(1).strip()
    return _own_origin() or _NAME


def _stores(root: str, path: str, depth: int) -> Iterator[str]:
    try:
        layout.check_store(os.path.join(root, path))
    except NotAStoreError:
        pass
    else:
        yield path or "."
        return
    if depth:
        with os.scandir(os.path.join(root, path)) as entries:
            names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        for name in names:
            if not name.startswith(".") and name not in _SKIPPED:
                yield from _stores(root, f"{path}/{name}".lstrip("/"), depth - 1)


def _inside(root: str, store: str) -> str:
    """Return a store's path relative to the repository's root."""
    real, top = os.path.realpath(store), os.path.realpath(root)
    if not os.path.isdir(real):
        raise PublishError(
            f"There is no folder '{store}'.",
            "Give the folder that runs were logged to (by default ./runs).",
        )
    if real != top and not real.startswith(os.path.join(top, "")):
        raise PublishError(
            f"'{store}' lies outside of the repository '{root}', where a build machine has "
            "nothing of it.",
            "Log into a folder of the repository, or publish from here with "
            "'report publish gh-pages'.",
        )
    path = os.path.relpath(real, top).replace(os.sep, "/")
    if "${{" in path or not path.isprintable():
        raise PublishError(f"The path {path!r} cannot be written into a workflow; rename it.")
    return path


def _default_branch(repository: Git) -> str:
    """Return the branch that clones begin with: the remote's word, else the one that is out."""
    told = repository.ask("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD")
    if told:
        return told.partition("/")[2]
    branches = (repository.ask("branch", "--format=%(refname:short)") or "").splitlines()
    for name in ("main", "master"):
        if name in branches:
            return name
    return repository.ask("symbolic-ref", "--quiet", "--short", "HEAD") or "main"


def _uses_lfs(repository: Git, store: str) -> bool:
    tracked = repository.run("ls-files", "-z", "--", store).split(b"\0")[:-1]
    if not tracked:
        return False
    told = repository.run("check-attr", "-z", "--stdin", "filter", data=b"\0".join(tracked) + b"\0")
    return b"lfs" in told.split(b"\0")[2::3]


def _store_warnings(repository: Git, store: str) -> Iterator[str]:
    tracked = repository.ask("ls-files", "--", f"{store}/{layout.MARKER}")
    if repository.ask("check-ignore", "--quiet", "--", store) is not None:
        yield (
            f"Git ignores '{store}', so a build machine would find no runs: take it out of "
            ".gitignore, or publish from here with 'report publish gh-pages'."
        )
    elif not tracked:
        yield (
            f"'{store}' is not in git yet, so a build machine would find no runs: "
            f"'git add {store}' and commit it."
        )


def _own_origin() -> str:
    """Say where this installation came from, when that was a repository (PEP 610)."""
    record = _direct_url()
    vcs = record.get("vcs_info")
    if not isinstance(vcs, dict):
        return ""
    return f"{_NAME} @ {vcs.get('vcs')}+{record.get('url')}@{vcs.get('commit_id')}"


def _origin_warnings(requirement: str) -> Iterator[str]:
    if requirement == _NAME and "dir_info" in _direct_url():
        yield (
            "This runpages was installed from a folder, which a build machine has not got: it "
            "takes the released one. Name another with --requirement, such as "
            "'runpages @ git+https://...'."
        )


def _direct_url() -> dict[str, object]:
    """Read what the installer noted about where this package came from, if it noted anything."""
    try:
        text = metadata.distribution(_NAME).read_text("direct_url.json")
        record = json.loads(text or "{}")
    except (metadata.PackageNotFoundError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
