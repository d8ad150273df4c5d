"""A built site as one zip file: the same bytes for the same site, and it opens on every system."""

from __future__ import annotations

from typing import BinaryIO

from reporter.publish.built import BuiltSite
from reporter.site.writing.destinations import ZipDestination
from reporter.site.writing.manifest import Manifest
from reporter.site.writing.output import COPY_BYTES

__all__ = ["write_zip"]


def write_zip(site: BuiltSite, path: str) -> int:
    """Pack a site.

    Parameters
    ----------
    site : BuiltSite
    path : str
        The zip file; replaced when all is written, its folder made when it is not there.

    Returns
    -------
    int
        How many files are in it.

    Raises
    ------
    BuildError
        It cannot be written, or a name could not be unpacked on some system.
    """
    manifest = Manifest(report_id=site.manifest.report_id, files=site.manifest.files)
    archive = ZipDestination(path)
    archive.begin()
    try:
        for name in sorted(manifest.files):
            with open(site.place_of(name), "rb") as source:
                _add(archive, name, source)
        archive.end(manifest.to_json())
    except BaseException:
        archive.abandon()
        raise
    return len(manifest.files) + 1


def _add(archive: ZipDestination, name: str, source: BinaryIO) -> None:
    def copy(target: BinaryIO) -> None:
        while block := source.read(COPY_BYTES):
            target.write(block)

    archive.put_stream(name, copy)
