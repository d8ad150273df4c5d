"""A run's files: into the site as they are, and onto the page as their renderer draws them.

Copies are streams, so a model of gigabytes costs no memory; unchanged files are not opened to the
end. What a run logged is hostile: names are made portable, and what a web server would run lies
under a name that it serves as text. A file that is not there becomes a problem with a visible
place. How an artifact is drawn is the renderers' business.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from reporter import mediatypes, renderers
from reporter.model import Artifact, Experiment, Problem
from reporter.site import links
from reporter.site.artifact_rules import ArtifactRules
from reporter.site.plan import PlannedRun
from reporter.site.writing.manifest import inputs_digest
from reporter.site.writing.output import COPY_BYTES, SiteOutput, sha256_of
from reporter.store.ports import StoreReader

__all__ = [
    "Exhibit",
    "Shipment",
    "ShippedFile",
    "draw",
    "is_likely_figure",
    "request_for",
    "write_files",
    "write_fragments",
]

SHARED_BYTES = 64_000
"""Equal files from this size on are shipped once; smaller ones are worth a path of their own."""


@dataclass(frozen=True, kw_only=True)
class ShippedFile:
    """An artifact and where it lies in the site.

    Parameters
    ----------
    run_id : str
    artifact : Artifact
    site_path : str
        Empty when the file is missing.
    sha256 : str
        Of the file as it is now; empty when it is missing.
    problem : Problem or None
        Why it is missing.
    thumbnail : str
        Site path of a small copy of a large picture; else empty.
    left_out : str
        Why it is not in the site although it could be: ``larger than 25.0 MB``; else empty.
    place : str
        Where it is instead, when it was left out.
    """

    run_id: str
    artifact: Artifact
    site_path: str = ""
    sha256: str = ""
    problem: Problem | None = None
    thumbnail: str = ""
    left_out: str = ""
    place: str = ""

    @property
    def name(self) -> str:
        """Last part of the path: the name to save it under."""
        return self.artifact.path.rsplit("/", 1)[-1]


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """An artifact as its renderer draws it for one page.

    Parameters
    ----------
    file : ShippedFile
    fragment : Fragment
    """

    file: ShippedFile
    fragment: renderers.Fragment


@dataclass(kw_only=True)
class Shipment:
    """Puts the artifacts of all runs into the site, equal bytes once.

    Parameters
    ----------
    reader : StoreReader
    output : SiteOutput
    rules : ArtifactRules
        Which of them.
    """

    reader: StoreReader
    output: SiteOutput
    rules: ArtifactRules = field(default_factory=ArtifactRules)
    _first: dict[tuple[str, str], str] = field(default_factory=dict)
    """Digest and extension or name to site path: where bytes lie that were put there before."""

    def ship(self, experiment: Experiment, item: PlannedRun) -> list[ShippedFile]:
        """Put a run's artifacts into the site.

        Parameters
        ----------
        experiment : Experiment
        item : PlannedRun

        Returns
        -------
        list of ShippedFile
            In the order of paths; those that are missing or left out, too.
        """
        reasons = {a.path: self.rules.reason(experiment, a) for a in item.artifacts}
        suffixes = {
            path: "" if reason else _inert_suffix(self.reader, item.run_id, path)
            for path, reason in reasons.items()
        }
        paths = links.artifact_paths(item.run_id, suffixes)
        return [
            ShippedFile(
                run_id=item.run_id,
                artifact=artifact,
                left_out=reasons[artifact.path],
                place=_place_of(item, artifact),
            )
            if reasons[artifact.path]
            else self._ship(item.run_id, artifact, paths[artifact.path], suffixes[artifact.path])
            for artifact in item.artifacts
        ]

    def _ship(self, run_id: str, artifact: Artifact, site_path: str, suffix: str) -> ShippedFile:
        try:
            with self.reader.open_artifact(run_id, artifact.path) as stream:
                sha256 = _known_digest(artifact, stream) or sha256_of(stream)
                site_path = self._place(artifact, sha256, site_path, suffix)
                inputs = inputs_digest("artifact", site_path, sha256)
                if self.output.reuse(inputs) is None and not self.output.size_of(site_path):
                    stream.seek(0)
                    self.output.write_stream(
                        site_path, lambda target: _copy(stream, target), inputs=inputs
                    )
        except (OSError, _UnreadableError) as error:
            reason = error.reason if isinstance(error, _UnreadableError) else error
            problem = _missing(run_id, artifact, reason)
            return ShippedFile(run_id=run_id, artifact=artifact, problem=problem)
        return ShippedFile(run_id=run_id, artifact=artifact, site_path=site_path, sha256=sha256)

    def _place(self, artifact: Artifact, sha256: str, site_path: str, suffix: str) -> str:
        """Return where the bytes of an artifact lie: with the first copy when they are many."""
        if artifact.size_bytes < SHARED_BYTES:
            return site_path
        # The page around a logged page bears the file's name.
        separator = "/" if suffix else "."
        alike = site_path.rpartition(separator)[2]
        return self._first.setdefault((sha256, alike), site_path)


def draw(reader: StoreReader, files: Sequence[ShippedFile], page: str) -> list[Exhibit]:
    """Let the renderers draw artifacts for a page.

    Parameters
    ----------
    reader : StoreReader
    files : sequence of ShippedFile
    page : str
        Site path of the page.

    Returns
    -------
    list of Exhibit
        Without missing files, except those that should have been figures.
    """
    places = {(file.run_id, file.artifact.path): file.site_path for file in files}

    def find(run_id: str, path: str) -> str:
        site_path = places.get((run_id, path), "")
        return links.href(page, site_path) if site_path else ""

    shown = (
        file
        for file in files
        if file.site_path or (is_likely_figure(file.artifact) and not file.left_out)
    )
    return [_exhibit(reader, file, page, find) for file in shown]


def _exhibit(
    reader: StoreReader, file: ShippedFile, page: str, find: Callable[[str, str], str]
) -> Exhibit:
    fragment = renderers.render(request_for(reader, file, page, find))
    return Exhibit(file=file, fragment=fragment)


def write_files(output: SiteOutput, exhibits: Sequence[Exhibit]) -> list[str]:
    """Write the further files that fragments need; return their paths."""
    return write_fragments(output, [exhibit.fragment for exhibit in exhibits])


def write_fragments(output: SiteOutput, fragments: Iterable[renderers.Fragment]) -> list[str]:
    """Write the further files of fragments that belong to no artifact; return their paths."""
    needs = []
    for fragment in fragments:
        for path, content in fragment.files.items():
            output.write(path, content() if callable(content) else content)
            needs.append(path)
    return needs


def is_likely_figure(artifact: Artifact) -> bool:
    """Tell from what was logged alone whether an artifact belongs into the gallery."""
    guessed = artifact.media_type or mediatypes.guess(artifact.path)
    return artifact.kind in ("figure", "image") or guessed.startswith("image/")


def _inert_suffix(reader: StoreReader, run_id: str, path: str) -> str:
    if always := mediatypes.inert_suffix(path, b""):
        return always
    if not mediatypes.inert_suffix(path, b"<"):
        return ""  # whatever is in it: no need to open it
    try:
        with reader.open_artifact(run_id, path) as stream:
            return mediatypes.inert_suffix(path, stream.read(mediatypes.HEAD_BYTES))
    except OSError:
        return ""


def _known_digest(artifact: Artifact, stream: BinaryIO) -> str:
    """Return the logged digest, unless the file has visibly become another one since."""
    size_bytes = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    return artifact.sha256 if size_bytes == artifact.size_bytes else ""


def _place_of(item: PlannedRun, artifact: Artifact) -> str:
    """Say where an artifact is: at its address, or in the store, wherever that lies."""
    info = item.run.info
    scheme, colon, _ = info.artifact_uri.partition("://")
    if colon and scheme != "file":
        return f"{info.artifact_uri.rstrip('/')}/{artifact.path}"
    return f"{info.experiment_id}/{info.run_id}/artifacts/{artifact.path} in the store"


class _UnreadableError(Exception):
    """Reading failed, not writing: the artifact is at fault and the build goes on."""

    def __init__(self, reason: OSError) -> None:
        self.reason = reason


def _copy(source: BinaryIO, target: BinaryIO) -> None:
    while block := _read_block(source):
        target.write(block)


def _read_block(source: BinaryIO) -> bytes:
    try:
        return source.read(COPY_BYTES)
    except OSError as error:
        raise _UnreadableError(error) from error


def _missing(run_id: str, artifact: Artifact, error: OSError) -> Problem:
    where = f"{run_id}/{artifact.path}"
    if isinstance(error, FileNotFoundError):
        what, detail = "Missing artifact", "listed by the run, not in the store"
        hint = "Copy the file back, then build again"
    else:
        what, detail = "Unreadable artifact", str(error.strerror or error)
        hint = "Permit reading it, then build again"
    return Problem(what=what, where=where, detail=detail, hint=hint, severity="error")


def request_for(
    reader: StoreReader, file: ShippedFile, page: str, find: Callable[[str, str], str]
) -> renderers.ArtifactRequest:
    """Make what a renderer wants to know of an artifact.

    Parameters
    ----------
    reader : StoreReader
    file : ShippedFile
    page : str
        Site path of the page that shows it.
    find : callable
        Run id and artifact path to the href of another file of the run, or to ``""``.

    Returns
    -------
    ArtifactRequest
    """

    def open_file() -> BinaryIO:
        return reader.open_artifact(file.run_id, file.artifact.path)

    return renderers.ArtifactRequest(
        run_id=file.run_id,
        artifact=file.artifact,
        media_type=_media_type(file.artifact, open_file) if file.site_path else "",
        open=open_file,
        site_path=file.site_path,
        thumbnail=file.thumbnail,
        root=links.root_of(page),
        find=functools.partial(find, file.run_id),
    )


def _media_type(artifact: Artifact, open_file: Callable[[], BinaryIO]) -> str:
    try:
        with open_file() as stream:
            head = stream.read(mediatypes.HEAD_BYTES)
    except OSError:
        head = b""  # the renderer meets the same error and says so
    return mediatypes.detect(artifact.path, head, artifact.media_type)
