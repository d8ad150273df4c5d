from __future__ import annotations

import random

from reporter.site.tries import hex_prefixes, split_by_bits


def ids(n, seed=0):
    source = random.Random(seed)
    return sorted(f"{source.getrandbits(128):032x}" for _ in range(n))


def split(items, limit):
    return dict(split_by_bits(items, str, lambda piece: len(piece) <= limit))


def test_pieces_are_small_and_hold_everything_once():
    items = ids(500)
    pieces = split(items, 20)
    assert sorted(item for piece in pieces.values() for item in piece) == items
    assert max(map(len, pieces.values())) <= 20


def test_each_item_has_the_prefixes_of_its_piece_and_of_no_other():
    pieces = split(ids(300), 10)
    for item in ids(300):
        holding = [b for b in pieces for prefix in hex_prefixes(b) if item.startswith(prefix)]
        assert len(holding) == 1
        assert item in pieces[holding[0]]


def test_one_more_item_changes_one_piece():
    items = ids(500)
    before, after = split(items, 20), split(sorted([*items, *ids(1, seed=1)]), 20)
    changed = [bits for bits in after if before.get(bits) != after[bits]]
    assert len(changed) <= 2  # the piece it fell into, or the halves of that piece


def test_equal_ids_are_not_split_for_ever():
    assert list(split_by_bits(["ff", "ff"], str, lambda piece: False)) == [("1" * 8, ["ff", "ff"])]


def test_nothing_gives_no_piece():
    assert not split([], 5)
