"""The copy of a run's row in the file's metadata: the same, or not used at all."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from reporter.model import MetricSummary
from reporter.store import layout
from reporter.store.reader import open_store
from reporter.store.row import COPY_KEY, RunRow, find_copy, pack_copy
from reporter.store.tables import read_run_table
from tests.builders import make_run, make_store

_HOSTILE = 'a"\\ \x18\x0creporter.run\x18 \u202e 日本 \x00 </script>'


def _table(tmp_path: Path, **options: object) -> Path:
    store = make_store(tmp_path / "runs")
    run_id = make_run(store, "a", **options)
    return Path(store, "0", run_id, layout.RUN_TABLE)


def test_copy_says_what_the_columns_say(tmp_path: Path) -> None:
    path = _table(
        tmp_path,
        params={_HOSTILE: _HOSTILE, "lone": "\ud800"},
        metrics={"loss": [1.0, math.inf], _HOSTILE: [-0.0], "\udc80": [5e-324]},
    )
    copy = find_copy(path.read_bytes())
    assert copy is not None
    assert copy == read_run_table(str(path), is_thorough=True)
    assert math.copysign(1, copy.summaries[_HOSTILE].last) == -1


def test_copy_that_does_not_fit_is_left_out(tmp_path: Path) -> None:
    path = _table(tmp_path, params={"long": "x" * 300_000})
    assert COPY_KEY not in pq.read_metadata(path).metadata
    assert open_store(tmp_path / "runs").run(path.parent.name).data.params["long"] == "x" * 300_000


@pytest.mark.parametrize("fold", [True, False])
def test_nothing_is_imported_to_read_runs(
    tmp_path: Path, environment: dict[str, str], fold: bool
) -> None:
    store = make_store(tmp_path / "runs")
    make_run(store, "a", params={"lr": "1"}, metrics={"loss": [1.0]} if fold else {}, fold=fold)
    script = (
        "import sys\nfrom reporter.store.reader import open_store\n"
        f"(run,) = open_store({store!r}).runs()\nassert run.data.params == {{'lr': '1'}}\n"
        "assert not {'pyarrow', 'numpy', 'pandas'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)


def test_damaged_copy_is_not_used(tmp_path: Path) -> None:
    path = _table(tmp_path, params={"lr": "0.1"}, metrics={"loss": [1.0]})
    whole = path.read_bytes()
    start = whole.rindex(COPY_KEY)
    for at in range(start - 2, start + 200):
        damaged = whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1 :]
        found = find_copy(damaged)
        assert found is None or found == find_copy(whole)
    path.write_bytes(whole[: start + 40] + b"?" + whole[start + 41 :])
    assert open_store(tmp_path / "runs").run(path.parent.name).data.params == {"lr": "0.1"}


def test_file_cut_anywhere_gives_no_copy(tmp_path: Path) -> None:
    whole = _table(tmp_path, params={"lr": "0.1"}).read_bytes()
    assert all(find_copy(whole[:size]) is None for size in range(len(whole)))


def test_newer_version_is_left_to_the_reader_of_tables() -> None:
    text = pack_copy(RunRow(summaries={"m": _summary("m")}))
    assert '"version":1' in text
    assert find_copy(_wrapped(text)) is not None
    newer = text[8:].replace('"version":1', '"version":2')
    from zlib import crc32

    assert find_copy(_wrapped(f"{crc32(newer.encode()):08x}{newer}")) is None


def _summary(key: str) -> MetricSummary:
    return MetricSummary(
        key=key, count=1, last=1.0, last_step=0, last_timestamp=0, min=None, min_step=None,
        max=None, max_step=None, mean=None, first_step=0, max_step_logged=0, nonfinite=0,
    )  # fmt: skip


def _wrapped(text: str) -> bytes:
    """Put a copy where it stands in a file: in a footer, as Thrift writes it."""
    value, length = text.encode(), b""
    number = len(value)
    while number >= 0x80:
        length, number = length + bytes([number & 0x7F | 0x80]), number >> 7
    footer = b"\x18\x0c" + COPY_KEY + b"\x18" + length + bytes([number]) + value + b"\0"
    return b"PAR1" + os.urandom(3) + footer + len(footer).to_bytes(4, "little") + b"PAR1"
