"""Where a commit can be read: from what git calls a remote to the page of a host. Pure.

A remote may carry a user's name, a password or a token; what comes out of here never does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

__all__ = ["Remote", "commit_url", "parse_remote"]

_SCHEMES = re.compile(r"(?:git\+)?(?:https?|ssh|git)://", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}|localhost", re.IGNORECASE)
_PATH = re.compile(r"[\w.~+-]+(?:/[\w.~+-]+)+")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")

_PAGES = {
    "github": "https://{host}/{path}/commit/{commit}",
    "gitlab": "https://{host}/{path}/-/commit/{commit}",
    "bitbucket.org": "https://{host}/{path}/commits/{commit}",
    "codeberg": "https://{host}/{path}/commit/{commit}",
    "gitea": "https://{host}/{path}/commit/{commit}",
    "forgejo": "https://{host}/{path}/commit/{commit}",
    "git.sr.ht": "https://{host}/{path}/commit/{commit}",
    "dev.azure.com": "https://{host}/{path}/commit/{commit}",
    "huggingface.co": "https://{host}/{path}/commit/{commit}",
}
"""By a part of the host's name: hosts that run the software themselves are usually called so."""


@dataclass(frozen=True)
class Remote:
    """A repository on a host.

    Parameters
    ----------
    host : str
        ``github.com``; with a port only where a browser needs it.
    path : str
        ``ana/digits``, without ``.git``.
    """

    host: str
    path: str

    @property
    def url(self) -> str:
        """Address of the repository, for a browser and for ``git clone``."""
        return f"https://{self.host}/{quote(self.path)}"

    @property
    def name(self) -> str:
        """Last part of the path: the folder that ``git clone`` makes."""
        return self.path.rsplit("/", 1)[-1]


def parse_remote(text: str) -> Remote | None:
    """Read what ``git remote`` prints.

    Parameters
    ----------
    text : str
        ``https://user:token@host/owner/name.git``, ``ssh://git@host:22/owner/name``,
        ``git@host:owner/name.git`` or ``git://host/owner/name``.

    Returns
    -------
    Remote or None
        None for a folder, and for what is none of these.

    Examples
    --------
    >>> parse_remote("https://ana:s3cret@github.com/ana/digits.git")
    Remote(host='github.com', path='ana/digits')
    >>> parse_remote("git@ssh.dev.azure.com:v3/lab/vision/digits")
    Remote(host='dev.azure.com', path='lab/vision/_git/digits')
    """
    text = text.strip()
    scheme = _SCHEMES.match(text)
    if scheme:
        authority, _, path = text[scheme.end() :].partition("/")
    else:
        authority, colon, path = text.partition(":")
        if not colon or "@" not in authority:
            return None
    host, _, port = authority.rpartition("@")[2].partition(":")
    is_web = scheme is not None and "http" in scheme.group().lower()
    path = re.split(r"[?#]", path)[0].strip("/").removesuffix(".git")
    if not _HOST.fullmatch(host) or not _PATH.fullmatch(path) or ".." in path:
        return None
    keeps_port = is_web and port.isdigit() and port not in ("80", "443")
    return _web_place(host.lower() + (f":{port}" if keeps_port else ""), path)


def commit_url(remote: Remote | None, commit: str) -> str:
    """Return the address of a commit's page.

    Parameters
    ----------
    remote : Remote or None
    commit : str

    Returns
    -------
    str
        Empty where the host's pages are not known or `commit` is no hash.

    Examples
    --------
    >>> commit_url(parse_remote("git@gitlab.example.org:lab/digits.git"), "a41c9e7")
    'https://gitlab.example.org/lab/digits/-/commit/a41c9e7'
    """
    if remote is None or not _COMMIT.fullmatch(commit):
        return ""
    page = next((page for part, page in _PAGES.items() if part in remote.host), "")
    return page.format(host=remote.host, path=quote(remote.path), commit=commit)


def _web_place(host: str, path: str) -> Remote:
    """Name the place where a browser finds what an ssh address names otherwise."""
    if host == "ssh.dev.azure.com":
        parts = path.removeprefix("v3/").split("/")
        return Remote("dev.azure.com", "/".join([*parts[:2], "_git", *parts[2:]]))
    if host == "altssh.bitbucket.org":
        return Remote("bitbucket.org", path)
    return Remote("github.com" if host == "ssh.github.com" else host, path)
