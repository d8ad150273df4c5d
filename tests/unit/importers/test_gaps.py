from __future__ import annotations

from reporter.importers.gaps import Gaps


def test_places_that_touch_are_one():
    gaps = Gaps()
    gaps.add(100, 5)
    gaps.add(105, 5)
    assert gaps.describe() == "10 bytes at byte 100 are no whole record"


def test_many_places_are_told_in_one_sentence():
    gaps = Gaps()
    for start in range(0, 5000, 1000):
        gaps.add(start, 10)
    gaps.add_record()
    assert gaps.describe() == (
        "50 bytes at 5 places are no whole records, the first at byte 0; "
        "1 records do not hold what they should"
    )
