from __future__ import annotations

import base64
import json

import numpy as np
import pytest

from reporter.site import payload, tries
from reporter.site.plan import SiteSettings, gather
from reporter.site.series import MAX_SHARD_BYTES, MAX_SHOWN, plan_shards, shown_points
from reporter.store.ports import History
from tests.builders import run_id_of


def planned(store):
    return gather(store, SiteSettings(), lambda *_: None).experiments[0]


def history(values, steps=None, key="loss", run_id="a" * 32):
    steps = np.arange(len(values)) if steps is None else np.array(steps)
    return History(run_id=run_id, key=key, steps=steps, timestamps_ms=steps,
                   values=np.array(values, dtype=float))  # fmt: skip


def found_in(files):
    """Read every series back: (key, run id) to (points logged, values)."""
    series = {}
    for path, data in files.items():
        if not path.startswith("data/series-"):
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
    [shown] = shown_points([history([3, 1, 2], steps=[2, 0, 1])])
    assert shown.steps.tolist() == [0, 1, 2]
    assert shown.values.tolist() == [1, 2, 3]


def test_points_of_one_step_keep_their_order():
    [shown] = shown_points([history([3, 1, 2], steps=[0, 0, 0])])
    assert shown.values.tolist() == [3, 1, 2]


@pytest.mark.parametrize("values", [[np.nan], [np.inf, -np.inf, 0.0]])
def test_what_is_not_finite_is_kept(values):
    [shown] = shown_points([history(values)])
    assert np.array_equal(shown.values, values, equal_nan=True)


@pytest.mark.parametrize("times", [[5], [0, 1000, 500, 2000], [7, 7, 7], [0, 10**12]])
def test_times_come_back_to_a_part_of_65535_of_the_span(times):
    packed = payload.pack_times([np.array(times), np.array([3, 4])])
    ways = np.frombuffer(base64.b64decode(packed["by"]["b"]), dtype="<u2")[: len(times)]
    places = np.cumsum(ways.astype(int)) % 65_536
    read = packed["start"][0] + places / 65_535 * packed["span"][0]
    assert np.abs(read - times).max() <= packed["span"][0] / 65_535
