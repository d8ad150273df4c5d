"""Whatever state a journal is in, it is read without an exception and loses the torn part alone."""

from __future__ import annotations

import math
import struct
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from reporter.events import ParamsLogged, from_line, to_line
from reporter.store.points import (
    CLOSE_RECORD,
    RECORD_BYTES,
    key_records,
    pack_points,
    read_points,
)
from reporter.store.reader import open_store
from tests.builders import make_run, make_store

_INT64 = st.integers(-(2**63), 2**63 - 1)
_POINT = st.tuples(st.floats(width=64), _INT64, _INT64)
_KEY = st.text(min_size=1, max_size=80)


def _bits(value: float) -> bytes:
    return struct.pack("<d", value)


@given(st.dictionaries(_KEY, st.lists(_POINT, max_size=5), max_size=4))
def test_points_come_back_bit_for_bit(series: dict[str, list[tuple[float, int, int]]]) -> None:
    data = b""
    for number, (key, points) in enumerate(series.items()):
        values, steps, times = zip(*points, strict=True) if points else ((), (), ())
        data += key_records(number, key) + pack_points(number, values, steps, times)
    found = read_points(data + CLOSE_RECORD)
    assert found.is_closed
    assert not found.damage
    assert found.keys == list(series)
    expected = [(k, *p) for k, points in series.items() for p in points]
    columns = zip(found.key_ids, found.values, found.steps, found.timestamps_ms, strict=True)
    got = [(found.keys[i], float(v), int(s), int(t)) for i, v, s, t in columns]
    assert [(k, _bits(v), s, t) for k, v, s, t in got] == [
        (k, _bits(v), s, t) for k, v, s, t in expected
    ]


def test_journal_of_points_cut_at_every_byte() -> None:
    data = key_records(0, "loss") + pack_points(0, [1.0, math.nan, 3.0], [0, 1, 2], [0, 1, 2])
    data += key_records(1, "a" * 60) + pack_points(1, [4.0], [3], [3]) + CLOSE_RECORD
    whole = read_points(data)
    assert len(whole.values) == 4
    for size in range(len(data)):
        found = read_points(data[:size])
        points = sum(1 for end in _point_ends(data) if end <= size)
        assert len(found.values) == points
        assert found.size_bytes == size // RECORD_BYTES * RECORD_BYTES
        assert bool(found.damage) == bool(size % RECORD_BYTES)


def _point_ends(data: bytes) -> list[int]:
    starts = range(0, len(data), RECORD_BYTES)
    return [start + RECORD_BYTES for start in starts if data[start] == 1]


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_garbage_costs_nothing_but_itself(before: bytes, between: bytes) -> None:
    good = key_records(0, "k") + pack_points(0, [1.0], [1], [1])
    tail = pack_points(0, [2.0], [2], [2])
    found = read_points(before + good + between + tail)
    assert found.values.tolist()[-1] == 2.0
    assert 1.0 in found.values.tolist()


@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_an_exception(data: bytes) -> None:
    assert read_points(data).size_bytes <= len(data)


@given(st.dictionaries(st.text(), st.text(), max_size=5), st.integers(0, 2**53))
def test_event_line_is_inverse(params: dict[str, str], at_ms: int) -> None:
    event = ParamsLogged(at_ms=at_ms, params=params)
    line = to_line(event)
    assert line.count(b"\n") == 1
    assert from_line(line) == event


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_store_with_a_journal_cut_anywhere(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "runs"
        store = make_store(folder)
        run_id = make_run(
            store, "a", params={"p": "1"}, metrics={"loss": [1.0, 2.0, 3.0]}, fold=False
        )
        for path in sorted((folder / "0" / run_id).glob("*.*")):
            content = path.read_bytes()
            path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
        reader = open_store(store)
        run = reader.run(run_id)
        values = [v for series in reader.history([run_id]) for v in series.values.tolist()]
        assert values == [1.0, 2.0, 3.0][: len(values)]
        assert run.info.run_id == run_id
        assert all(problem.severity == "warning" for problem in run.problems)


def test_a_flipped_bit_anywhere_in_a_long_journal_is_found() -> None:
    """Long journals are checked two bytes at a time, by other tables than short ones."""
    count = 30_000
    values = [float(n) for n in range(count)]
    data = bytearray(key_records(0, "loss") + pack_points(0, values, range(count), range(count)))
    for row in (2, 3, 16_384, 16_385, 29_999):
        for at in range(32 * row, 32 * row + 32, 5):
            data[at] ^= 1 << at % 8
            found = read_points(bytes(data))
            data[at] ^= 1 << at % 8
            assert len(found.values) == count - 1
            assert float(row - 2) not in found.values
            assert found.damage
    assert not read_points(bytes(data)).damage
