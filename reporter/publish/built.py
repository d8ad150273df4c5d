"""A built site as something to publish: which files a build wrote, and what they weigh.

Goes by the manifest, so that only what a build wrote is ever published: neither the user's own
files that happen to lie in the folder nor what an editor left there. Knows nothing of where the
files go.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from reporter.errors import PublishError
from reporter.site import links
from reporter.site.writing.manifest import Manifest, ManifestError, NewerManifestError

__all__ = ["BuiltSite", "SiteFile", "open_site"]


@dataclass(frozen=True, kw_only=True)
class SiteFile:
    """One file of a built site.

    Parameters
    ----------
    path : str
        Site path.
    size_bytes : int
    """

    path: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class BuiltSite:
    """A folder that holds a finished site.

    Parameters
    ----------
    folder : str
        As the user wrote it.
    files : tuple of SiteFile
        Everything that belongs to the site, its manifest included, sorted by path.
    others : tuple of str
        Paths of files in the folder that no build wrote, sorted.
    manifest : Manifest
    """

    folder: str
    files: tuple[SiteFile, ...]
    others: tuple[str, ...] = ()
    manifest: Manifest = field(default_factory=Manifest)

    @property
    def size_bytes(self) -> int:
        """Size of the whole site in bytes."""
        return sum(file.size_bytes for file in self.files)

    def place_of(self, path: str) -> str:
        """Return where a file of the site lies on this machine."""
        return os.path.join(self.folder, *path.split("/"))


def open_site(folder: str) -> BuiltSite:
    """Read which files make up the site in a folder.

    Parameters
    ----------
    folder : str

    Returns
    -------
    BuiltSite

    Raises
    ------
    PublishError
        No finished site lies there, or files of it are missing.
    """
    manifest = _read_manifest(folder)
    wanted = {*manifest.files, *manifest.old, links.MANIFEST}
    there = {path: size for path, size in _walk(folder) if path != links.LOCK}
    if os.path.exists(os.path.join(folder, links.LOCK)):
        raise PublishError(
            f"A build of '{folder}' did not finish, or is still going on.",
            "Run 'report build' again, and publish when it is done.",
        )
    # What an earlier build left may have been tidied away; what pages name must be there.
    missing = sorted({*manifest.files} - set(there))
    if missing:
        raise PublishError(
            f"'{folder}' lacks {len(missing)} of the files its build wrote, the first is "
            f"'{missing[0]}'.",
            "Run 'report build' again.",
        )
    files = tuple(SiteFile(path=p, size_bytes=there[p]) for p in sorted(wanted & set(there)))
    return BuiltSite(
        folder=folder, files=files, others=tuple(sorted(set(there) - wanted)), manifest=manifest
    )


def _read_manifest(folder: str) -> Manifest:
    try:
        with open(os.path.join(folder, links.MANIFEST), "rb") as file:
            return Manifest.from_json(file.read())
    except (FileNotFoundError, NotADirectoryError):
        raise PublishError(
            f"'{folder}' holds no built site."
            if os.path.isdir(folder)
            else f"There is no folder '{folder}'.",
            "Build one with 'report build', or name the folder it was built into.",
        ) from None
    except NewerManifestError as error:
        raise PublishError(
            f"'{folder}' was built by a newer version of runpages.",
            "Upgrade with 'pip install -U runpages'.",
        ) from error
    except ManifestError as error:
        raise PublishError(
            f"'{os.path.join(folder, links.MANIFEST)}' is damaged: {error}.",
            "Run 'report build' again.",
        ) from error


def _walk(folder: str) -> list[tuple[str, int]]:
    """List the files below a folder as site paths with sizes; links are not followed."""
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        for name in names:
            place = os.path.join(parent, name)
            path = os.path.relpath(place, folder).replace(os.sep, "/")
            found.append((path, os.lstat(place).st_size))
    return found
