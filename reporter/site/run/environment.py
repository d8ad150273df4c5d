"""Where and from what source a run ran: the tags that the library recorded, in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from reporter.site.contexts import Fact
from reporter.site.run.remotes import Remote, commit_url, parse_remote
from reporter.site.table.columns import is_user_tag

__all__ = ["environment_facts", "remote_of"]

_REMOTES = ("mlflow.source.git.repoURL", "mlflow.gitRepoURL", "mlflow.git.repoURL")
_LABELS = {
    "reporter.python": "Python",
    "mlflow.user": "User",
    "reporter.host": "Host",
    "mlflow.source.name": "Source",
    "mlflow.source.type": "Source type",
    "mlflow.project.entryPoint": "Entry point",
    "reporter.command": "Command",
    "mlflow.source.git.branch": "Branch",
    "mlflow.source.git.commit": "Commit",
    "mlflow.source.git.dirty": "Uncommitted changes",
}
"""In the order of the card; tags that are not named here follow under their own names."""

_WORDS = {"True": "yes", "False": "no"}

SHOWN_ELSEWHERE = frozenset(
    {
        "mlflow.note.content",
        "mlflow.runName",
        "mlflow.parentRunId",
        "mlflow.source.git.diff",
        "mlflow.log-model.history",
        "mlflow.loggedArtifacts",
        "mlflow.loggedImages",
        "reporter.error",
        "reporter.packages",
        "reporter.installed",
        *_REMOTES,
    }
)
"""System tags that have a place of their own on the page."""


def remote_of(tags: Mapping[str, str]) -> Remote | None:
    """Return the repository that a run's code came from, where it is on a host."""
    found = (tags[name] for name in _REMOTES if tags.get(name))
    source = tags.get("mlflow.source.name", "")  # MLflow Projects have an address there
    return parse_remote(next(found, source.partition("#")[0]))


def environment_facts(tags: Mapping[str, str]) -> tuple[Fact, ...]:
    """Say where and from what source a run ran.

    Parameters
    ----------
    tags : mapping of str to str
        All of the run's.

    Returns
    -------
    tuple of Fact
        Known ones in a fixed order and in words, then every other system tag as it is.
    """
    remote = remote_of(tags)
    known = [_fact(name, tags[name], remote) for name in _LABELS if tags.get(name)]
    if remote:
        known.append(Fact(label="Repository", value=remote.url, href=remote.url, is_code=True))
    others = sorted(name for name in tags if not is_user_tag(name))
    known += [
        Fact(label=name, value=tags[name], is_code=True)
        for name in others
        if name not in _LABELS and name not in SHOWN_ELSEWHERE
    ]
    return tuple(known)


def _fact(name: str, value: str, remote: Remote | None) -> Fact:
    href = commit_url(remote, value) if name == "mlflow.source.git.commit" else ""
    shown = _WORDS.get(value, value) if name == "mlflow.source.git.dirty" else value
    return Fact(label=_LABELS[name], value=shown, href=href, exact=name, is_code=True)
