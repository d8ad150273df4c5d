"""What stands in TensorBoard's event files: values by tag and step, decoded without TensorFlow.

An event file is a TFRecord file of ``Event`` messages; field numbers are those of TensorFlow's
public ``event.proto`` and ``summary.proto``. A value says what it is either by its field (the first
generation of writers) or by the name of a plugin (the second, where everything is a tensor). How
values become runs is not known here.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

import numpy as np

from reporter.importers import tensorproto
from reporter.importers.figures import Curve, Histogram
from reporter.importers.gaps import Gaps
from reporter.importers.tfrecord import iter_records
from reporter.importers.times import ms_of_seconds
from reporter.importers.wire import Message, WireError, read_varint

__all__ = ["HParams", "LoggedValue", "first_values", "iter_values"]

SCALAR, IMAGE, AUDIO, HISTOGRAM, TEXT, PR_CURVE, HPARAMS = (
    "scalars", "images", "audio", "histograms", "text", "pr_curves", "hparams",
)  # fmt: skip
OTHER = "other"
"""A kind of value that we know no use for; its plugin's name tells which."""
GRAPH = "graphs"
"""What TensorBoard calls the plugin that draws models."""

# Event: 1 wall_time, 2 step, 4 and 9 graphs, 5 summary.  Summary: 1 value.  Value: 1 tag and these:
_SIMPLE_VALUE, _IMAGE, _HISTO, _AUDIO, _TENSOR, _METADATA = 2, 4, 5, 6, 8, 9
_OF_FIELD = {_SIMPLE_VALUE: SCALAR, _IMAGE: IMAGE, _HISTO: HISTOGRAM, _AUDIO: AUDIO}
_GRAPHS = frozenset({4, 9})
_PLUGINS = frozenset({SCALAR, IMAGE, AUDIO, HISTOGRAM, TEXT, PR_CURVE, HPARAMS})
# File version, graph and session records may come before the first value.
_FIRST_RECORDS = 16
# Event: 1 a double, 2 a varint, 5 a summary; summary: 1 a value; value: 1 a tag, 2 a float. Lengths
# are one byte each: a record with a tag of more than 118 bytes goes the other way.
_PLAIN = re.compile(
    rb"\x09(.{8})(?:\x10([\x80-\xff]{0,9}[\0-\x7f]))?"
    rb"\x2a([\0-\x7f])\x0a([\0-\x7f])\x0a([\0-\x7f])(.*)\x15(.{4})",
    re.DOTALL,
)
_EMPTY = Message(b"")
_LARGEST = 1.7e308  # the last bucket of a histogram is written as ending at the largest double


@dataclass(slots=True)  # not frozen: that takes three times as long to make, and there are millions
class LoggedValue:
    """One value of one tag.

    Parameters
    ----------
    tag : str
    step : int
    time_ms : int
        Milliseconds since 1970 UTC.
    kind : str
        A plugin's name, whichever generation wrote the value.
    """

    tag: str
    step: int
    time_ms: int
    kind: str
    _value: Message
    _plugin_data: bytes = b""
    _number: float | None = None

    def scalar(self) -> float | None:
        """Return a scalar; None when a tensor holds no number, or several."""
        if self._number is not None:
            return self._number
        if _SIMPLE_VALUE in self._value:
            return self._value.single(_SIMPLE_VALUE)
        numbers = self._numbers()
        return float(numbers.flat[0]) if numbers.size == 1 else None

    def pictures(self) -> list[bytes]:
        """Return encoded images."""
        if _IMAGE in self._value:
            return [self._value.message(_IMAGE).data(4)]
        return self._strings()[2:]  # before them stand width and height

    def sounds(self) -> list[bytes]:
        """Return encoded audio clips."""
        if _AUDIO in self._value:
            return [self._value.message(_AUDIO).data(4)]
        found = self._strings()
        return found[::2] if len(self._shape()) == 2 else found  # pairs of clip and label

    def texts(self) -> tuple[list[str], tuple[int, ...]]:
        """Return texts and the shape of the table they form; a single one has shape ()."""
        texts = [item.decode("utf-8", "replace") for item in self._strings()]
        return texts, self._shape()

    def histogram(self) -> Histogram | None:
        """Return a distribution; None when the value holds none."""
        if _HISTO in self._value:
            edges, counts = _buckets(self._value.message(_HISTO))
        else:
            rows = self._numbers()
            if rows.ndim != 2 or rows.shape[1] != 3:
                return None
            edges, counts = np.append(rows[:, 0], rows[-1:, 1]), rows[:, 2]
        return Histogram(self.step, self.time_ms, edges, counts) if len(counts) else None

    def pr_curve(self) -> Curve | None:
        """Return precision and recall by threshold; None when the value holds none."""
        rows = self._numbers()
        if rows.ndim != 2 or len(rows) != 6 or not rows.size:
            return None
        names = ("true_positives", "false_positives", "true_negatives", "false_negatives")
        columns = {"recall": rows[5], "precision": rows[4], **dict(zip(names, rows, strict=False))}
        return Curve(self.step, self.time_ms, columns)

    def hparams(self) -> HParams:
        """Return what the hparams plugin stored: of a session's start or end, or of neither."""
        data = Message(self._plugin_data)
        start, end = data.message(3), data.message(4)
        items = ((pair.text(1), pair.data(2)) for pair in start.messages(1))
        return HParams(
            params={name: _plain(Message(value)) for name, value in items},
            group=start.text(4),
            is_start=3 in data,
            status=end.integer(1) if 4 in data else None,
        )

    def plugin(self) -> str:
        """Name the plugin of a value of :data:`OTHER` kind, as its writer called it."""
        return self._plugin_data.decode("utf-8", "replace") or "a tensor without a plugin"

    def _numbers(self) -> np.ndarray:
        return tensorproto.numbers(self._value.message(_TENSOR))

    def _strings(self) -> list[bytes]:
        return tensorproto.texts(self._value.message(_TENSOR))

    def _shape(self) -> tuple[int, ...]:
        return tensorproto.shape(self._value.message(_TENSOR))


@dataclass(frozen=True)
class HParams:
    """Hyperparameters of a session.

    Parameters
    ----------
    params : mapping of str to object
    group : str
    is_start : bool
        Whether this tells of a session's start.
    status : int or None
        Of a session's end: 1 success, 2 failure, 3 still running.
    """

    params: dict[str, object]
    group: str
    is_start: bool
    status: int | None


def iter_values(path: str, gaps: Gaps) -> Iterator[LoggedValue]:
    """Yield the values of an event file, in the order they were written.

    Parameters
    ----------
    path : str
    gaps : Gaps
        Takes the damaged places.

    Raises
    ------
    OSError
    """
    kinds: dict[str, tuple[str, bytes]] = {}
    with open(path, "rb") as file:
        for record in iter_records(file, gaps):
            plain = _plain_scalar(record)
            if plain is not None:
                yield plain
                continue
            try:
                event = Message(record)
                yield from _values(event, kinds)
                yield from _graphs(event)
            except WireError:
                gaps.add_record()


def _plain_scalar(record: bytes) -> LoggedValue | None:
    """Read the record that almost all are: one scalar in the first generation's form.

    Three times as fast as field by field; None for a record of any other form.
    """
    found = _PLAIN.fullmatch(record)
    if found is None:
        return None
    seconds, step, n_summary, n_value, n_tag, tag, number = found.groups()
    size = len(tag)
    if (n_summary[0], n_value[0], n_tag[0]) != (size + 9, size + 7, size):
        return None
    return LoggedValue(
        tag.decode("utf-8", "replace"),
        read_varint(step) if step else 0,
        ms_of_seconds(struct.unpack("<d", seconds)[0]),
        SCALAR,
        _EMPTY,
        _number=struct.unpack("<f", number)[0],
    )


def first_values(path: str) -> tuple[int, list[LoggedValue]]:
    """Look at the beginning of an event file.

    Returns
    -------
    tuple
        Time of the first record (ms), 0 when there is none; and some of the first values.
    """
    time_ms = 0
    found: list[LoggedValue] = []
    try:
        with open(path, "rb") as file:
            for record in islice(iter_records(file, Gaps()), _FIRST_RECORDS):
                with suppress(WireError):
                    event = Message(record)
                    time_ms = time_ms or ms_of_seconds(event.double(1))
                    found += _values(event, {})
    except OSError:
        return 0, []
    return time_ms, found


def _values(event: Message, kinds: dict[str, tuple[str, bytes]]) -> Iterator[LoggedValue]:
    if 5 not in event:
        return
    step, time_ms = event.integer(2), ms_of_seconds(event.double(1))
    for value in event.message(5).messages(1):
        kind, data = _kind(value, kinds)
        yield LoggedValue(value.text(1), step, time_ms, kind, value, data)


def _graphs(event: Message) -> Iterator[LoggedValue]:
    """Yield the graph of a model, which is no value of a tag."""
    if not _GRAPHS.isdisjoint(event.numbers()):
        time_ms = ms_of_seconds(event.double(1))
        yield LoggedValue("", 0, time_ms, OTHER, _EMPTY, GRAPH.encode())


def _kind(value: Message, kinds: dict[str, tuple[str, bytes]]) -> tuple[str, bytes]:
    """Say what a value is; many writers say it with a tag's first value only."""
    for field, kind in _OF_FIELD.items():
        if field in value:
            return kind, b""
    tag = value.text(1)
    if _METADATA in value or tag not in kinds:
        metadata = value.message(_METADATA)
        plugin = metadata.message(1)
        name = plugin.text(1)
        kind = name if name in _PLUGINS else OTHER
        if (
            not name
            and metadata.integer(4) in (0, 1)
            and tensorproto.is_number(value.message(_TENSOR))
        ):
            kind = SCALAR
        kinds[tag] = kind, name.encode() if kind == OTHER else plugin.data(2)
    return kinds[tag]


def _buckets(histogram: Message) -> tuple[np.ndarray, np.ndarray]:
    """Return edges and counts of the first generation's histogram, which has right edges only."""
    lowest, highest = histogram.double(1), histogram.double(2)
    limits, counts = np.array(histogram.doubles(6)), np.array(histogram.doubles(7))
    if not len(limits) or len(limits) != len(counts):
        return np.zeros(0), np.zeros(0)
    edges = np.append(min(lowest, limits[0]), limits)
    edges[edges > _LARGEST] = highest
    edges[edges < -_LARGEST] = lowest
    return edges, counts


def _plain(value: Message) -> object:
    """Read a ``google.protobuf.Value`` of the kinds that hyperparameters have."""
    if 2 in value:
        number = value.double(2)
        return int(number) if number.is_integer() and abs(number) < 1e15 else number
    if 4 in value:
        return bool(value.integer(4))
    if 6 in value:
        return [_plain(item) for item in value.message(6).messages(1)]
    return value.text(3) if 3 in value else None
