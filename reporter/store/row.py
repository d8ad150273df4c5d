"""What `run.parquet` holds of one run, and the copy of it that is read without decoding Parquet.

Opening a Parquet file of one row costs about a millisecond, whatever stands in it: a schema of
thirty columns is parsed for it. So the row stands a second time in the file's own key-value
metadata, as JSON behind a checksum, and is found there by its key. A file without that copy, or
with a damaged one, is read as any Parquet file is. Standard library alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from zlib import crc32

from reporter.model import MetricSummary
from reporter.store.layout import VERSION

__all__ = ["COPY_KEY", "RunRow", "find_copy", "line_text", "pack_copy", "storable_key"]

COPY_KEY = b"reporter.run"
# A footer is read whole by every engine that opens the file, so a huge row is not repeated there.
MAX_COPY_BYTES = 1 << 18
_CRC_DIGITS = 8
_MAGIC = b"PAR1"
# How the key stands in the footer (Thrift's compact protocol): field 1, a string of so many bytes,
# then field 2, a string again. JSON escapes control characters, so no value can hold this.
_MARK = bytes([0x18, len(COPY_KEY)]) + COPY_KEY + b"\x18"
_SUMMARY_FIELDS = tuple(MetricSummary.__dataclass_fields__)


@dataclass(frozen=True)
class RunRow:
    """What `run.parquet` gives back.

    Parameters
    ----------
    lines : mapping of str to list of bytes
        Journal's name to its event lines.
    summaries : mapping of str to MetricSummary
    covers : mapping of str to int
        Journal's name to the bytes of it that are in `lines`.
    point_covers : mapping of str to int
        What the table of points covered when `summaries` were made.
    """

    lines: Mapping[str, list[bytes]] = field(default_factory=dict)
    summaries: Mapping[str, MetricSummary] = field(default_factory=dict)
    covers: Mapping[str, int] = field(default_factory=dict)
    point_covers: Mapping[str, int] = field(default_factory=dict)


def pack_copy(row: RunRow) -> str:
    """Write a row as text for the file's metadata.

    Parameters
    ----------
    row : RunRow

    Returns
    -------
    str
        8 hex digits of CRC-32, then JSON in ASCII. Empty when it would be too long.

    Examples
    --------
    >>> pack_copy(RunRow(covers={"events-1f.jsonl": 5}))[:8]
    'abf6f846'
    """
    record = {
        "version": VERSION,
        "covers": dict(row.covers),
        "point_covers": dict(row.point_covers),
        "lines": {name: line_text(b"\n".join(lines)) for name, lines in row.lines.items()},
        "metrics": [
            [storable_key(item.key), *list(vars(item).values())[1:]]
            for item in row.summaries.values()
        ],
    }
    text = json.dumps(record, separators=(",", ":"))
    if len(text) > MAX_COPY_BYTES:
        return ""
    return f"{crc32(text.encode()):0{_CRC_DIGITS}x}{text}"


def line_text(line: bytes) -> str:
    """Write a line as text: ours are ASCII, and damaged ones keep what can be read of them."""
    return line.decode("utf-8", "backslashreplace")


def storable_key(key: str) -> str:
    """Write lone surrogates, which Parquet's text cannot hold, as visible escapes.

    So two keys never become one, and a summary is called what its points are called.
    """
    return key.encode("utf-8", "backslashreplace").decode("utf-8")


def find_copy(data: bytes) -> RunRow | None:
    """Find the copy of a row in the bytes of a `run.parquet`.

    Parameters
    ----------
    data : bytes
        The whole file.

    Returns
    -------
    RunRow or None
        None when there is no copy, or one that is damaged or of a newer version.
    """
    text = _find_value(data)
    if f"{crc32(text[_CRC_DIGITS:]):0{_CRC_DIGITS}x}".encode() != text[:_CRC_DIGITS]:
        return None
    record = json.loads(text[_CRC_DIGITS:].decode())
    if record["version"] > VERSION:
        return None
    summaries = [
        MetricSummary(**dict(zip(_SUMMARY_FIELDS, values, strict=True)))
        for values in record["metrics"]
    ]
    return RunRow(
        lines={name: text.encode().split(b"\n") for name, text in record["lines"].items()},
        summaries={item.key: item for item in summaries},
        covers=record["covers"],
        point_covers=record["point_covers"],
    )


def _find_value(data: bytes) -> bytes:
    """Return the bytes behind the key in the file's footer; none when they are not there."""
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    at = data.rfind(_MARK, max(footer, 0)) + len(_MARK)
    if not data.endswith(_MAGIC) or footer < 4 or at < len(_MARK):
        return b""
    length = shift = 0
    while True:  # a number in groups of seven bits, the lowest first
        group = data[at]
        length |= (group & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if group < 0x80 or shift > 28:
            break
    value = data[at : at + length]
    return value if len(value) == length else b""
