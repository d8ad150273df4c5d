"""What the builder tells those who look: which pages are as they were, and which are new.

The builder posts after each build; each connection waits for the one page it is about, so that a
page is loaded again only when what it shows has changed. Knows nothing of HTTP.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading

from reporter.site import links
from reporter.site.writing.manifest import Manifest, ManifestError

__all__ = ["Bulletin"]


class Bulletin:
    """The state of a served site.

    Parameters
    ----------
    folder : str
        Where the site lies.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._condition = threading.Condition()
        self._manifest = Manifest()
        self._tables: dict[str, str] = {}
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        """Whether nothing will be posted any more."""
        return self._is_closed

    def post(self) -> None:
        """Say that a build is done."""
        try:
            with open(os.path.join(self._folder, links.MANIFEST), "rb") as file:
                manifest = Manifest.from_json(file.read())
        except (OSError, ManifestError):
            return  # somebody else builds into the folder: the next look finds it whole
        tables = _tables(os.path.join(self._folder, *links.CATALOG.split("/")))
        with self._condition:
            self._manifest, self._tables = manifest, tables
            self._condition.notify_all()

    def close(self) -> None:
        """Let everybody go who waits."""
        with self._condition:
            self._is_closed = True
            self._condition.notify_all()

    def digest(self, page: str) -> str:
        """Return what changes when a page shows something else.

        Parameters
        ----------
        page : str
            Site path.

        Returns
        -------
        str
            A digest over the page and the data files that it is about: those of its experiment,
            or all. A run's page changes with each of its points, so it stands for its data.
        """
        files = self._manifest.files
        parts = [files[path].sha256 for path in [page] if path in files]
        if not page.startswith("run/"):
            whole = files[links.CATALOG].sha256 if links.CATALOG in files else ""
            parts.append(self._tables.get(page, whole))
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]

    def wait(self, page: str, known: str, timeout_s: float) -> str:
        """Wait until a page shows something else.

        Parameters
        ----------
        page : str
        known : str
            Its digest as the caller has it.
        timeout_s : float

        Returns
        -------
        str
            Its digest now; the known one when the time is over.
        """
        with self._condition:
            self._condition.wait_for(
                lambda: self._is_closed or self.digest(page) != known, timeout_s
            )
            return self.digest(page)


def _tables(catalog: str) -> dict[str, str]:
    """Read what the catalog says of each experiment, by the experiment's page."""
    try:
        with open(catalog, encoding="utf-8") as file:
            text = file.read()
        record = json.loads(text[text.index("{") : text.rindex("}") + 1])
        entries = {links.experiment_page(item["id"]): item for item in record["experiments"]}
    except (OSError, ValueError, LookupError, TypeError):
        return {}  # no catalog of ours: then each change of it is one of every page
    return {page: json.dumps(item, sort_keys=True) for page, item in entries.items()}
