from __future__ import annotations

import io
import random

import pytest

from reporter.importers import blocklog
from reporter.importers.gaps import Gaps
from tests.unit.importers.proto import BLOCK, block_log

SOURCE = random.Random(5)
RECORDS = [
    SOURCE.randbytes(n) for n in (5, 0, 40, BLOCK + 300, 1000, BLOCK - 1700, 3, 2 * BLOCK, 77)
]
DATA, PLACES = block_log(RECORDS, b"HEADING")
BORDERS = [*range(7, 120), *range(BLOCK - 40, BLOCK + 60), *range(len(DATA) - 120, len(DATA))]


def read(data: bytes) -> tuple[list[bytes], Gaps]:
    gaps = Gaps()
    return list(blocklog.iter_records(io.BytesIO(data), gaps, 7)), gaps


def test_records_are_read_back_across_blocks():
    found, gaps = read(DATA)
    assert found == RECORDS
    assert not gaps


@pytest.mark.parametrize("cut", BORDERS)
def test_a_log_that_is_cut_loses_the_torn_record_alone(cut):
    found, gaps = read(DATA[:cut])
    assert found == RECORDS[: sum(end <= cut for _, end in PLACES)]
    torn = [start for start, end in PLACES if start < cut < end]
    assert not torn or gaps


@pytest.mark.parametrize("place", BORDERS)
def test_a_flipped_byte_costs_its_record_alone(place):
    damaged = bytearray(DATA)
    damaged[place] ^= 0x55
    found, gaps = read(bytes(damaged))
    hit = [n for n, (start, end) in enumerate(PLACES) if start <= place < end]
    assert found == [record for n, record in enumerate(RECORDS) if n not in hit]
    assert bool(gaps) or not hit


def test_a_record_without_its_end_is_passed_over():
    torn, _ = block_log([b"a" * (2 * BLOCK)], b"HEADING")
    found, gaps = read(torn[:BLOCK] + block_log([b"c"])[0])
    assert found == [b"c"]
    assert gaps.describe() == f"{BLOCK - 7:,} bytes at byte 7 are no whole record"


def test_the_end_of_a_record_without_its_beginning_is_passed_over():
    torn, places = block_log([b"a" * (BLOCK + 10), b"b"])
    found, gaps = read(b"HEADING" + bytes(BLOCK - 7) + torn[BLOCK:])
    assert found == [b"b"]
    assert gaps.describe() == f"{places[0][1] - BLOCK} bytes at byte {BLOCK:,} are no whole record"


def test_noise_holds_no_records():
    found, gaps = read(random.Random(1).randbytes(3 * BLOCK))
    assert found == []
    assert gaps


def test_an_empty_log_has_no_records():
    assert read(b"")[0] == []
    assert read(b"HEADING")[0] == []
