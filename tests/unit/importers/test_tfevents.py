"""Event files of the second generation, which the tool of the fixtures does not write."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from reporter.importers.gaps import Gaps
from reporter.importers.tfevents import first_values, iter_values
from tests.unit.importers.proto import field, single, tfrecord

STRING, FLOAT, DOUBLE, INT64, BFLOAT16, HALF = 7, 1, 2, 9, 14, 19


def tensor(dtype: int, shape: tuple[int, ...], *fields: bytes) -> bytes:
    sizes = b"".join(field(2, field(1, size)) for size in shape)
    return field(1, dtype) + field(2, sizes) + b"".join(fields)


def summary(tag: str, *fields: bytes, plugin: str = "", content: bytes = b"") -> bytes:
    metadata = field(9, field(1, field(1, plugin) + field(2, content))) if plugin else b""
    return field(1, tag) + metadata + b"".join(fields)


def plugged(plugin: str, tag: str, content: bytes) -> bytes:
    """A value of the second generation: a tensor, and the plugin that shows it."""
    return summary(tag, field(8, content), plugin=plugin)


def event(step: int, *values: bytes, seconds: float = 1760000000.5) -> bytes:
    inside = b"".join(field(1, value) for value in values)
    return tfrecord(field(1, seconds) + field(2, step) + field(5, inside))


@pytest.fixture
def read(tmp_path):
    def read_events(*events: bytes) -> list:
        path = tmp_path / "events.out.tfevents.1"
        path.write_bytes(tfrecord(field(3, "brain.Event:2")) + b"".join(events))
        gaps = Gaps()
        found = list(iter_values(str(path), gaps))
        assert not gaps
        return found

    return read_events


@pytest.mark.parametrize(
    ("dtype", "content", "expected"),
    [
        (FLOAT, field(4, struct.pack("<f", 0.5)), 0.5),
        (FLOAT, single(5, 0.25), 0.25),
        (DOUBLE, field(6, 1e300), 1e300),
        (INT64, field(10, -3), -3.0),
        (HALF, field(13, int(np.float16(1.5).view(np.uint16))), 1.5),
        (BFLOAT16, field(4, b"\xc0\x3f"), 1.5),
        (10, field(11, 1), 1.0),
    ],
)
def test_scalars_of_every_type_are_numbers(read, dtype, content, expected):
    (value,) = read(event(3, plugged("scalars", "loss", tensor(dtype, (), content))))
    assert (value.kind, value.tag, value.step, value.time_ms) == (
        "scalars", "loss", 3, 1760000000500,
    )  # fmt: skip
    assert value.scalar() == expected


def test_a_kind_is_said_with_the_first_value_of_a_tag_only(read):
    first = plugged("scalars", "loss", tensor(FLOAT, (), single(5, 1.0)))
    later = summary("loss", field(8, tensor(FLOAT, (), single(5, 2.0))))
    values = read(event(0, first), event(1, later))
    assert [(value.kind, value.scalar()) for value in values] == [
        ("scalars", 1.0),
        ("scalars", 2.0),
    ]


def test_pictures_come_behind_their_size(read):
    pictures = [field(8, item) for item in (b"20", b"10", b"\x89PNG one", b"\x89PNG two")]
    (value,) = read(event(0, plugged("images", "x", tensor(STRING, (4,), *pictures))))
    assert value.pictures() == [b"\x89PNG one", b"\x89PNG two"]


def test_sounds_come_with_their_labels(read):
    clips = [field(8, item) for item in (b"RIFF", b"label")]
    (value,) = read(event(0, plugged("audio", "x", tensor(STRING, (1, 2), *clips))))
    assert value.sounds() == [b"RIFF"]


def test_histograms_are_rows_of_left_right_count(read):
    rows = np.array([[0, 1, 5], [1, 3, 2]], dtype="<f8")
    content = tensor(DOUBLE, (2, 3), field(4, rows.tobytes()))
    (value,) = read(event(7, plugged("histograms", "w", content)))
    histogram = value.histogram()
    assert histogram.edges.tolist() == [0, 1, 3]
    assert histogram.counts.tolist() == [5, 2]


def test_a_histogram_of_the_first_generation_ends_where_its_values_do(read):
    limits = struct.pack("<3d", 0.0, 1.0, 1.7976931348623157e308)
    content = (
        field(1, -2.0) + field(2, 5.0) + field(6, limits) + field(7, struct.pack("<3d", 1, 2, 3))
    )
    (value,) = read(event(7, summary("w", field(5, content))))
    assert value.histogram().edges.tolist() == [-2.0, 0.0, 1.0, 5.0]


def test_texts_keep_the_shape_of_their_table(read):
    cells = [field(8, item) for item in ("a", "b", "c", "d")]
    (value,) = read(event(0, plugged("text", "t", tensor(STRING, (2, 2), *cells))))
    assert value.texts() == (["a", "b", "c", "d"], (2, 2))


def test_a_last_number_that_repeats_may_be_left_out(read):
    content = tensor(FLOAT, (6, 2), *[single(5, 0.5)])
    (value,) = read(event(0, plugged("pr_curves", "pr", content)))
    assert value.pr_curve().columns["recall"].tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    "content",
    [
        tensor(FLOAT, (1 << 30, 1 << 30), single(5, 1.0)),
        tensor(FLOAT, (3,), field(4, b"\0\0")),
        tensor(99, (), b""),
        tensor(STRING, (), b""),
    ],
)
def test_what_does_not_fit_together_is_no_number(read, content):
    (value,) = read(event(0, plugged("scalars", "x", content)))
    assert value.scalar() is None
    assert value.histogram() is None
    assert value.pr_curve() is None


def test_hyperparameters_of_every_kind(read):
    pairs = {
        "lr": field(2, 0.5),
        "units": field(2, 64.0),
        "on": field(4, 1),
        "opt": field(3, "adam"),
    }
    start = b"".join(field(1, field(1, name) + field(2, value)) for name, value in pairs.items())
    (value,) = read(
        event(0, summary("h", plugin="hparams", content=field(3, start + field(4, "g"))))
    )
    found = value.hparams()
    assert found.params == {"lr": 0.5, "units": 64, "on": True, "opt": "adam"}
    assert (found.group, found.is_start, found.status) == ("g", True, None)


def test_an_unknown_plugin_is_named(read):
    (value,) = read(event(0, plugged("mesh", "m", tensor(FLOAT, (3,)))))
    assert (value.kind, value.plugin()) == ("other", "mesh")


def test_a_plugin_that_is_named_with_the_first_value_only_is_known_later(read):
    bare = summary("m", field(8, tensor(FLOAT, (3,))))
    values = read(event(0, plugged("mesh", "m", tensor(FLOAT, (3,)))), event(1, bare))
    assert [value.plugin() for value in values] == ["mesh", "mesh"]


@pytest.mark.parametrize("number", [4, 9])
def test_a_graph_is_named(read, number):
    (value,) = read(tfrecord(field(1, 1760000000.5) + field(number, b"any graph")))
    assert (value.kind, value.plugin(), value.tag) == ("other", "graphs", "")


def test_records_that_are_no_events_are_counted(tmp_path):
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(tfrecord(b"\xff" * 20) + event(0, summary("a", single(2, 1.0))))
    gaps = Gaps()
    assert len(list(iter_values(str(path), gaps))) == 1
    assert gaps.describe() == "1 records do not hold what they should"


def test_the_beginning_of_a_file_that_is_not_there(tmp_path):
    assert first_values(str(tmp_path / "none")) == (0, [])


@pytest.mark.parametrize("tag", ["a", "x" * 118, "x" * 119, "x" * 300, "\x15\x15\x15\x15\x15"])
@pytest.mark.parametrize("step", [0, 1, 300, -5, 2**62])
def test_plain_scalars_are_read_whatever_tag_and_step(read, tag, step):
    (value,) = read(event(step, summary(tag, single(2, 0.5))))
    assert (value.tag, value.step, value.kind, value.scalar()) == (tag, step, "scalars", 0.5)
    assert value.time_ms == 1760000000500


def test_several_values_in_one_record_are_read(read):
    values = read(event(1, summary("a", single(2, 0.5)), summary("b", single(2, 1.5))))
    assert [(value.tag, value.scalar()) for value in values] == [("a", 0.5), ("b", 1.5)]
