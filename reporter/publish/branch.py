"""Publish a built site to a branch, the way GitHub Pages, Gitea and others serve one.

On the branch, what an earlier publication put there is replaced, everything else stays. A
publication takes the place of the one before it, so that the branch does not grow with each; a
history that is not ours is kept below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import reporter
from reporter.errors import PublishError
from reporter.publish.built import BuiltSite
from reporter.publish.git import Git, find_repository
from reporter.publish.limits import measure
from reporter.publish.scratch import Entry, Scratch, Tip, open_scratch
from reporter.site import links
from reporter.site.writing.manifest import Manifest, ManifestError, NewerManifestError

__all__ = ["BranchResult", "BranchTarget", "arrange", "pages_url", "publish_branch"]

_TRAILER = "Published-with: runpages"
_FILE = "100644"
_N_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class BranchTarget:
    """Where and how a site is published.

    Parameters
    ----------
    remote : str
        Name of a remote, or an address.
    branch : str
    to : str
        Folder on the branch; empty for its root.
    message : str
        Of the commit.
    keeps_history : bool
        Whether earlier publications stay in the branch's history.
    replaces : bool
        Whether files in the way that no publication of ours wrote are replaced.
    any_size : bool
        Whether a site is pushed that is larger than GitHub takes.
    """

    remote: str = "origin"
    branch: str = "gh-pages"
    to: str = ""
    message: str = "Publish report"
    keeps_history: bool = False
    replaces: bool = False
    any_size: bool = False


@dataclass(frozen=True, kw_only=True)
class BranchResult:
    """What a publication came to.

    Parameters
    ----------
    remote, branch, to : str
    commit : str
        The branch's last commit now.
    is_changed : bool
        False when the branch held the very same already and nothing was pushed.
    n_files, size_bytes : int
        Of the published site.
    n_kept : int
        Files on the branch that are not of this site.
    url : str
        Where the site can be seen, as far as the address of the remote tells; else empty.
    warnings : tuple of str
    """

    remote: str
    branch: str
    to: str
    commit: str
    is_changed: bool
    n_files: int
    size_bytes: int
    n_kept: int
    url: str
    warnings: tuple[str, ...]


def publish_branch(site: BuiltSite, target: BranchTarget, folder: str = ".") -> BranchResult:
    """Push a site to a branch.

    Parameters
    ----------
    site : BuiltSite
    target : BranchTarget
    folder : str
        Some folder of the repository to publish from.

    Returns
    -------
    BranchResult

    Raises
    ------
    PublishError
        Git, the repository, the remote or the site do not allow it; the message says which.
    """
    sizes = measure(site)
    if sizes.refusals and not target.any_size:
        raise PublishError(" ".join(sizes.refusals), "--any-size publishes all the same.")
    repository = find_repository(folder)
    place = _checked(target, repository)
    with open_scratch(repository, target.remote) as scratch:
        tip = scratch.fetch_tip(target.branch)
        checked_out = repository.ask("symbolic-ref", "--quiet", "--short", "HEAD") or ""
        _check_tip(tip, target, checked_out)
        before = scratch.entries(tip.commit) if tip else {}
        after = _arranged(scratch, site, before, place, replaces=target.replaces)
        tree = scratch.write_tree(after)
        is_changed = tip is None or tree != scratch.tree_of(tip.commit)
        commit = tip.commit if tip else ""
        if is_changed:
            message = _message(target, repository.ask("rev-parse", "--quiet", "--verify", "HEAD"))
            commit = scratch.commit(tree, _parents(tip, target), message)
            scratch.push(commit, target.branch, tip.commit if tip else "")
        domain = scratch.read(after["CNAME"].blob).decode().strip() if "CNAME" in after else ""
        url = pages_url(scratch.url, domain, place)
    return BranchResult(
        remote=target.remote,
        branch=target.branch,
        to=place,
        commit=commit,
        is_changed=is_changed,
        n_files=len(site.files),
        size_bytes=site.size_bytes,
        n_kept=len(after) - len(site.files),
        url=url,
        warnings=(*sizes.warnings, *(sizes.refusals if target.any_size else ())),
    )


def arrange(
    before: Mapping[str, Entry],
    ours: Mapping[str, Entry],
    owned: set[str],
    *,
    replaces: bool = False,
) -> dict[str, Entry]:
    """Put a site's files among those of a branch.

    Parameters
    ----------
    before : mapping of str to Entry
        What the branch holds, by path.
    ours : mapping of str to Entry
        What the site consists of, by its path on the branch.
    owned : set of str
        Paths on the branch that an earlier publication wrote.
    replaces : bool
        Whether what stands in the way is replaced.

    Returns
    -------
    dict of str to Entry

    Raises
    ------
    PublishError
        Something that no publication wrote stands where a file must go.
    """
    foreign = {path: entry for path, entry in before.items() if path not in owned}
    in_the_way = {path for path in foreign if path in ours and foreign[path] != ours[path]}
    in_the_way |= {path for path in foreign if any(part in ours for part in _folders_of(path))}
    wanted = {part for path in ours for part in _folders_of(path)}
    in_the_way |= wanted & set(foreign)
    if in_the_way and not replaces:
        named = sorted(in_the_way)
        more = f" and {len(named) - _N_NAMED} more" if len(named) > _N_NAMED else ""
        raise PublishError(
            f"The branch holds {', '.join(named[:_N_NAMED])}{more} where the site must go, and no "
            "earlier publication wrote that.",
            "Publish into a folder with --to NAME, or replace it with --replace.",
        )
    kept = {path: entry for path, entry in foreign.items() if path not in in_the_way}
    return kept | dict(ours)


def _folders_of(path: str) -> Iterator[str]:
    parts = path.split("/")
    return ("/".join(parts[:n]) for n in range(1, len(parts)))


def pages_url(remote_url: str, domain: str = "", to: str = "") -> str:
    """Return the address under which GitHub serves what is on the branch.

    Parameters
    ----------
    remote_url : str
    domain : str
        The file CNAME on the branch, if there is one.
    to : str
        Folder on the branch.

    Returns
    -------
    str
        Empty when the remote is not at GitHub.

    Examples
    --------
    >>> pages_url("git@github.com:ada/digits.git", to="nightly")
    'https://ada.github.io/digits/nightly/'
    >>> pages_url("https://github.com/ada/ada.github.io")
    'https://ada.github.io/'
    """
    folder = f"{to}/" if to else ""
    found = re.search(r"github\.com[:/]([\w.-]+)/([\w.-]+?)(?:\.git)?/?$", remote_url)
    if found is None:
        return ""
    if domain:
        return f"https://{domain}/{folder}"
    owner, name = found.group(1).lower(), found.group(2)
    base = f"https://{owner}.github.io/"
    return f"{base}{folder}" if name.lower() == f"{owner}.github.io" else f"{base}{name}/{folder}"


def _checked(target: BranchTarget, repository: Git) -> str:
    """Check the names in a target, and return the folder on the branch in one form."""
    if repository.ask("check-ref-format", f"refs/heads/{target.branch}") is None:
        raise PublishError(f"'{target.branch}' cannot be the name of a branch.")
    place = target.to.replace("\\", "/").strip("/")
    if place and (not links.is_safe(place) or ".git" in place.lower().split("/")):
        raise PublishError(
            f"'{target.to}' is no folder on a branch.", "Give a relative path such as 'nightly'."
        )
    return place


def _check_tip(tip: Tip | None, target: BranchTarget, checked_out: str) -> None:
    """Refuse a branch that people work on; a remote need not say which one it is cloned with."""
    is_checked_out = target.branch == checked_out
    if tip is None or _is_ours(tip) or not (tip.is_default or is_checked_out):
        return
    why = "checked out here" if is_checked_out else f"the one '{target.remote}' is cloned with"
    raise PublishError(
        f"The branch '{target.branch}' is {why}, and holds other work.",
        "Choose a branch for the site alone with --branch, such as gh-pages.",
    )


def _is_ours(tip: Tip) -> bool:
    return any(line.startswith(_TRAILER) for line in tip.message.splitlines())


def _parents(tip: Tip | None, target: BranchTarget) -> tuple[str, ...]:
    """Choose what the new commit stands on: ours takes the place of our last."""
    if tip is None:
        return ()
    if _is_ours(tip) and not target.keeps_history:
        return tip.parents
    return (tip.commit,)


def _arranged(
    scratch: Scratch, site: BuiltSite, before: Mapping[str, Entry], place: str, *, replaces: bool
) -> dict[str, Entry]:
    """Store the site's files, and return the whole content of the branch."""
    prefix = f"{place}/" if place else ""
    owned = {prefix + path for path in _owned_paths(scratch, before, prefix)}
    # What stands there already says the same: that nothing shall be processed.
    files = [
        file
        for file in site.files
        if file.path != links.NOJEKYLL or prefix + file.path not in set(before) - owned
    ]
    blobs = scratch.write_blobs([site.place_of(file.path) for file in files])
    ours = {prefix + file.path: Entry(_FILE, blob) for file, blob in zip(files, blobs, strict=True)}
    after = arrange(before, ours, owned, replaces=replaces)
    if links.NOJEKYLL not in after:
        after[links.NOJEKYLL] = Entry(_FILE, scratch.write_blob(b""))
    return after


def _owned_paths(scratch: Scratch, before: Mapping[str, Entry], prefix: str) -> set[str]:
    """Read from the published manifest which files are ours; a damaged one owns nothing."""
    entry = before.get(prefix + links.MANIFEST)
    if entry is None:
        return set()
    try:
        manifest = Manifest.from_json(scratch.read(entry.blob))
    except NewerManifestError as error:
        raise PublishError(
            "A newer version of runpages published to this branch.",
            "Upgrade with 'pip install -U runpages'.",
        ) from error
    except ManifestError:
        return set()
    return {*manifest.files, *manifest.old, links.MANIFEST}


def _message(target: BranchTarget, head: str | None) -> str:
    source = f"Source-commit: {head}\n" if head else ""
    return f"{target.message}\n\n{source}{_TRAILER} {reporter.__version__}\n"
