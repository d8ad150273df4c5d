"""Archives: what is inside, by name and size. Nothing is unpacked, so a zip bomb is a line of text.

A zip has its listing at the end. A tar has none, so its first part is walked from header to
header; of a compressed one at most :data:`UNPACKED_BYTES` are decompressed for that.
"""

from __future__ import annotations

import bz2
import io
import lzma
import os
import struct
import tarfile
import zipfile
import zlib
from typing import BinaryIO

from reporter.renderers.binary import render_binary
from reporter.renderers.facts import Listing, facts_fragment
from reporter.renderers.registry import ArtifactRequest, Fragment, renderer

__all__ = ["list_tar", "list_zip", "open_zip"]

MAX_LISTED = 200

DIRECTORY_BYTES = 8_000_000
"""Of a zip's listing; some 80,000 entries."""

PACKED_BYTES = 4_000_000
UNPACKED_BYTES = 16_000_000
SIP_BYTES = 1_000_000

_END_RECORD = b"PK\x05\x06"
_END_BYTES = 22 + 65_535
"""The end record and the longest comment that may follow it."""


@renderer("application/zip")
def list_zip(request: ArtifactRequest) -> Fragment:
    """List a zip file."""
    with request.open() as stream:
        archive = open_zip(stream)
        if archive is None:
            problem = request.problem("Zip not readable", "No listing at its end, or a huge one")
            return facts_fragment(request, "Zip archive", problem=problem)
        members = archive.infolist()
        rows = [(info.filename, f"{info.file_size:,}") for info in members[:MAX_LISTED]]
        n_bytes = sum(info.file_size for info in members)
    facts = (("Files", f"{len(members):,}"), ("Bytes unpacked", f"{n_bytes:,}"))
    listing = _listing(rows, len(members) - len(rows))
    return facts_fragment(request, "Zip archive", facts=facts, listings=(listing,))


@renderer("application/x-tar", "application/gzip", "application/x-bzip2", "application/x-xz")
def list_tar(request: ArtifactRequest) -> Fragment:
    """List a tar file, compressed or not."""
    with request.open() as stream:
        head = stream.read(6)
        stream.seek(0)
        unpack = next((unpack for magic, unpack in _UNPACK if head.startswith(magic)), None)
        unpacked = io.BytesIO(unpack(stream.read(PACKED_BYTES))) if unpack else None
        source = unpacked or _Sips(stream)
        rows, is_whole = _walk(source)
    if not rows:
        return render_binary(request)
    listing = _listing(rows, 0, "" if is_whole else f"First {len(rows):,} of more")
    return facts_fragment(request, "Tar archive", listings=(listing,))


def open_zip(stream: BinaryIO) -> zipfile.ZipFile | None:
    """Open a zip file unless its listing is missing or would fill the memory.

    Parameters
    ----------
    stream : BinaryIO
        Seekable.

    Returns
    -------
    ZipFile or None
    """
    size_bytes = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size_bytes - _END_BYTES))
    tail = stream.read(_END_BYTES)
    at = tail.rfind(_END_RECORD)
    if at < 0 or at + 16 > len(tail):
        return None
    if struct.unpack_from("<I", tail, at + 12)[0] > DIRECTORY_BYTES:
        return None
    try:
        return zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error):
        return None


class _Sips(io.RawIOBase):
    """A stream that never reads much at once: a tar header may claim to be gigabytes long."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        return self._stream.read(min(size, SIP_BYTES) if size >= 0 else SIP_BYTES)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()


def _walk(source: io.IOBase) -> tuple[list[tuple[str, str]], bool]:
    """Return names and sizes of the first members, and whether these are all."""
    rows: list[tuple[str, str]] = []
    try:
        with tarfile.open(fileobj=source, mode="r:") as archive:
            for member in archive:
                if len(rows) == MAX_LISTED:
                    return rows, False
                rows.append((member.name, f"{member.size:,}"))
    except (tarfile.TarError, EOFError, ValueError, OSError):
        return rows, False
    return rows, True


def _listing(rows: list[tuple[str, str]], n_more: int, note: str = "") -> Listing:
    return Listing(
        columns=("Name", "Bytes"),
        rows=tuple(rows),
        numeric=(False, True),
        note=note or (f"{n_more:,} more in the file" if n_more else ""),
    )


def _unpack_gzip(data: bytes) -> bytes:
    return zlib.decompressobj(31).decompress(data, UNPACKED_BYTES)


def _unpack_bzip2(data: bytes) -> bytes:
    return bz2.BZ2Decompressor().decompress(data, UNPACKED_BYTES)


def _unpack_xz(data: bytes) -> bytes:
    return lzma.LZMADecompressor(memlimit=100_000_000).decompress(data, UNPACKED_BYTES)


_UNPACK = ((b"\x1f\x8b", _unpack_gzip), (b"BZh", _unpack_bzip2), (b"\xfd7zXZ\0", _unpack_xz))
