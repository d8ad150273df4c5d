"""The files of a run or a logged model on an MLflow server: how to list them, where to get them."""

from __future__ import annotations

import posixpath
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote, urlencode

from reporter.importers.mlflow_facts import with_series
from reporter.importers.mlflow_meta import int_of, text_of
from reporter.importers.mlflow_rest import API, Json, RefusedError, Server
from reporter.importers.records import ArtifactSource
from reporter.model import Problem

__all__ = ["ModelFiles", "RunFiles"]

_MAX_DEPTH = 32


@dataclass
class ServedFolder(ABC):
    """Artifacts that a server has.

    Parameters
    ----------
    server : Server
    owner : str
        Run or model id.
    uri : str
        Where MLflow says they are.
    """

    server: Server
    owner: str
    uri: str

    @abstractmethod
    def ask(self, path: str, token: str) -> Json:
        """Return one page of the list of a folder."""

    @abstractmethod
    def address(self, path: str) -> str:
        """Return where a file is got from when the server does not keep artifacts itself."""

    def list(self, where: str, prefix: str = "") -> Iterator[ArtifactSource | Problem]:
        """Yield every file, or why there are none."""
        try:
            yield from self._list("", prefix, 0)
        except RefusedError as error:
            if error.status in (401, 403):
                raise
            yield Problem(
                what="Unreadable artifacts",
                where=f"{where}/artifacts",
                detail=error.message,
                severity="error",
            )

    def _list(self, folder: str, prefix: str, depth: int) -> Iterator[ArtifactSource]:
        found = self.server.pages(partial(self.ask, folder), "files")
        for item in sorted(found, key=lambda item: text_of(item, "path")):
            path = text_of(item, "path")
            if item.get("is_dir"):
                if depth < _MAX_DEPTH and path != folder:
                    yield from self._list(path, prefix, depth + 1)
                continue
            yield with_series(
                ArtifactSource(
                    path=posixpath.join(prefix, path),
                    size_bytes=int_of(item, "file_size") or 0,
                    open=partial(self.server.open, self._place(path)),
                )
            )

    def _place(self, path: str) -> str:
        if not self.uri.startswith("mlflow-artifacts:"):
            return self.address(path)
        # mlflow-artifacts:/1/abc/artifacts, or mlflow-artifacts://host:port/1/abc/artifacts
        root = re.sub(r"^mlflow-artifacts:(//[^/]*)?/*", "", self.uri)
        return f"/api/2.0/mlflow-artifacts/artifacts/{quote(posixpath.join(root, path))}"


class RunFiles(ServedFolder):
    """A run's artifacts."""

    def ask(self, path: str, token: str) -> Json:
        """Return one page of the list of a folder."""
        return self.server.get(
            f"{API}/artifacts/list", run_id=self.owner, path=path, page_token=token
        )

    def address(self, path: str) -> str:
        """Return where the old address of artifacts serves the file."""
        return f"/get-artifact?{urlencode({'path': path, 'run_uuid': self.owner})}"


class ModelFiles(ServedFolder):
    """A logged model's artifacts."""

    def ask(self, path: str, token: str) -> Json:
        """Return one page of the list of a folder."""
        return self.server.get(
            f"{API}/logged-models/{self.owner}/artifacts/directories",
            artifact_directory_path=path,
            page_token=token,
        )

    def address(self, path: str) -> str:
        """Return where the page of MLflow gets the file."""
        query = urlencode({"artifact_file_path": path})
        return f"/ajax-api/2.0/mlflow/logged-models/{self.owner}/artifacts/files?{query}"
