"""Who and where in files that are not text: looked for, and cut out of pictures' metadata. Pure."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence

__all__ = ["holds_any", "without_metadata"]

MAX_UNPACKED_BYTES = 256 << 20
"""Of what is packed inside one file; what is larger is not believed to be clean."""

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_TEXTS = (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME")
_JPEG_TEXTS = (0xE1, 0xED, 0xFE)  # EXIF and XMP, Photoshop's IPTC, comments


def holds_any(data: bytes, needles: Sequence[bytes]) -> bool:
    """Tell whether a file holds one of some texts, packed or plain.

    Parameters
    ----------
    data : bytes
    needles : sequence of bytes
        In lower case.

    Returns
    -------
    bool
        True also when what is packed inside cannot be looked at.
    """
    try:
        return any(needle in part for part in _parts(data) for needle in needles)
    except (_TooLargeError, zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError,
            RuntimeError, NotImplementedError):  # fmt: skip
        return True


class _TooLargeError(Exception):
    """More is packed inside than is looked at."""


def _parts(data: bytes) -> Iterator[bytes]:
    yield data.lower()
    if data.startswith(b"PK\x03\x04"):
        yield from _members(data)
    elif data.startswith(b"\x1f\x8b"):
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            yield _limited(file.read(MAX_UNPACKED_BYTES + 1)).lower()
    elif data.startswith(b"PAR1"):
        yield from _columns(data)


def _members(data: bytes) -> Iterator[bytes]:
    left = MAX_UNPACKED_BYTES
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            with archive.open(info) as file:
                content = file.read(left + 1)
            left -= len(content)
            if left < 0:
                raise _TooLargeError
            yield content.lower()


def _columns(data: bytes) -> Iterator[bytes]:
    """Yield the texts of a table, which Parquet packs."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        for batch in file.iter_batches():
            for column in batch.columns:
                if not pa.types.is_primitive(column.type):
                    yield str(column.to_pylist()).encode("utf-8", "replace").lower()
    except pa.ArrowException as error:
        raise ValueError(str(error)) from error


def _limited(content: bytes) -> bytes:
    if len(content) > MAX_UNPACKED_BYTES:
        raise _TooLargeError
    return content


def without_metadata(data: bytes) -> bytes:
    """Cut out of a picture what is not the picture: camera, author, place, program.

    Parameters
    ----------
    data : bytes
        A PNG or JPEG; anything else comes back as it is.

    Returns
    -------
    bytes
        The picture itself is not coded anew.
    """
    if data.startswith(_PNG):
        return _PNG + b"".join(_png_chunks(data))
    if data.startswith(b"\xff\xd8\xff"):
        return b"".join(_jpeg_segments(data))
    return data


def _png_chunks(data: bytes) -> Iterator[bytes]:
    place = len(_PNG)
    while place + 12 <= len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        if data[place + 4 : place + 8] not in _PNG_TEXTS:
            yield data[place : place + 12 + size]
        place += 12 + size


def _jpeg_segments(data: bytes) -> Iterator[bytes]:
    yield data[:2]
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xDA:  # from here on the picture itself
            break
        size = 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        if marker not in _JPEG_TEXTS:
            yield data[place : place + size]
        place += size
    yield data[place:]
