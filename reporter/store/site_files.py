"""Where a published site can lie: in a folder, in a zip, at a web address."""

from __future__ import annotations

import io
import os
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from typing import BinaryIO
from urllib.parse import quote

from reporter.errors import NotAStoreError, StoreError
from reporter.store.published import MANIFEST, PublishedReader, SiteFiles

__all__ = ["FolderSite", "WebSite", "ZipSite", "find_site", "open_site"]

WEB_SCHEMES = ("http://", "https://")
TIMEOUT_S = 60


def open_site(source: str) -> PublishedReader:
    """Open a published site as the store that it was built from.

    Parameters
    ----------
    source : str
        Its folder, its zip, or the address of its first page.

    Returns
    -------
    PublishedReader

    Raises
    ------
    NotAStoreError
        There is no site of ours.
    StoreError
        The address does not answer.
    """
    files = find_site(source)
    if files is None:
        raise NotAStoreError(
            f"'{source}' is no published site.",
            path=source,
            hint=f"A site is a folder, zip or web address that holds {MANIFEST}.",
        )
    return PublishedReader(files)


def find_site(source: str) -> SiteFiles | None:
    """Return the files of the site at a place, None when there is no site.

    Parameters
    ----------
    source : str

    Raises
    ------
    StoreError
        It is an address that does not answer.
    """
    if source.startswith(WEB_SCHEMES):
        site = WebSite(source)
        return site if site.is_there() else None
    if os.path.isfile(os.path.join(source, MANIFEST)):
        return FolderSite(source)
    if os.path.isfile(source) and zipfile.is_zipfile(source):
        return ZipSite.find(source)
    return None


class FolderSite:
    """A site in a folder.

    Parameters
    ----------
    path : str
    """

    def __init__(self, path: str) -> None:
        self.location = path

    def open(self, path: str) -> BinaryIO:
        """Open a file by its site path.

        Raises
        ------
        FileNotFoundError
            It is not there, or leads out of the site.
        """
        root = os.path.realpath(self.location)
        real = os.path.realpath(os.path.join(root, path))
        if os.path.commonpath([root, real]) != root or not os.path.isfile(real):
            raise FileNotFoundError(f"'{self.location}' has no file '{path}'.")
        return open(real, "rb")


class ZipSite:
    """A site in a zip, at its top or in one folder of it.

    Parameters
    ----------
    path : str
    prefix : str
        Folder inside, with a slash at its end; empty at the top.
    """

    def __init__(self, path: str, prefix: str = "") -> None:
        self.location = path
        self._prefix = prefix
        self._zip = zipfile.ZipFile(path)

    @classmethod
    def find(cls, path: str) -> ZipSite | None:
        """Return the site in a zip, None when there is none."""
        with zipfile.ZipFile(path) as found:
            tops = [n.removesuffix(MANIFEST) for n in found.namelist() if n.endswith(MANIFEST)]
        prefixes = [top for top in tops if top.count("/") == int(top.endswith("/"))]
        return cls(path, min(prefixes, key=len)) if prefixes else None

    def open(self, path: str) -> BinaryIO:
        """Open a file by its site path; raises FileNotFoundError."""
        try:
            return io.BytesIO(self._zip.read(self._prefix + path))
        except KeyError:
            raise FileNotFoundError(f"'{self.location}' has no file '{path}'.") from None
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise StoreError(
                f"'{path}' in '{self.location}' cannot be read: {error}.", path=self.location
            ) from error


class WebSite:
    """A site at a web address.

    Parameters
    ----------
    address : str
        Of its folder or of its ``index.html``; what follows ``#`` or ``?`` is left out.
    """

    def __init__(self, address: str) -> None:
        parts = urllib.parse.urlsplit(address)
        folder = parts.path.removesuffix("index.html").rstrip("/") + "/"
        host = parts.netloc.rpartition("@")[2]
        self.location = f"{parts.scheme}://{host}{folder}"
        self._base = urllib.parse.urlunsplit((parts.scheme, host, folder, "", ""))

    def is_there(self) -> bool:
        """Ask for the manifest, as a site has it."""
        try:
            with self.open(MANIFEST) as stream:
                return stream.read(1) == b"{"
        except FileNotFoundError:
            return False

    def open(self, path: str) -> BinaryIO:
        """Fetch a file by its site path.

        Raises
        ------
        FileNotFoundError
            The server has no such file.
        StoreError
            It does not answer.
        """
        address = self._base + quote(path)
        try:
            with urllib.request.urlopen(address, timeout=TIMEOUT_S) as answer:  # noqa: S310  # http(s) alone comes here
                return io.BytesIO(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                if error.code in (401, 403, 404, 410):
                    raise FileNotFoundError(f"{address} is not there ({error.code}).") from None
                reason = f"{error.code} {error.reason}"
        except (OSError, ValueError) as error:
            reason = str(getattr(error, "reason", error))
        raise StoreError(
            f"{address} cannot be fetched: {reason}.",
            path=self.location,
            hint="Check the address and the network.",
        )
