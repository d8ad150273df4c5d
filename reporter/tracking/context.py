"""What a run records by itself: who, from which source, on what code and packages.

The commit is read from git's own files at once. What needs the git program (uncommitted changes)
is asked in the background and recorded when the run ends, so that starting a run stays cheap.
Tag names are MLflow's where it has one.
"""

from __future__ import annotations

import os
import sys
import threading
from functools import lru_cache

from reporter.store import liveness
from reporter.store.uris import USER

__all__ = ["GitProbe", "end_tags", "short_path", "start_tags", "user_name"]

# Enough for any change one would commit; a larger diff is named by its size instead.
MAX_DIFF_BYTES = 200_000
_GIT_SECONDS = 5.0


def user_name() -> str:
    """Name the user as the system knows them; empty when it does not."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        if found := os.environ.get(name):
            return found
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError, OSError):
        return ""


def start_tags() -> dict[str, str]:
    """Return the tags that are known when a run starts."""
    tags = {
        "mlflow.user": user_name(),
        "mlflow.source.name": _source_name(),
        "mlflow.source.type": "NOTEBOOK" if _is_notebook() else "LOCAL",
        "reporter.host": liveness.own_identity()[0],
        "reporter.python": sys.version.split()[0],
        "reporter.command": _command(),
    }
    commit, branch = read_head(source_folder())
    tags |= {"mlflow.source.git.commit": commit, "mlflow.source.git.branch": branch}
    return {key: value for key, value in tags.items() if value}


def end_tags() -> dict[str, str]:
    """Return the tags that are known when a run ends: versions of what is imported, installed."""
    count = len(sys.modules)
    if count not in _packages:
        _packages.clear()  # something was imported since the last run ended
        _packages[count] = _imported_packages()
    tags = {"reporter.packages": _packages[count], "reporter.installed": _installed_packages()}
    return {key: value for key, value in tags.items() if value}


_packages: dict[int, str] = {}


@lru_cache(maxsize=1)
def _installed_packages() -> str:
    """Name what is installed, by the names of its folders: reading each one's metadata costs more.

    Two milliseconds for 200 distributions, once a process.
    """
    found: dict[str, str] = {}
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue  # no folder: a zip file, or one that is gone
        for name in names:
            stem, dot, kind = name.rpartition(".")
            if dot and kind in ("dist-info", "egg-info"):
                package, _, version = stem.partition("-")
                found.setdefault(package.replace("_", "-"), version.partition("-")[0])
    return " ".join(f"{name}=={found[name]}" for name in sorted(found, key=str.lower))


def _imported_packages() -> str:
    found = {}
    for name, module in list(sys.modules.items()):
        version = getattr(module, "__dict__", {}).get("__version__")
        is_package = "." not in name and not name.startswith("_")
        if is_package and isinstance(version, str) and name not in sys.stdlib_module_names:
            found[name] = version
    return " ".join(f"{name}=={found[name]}" for name in sorted(found))


def _is_notebook() -> bool:
    return "ipykernel" in sys.modules


def _source_name() -> str:
    script = sys.argv[0] if sys.argv else ""
    if _is_notebook() or not script or script == "-c":
        return os.path.basename(sys.executable) if not _is_notebook() else ""
    return os.path.basename(script) if os.path.isabs(script) else script


def _command() -> str:
    """Write the command line as one would type it, without the interpreter's own folder."""
    import shlex

    if _is_notebook() or not sys.argv or not sys.argv[0]:
        return ""
    script = _source_name()
    if sys.argv[0] == "-c":
        return "python -c ..."
    arguments = [short_path(USER.sub("", argument)) for argument in sys.argv[1:]]
    return " ".join(["python", shlex.quote(script), *map(shlex.quote, arguments)])


def short_path(text: str) -> str:
    """Write paths in a text without this machine's folders: relative, ``~`` or from a package on.

    Parameters
    ----------
    text : str
        A path, or text with paths in it, such as a traceback.
    """
    import re
    import sysconfig

    text = re.sub(r"[^\s\"']*[/\\](?=(?:site|dist)-packages[/\\])", "", text)
    folders = {
        os.getcwd(): "",
        source_folder(): "",
        sysconfig.get_paths()["stdlib"]: "python" + os.sep,
        os.path.expanduser("~"): "~" + os.sep,
    }
    for folder in sorted(folders, key=len, reverse=True):
        if len(folder) > 1:
            text = text.replace(folder + os.sep, folders[folder])
    return text


def source_folder() -> str:
    """Return the folder of the script that runs, else the working directory."""
    script = sys.argv[0] if sys.argv else ""
    folder = os.path.dirname(os.path.abspath(script)) if os.path.isfile(script) else os.getcwd()
    # A script that an installer made says nothing about the code: `pytest`, `jupyter-lab`.
    return os.getcwd() if folder == os.path.dirname(sys.executable) else folder


def read_head(folder: str) -> tuple[str, str]:
    """Read the current commit and branch from git's files.

    Parameters
    ----------
    folder : str
        Any folder in the work tree.

    Returns
    -------
    commit, branch : str
        Empty where there is none (no repository, no commit yet, detached head).
    """
    try:
        git = _git_folder(folder)
        head = _read(os.path.join(git, "HEAD")) if git else ""
    except OSError:
        return "", ""
    if not head.startswith("ref: "):
        return head, ""
    reference = head.removeprefix("ref: ")
    return _resolve(git, reference), reference.removeprefix("refs/heads/")


def _git_folder(folder: str) -> str:
    """Find git's folder upwards; a work tree of its own has a file that names it."""
    while True:
        path = os.path.join(folder, ".git")
        if os.path.isdir(path):
            return path
        if os.path.isfile(path):
            return os.path.join(folder, _read(path).removeprefix("gitdir: "))
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return ""


def _resolve(git: str, reference: str) -> str:
    roots = [git]
    if os.path.isfile(os.path.join(git, "commondir")):
        roots.append(os.path.join(git, _read(os.path.join(git, "commondir"))))
    for root in roots:
        if os.path.isfile(os.path.join(root, reference)):
            return _read(os.path.join(root, reference))
        if os.path.isfile(os.path.join(root, "packed-refs")):
            for line in _read(os.path.join(root, "packed-refs")).splitlines():
                if line.endswith(f" {reference}"):
                    return line.split(" ")[0]
    return ""


def _read(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read().strip()


def _public_remote(url: str) -> str:
    """Return a remote's address without credentials; empty for a path on this machine."""
    import re

    if url.startswith("file:") or not re.match(r"[a-z+]+://|[^/\\]+@[^/\\]+:", url):
        return ""
    return re.sub(r"(?<=://)[^/@]+@", "", url)


class GitProbe:
    """Asks the git program in the background, once a process.

    Parameters
    ----------
    folder : str
        Any folder in the work tree.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._tags: dict[str, str] = {}
        self._thread = threading.Thread(target=self._ask, name="reporter-git", daemon=True)
        self._thread.start()

    def tags(self) -> dict[str, str]:
        """Return what was found, after waiting a few seconds at most."""
        self._thread.join(_GIT_SECONDS)
        return dict(self._tags)

    def _ask(self) -> None:
        import subprocess

        def git(*arguments: str) -> str:
            done = subprocess.run(  # noqa: S603  # git, with words of our own
                ["git", "-C", self._folder, "--no-optional-locks", *arguments],  # noqa: S607
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=_GIT_SECONDS,
                check=False,
            )
            return done.stdout.decode("utf-8", "replace").strip() if not done.returncode else ""

        try:
            if not git("rev-parse", "--show-toplevel"):
                return
            dirty = git("status", "--porcelain", "--untracked-files=no")
            tags = {"mlflow.source.git.dirty": str(bool(dirty))}
            if remote := _public_remote(git("config", "--get", "remote.origin.url")):
                tags["mlflow.source.git.repoURL"] = remote
            if dirty:
                diff = git("diff", "HEAD", "--no-color", "--no-ext-diff")
                is_small = len(diff) <= MAX_DIFF_BYTES
                tags["mlflow.source.git.diff"] = (
                    diff if is_small else f"(a diff of {len(diff)} characters was not recorded)"
                )
            self._tags = tags
        except (OSError, subprocess.SubprocessError):
            return  # no git here, or it hangs: the commit is known all the same
