from __future__ import annotations

import base64
import json
import re

import numpy as np
import pytest

from reporter.config import ChartSettings, Config
from reporter.site import payload, tries
from reporter.site.curves.series import (
    MAX_SHARD_BYTES,
    MAX_SHOWN,
    Shard,
    ShardContent,
    order_series,
    plan_shards,
)
from reporter.site.plan import SiteSettings, gather
from reporter.store.ports import History
from tests.builders import run_id_of


def planned(store):
    return gather(store, SiteSettings(), lambda *_: None).experiments[0]


def history(values, steps=None, key="loss", run_id="a" * 32):
    steps = np.arange(len(values)) if steps is None else np.array(steps)
    return History(run_id=run_id, key=key, steps=steps, timestamps_ms=steps,
                   values=np.array(values, dtype=float))  # fmt: skip


def found_in(files):
    """Read every series of the first tier back: (key, run id) to (points logged, values)."""
    series = {}
    for path, data in files.items():
        if not path.startswith("data/series-") or re.search(r"-t\d-", path):
            continue
        name = path.removeprefix("data/").removesuffix(".js")
        text = data.decode().removeprefix(f'reporter.register("series/{name}",')
        record = json.loads(text.removesuffix(");\n"))
        for key, metric in record["metrics"].items():
            ids = base64.b64decode(metric["runs"]).hex()
            kind = {"f32": "<f4", "f64": "<f8"}[metric["values"]["t"]]
            values = np.frombuffer(base64.b64decode(metric["values"]["b"]), dtype=kind)
            for i, n in enumerate(metric["n"]):
                start, end = metric["offsets"][i : i + 2]
                assert (key, ids[32 * i : 32 * i + 32]) not in series
                series[key, ids[32 * i : 32 * i + 32]] = n, values[start:end].tolist()
    return series


def test_every_series_is_in_exactly_one_file(memory_store, built):
    runs = {
        f"r{i}": {"metrics": {"a": [1, 2, i], "b": [5], "c": [1.0] * (i + 1)}} for i in range(9)
    }
    series = found_in(built(memory_store(runs)).files)
    expected = {("a", run_id_of(name)) for name in runs} | {("c", run_id_of(name)) for name in runs}
    assert set(series) == expected, "b was logged once a run: it needs no file"
    assert series["a", run_id_of("r3")] == (3, [1, 2, 3])


def test_long_series_are_cut_and_say_how_long_they_were(memory_store, built):
    values = np.random.default_rng(0).normal(size=5_000).tolist()
    files = built(memory_store({"r": {"metrics": {"loss": values}}})).files
    [(n, shown)] = found_in(files).values()
    assert n == 5_000
    assert len(shown) <= MAX_SHOWN
    assert np.float32(max(values)) in shown


def test_shards_follow_from_summaries_and_stay_small(memory_store):
    runs = {f"r{i}": {"metrics": {k: [0.5] * 400 for k in ("a", "b")}} for i in range(150)}
    shards = plan_shards(planned(memory_store(runs)))
    assert len(shards) > 2
    assert (
        max(len(shard.run_ids) * len(shard.keys) * 400 * 11 for shard in shards)
        < 1.2 * MAX_SHARD_BYTES
    )
    for key in ("a", "b"):
        held = [run_id for shard in shards if key in shard.keys for run_id in shard.run_ids]
        assert sorted(held) == sorted(map(run_id_of, runs))
        for shard in shards:
            prefixes = tuple(tries.hex_prefixes(shard.bits))
            assert all(run_id.startswith(prefixes) for run_id in shard.run_ids)


def test_one_more_run_leaves_other_shards_alone(memory_store):
    runs = {f"r{i}": {"metrics": {"a": [0.5] * 400}} for i in range(150)}
    store = memory_store(runs)
    before = {shard.inputs for shard in plan_shards(planned(store))}
    memory_store({"new": {"metrics": {"a": [0.5] * 400}}}, into=store)
    after = {shard.inputs for shard in plan_shards(planned(store))}
    assert len(after - before) <= 2


def test_points_are_put_in_the_order_of_steps():
    [series] = order_series([history([3, 1, 2], steps=[2, 0, 1])])
    assert series.shown().steps.tolist() == [0, 1, 2]
    assert series.shown().values.tolist() == [1, 2, 3]


def test_points_of_one_step_keep_their_order():
    [series] = order_series([history([3, 1, 2], steps=[0, 0, 0])])
    assert series.shown().values.tolist() == [3, 1, 2]


@pytest.mark.parametrize("values", [[np.nan], [np.inf, -np.inf, 0.0]])
def test_what_is_not_finite_is_kept(values):
    [series] = order_series([history(values)])
    assert np.array_equal(series.shown().values, values, equal_nan=True)


def zoom_record(files):
    [(path, data)] = [item for item in files.items() if item[0].startswith("data/zoom-")]
    assert path.split("/")[1] in files["data/catalog.js"].decode()
    return json.loads(data.decode().removeprefix('reporter.register("zoom/7",').rstrip(");\n"))


def records_of(files, names, key):
    for name in names:
        text = files[f"data/{name}.js"].decode()
        found = json.loads(text.removeprefix(f'reporter.register("series/{name}",')[:-3])
        yield found["metrics"][key]


def values_of(record):
    kind = {"f32": "<f4", "f64": "<f8"}[record["values"]["t"]]
    return np.frombuffer(base64.b64decode(record["values"]["b"]), dtype=kind)


def test_every_point_of_a_long_series_is_in_the_finest_files(memory_store, built):
    values = np.random.default_rng(0).normal(size=40_000).astype(np.float32)
    store = memory_store({"r": {"metrics": {"loss": values.tolist(), "short": [1.0, 2.0]}}})
    files = built(store).files
    zoom = zoom_record(files)
    assert zoom["caps"] == [500, 4_000, 32_000, 100_000]
    assert set(zoom["metrics"]) == {"loss"}, "short is drawn whole"
    by_tier = {tier: names for tier, prefix, *names in zoom["metrics"]["loss"]}
    found = [values_of(record) for record in records_of(files, by_tier[3], "loss")]
    assert len(found) > 1, "a series too long for one file is cut"
    assert np.concatenate(found).tolist() == values.tolist()
    assert all(len(files[f"data/{name}.js"]) < 1.5 * MAX_SHARD_BYTES for name in by_tier[3])
    [first] = [values_of(record) for record in records_of(files, by_tier[1], "loss")]
    assert 1_000 < len(first) <= 4_000


def test_what_is_drawn_whole_has_no_finer_files(memory_store, built):
    files = built(memory_store({"r": {"metrics": {"loss": [0.5] * MAX_SHOWN}}})).files
    assert not [path for path in files if path.startswith("data/zoom-")]
    assert "zoom" not in files["data/catalog.js"].decode()


def test_a_report_may_carry_less_for_zooming(memory_store, built):
    store = memory_store({"r": {"metrics": {"loss": list(range(9_000))}}})
    tight = Config(charts=ChartSettings(zoom_total=6_000))
    assert zoom_record(built(store, config=tight).files)["caps"] == [500, 3_125]
    off = Config(charts=ChartSettings(zoom_points=0))
    assert not [path for path in built(store, config=off).files if "/zoom-" in path]


def test_finer_files_are_kept_when_nothing_changed(memory_store, built):
    store = memory_store({"r": {"metrics": {"loss": list(range(40_000)), "acc": [1.0] * 900}}})
    first = built(store)
    again = built(store, first)
    assert again.files == first.files
    assert again.result.files_written < 5


def test_points_without_steps_say_where_they_stand():
    series = order_series([history(np.arange(3_000) % 7, steps=[0] * 3_000)])
    content = ShardContent(Shard("7", ("loss",), "", ("a" * 32,), "inputs"))
    content.add(series[0])
    [(name, data)] = content.to_files()
    record = json.loads(data.decode().removeprefix(f'reporter.register("series/{name}",')[:-3])
    places = record["metrics"]["loss"]["places"]
    found = np.frombuffer(base64.b64decode(places["b"]), dtype="<i4")
    assert found.tolist() == series[0].drawn.tolist()


@pytest.mark.parametrize("times", [[5], [0, 1000, 500, 2000], [7, 7, 7], [0, 10**12]])
def test_times_come_back_to_a_part_of_65535_of_the_span(times):
    packed = payload.pack_times([np.array(times), np.array([3, 4])])
    ways = np.frombuffer(base64.b64decode(packed["by"]["b"]), dtype="<u2")[: len(times)]
    places = np.cumsum(ways.astype(int)) % 65_536
    read = packed["start"][0] + places / 65_535 * packed["span"][0]
    assert np.abs(read - times).max() <= packed["span"][0] / 65_535


@pytest.mark.parametrize("times", [[5], [0, 1000, 500, 2000], [7, 7, 7], [0, 10**12], []])
def test_exact_times_come_back(times):
    packed = payload.pack_exact_times([np.array(times, dtype=np.int64), np.array([3, 4])])
    kinds = {"u8": "<u1", "u16": "<u2", "u32": "<u4", "i32": "<i4", "f64": "<f8"}
    ways = np.frombuffer(base64.b64decode(packed["ms"]["b"]), dtype=kinds[packed["ms"]["t"]])
    ways = ways[: len(times)].astype(np.int64)
    steps = np.where(ways % 2, -(ways + 1) // 2, ways // 2)
    assert (packed["start"][0] + np.cumsum(steps)).tolist() == times
