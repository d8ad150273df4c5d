from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporter.importers.wire import Message, WireError
from tests.unit.importers.proto import field, single, varint


def test_fields_of_every_kind_are_read():
    data = field(1, 300) + field(2, "é") + field(3, 1.5) + single(4, 0.25) + field(5, -7)
    message = Message(data)
    assert message.integer(1) == 300
    assert message.text(2) == "é"
    assert message.double(3) == 1.5
    assert message.single(4) == 0.25
    assert message.integer(5) == -7
    assert message.numbers() == [1, 2, 3, 4, 5]


def test_what_is_not_there_or_of_another_kind_reads_as_zero():
    message = Message(field(1, "text") + field(2, 5))
    assert (message.integer(1), message.double(1), message.text(2)) == (0, 0.0, "")
    assert (message.integer(9), message.data(9), 9 in message) == (0, b"", False)
    assert list(message.messages(9)) == []


def test_repeated_numbers_are_read_packed_and_one_by_one():
    packed = field(1, b"".join(varint(n) for n in (1, 300, -1)))
    assert Message(packed).integers(1) == [1, 300, -1]
    assert Message(field(1, 1) + field(1, 300) + field(1, -1)).integers(1) == [1, 300, -1]
    doubles = field(2, struct.pack("<2d", 1.5, -2.0))
    assert Message(doubles).doubles(2) == [1.5, -2.0]
    assert Message(field(2, 1.5) + field(2, -2.0)).doubles(2) == [1.5, -2.0]


def test_the_last_of_a_field_that_comes_twice_counts():
    assert Message(field(1, 1) + field(1, 2)).integer(1) == 2


@pytest.mark.parametrize(
    "data",
    [b"\x08", b"\x12\x05abc", b"\x0b\x01", b"\x09\x01\x02", b"\xff" * 12, b"\x12\xff\xff\xff\x7f"],
)
def test_what_is_no_message_is_refused(data):
    with pytest.raises(WireError):
        Message(data)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_refused(data):
    try:
        message = Message(data)
    except WireError:
        return
    for number in message.numbers():
        message.integer(number)
        message.text(number)
        message.double(number)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 500), st.binary(max_size=50) | st.integers(-(2**63), 2**63 - 1))
    )
)
def test_every_cut_is_a_prefix_or_refused(items):
    data = b"".join(field(number, value) for number, value in items)
    whole = Message(data)
    for cut in range(len(data)):
        try:
            part = Message(data[:cut])
        except WireError:
            continue
        assert part.numbers() == whole.numbers()[: len(part.numbers())]
