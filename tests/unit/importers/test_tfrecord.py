from __future__ import annotations

import random
import tempfile
from itertools import accumulate

import pytest

from reporter.importers import tfrecord
from reporter.importers.gaps import Gaps
from tests.unit.importers.proto import tfrecord as written

RECORDS = [b"first", b"", bytes(range(40)), b"abc", b"x" * 77]
DATA = b"".join(map(written, RECORDS))
ENDS = list(accumulate(len(written(record)) for record in RECORDS))


def read(data: bytes) -> tuple[list[bytes], Gaps]:
    gaps = Gaps()
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        return list(tfrecord.iter_records(file, gaps)), gaps


def test_records_are_read_back():
    found, gaps = read(DATA)
    assert found == RECORDS
    assert not gaps


def test_a_file_cut_at_any_byte_loses_the_torn_record_alone():
    for cut in range(len(DATA)):
        found, gaps = read(DATA[:cut])
        whole = sum(end <= cut for end in ENDS)
        assert found == RECORDS[:whole]
        assert bool(gaps) == (cut not in (0, *ENDS))


def test_any_flipped_byte_costs_its_record_alone():
    for place in range(len(DATA)):
        damaged = bytearray(DATA)
        damaged[place] ^= 0x55
        found, gaps = read(bytes(damaged))
        hit = sum(end <= place for end in ENDS)
        assert found == RECORDS[:hit] + RECORDS[hit + 1 :]
        assert gaps


def test_what_was_appended_behind_a_torn_record_is_found():
    for cut in range(ENDS[0] + 1, ENDS[3]):
        found, _ = read(DATA[:cut] + DATA[ENDS[3] :])
        whole = sum(end <= cut for end in ENDS)
        assert found == RECORDS[:whole] + RECORDS[4:]


def test_records_larger_than_a_block_and_many_small_ones(monkeypatch):
    monkeypatch.setattr(tfrecord, "_BLOCK_BYTES", 64)
    records = [bytes([n % 256]) * (n * 7 % 200) for n in range(100)]
    found, gaps = read(b"".join(map(written, records)))
    assert found == records
    assert not gaps


@pytest.mark.parametrize("seed", range(3))
def test_noise_holds_no_records(seed):
    data = random.Random(seed).randbytes(5000)
    found, gaps = read(data)
    assert found == []
    assert gaps.describe() == "5,000 bytes at byte 0 are no whole record"


def test_a_length_beyond_the_file_fills_no_memory():
    found, gaps = read(
        written(b"good") + written(b"x")[:0] + (1 << 60).to_bytes(8, "little") + bytes(4)
    )
    assert found == [b"good"]
    assert gaps


def test_the_beginning_tells_a_file_of_records():
    assert tfrecord.is_tfrecord(DATA[:12])
    assert not tfrecord.is_tfrecord(b"hello, world")
    assert not tfrecord.is_tfrecord(b"")
