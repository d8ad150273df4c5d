from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from reporter.importers.crc32c import crc32c, crc32c_of_rows, mask


def by_the_bit(data: bytes) -> int:
    """The definition: one bit after the other (RFC 3720)."""
    state = 0xFFFFFFFF
    for octet in data:
        state ^= octet
        for _ in range(8):
            state = (state >> 1) ^ (0x82F63B78 if state & 1 else 0)
    return state ^ 0xFFFFFFFF


def test_the_examples_of_the_rfc():
    records = [bytes(32), b"\xff" * 32, bytes(range(32)), bytes(range(31, -1, -1))]
    assert crc32c(records).tolist() == [0x8A9136AA, 0x62A8AB43, 0x46DD794E, 0x113FDB5C]


PIECES = st.lists(st.binary(max_size=20), min_size=1, max_size=5)


@settings(max_examples=30, deadline=None)  # the definition is slow, and machines are busy
@given(PIECES, st.sampled_from([1, 70, 300]))
def test_lanes_agree_with_the_definition(pieces, repeat):
    records = [piece * repeat for piece in pieces] + [b"x" * n for n in range(70)]
    assert crc32c(records).tolist() == [by_the_bit(record) for record in records]


def test_a_few_records_go_another_way_to_the_same_end():
    records = [b"", b"abc", b"x" * 1024, b"y" * 3000]
    alone = [int(crc32c([record])[0]) for record in records]
    assert alone == crc32c([*records, *[b"pad" * 400] * 70])[:4].tolist()


def test_rows_of_one_length():
    rows = np.arange(24, dtype=np.uint8).reshape(3, 8)
    assert crc32c_of_rows(rows).tolist() == [by_the_bit(row.tobytes()) for row in rows]


def test_masking_turns_and_adds():
    assert mask(np.array([0], dtype=np.uint32)).tolist() == [0xA282EAD8]
