"""A repository for the length of one publication, so that the user's own is not touched at all.

Commits are made in a bare repository in a temporary folder that has borrowed remotes and
credentials from the user's configuration. Neither index nor working tree, refs, objects nor
hooks of the user's repository take part. Knows git's objects; knows nothing of sites.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reporter.errors import PublishError, did_you_mean
from reporter.publish.git import Git

__all__ = ["Entry", "Scratch", "Tip", "open_scratch"]

# Of a repository's own settings, those by which remotes are found and reached.
_BORROWED = ("author.", "committer.", "credential.", "http.", "remote.", "ssh.", "url.", "user.")
_BORROWED_CORE = ("core.askpass", "core.gitproxy", "core.sshcommand")
# What says that a clone lacks objects, which the temporary one decides for itself.
_LEFT = (".promisor", ".partialclonefilter")
_TARGET = "publication"
_IDENTITY = {"GIT_{}_NAME": "runpages", "GIT_{}_EMAIL": "runpages@localhost"}


@dataclass(frozen=True)
class Entry:
    """One file in a tree: its mode as git prints it, and the id of its blob."""

    mode: str
    blob: str


@dataclass(frozen=True, kw_only=True)
class Tip:
    """The commit at the end of the branch that is published to.

    Parameters
    ----------
    commit : str
    parents : tuple of str
    message : str
    is_default : bool
        Whether the branch is the one that clones of the remote begin with.
    """

    commit: str
    parents: tuple[str, ...]
    message: str
    is_default: bool


class Scratch:
    """A bare repository that can read one branch of a remote and write a commit to it.

    Parameters
    ----------
    git : Git
    remote : str
        Name of the remote in its settings.
    shown : str
        The remote as the user knows it.
    """

    def __init__(self, git: Git, remote: str, shown: str) -> None:
        self._git = git
        self._remote = remote
        self._shown = shown

    @property
    def url(self) -> str:
        """Address that is pushed to."""
        return self._git.ask("remote", "get-url", "--push", self._remote) or ""

    def fetch_tip(self, branch: str) -> Tip | None:
        """Fetch the end of a branch, without its files' contents; None when there is no branch."""
        ref = f"refs/heads/{branch}"
        told = self._git.reach(self._shown, "ls-remote", "--symref", self._remote, "HEAD", ref)
        lines = [line.split("\t") for line in told.decode().splitlines()]
        found = {name: value for value, name in lines if not value.startswith("ref: ")}
        heads = [value.removeprefix("ref: ") for value, _ in lines if value.startswith("ref: ")]
        if ref not in found:
            return None
        self._git.reach(
            self._shown, "fetch", "--quiet", "--no-tags", "--depth=2", "--filter=blob:none",
            self._remote, ref,
        )  # fmt: skip
        head, _, message = self._git.run("cat-file", "commit", found[ref]).partition(b"\n\n")
        lines = [line.split(" ") for line in head.decode(errors="replace").splitlines()]
        return Tip(
            commit=found[ref],
            parents=tuple(words[1] for words in lines if words[0] == "parent"),
            message=message.decode(errors="replace"),
            is_default=ref in heads,
        )

    def entries(self, commit: str) -> dict[str, Entry]:
        """List the files of a commit by path."""
        listed = self._git.run("ls-tree", "-r", "-z", "--full-tree", commit)
        found = {}
        for line in listed.split(b"\0")[:-1]:
            facts, _, path = line.partition(b"\t")
            mode, _, blob = facts.decode().split()
            found[path.decode("utf-8", "surrogateescape")] = Entry(mode, blob)
        return found

    def read(self, blob: str) -> bytes:
        """Return a blob's bytes, fetched now if it was not."""
        return self._git.reach(self._shown, "cat-file", "blob", blob)

    def write_blobs(self, places: Sequence[str]) -> list[str]:
        """Store files and return the ids of their blobs, in the same order."""
        if not places:
            return []
        data = "".join(f"{os.path.abspath(place)}\n" for place in places)
        told = self._git.run(
            "hash-object", "-w", "--no-filters", "--stdin-paths", data=os.fsencode(data)
        )
        return told.decode().split()

    def write_blob(self, data: bytes) -> str:
        """Store bytes and return the id of their blob."""
        return self._git.run("hash-object", "-w", "--stdin", data=data).decode().strip()

    def write_tree(self, entries: Mapping[str, Entry]) -> str:
        """Store a tree of these files and return its id."""
        lines = (
            f"{entry.mode} {entry.blob}\t{path}\0".encode("utf-8", "surrogateescape")
            for path, entry in sorted(entries.items())
        )
        self._git.run("read-tree", "--empty")
        self._git.run("update-index", "-z", "--index-info", data=b"".join(lines))
        return self._git.run("write-tree", "--missing-ok").decode().strip()

    def tree_of(self, commit: str) -> str:
        """Return the id of a commit's tree."""
        return self._git.run("rev-parse", f"{commit}^{{tree}}").decode().strip()

    def commit(self, tree: str, parents: Sequence[str], message: str) -> str:
        """Store a commit and return its id."""
        options = [part for parent in parents for part in ("-p", parent)]
        told = self._git.run("commit-tree", *options, "-F", "-", tree, data=message.encode())
        return told.decode().strip()

    def push(self, commit: str, branch: str, expected: str) -> None:
        """Make a commit the end of the branch, provided that it still ends where it did.

        Parameters
        ----------
        commit : str
        branch : str
        expected : str
            The commit it ends with; empty when there is no such branch.
        """
        ref = f"refs/heads/{branch}"
        lease = f"--force-with-lease={ref}:{expected}"
        self._git.reach(self._shown, "push", "--quiet", lease, self._remote, f"{commit}:{ref}")


@contextlib.contextmanager
def open_scratch(repository: Git, remote: str) -> Iterator[Scratch]:
    """Make a temporary repository that reaches the same remotes as the user's.

    Parameters
    ----------
    repository : Git
        The user's.
    remote : str
        Name of one of its remotes, or an address.

    Yields
    ------
    Scratch

    Raises
    ------
    PublishError
        There is no such remote.
    """
    root = repository.run("rev-parse", "--show-toplevel").decode().strip() or "."
    named = repository.run("remote").decode().split()
    if remote not in named and not _is_address(remote):
        raise _no_remote(remote, named)
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        Git(root).run("init", "--quiet", "--bare", folder)
        git = Git(root, {"GIT_DIR": folder} | _missing_identity(repository))
        for key, value in _borrowed(repository):
            git.run("config", "--add", key, value)
        if remote in named:
            yield Scratch(git, remote, remote)
        else:
            git.run("config", f"remote.{_TARGET}.url", remote)
            yield Scratch(git, _TARGET, remote)


def _is_address(remote: str) -> bool:
    return any(sign in remote for sign in ("/", "\\", ":"))


def _no_remote(remote: str, named: Sequence[str]) -> PublishError:
    if not named:
        return PublishError(
            "This repository has no remote to publish to.",
            f"Add one with 'git remote add {remote} ADDRESS', or name an address with --remote.",
        )
    hint = did_you_mean(remote, named) or f"It has {', '.join(named)}."
    return PublishError(f"This repository has no remote '{remote}'.", hint)


def _borrowed(repository: Git) -> Iterator[tuple[str, str]]:
    """Yield the settings of the user's repository by which remotes are found and reached."""
    parts = repository.run("config", "--list", "--show-scope", "-z").split(b"\0")
    for scope, item in zip(parts[::2], parts[1::2], strict=False):
        key, is_set, value = item.decode("utf-8", "surrogateescape").partition("\n")
        wanted = key.startswith(_BORROWED) or key in _BORROWED_CORE
        if scope in (b"local", b"worktree") and wanted and not key.endswith(_LEFT):
            yield key, value if is_set else "true"


def _missing_identity(repository: Git) -> dict[str, str]:
    """Name an author where git knows none, as on a build machine."""
    return {
        name.format(who): value
        for who in ("AUTHOR", "COMMITTER")
        if repository.ask("var", f"GIT_{who}_IDENT") is None
        for name, value in _IDENTITY.items()
    }
