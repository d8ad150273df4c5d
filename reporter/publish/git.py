"""Git as a program: run it, and say in one sentence why it did not do what was asked.

The one place that starts ``git``. Messages are asked for in English, so that they can be told
apart, and prompts are off where nobody could answer them. Knows nothing of sites.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence

from reporter.errors import PublishError

__all__ = ["Git", "explain", "find_repository"]

_REASONS = (
    (
        ("could not resolve host", "could not connect", "failed to connect", "connection refused",
         "connection timed out", "connection reset", "operation timed out", "no route to",
         "network is unreachable", "temporary failure in name"),
        "it cannot be reached",
        "Check the network and the address ('git remote -v'), and publish again.",
    ),
    (
        ("permission denied", "authentication failed", "could not read username", "denied to",
         "could not read password", "access denied", "returned error: 401", "returned error: 403",
         "write access", "invalid credentials"),
        "it refuses this user",
        "Check that you may push there, and with whose credentials: 'git push --dry-run' tells.",
    ),
    (
        ("not found", "does not appear to be a git repository", "does not exist",
         "returned error: 404", "no such file or directory"),
        "there is no such repository, or this user may not see it",
        "Check the address: 'git remote -v' prints it.",
    ),
    (
        ("stale info", "fetch first", "non-fast-forward", "cannot lock ref"),
        "somebody else published meanwhile",
        "Publish again: it takes theirs into account.",
    ),
    (
        ("protected branch", "hook declined", "remote rejected", "push declined"),
        "it rejects the branch",
        "Ask whoever runs it for the right to push there, or choose another --branch.",
    ),
    (
        ("no space left", "disk quota"),
        "there is no space left",
        "Free some and publish again.",
    ),
)  # fmt: skip
"""What git says (any of these, in small letters), what it means, and what to do about it."""


_TELLING = re.compile(r"(remote: .|fatal: |error: (?!failed to push)|ERROR: |ssh: |! \[)")
_PREFIXES = re.compile(r"^(remote: |fatal: |error: |ERROR: )+")


class Git:
    """Git at one place.

    Parameters
    ----------
    folder : str
        Where commands run.
    environment : mapping of str to str, optional
        Added to this process's own.
    """

    def __init__(self, folder: str, environment: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._environment = _quiet_environment() | dict(environment or {})

    def run(self, *arguments: str, data: bytes | None = None) -> bytes:
        """Run a command and return what it prints.

        Raises
        ------
        PublishError
            Git is not there, or it failed; the message holds its own words.
        """
        done = self._start(arguments, data)
        if done.returncode:
            words = _words(done.stderr) or f"exit code {done.returncode}"
            raise PublishError(f"'git {arguments[0]}' failed: {words}.")
        return done.stdout

    def ask(self, *arguments: str) -> str | None:
        """Run a command and return its one line of answer; None when it fails."""
        done = self._start(arguments, None)
        return None if done.returncode else done.stdout.decode(errors="replace").strip()

    def reach(self, remote: str, *arguments: str) -> bytes:
        """Run a command that talks to a remote.

        Raises
        ------
        PublishError
            With the reason in plain words, as far as git's own words tell.
        """
        done = self._start(arguments, None)
        if done.returncode:
            raise explain(remote, done.stderr)
        return done.stdout

    def _start(
        self, arguments: Sequence[str], data: bytes | None
    ) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(  # noqa: S603  # git, with arguments of ours
                ["git", *arguments],  # noqa: S607  # the user's own git, wherever it lies
                cwd=self._folder,
                env=self._environment,
                input=data if data is not None else b"",
                capture_output=True,
                check=False,
            )
        except FileNotFoundError as error:
            if not os.path.isdir(self._folder):
                raise PublishError(f"There is no folder '{self._folder}'.") from error
            raise PublishError(
                "Git is not installed, or not on the PATH.",
                "Install it (https://git-scm.com/downloads), or send the site as a zip.",
            ) from error


def find_repository(folder: str) -> Git:
    """Return git at the root of the repository that a folder lies in.

    Parameters
    ----------
    folder : str

    Returns
    -------
    Git

    Raises
    ------
    PublishError
        The folder lies in no repository, git does not trust it, or git is not there.
    """
    try:
        root = Git(folder).run("rev-parse", "--show-toplevel").decode(errors="surrogateescape")
    except PublishError as error:
        if "dubious ownership" in error.message:
            hint = f"If you trust it: git config --global --add safe.directory '{folder}'."
            raise PublishError(error.message, hint.replace("'.'", '"$PWD"')) from error
        if "not a git repository" not in error.message:
            raise
        raise PublishError(
            f"'{os.path.abspath(folder)}' lies in no git repository.",
            "Change to the repository to publish from, or make it one with 'git init'.",
        ) from error
    return Git(root.rstrip("\n") or folder)


def explain(remote: str, stderr: bytes) -> PublishError:
    """Turn what git said about a remote into an error.

    Parameters
    ----------
    remote : str
        As the user knows it.
    stderr : bytes
        Git's words.

    Returns
    -------
    PublishError
    """
    words = _words(stderr)
    for signs, reason, hint in _REASONS:
        if any(sign in words.lower() for sign in signs):
            return PublishError(f"Cannot publish to '{remote}': {reason} ({words}).", hint)
    return PublishError(f"Cannot publish to '{remote}': {words or 'git gave no reason'}.")


def _words(stderr: bytes) -> str:
    """Gather the lines that tell something, without credentials that an address may hold."""
    lines = [line.strip() for line in stderr.decode(errors="replace").splitlines()]
    told = [line for line in lines if _TELLING.match(line)] or lines[-1:]
    told = [_PREFIXES.sub("", line).rstrip(".:") for line in told]
    text = "; ".join(dict.fromkeys(told))
    return re.sub(r"(\w+://)[^/@\s]+@", r"\1", text)[:400]


def _quiet_environment() -> dict[str, str]:
    """Take the process's environment, without what points git to another place."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"}
    }
    kept |= {"LC_ALL": "C", "LANGUAGE": "C"}
    if not sys.stderr or not sys.stderr.isatty():
        kept["GIT_TERMINAL_PROMPT"] = "0"
    return kept
