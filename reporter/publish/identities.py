"""Who and where in texts: found in one pass over the runs, then replaced alike everywhere. Pure.

Users and hosts become ``user-1`` and ``host-2``, absolute paths lose their folders, e-mail
addresses and repositories go. Whatever is replaced is replaced by the same word each time, so that
a report still tells which runs were of one person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from reporter.model import Run

__all__ = ["Identities", "Replacer", "collect"]

_HOME = re.compile(r"(?:/home/|/Users/|[A-Za-z]:\\{1,2}Users\\{1,2})([^/\\\s:\"'<>|]{2,64})")
_REMOTE = re.compile(
    r"(?:(?:https?|ssh|git)://|git@)(?:[^\s/@]+@)?[\w.-]+(?::\d+)?[:/]([\w.~-]+)/[\w.-]+"
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_GIT_ADDRESS = re.compile(
    r"(?:git@[\w.-]+:|(?:ssh|git)://)[^\s\"'<>]+|https?://[^\s\"'<>]+\.git(?![\w.])"
)
_PATH_PART = r"[^/\\\s:\"'<>|*?,;()\[\]{}=]+"
_ABSOLUTE = re.compile(
    rf"(?<![\w.:/\\~<-])(?:file://)?(?:/(?:{_PATH_PART}/)+|[A-Za-z]:\\{{1,2}}(?:{_PATH_PART}\\{{1,2}})+)"
    rf"(?:{_PATH_PART})?"
)
_LIBRARY = re.compile(r"(?:site-packages|dist-packages|lib[/\\]python3\.\d+)[/\\].*$")
_EVERYBODYS = frozenset(
    {
        *("root", "user", "users", "admin", "administrator", "runner", "nobody", "anonymous"),
        *("ubuntu", "debian", "centos", "docker", "vscode", "codespace", "jovyan", "colab"),
        *("localhost", "local", "home", "shared", "public", "work", "workspace", "github"),
        *("gitlab", "main", "master", "default", "sample", "samples", "test", "tests", "site"),
        *("data", "dataset", "model", "models", "train", "valid", "eval", "runs", "run"),
        *("none", "null", "true", "false", "min", "max", "mean", "last", "best", "loss"),
        *("accuracy", "python", "torch", "keras", "sklearn", "mlflow"),
    }
)
"""Names that tell nothing, and words of which a report is full."""

MIN_NAME_CHARS = 3
LONG_NAME_CHARS = 6

DROPPED_TAGS = frozenset(
    {
        "mlflow.source.git.repoURL",
        "mlflow.source.git.commit",
        "mlflow.source.git.branch",
        "mlflow.gitRepoURL",
        "mlflow.gitBranch",
        "mlflow.git.repoURL",
    }
)
"""A commit is found by its hash, and a branch is often named by its author."""


@dataclass
class Identities:
    """Who and where was found, in the order of finding.

    Parameters
    ----------
    users, hosts, others : dict of str to str
        What was found to what it becomes.
    """

    users: dict[str, str] = field(default_factory=dict)
    hosts: dict[str, str] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)

    def add_user(self, name: str) -> None:
        """Take a name for that of a person."""
        if name:
            self.users.setdefault(name, f"user-{len(self.users) + 1}")

    def add_host(self, name: str) -> None:
        """Take a name for that of a machine."""
        if name:
            self.hosts.setdefault(name, f"host-{len(self.hosts) + 1}")

    def words(self) -> dict[str, str]:
        """Return what is to be replaced wherever it stands as a word, the longest first."""
        found = {**self.hosts, **self.users}
        short = {name.partition(".")[0]: word for name, word in self.hosts.items()}
        every = {**short, **found}
        kept = {n: w for n, w in every.items() if _is_telling(n)} | self.others
        return dict(sorted(kept.items(), key=lambda item: (-len(item[0]), item[0])))


def collect(runs: Iterable[Run], also: Iterable[str] = ()) -> Identities:
    """Find who and where in what runs recorded.

    Parameters
    ----------
    runs : iterable of Run
    also : iterable of str
        Further texts to hide: a project, a place of work.

    Returns
    -------
    Identities
    """
    found = Identities(others={text: "hidden" for text in also if text})
    for run in runs:
        found.add_user(run.info.user_id)
        found.add_user(run.data.tags.get("mlflow.user", ""))
        found.add_host(run.data.tags.get("reporter.host", ""))
        for text in _texts(run):
            for name in _HOME.findall(text):
                found.add_user(name)
        for owner in _REMOTE.findall(run.data.tags.get("mlflow.source.git.repoURL", "")):
            found.add_user(owner)
    return found


def _texts(run: Run) -> Iterator[str]:
    yield from run.data.params.values()
    yield from run.data.tags.values()
    for item in run.inputs.dataset_inputs:
        yield item.dataset.source


def _is_telling(name: str) -> bool:
    return len(name) >= MIN_NAME_CHARS and name.lower() not in _EVERYBODYS


def _pattern(name: str) -> str:
    """Match a long name anywhere, and a short one as a word: Ana is not in banana."""
    if len(name) >= LONG_NAME_CHARS:
        return re.escape(name)
    return rf"(?<![^\W_]){re.escape(name)}(?![^\W_])"


class Replacer:
    """Replaces who and where in texts.

    Parameters
    ----------
    identities : Identities

    Examples
    --------
    >>> known = Identities(); known.add_user("ana")
    >>> Replacer(known).text("ana wrote /home/ana/thesis/train.py, see ana@uni.example")
    'user-1 wrote …/train.py, see anonymous@example.org'
    """

    def __init__(self, identities: Identities) -> None:
        self.identities = identities
        self._words = identities.words()
        alternatives = "|".join(map(_pattern, self._words))
        self._word = re.compile(f"(?i){alternatives}") if alternatives else None
        self._lowered = {name.lower(): word for name, word in self._words.items()}

    def user(self, name: str) -> str:
        """Return what a person is called."""
        return self.identities.users.get(name, "")

    def host(self, name: str) -> str:
        """Return what a machine is called."""
        return self.identities.hosts.get(name, "")

    def text(self, text: str) -> str:
        """Replace everything in a text.

        Parameters
        ----------
        text : str

        Returns
        -------
        str
        """
        text = _GIT_ADDRESS.sub("repository", text)
        text = _EMAIL.sub("anonymous@example.org", text)
        text = _ABSOLUTE.sub(_shorten, text)
        return self.words(text)

    def words(self, text: str) -> str:
        """Replace names alone: good for file names."""
        if self._word is None:
            return text
        return self._word.sub(lambda match: self._lowered[match.group().lower()], text)

    def needles(self) -> list[bytes]:
        """Return what must not stand in a file that cannot be rewritten, in lower case."""
        plain = [word.lower() for word in self._words]
        return [
            *(word.encode() for word in plain),
            *(word.encode("utf-16-le") for word in plain),
        ]


def _shorten(match: re.Match[str]) -> str:
    """Keep of a path what tells nothing of the machine: a library's inside, or the last name."""
    path = match.group()
    if library := _LIBRARY.search(path):
        return f"…/{library.group()}"
    parts = [part for part in re.split(r"[/\\]+", path) if part]
    ends = "/" if path[-1] in "/\\" else ""
    return f"…/{parts[-1]}{ends}"
